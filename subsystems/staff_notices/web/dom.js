// @ts-check
/**
 * Elements.
 *
 * Law: text is always text, never markup; nothing here knows a notice.
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

/** @param {string} label @param {() => void} onclick @param {Record<string, any>} [set] */
export const button = (label, onclick, set = {}) => make("button", { type: "button", onclick, text: label, ...set });

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

/** Show a shape that says what the colour says. @param {string} shape */
export const mark = (shape) => make("i", { "aria-hidden": "true", text: shape });

/**
 * Bring the children of a list up to date: what reads the same stays as it is, focus too.
 * @param {HTMLElement} list
 * @param {{key: string, text: string, draw: () => HTMLElement}[]} wanted
 */
export function keyed(list, wanted) {
  const old = new Map(Array.from(list.children, (child) => [/** @type {any} */ (child).dataset.key, child]));
  const nodes = wanted.map(({ key, text, draw }) => {
    const before = /** @type {any} */ (old.get(key));
    if (before && before.dataset.text === text) return before;
    const made = draw();
    made.dataset.key = key;
    made.dataset.text = text;
    return made;
  });
  const same = nodes.length === list.children.length && nodes.every((node, n) => node === list.children[n]);
  if (same) return;
  const active = /** @type {?HTMLElement} */ (list.contains(document.activeElement) ? document.activeElement : null);
  const row = active?.closest("[data-key]");
  const at = row ? Array.from(list.children).indexOf(row) : -1;
  list.replaceChildren(...nodes);
  if (active === null) return;
  if (list.contains(active)) active.focus();
  else /** @type {?HTMLElement} */ (nodes[Math.min(at, nodes.length - 1)]?.querySelector("button"))?.focus();
}
