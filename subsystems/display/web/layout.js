// @ts-check
/**
 * Sizes: everything on a board is a whole multiple of one dot.
 *
 * Law: pure. A character of the font is 12 dots high, 6 wide (Latin) or 12 (Chinese); `dot` is the
 * size of one dot in device pixels, a whole number, so that every dot is drawn sharp. Texts are set
 * smaller when they are too long, never cut and never scrolled.
 */

export const HIGH = 12;
export const HALF = 6;
/** Share of a row's height that text may take. */
const FULL = 0.86;
/** Narrow characters of the font beyond U+2000. */
const NARROW = new Set("‑‒–‚‛„‟′″‾");
const WIDE_LATIN = new Set("©®·¼½¾");

/** @param {string} text @returns {number} its width in half characters */
export function halves(text) {
  let sum = 0;
  for (const c of text) {
    const code = /** @type {number} */ (c.codePointAt(0));
    const narrow = code < 0x2010 ? !WIDE_LATIN.has(c) : NARROW.has(c) || isHalfwidth(code);
    sum += narrow ? 1 : 2;
  }
  return sum;
}

/** @param {number} code */
function isHalfwidth(code) {
  return (code >= 0xff61 && code <= 0xffdc) || (code >= 0xffe8 && code <= 0xffee);
}

/**
 * @typedef {{column: string, width: number}} Wanted
 * @typedef {{column: string, line: number, start: number, span: number}} Place
 * @typedef {{dot: number, lines: number, units: number, rowHeight: number, places: Place[]}} Grid
 */

/** Columns of the second line of a row where the screen is too narrow for one line. */
const SECOND = new Set(["gate", "platform", "waiting-room", "status"]);

/**
 * @param {Wanted[]} columns
 * @param {number} width of the table, device pixels
 * @param {number} height of all its rows, device pixels
 * @param {number} rows
 * @returns {Grid} the arrangement with the largest characters: one line a row, or two
 */
export function arrange(columns, width, height, rows) {
  const one = [columns];
  const two = [columns.filter((c) => !SECOND.has(c.column)), columns.filter((c) => SECOND.has(c.column))];
  const single = fit(one, width, height, rows);
  if (two.some((line) => line.length === 0)) return single;
  const double = fit(two, width, height, rows);
  return double.dot > single.dot ? double : single;
}

/** @param {Wanted[][]} lines @param {number} width @param {number} height @param {number} rows */
function fit(lines, width, height, rows) {
  const need = Math.max(...lines.map((line) => sum(line) + line.length - 1));
  const rowSpace = Math.floor(height / rows);
  const dot = Math.max(
    1,
    Math.min(
      Math.floor(width / (need * HALF)),
      Math.floor((rowSpace * FULL) / (lines.length * (HIGH + 1))),
    ),
  );
  const units = Math.floor(width / (dot * HALF));
  const places = lines.flatMap((line, index) => spread(line, index, units));
  // An even remainder around the text keeps it on whole pixels when it stands in the middle.
  const rowHeight = rowSpace - ((rowSpace - lines.length * HIGH * dot) % 2);
  return { dot, lines: lines.length, units, rowHeight, places };
}

/** @param {Wanted[]} line */
function sum(line) {
  return line.reduce((total, column) => total + column.width, 0);
}

/** Who needs room that is left over: names and statuses are longer than planned, times never. */
const NEED = new Map([
  ["origin", 4],
  ["destination", 4],
  ["waiting-room", 3],
  ["status", 3],
]);

/** @param {Wanted[]} line @param {number} index @param {number} units @returns {Place[]} */
function spread(line, index, units) {
  const needs = line.map((column) => NEED.get(column.column) ?? 1);
  const spare = Math.max(0, units - sum(line) - (line.length - 1));
  const all = needs.reduce((total, need) => total + need, 0);
  let start = 0;
  let given = 0;
  let needed = 0;
  return line.map((column, n) => {
    needed += needs[n];
    const extra = Math.floor((spare * needed) / all) - given;
    given += extra;
    const place = { column: column.column, line: index, start, span: column.width + extra };
    start += place.span + 1;
    return place;
  });
}

/**
 * How a text stands in a field: in one line or two, with which dot.
 *
 * @param {string} text
 * @param {number} units width of the field in half characters of `dot`
 * @param {number} dot
 * @param {number} high height of the field in dots of `dot`
 * @returns {{dot: number, lines: string[]}}
 */
export function fitField(text, units, dot, high) {
  const long = halves(text);
  if (long <= units) return { dot, lines: [text] };
  const one = Math.floor((dot * units) / long);
  const parts = halve(text);
  const longest = Math.max(...parts.map(halves));
  const two = Math.min(
    dot,
    Math.floor((dot * units) / longest),
    Math.floor((dot * high) / (2 * HIGH + 1)),
  );
  if (two > one) return { dot: Math.max(1, two), lines: parts };
  return { dot: Math.max(1, one), lines: [text] };
}

/** @param {string} text @returns {[string, string]} two parts of nearly equal width */
export function halve(text) {
  const whole = halves(text);
  let best = Math.ceil(text.length / 2);
  let bestCost = Infinity;
  for (let i = 1; i < text.length; i += 1) {
    const atSpace = text[i] === " ";
    const chinese = text.charCodeAt(i) > 0x2e80 && text.charCodeAt(i - 1) > 0x2e80;
    if (!atSpace && !chinese) continue;
    const cost = Math.abs(whole / 2 - halves(text.slice(0, i))) + (atSpace ? 0 : 3);
    if (cost < bestCost) [best, bestCost] = [i, cost];
  }
  return [text.slice(0, best).trim(), text.slice(best).trim()];
}

/**
 * The largest dot with which lines fit a box; a line of `scale` 0.5 has half the dot.
 *
 * @param {{text: string, scale: number}[]} lines
 * @param {number} width device pixels
 * @param {number} height device pixels
 * @returns {number[]} the dot of each line
 */
export function fitBox(lines, width, height) {
  for (let dot = 60; dot > 1; dot -= 1) {
    const dots = lines.map((line) => Math.max(1, Math.round(dot * line.scale)));
    const wide = lines.every((line, i) => halves(line.text) * HALF * dots[i] <= width);
    const high = dots.reduce((total, d) => total + d * (HIGH + 2), 0) - 2 * dots[0];
    if (wide && high <= height) return dots;
  }
  return lines.map(() => 1);
}
