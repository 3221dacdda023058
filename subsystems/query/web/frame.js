// @ts-check
/**
 * What the whole page shares: words, language, theme, station time, and what the server said last.
 *
 * Law: holds and words; draws nothing.
 */
import { StationClock } from "./kit/clock.js";

const THEME = "station-query-theme";

export const clock = new StationClock();

/**
 * `alone`: since when the server is gone; `days`: service dates that it holds.
 * @type {{frame: any, status: any, language: string, alone: ?number, days: string[]}}
 */
export const shared = { frame: null, status: null, language: "", alone: null, days: [] };

/**
 * @param {string} key @param {Record<string, any>} [values]
 * @returns {string} the word in the language that is chosen
 */
export function word(key, values = {}) {
  const text = shared.frame?.words[key]?.[shared.language] ?? "";
  return text.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => values[name] ?? "");
}

/** @param {string | Record<string, string> | undefined} text @returns {string} */
export function told(text) {
  if (text === undefined || typeof text === "string") return text ?? "";
  return text[shared.language] ?? Object.values(text)[0] ?? "";
}

/** @param {number} at @returns {string} as people read it here */
export function timeText(at) {
  const of = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: shared.frame.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  return of.format(new Date(at));
}

/** @param {number} days from today @returns {string} local date, ISO */
export function localDate(days = 0) {
  const of = new Intl.DateTimeFormat("en-CA", { timeZone: shared.frame.zone });
  const today = of.format(new Date(clock.now()));
  return new Date(Date.parse(`${today}T12:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

/**
 * @param {string} day local date, ISO @param {number} hour
 * @returns {number} the instant at which that hour begins there, whatever summer time does
 */
export function instantOf(day, hour) {
  const wanted = Date.parse(`${day}T${String(hour).padStart(2, "0")}:00:00Z`);
  let at = wanted;
  for (let n = 0; n < 3; n += 1) at += wanted - wallOf(at);
  return at;
}

/** @param {number} at @returns {number} what a clock there shows, as if it were UTC */
function wallOf(at) {
  const of = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: shared.frame.zone, hourCycle: "h23", year: "numeric", month: "numeric" },
    ...{ day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  });
  const part = Object.fromEntries(of.formatToParts(new Date(at)).map((p) => [p.type, Number(p.value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** @param {string} day ISO @returns {string} for people */
export function dayText(day) {
  const of = new Intl.DateTimeFormat(shared.language, {
    ...{ timeZone: "UTC", month: "long", day: "numeric", weekday: "long" },
  });
  return of.format(new Date(`${day}T12:00:00Z`));
}

/** @returns {"dark" | "light"} */
export function theme() {
  const asked = new URLSearchParams(location.search).get("theme");
  const kept = sessionStorage.getItem(THEME) ?? asked;
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** @param {?string} chosen null: as it was installed */
export function setTheme(chosen) {
  if (chosen === null) sessionStorage.removeItem(THEME);
  else sessionStorage.setItem(THEME, chosen);
  document.documentElement.dataset.theme = theme();
}

/** @returns {string} the language that a new passenger meets */
export function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") ?? "";
  return shared.frame.languages.includes(asked) ? asked : shared.frame.languages[0];
}
