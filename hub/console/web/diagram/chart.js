// @ts-check
/**
 * The occupation chart: tracks down, time across, one bar a train.
 *
 * Law: the same bars as the server judged: an end that nobody knows is drawn open, uncertainty as a
 * whisker, a conflict with a mark and an outline, never by colour alone. What lies ahead of now is
 * told as forecast.
 */

import { barPath, freeBeside, layLanes, whisker } from "./bars.js";
import { h, set } from "./dom.js";
import { codeOf, inkOf, lookOf, paint } from "./legend.js";
import { barText, ems, shortDelay } from "./tell.js";

const LEFT = 96;
const LEFT_LARGE = 176;
const TOP = 26;
const LEAST = 23;
const MOST = 64;
const BEFORE = 3600;
const AFTER = 7200;

/** @typedef {import("./bars.js").Place} Place */

export class Chart {
  /** @param {{scope: string, choose: (run: string | null, how: string) => void}} given */
  constructor({ scope, choose }) {
    this.scope = scope;
    this.choose = choose;
    this.axis = h("g", { class: "td-axis", "aria-hidden": "true" });
    this.rows = h("g", { class: "td-rows", "aria-hidden": "true" });
    this.bars = h("g", { role: "group", class: "td-bars", onkeydown: (/** @type {KeyboardEvent} */ e) => this.key(e) });
    this.line = h("g", { class: "td-nowline", "aria-hidden": "true" });
    this.svg = h("svg", { class: "td-chart", role: "group" }, this.rows, this.axis, this.line, this.bars);
    this.element = h("div", { class: "td-scroll", tabindex: -1 }, this.svg);
    /** @type {Map<string, {g: SVGElement, bar: any}>} */
    this.drawn = new Map();
    /** @type {string | null} */
    this.current = null;
    this.width = 800;
    this.left = LEFT;
    this.height = 400;
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    if (width === this.width && height === this.height) return;
    [this.width, this.height] = [width, height];
    this.large = width > 2300;
    this.left = this.large ? LEFT_LARGE : LEFT;
    if (this.context) this.lay();
  }

  /** @param {any} context legend, words, language, tracks, ground, clock */
  dress(context) {
    this.context = context;
    set(this.svg, { "aria-label": context.words.chart });
    set(this.bars, { "aria-label": `${context.words.chart}. ${context.words.hints}` });
    this.lay();
  }

  /** @param {number} at shown, unix seconds @param {number} now @param {Map<string, any>} bars */
  update(at, now, bars) {
    this.at = at;
    this.now = now;
    this.all = bars;
    if (this.context) this.lay();
  }

  lay() {
    if (this.at === undefined || !this.all) return;
    const tracks = this.context.ground.tracks;
    const yards = Object.keys(this.context.ground.yards);
    const free = this.height - TOP - 6 - 8 * (yards.length - 1);
    this.row = Math.max(this.large ? 34 : LEAST, Math.min(MOST, free / Math.max(1, tracks.length)));
    this.begin = this.at - BEFORE;
    this.scale = (this.width - this.left - 12) / (BEFORE + AFTER);
    /** @type {Map<string, number>} */
    this.y = new Map();
    let y = TOP;
    let yard = tracks[0]?.yard;
    for (const track of tracks) {
      if (track.yard !== yard) [y, yard] = [y + 8, track.yard];
      this.y.set(track.id, y);
      y += this.row;
    }
    this.bottom = y;
    set(this.svg, { width: this.width, height: y + 6, viewBox: `0 0 ${this.width} ${y + 6}` });
    this.layRows(tracks);
    this.layAxis();
    this.layBars();
  }

  /** @param {any[]} tracks */
  layRows(tracks) {
    const { words } = this.context;
    const made = tracks.flatMap((track, i) => {
      const y = this.y.get(track.id) ?? 0;
      const beside = track.platform ? words.atPlatform(track.platform) : track.main ? words.mainLine : "";
      return [
        h("rect", { class: i % 2 ? "td-odd" : "td-even", x: 0, y, width: this.width, height: this.row }),
        h("text", { x: 8, y: y + this.row / 2, class: "td-label", "dominant-baseline": "central" }, words.shortTrack(track.label)),
        h("text", { x: this.left - 8, y: y + this.row / 2, class: "td-sublabel", "text-anchor": "end", "dominant-baseline": "central" }, beside),
      ];
    });
    this.rows.replaceChildren(...made);
  }

  layAxis() {
    const { clock, words } = this.context;
    const step = this.scale * 900 > 60 ? 900 : 1800;
    const made = [];
    for (let t = Math.ceil(this.begin / step) * step; t <= this.begin + BEFORE + AFTER; t += step) {
      const x = this.x(t);
      made.push(h("line", { class: t % 3600 ? "td-grid" : "td-grid td-hour", x1: x, x2: x, y1: TOP - 4, y2: this.bottom }));
      made.push(h("text", { x, y: 12, class: "td-tick", "text-anchor": "middle", "dominant-baseline": "central" }, clock(t)));
    }
    this.axis.replaceChildren(...made);
    const x = this.x(this.now);
    const parts = [];
    if (x < this.width) {
      const from = Math.max(this.left, x);
      parts.push(h("rect", { class: "td-ahead", x: from, y: TOP - 2, width: Math.max(0, this.width - from), height: this.bottom - TOP + 2 }));
    }
    if (x >= this.left && x <= this.width) {
      parts.push(h("line", { class: "td-now", x1: x, x2: x, y1: TOP - 6, y2: this.bottom }));
      parts.push(h("text", { class: "td-nowtext", x: x + 4, y: TOP + 2, "dominant-baseline": "central" }, words.now));
    }
    if (Math.abs(this.at - this.now) > 30) {
      const seen = this.x(this.at);
      parts.push(h("line", { class: "td-shown", x1: seen, x2: seen, y1: TOP - 6, y2: this.bottom }));
    }
    this.line.replaceChildren(...parts);
  }

  /** @param {number} t */
  x(t) {
    return this.left + (t - this.begin) * this.scale;
  }

  layBars() {
    const seen = new Set();
    /** @type {Map<string, Place[]>} */
    const onTrack = new Map();
    for (const [run, bar] of this.all) {
      const left = this.x(bar.b);
      const right = this.x(bar.e);
      if (!this.y.has(bar.track) || right < this.left - 30 || left > this.width) continue;
      seen.add(run);
      const list = onTrack.get(bar.track) ?? [];
      list.push({ run, bar, left: Math.max(this.left, left), right: Math.min(this.width - 4, Math.max(right, left + 5)), lane: 0, lanes: 1 });
      onTrack.set(bar.track, list);
    }
    for (const list of onTrack.values()) {
      layLanes(list);
      for (const place of list) this.put(place, freeBeside(place, list, this.left, this.width));
    }
    for (const [run, each] of this.drawn) {
      if (!seen.has(run)) {
        each.g.remove();
        this.drawn.delete(run);
      }
    }
    if (!this.current || !this.drawn.has(this.current)) this.roam(this.drawn.keys().next().value ?? null);
  }

  /** @param {Place} place @param {number[]} free where its neighbours end and begin */
  put({ run, bar, left, right, lane, lanes }, free) {
    const { legend, words, clock, tracks } = this.context;
    const each = this.drawn.get(run) ?? this.make(run);
    each.bar = bar;
    const high = (this.row - 5 - (lanes - 1)) / lanes;
    const y = (this.y.get(bar.track) ?? 0) + 2.5 + lane * (high + 1);
    const code = codeOf(bar);
    const label = tracks.get(bar.track)?.label ?? bar.track;
    set(each.g, {
      "data-account": bar.account, "data-open": bar.open ?? null, "data-clash": bar.clash ? true : null,
      "aria-label": barText(bar, words, clock, label),
    });
    const wide = Math.max(4, right - left);
    const open = bar.open ?? "";
    const body = h("path", { class: "td-body", d: barPath(left, y, wide, high, open) });
    paint(body, legend, code, this.scope);
    const parts = [body];
    if (bar.v && this.x(bar.e) < this.width) parts.push(whisker(this.x(bar.e), y + high / 2, bar.v * this.scale, high));
    if (bar.u && this.x(bar.b) > this.left) parts.push(whisker(this.x(bar.b), y + high / 2, -bar.u * this.scale, high));
    if (bar.clash) parts.push(h("rect", { class: "td-edge", x: left - 2, y: y - 2, width: wide + 4, height: high + 4 }));
    parts.push(this.write(bar, code, left, y, wide, high, free));
    each.g.replaceChildren(...parts);
  }

  /**
   * In the bar, else beside it where its neighbours leave room, else small: never over another bar.
   *
   * @param {any} bar @param {string} code @param {number} left @param {number} y @param {number} wide @param {number} high @param {number[]} free
   */
  write(bar, code, left, y, wide, high, free) {
    const { legend } = this.context;
    const size = Math.min(this.large ? 18 : 13, high * (high < 13 ? 1.08 : 0.72));
    const head = bar.clash ? "! " : "";
    const texts = [`${head}${bar.no} ${lookOf(legend, code).sign}${shortDelay(bar)}`.trim(), `${head}${bar.no}`];
    const fits = texts.find((text) => ems(text) * size < wide - 6);
    const text = fits ?? texts[1];
    const right = left + wide;
    const needs = ems(text) * size + 8;
    const at = { x: left + wide / 2, "text-anchor": "middle" };
    const after = free[1] - right;
    const before = left - free[0];
    let shrunk = 1;
    if (!fits && after < needs && before >= needs) Object.assign(at, { x: left - 4, "text-anchor": "end" });
    else if (!fits && after > wide) {
      Object.assign(at, { x: right + 4, "text-anchor": "start" });
      shrunk = Math.min(1, Math.max(0.6, after / needs));
    } else if (!fits) shrunk = Math.max(0.6, (wide - 4) / needs);
    const outside = at["text-anchor"] !== "middle";
    const made = h("text", {
      class: "td-text", "dominant-baseline": "central", "font-size": Math.round(size * shrunk * 10) / 10,
      "data-halo": outside || lookOf(legend, code).pattern !== "solid", y: y + high / 2 + 0.5, ...at,
    }, text);
    made.style.fill = outside ? "var(--td-text)" : inkOf(legend, code);
    return made;
  }

  /** @param {string} run */
  make(run) {
    const g = h("g", {
      class: "td-bar", role: "button", tabindex: -1, "data-run": run,
      onclick: () => { this.roam(run); this.choose(run, "click"); },
      onpointerenter: () => this.choose(run, "hover"),
      onpointerleave: () => this.choose(null, "hover"),
      onfocus: () => { this.roam(run); this.choose(run, "focus"); },
      onblur: () => this.choose(null, "focus"),
    });
    const each = { g, bar: null };
    this.drawn.set(run, each);
    this.bars.append(g);
    return each;
  }

  /** @param {string | null} run */
  roam(run) {
    const before = this.drawn.get(this.current ?? "");
    if (before) set(before.g, { tabindex: -1 });
    this.current = run;
    const each = this.drawn.get(run ?? "");
    if (each) set(each.g, { tabindex: 0 });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const here = this.drawn.get(this.current ?? "")?.bar;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way && here) {
      const found = this.beside(here, way[0], way[1]);
      if (found) {
        this.roam(found);
        this.drawn.get(found)?.g.focus();
      }
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === " ") && this.current) {
      this.choose(this.current, "click");
      event.preventDefault();
    }
  }

  /** @param {any} here @param {number} dx along the track @param {number} dy to the next track that has a bar */
  beside(here, dx, dy) {
    const y0 = this.y.get(here.track) ?? 0;
    let best = null;
    let least = Infinity;
    for (const [run, { bar }] of this.drawn) {
      if (run === this.current) continue;
      const y = (this.y.get(bar.track) ?? 0) - y0;
      const t = bar.b - here.b;
      const cost = dx ? (y === 0 && t * dx > 0 ? Math.abs(t) : Infinity) : y * dy > 0 ? Math.abs(y) * 1000 + Math.abs(t) / 100 : Infinity;
      if (cost < least) [best, least] = [run, cost];
    }
    return best;
  }
}
