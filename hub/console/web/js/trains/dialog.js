// Law: from an intention to a command: fill in, look at what would become of it, confirm. Nothing is
// done in one step. What others did meanwhile is told, and never overwritten unseen.

import { html, useEffect, useRef, useState } from "../../vendor/preact-htm-signals.js";
import { commandId, LONG_MS, post } from "../api.js";
import { sentence } from "../format.js";
import { rows, stationMs } from "../live.js";
import { Dialog, Field, toast } from "../ui.js";
import { t } from "../words.js";
import { calledAt } from "./model.js";
import { addFields, adding, ORDERS } from "./orders.js";
import { Outcome, Outcomes } from "./outcome.js";

const HOLDS = [0, 30, 60, 120, 240];

const rowsOf = (chosen) => new Map(chosen.map((each) => [each, rows.peek().get(each)]).filter(([, row]) => row));

/**
 * One order for some trains.
 * @param {{id: string, chosen: string[], field?: string, onClose: (done: boolean) => void}} given
 *   id: of `ORDERS`, or `a_add`; chosen: ids of trains; field: for `a_auto`, of the word.
 */
export function OrderDialog({ id, chosen, field, onClose }) {
  const order = ORDERS.find((each) => each.id === id);
  const [form, setForm] = useState({ field });
  const [why, setWhy] = useState("");
  const [hold, setHold] = useState(0);
  const [seen, setSeen] = useState(() => rowsOf(chosen));
  const [shown, show] = useState(null);
  const [fault, blame] = useState("");
  const [busy, setBusy] = useState(false);
  const last = useRef(null);
  const here = useRef(true);
  const many = chosen.length > 1;
  const changed = (set) => (value) => {
    set(value);
    show(null);
    blame("");
  };
  const set = (changes) => changed(setForm)({ ...form, ...changes });
  const leave = () => onClose(false);

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
  useEffect(() => () => (here.current = false), []);
  useEffect(() => last.current?.focus(), [shown, busy]);

  function orders(seen) {
    if (id === "a_add") return [{ ...adding(form, stationMs()), command_id: commandId(), why }];
    const until = hold && order.expires ? new Date(stationMs() + hold * 60000).toISOString().replace(/\.\d+/, "") : null;
    return [...seen.values()].flatMap((row) =>
      [order.make(form, row)].flat().map((command) => {
        const made = { ...command, command_id: commandId(), why, seen_hand: row.hand };
        return made.command === "set" ? { ...made, until, seen_rev: row.rev } : made;
      }),
    );
  }

  async function doing(work) {
    if (busy) return;
    setBusy(true);
    blame("");
    try {
      await work();
    } catch (error) {
      if (error.code === "not-found") show(null);
      blame(error.code === "not-found" ? t("armed_over") : error.message);
    }
    setBusy(false);
  }

  const preview = (some) =>
    doing(async () => {
      const given = orders(some);
      if (!given.length) throw new Error(t("no_rows"));
      show(given.length > 1 ? { given, armed: await post("/batch", { orders: given }, LONG_MS) } : { given, one: await post("/preview", given[0]) });
    });
  const submit = (event) => {
    event.preventDefault();
    preview(seen);
  };
  /** Without those that cannot be done. */
  const leaveOut = (ids) => {
    const some = new Map([...seen].filter(([each]) => !ids.has(each)));
    setSeen(some);
    preview(some);
  };

  const confirm = () =>
    doing(async () => {
      const answers = shown.armed
        ? (await post(`/batch/${shown.armed.token}`, { count: shown.armed.count }, LONG_MS)).answers
        : [await post("/command", shown.given[0])];
      const bad = answers.filter((each) => !each.answer.accepted);
      if (bad.length < answers.length) tell(answers.length - bad.length, answers);
      if (!bad.length) return here.current && onClose(true);
      show(shown.armed ? { ...shown, armed: { ...shown.armed, answers, refused: bad.length } } : { ...shown, one: bad[0] });
      if (bad.some((each) => each.overtaken?.length)) return undefined;
      return blame(`${t("refused")}: ${[...new Set(bad.map((each) => sentence(each.answer.refused[0])))].slice(0, 2).join("; ")}`);
    });

  function tell(count, answers) {
    const numbers = answers.filter((each) => each.answer.accepted && each.hand).map((each) => each.hand);
    const text = `${t("done")}: ${title}${count < answers.length ? ` (${count} / ${answers.length})` : ""}`;
    toast(text, { action: numbers.length ? { label: t("undo"), run: () => takeBack(numbers) } : null });
  }

  function lookAgain() {
    setSeen(rowsOf([...seen.keys()]));
    show(null);
    blame("");
  }

  const names = [...seen.values()].map((row) => calledAt(row.run, stationMs()));
  const unit = many ? `${seen.size} ${t("trains_n")}` : shown?.armed ? `${shown.armed.count} ${t("commands")}` : "";
  const title = `${t(id).replace("…", "")}${many ? ` · ${unit}` : names.length ? ` · ${names[0]}` : ""}`;
  const refused = shown && (shown.armed ? shown.armed.refused > 0 : !shown.one.answer.accepted);
  return html`<${Dialog} title=${title} onClose=${leave} wide=${many || id === "a_add"}>
    ${many && html`<p class="names">${names.slice(0, 12).join(" ")}${names.length > 12 ? ` … +${names.length - 12}` : ""}</p>`}
    <form onSubmit=${submit} onKeyDown=${(event) => event.key === "Enter" && event.repeat && event.preventDefault()}>
      ${id === "a_add" ? addFields(form, set) : order.fields(form, set, seen.get(chosen[0]))}
      <${Field} label=${t("reason")} id="f-why">
        <input id="f-why" data-first required maxlength="400" list="reasons" value=${why} onInput=${(e) => changed(setWhy)(e.target.value)} />
        <datalist id="reasons">${t("reasons").split(",").map((each) => html`<option value=${each}></option>`)}</datalist>
      <//>
      ${order?.expires &&
      html`<${Field} label=${t("expiry")} id="f-hold">
        <select id="f-hold" value=${hold} onChange=${(e) => changed(setHold)(Number(e.target.value))}>
          ${HOLDS.map((each) => html`<option value=${each}>${each ? `${each} ${t("for_minutes")}` : t("until_departure")}</option>`)}
        </select>
      <//>`}
      ${order?.beside?.(form, set)}
      ${shown?.one && html`<${Outcome} one=${shown.one} before=${[...seen.values()][0]} onLook=${lookAgain} />`}
      ${shown?.armed && html`<${Outcomes} armed=${shown.armed} given=${shown.given} seen=${seen} onLook=${lookAgain} onLeaveOut=${leaveOut} />`}
      ${fault && html`<p class="objections refused" role="alert">✕ ${fault}</p>`}
      <footer>
        ${shown?.armed && !refused && html`<p class="counted" role="status"><b>${many ? seen.size : shown.armed.count}</b> ${t(many ? "trains_n" : "commands")}</p>`}
        <button type="button" onClick=${leave}>${t("cancel_dialog")}</button>
        ${(!shown || refused) && html`<button class="primary" disabled=${busy}>${t(busy ? "busy" : many ? "arm" : "preview")}</button>`}
        ${shown && !refused &&
        html`<button type="button" class="danger" disabled=${busy} onClick=${confirm} ref=${last}>
          ${busy ? t("busy") : shown.armed ? `${t("execute")}${t("colon")}${unit}` : t("confirm")}
        </button>`}
      </footer>
    </form>
  <//>`;
}

export async function takeBack(numbers) {
  try {
    const done = await post("/undo", { numbers, command_id: commandId(), why: t("undo") }, LONG_MS);
    if (done.refused) toast(`${t("refused")}: ${sentence(done.answers.find((each) => !each.answer.accepted).answer.refused[0])}`, { bad: true });
    else toast(t("undone"));
  } catch (error) {
    toast(error.message, { bad: true });
  }
}
