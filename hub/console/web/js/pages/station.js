// Law: how the devices and the line from dispatching stand; asked for again every 5 s while it is shown.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get } from "../api.js";
import { hhmm } from "../format.js";
import { t } from "../words.js";

const EVERY_MS = 5000;

export function StationPage() {
  const [found, setFound] = useState(null);
  const [said, say] = useState("");
  useEffect(() => {
    const ask = () =>
      Promise.all([get("/devices"), get("/feed")]).then(
        ([fleet, feed]) => {
          setFound({ fleet, feed });
          say("");
        },
        (error) => say(error.message),
      );
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!found) return html`<p class="dim pad" role="status">${said || t("loading")}</p>`;
  return html`<section class="page">
    ${said && html`<p class="notice bad" role="alert">✕ ${said}</p>`}
    <h2>${t("feed")}</h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("feed")}>
      <table class="plain-table">
        <thead><tr><th scope="col">${t("line")}</th><th scope="col">${t("state")}</th></tr></thead>
        <tbody>
          ${found.feed.lines.map((each) => html`<tr><th scope="row">${each.name}</th><td class=${each.mode === "LIVE" ? "" : "bad"}>${each.mode === "LIVE" ? "" : "✕ "}${each.mode} <small class="dim">${each.role}, ${each.rows} rows, ${each.source}</small></td></tr>`)}
        </tbody>
      </table>
    </div>
    <h2>${t("devices")}</h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("devices")}>
      <table class="plain-table">
        <thead><tr>${["device", "mode", "software", "faults"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${Object.entries(found.fleet.devices).map(
            ([id, each]) => html`<tr key=${id}><th scope="row">${id} <small class="dim">${each.kind}</small></th>
              <td class=${each.mode === "ONLINE" ? "" : "bad"}>${each.mode === "ONLINE" ? "" : "✕ "}${each.mode} ${hhmm(each.since)}</td>
              <td class="dim">${each.software ?? ""}</td><td class="warn">${(each.faults ?? []).join(" ")}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
