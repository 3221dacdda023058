// @ts-check
/**
 * Elements and words.
 *
 * Law: text is always text, never markup. Words come from the server's tables, in the language of
 * the page; a text of the station that is missing in it is shown in another, with its language.
 */

/** @type {{words: Record<string, Record<string, string>>, tongue: string}} */
export const tongues = { words: {}, tongue: "en" };

/** @param {string} id @returns {HTMLElement} */
export const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id @returns {HTMLInputElement} */
export const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

/**
 * @param {string} tag
 * @param {Record<string, any>} [set] attributes; `on…` are listeners, `text` is the content
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElement}
 */
export function make(tag, set = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) made.setAttribute(name, String(value));
    else if (value === false) continue;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null)));
  return made;
}

/** @param {string} label @param {() => void} onclick @param {Record<string, any>} [set] */
export const button = (label, onclick, set = {}) => make("button", { type: "button", onclick, ...set }, label);

/**
 * A word of the page, with values in its places.
 * @param {string} key @param {Record<string, any>} [values]
 */
export function t(key, values = {}) {
  const said = tongues.words[tongues.tongue]?.[key] ?? key;
  return said.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A text of the station in the page's language. @param {Record<string, string> | undefined} texts */
export function own(texts) {
  if (!texts) return "";
  return texts[tongues.tongue] ?? Object.values(texts)[0] ?? "";
}

/** Every language of a text in a paragraph of its own. @param {Record<string, string>} texts */
export const paragraphs = (texts) => Object.entries(texts ?? {}).map(([lang, text]) => make("p", { lang, text }));

/** Put the words into their places. @param {ParentNode} [root] */
export function worded(root = document) {
  for (const each of root.querySelectorAll("[data-word]")) {
    const text = t(/** @type {HTMLElement} */ (each).dataset.word ?? "");
    if (each.textContent !== text) each.textContent = text;
  }
}

/** @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Say something to a screen reader. @param {string} text */
export const say = (text) => setText(by("said"), text);

/**
 * Chips with a box each, by id.
 * @param {HTMLElement} place @param {{id: string, text: string}[]} chips @param {boolean} [all] a chip for all
 */
export function chips(place, chips, all = true) {
  const boxes = chips.map(({ id, text }) =>
    make("label", {}, make("input", { type: "checkbox", value: id }), make("span", { text })),
  );
  const every = make("input", { type: "checkbox", "data-all": true });
  every.addEventListener("change", () => {
    for (const box of place.querySelectorAll("input:not([data-all])")) {
      /** @type {HTMLInputElement} */ (box).checked = /** @type {HTMLInputElement} */ (every).checked;
    }
  });
  const first = all ? [make("label", {}, every, make("span", { text: t("everywhere") }))] : [];
  place.replaceChildren(...first, ...boxes);
}

/** @param {HTMLElement} place @returns {string[]} ids of the chips that are chosen */
export const chosen = (place) =>
  Array.from(place.querySelectorAll("input:checked:not([data-all])"), (box) => /** @type {HTMLInputElement} */ (box).value);
