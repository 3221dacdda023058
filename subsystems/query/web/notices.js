// @ts-check
/**
 * Notices to passengers: a banner under the head, or, in an emergency, the whole screen.
 *
 * Law: a notice is told from its start up to its end by the page's own clock, with the server or
 * without. Its kind is a word and a shape, never a colour alone; nothing moves. The banner is in the
 * language that was chosen, an emergency in all of them.
 *
 * @typedef {{id: string, kind: string, text: Record<string, string>, title?: Record<string, string>,
 *   start?: ?number, end?: ?number}} Note
 */
import { by, make, say } from "./dom.js";
import { clock, shared, told, word } from "./frame.js";

const KEPT = "station-query-notices";
const SHAPES = { INFORMATION: "●", DISRUPTION: "▲", EMERGENCY: "!" };
const WORDS = { INFORMATION: "notice_information", DISRUPTION: "notice_disruption", EMERGENCY: "notice_emergency" };
/** Real milliseconds for which each of several notices stands. */
const TURN_MS = 10000;
/** Characters of an emergency in all its languages that fit in large letters. */
const LONG = 220;

/** @type {Note[]} */
let notes = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
let drawn = "";
let said = "";

/** Take what the server said; it is kept for a reload without it. @param {Note[]} given */
export function takeNotices(given) {
  const text = JSON.stringify(given);
  if (text !== JSON.stringify(notes)) localStorage.setItem(KEPT, text);
  notes = given;
}

/** Draw what is told now. */
export function drawNotices() {
  const now = clock.now();
  const due = notes.filter((note) => (note.start ?? -Infinity) <= now && now < (note.end ?? Infinity));
  const emergencies = due.filter((note) => note.kind === "EMERGENCY");
  const others = due.filter((note) => note.kind !== "EMERGENCY");
  const turn = Math.floor(performance.now() / TURN_MS);
  const one = others[turn % Math.max(1, others.length)];
  const alarm = emergencies[turn % Math.max(1, emergencies.length)];
  const signature = JSON.stringify([one, alarm, others.length, shared.language]);
  if (signature === drawn) return;
  drawn = signature;
  drawBanner(one, others);
  drawEmergency(alarm);
  speak(others);
}

/** @param {Note | undefined} note @param {Note[]} all */
function drawBanner(note, all) {
  const banner = by("notice");
  banner.hidden = note === undefined;
  if (note === undefined) return;
  banner.dataset.kind = note.kind;
  banner.dataset.notice = note.id;
  const count = all.length > 1 ? make("span", { class: "count", text: `${all.indexOf(note) + 1}/${all.length}` }) : null;
  banner.replaceChildren(...kinded(note, shared.language), make("p", { lang: spoken(note), text: whole(note, shared.language) }), ...(count ? [count] : []));
}

/** @param {Note | undefined} note */
function drawEmergency(note) {
  const screen = by("emergency");
  screen.hidden = note === undefined;
  if (note === undefined) {
    screen.replaceChildren();
    return;
  }
  screen.dataset.notice = note.id;
  const languages = Object.keys(note.text);
  const long = languages.map((tag) => whole(note, tag)).join("");
  screen.dataset.long = String(long.length > LONG);
  const words = languages.map((tag) => shared.frame.words[WORDS.EMERGENCY][tag] ?? "");
  screen.replaceChildren(
    make("h2", {}, make("i", { "aria-hidden": "true", text: SHAPES.EMERGENCY }), ` ${[...new Set(words)].join(" ")}`),
    ...languages.map((tag) => make("p", { lang: tag, text: whole(note, tag) })),
  );
}

/** Say the banner's notices once to a screen reader. @param {Note[]} all */
function speak(all) {
  const text = all.map((note) => `${word(WORDS[/** @type {"DISRUPTION"} */ (note.kind)])}: ${whole(note, shared.language)}`).join(" ");
  if (text !== "" && text !== said) say(text);
  said = text;
}

/** @param {Note} note @param {string} language */
function kinded(note, language) {
  const kind = /** @type {"DISRUPTION"} */ (note.kind);
  const shape = make("i", { "aria-hidden": "true", text: SHAPES[kind] ?? "●" });
  return [make("strong", { lang: language }, shape, ` ${word(WORDS[kind] ?? WORDS.INFORMATION)}`)];
}

/** @param {Note} note @returns {string} the language in which it is told to whoever stands there */
function spoken(note) {
  return note.text[shared.language] === undefined ? Object.keys(note.text)[0] : shared.language;
}

/** @param {Note} note @param {string} language @returns {string} title and text in one */
function whole(note, language) {
  const text = note.text[language] ?? told(note.text);
  const title = note.title?.[language];
  if (!title) return text;
  return title.charCodeAt(title.length - 1) > 0x2e80 ? `${title}：${text}` : `${title}: ${text}`;
}
