// @ts-check
/**
 * A list of trains that keeps itself true: it asks again when something changed, and its words turn
 * with the time by themselves.
 *
 * Law: what is shown came from the server; when that does not answer, what is shown stays, is told
 * as such, and is asked for again.
 */
import { field, put } from "./cell.js";
import { button, make, say } from "./dom.js";
import { clock, localDate, shared, told, word } from "./frame.js";
import { held, lapsed, saidOf } from "./select.js";

const AGAIN_MS = 2000;
const SOON_MS = 400;

export class TrainList {
  /** @param {{empty: () => HTMLElement[], quiet?: boolean}} options `quiet`: not announced */
  constructor(options) {
    this.options = options;
    this.rows = make("ol", { class: "rows", role: "list" });
    this.note = make("p", { class: "note" });
    this.scroll = make("div", { class: "scroll" }, this.rows, this.note);
    this.element = make("section", { class: "list" }, this.scroll, this.turns());
    /** @type {?URLSearchParams} */
    this.wish = null;
    /** @type {any} */
    this.found = null;
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Two buttons, for whoever cannot swipe. */
  turns() {
    const turn = (/** @type {number} */ way) => () =>
      this.scroll.scrollBy({ top: way * this.scroll.clientHeight * 0.85 });
    const up = button(word("up"), turn(-1), { class: "turn", "aria-label": word("up") }, "▲");
    const down = button(word("down"), turn(1), { class: "turn", "aria-label": word("down") }, "▼");
    return make("div", { class: "turns" }, up, down);
  }

  /** @param {Record<string, string | number>} wish see subsystems/query/model.py, Wish */
  show(wish) {
    this.wish = new URLSearchParams(Object.entries(wish).map(([k, v]) => [k, String(v)]));
    this.ask();
  }

  /** Something changed: ask again, once for many changes. */
  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), SOON_MS);
  }

  async ask() {
    if (this.wish === null) return;
    clearTimeout(this.timer);
    const nth = ++this.asked;
    try {
      const answer = await fetch(`/find?${this.wish}`, { signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (nth === this.asked) this.take(found);
    } catch {
      if (nth !== this.asked) return;
      this.note.textContent = word("waiting_for_server");
      this.timer = setTimeout(() => this.ask(), AGAIN_MS);
    }
  }

  /** @param {any} found */
  take(found) {
    const before = JSON.stringify(this.found?.items ?? null);
    this.found = found;
    shared.days = found.days ?? shared.days;
    if (JSON.stringify(found.items ?? []) !== before) this.draw();
    this.element.dataset.reach = found.reach ?? "held";
    this.describe();
    this.tick();
  }

  draw() {
    const items = this.found.items ?? [];
    this.rows.replaceChildren(...items.map((/** @type {any} */ item) => row(item)));
    this.scroll.scrollTop = 0;
  }

  describe() {
    const items = this.found.items ?? [];
    const unknown = this.found.reach === "none";
    const more = this.found.more > 0 ? word("more", { count: this.found.more }) : "";
    this.note.replaceChildren(...(items.length === 0 ? this.options.empty() : [more]));
    if (unknown) this.note.replaceChildren(make("strong", { text: word("not_held") }));
    this.element.dataset.count = String(items.length);
    if (!this.options.quiet) say(items.length ? word("found", { count: items.length }) : this.note.textContent ?? "");
  }

  tick() {
    const now = clock.now();
    const until = shared.status?.confirmed_until ?? null;
    this.element.toggleAttribute("data-short", this.scroll.scrollHeight <= this.scroll.clientHeight + 2);
    for (const [n, item] of (this.found?.items ?? []).entries()) {
      const element = this.rows.children[n];
      if (!element) continue;
      if (!held(item, now)) {
        this.changed();
        continue;
      }
      const said = saidOf(item, now, until);
      const over = item.over_at !== undefined && item.over_at !== null && item.over_at <= now;
      const silent = over && !told(said.status.text);
      put(slot(element, "status"), field(silent ? { text: word("past"), tone: "dim" } : said.status));
      element.toggleAttribute("data-over", over);
      const open = lapsed(item, now, until) ? item.unconfirmed[item.way] : undefined;
      put(slot(element, "time"), field(open ?? item.time));
    }
  }
}

/** @param {Element} element @param {string} name */
function slot(element, name) {
  return /** @type {HTMLElement} */ (element.querySelector(`[data-slot=${name}]`));
}

/** @param {any} item @returns {HTMLElement} */
function row(item) {
  const arrival = item.way === "arrival";
  const day = item.day === localDate() ? "" : item.day.slice(5);
  const link = make(
    "a",
    { class: "row", href: `#/train/${encodeURIComponent(item.id)}`, "data-run": item.id },
    make("span", { class: "when" }, make("span", { "data-slot": "time" }), make("small", { text: day })),
    make("span", { class: "number", text: item.number }),
    make("span", { class: "to" }, make("small", { text: word(arrival ? "coming_from" : "bound_for") }), told(item.place)),
    labelled("platform", item.platform.text || item.platform.was ? field(item.platform) : null),
    labelled("gate", item.gates ? make("span", { text: item.gates }) : null),
    make("span", { class: "status", "data-slot": "status" }),
  );
  return make("li", {}, link);
}

/** @param {string} key @param {?HTMLElement} content */
function labelled(key, content) {
  return make("span", { class: key }, ...(content ? [make("small", { text: word(key) }), content] : []));
}
