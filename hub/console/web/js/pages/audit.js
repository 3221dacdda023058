// Law: who did what, newest first; what is shown is the record, unchanged.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get } from "../api.js";
import { dateOf, hhmmss } from "../format.js";
import { what } from "../trains/dialog.js";
import { t } from "../words.js";

const PORTION = 100;

export function Audit() {
  const [lines, setLines] = useState(null);
  const [said, say] = useState("");
  const more = (before) =>
    get(`/audit?limit=${PORTION}${before ? `&before=${before}` : ""}`).then(
      (found) => setLines((held) => [...(before ? held : []), ...found]),
      (error) => say(error.message),
    );
  useEffect(() => {
    more();
  }, []);
  if (!lines) return html`<p class="dim pad" role="status">${said || t("loading")}</p>`;
  return html`<section class="page">
    <h2>${t("audit")}</h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("audit")}>
      <table class="plain-table">
        <thead><tr>${["#", t("when"), t("who"), t("what"), t("subject"), t("outcome"), t("reason")].map((each) => html`<th scope="col">${each}</th>`)}</tr></thead>
        <tbody>
          ${lines.map(
            (each) => html`<tr key=${each.number}>
              <td class="dim">${each.number}</td>
              <td>${dateOf(each.at)} ${hhmmss(each.at)}</td>
              <td><b>${each.who || "?"}</b> <small class="dim">${t(each.role)} ${each.address}</small></td>
              <td>${what(each)}</td>
              <td>${each.subject}</td>
              <td class=${each.outcome === "done" ? "" : "warn"}>${each.outcome === "done" ? "" : "▲ "}${t(`o_${each.outcome}`)}</td>
              <td>${each.body.why ?? ""}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${lines.length % PORTION === 0 && lines.length > 0 && html`<button type="button" onClick=${() => more(lines.at(-1).number)}>${t("older")}</button>`}
  </section>`;
}
