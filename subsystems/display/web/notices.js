// @ts-check
/**
 * Notices on a board: a band above the foot, or, in an emergency, the whole screen.
 *
 * Law: draws what notes.js chose. A kind is told by its word and its shape, never by colour alone;
 * nothing scrolls or blinks for those who asked for less motion. What is said to a screen reader is
 * said once, whole, in every language.
 */

import { HALF, HIGH } from "./layout.js";
import { fillBox, led, pixel } from "./led.js";
import { fill, languagesOf, pages, parted, playing, told, whole } from "./notes.js";
import { say } from "./select.js";

const SHAPES = { INFORMATION: "●", DISRUPTION: "▲", EMERGENCY: "！", SPOKEN: "♪" };
const WORDS = { INFORMATION: "notice_information", DISRUPTION: "notice_disruption", EMERGENCY: "notice_emergency", SPOKEN: "notice_spoken" };
const TONES = { INFORMATION: "plain", DISRUPTION: "soon", EMERGENCY: "bad", SPOKEN: "good" };
/** Real seconds of an emergency where there are several. */
const EMERGENCY_S = 8;

export class Notices {
  /**
   * @param {{band: HTMLElement, emergency: HTMLElement, said: HTMLElement, alarm: HTMLElement}} parts
   * @param {any} sheet
   * @param {{plain: boolean, only: ?string, resized: () => void}} how `resized`: the band came or went
   */
  constructor(parts, sheet, how) {
    this.parts = parts;
    this.sheet = sheet;
    this.how = how;
    this.signature = "";
    /** @type {?import("./notes.js").Page[]} */
    this.pages = null;
    this.began = 0;
    this.drawn = "";
  }

  /** Measure anew at the next drawing. */
  resize() {
    this.pages = null;
    this.drawn = "";
  }

  /**
   * @param {import("./notes.js").Note[]} notes most important first
   * @param {number} now station time @param {number} elapsed real seconds
   * @param {string} clock what the clock shows @param {string} line the honest line
   */
  draw(notes, now, elapsed, clock, line) {
    const shown = told(notes, now);
    const { emergencies, others } = parted(shown);
    const signature = JSON.stringify(shown.map(({ id, kind, text, title }) => [id, kind, text, title]));
    if (signature !== this.signature) {
      this.signature = signature;
      this.began = elapsed;
      this.resize();
      this.say(emergencies, others);
    }
    this.drawBand(others, elapsed - this.began);
    this.drawEmergency(emergencies, elapsed - this.began, clock, line);
  }

  /** @param {import("./notes.js").Note[]} emergencies @param {import("./notes.js").Note[]} others */
  say(emergencies, others) {
    this.parts.said.replaceChildren(...this.spoken(others));
    this.parts.alarm.replaceChildren(...this.spoken(emergencies));
  }

  /** @param {import("./notes.js").Note[]} notes */
  spoken(notes) {
    return notes.flatMap((note) =>
      languagesOf(note, this.how.only).map((language) => {
        const line = document.createElement("p");
        line.lang = language;
        line.textContent = `${this.word(note.kind, language)}: ${whole(note, language)}`;
        return line;
      }),
    );
  }

  /** @param {string} kind @param {string} language */
  word(kind, language) {
    return say(this.sheet.words[WORDS[/** @type {"DISRUPTION"} */ (kind)]], language);
  }

  /** @param {import("./notes.js").Note[]} notes @param {number} elapsed */
  drawBand(notes, elapsed) {
    const band = this.parts.band;
    const here = notes.length > 0;
    const root = document.documentElement;
    if ((root.dataset.notice === "yes") !== here) {
      root.dataset.notice = here ? "yes" : "no";
      this.how.resized();
    }
    if (!here) return;
    if (this.how.plain) {
      this.once(JSON.stringify(notes), () => part(band, "text").replaceChildren(...this.spoken(notes)));
      return;
    }
    const text = part(band, "text");
    const p = pixel();
    if (this.pages === null) {
      const rows = innerHeight > innerWidth ? 2 : 1;
      const high = Math.floor(text.clientHeight / p / rows);
      this.dot = Math.max(1, Math.floor(high / (HIGH + 1)));
      const columns = Math.max(8, Math.floor(text.clientWidth / p / (HALF * this.dot)));
      this.pages = pages(notes, columns, rows, this.how.only);
    }
    const page = playing(this.pages, elapsed);
    this.once(JSON.stringify(page), () => this.drawPage(band, page));
  }

  /** @param {HTMLElement} band @param {import("./notes.js").Page} page */
  drawPage(band, page) {
    const kind = /** @type {"DISRUPTION"} */ (page.kind);
    band.dataset.kind = page.kind;
    band.dataset.notice = page.id;
    band.lang = page.language;
    const lines = page.lines.map((line) => led(line, this.dot ?? 1));
    part(band, "text").replaceChildren(...lines);
    const word = `${SHAPES[kind]} ${this.word(page.kind, page.language)}`;
    fillBox(part(band, "kind"), [{ text: word, scale: 1, lang: page.language }], TONES[kind]);
    const count = page.of > 1 ? `${page.nth}/${page.of}` : "";
    fillBox(part(band, "count"), [{ text: count, scale: 1 }]);
  }

  /** @param {import("./notes.js").Note[]} notes @param {number} elapsed @param {string} clock @param {string} line */
  drawEmergency(notes, elapsed, clock, line) {
    const screen = this.parts.emergency;
    document.documentElement.dataset.emergency = notes.length > 0 ? "yes" : "no";
    screen.hidden = notes.length === 0;
    if (notes.length === 0) return;
    const n = Math.floor(elapsed / EMERGENCY_S) % notes.length;
    const note = notes[n];
    const languages = languagesOf(note, this.how.only);
    screen.dataset.notice = note.id;
    const words = languages.map((language) => this.word(note.kind, language));
    fillBox(part(screen, "kind"), [{ text: `${SHAPES.EMERGENCY} ${[...new Set(words)].join(" ")}`, scale: 1 }]);
    fillBox(part(screen, "clock"), [{ text: clock, scale: 1 }]);
    fillBox(part(screen, "line"), [{ text: line, scale: 1 }]);
    fillBox(part(screen, "count"), [{ text: notes.length > 1 ? `${n + 1}/${notes.length}` : "", scale: 1 }]);
    const box = part(screen, "text");
    const p = pixel();
    const size = [Math.floor(box.clientWidth / p), Math.floor(box.clientHeight / p)];
    const signature = JSON.stringify([note, size]);
    if (box.dataset.signature === signature) return;
    box.dataset.signature = signature;
    const texts = languages.map((lang) => ({ text: whole(note, lang), lang }));
    box.replaceChildren(...fill(texts, size[0], size[1]).map(block));
  }

  /** @param {string} signature @param {() => void} draw */
  once(signature, draw) {
    if (signature === this.drawn) return;
    this.drawn = signature;
    draw();
  }
}

/** @param {{lang: string, dot: number, lines: string[]}} given */
function block({ lang, dot, lines }) {
  const element = document.createElement("div");
  element.lang = lang;
  element.append(...lines.map((line) => led(line, dot)));
  return element;
}

/** @param {HTMLElement} element @param {string} name @returns {HTMLElement} */
function part(element, name) {
  return /** @type {HTMLElement} */ (element.querySelector(`[data-part="${name}"]`));
}
