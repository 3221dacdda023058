// @ts-check
/**
 * The diagram as a table: each track with the train that is there and those that follow.
 *
 * Law: says everything that the picture shows, for whoever cannot see it; made of the same fields.
 */

import { fill, h } from "./dom.js";
import { callText, stands } from "./tell.js";
import { nameIn } from "./words.js";

const FOLLOWING = 3;

/**
 * @param {HTMLElement} element
 * @param {{trains: Map<string, any>, bars: Map<string, any>}} picture
 * @param {any} context words, language, tracks, ground, clock
 * @param {number} at unix seconds
 */
export function putTable(element, picture, context, at) {
  const { words, language, ground, clock } = context;
  const here = grouped(picture.trains, (train) => train.place);
  const later = grouped(picture.bars, (bar) => bar.track);
  const rows = ground.tracks.map((/** @type {any} */ track) => {
    const name = language === "zh" ? `${track.label}道` : `${words.track} ${track.label}`;
    const standing = here.get(`track/${track.id}`) ?? [];
    const runs = new Set(standing.map(([run]) => run));
    const next = (later.get(track.id) ?? [])
      .filter(([run, bar]) => bar.e >= at && !runs.has(run))
      .sort((a, b) => a[1].b - b[1].b)
      .slice(0, FOLLOWING);
    return h(
      "tr", {},
      h("th", { scope: "row" }, name, track.closed ? h("span", { class: "td-bay" }, `${words.bay}, ${words.openTo[track.closed === "left" ? "right" : "left"]}`) : ""),
      h("td", {}, track.platform ?? "–"),
      h("td", {}, ...(standing.length ? standing.map(([, train]) => line(train, context)) : [words.nobody])),
      h("td", {}, ...next.map(([, bar]) => h("span", { class: "td-next" }, `${clock(bar.b)} ${bar.no} (${stands(bar, words)})`))),
    );
  });
  const waiting = [...here].filter(([place]) => !place.startsWith("track/"));
  const others = waiting.flatMap(([place, trains]) => trains.map(([, train]) => {
    const [side, yard] = place.split("/");
    const end = { left: words.waitLeft, right: words.waitRight, unsure: words.unsure }[side] ?? side;
    return h("tr", {}, h("th", { scope: "row" }, `${nameIn(ground.yards[yard], language)} ${end}`), h("td", {}, train.platform ?? "–"),
      h("td", {}, line(train, context)), h("td", {}, train.hidden ? words.notDrawn : ""));
  }));
  const head = [words.track, words.platform, words.here, words.next];
  fill(
    element,
    h("caption", {}, `${words.tracks}, ${clock(at)}`),
    h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...others, ...rows),
  );
}

/** @param {any} train @param {any} context */
function line(train, { words, language, clock }) {
  const times = [train.a ? `${words.arrival} ${callText(train.a, words, clock)}` : "", train.d ? `${words.departure} ${callText(train.d, words, clock)}` : ""];
  return h(
    "span", { class: "td-line", "data-account": train.account },
    h("b", {}, train.no), ` ${words.motion[train.motion]}, ${stands(train, words)}, `,
    `${nameIn(train.origin, language)} → ${nameIn(train.to, language)}, `,
    times.filter(Boolean).join("; "),
    train.manual ? `, ${words.manual}` : "", train.clash ? `, ${words.clash}` : "",
  );
}

/** @param {Map<string, any>} keyed @param {(fields: any) => string} by @returns {Map<string, [string, any][]>} */
function grouped(keyed, by) {
  const found = new Map();
  for (const [run, fields] of keyed) {
    const key = by(fields);
    const list = found.get(key) ?? [];
    list.push([run, fields]);
    found.set(key, list);
  }
  return found;
}
