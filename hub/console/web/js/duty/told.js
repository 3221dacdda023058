// Law: what boards would show and loudspeakers would say of trains, asked of those who show and say
// it, in one question for all of them. One that does not answer is named: a preview that is not there
// is not one that is empty. Many trains flood nobody: the first are in sight, the others a key away.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { hhmm, numberOf, station } from "../format.js";
import { language, named, t } from "../words.js";

/** So many trains are asked about. */
const TRAINS = 24;
/** So many boards and announcements are in sight: of announcements those that come next. */
const BOARDS = 3;
const SAID = 3;
const nameOf = (id) => named(station.value.zones.find((each) => each.id === id)?.names) || id;
const textOf = (text) => (typeof text === "string" ? text : named(text));

async function ask(site, path, runs) {
  const answer = await fetch(site + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(runs),
    signal: AbortSignal.timeout(4000),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function useTold(site, path, runs) {
  const [said, say] = useState(undefined);
  const key = JSON.stringify(runs);
  useEffect(() => {
    say(undefined);
    if (!site) return say(null);
    let wanted = true;
    ask(site, path, runs).then((answer) => wanted && say(answer), () => wanted && say(null));
    return () => (wanted = false);
  }, [site, key]);
  return said;
}

/** Boards that would show the same are one: {titles, rows}, each row the cells of a train. */
function alike(shown) {
  const boards = new Map();
  for (const each of shown) {
    if (!boards.has(each.board)) boards.set(each.board, { title: each.title, rows: [] });
    boards.get(each.board).rows.push(each);
  }
  const found = new Map();
  for (const { title, rows } of boards.values()) {
    const key = JSON.stringify(rows.map((each) => [each.run_id, each.cells]));
    if (!found.has(key)) found.set(key, { titles: [], rows });
    found.get(key).titles.push(named(title));
  }
  return [...found.values()].sort((a, b) => b.rows.length - a.rows.length || b.titles.length - a.titles.length);
}

const Led = ({ cells }) =>
  html`<span class="led">${Object.values(cells).map((cell) => html`<span>${cell.was ? html`<s>${cell.was}</s> ` : ""}${textOf(cell.text ?? "")}</span>`)}</span>`;

function Board({ titles, rows, many }) {
  return html`<li>
    <b title=${titles.join(" · ")}>${titles.slice(0, 3).join(" · ")}${titles.length > 3 ? ` · +${titles.length - 3}` : ""}</b>
    ${many && rows.length > 1 && html` <small class="dim">${rows.length} ${t("trains_n")}</small>`}
    ${rows.slice(0, 4).map((each) => html`<${Led} cells=${each.cells} />`)}
    ${rows.length > 4 && html`<details><summary>${t("and_more")} ${rows.length - 4} ${t("more_trains")}</summary>${rows.slice(4).map((each) => html`<${Led} cells=${each.cells} />`)}</details>`}
  </li>`;
}

function Boards({ said, runs }) {
  if (said === undefined) return html`<p class="dim">${t("loading")}</p>`;
  if (said === null) return html`<p class="warn">▲ ${t("no_display")}</p>`;
  const many = runs.length > 1;
  const list = alike(said.boards).map((each) => html`<${Board} ...${each} many=${many} />`);
  const shown = new Set(said.boards.map((each) => each.run_id));
  const nowhere = runs.filter((each) => !shown.has(each.run_id));
  return html`${list.length > 0 && html`<${Some} list=${list} most=${BOARDS} unit="more_boards" />`}
    ${nowhere.length > 0 &&
    html`<p class="dim">${many && list.length ? `${nowhere.slice(0, 8).map(numberOf).join(" ")}${nowhere.length > 8 ? ` +${nowhere.length - 8}` : ""}: ` : ""}${t("on_no_board")}</p>`}`;
}

function Speech({ said, runs }) {
  if (said === undefined) return html`<p class="dim">${t("loading")}</p>`;
  if (said === null) return html`<p class="warn">▲ ${t("no_broadcast")}</p>`;
  const found = said.announcements;
  if (!found.length) return html`<p class="dim">${t("nothing_said")}</p>`;
  const list = found.map(
    (each) => html`<li><b>♪ ${hhmm(each.due)}</b>${each.run_ids?.length > 1 ? html` <small class="mark">${each.run_ids.length} ${t("trains_n")}</small>` : ""} ${textOf(each.text)}${" "}
      <small class="dim" title=${each.zones.map(nameOf).join(" · ")}>${each.zones.slice(0, 3).map(nameOf).join(" · ")}${each.zones.length > 3 ? ` · +${each.zones.length - 3}` : ""}</small></li>`,
  );
  return html`<${Some} list=${list} most=${runs.length > 1 ? 2 * SAID : SAID} unit="more_said" />`;
}

function Some({ list, most, unit }) {
  return html`<ul class="told">${list.slice(0, most)}</ul>
    ${list.length > most && html`<details><summary>${t("and_more")} ${list.length - most} ${t(unit)}</summary><ul class="told">${list.slice(most)}</ul></details>`}`;
}

/** `runs`: as they would be. */
export function Told({ runs }) {
  const { sites } = station.value;
  const some = runs.slice(0, TRAINS);
  const shown = useTold(sites.display, "/preview", some);
  const spoken = useTold(sites.broadcast, "/api/preview", some);
  void language.value;
  return html`<section class="told-both">
    ${runs.length > some.length && html`<p class="dim">${t("told_first")} ${some.length} ${t("trains_n")}</p>`}
    <h3>${t("boards_would_show")}</h3>
    <${Boards} said=${shown} runs=${some} />
    <h3>${t("loudspeakers_would_say")}</h3>
    <${Speech} said=${spoken} runs=${some} />
  </section>`;
}
