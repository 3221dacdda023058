// @ts-check
/**
 * Which train is told of: the one that is pointed at, else the one with the focus, else the chosen one.
 *
 * Law: the card and the marks on the train, anew only when something of them is another. What a train
 * is, is given.
 */

import { putCard } from "./card.js";
import { set } from "./dom.js";

const NONE = { hover: null, focus: null, click: null };

export class Pick {
  /** @param {{frame: any, open: ((run: string) => void) | null, focus: (run: string) => void}} given `focus` puts the focus on a train */
  constructor({ frame, open, focus }) {
    this.frame = frame;
    this.open = open;
    this.focus = focus;
    /** @type {{hover: string | null, focus: string | null, click: string | null}} */
    this.picked = NONE;
    /** @type {any} */ this.shown = null;
    /** @type {any} */ this.context = null;
  }

  get run() {
    return this.picked.hover ?? this.picked.focus ?? this.picked.click;
  }

  /** @param {string | null} run @param {string} how hover, focus or click */
  choose(run, how) {
    this.picked = { ...this.picked, [how]: run };
    this.put();
  }

  /** Tell of what is shown now. @param {any} shown a picture @param {any} context */
  show(shown, context) {
    [this.shown, this.context] = [shown, context];
    this.put();
  }

  put() {
    if (!this.shown || !this.context) return;
    const run = this.run;
    const chosen = run !== null && this.picked.click === run;
    // A card that is the same stays: one of its buttons may have the focus.
    const facts = [run, run && this.shown.trains.get(run), run && this.shown.bars.get(run), chosen, this.context];
    if (this.carded?.every((/** @type {any} */ fact, /** @type {number} */ i) => fact === facts[i])) return;
    this.carded = facts;
    this.mark(run);
    putCard(this.frame.card, run, this.shown, this.context, { open: this.open, close: () => this.close(run), chosen });
    this.place(chosen);
  }

  /** @param {string | null} run */
  mark(run) {
    const root = this.frame.root;
    for (const g of root.querySelectorAll("[data-chosen]")) g.removeAttribute("data-chosen");
    if (run) for (const g of root.querySelectorAll(`[data-run="${CSS.escape(run)}"]`)) set(g, { "data-chosen": "true" });
  }

  /** @param {string | null} run that had the focus */
  close(run) {
    this.picked = NONE;
    this.put();
    if (run) this.focus(run);
  }

  /** Beside what it tells of, never over it; one that is only pointed at takes no pointer. @param {boolean} chosen */
  place(chosen) {
    const { card, panes, root } = this.frame;
    const around = panes.getBoundingClientRect();
    const shown = root.querySelector("[data-chosen] .td-body")?.getBoundingClientRect();
    const right = shown !== undefined && shown.width > 0 && shown.left + shown.width / 2 > around.left + around.width / 2;
    card.classList.toggle("td-card-left", right);
    card.classList.toggle("td-card-kept", chosen);
  }
}
