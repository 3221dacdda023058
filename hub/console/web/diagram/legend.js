// @ts-check
/**
 * The legend layer: an account's colours, patterns and shapes, put on the page.
 *
 * Law: colours go into custom properties through the object model, never into attributes; patterns
 * are drawn in the colour that they are of. Nothing is decided here: the server checked the legend.
 *
 * @typedef {{legend: any, own: boolean, properties: Record<string, string>, warnings: any[]}} Seen
 */

import { fill, h } from "./dom.js";
import { outline } from "./shapes.js";

export const ACCOUNTS = ["on-time", "late", "early", "unsaid", "held", "lapsed", "cancelled"];
export const KINDS = ["originating", "through", "terminating", "pass", "stock"];
export const PATTERNS = ["solid", "hatch", "dots", "cross", "outline"];
export const SHAPES = ["block", "arrow", "start", "stop", "round", "double"];
export const GROUNDS = ["back", "yard", "rail", "platform", "text", "mark"];

/** @param {any} legend @param {string} code of an account, or ``stock`` */
export function lookOf(legend, code) {
  return code === "stock" ? legend.stock : legend.accounts[code];
}

/** @param {Record<string, any>} train @returns {string} whose look it has */
export function codeOf(train) {
  return train.kind === "stock" ? "stock" : train.account;
}

/** @param {HTMLElement} root @param {Seen} seen */
export function putColours(root, seen) {
  for (const [name, value] of Object.entries(seen.properties)) root.style.setProperty(name, value);
}

/**
 * @param {any} legend @param {string} scope makes the ids of two drawings on a page differ
 * @returns {Element} the patterns
 */
export function patterns(legend, scope) {
  const made = [...ACCOUNTS, "stock"].map((code) => pattern(lookOf(legend, code).pattern, code, scope));
  return h("defs", {}, ...made);
}

/** @param {string} kind @param {string} code @param {string} scope */
function pattern(kind, code, scope) {
  const lines = {
    hatch: "M-2 2L2 -2M0 10L10 0M8 12L12 8",
    cross: "M0 0L10 10M10 0L0 10",
    dots: "M2.5 2.5h.01M7.5 7.5h.01",
    outline: "",
    solid: "",
  }[kind];
  const ink = h("path", { d: lines, "stroke-linecap": "round", "stroke-width": kind === "dots" ? 3 : 1.6, fill: "none" });
  ink.style.stroke = `var(--td-${code})`;
  const under = h("rect", { width: 10, height: 10 });
  under.style.fill = "var(--td-yard)";
  return h("pattern", { id: `${scope}-${code}`, width: 10, height: 10, patternUnits: "userSpaceOnUse" }, under, ink);
}

/** @param {SVGElement} body @param {any} legend @param {string} code @param {string} scope @param {boolean} [empty] nobody says that it is there */
export function paint(body, legend, code, scope, empty = false) {
  const solid = lookOf(legend, code)?.pattern === "solid";
  body.style.fill = empty ? "var(--td-yard)" : solid ? `var(--td-${code})` : `url(#${scope}-${code})`;
  body.style.stroke = `var(--td-${code})`;
}

/** @param {any} legend @param {string} code @returns {string} */
export function inkOf(legend, code) {
  return lookOf(legend, code)?.pattern === "solid" ? `var(--td-${code}-ink)` : "var(--td-text)";
}

/**
 * A little train.
 *
 * @param {any} legend @param {string} code @param {string} kind @param {string} scope
 * @returns {Element}
 */
export function sample(legend, code, kind, scope) {
  const body = h("path", { d: outline(legend.kinds[kind], 42, 16, "right"), transform: "translate(3 10)", "stroke-width": 1.5 });
  paint(body, legend, code, scope);
  const sign = h("text", { x: 22, y: 10.5, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 11, class: "td-sign" }, lookOf(legend, code).sign);
  sign.style.fill = inkOf(legend, code);
  return h("svg", { class: "td-sample", viewBox: "0 0 48 20", width: 48, height: 20, "aria-hidden": "true" }, body, sign);
}

/**
 * The key: what colours and shapes mean.
 *
 * @param {HTMLElement} element @param {any} legend @param {any} words @param {string} scope
 */
export function putKey(element, legend, words, scope) {
  const item = (/** @type {string} */ code, /** @type {string} */ kind, /** @type {string} */ text) =>
    h("li", {}, sample(legend, code, kind, scope), text);
  fill(
    element,
    ...ACCOUNTS.map((code) => item(code, "through", words.account[code])),
    item("stock", "stock", words.kind.stock),
    h("li", { class: "td-gap", "aria-hidden": "true" }),
    ...KINDS.filter((kind) => kind !== "stock").map((kind) => item("on-time", kind, words.kind[kind])),
    h("li", {}, h("span", { class: "td-badge" }, words.manual[0].toUpperCase()), words.manual),
    h("li", {}, h("span", { class: "td-badge td-clash" }, "!"), words.clash),
  );
}
