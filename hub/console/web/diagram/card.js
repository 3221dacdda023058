// @ts-check
/**
 * The card of one train: what is known of it, beside the diagram.
 *
 * Law: of the fields that are shown, nothing is asked for; it hides nothing that has the focus.
 */

import { fill, h } from "./dom.js";
import { sample, codeOf } from "./legend.js";
import { callText, stands, whereText } from "./tell.js";
import { nameIn } from "./words.js";

/**
 * @param {HTMLElement} element
 * @param {string | null} run
 * @param {{trains: Map<string, any>, bars: Map<string, any>}} picture
 * @param {any} context legend, words, language, tracks, clock, scope
 * @param {{open: ((run: string) => void) | null, close: () => void, chosen: boolean}} acts
 */
export function putCard(element, run, picture, context, acts) {
  const train = run ? picture.trains.get(run) : null;
  const bar = run ? picture.bars.get(run) : null;
  element.hidden = !train && !bar;
  if (!run || (!train && !bar)) return;
  const { words } = context;
  const fields = train ?? bar;
  const rows = train ? ofTrain(train, context) : ofBar(bar, context);
  fill(
    element,
    h("header", {}, sample(context.legend, codeOf(fields), fields.kind, context.scope), h("h2", {}, fields.no),
      h("span", { class: "td-stands" }, stands(fields, words)),
      acts.chosen ? h("button", { type: "button", class: "td-close", "aria-label": words.close, onclick: acts.close }, "✕") : null),
    h("dl", {}, ...rows.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
    fields.clash ? h("p", { class: "td-warn" }, `! ${words.clash}: ${fields.clash.map(numberOf).join(", ")}`) : "",
    acts.chosen && acts.open ? h("button", { type: "button", class: "td-open", onclick: () => acts.open?.(run) }, words.open) : "",
  );
}

/** @param {any} train @param {any} context @returns {[string, string][]} */
function ofTrain(train, { words, language, tracks, clock }) {
  /** @type {[string, string][]} */
  const rows = [
    [words.role, `${words.kind[train.kind]}, ${words.motion[train.motion]}`],
    [words.from, nameIn(train.origin, language)],
    [words.to, nameIn(train.to, language)],
    [words.track, whereText(train, words, language, tracks)],
  ];
  if (train.a) rows.push([words.arrival, callText(train.a, words, clock)]);
  if (train.d) rows.push([words.departure, callText(train.d, words, clock)]);
  if (train.motion === "standing" || train.motion === "leaving") rows.push(["", train.reported ? words.reported : words.unreported]);
  if (train.manual) rows.push(["", words.manual]);
  return rows;
}

/** @param {any} bar @param {any} context @returns {[string, string][]} */
function ofBar(bar, { words, tracks, clock }) {
  const from = bar.open === "begin" || bar.open === "both" ? "?" : clock(bar.b);
  const until = bar.open === "end" || bar.open === "both" ? "?" : clock(bar.e);
  /** @type {[string, string][]} */
  const rows = [
    [words.role, words.kind[bar.kind]],
    [words.track, words.onTrack(tracks.get(bar.track)?.label ?? bar.track)],
    [words.time, `${from}–${until}`],
  ];
  if (bar.manual) rows.push(["", words.manual]);
  return rows;
}

/** @param {string} run */
function numberOf(run) {
  return run.slice(11).toUpperCase();
}
