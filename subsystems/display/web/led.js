// @ts-check
/**
 * Text in dots.
 *
 * Law: the only place that makes text elements. `dot` is in device pixels; a text's element is
 * exactly as large as its dots, so that the mask of dots lies on the font's pixels.
 */

import { fitBox, fitField, halves } from "./layout.js";

/** CSS pixels of one device pixel. */
export function pixel() {
  return 1 / (globalThis.devicePixelRatio || 1);
}

/**
 * @param {string} text
 * @param {number} dot
 * @param {string} [className]
 * @returns {HTMLElement}
 */
export function led(text, dot, className = "") {
  const element = document.createElement("span");
  element.className = `led ${className}`.trim();
  element.style.setProperty("--dot", `${dot * pixel()}px`);
  element.textContent = text;
  return element;
}

/**
 * @param {import("./select.js").Cell} cell
 * @param {string} text of the cell in the language shown
 * @param {number} units width of the field in half characters
 * @param {number} dot
 * @param {number} high of the field in dots
 * @returns {HTMLElement[]}
 */
export function field(cell, text, units, dot, high) {
  const parts = [];
  let room = units;
  if (cell.mark) {
    parts.push(led(cell.mark, dot, `tone-${cell.tone || "plain"} mark`));
    room -= halves(cell.mark) + 1;
  }
  if (cell.was) {
    const was = document.createElement("s");
    was.append(led(cell.was, dot, "was"));
    parts.push(was);
    room -= halves(cell.was) + 1;
  }
  if (text) {
    const fitted = fitField(text, Math.max(2, room), dot, high);
    const box = document.createElement("span");
    box.className = `text tone-${cell.tone || "plain"}`;
    for (const line of fitted.lines) box.append(led(line, fitted.dot));
    parts.push(box);
  }
  return parts;
}

/**
 * Fill a box with lines, as large as whole dots allow; does nothing if they stand there already.
 * A name that is the same in two languages is told once.
 * @param {HTMLElement} box
 * @param {{text: string, scale: number, lang?: string, className?: string}[]} lines
 * @param {string} [tone]
 */
export function fillBox(box, lines, tone = "plain") {
  const kept = lines.filter((line, n) => line.text && lines.findIndex((l) => l.text === line.text) === n);
  const p = pixel();
  const width = Math.floor(box.clientWidth / p);
  const height = Math.floor(box.clientHeight / p);
  const signature = JSON.stringify([kept, tone, width, height]);
  if (box.dataset.signature === signature) return;
  box.dataset.signature = signature;
  box.dataset.tone = tone;
  const dots = fitBox(kept, width, height);
  box.replaceChildren(
    ...kept.map((line, i) => {
      const element = led(line.text, dots[i], line.className);
      if (line.lang) element.lang = line.lang;
      return element;
    }),
  );
}
