// @ts-check
/**
 * What a page shares: words, language, theme, station time, and what the server said last.
 *
 * Law: holds and words; draws nothing.
 */
import { StationClock } from "./kit/clock.js";

const THEME = "staff-notices-theme";
const LANGUAGE = "staff-notices-language";

export const clock = new StationClock();

/**
 * `alone`: since when the server is gone, station time.
 * @type {{frame: any, status: any, language: string, alone: ?number}}
 */
export const shared = { frame: null, status: null, language: "", alone: null };

/** @param {string} key @param {Record<string, any>} [values] @returns {string} */
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

/** @returns {"dark" | "light"} */
export function theme() {
  const asked = new URLSearchParams(location.search).get("theme");
  const kept = asked ?? localStorage.getItem(THEME);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** @param {?string} chosen */
export function setTheme(chosen) {
  if (chosen !== null) localStorage.setItem(THEME, chosen);
  document.documentElement.dataset.theme = chosen ?? theme();
}

/** @param {any} frame @param {?string} [chosen] */
export function speak(frame, chosen = null) {
  if (chosen !== null) localStorage.setItem(LANGUAGE, chosen);
  const asked = chosen ?? new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(LANGUAGE) ?? "";
  shared.language = frame.languages.includes(asked) ? asked : frame.languages[0];
  document.documentElement.lang = shared.language;
}

/** @param {string} post @returns {string} its name */
export function postName(post) {
  return told(shared.frame.posts.find((/** @type {any} */ each) => each.id === post)?.names) || post;
}

/** @returns {string} a name that nobody else has */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
