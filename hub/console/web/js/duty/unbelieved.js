// Law: what went out as moments for announcements, and what came in and was not believed: plots with
// their tables, the latest rows of each reason.

import { html } from "../../vendor/preact-htm-signals.js";
import { dateOf, hhmmss } from "../format.js";
import { named, t, wordOf } from "../words.js";
import { Plot } from "./plot.js";

const sum = (counts) => Object.values(counts).reduce((all, each) => all + each, 0);
const kindOf = (kind) => wordOf(kind, `event_${kind}`);

/** Moments that were published, `{group: {kind: count}}` by day and by hour. */
export function Announced({ report }) {
  const hours = Object.entries(report.triggers_by_hour).sort(([a], [b]) => a.localeCompare(b));
  if (!hours.length) return null;
  const kinds = Object.keys(hours[0][1]);
  const days = Object.entries(report.triggers).sort(([a], [b]) => a.localeCompare(b));
  const bars = hours.map(([hour, counts]) => [hour, sum(counts)]);
  return html`<div class="plots">
    <${Plot} title=${`${t("moments")} · ${t("by_hour")}`} bars=${bars} top=${Math.max(...bars.map(([, count]) => count))} />
    <details open>
      <summary>${t("moments")}: ${t("as_table")}</summary>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t("moments")}>
        <table class="plain-table">
          <thead><tr><th scope="col">${t("group")}</th>${kinds.map((kind) => html`<th scope="col">${kindOf(kind)}</th>`)}</tr></thead>
          <tbody>
            ${[...days, ...hours].map(([name, counts]) => html`<tr key=${name}><th scope="row">${name}</th>${kinds.map((kind) => html`<td>${counts[kind]}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
    </details>
  </div>`;
}

/** Rows of dispatching that were not believed; `found` from `/reports/rejects`. */
export function Rejects({ found, onSave }) {
  const bars = found.reasons.map((each) => [each.reason, each.whole + each.parts]);
  return html`<section aria-labelledby="rejects">
    <header class="duty-head">
      <h3 id="rejects">${t("rejected_rows")}: ${found.whole} · ${t("rejected_parts")}: ${found.parts}</h3>
      <button type="button" onClick=${onSave}>${t("rejected_rows")} CSV ↓</button>
    </header>
    ${!bars.length && html`<p class="empty" role="status">${t("all_believed")}</p>`}
    ${bars.length > 0 &&
    html`<div class="plots">
      <${Plot} title=${t("rejected_rows")} bars=${bars} top=${Math.max(...bars.map(([, count]) => count))} />
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t("rejected_rows")}>
        <table class="plain-table">
          <thead><tr>${["reason", "rejected_whole", "rejected_parts", "latest_rows"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
          <tbody>
            ${found.reasons.map(
              (each) => html`<tr key=${each.reason}>
                <th scope="row">${named(each)}<br /><small class="dim">${each.reason}</small></th><td>${each.whole}</td><td>${each.parts}</td>
                <td>${each.examples.map((one) => html`<div>${dateOf(new Date(one.at))} ${hhmmss(one.at)} <b>${one.row}</b> ${one.found}</div>`)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`}
  </section>`;
}
