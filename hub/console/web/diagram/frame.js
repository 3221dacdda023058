// @ts-check
/**
 * The frame around the diagram: views, tools, panes, key, and what all of them are called.
 *
 * Law: elements and their words. What a button does is given; nothing is asked, nothing is known of
 * trains.
 */

import { fill, h, set } from "./dom.js";

const VIEWS = ["diagram", "chart", "both", "table"];
const SIGNS = { zoomOut: "−", fit: "⤢", zoomIn: "+" };

export class Frame {
  /**
   * @param {{stage: any, chart: any, editor: any, slider: any}} parts
   * @param {{look: (view: string) => void, zoom: (what: string) => void, edit: () => void, key: (event: KeyboardEvent) => void}} does
   */
  constructor({ stage, chart, editor, slider }, { look, zoom, edit, key }) {
    this.svg = stage.svg;
    this.buttons = Object.fromEntries(VIEWS.map((view) => [view, h("button", { type: "button", onclick: () => look(view) })]));
    this.tabs = h("div", { class: "td-views", role: "group" }, ...Object.values(this.buttons));
    this.zooms = Object.entries(SIGNS).map(([what, sign]) => h("button", { type: "button", "data-zoom": what, onclick: () => zoom(what) }, sign));
    this.legend = h("button", { type: "button", onclick: edit });
    this.state = h("p", { class: "td-state", role: "status" });
    const bar = h("div", { class: "td-bar-of-tools" }, this.tabs, h("div", { class: "td-zooms", role: "group" }, ...this.zooms), this.state, this.legend);
    this.patterns = h("svg", { class: "td-patterns", "aria-hidden": "true" });
    this.key = h("ul", { class: "td-key" });
    this.card = h("aside", { class: "td-card", hidden: true });
    this.empty = h("p", { class: "td-empty", hidden: true });
    this.picture = h("div", { class: "td-pane td-picture" }, stage.svg, this.empty);
    this.chart = h("div", { class: "td-pane td-chartpane" }, chart.element);
    this.table = h("table", { class: "td-table" });
    this.tablePane = h("div", { class: "td-pane td-tablepane", tabindex: 0, role: "region" }, this.table);
    this.panes = h("div", { class: "td-panes" }, this.picture, this.chart, this.tablePane, this.card, editor.element);
    this.root = h("section", { class: "td-page", onkeydown: key }, this.patterns, bar, this.panes, this.key, slider.element);
    dressed();
  }

  /** Show one view. @param {string} view */
  look(view) {
    this.root.dataset.view = view;
    this.picture.hidden = view === "chart" || view === "table";
    this.chart.hidden = view === "diagram" || view === "table";
    this.tablePane.classList.toggle("td-unseen", view !== "table");
    set(this.tablePane, { tabindex: view === "table" ? 0 : -1 });
    for (const [name, button] of Object.entries(this.buttons)) set(button, { "aria-pressed": name === view ? "true" : "false" });
  }

  /** Call everything by its name. @param {any} words @param {string} language */
  say(words, language) {
    for (const [view, button] of Object.entries(this.buttons)) fill(button, words[view]);
    for (const button of this.zooms) set(button, { "aria-label": words[button.dataset.zoom], title: words[button.dataset.zoom] });
    set(this.tabs, { "aria-label": words.view });
    set(this.svg, { "aria-label": words.diagram });
    set(this.tablePane, { "aria-label": words.table });
    set(this.root, { "aria-label": words.diagram, lang: language });
    fill(this.legend, words.edit);
    set(this.key, { "aria-label": words.legend });
    set(this.card, { "aria-label": words.trains });
    fill(this.state, words.loading);
  }

  /** Tell how what is shown stands. @param {string} state @param {string} text */
  tell(state, text) {
    this.root.dataset.state = state;
    fill(this.state, text);
  }

  /** A layout without tracks has nothing to draw: that is told. @param {string} text empty: it has some */
  tellEmpty(text) {
    this.empty.hidden = text === "";
    fill(this.empty, text);
  }
}

/** The style sheet, once a page. */
function dressed() {
  const href = new URL("diagram.css", import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href) || document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(h("link", { rel: "stylesheet", href }));
}
