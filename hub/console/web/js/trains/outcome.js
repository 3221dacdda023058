// Law: what would become of commands, before anybody confirms them: what speaks against them, what
// passengers are told now and then, what boards would show and loudspeakers say. It commands nothing.

import { html } from "../../vendor/preact-htm-signals.js";
import { hhmm, saidText, sentence } from "../format.js";
import { rows, stationMs } from "../live.js";
import { Told } from "../duty/told.js";
import { t } from "../words.js";
import { calledAt, told, toldShort } from "./model.js";

/** So many trains stand in the table before it is opened. */
const IN_SIGHT = 8;

export const what = (line) => {
  const command = line.body.command;
  if (!command) return line.action;
  if (command.command === "set") return saidText(command.word);
  if (command.command === "clear") return `${t("back_to_auto")}${command.field ? `: ${t(command.field)}` : ""}`;
  if (command.command === "mode") return t(command.manual ? "make_manual" : "make_auto");
  if (command.command === "add") return t("a_add").replace("…", "");
  return command.command;
};

function Objections({ list, kind }) {
  if (!list?.length) return null;
  return html`<div class=${`objections ${kind}`} role=${kind === "refused" ? "alert" : "status"}>
    <b>${kind === "refused" ? "✕" : "▲"} ${t(kind)}</b>
    <ul>${list.map((each) => html`<li>${sentence(each)}</li>`)}</ul>
  </div>`;
}

function Overtaken({ list, onLook }) {
  return html`<div class="objections refused" role="alert">
    <b>✕ ${t("overtaken")}</b>
    <ul>
      ${list.slice(0, IN_SIGHT).map((each) => html`<li>${hhmm(each.at)} <b>${each.who}</b>: ${what(each)} — ${each.body.why}</li>`)}
    </ul>
    <button type="button" onClick=${onLook}>${t("look_again")}</button>
  </div>`;
}

/** Of one command; `before`: the row that was seen. */
export function Outcome({ one, before, onLook }) {
  const { answer, overtaken, also } = one;
  if (overtaken?.length) return html`<${Overtaken} list=${overtaken} onLook=${onLook} />`;
  const then = answer.run && new Map(told(answer.run));
  const differs = answer.run && told(before?.run ?? answer.run).filter(([key, text]) => !before || then.get(key) !== text);
  return html`<${Objections} list=${answer.refused} kind="refused" />
    <${Objections} list=${answer.warned} kind="warned" />
    ${answer.accepted &&
    html`<table class="compare">
      <caption>${t("before_after")}</caption>
      <thead><tr><td></td><th scope="col">${t("now_told")}</th><th scope="col">${t("then_told")}</th></tr></thead>
      <tbody>
        ${differs.map(([key, text]) => html`<tr><th scope="row">${t(key)}</th><td>${before ? text : "—"}</td><td><b>${then.get(key)}</b></td></tr>`)}
        ${!differs.length && html`<tr><td colspan="3">${t("no_change")}</td></tr>`}
      </tbody>
    </table>`}
    ${answer.accepted && html`<${Also} runs=${also} />`}
    ${answer.accepted && answer.run && html`<${Told} runs=${[answer.run, ...(also ?? [])]} />`}`;
}

/** Of many; `given`: the commands, `seen`: rows by id, as they were seen. */
export function Outcomes({ armed, given, seen, onLook, onLeaveOut }) {
  const overtaken = armed.answers.flatMap((each) => each.overtaken ?? []);
  if (overtaken.length) return html`<${Overtaken} list=${overtaken} onLook=${onLook} />`;
  const said = armed.answers.map((each, place) => [nameOf(given[place], seen), each.answer]);
  const bad = said.filter(([, answer]) => !answer.accepted);
  const warned = said.filter(([, answer]) => answer.accepted && answer.warned?.length);
  const after = new Map(armed.answers.filter((each) => each.answer.run).map((each) => [each.answer.run.run_id, each.answer.run]));
  const runs = [...after.values()];
  return html`${bad.length > 0 &&
    html`<div class="objections refused" role="alert">
      <b>✕ ${bad.length} / ${armed.count} ${t("of_them_refused")}</b>
      <${Listed} list=${bad.map((each) => line(each, "refused"))} unit="more_trains" />
      ${bad.length < said.length && html`<button type="button" onClick=${() => onLeaveOut(new Set(given.filter((_, place) => !armed.answers[place].answer.accepted).map((each) => each.run_id)))}>${t("leave_out")}</button>`}
    </div>`}
    ${warned.length > 0 &&
    html`<div class="objections warned"><b>▲ ${t("warned")}: ${warned.length}</b><${Listed} list=${warned.map((each) => line(each, "warned"))} unit="more_trains" /></div>`}
    ${!bad.length &&
    html`<${Changes} pairs=${runs.map((run) => [seen.get(run.run_id)?.run ?? rows.peek().get(run.run_id)?.run, run])} />
      <${Also} runs=${armed.also} />
      <${Told} runs=${[...runs, ...armed.also]} />`}`;
}

const nameOf = (command, seen) => (seen.get(command.run_id) ? calledAt(seen.get(command.run_id).run, stationMs()) : command.run_id);
const line = ([name, answer], key) => html`<li><b>${name}</b> ${(answer[key] ?? []).map(sentence).join("; ")}</li>`;

/** A list of which the first are in sight and the others a key away. */
function Listed({ list, unit }) {
  return html`<ul>${list.slice(0, IN_SIGHT)}</ul>
    ${list.length > IN_SIGHT && html`<details><summary>${t("and_more")} ${list.length - IN_SIGHT} ${t(unit)}</summary><ul>${list.slice(IN_SIGHT)}</ul></details>`}`;
}

/** Trains as they are told now and then: a column for each thing that changes for any of them. */
function Changes({ pairs, caption = "before_after" }) {
  const both = pairs.map(([before, after]) => ({ after, now: new Map(before ? toldShort(before) : []), then: new Map(toldShort(after)) }));
  const changed = (key) => both.some(({ now, then }) => now.get(key) !== then.get(key));
  const keys = both.length ? [...both[0].then.keys()].filter(changed) : [];
  if (keys.every((key) => key === "control")) return html`<p class="same">${t(keys.length ? "told_as_is" : "no_change")}</p>`;
  const shown = keys.filter((key) => key !== "control");
  const cell = ({ now, then }, key) =>
    now.get(key) === then.get(key) ? html`<td class="dim">${then.get(key)}</td>` : html`<td>${(now.get(key) ?? "—") !== "—" && html`<span class="was">${now.get(key)}</span> `}<b>${then.get(key)}</b></td>`;
  const table = (list, head) => html`<table class="compare changes">
    ${head && html`<caption>${t(caption)}</caption>`}
    <thead class=${head ? "" : "unseen"}><tr><th scope="col">${t("number")}</th>${shown.map((key) => html`<th scope="col">${t(key)}</th>`)}</tr></thead>
    <tbody>${list.map((each) => html`<tr key=${each.after.run_id}><th scope="row">${calledAt(each.after, stationMs())}</th>${shown.map((key) => cell(each, key))}</tr>`)}</tbody>
  </table>`;
  return html`${table(both.slice(0, IN_SIGHT), true)}
    ${both.length > IN_SIGHT && html`<details><summary>${t("and_more")} ${both.length - IN_SIGHT} ${t("more_trains")}</summary>${table(both.slice(IN_SIGHT), false)}</details>`}`;
}

/** Trains that no command names, and that are told otherwise because of it. */
function Also({ runs }) {
  if (!runs?.length) return null;
  return html`<${Changes} pairs=${runs.map((run) => [rows.peek().get(run.run_id)?.run, run])} caption="also_told" />`;
}

