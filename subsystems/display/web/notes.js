// @ts-check
/**
 * Which notices are told at an instant, and how their texts are cut into lines and pages.
 *
 * Law: pure. A notice is told from its start up to its end by the page's own clock; nothing scrolls
 * and nothing is cut off: what does not fit on one page stands on the next.
 *
 * @typedef {{id: string, kind: string, text: Object<string, string>, title?: Object<string, string>,
 *   start?: ?number, end?: ?number}} Note
 * @typedef {{id: string, kind: string, language: string, lines: string[], seconds: number,
 *   nth: number, of: number}} Page
 */

import { halves, HALF, HIGH } from "./layout.js";

const EMERGENCY = "EMERGENCY";
const SPOKEN = "SPOKEN";
/** What a passenger reads in a second, in half characters; and how long a page stands at least. */
const READ = 12;
const LEAST_S = 4;
/** How large the second language is beside the first. */
const SECOND = 0.62;
/** Dots between two lines of an emergency, and below each language; board.css has them, too. */
const LEADING = 3;
const BELOW = 4;

/** @param {Note[]} notes most important first @param {number} now */
export function told(notes, now) {
  return notes.filter((note) => (note.start ?? -Infinity) <= now && now < (note.end ?? Infinity));
}

/**
 * While something is spoken it has the band alone: it is there to be read with the voice.
 *
 * @param {Note[]} notes @returns {{emergencies: Note[], others: Note[]}}
 */
export function parted(notes) {
  const heard = notes.filter((note) => note.kind === SPOKEN);
  return {
    emergencies: notes.filter((note) => note.kind === EMERGENCY),
    others: heard.length > 0 ? heard : notes.filter((note) => note.kind !== EMERGENCY),
  };
}

/** @param {Note} note @param {string} language @returns {string} title and text in one */
export function whole(note, language) {
  const title = note.title?.[language];
  const text = note.text[language] ?? "";
  if (!title) return text;
  return title.charCodeAt(title.length - 1) > 0x2e80 ? `${title}：${text}` : `${title}: ${text}`;
}

/** @param {Note} note @param {?string} only @returns {string[]} the languages it is told in */
export function languagesOf(note, only) {
  const all = Object.keys(note.text);
  return only !== null && all.includes(only) ? [only] : all;
}

/** What may not begin a line. */
const CLOSING = new Set("，。、；：！？）》」』”’,.;:!?)");

/**
 * @param {string} text
 * @param {number} columns half characters of a line
 * @returns {string[]} lines; cut between Chinese characters and at spaces, a longer word anywhere
 */
export function wrap(text, columns) {
  const lines = [];
  let line = "";
  for (const piece of pieces(text)) {
    if (halves(line + piece.trimEnd()) <= columns || line === "") {
      line += line === "" ? piece.trimStart() : piece;
      continue;
    }
    lines.push(line.trimEnd());
    line = piece.trimStart();
  }
  if (line.trim()) lines.push(line.trimEnd());
  return lines.flatMap((each) => hard(each, columns));
}

/** @param {string} text @returns {string[]} what may not be parted: a word with its space, a character */
function pieces(text) {
  /** @type {string[]} */
  const found = [];
  let word = "";
  for (const c of text) {
    const wide = halves(c) === 2;
    if (wide && CLOSING.has(c) && (word || found.length > 0)) {
      if (word) word += c;
      else found[found.length - 1] += c;
      continue;
    }
    if (wide) {
      if (word) found.push(word);
      word = "";
      found.push(c);
      continue;
    }
    word += c;
    if (c === " ") {
      found.push(word);
      word = "";
    }
  }
  if (word) found.push(word);
  return found;
}

/** @param {string} line @param {number} columns */
function hard(line, columns) {
  if (halves(line) <= columns) return [line];
  const lines = [];
  let part = "";
  for (const c of line) {
    if (part !== "" && halves(part + c) > columns) {
      lines.push(part);
      part = "";
    }
    part += c;
  }
  return [...lines, part];
}

/**
 * All pages of a band, in the order in which they are shown: each notice in each of its languages.
 *
 * @param {Note[]} notes
 * @param {number} columns half characters of a line
 * @param {number} rows lines of a page
 * @param {?string} only the one language that the board is asked for
 * @returns {Page[]}
 */
export function pages(notes, columns, rows, only) {
  return notes.flatMap((note, n) =>
    languagesOf(note, only).flatMap((language) => {
      const lines = wrap(whole(note, language), columns);
      const cut = Array.from({ length: Math.ceil(lines.length / rows) }, (_, i) => lines.slice(i * rows, (i + 1) * rows));
      return cut.map((part) => ({
        id: note.id,
        kind: note.kind,
        language,
        lines: part,
        seconds: Math.max(LEAST_S, halves(part.join("")) / READ),
        nth: n + 1,
        of: notes.length,
      }));
    }),
  );
}

/** @param {Page[]} all @param {number} elapsed real seconds @returns {Page} the one that is due */
export function playing(all, elapsed) {
  let left = elapsed % all.reduce((sum, page) => sum + page.seconds, 0);
  for (const page of all) {
    if (left < page.seconds) return page;
    left -= page.seconds;
  }
  return all[0];
}

/**
 * The largest dots with which a notice fills a screen in all its languages at once.
 *
 * @param {{text: string, lang: string}[]} texts the first one stands largest
 * @param {number} width device pixels @param {number} height
 * @returns {{lang: string, dot: number, lines: string[]}[]}
 */
export function fill(texts, width, height) {
  for (let dot = 60; dot > 1; dot -= 1) {
    const blocks = texts.map(({ text, lang }, n) => {
      const own = n === 0 ? dot : Math.max(1, Math.round(dot * SECOND));
      return { lang, dot: own, lines: wrap(text, Math.floor(width / (HALF * own))) };
    });
    const high = blocks.reduce((sum, b) => sum + b.lines.length * (HIGH + LEADING) * b.dot + BELOW * b.dot, 0);
    const whole = blocks.every((b, n) => b.lines.join("").replaceAll(" ", "") === texts[n].text.replaceAll(" ", ""));
    const unbroken = blocks.every((b) => longest(texts[blocks.indexOf(b)].text) * HALF * b.dot <= width);
    if (whole && unbroken && high <= height) return blocks;
  }
  return texts.map(({ text, lang }) => ({ lang, dot: 1, lines: wrap(text, Math.floor(width / HALF)) }));
}

/** @param {string} text @returns {number} half characters of its longest unbreakable piece */
function longest(text) {
  return Math.max(1, ...pieces(text).map((piece) => halves(piece.trim())));
}
