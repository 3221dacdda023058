// Law: one train, whole: what is told, what persons set, what is wrong, why, and what was done.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get, may, me } from "../api.js";
import { dateOf, hhmm, numberOf, placeOf, saidText, sentence } from "../format.js";
import { conflictsOf, editorsOf, standing } from "../live.js";
import { t, wordOf } from "../words.js";
import { takeBack } from "./dialog.js";
import { phaseText, told } from "./model.js";
import { ORDERS } from "./orders.js";
import { what } from "./outcome.js";

export function Panel({ row, onClose, onOrder }) {
  const [tab, setTab] = useState("times");
  const run = row.run;
  const editors = editorsOf(row.id, me.value?.name);
  const conflicts = conflictsOf(row.id);
  return html`<aside class="panel" aria-label=${`${t("details")} ${numberOf(run)}`}>
    <header>
      <h2>${numberOf(run)} <small>${placeOf(run.origin)} → ${placeOf(run.destination)}</small></h2>
      <button type="button" class="plain" aria-label=${t("close")} onClick=${onClose}>✕</button>
    </header>
    <p class="sub">${run.category} · ${t(run.role)} · ${run.service_date} · ${phaseText(row)} · ${t(run.control === "MANUAL" ? "manual" : "auto")}</p>
    ${editors.length > 0 && html`<p class="notice warn" role="status">✎ ${editors.join(", ")} ${t("editing")}</p>`}
    ${conflicts.map((each) => html`<p class="notice bad">▲ ${sentence(each)}</p>`)}
    ${may("command") &&
    html`<div class="orders">
      ${ORDERS.filter((each) => offered(each, row)).map(
        (each) => html`<button type="button" title=${each.key} onClick=${() => onOrder(each.id, [row.id])}>${t(each.id)}</button>`,
      )}
    </div>`}
    <div class="tabs" role="tablist">
      ${["times", "why", "history"].map(
        (each) => html`<button role="tab" type="button" id=${`tab-${each}`} aria-selected=${tab === each} aria-controls="tab-panel" onClick=${() => setTab(each)}>${t(each)}</button>`,
      )}
    </div>
    <div id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0" class="scroll">
      ${tab === "times" && html`<${Times} row=${row} onOrder=${onOrder} />`}
      ${tab === "why" && html`<${Why} row=${row} />`}
      ${tab === "history" && html`<${History} row=${row} />`}
    </div>
  </aside>`;
}

function offered(order, row) {
  if (order.id === "a_auto") return row.words.length > 0;
  if (order.id === "a_reinstate") return row.run.cancelled;
  if (order.id === "a_cancel") return !row.run.cancelled;
  if (order.id === "a_open" || order.id === "a_close") return !!row.run.departure;
  return true;
}

function Times({ row, onOrder }) {
  const run = row.run;
  const auto = Object.entries(run.auto ?? {});
  const time = (call, key) => (call ? hhmm(call[key]) || "—" : "");
  return html`<table class="times">
      <thead><tr><td></td>${["planned", "estimated", "actual"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
      <tbody>
        ${["arrival", "departure"].filter((each) => run[each]).map(
          (each) => html`<tr><th scope="row">${t(each === "arrival" ? "arr" : "dep")}</th>
            ${["planned", "estimated", "actual"].map((key) => html`<td>${time(run[each], key)}</td>`)}</tr>`,
        )}
      </tbody>
    </table>
    <dl class="facts">
      ${told(run).slice(2).map(([key, text]) => html`<div><dt>${t(key)}</dt><dd>${text}</dd></div>`)}
    </dl>
    <h3>${t("by_hand")}</h3>
    ${row.words.length === 0 && html`<p class="dim">${t("nothing_by_hand")}</p>`}
    <ul class="words">
      ${row.words.map(
        (each) => html`<li>
          <p><b>${saidText(each.word)}</b>
            <span>${each.who} ${hhmm(each.since)} · ${each.until ? `${t("until")} ${hhmm(each.until)}` : t("until_departure")}</span>
            <span class="dim">${each.why}</span>
            ${standing.value.outdated[each.id] && html`<span class="warn">▲ ${sentence(standing.value.outdated[each.id])}</span>`}</p>
          ${may("command") && html`<button type="button" onClick=${() => onOrder("a_auto", [row.id], each.word.field)}>${t("back_to_auto")}</button>`}
        </li>`,
      )}
    </ul>
    ${auto.length > 0 &&
    html`<h3>${t("auto_would")}</h3>
      <dl class="facts">${auto.map(([key, value]) => html`<div><dt>${t(key)}</dt><dd>${plain(value)}</dd></div>`)}</dl>`}`;
}

function plain(value) {
  if (value === null || value === undefined) return "—";
  if (Array.isArray(value)) return value.map(plain).join(" ");
  if (typeof value === "object") return value.names ? placeOf(value) : Object.entries(value).map(pairOf).join(" · ");
  if (typeof value === "boolean") return value ? "✓" : "✕";
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return hhmm(value);
  return wordOf(String(value), String(value));
}

const pairOf = ([key, value]) => `${wordOf(key, `s_${key}`, key)} ${key.endsWith("_s") ? `± ${Math.round(value / 60)} ${t("minutes")}` : plain(value)}`;
const readOf = (name) => wordOf(name, `s_${name}`, `s_${name.split(".")[0]}`, name);

function useAsked(path, again) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let wanted = true;
    get(path).then((value) => wanted && setFound({ value }), (error) => wanted && setFound({ error }));
    return () => (wanted = false);
  }, [path, again]);
  return found;
}

/** What the list of instants and the table itself say better. */
const ELSEWHERE = new Set(["timeline", "platform_id", "gate_ids"]);

function Why({ row }) {
  const found = useAsked(`/runs/${encodeURIComponent(row.id)}`, row.rev);
  if (!found) return html`<p class="dim">${t("loading")}</p>`;
  if (found.error) return html`<p class="bad">${found.error.message}</p>`;
  const why = found.value;
  return html`<h3>${t("said")}</h3>
    <ul class="story">
      ${why.said.map(
        (each) => html`<li><b>${wordOf(each.source, `s_${each.source}`)} ${each.key}</b> ${each.at ? hhmm(each.at) : ""}
          ${each.deleted ? t("withdrawn") : Object.entries(each.fields).map(([key, value]) => html`<span class="pair">${pairOf([key, value])}</span>`)}</li>`,
      )}
    </ul>
    ${why.persons.length > 0 && html`<h3>${t("by_hand")}</h3><ul class="story">${why.persons.map((each) => html`<li><b>${saidText(each.word)}</b> ${each.who} ${hhmm(each.since)} <span class="dim">${each.why}</span></li>`)}</ul>`}
    ${why.disbelieved.length > 0 && html`<h3>${t("disbelieved")}</h3><ul class="story">${why.disbelieved.map((each) => html`<li class="warn">▲ ${hhmm(each.at)} ${sentence(each)}</li>`)}</ul>`}
    <h3>${t("concluded")}</h3>
    <table class="rules"><tbody>
      ${why.concluded.filter((each) => !ELSEWHERE.has(each.field)).map((each) => html`<tr><th scope="row">${t(each.field)}</th><td>${plain(each.value)}<br /><small class="dim">${wordOf(each.rule, `r_${each.rule}`)}${each.reads.length ? ` ← ${[...new Set(each.reads.map(readOf))].join(", ")}` : ""}</small></td></tr>`)}
    </tbody></table>
    <h3>${t("ahead")}</h3>
    <dl class="facts">${why.timeline.map((each) => html`<div class=${each.reached ? "dim" : ""}><dt>${t(each.name)}</dt><dd>${hhmm(each.at)}</dd></div>`)}</dl>`;
}

function History({ row }) {
  const found = useAsked(`/runs/${encodeURIComponent(row.id)}/audit`, row.hand);
  if (!found) return html`<p class="dim">${t("loading")}</p>`;
  if (found.error) return html`<p class="bad">${found.error.message}</p>`;
  if (!found.value.length) return html`<p class="dim">${t("nothing_by_hand")}</p>`;
  const last = found.value.find((each) => each.outcome === "done");
  return html`<ul class="words">
    ${found.value.map(
      (each) => html`<li>
        <p><b>${what(each)}</b><span>${each.who} · ${dateOf(each.at)} ${hhmm(each.at)} · ${t(`o_${each.outcome}`)}</span><span class="dim">${each.body.why ?? ""}</span></p>
        ${each === last && may("command") && html`<button type="button" onClick=${() => takeBack([each.number])}>${t("undo")}</button>`}
      </li>`,
    )}
  </ul>`;
}
