// Law: prepared emergencies in two steps: what would be done is shown and counted, then it is done.
// A drill looks the same and says on every screen that it is one.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get, may, post } from "../api.js";
import { hhmm, sentence, station } from "../format.js";
import { Dialog, Field, toast } from "../ui.js";
import { named, t } from "../words.js";
import { scenarios } from "./state.js";

const fail = (error) => toast(error.message, { bad: true });

/** Over every page while something is under way. */
export function Underway() {
  const list = scenarios.value;
  if (!list.length) return null;
  return html`<div class="underway" role="alert">
    ${list.map(
      (each) => html`<p key=${each.id} class=${each.wanted.drill ? "drill" : "real"}>
        <b>${each.wanted.drill ? `◇ ${t("drill")}` : `▲ ${t("emergency")}`}</b>
        <span>${named(each.names)} · ${hhmm(each.since)}–${hhmm(each.until)} · ${each.who}</span>
        <a href="#/emergency">${t("open")}</a>
      </p>`,
    )}
  </div>`;
}

const Choice = ({ label, places, chosen, choose }) => html`<fieldset class="choice">
  <legend>${label}</legend>
  ${places.map(
    (each) => html`<label key=${each.id}>
      <input
        type="checkbox"
        checked=${chosen.includes(each.id)}
        onChange=${(e) => choose(e.target.checked ? [...chosen, each.id] : chosen.filter((id) => id !== each.id))}
      />
      ${named(each.names) || each.label || each.id}
    </label>`,
  )}
</fieldset>`;

function Begin({ scenario, onClose }) {
  const [wanted, want] = useState({ scenario: scenario.id, zones: [], tracks: [], manual: false, minutes: 60, drill: false });
  const [why, setWhy] = useState("");
  const [armed, arm] = useState(null);
  const set = (change) => {
    arm(null);
    want({ ...wanted, ...change });
  };
  async function check(event) {
    event.preventDefault();
    await post("/scenarios/arm", { wanted, why }).then(arm, fail);
  }
  async function execute() {
    try {
      const done = await post("/scenarios/begin", { token: armed.token, count: armed.count });
      toast(`${t("done")}: ${done.done} ${t("commands_done")}${done.refused ? `, ${done.refused} ${t("refused")}` : ""}`, { bad: done.refused > 0 });
      onClose();
    } catch (error) {
      fail(error);
    }
  }
  const refused = armed?.answers.flatMap((each) => each.answer.refused ?? []) ?? [];
  return html`<${Dialog} title=${named(scenario.names)} wide onClose=${onClose}>
    ${Object.entries(scenario.texts).map(([lang, text]) => html`<blockquote lang=${lang}>${text}</blockquote>`)}
    <form onSubmit=${check}>
      <${Choice} label=${`${t("zones")} (${t("none_is_all")})`} places=${station.value.zones} chosen=${wanted.zones} choose=${(zones) => set({ zones })} />
      <details open=${wanted.tracks.length > 0}>
        <summary>${t("hold_tracks")}</summary>
        <${Choice} label=${t("tracks")} places=${station.value.tracks} chosen=${wanted.tracks} choose=${(tracks) => set({ tracks })} />
      </details>
      <div class="two">
        <${Field} label=${t("for_minutes")} id="em-minutes">
          <input id="em-minutes" type="number" min="1" max="720" required value=${wanted.minutes} onInput=${(e) => set({ minutes: Number(e.target.value) })} />
        <//>
        <${Field} label=${t("reason")} id="em-why">
          <input id="em-why" data-first required maxlength="400" value=${why} onInput=${(e) => (arm(null), setWhy(e.target.value))} />
        <//>
      </div>
      <label class="check"><input type="checkbox" checked=${wanted.manual} onChange=${(e) => set({ manual: e.target.checked })} /> ${t("make_manual")}</label>
      <label class="check"><input type="checkbox" checked=${wanted.drill} onChange=${(e) => set({ drill: e.target.checked })} /> ◇ ${t("drill")}${t("colon")}${t("drill_explain")}</label>
      ${armed &&
      html`<div class="objections ${refused.length ? "bad" : ""}" role="status">
        <p class="counted"><b>${armed.count}</b> ${t("commands")} · ${armed.running.held?.length ?? 0} ${t("trains_held")} · ${t("until")} ${hhmm(armed.running.until)}</p>
        ${refused.map((each) => html`<p>✕ ${sentence(each)}</p>`)}
      </div>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel_dialog")}</button>
        ${!armed && html`<button class="primary">${t("arm")}</button>`}
        ${armed && html`<button type="button" class=${wanted.drill ? "primary" : "danger"} onClick=${execute}>${t("execute")}${t("colon")}${wanted.drill ? t("drill") : named(scenario.names)}</button>`}
      </footer>
    </form>
  <//>`;
}

function End({ running, prepared, onClose }) {
  const [why, setWhy] = useState("");
  const [say, setSay] = useState("");
  async function end(event) {
    event.preventDefault();
    try {
      await post("/scenarios/end", { id: running.id, why, say });
      toast(t("done"));
      onClose();
    } catch (error) {
      fail(error);
    }
  }
  return html`<${Dialog} title=${`${t("end")}${t("colon")}${named(running.names)}`} onClose=${onClose}>
    <form onSubmit=${end}>
      <${Field} label=${t("reason")} id="end-why"><input id="end-why" data-first required maxlength="400" value=${why} onInput=${(e) => setWhy(e.target.value)} /><//>
      <${Field} label=${t("say_then")} id="end-say">
        <select id="end-say" value=${say} onChange=${(e) => setSay(e.target.value)}>
          <option value="">${t("nothing")}</option>
          ${prepared.map((each) => html`<option value=${each.id}>${named(each.names)}</option>`)}
        </select>
      <//>
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel_dialog")}</button>
        <button class="danger">${t("end")}</button>
      </footer>
    </form>
  <//>`;
}

export function Emergency() {
  const [prepared, setPrepared] = useState([]);
  const [chosen, choose] = useState(null);
  const [ending, end] = useState(null);
  useEffect(() => {
    get("/scenarios").then((found) => setPrepared(found.prepared), fail);
  }, []);
  const allowed = may("emergency");
  return html`<section class="page duty">
    <h2>${t("emergency")}</h2>
    ${scenarios.value.length > 0 &&
    html`<h3>${t("under_way")}</h3>
      <ul class="cards">
        ${scenarios.value.map(
          (each) => html`<li key=${each.id} class=${each.wanted.drill ? "card drill" : "card real"}>
            <h4>${each.wanted.drill ? `◇ ${t("drill")} · ` : "▲ "}${named(each.names)}</h4>
            <p>${hhmm(each.since)}–${hhmm(each.until)} · ${each.who} · ${each.why}</p>
            <p class="dim">${each.held?.length ?? 0} ${t("trains_held")}${each.wanted.manual ? ` · ${t("station_manual")}` : ""}</p>
            ${allowed && html`<button type="button" class="danger" onClick=${() => end(each)}>${t("end")}…</button>`}
          </li>`,
        )}
      </ul>`}
    <h3>${t("prepared")}</h3>
    <ul class="cards">
      ${prepared.map(
        (each) => html`<li key=${each.id} class="card">
          <h4>${named(each.names)}</h4>
          <p class="dim">${named(each.texts)}</p>
          ${allowed && html`<button type="button" onClick=${() => choose(each)}>${t("prepare")}…</button>`}
        </li>`,
      )}
    </ul>
    ${chosen && html`<${Begin} scenario=${chosen} onClose=${() => choose(null)} />`}
    ${ending && html`<${End} running=${ending} prepared=${prepared} onClose=${() => end(null)} />`}
  </section>`;
}
