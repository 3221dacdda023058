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
    const terminates = !told(cells.departure);
    const words = this.sheet.words;
    const place = terminates ? cells.origin : cells.destination;
    this.fill("train", [{ text: say(cells.train?.text, ""), scale: 1, lang: "" }]);
    this.fill("direction", this.inLine(terminates ? words.coming_from : words.bound_for));
    this.fill("place", this.lines((language) => say(place?.text, language)));
    const departs = this.sheet.kind === "gate" || (!terminates && !told(cells.arrival));
    if (departs) this.fillTime("time", cells.departure || {}, words["column-departure"]);
    else if (terminates) this.fillTime("time", cells.arrival || {}, words["column-arrival"]);
    else {
      this.fillTime("arrival", cells.arrival, words["column-arrival"]);
      this.fillTime("departure", cells.departure, words["column-departure"]);
    }
    this.fillPlatform(cells.platform || {}, cells.gate || {});
    const status = cells.status || {};
    const mark = status.mark ? `${status.mark} ` : "";
    this.fill("status", this.lines((l, n) => (n === 0 ? mark : "") + say(status.text, l)), status.tone);
    this.element.dataset.lapsed = String(row.lapsed);
  }

  /**
   * A time under its heading, the planned one struck through where it does not hold.
   * @param {string} name @param {import("./select.js").Cell} cell @param {any} heading
   */
  fillTime(name, cell, heading) {
    const first = this.sheet.languages[0];
    const lines = [{ text: this.inLine(heading)[0].text, scale: 0.28, lang: "", className: "label" }];
    if (cell.was) lines.push({ text: cell.was, scale: 0.45, lang: "", className: "was" });
    if (cell.text) lines.push({ text: say(cell.text, first), scale: 1, lang: "", className: "" });
    this.fill(name, lines, cell.tone);
  }

  /** All languages beside each other. @param {any} text */
  inLine(text) {
    const parts = this.sheet.languages.map((/** @type {string} */ language) => say(text, language));
    return [{ text: [...new Set(parts)].join(" "), scale: 1, lang: "" }];
  }

  /** With what it was before, and the gates that it had. @param {any} cell @param {any} gate */
  fillPlatform(cell, gate) {
    if (this.sheet.kind !== "gate" || !cell.text) return;
    const label = (/** @type {string} */ language) =>
      fill(say(this.sheet.words.platform, language), { label: say(cell.text, language) });
    const lines = this.lines(label);
    if (cell.was) lines.push(this.changed("platform_changed", cell));
    if (gate.was) lines.push(this.changed("gate_changed", gate));
    this.fill("platform", lines, cell.tone || gate.tone);
  }

  /** In the first language. @param {string} key @param {any} cell */
  changed(key, cell) {
    const language = this.sheet.languages[0];
    const text = `${say(this.sheet.words[key], language)} ${cell.was}→${say(cell.text, "")}`;
    return { text, scale: 0.4, lang: language };
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
   * @param {{text: string, scale: number, lang: string, className?: string}[]} lines
   * @param {string} [tone]
   */
  fill(name, lines, tone = "") {
    const box = this.element.querySelector(`[data-box="${name}"]`);
    if (!(box instanceof HTMLElement)) return;
    fillBox(box, lines, tone || "plain");
  }
}

/** @param {import("./select.js").Cell | undefined} cell */
function told(cell) {
  return cell !== undefined && Boolean(cell.text || cell.was);
}
