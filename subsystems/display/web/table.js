// @ts-check
/**
 * The table of a board: headings and rows, in one language or page after the other.
 *
 * Law: draws what select.js chose and nothing else; a row is drawn again only when it differs.
 */

import { field, led, pixel } from "./led.js";
import { arrange, fitField } from "./layout.js";
import { say } from "./select.js";

export class Table {
  /**
   * @param {HTMLTableElement} element
   * @param {any} sheet
   */
  constructor(element, sheet) {
    this.element = element;
    this.sheet = sheet;
    /** @type {string[]} what each row showed last */
    this.drawn = [];
    this.grid = null;
  }

  /**
   * Measure the room and draw the headings and empty rows.
   * @param {number} rows
   */
  resize(rows) {
    const box = this.element.getBoundingClientRect();
    const p = pixel();
    const width = Math.floor(box.width / p);
    const headShare = 0.085;
    const columns = this.sheet.columns;
    const guess = arrange(columns, width, Math.floor((box.height / p) * (1 - headShare)), rows);
    const small = Math.ceil(guess.dot * 0.55);
    const headHigh = guess.lines * (this.sheet.languages.length > 1 ? 25 : 13) * small + 4 * small;
    this.grid = arrange(columns, width, Math.floor(box.height / p) - headHigh, rows);
    this.rows = rows;
    this.drawn = [];
    this.drawHead(small, headHigh);
    const body = /** @type {HTMLElement} */ (this.element.tBodies[0]);
    body.replaceChildren(...Array.from({ length: rows }, () => this.emptyRow()));
    this.element.style.setProperty("--dot", `${this.grid.dot * p}px`);
    this.element.style.setProperty("--row", `${this.grid.rowHeight * p}px`);
    this.element.style.setProperty("--unit", `${this.grid.dot * 6 * p}px`);
    this.element.style.setProperty("--units", String(this.grid.units));
    this.element.style.setProperty("--lines", String(this.grid.lines));
  }

  /** @param {number} dot @param {number} high */
  drawHead(dot, high) {
    const grid = /** @type {import("./layout.js").Grid} */ (this.grid);
    const row = document.createElement("tr");
    row.setAttribute("role", "row");
    row.style.height = `${high * pixel()}px`;
    for (const place of grid.places) {
      const heading = this.sheet.columns.find((/** @type {any} */ c) => c.column === place.column);
      const cell = this.placed(document.createElement("th"), place);
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      const room = Math.floor((place.span * grid.dot) / dot);
      for (const language of this.sheet.languages) {
        const fitted = fitField(say(heading.text, language), room, dot, 12);
        const line = led(fitted.lines.join(" "), fitted.dot);
        line.lang = language;
        cell.append(line);
      }
      row.append(cell);
    }
    /** @type {HTMLTableSectionElement} */ (this.element.tHead).replaceChildren(row);
  }

  emptyRow() {
    const row = document.createElement("tr");
    row.setAttribute("role", "row");
    return row;
  }

  /**
   * @template {HTMLElement} E
   * @param {E} cell
   * @param {import("./layout.js").Place} place
   * @returns {E}
   */
  placed(cell, place) {
    cell.dataset.column = place.column;
    cell.style.gridColumn = `${place.start + 1} / span ${place.span}`;
    cell.style.gridRow = String(place.line + 1);
    return cell;
  }

  /**
   * @param {import("./select.js").Shown[]} shown at most as many as there are rows
   * @param {string} language
   */
  draw(shown, language) {
    const rows = /** @type {HTMLTableSectionElement} */ (this.element.tBodies[0]).rows;
    for (let i = 0; i < rows.length; i += 1) {
      const row = shown[i];
      const signature = row ? language + JSON.stringify(row) : "";
      if (this.drawn[i] === signature) continue;
      this.drawn[i] = signature;
      if (row) this.drawRow(rows[i], row, language);
      else this.clearRow(rows[i]);
    }
  }

  /** @param {HTMLTableRowElement} element */
  clearRow(element) {
    delete element.dataset.run;
    delete element.dataset.version;
    element.setAttribute("aria-hidden", "true");
    element.replaceChildren();
  }

  /** @param {HTMLTableRowElement} element @param {import("./select.js").Shown} row @param {string} language */
  drawRow(element, row, language) {
    const grid = /** @type {import("./layout.js").Grid} */ (this.grid);
    element.removeAttribute("aria-hidden");
    element.lang = language;
    element.dataset.run = row.id;
    element.dataset.version = String(row.version);
    element.dataset.lapsed = String(row.lapsed);
    element.replaceChildren(
      ...grid.places.map((place) => {
        const cell = this.placed(document.createElement("td"), place);
        cell.setAttribute("role", "cell");
        const content = row.cells[place.column] || {};
        const high = Math.floor(grid.rowHeight / grid.dot / grid.lines);
        cell.append(...field(content, say(content.text, language), place.span, grid.dot, high));
        this.label(cell, content, language);
        return cell;
      }),
    );
  }

  /** Says to a screen reader which of two times holds. @param {HTMLElement} cell @param {any} content @param {string} language */
  label(cell, content, language) {
    if (!content.was) return;
    const words = this.sheet.words;
    const now = say(content.text, language);
    const planned = `${say(words.planned, language)} ${content.was}`;
    cell.setAttribute("aria-label", now ? `${planned}, ${say(words.expected, language)} ${now}` : planned);
  }
}
