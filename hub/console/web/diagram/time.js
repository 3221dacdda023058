// @ts-check
/**
 * The time slider: back through the journal, ahead by timelines, and now.
 *
 * Law: which time is shown and how it is told; films are asked for in hours and kept, a few of them.
 * A forecast is asked for anew when what it was made of may have changed.
 */

import { fill, h, set } from "./dom.js";
import { Film } from "./store.js";

const BACK = 180;
const AHEAD = 120;
const KEPT = 6;
const HOUR = 3600;
const STALE_MS = 20_000;

/** Films by what they cover; the server is asked once for each. */
export class Films {
  /** @param {any} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, {film: Film, made: number}>} */
    this.kept = new Map();
    /** @type {Map<string, Promise<Film>>} */
    this.coming = new Map();
  }

  /** What was told has changed: a forecast made of it is old. */
  stale() {
    this.kept.delete("forecast");
  }

  /** @param {number} time @param {number} now @returns {Promise<Film>} one that covers `time` */
  async at(time, now) {
    const ahead = time >= now;
    const begin = Math.floor(time / HOUR) * HOUR;
    const end = Math.min(begin + HOUR, now - 0.001);
    const key = ahead ? "forecast" : `${begin}`;
    const held = this.kept.get(key);
    if (held && held.film.covers(time) && (!ahead || performance.now() - held.made < STALE_MS)) return held.film;
    const query = ahead ? `begin=${now}&end=${now + AHEAD * 60}` : `begin=${begin}&end=${Math.max(end, begin + 1)}`;
    const asked = this.coming.get(query) ?? this.ask(key, query);
    return asked;
  }

  /** @param {string} key @param {string} query */
  ask(key, query) {
    const asked = this.api.get(`diagram/film?${query}`).then((/** @type {any} */ given) => {
      const film = new Film(given);
      this.kept.delete(key);
      this.kept.set(key, { film, made: performance.now() });
      for (const old of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(old);
      return film;
    }).finally(() => this.coming.delete(query));
    this.coming.set(query, asked);
    return asked;
  }
}

export class Slider {
  /** @param {{chosen: (time: number | null) => void}} given null: now */
  constructor({ chosen }) {
    this.chosen = chosen;
    this.range = h("input", { type: "range", min: -BACK, max: AHEAD, step: 1, value: 0, oninput: () => this.slid() });
    this.nowButton = h("button", { type: "button", class: "td-nowbutton", onclick: () => this.back() });
    this.said = h("output", { class: "td-when" });
    this.ticks = h("div", { class: "td-ticks", "aria-hidden": "true" });
    this.track = h("div", { class: "td-track-of-time" }, this.range, this.ticks);
    this.element = h("div", { class: "td-time" }, this.nowButton, this.track, this.said);
    /** @type {number | null} */
    this.time = null;
    this.now = 0;
    this.ticked = -1;
  }

  /** @param {any} context words, clock, date */
  dress(context) {
    this.context = context;
    fill(this.nowButton, context.words.now);
    set(this.range, { "aria-label": context.words.time });
    this.ticked = -1;
    this.tell();
  }

  /** @param {number} now station time, unix seconds */
  tick(now) {
    this.now = now;
    if (this.time !== null) this.range.value = String(Math.round((this.time - now) / 60));
    this.tell();
  }

  slid() {
    const minutes = Number(this.range.value);
    this.time = minutes === 0 ? null : Math.round((this.now + minutes * 60) / 60) * 60;
    this.tell();
    this.chosen(this.time);
  }

  back() {
    this.time = null;
    this.range.value = "0";
    this.tell();
    this.chosen(null);
  }

  get kind() {
    if (this.time === null) return "live";
    return this.time < this.now ? "past" : "forecast";
  }

  tell() {
    if (!this.context || !this.now) return;
    const { words, clock } = this.context;
    const shown = this.time ?? this.now;
    const apart = Math.round(Math.abs(shown - this.now) / 60);
    const rest = { live: "", past: ` ${words.ago(apart)}`, forecast: ` ${words.ahead(apart)}` }[this.kind];
    const text = `${words[this.kind]} ${clock(shown)}${rest}`;
    if (this.said.textContent !== text) fill(this.said, text);
    set(this.range, { "aria-valuetext": text });
    this.nowButton.disabled = this.kind === "live";
    this.tickMarks();
  }

  tickMarks() {
    const quarter = Math.floor(this.now / 60);
    if (quarter === this.ticked) return;
    this.ticked = quarter;
    const begin = this.now - BACK * 60;
    const whole = (BACK + AHEAD) * 60;
    const made = [];
    for (let t = Math.ceil(begin / 1800) * 1800; t < begin + whole; t += 1800) {
      const mark = h("span", { class: t % 3600 ? "td-half" : "" }, t % 3600 ? "" : this.context.clock(t));
      mark.style.left = `${((t - begin) / whole) * 100}%`;
      made.push(mark);
    }
    const now = h("span", { class: "td-nowmark" });
    now.style.left = `${(BACK / (BACK + AHEAD)) * 100}%`;
    fill(this.ticks, ...made, now);
  }
}
