// @ts-check
/**
 * A train's own page, with its live state: it turns with the time, and is asked for anew on changes.
 *
 * Law: what has not been confirmed for too long is told as open, as on the boards.
 */
import { field, put } from "./cell.js";
import { button, make, say } from "./dom.js";
import { clock, dayText, localDate, shared, timeText, told, word } from "./frame.js";
import { held, saidOf } from "./select.js";

const AGAIN_MS = 2000;

export class TrainPage {
  /** @param {string} id @param {() => void} search */
  constructor(id, search) {
    this.id = id;
    this.search = search;
    this.title = word("train");
    this.element = make("section", { class: "train" }, make("p", { class: "wait", text: word("waiting_for_server") }));
    /** @type {any} */
    this.card = null;
    this.stopped = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.ask();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** @param {?string[]} ids null: the server is back */
  changed(ids) {
    if (ids === null || ids.includes(this.id)) this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    try {
      const answer = await fetch(`/train?id=${encodeURIComponent(this.id)}`, { signal: AbortSignal.timeout(8000) });
      if (this.stopped) return;
      if (!answer.ok) throw new Error(String(answer.status));
      const card = await answer.json();
      if (card === null) this.gone();
      else this.take(card);
    } catch {
      if (!this.stopped) this.timer = setTimeout(() => this.ask(), AGAIN_MS);
    }
  }

  gone() {
    this.card = null;
    const again = button(word("home"), this.search, { class: "wide" });
    this.element.replaceChildren(make("h1", { text: word("train"), tabindex: "-1" }), make("p", { class: "note", text: word("gone") }), again);
    say(word("gone"));
  }

  /** @param {any} card */
  take(card) {
    const first = this.card === null;
    if (!first && JSON.stringify(card) === JSON.stringify(this.card)) return;
    this.card = card;
    this.draw();
    if (first) this.element.querySelector("h1")?.focus({ preventScroll: true });
    else say(this.element.querySelector("[data-slot=status]")?.textContent ?? "");
  }

  draw() {
    const { card } = this;
    this.element.replaceChildren(
      make(
        "div",
        { class: "top" },
        make("h1", { tabindex: "-1", text: card.numbers.join(" / ") }),
        make("p", { class: "journey" }, make("span", { text: told(card.origin) }), make("i", { "aria-hidden": "true", text: "→" }), make("span", { text: told(card.destination) })),
        make("p", { class: "small" }, `${told(card.here)} · ${card.day === localDate() ? word("today") : ""} ${dayText(card.day)}`),
      ),
      make("p", { class: "now", "data-slot": "status" }),
      ...(card.remarks ?? []).map((/** @type {any} */ remark) => make("p", { class: "remark" }, field(remark))),
      ...(card.instead ? [make("a", { class: "wide", href: `#/train/${encodeURIComponent(card.instead)}`, text: word("see_replacement") })] : []),
      make("dl", { class: "facts" }, ...this.facts()),
      this.way(),
      ...(card.asked_at ? [make("p", { class: "note", text: word("asked_at", { time: timeText(card.asked_at) }) })] : []),
    );
    this.tick();
  }

  facts() {
    const { card } = this;
    const found = [];
    for (const name of ["arrival", "departure"]) {
      if (!card[name]) continue;
      const kind = make("small", { text: told(card.told[name]), "data-kind": name });
      found.push(fact(word(name), make("span", { "data-slot": name }), `time ${name}`, kind));
    }
    if (card.platform.text || card.platform.was) found.push(fact(word("platform"), field(card.platform), "platform"));
    if (card.gates) found.push(fact(word("gate"), make("span", { class: "cell", text: card.gates }), "gate"));
    if (told(card.room)) found.push(fact(word("room"), make("span", { class: "cell", text: told(card.room) }), "room"));
    return found;
  }

  /** The stages, as a list that says which one is now. */
  way() {
    const { card } = this;
    if (card.stages.length === 0) return make("div", { hidden: true });
    const steps = card.stages.map((/** @type {any} */ stage) =>
      make("li", { "data-stage": stage.key }, make("span", { text: word(stage.key) }), make("b", { text: stage.time || word("to_be_confirmed") })),
    );
    return make("section", { class: "way" }, make("h2", { text: word("stages") }), make("ol", { role: "list" }, ...steps));
  }

  tick() {
    const { card } = this;
    if (card === null) return;
    const now = clock.now();
    if (!held(card, now)) {
      this.ask();
      return;
    }
    const said = saidOf(card, now, shared.status?.confirmed_until ?? null);
    const silent = !told(said.status.text);
    const status = silent ? { text: word("no_report"), tone: "dim" } : said.status;
    put(slot(this.element, "status"), field(status));
    for (const name of ["arrival", "departure"]) {
      const place = slot(this.element, name);
      if (!place) continue;
      const open = said.lapsed ? card.unconfirmed[name] : undefined;
      put(place, field(open ?? card[name]));
      const kind = this.element.querySelector(`[data-kind=${name}]`);
      if (kind) /** @type {HTMLElement} */ (kind).hidden = open !== undefined;
    }
    this.element.toggleAttribute("data-lapsed", said.lapsed);
    let passed = true;
    for (const step of this.element.querySelectorAll("[data-stage]")) {
      const here = /** @type {HTMLElement} */ (step).dataset.stage === said.stage;
      if (here) passed = false;
      step.toggleAttribute("data-passed", passed && said.stage !== "");
      if (here) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
  }
}

/** @param {Element} element @param {string} name */
function slot(element, name) {
  return /** @type {HTMLElement} */ (element.querySelector(`[data-slot=${name}]`));
}

/** @param {string} label @param {HTMLElement} value @param {string} name @param {?HTMLElement} [below] */
function fact(label, value, name, below = null) {
  return make("div", { class: `fact ${name}` }, make("dt", { text: label }), make("dd", {}, value, below));
}
