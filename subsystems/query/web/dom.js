// @ts-check
/**
 * Elements.
 *
 * Law: text is always text, never markup; nothing here knows a train.
 */

/**
 * @param {string} tag
 * @param {Record<string, any>} [set] attributes; `on…` are listeners, `text` is the content
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElement}
 */
export function make(tag, set = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null)));
  return made;
}

/**
 * A button of the kiosk.
 * @param {string} label @param {() => void} onclick @param {Record<string, any>} [set]
 * @param {(Node | string | null)[]} children
 */
export function button(label, onclick, set = {}, ...children) {
  const content = children.length > 0 ? children : [label];
  return make("button", { type: "button", onclick, ...set }, ...content);
}

/** @param {string} id @returns {HTMLElement} */
export const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Say something to a screen reader. @param {string} text */
export function say(text) {
  by("said").textContent = text;
}

/** @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
