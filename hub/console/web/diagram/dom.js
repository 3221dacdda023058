// @ts-check
/**
 * Elements in one line.
 *
 * Law: nothing is parsed as HTML, so no text from anywhere can become an element; no style stands in
 * an attribute, for the content policy forbids it.
 */

const SVG = "http://www.w3.org/2000/svg";
const OF_SVG = new Set(
  "svg g path rect line circle text tspan defs pattern title linearGradient stop clipPath".split(" "),
);

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; ``on…``: listeners; null and false: left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function h(tag, given = {}, ...children) {
  const made = OF_SVG.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  set(made, given);
  made.append(.../** @type {(Node|string)[]} */ (children.filter((c) => c !== null && c !== undefined && c !== false)));
  return made;
}

/** @param {Element} element @param {Record<string, any>} given */
export function set(element, given) {
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} element @param {...(Node | string)} children */
export function fill(element, ...children) {
  element.replaceChildren(...children);
}
