// Law: from an intention to a command: fill in, look at what would become of it, confirm. Nothing is
// done in one step. What others did meanwhile is told, and never overwritten unseen.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { commandId, post } from "../api.js";
import { hhmm, numberOf, wordText } from "../format.js";
import { rows, stationMs } from "../live.js";
import { Told } from "../duty/told.js";
import { Dialog, Field, toast } from "../ui.js";
import { named, t } from "../words.js";
import { told } from "./model.js";
import { addFields, adding, ORDERS } from "./orders.js";

const HOLDS = [0, 30, 60, 120, 240];

/**
 * One order for some trains.
 * @param {{id: string, chosen: string[], field?: string, onClose: () => void}} given
 *   id: of `ORDERS`, or `a_add`; chosen: ids of trains; field: for `a_auto`, of the word.
 */
export function OrderDialog({ id, chosen, field, onClose }) {
  const order = ORDERS.find((each) => each.id === id);
  const [form, setForm] = useState({ field });
  const [why, setWhy] = useState("");
  const [hold, setHold] = useState(0);
  const [seen, setSeen] = useState(() => new Map(chosen.map((each) => [each, rows.value.get(each)])));
  const [shown, show] = useState(null);
  const [busy, setBusy] = useState(false);
  const many = chosen.length > 1;
  const set = (changes) => {
    setForm({ ...form, ...changes });
    show(null);
  };

  useEffect(() => {
    if (many || !chosen.length) return undefined;
    const say = () => post("/editing", { run_id: chosen[0] }).catch(() => undefined);
    say();
    const timer = setInterval(say, 10000);
    return () => {
      clearInterval(timer);
      post("/editing", { run_id: null }).catch(() => undefined);
    };
  }, []);

  function orders() {
    if (id === "a_add") return [{ ...adding(form, stationMs()), command_id: commandId(), why }];
    const until = hold && order.expires ? new Date(stationMs() + hold * 60000).toISOString().replace(/\.\d+/, "") : null;
    return chosen.flatMap((each) => {
      const row = seen.get(each);
      return [order.make(form, row)].flat().map((command) => {
        const made = { ...command, command_id: commandId(), why, seen_hand: row.hand };
        return made.command === "set" ? { ...made, until, seen_rev: row.rev } : made;
      });
    });
  }

  async function preview(event) {
    event?.preventDefault();
    setBusy(true);
    try {
      const given = orders();
      show(given.length > 1 ? { given, armed: await post("/batch", { orders: given }) } : { given, one: await post("/preview", given[0]) });
    } catch (error) {
      toast(error.message, { bad: true });
    }
    setBusy(false);
  }

  function lookAgain() {
    setSeen(new Map(chosen.map((each) => [each, rows.value.get(each)])));
    show(null);
  }

  async function confirm() {
    setBusy(true);
    try {
      const answers = shown.armed
        ? (await post(`/batch/${shown.armed.token}`, { count: shown.armed.count })).answers
        : [await post("/command", shown.given[0])];
      const bad = answers.filter((each) => !each.answer.accepted);
      if (bad.length) {
        if (!shown.armed) show({ ...shown, one: bad[0] });
        else show(null);
        toast(`${t("refused")}: ${bad.map((each) => named(each.answer.refused[0])).slice(0, 2).join("; ")}`, { bad: true });
      } else {
        finish(answers);
      }
    } catch (error) {
      toast(error.message, { bad: true });
    }
    setBusy(false);
  }

  function finish(answers) {
    const numbers = answers.map((each) => each.hand).filter(Boolean);
    const text = many ? `${t("done")}: ${answers.length} ${t("trains_n")}` : t("done");
    toast(text, { action: numbers.length ? { label: t("undo"), run: () => takeBack(numbers) } : null });
    onClose();
  }

  const names = chosen.map((each) => (rows.value.get(each) ? numberOf(rows.value.get(each).run) : each));
  const title = `${t(id).replace("…", "")}${many ? ` · ${chosen.length} ${t("trains_n")}` : names.length ? ` · ${names[0]}` : ""}`;
  const refused = shown && (shown.armed ? shown.armed.refused > 0 : !shown.one.answer.accepted);
  return html`<${Dialog} title=${title} onClose=${onClose} wide=${id === "a_add"}>
    ${many && html`<p class="names">${names.slice(0, 12).join(" ")}${names.length > 12 ? " …" : ""}</p>`}
    <form onSubmit=${preview}>
      ${id === "a_add" ? addFields(form, set) : order.fields(form, set, seen.get(chosen[0]))}
      <${Field} label=${t("reason")} id="f-why">
        <input id="f-why" data-first required maxlength="400" list="reasons" value=${why}
          onInput=${(e) => { setWhy(e.target.value); show(null); }} />
        <datalist id="reasons">${t("reasons").split(",").map((each) => html`<option value=${each}></option>`)}</datalist>
      <//>
      ${order?.expires &&
      html`<${Field} label=${t("expiry")} id="f-hold">
        <select id="f-hold" value=${hold} onChange=${(e) => { setHold(Number(e.target.value)); show(null); }}>
          ${HOLDS.map((each) => html`<option value=${each}>${each ? `${each} ${t("for_minutes")}` : t("until_departure")}</option>`)}
        </select>
      <//>`}
      ${shown?.one && html`<${Outcome} one=${shown.one} before=${seen.get(chosen[0])} onLook=${lookAgain} />`}
      ${shown?.armed && html`<${Armed} armed=${shown.armed} names=${shown.given.map((each) => names[chosen.indexOf(each.run_id)])} unit=${many ? "trains_n" : "commands"} />`}
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel_dialog")}</button>
        ${(!shown || refused) && html`<button class="primary" disabled=${busy}>${t(many ? "arm" : "preview")}</button>`}
        ${shown && !refused &&
        html`<button type="button" class="danger" disabled=${busy} onClick=${confirm} ref=${(each) => each?.focus()}>
          ${shown.armed ? `${t("execute")}：${shown.armed.count} ${t(many ? "trains_n" : "commands")}` : t("confirm")}
        </button>`}
      </footer>
    </form>
  <//>`;
}

export async function takeBack(numbers) {
  try {
    const done = await post("/undo", { numbers, command_id: commandId(), why: t("undo") });
    if (done.refused) toast(`${t("refused")}: ${named(done.answers.find((each) => !each.answer.accepted).answer.refused[0])}`, { bad: true });
    else toast(t("undone"));
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

function Objections({ list, kind }) {
  if (!list?.length) return null;
  return html`<div class=${`objections ${kind}`} role=${kind === "refused" ? "alert" : "status"}>
    <b>${kind === "refused" ? "✕" : "▲"} ${t(kind)}</b>
    <ul>${list.map((each) => html`<li>${named(each)}</li>`)}</ul>
  </div>`;
}

function Outcome({ one, before, onLook }) {
  const { answer, overtaken } = one;
  if (overtaken?.length)
    return html`<div class="objections refused" role="alert">
      <b>✕ ${t("overtaken")}</b>
      <ul>
        ${overtaken.map((each) => html`<li>${hhmm(each.at)} <b>${each.who}</b>: ${what(each)} — ${each.body.why}</li>`)}
      </ul>
      <button type="button" onClick=${onLook}>${t("look_again")}</button>
    </div>`;
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
    ${answer.accepted && answer.run && html`<${Told} run=${answer.run} />`}`;
}

export const what = (line) => {
  const command = line.body.command;
  if (!command) return line.action;
  if (command.command === "set") return `${t(command.word.field)} ${wordText(command.word)}`;
  if (command.command === "clear") return `${t("back_to_auto")}${command.field ? `: ${t(command.field)}` : ""}`;
  if (command.command === "mode") return t(command.manual ? "make_manual" : "make_auto");
  if (command.command === "add") return t("a_add").replace("…", "");
  return command.command;
};

function Armed({ armed, names, unit }) {
  const said = armed.answers.map((each, place) => [names[place], each.answer]);
  const bad = said.filter(([, answer]) => !answer.accepted);
  const warned = said.filter(([, answer]) => answer.accepted && answer.warned?.length);
  const line = ([name, answer], key) => html`<li><b>${name}</b> ${(answer[key] ?? []).map(named).join("; ")}</li>`;
  return html`${bad.length > 0 &&
    html`<div class="objections refused" role="alert">
      <b>✕ ${bad.length} / ${armed.count} ${t("of_them_refused")}</b>
      <ul>${bad.slice(0, 8).map((each) => line(each, "refused"))}</ul>
    </div>`}
    ${warned.length > 0 &&
    html`<div class="objections warned"><b>▲ ${t("warned")}: ${warned.length}</b><ul>${warned.slice(0, 6).map((each) => line(each, "warned"))}</ul></div>`}
    <p class="counted" role="status"><b>${armed.count}</b> ${t(unit)}</p>`;
}
