// Law: how the devices and the line from dispatching stand; asked for again every 5 s while it is shown.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get } from "../api.js";
import { hhmm } from "../format.js";
import { named, t } from "../words.js";

const EVERY_MS = 5000;

/** What a device says of itself, in its own words where it has some; the code is what a maintainer looks up. */
function Fault({ fault }) {
  const said = named(fault.text ?? {});
  return html`<p class="fault"><b class="warn">▲ ${said || fault.code}</b> <small class="dim">${hhmm(fault.since)} ${fault.part ?? ""} ${said ? fault.code : ""}</small></p>`;
}

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
  return html`<section class="page duty">
    ${said && html`<p class="notice bad" role="alert">✕ ${said}</p>`}
    <h2>${t("feed")}</h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("feed")}>
      <table class="plain-table">
        <thead><tr>${["line", "state", "line_role", "line_rows", "line_source"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${found.feed.lines.map((each) => html`<tr><th scope="row">${each.name}</th><td class=${each.mode === "LIVE" ? "good" : "bad"}>${each.mode === "LIVE" ? "●" : "✕"} ${t(`feed_${each.mode}`)}</td><td>${t(`line_${each.role}`)}</td><td>${each.rows}</td><td class=${each.source === "OK" ? "" : "warn"}>${each.source ?? ""}</td></tr>`)}
        </tbody>
      </table>
    </div>
    <h2>${t("devices")}</h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("devices")}>
      <table class="plain-table">
        <thead><tr>${["device", "mode", "software", "faults"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${Object.entries(found.fleet.devices).map(
            ([id, each]) => html`<tr key=${id}><th scope="row"><b>${id}</b> <small class="dim">${each.kind}</small></th>
              <td class=${each.mode === "ONLINE" ? "good" : "bad"}>${each.mode === "ONLINE" ? "●" : "✕"} ${t(`link_${each.mode}`)} <small class="dim">${hhmm(each.since)}</small></td>
              <td class="dim">${each.software ?? ""}</td><td>${(each.told ?? []).map((fault) => html`<${Fault} key=${fault.code} fault=${fault} />`)}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
