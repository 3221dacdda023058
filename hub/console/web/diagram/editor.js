// @ts-check
/**
 * The legend editor: colours, fills, signs and shapes with a live sample.
 *
 * Law: what is edited is shown on the diagram at once and kept only when saved; discarding brings
 * back what was. Warnings come from the server, which knows contrast and colour vision.
 */

import { fill, h } from "./dom.js";
import { ACCOUNTS, GROUNDS, KINDS, PATTERNS, SHAPES, lookOf, sample } from "./legend.js";

const WAIT_MS = 180;

export class Editor {
  /**
   * @param {{api: any, scope: string, theme: () => string, changed: (seen: any) => void, closed: () => void}} given
   */
  constructor({ api, scope, theme, changed, closed }) {
    /** @type {any} */ this.api = api;
    this.scope = scope;
    this.theme = theme;
    this.changed = changed;
    this.closed = closed;
    this.body = h("div", { class: "td-fields" });
    this.warnings = h("ul", {});
    this.status = h("div", { class: "td-warnings", role: "status" }, this.warnings);
    this.title = h("h2", {});
    this.buttons = h("div", { class: "td-buttons" });
    this.element = h("section", { class: "td-editor", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ e) => e.key === "Escape" && this.discard() }, this.title, this.status, this.body, this.buttons);
    /** @type {any} */ this.before = null;
    /** @type {any} */ this.draft = null;
    this.timer = 0;
    this.asked = 0;
  }

  /** @param {any} seen @param {any} words */
  async open(seen, words) {
    this.words = words;
    this.before = seen;
    this.draft = structuredClone(seen.legend);
    this.element.hidden = false;
    this.presets ??= (await this.api.get("diagram/presets")).presets;
    this.render();
    this.warn(seen.warnings);
    this.element.querySelector("select")?.focus();
  }

  /** @param {any} words */
  say(words) {
    this.words = words;
    if (!this.element.hidden) this.render();
  }

  render() {
    const w = this.words;
    fill(this.title, w.edit);
    this.element.setAttribute("aria-label", w.edit);
    const preset = h("select", { onchange: (/** @type {Event} */ e) => this.take(/** @type {any} */ (e.target).value) },
      ...this.presets.map((/** @type {any} */ p) => h("option", { value: p.legend.name, selected: p.legend.name === this.draft.name }, w.presets[p.legend.name] ?? p.legend.name)));
    fill(
      this.body,
      h("label", { class: "td-wide" }, w.preset, preset),
      this.looks(), this.kinds(), this.grounds(),
    );
    fill(
      this.buttons,
      h("button", { type: "button", class: "td-primary", onclick: () => this.save() }, w.save),
      h("button", { type: "button", onclick: () => this.discard() }, w.cancel),
      h("button", { type: "button", onclick: () => this.reset() }, w.reset),
    );
  }

  looks() {
    const w = this.words;
    const rows = [...ACCOUNTS, "stock"].map((code) => {
      const look = lookOf(this.draft, code);
      const name = code === "stock" ? w.kind.stock : w.account[code];
      const shown = h("td", { class: "td-shows" }, sample(this.draft, code, code === "stock" ? "stock" : "through", this.scope));
      const colour = h("input", { type: "color", value: look.colour, "aria-label": `${name}: ${w.colour}`, oninput: (/** @type {any} */ e) => this.edit(look, "colour", e.target.value) });
      const pattern = choice(PATTERNS, look.pattern, w.patterns, `${name}: ${w.pattern}`, (v) => this.edit(look, "pattern", v));
      const sign = h("input", { type: "text", maxlength: 2, size: 2, value: look.sign, "aria-label": `${name}: ${w.sign}`, oninput: (/** @type {any} */ e) => this.edit(look, "sign", e.target.value.trim()) });
      return h("tr", {}, h("th", { scope: "row" }, name), shown, h("td", {}, colour), h("td", {}, pattern), h("td", {}, sign));
    });
    const head = [w.trains, w.sample, w.colour, w.pattern, w.sign];
    return table(head, rows);
  }

  kinds() {
    const w = this.words;
    const rows = KINDS.map((kind) => h("tr", {}, h("th", { scope: "row" }, w.kind[kind]),
      h("td", { class: "td-shows" }, sample(this.draft, "on-time", kind, this.scope)),
      h("td", {}, choice(SHAPES, this.draft.kinds[kind], w.shapes, `${w.kind[kind]}: ${w.shape}`, (v) => this.edit(this.draft.kinds, kind, v)))));
    return table([w.role, w.sample, w.shape], rows);
  }

  grounds() {
    const w = this.words;
    const rows = GROUNDS.map((name) => h("tr", {}, h("th", { scope: "row" }, w[name]),
      h("td", { class: "td-ground-sample" }, h("span", { class: `td-swatch td-swatch-${name}`, "aria-hidden": "true" }, { text: "1", mark: `${w.manual[0].toUpperCase()} !` }[name] ?? "")),
      h("td", {}, h("input", { type: "color", value: this.draft.ground[name], "aria-label": `${w[name]}: ${w.colour}`, oninput: (/** @type {any} */ e) => this.edit(this.draft.ground, name, e.target.value) }))));
    return table([w.ground, w.sample, w.colour], rows);
  }

  /** @param {any} part @param {string} name @param {string} value */
  edit(part, name, value) {
    part[name] = value;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.check(), WAIT_MS);
  }

  /** @param {string} name of a preset */
  take(name) {
    const preset = this.presets.find((/** @type {any} */ p) => p.legend.name === name);
    this.draft = structuredClone(preset.legend);
    this.render();
    this.element.querySelector("select")?.focus();
    this.changed(preset);
    this.warn(preset.warnings);
  }

  async check() {
    this.asked += 1;
    const mine = this.asked;
    try {
      const seen = await this.api.post("diagram/legend/check", this.draft);
      if (mine !== this.asked || this.element.hidden) return;
      this.changed(seen);
      this.warn(seen.warnings);
      this.refresh();
    } catch (error) {
      this.complain(String(/** @type {any} */ (error).message ?? error));
    }
  }

  /** Draw the samples anew; the fields stay, one of them has the focus. */
  refresh() {
    const cells = [...this.body.querySelectorAll(".td-shows")];
    const codes = [...ACCOUNTS, "stock"].map((code) => [code, code === "stock" ? "stock" : "through"]);
    const all = [...codes, ...KINDS.map((kind) => ["on-time", kind])];
    cells.forEach((cell, i) => cell.replaceChildren(sample(this.draft, all[i][0], all[i][1], this.scope)));
  }

  /** @param {any[]} warnings */
  warn(warnings) {
    const w = this.words;
    const name = (/** @type {string} */ what) => {
      const [head, tail] = what.split(".");
      return head === "ground" ? w[tail] : `${head === "stock" ? w.kind.stock : (w.account[head] ?? head)}${tail ? ` ${w.text}` : ""}`;
    };
    const said = warnings.map((each) => `${name(each.what)} / ${name(each.other)}: ${w[each.code]} ${each.sight ? `(${w.sights[each.sight]}) ` : ""}${each.value}, ${w.needed} ${each.needed}`);
    fill(this.warnings, ...(said.length ? said.map((text) => h("li", {}, `⚠ ${text}`)) : [h("li", { class: "td-good" }, `✓ ${w.noWarnings}`)]));
  }

  /** @param {string} text */
  complain(text) {
    fill(this.warnings, h("li", {}, `⚠ ${text}`));
  }

  async save() {
    try {
      const seen = await this.api.post("diagram/legend", this.draft);
      this.before = seen;
      this.changed(seen);
      this.shut();
    } catch (error) {
      this.complain(String(/** @type {any} */ (error).message ?? error));
    }
  }

  async reset() {
    const seen = await this.api.post("diagram/legend/reset", { theme: this.theme() });
    this.before = seen;
    this.draft = structuredClone(seen.legend);
    this.changed(seen);
    this.warn(seen.warnings);
    this.render();
    this.element.querySelector("select")?.focus();
  }

  discard() {
    this.changed(this.before);
    this.shut();
  }

  shut() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.element.hidden = true;
    this.closed();
  }
}

/** @param {string[]} values @param {string} chosen @param {Record<string, string>} names @param {string} label @param {(value: string) => void} take */
function choice(values, chosen, names, label, take) {
  return h("select", { "aria-label": label, onchange: (/** @type {any} */ e) => take(e.target.value) },
    ...values.map((value) => h("option", { value, selected: value === chosen }, names[value])));
}

/** @param {string[]} head @param {Element[]} rows */
function table(head, rows) {
  return h("table", {}, h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...rows));
}
