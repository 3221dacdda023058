// @ts-check
/**
 * The on-screen keyboard: pinyin and letters, digits, or the letters and digits of train numbers.
 *
 * Law: types into the field that it is given; knows no train. A real keyboard works all the same.
 */
import { button, make } from "./dom.js";
import { shared, word } from "./frame.js";

const LETTERS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const DIGITS = ["123", "456", "789", "0"];

/**
 * @param {HTMLInputElement} input
 * @param {"number" | "place"} kind
 * @returns {HTMLElement}
 */
export function keyboard(input, kind) {
  const board = make("div", { class: `keys ${kind}`, role: "group", "aria-label": word("keyboard") });
  const rows = kind === "number" ? numberRows() : [...LETTERS, "1234567890"];
  for (const row of rows) {
    board.append(make("div", { class: "line" }, ...[...row].map((key) => typed(input, key))));
  }
  const last = /** @type {HTMLElement} */ (board.lastElementChild);
  const edit = kind === "number" ? last : make("div", { class: "line" });
  edit.append(
    press(word("delete"), () => put(input, input.value.slice(0, -1)), "edit", "⌫"),
    press(word("clear"), () => put(input, ""), "edit", "✕"),
  );
  if (edit !== last) board.append(edit);
  return board;
}

/** @returns {string[]} */
function numberRows() {
  const letters = shared.frame.prefixes.join("");
  return letters ? [letters, ...DIGITS] : DIGITS;
}

/** @param {HTMLInputElement} input @param {string} key */
function typed(input, key) {
  return press(key.toUpperCase(), () => put(input, input.value + key), "", key.toUpperCase());
}

/** @param {string} label @param {() => void} act @param {string} name @param {string} face */
function press(label, act, name, face) {
  const wide = face !== label;
  const content = wide ? [make("i", { "aria-hidden": "true", text: face }), ` ${label}`] : [face];
  const made = button(label, act, { class: `key ${name}` }, ...content);
  made.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  return made;
}

/** @param {HTMLInputElement} input @param {string} value */
function put(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
