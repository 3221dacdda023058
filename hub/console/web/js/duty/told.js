// Law: what boards would show and loudspeakers would say of a run, asked of those who show and say it.
// One that does not answer is named: a preview that is not there is not one that is empty.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { hhmm, station } from "../format.js";
import { language, named, t } from "../words.js";

/** So many announcements are shown: those that come next. */
const MOST = 3;
const nameOf = (id) => named(station.value.zones.find((each) => each.id === id)?.names) || id;
const textOf = (text) => (typeof text === "string" ? text : named(text));

async function ask(site, path, run) {
  const answer = await fetch(site + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(run),
    signal: AbortSignal.timeout(4000),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function useTold(site, path, run) {
  const [said, say] = useState(undefined);
  const key = JSON.stringify(run);
  useEffect(() => {
    say(undefined);
    if (!site) return say(null);
    let wanted = true;
    ask(site, path, run).then((answer) => wanted && say(answer), () => wanted && say(null));
    return () => (wanted = false);
  }, [site, key]);
  return said;
}

function Boards({ said }) {
  if (said === undefined) return html`<p class="dim">${t("loading")}</p>`;
  if (said === null) return html`<p class="warn">▲ ${t("no_display")}</p>`;
  if (!said.boards.length) return html`<p class="dim">${t("on_no_board")}</p>`;
  return html`<ul class="told">
    ${said.boards.map(
      (each) => html`<li key=${each.board}>
        <b>${named(each.title)}</b>
        <span class="led">${Object.values(each.cells).map((cell) => html`<span>${cell.was ? html`<s>${cell.was}</s> ` : ""}${textOf(cell.text ?? "")}</span>`)}</span>
      </li>`,
    )}
  </ul>`;
}

function Speech({ said }) {
  if (said === undefined) return html`<p class="dim">${t("loading")}</p>`;
  if (said === null) return html`<p class="warn">▲ ${t("no_broadcast")}</p>`;
  const list = said.announcements;
  if (!list.length) return html`<p class="dim">${t("nothing_said")}</p>`;
  return html`<ul class="told">
    ${list.slice(0, MOST).map((each) => html`<li><b>♪ ${hhmm(each.due)}</b> ${textOf(each.text)} <small class="dim">${each.zones.map(nameOf).join(" · ")}</small></li>`)}
  </ul>`;
}

export function Told({ run }) {
  const { sites } = station.value;
  const shown = useTold(sites.display, "/preview", run);
  const spoken = useTold(sites.broadcast, "/api/preview", run);
  void language.value;
  return html`<section class="told-both" aria-live="polite">
    <h3>${t("boards_would_show")}</h3>
    <${Boards} said=${shown} />
    <h3>${t("loudspeakers_would_say")}</h3>
    <${Speech} said=${spoken} />
  </section>`;
}
