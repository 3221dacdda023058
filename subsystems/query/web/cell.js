// @ts-check
/**
 * Fields of a train, drawn: what holds, what no longer holds struck through, a shape with a colour.
 *
 * Law: draws what it is given; a screen reader is told in words what the eye sees struck through.
 */
import { make } from "./dom.js";
import { told, word } from "./frame.js";

/**
 * @param {?import("./select.js").Cell | undefined} cell
 * @param {string} [name] of the class
 * @returns {HTMLElement}
 */
export function field(cell, name = "") {
  const made = make("span", { class: `cell ${name}`, "data-tone": cell?.tone || null });
  if (!cell) return made;
  const text = told(cell.text);
  if (cell.mark && text) made.append(make("i", { "aria-hidden": "true", text: cell.mark }));
  if (text) made.append(make("b", { text }));
  if (cell.was) {
    const was = make("s", {}, make("span", { "aria-hidden": "true", text: cell.was }));
    was.append(make("span", { class: "unseen", text: word("struck", { text: cell.was }) }));
    made.append(was);
  }
  return made;
}

/** @param {HTMLElement} place @param {HTMLElement} made put it there unless it says the same */
export function put(place, made) {
  const old = place.firstElementChild;
  if (old === null || old.outerHTML !== made.outerHTML) place.replaceChildren(made);
}
