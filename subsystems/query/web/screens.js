// @ts-check
/**
 * The screens: start, search by number, place, time, platform. Every one leads on and back.
 *
 * Law: a screen is `{element, title, tick, changed, stop}`; it asks only what its passenger chose.
 */
import { button, make } from "./dom.js";
import { clock, dayText, instantOf, localDate, shared, timeText, word } from "./frame.js";
import { keyboard } from "./keyboard.js";
import { TrainList } from "./list.js";

const TYPING_MS = 180;
const DAYS = ["today", "tomorrow", "day_after"];
const SURE_DAYS = 2; // further ones are offered when they are held
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const SEARCHES = ["number", "place", "time", "platform"];
const ICONS = { number: "G", place: "文", time: "◷", platform: "▤" };

/**
 * @typedef {{element: HTMLElement, title: string, tick: () => void,
 *   changed: (ids: ?string[]) => void, stop: () => void}} Screen
 */

/** @param {TrainList} list @param {string} title @param {HTMLElement} element @returns {Screen} */
function withList(list, title, element) {
  return { element, title, tick: () => list.tick(), changed: () => list.changed(), stop: () => clearTimeout(list.timer) };
}

/** @returns {Screen} */
export function startScreen() {
  const tiles = SEARCHES.map((kind) =>
    make(
      "a",
      { class: "tile", href: `#/${kind}` },
      make("i", { "aria-hidden": "true", text: kind === "place" && !shared.frame.spelled ? "A" : ICONS[/** @type {"number"} */ (kind)] }),
      make("b", { text: word(`by_${kind}`) }),
      make("small", { text: word(`by_${kind}_hint`) }),
    ),
  );
  const list = new TrainList({ quiet: true, empty: () => [make("span", { text: word("none") })] });
  const ask = () => list.show({ live: 1, limit: 12 });
  ask();
  const element = make(
    "div",
    { class: "start" },
    make("section", { class: "choose" }, make("h1", { tabindex: "-1", text: word("choose") }), make("nav", { class: "tiles", "aria-label": word("choose") }, ...tiles)),
    make("section", { class: "next" }, make("h2", { text: word("next_departures") }), list.element),
  );
  let minute = "";
  const screen = withList(list, word("title"), element);
  const tick = screen.tick;
  screen.tick = () => {
    tick();
    const now = timeText(clock.now());
    if (minute !== "" && minute !== now) list.changed(); // who has left goes
    minute = now;
  };
  return screen;
}

/** What is chosen on a search screen besides what is typed. */
class Choice {
  /** @param {() => void} changed */
  constructor(changed) {
    this.way = "departure";
    this.day = 0;
    this.changed = changed;
  }

  ways() {
    return group(word("way"), [["departure", word("departures")], ["arrival", word("arrivals")]], () => this.way, (way) => {
      this.way = way;
      this.changed();
    });
  }

  days() {
    const offered = DAYS.filter((_, n) => n < SURE_DAYS || shared.days.includes(localDate(n)));
    const options = offered.map((key, n) => /** @type {[string, string]} */ ([String(n), word(key)]));
    return group(word("day"), options, () => String(this.day), (day) => {
      this.day = Number(day);
      this.changed();
    });
  }

  /** @returns {Record<string, string | number>} */
  wish() {
    return { way: this.way, day: localDate(this.day) };
  }
}

/**
 * Buttons of which one is pressed.
 * @param {string} label @param {[string, string][]} options
 * @param {() => string} chosen @param {(value: string) => void} choose
 */
function group(label, options, chosen, choose) {
  const made = make("div", { class: "group", role: "group", "aria-label": label });
  const mark = () => {
    for (const each of made.children) each.setAttribute("aria-pressed", String(each.getAttribute("data-value") === chosen()));
  };
  for (const [value, text] of options) {
    made.append(button(text, () => { choose(value); mark(); }, { "data-value": value }));
  }
  mark();
  return made;
}

/** What stands where nothing was found: a reason, and a way on. @returns {HTMLElement[]} */
function nothing() {
  return [
    make("strong", { text: word("none") }),
    make("span", { text: word("none_hint") }),
    make("a", { class: "wide", href: "#/all", text: word("all_departures") }),
  ];
}

/** @param {"number" | "place"} kind @returns {Screen} */
export function typingScreen(kind) {
  const list = new TrainList({ empty: nothing });
  const title = word(`by_${kind}`);
  const input = /** @type {HTMLInputElement} */ (make("input", {
    ...{ id: "typed", type: "search", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" },
    ...{ inputmode: "none", maxlength: 24, "aria-label": word("search_field"), placeholder: word(`type_${kind}`) },
  }));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const ask = () => {
    const text = input.value.trim();
    if (kind === "number" && text) list.show({ way: choice.way, text }); // of any day that is held
    else list.show({ ...choice.wish(), text, ...(text || choice.day ? {} : { live: 1 }) });
  };
  const choice = new Choice(ask);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, TYPING_MS);
  });
  ask();
  const chosen = make("div", { class: "chosen" }, choice.ways(), kind === "place" ? choice.days() : null);
  const left = make("section", { class: "ask" }, make("h1", { tabindex: "-1", text: title }), input, keyboard(input, kind), chosen);
  const screen = withList(list, title, make("div", { class: "search" }, left, list.element));
  const stop = screen.stop;
  screen.stop = () => { clearTimeout(timer); stop(); };
  return screen;
}

/** @returns {Screen} */
export function timeScreen() {
  const list = new TrainList({ empty: nothing });
  let hour = Number(timeText(clock.now()).slice(0, 2));
  const heading = make("h2", {});
  const ask = () => {
    const day = localDate(choice.day);
    heading.textContent = `${dayText(day)} · ${word("from_hour", { hour })}`;
    list.show({ ...choice.wish(), since: instantOf(day, hour) });
  };
  const choice = new Choice(ask);
  const hours = group(word("by_time"), HOURS.map((each) => [String(each), String(each).padStart(2, "0")]), () => String(hour), (value) => {
    hour = Number(value);
    ask();
  });
  hours.classList.add("hours");
  ask();
  const title = word("by_time");
  const left = make("section", { class: "ask" }, make("h1", { tabindex: "-1", text: title }), make("div", { class: "chosen" }, choice.ways(), choice.days()), hours);
  return withList(list, title, make("div", { class: "search" }, left, make("section", { class: "right" }, heading, list.element)));
}

/** @returns {Screen} */
export function platformScreen() {
  const list = new TrainList({ empty: nothing });
  let platform = shared.frame.platforms[0] ?? "";
  const heading = make("h2", {});
  const ask = () => {
    heading.textContent = word("platform_of", { label: platform });
    list.show({ ...choice.wish(), platform, ...(choice.day ? {} : { live: 1 }) });
  };
  const choice = new Choice(ask);
  const platforms = group(word("platform"), shared.frame.platforms.map((/** @type {string} */ each) => [each, each]), () => platform, (value) => {
    platform = value;
    ask();
  });
  platforms.classList.add("hours");
  ask();
  const title = word("by_platform");
  const left = make("section", { class: "ask" }, make("h1", { tabindex: "-1", text: title }), make("div", { class: "chosen" }, choice.ways(), choice.days()), platforms);
  return withList(list, title, make("div", { class: "search" }, left, make("section", { class: "right" }, heading, list.element)));
}

/** @returns {Screen} */
export function allScreen() {
  const list = new TrainList({ empty: () => [make("span", { text: word("none") })] });
  const choice = new Choice(() => ask());
  const ask = () => list.show({ ...choice.wish(), ...(choice.day ? {} : { live: 1 }), limit: 200 });
  ask();
  const title = word("all_departures");
  const top = make("section", { class: "ask" }, make("h1", { tabindex: "-1", text: title }), make("div", { class: "chosen" }, choice.ways(), choice.days()));
  return withList(list, title, make("div", { class: "search" }, top, list.element));
}
