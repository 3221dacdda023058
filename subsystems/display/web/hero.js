// @ts-check
/**
 * The train that stands large on a gate or platform screen, in all languages at once.
 *
 * Law: draws what select.js chose; texts fill their boxes in whole dots.
 */

import { fillBox } from "./led.js";
import { fill, say } from "./select.js";

/** How large the second language is beside the first. */
const SECOND = 0.55;

export class Hero {
  /** @param {HTMLElement} element @param {any} sheet */
  constructor(element, sheet) {
    this.element = element;
    this.sheet = sheet;
    this.drawn = "";
  }

  resize() {
    this.drawn = "";
  }

  /** @param {import("./select.js").Shown | undefined} row */
  draw(row) {
    const signature = row ? JSON.stringify(row) : "none";
    if (signature === this.drawn) return;
    this.drawn = signature;
    for (const box of this.boxes()) this.fill(box.dataset.box || "", []);
    this.element.dataset.empty = String(!row);
    if (row) this.drawRun(row);
    else this.drawNone();
  }

  boxes() {
    return /** @type {HTMLElement[]} */ (Array.from(this.element.querySelectorAll("[data-box]")));
  }

  drawNone() {
    delete this.element.dataset.run;
    delete this.element.dataset.version;
    this.fill("none", this.lines((language) => say(this.sheet.words.no_trains, language)));
  }

  /** @param {import("./select.js").Shown} row */
  drawRun(row) {
    this.element.dataset.run = row.id;
    this.element.dataset.version = String(row.version);
    const { cells } = row;
    const terminates = !cells.departure || !(cells.departure.text || cells.departure.was);
    const place = terminates ? cells.origin : cells.destination;
    const words = terminates ? this.sheet.words.coming_from : this.sheet.words.bound_for;
    const time = (terminates ? cells.arrival : cells.departure) || {};
    this.fill("train", [{ text: say(cells.train?.text, ""), scale: 1, lang: "" }]);
    this.fill("direction", this.lines((language) => say(words, language)));
    this.fill("place", this.lines((language) => say(place?.text, language)));
    this.fill("time", [{ text: say(time.text, this.sheet.languages[0]), scale: 1, lang: "" }], time.tone);
    this.fill("was", time.was ? [{ text: time.was, scale: 1, lang: "", struck: true }] : []);
    this.fillPlatform(cells.platform || {});
    const status = cells.status || {};
    const mark = status.mark ? `${status.mark} ` : "";
    this.fill("status", this.lines((l, n) => (n === 0 ? mark : "") + say(status.text, l)), status.tone);
    this.element.dataset.tone = status.tone || "plain";
  }

  /** @param {any} cell */
  fillPlatform(cell) {
    if (this.sheet.kind !== "gate" || !cell.text) return;
    const label = (/** @type {string} */ language) =>
      fill(say(this.sheet.words.platform, language), { label: say(cell.text, language) });
    const lines = this.lines(label);
    if (cell.was) {
      const changed = this.lines((language) => `${say(this.sheet.words.platform_changed, language)}`);
      lines.push({ ...changed[0], text: `${changed[0].text} ${cell.was}→${say(cell.text, "")}`, scale: 0.4 });
    }
    this.fill("platform", lines, cell.tone);
  }

  /** @param {(language: string, n: number) => string} text */
  lines(text) {
    return this.sheet.languages.map((/** @type {string} */ language, /** @type {number} */ n) => ({
      text: text(language, n),
      scale: n === 0 ? 1 : SECOND,
      lang: language,
    }));
  }

  /**
   * @param {string} name
   * @param {{text: string, scale: number, lang: string, struck?: boolean}[]} lines
   * @param {string} [tone]
   */
  fill(name, lines, tone = "") {
    const box = this.element.querySelector(`[data-box="${name}"]`);
    if (!(box instanceof HTMLElement)) return;
    fillBox(box, lines, tone || "plain");
  }
}
