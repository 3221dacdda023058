// Law: the past, counted and as it was told. Every plot has its numbers beside it as a table; what is
// counted and how is said.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get, may } from "../api.js";
import { dateOf, expected, hhmm, hhmmss, late, numberOf, placeOf, station } from "../format.js";
import { stationMs } from "../live.js";
import { Field, toast } from "../ui.js";
import { named, t } from "../words.js";
import { Plot, whole } from "./plot.js";
import { Announced, Rejects } from "./unbelieved.js";

const fail = (error) => toast(error.message, { bad: true });
function Groups({ title, groups }) {
  return html`<details open>
    <summary>${title}: ${t("as_table")}</summary>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${title}>
      <table class="plain-table">
        <thead><tr>${["group", "visits", "reported", "on_time", "share", "mean_late", "cancelled", "windows_kept"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${Object.entries(groups).sort(([a], [b]) => a.localeCompare(b)).map(
            ([name, each]) => html`<tr key=${name}><th scope="row">${name}</th><td>${each.visits}</td><td>${each.reported}</td><td>${each.on_time}</td><td>${whole(each.share, " %")}</td><td>${whole(each.mean, "")}</td><td>${each.cancelled}</td><td>${each.kept}/${each.windows}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const Tile = ({ label, value, note }) => html`<div class="tile"><p class="dim">${label}</p><b>${value}</b><p class="dim">${note}</p></div>`;

function Found({ report }) {
  const { total } = report;
  const shares = (groups) =>
    Object.entries(groups)
      .sort(([a], [b]) => a.localeCompare(b)) // a browser would put 10 before 00
      .map(([name, each]) => [name, each.share]);
  const late = Object.entries(report.late);
  return html`<p class="dim">${t("counted_so").replace("{n}", report.on_time_min)}</p>
    <div class="tiles">
      <${Tile} label=${t("on_time")} value=${whole(total.share, " %")} note=${`${total.on_time}/${total.reported}`} />
      <${Tile} label=${t("visits")} value=${total.visits} note=${`${total.visits - total.reported - total.cancelled} ${t("unreported")}`} />
      <${Tile} label=${t("mean_late")} value=${whole(total.mean, "")} note=${t("minutes")} />
      <${Tile} label=${t("cancelled")} value=${total.cancelled} note="" />
      <${Tile} label=${t("windows_kept")} value=${whole(total.kept_share, " %")} note=${`${total.kept}/${total.windows}`} />
      <${Tile} label=${t("rejected_rows")} value=${report.rejected[0]} note=${`+ ${report.rejected[1]} ${t("rejected_parts")}`} />
    </div>
    <div class="plots">${Object.keys(report.by_day).length > 1 && html`<${Plot} title=${`${t("on_time")} · ${t("by_day")}`} bars=${shares(report.by_day)} top=${100} unit=" %" />`}
    <${Plot} title=${`${t("on_time")} · ${t("by_hour")}`} bars=${shares(report.by_hour)} top=${100} unit=" %" />
    <${Plot} title=${`${t("on_time")} · ${t("by_class")}`} bars=${shares(report.by_class)} top=${100} unit=" %" />
    <${Plot} title=${t("late_by")} bars=${late} top=${Math.max(...late.map(([, count]) => count), 1)} /></div>
    <${Announced} report=${report} />
    <div class="plots"><${Groups} title=${t("by_day")} groups=${report.by_day} />
    <${Groups} title=${t("by_hour")} groups=${report.by_hour} />
    <${Groups} title=${t("by_class")} groups=${report.by_class} /></div>`;
}

function save({ name, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function Reports() {
  const today = dateOf(stationMs());
  const [days, set] = useState({ first: today, last: today, on_time: 3 });
  const [report, show] = useState(null);
  const [rejects, refuse] = useState(null);
  const [busy, setBusy] = useState(false);
  const query = () => `first=${days.first}&last=${days.last}&on_time=${days.on_time}`;
  const ask = () => {
    setBusy(true);
    const asked = [get(`/reports/punctuality?${query()}`).then(show)];
    if (may("rejects")) asked.push(get(`/reports/rejects?${query()}`).then(refuse));
    Promise.all(asked).catch(fail).finally(() => setBusy(false));
  };
  useEffect(ask, []);
  const change = (name) => (event) => set({ ...days, [name]: event.target.value });
  return html`<section class="page duty">
    <h2>${t("reports")}</h2>
    <form class="inline" onSubmit=${(event) => (event.preventDefault(), ask())}>
      <${Field} label=${t("from_day")} id="r-first"><input id="r-first" type="date" required value=${days.first} onInput=${change("first")} /><//>
      <${Field} label=${t("to_day")} id="r-last"><input id="r-last" type="date" required value=${days.last} onInput=${change("last")} /><//>
      <${Field} label=${t("on_time_up_to")} id="r-limit"><input id="r-limit" type="number" min="0" max="120" required value=${days.on_time} onInput=${change("on_time")} /><//>
      <button class="primary" disabled=${busy}>${t("count")}</button>
      <button type="button" onClick=${() => get(`/reports/visits?${query()}`).then(save, fail)}>${t("every_train")} CSV ↓</button>
    </form>
    ${busy && html`<p class="dim" role="status">${t("loading")}</p>`}
    ${report && html`<${Found} report=${report} />`}
    ${rejects && html`<${Rejects} found=${rejects} onSave=${() => get(`/reports/rejects/all?${query()}`).then(save, fail)} />`}
  </section>`;
}

/** What was told of an arrival or a departure: the printed time, and another beside it. */
function Call({ call, held }) {
  if (!call) return null;
  if (call.cancelled) return html`<s>${hhmm(call.planned)}</s> <span class="bad">✕</span>`;
  if (held && !call.actual) return html`${hhmm(call.planned)} <b class="bad">?</b>`;
  if (!late(call)) return hhmm(call.planned);
  return html`<span class="dim">${hhmm(call.planned)}</span> <b class="warn">${hhmm(expected(call))}</b>`;
}

export function History() {
  const shape = (ms) => `${dateOf(ms)}T${hhmmss(ms)}`;
  const [at, setAt] = useState(shape(stationMs()));
  const [board, setBoard] = useState("");
  const [found, show] = useState(null);
  const [said, say] = useState("");
  const ask = (event) => {
    event?.preventDefault();
    get(`/history?at=${encodeURIComponent(instant(at))}&board=${board}`).then(
      (stood) => (show(stood), say("")),
      (error) => (show(null), say(error.message)),
    );
  };
  useEffect(ask, []);
  return html`<section class="page duty">
    <h2>${t("look_back")}</h2>
    <form class="inline" onSubmit=${ask}>
      <${Field} label=${t("at_time")} id="h-at"><input id="h-at" type="datetime-local" step="1" required value=${at} onInput=${(e) => setAt(e.target.value)} /><//>
      <${Field} label=${t("boards")} id="h-board">
        <select id="h-board" value=${board} onChange=${(e) => setBoard(e.target.value)}>
          <option value="">${t("all_boards")}</option>
          ${station.value.boards.map((each) => html`<option value=${each.id}>${named(each.names)}</option>`)}
        </select>
      <//>
      <button class="primary">${t("show_then")}</button>
    </form>
    ${said && html`<p class="empty" role="status">✕ ${said}</p>`}
    ${found && found.length === 0 && html`<p class="empty" role="status">${t("nothing_then")}</p>`}
    ${found?.length > 0 &&
    html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("look_back")}>
      <table class="plain-table">
        <thead><tr>${["number", "from", "to", "arr", "dep", "platform", "gates", "phase", "told_since", "because"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${found.map(
            ({ run, passengers, since, cause }) => html`<tr key=${run.run_id}>
              <th scope="row" class="strong">${numberOf(run)}</th><td>${placeOf(run.origin)}</td><td>${placeOf(run.destination)}</td>
              <td><${Call} call=${run.arrival} held=${run.held} /></td><td><${Call} call=${run.departure} held=${run.held} /></td>
              <td>${run.platform ?? ""}</td><td>${(run.gates ?? []).join(" ")}</td>
              <td>${run.cancelled ? t("cancelled") : t(passengers)}</td><td>${hhmmss(since)}</td><td class="dim">${cause}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`}
  </section>`;
}

/** The instant of the station's local time in `text`, as the API has it. */
function instant(text) {
  const guess = Date.parse(`${text}Z`);
  const apart = (ms) => Date.parse(`${dateOf(ms)}T${hhmmss(ms)}Z`) - ms;
  const near = guess - apart(guess);
  return new Date(guess - apart(near)).toISOString().replace(/\.\d+Z$/, "Z");
}
