// @ts-check
/**
 * The trains layer: one `<g>` a run, changed in place as patches come.
 *
 * Law: an element is touched only when its train changed. Trains are one stop of the Tab key; the
 * arrow keys go from one to the next. What a train is called and where it stands is the server's.
 */

import { h, set } from "./dom.js";
import { codeOf, inkOf, lookOf, paint } from "./legend.js";
import { outline } from "./shapes.js";
import { ems, shortDelay, trainText } from "./tell.js";
import { nameIn } from "./words.js";

/** @typedef {{train: Record<string, any>, g: SVGElement, body: SVGElement, edge: SVGElement, text: SVGElement, badge: SVGElement}} Drawn */

const LEAVING_MS = 900;

/** Who wants less motion, or looks at another time, sees none. @param {Element} layer */
function still(layer) {
  return matchMedia("(prefers-reduced-motion: reduce)").matches || layer.closest(".td-still") !== null;
}

export class Trains {
  /**
   * @param {{scope: string, choose: (run: string | null, how: string) => void}} given
   */
  constructor({ scope, choose }) {
    this.scope = scope;
    this.choose = choose;
    /** @type {Map<string, Drawn>} */
    this.drawn = new Map();
    /** @type {string | null} */
    this.current = null;
    this.layer = h("g", { class: "td-trains", role: "group", onkeydown: (/** @type {KeyboardEvent} */ e) => this.key(e) });
  }

  /** @param {any} context legend, words, language, tracks, clock, high */
  dress(context) {
    this.context = context;
    set(this.layer, { "aria-label": `${context.words.trains}. ${context.words.hints}` });
    for (const [run, each] of this.drawn) this.put(run, each.train, true);
  }

  /** @param {Map<string, Record<string, any>>} trains @param {Set<string>} touched */
  update(trains, touched) {
    for (const run of touched) {
      const train = trains.get(run);
      if (train && !train.hidden) this.put(run, train, false);
      else this.drop(run);
    }
    if (!this.current || !this.drawn.has(this.current)) this.roam(this.drawn.keys().next().value ?? null);
  }

  /** @param {string} run @param {Record<string, any>} train @param {boolean} anew */
  put(run, train, anew) {
    const each = this.drawn.get(run) ?? this.make(run);
    if (!anew && each.train === train) return;
    const { legend, words, language, tracks, clock, high } = this.context;
    const before = each.train;
    each.train = train;
    const code = codeOf(train);
    this.move(each, before, train);
    set(each.g, {
      "data-account": train.account, "data-kind": train.kind, "data-motion": train.motion,
      "data-reported": train.reported ? "true" : "false", "data-clash": train.clash ? true : null, "data-place": train.place,
      "aria-label": trainText(train, words, language, tracks, clock),
    });
    const d = outline(legend.kinds[train.kind], train.w, high, train.faces ?? "");
    set(each.body, { d });
    set(each.edge, { d: train.clash ? `M-3 ${-high / 2 - 3}H${train.w + 3}V${high / 2 + 3}H-3Z` : "" });
    paint(each.body, legend, code, this.scope, train.motion === "due" && train.account !== "cancelled");
    this.write(each, code);
  }

  /** @param {Drawn} each @param {string} code */
  write(each, code) {
    const { legend, words, language, tracks, high } = this.context;
    const { train } = each;
    const size = Math.min(22, high * 0.78);
    const room = (train.w - high * 0.9) / size;
    const sign = lookOf(legend, code).sign;
    const waits = !train.place.startsWith("track/");
    const label = tracks.get(train.track)?.label ?? train.track;
    const target = waits && train.motion === "coming" && train.track ? `→${language === "zh" ? `${label}道` : label}` : "";
    const wished = [train.no, [sign, shortDelay(train)].filter(Boolean).join(""), target, waits ? "" : train.kind === "terminating" ? `← ${nameIn(train.origin, language)}` : train.kind === "stock" ? "" : `→ ${nameIn(train.to, language)}`];
    const said = [];
    let used = 0;
    for (const part of wished) {
      const wide = ems(part) + (said.length ? 0.5 : 0);
      if (!part || (said.length && used + wide > room)) continue;
      said.push(part);
      used += wide;
    }
    const shrunk = Math.min(1, room / Math.max(used, 0.1));
    each.text.style.fill = inkOf(legend, code);
    set(each.text, { x: train.w / 2, "font-size": Math.round(size * Math.max(shrunk, 0.55) * 10) / 10, "data-halo": lookOf(legend, code).pattern !== "solid" || train.motion === "due" });
    each.text.replaceChildren(...said.map((part, i) => h("tspan", { class: ["td-no", "td-delay"][i] ?? "td-more", dx: i ? size * 0.4 : null }, part)));
    const mark = [train.clash ? "!" : "", train.manual ? words.manual[0].toUpperCase() : ""].join("");
    each.badge.replaceChildren(mark);
    set(each.badge, { x: -2, y: -high / 2 - 1, "font-size": size * 0.8 });
  }

  /** @param {string} run @returns {Drawn} */
  make(run) {
    const body = h("path", { class: "td-body" });
    const edge = h("path", { class: "td-edge" });
    const text = h("text", { class: "td-text", "text-anchor": "middle", "dominant-baseline": "central", y: 0.5 });
    const badge = h("text", { class: "td-mark", "text-anchor": "middle", "dominant-baseline": "central" });
    const g = h(
      "g",
      {
        class: "td-train", "data-run": run, role: "button", tabindex: -1,
        onclick: () => { this.roam(run); this.choose(run, "click"); },
        onpointerenter: () => this.choose(run, "hover"),
        onpointerleave: () => this.choose(null, "hover"),
        onfocus: () => { this.roam(run); this.choose(run, "focus"); },
        onblur: () => this.choose(null, "focus"),
      },
      edge, body, text, badge,
    );
    const each = { train: {}, g, body, edge, text, badge };
    this.drawn.set(run, each);
    this.layer.append(g);
    return each;
  }

  /** @param {string} run */
  drop(run) {
    const each = this.drawn.get(run);
    if (!each) return;
    this.drawn.delete(run);
    const had = each.g.contains(document.activeElement);
    if (each.train.motion === "leaving" && !still(this.layer)) this.leave(each);
    else each.g.remove();
    if (had) this.choose(null, "focus");
  }

  /** Out of the drawing, through its end; it is no train any more. @param {Drawn} each */
  leave(each) {
    const { train, g } = each;
    const out = (train.faces === "left" ? -1 : 1) * train.w * 0.6;
    set(g, { class: "td-gone", "data-run": null, role: null, tabindex: null, "aria-hidden": "true", "aria-label": null });
    const way = g.animate(
      [{ opacity: 1 }, { opacity: 0, transform: `translate(${train.x + out}px, ${train.y}px)` }],
      { duration: LEAVING_MS, easing: "ease-in" },
    );
    way.onfinish = way.oncancel = () => g.remove();
  }

  /**
   * A train's path begins where its head is, not its left edge: one that leaves to the right is
   * drawn shorter from its tail.
   *
   * @param {Drawn} each @param {Record<string, any>} before @param {Record<string, any>} now
   */
  move(each, before, now) {
    const from = now.faces === "right" ? before.x + before.w - now.w : before.x;
    const style = each.g.style;
    if (before.x !== undefined && from !== before.x && !still(this.layer)) {
      style.transition = "none";
      style.transform = `translate(${from}px, ${before.y}px)`;
      each.g.getBoundingClientRect();
      style.transition = "";
    }
    style.transform = `translate(${now.x}px, ${now.y}px)`;
  }

  /** @param {string | null} run becomes the stop of the Tab key */
  roam(run) {
    if (this.current) set(this.drawn.get(this.current)?.g ?? this.layer, this.drawn.has(this.current) ? { tabindex: -1 } : {});
    this.current = run;
    const each = run ? this.drawn.get(run) : null;
    if (each) set(each.g, { tabindex: 0 });
  }

  /** @param {string} run */
  focus(run) {
    const each = this.drawn.get(run);
    if (!each) return false;
    this.roam(run);
    each.g.focus();
    return true;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      const found = this.beside(way[0], way[1]);
      if (found) this.focus(found);
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === " ") && this.current) {
      this.choose(this.current, "click");
      event.preventDefault();
    }
  }

  /** @param {number} dx @param {number} dy @returns {string | null} the nearest train in that direction */
  beside(dx, dy) {
    const from = this.drawn.get(this.current ?? "")?.train;
    if (!from) return null;
    let best = null;
    let least = Infinity;
    for (const [run, { train }] of this.drawn) {
      const x = train.x + train.w / 2 - (from.x + from.w / 2);
      const y = train.y - from.y;
      const along = dx ? x * dx : y * dy;
      const aside = Math.abs(dx ? y : x);
      if (run === this.current || along < 1) continue;
      const cost = along + aside * (dx ? 8 : 0.4);
      if (cost < least) [best, least] = [run, cost];
    }
    return best;
  }
}
