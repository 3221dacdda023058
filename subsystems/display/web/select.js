// @ts-check
/**
 * What a page shows at an instant.
 *
 * Law: pure. The page decides nothing about trains: it takes the last step whose instant has come,
 * shows a row inside its window, and swaps to the unconfirmed steps when the confirmation is over.
 * The same answers as protocol.timeline give; the tests compare them.
 *
 * @typedef {string | Object<string, string>} Text
 * @typedef {{text?: Text, was?: string, tone?: string, mark?: string}} Cell
 * @typedef {{at?: number, cells?: Object<string, Cell>, lead?: boolean}} Step
 * @typedef {{id: string, key: number, start: ?number, end: ?number, cells: Object<string, Cell>,
 *   steps: Step[], unconfirmed?: Step[], version?: number}} Row
 * @typedef {{id: string, version: number, lead: boolean, lapsed: boolean,
 *   cells: Object<string, Cell>}} Shown
 */

/**
 * @param {Step[]} steps ascending by `at`
 * @param {number} now
 * @returns {Step} the last step whose instant is not after `now`, the first if there is none
 */
export function stepAt(steps, now) {
  let found = steps[0];
  for (const step of steps) {
    if (step.at === undefined || step.at <= now) found = step;
  }
  return found;
}

/** @param {Row} row @param {number} now */
export function visible(row, now) {
  return row.start !== null && row.start <= now && (row.end === null || now < row.end);
}

/** @param {Row} row @param {number} now @param {?number} confirmedUntil */
export function lapsed(row, now, confirmedUntil) {
  if (!row.unconfirmed || row.unconfirmed.length === 0) return false;
  return confirmedUntil === null || now > confirmedUntil;
}

/**
 * @param {Iterable<Row>} rows
 * @param {number} now station time, milliseconds since 1970 UTC
 * @param {?number} confirmedUntil
 * @returns {Shown[]} what is on the board at `now`, in its order
 */
export function select(rows, now, confirmedUntil) {
  return Array.from(rows)
    .filter((row) => visible(row, now))
    .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map((row) => {
      const old = lapsed(row, now, confirmedUntil);
      const step = stepAt(old ? /** @type {Step[]} */ (row.unconfirmed) : row.steps, now);
      return {
        id: row.id,
        version: row.version || 0,
        lead: step.lead === true,
        lapsed: old,
        cells: { ...row.cells, ...(step.cells || {}) },
      };
    });
}

/**
 * Which page stands in which language. Every page is shown in every language, each for its whole
 * time, before the next page comes.
 *
 * @param {number} elapsed real seconds
 * @param {number} pages
 * @param {{languages: string[], page_seconds: number, language_seconds: number}} sheet
 * @returns {{page: number, language: string}}
 */
export function frame(elapsed, pages, sheet) {
  const count = sheet.languages.length;
  const round = count > 1 ? sheet.language_seconds * count : sheet.page_seconds;
  const pageSeconds = Math.ceil(sheet.page_seconds / round) * round;
  const page = Math.floor(elapsed / pageSeconds) % Math.max(1, pages);
  const inPage = elapsed % pageSeconds;
  const language = sheet.languages[Math.floor(inPage / sheet.language_seconds) % count];
  return { page, language: language ?? sheet.languages[0] };
}

/** @param {Text | undefined} text @param {string} language */
export function say(text, language) {
  if (text === undefined) return "";
  return typeof text === "string" ? text : (text[language] ?? Object.values(text)[0] ?? "");
}

/** @param {string} text @param {Object<string, string | number>} values */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}
