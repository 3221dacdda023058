// Law: what is wrong, the most urgent first; what somebody does to an alarm. What is an alarm, what
// has one cause and how many a person is given is the hub's to say.

import { computed, html, signal, useState } from "../../vendor/preact-htm-signals.js";
import { may, post } from "../api.js";
import { hhmm, hhmmss, sentence } from "../format.js";
import { now } from "../live.js";
import { Dialog, Field, toast } from "../ui.js";
import { named, t } from "../words.js";
import { SoundButton } from "./sound.js";
import { alarms, calls } from "./state.js";

const VIEWS = {
  open: (each) => !each.shelf,
  calling: (each) => calls(each),
  shelved: (each) => Boolean(each.shelf),
  all: () => true,
};
const PRIORITY = { 3: ["▲", "high"], 2: ["■", "medium"], 1: ["●", "low"] };
const view = signal("open");
const opened = signal(null);

const shown = computed(() =>
  [...alarms.value.all.values()]
    .filter(VIEWS[view.value])
    .sort(
      (a, b) =>
        b.condition.priority - a.condition.priority ||
        Number(calls(b)) - Number(calls(a)) ||
        b.raised_at.localeCompare(a.raised_at),
    ),
);

async function act(path, body) {
  try {
    await post(path, body);
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

const acknowledge = (keys) => act("/alarms/acknowledge", { keys });

function Load() {
  const { rate, load } = alarms.value;
  const bad = load === "demanding" || load === "flood";
  return html`<p class=${bad ? "load warn" : "load dim"}>
    ${bad ? "▲ " : ""}${t("alarm_rate")} <b>${rate}</b> · ${t(`load_${load}`)}
  </p>`;
}

function Shelve({ alarm, onClose }) {
  const [minutes, setMinutes] = useState(60);
  const [why, setWhy] = useState("");
  async function put(event) {
    event.preventDefault();
    await act("/alarms/shelve", { key: alarm.condition.key, minutes: Number(minutes), why });
    onClose();
  }
  return html`<${Dialog} title=${t("shelve")} onClose=${onClose}>
    <p>${sentence(alarm.condition.text)}</p>
    <form onSubmit=${put}>
      <${Field} label=${t("for_minutes")} id="shelf-minutes">
        <select id="shelf-minutes" value=${minutes} onChange=${(e) => setMinutes(e.target.value)}>
          ${[10, 30, 60, 120, 240, 480, 720].map((each) => html`<option value=${each}>${each} ${t("minutes")}</option>`)}
        </select>
      <//>
      <${Field} label=${t("reason")} id="shelf-why">
        <input id="shelf-why" data-first required maxlength="400" value=${why} onInput=${(e) => setWhy(e.target.value)} />
      <//>
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel_dialog")}</button>
        <button class="primary">${t("shelve")}</button>
      </footer>
    </form>
  <//>`;
}

function stateOf(each) {
  if (each.shelf) return `${t("shelved_until")} ${hhmm(each.shelf.until)} · ${each.shelf.who} · ${each.shelf.why}`;
  if (each.state === "acknowledged") return `${t("acknowledged")} ${each.acknowledged_by} ${hhmm(each.acknowledged_at)}`;
  if (each.state === "returned") return `${t("returned")} ${hhmm(each.returned_at)}`;
  return t("standing");
}

function Line({ alarm, shelve }) {
  const { condition } = alarm;
  const [sign, word] = PRIORITY[condition.priority];
  const urgent = calls(alarm) && condition.priority === 3;
  return html`<tr class=${calls(alarm) ? "calls" : "known"}>
    <td class=${urgent ? "bad strong" : calls(alarm) ? "warn strong" : "dim"}>${sign} ${t(word)}</td>
    <td>${hhmmss(condition.since ?? alarm.raised_at)}${alarm.times > 1 ? html` <small class="dim">×${alarm.times}</small>` : ""}</td>
    <td>
      <b>${sentence(condition.text)}</b>
      <p class="dim">${named(condition.response)}</p>
      ${(alarm.members ?? []).length > 0 &&
      html`<details><summary>${alarm.members.length} ${t("members")}</summary><p class="names">${alarm.members.join(" · ")}</p></details>`}
    </td>
    <td>${stateOf(alarm)}</td>
    <td class="acts">
      ${may("alarm") &&
      html`${(alarm.state === "standing" || alarm.state === "returned") &&
        html`<button type="button" onClick=${() => acknowledge([condition.key])}>${t("acknowledge")}</button>`}
      ${alarm.shelf
        ? html`<button type="button" onClick=${() => act("/alarms/unshelve", { key: condition.key })}>${t("unshelve")}</button>`
        : html`<button type="button" onClick=${() => shelve(alarm)}>${t("shelve")}…</button>`}`}
    </td>
  </tr>`;
}

export function Alarms() {
  const list = shown.value;
  const waiting = list.filter((each) => !each.shelf && ["standing", "returned"].includes(each.state));
  void now.value; // ages are looked at each second
  return html`<section class="page duty">
    <header class="duty-head">
      <h2>${t("alarms")}</h2>
      <div class="views" role="group" aria-label=${t("alarms")}>
        ${Object.keys(VIEWS).map(
          (each) => html`<button type="button" aria-pressed=${view.value === each} onClick=${() => (view.value = each)}>
            ${t(`alarms_${each}`)} <small>${[...alarms.value.all.values()].filter(VIEWS[each]).length}</small>
          </button>`,
        )}
      </div>
      <${Load} />
      <${SoundButton} />
      ${may("alarm") &&
      html`<button type="button" disabled=${!waiting.length} onClick=${() => acknowledge(waiting.map((each) => each.condition.key))}>
        ${t("acknowledge_all")} (${waiting.length})
      </button>`}
    </header>
    ${list.length === 0
      ? html`<p class="empty" role="status"><b>✓</b> ${t("no_alarms")}</p>`
      : html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("alarms")}>
          <table class="plain-table alarms">
            <thead><tr>${["priority", "since_when", "what_is_wrong", "state", "actions"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
            <tbody>${list.map((each) => html`<${Line} key=${each.condition.key} alarm=${each} shelve=${(alarm) => (opened.value = alarm)} />`)}</tbody>
          </table>
        </div>`}
    ${opened.value && html`<${Shelve} alarm=${opened.value} onClose=${() => (opened.value = null)} />`}
  </section>`;
}
