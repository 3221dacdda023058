// @ts-check
/**
 * The track diagram as a part of a page: `mount(element, given)`.
 *
 * Law: wiring. It is given how to ask the server and how to hear its stream, and knows no address of
 * its own but that of base layers. Leaving is `destroy`, after which nothing of it is left.
 *
 *     api.get(path), api.post(path, body)    below /api/v1/, JSON in and out, throws {message}
 *     live.on(name, take) → off              events of the one stream; ``up`` and ``down`` of itself
 *     open(run)                              shows a run elsewhere on the page, null: nowhere
 */

import { putCard } from "./card.js";
import { Chart } from "./chart.js";
import { fill, h, set } from "./dom.js";
import { Editor } from "./editor.js";
import { patterns, putColours, putKey } from "./legend.js";
import { Stage } from "./stage.js";
import { apply, differing, pictureOf } from "./store.js";
import { putTable } from "./table.js";
import { clockIn, dateIn } from "./tell.js";
import { Films, Slider } from "./time.js";
import { Trains } from "./trains.js";
import { wordsOf } from "./words.js";

const VIEWS = ["diagram", "chart", "both", "table"];
const RETRY_MS = 4000;
let mounted = 0;

class Page {
  /** @param {HTMLElement} element @param {any} given */
  constructor(element, { api, live, open = null, language = "zh", theme = "light", files = "/diagram/", view = "diagram" }) {
    mounted += 1;
    this.scope = `td${mounted}`;
    /** @type {any} */ this.api = api;
    /** @type {any} */ this.live = live;
    /** @type {((run: string) => void) | null} */ this.open = open;
    this.language = language;
    this.theme = theme;
    this.view = view;
    this.words = wordsOf(language);
    this.element = element;
    this.stage = new Stage({ files });
    const choose = (/** @type {string | null} */ run, /** @type {string} */ how) => this.choose(run, how);
    this.trains = new Trains({ scope: this.scope, choose });
    this.stage.add(this.trains.layer);
    this.chart = new Chart({ scope: this.scope, choose });
    this.films = new Films(api);
    this.slider = new Slider({ chosen: (time) => this.seek(time) });
    this.editor = new Editor({ api, scope: this.scope, theme: () => this.theme, changed: (seen) => this.dress(seen), closed: () => this.legendButton.focus() });
    /** @type {any} */ this.whole = null;
    /** @type {any} */ this.now = null;
    /** @type {any} */ this.shown = null;
    /** @type {any} */ this.seen = null;
    this.picked = { hover: null, focus: null, click: null };
    this.seeks = 0;
    this.patches = 0;
    this.gone = new AbortController();
    this.build();
  }

  build() {
    this.buttons = Object.fromEntries(VIEWS.map((view) => [view, h("button", { type: "button", onclick: () => this.look(view) })]));
    this.tabs = h("div", { class: "td-views", role: "group" }, ...Object.values(this.buttons));
    this.zooms = ["zoomOut", "fit", "zoomIn"].map((what) => h("button", { type: "button", "data-zoom": what, onclick: () => this.zoom(what) }, { zoomOut: "−", fit: "⤢", zoomIn: "+" }[what]));
    this.legendButton = h("button", { type: "button", onclick: () => this.seen && this.editor.open(this.seen, this.words) });
    this.state = h("p", { class: "td-state", role: "status" });
    this.bar = h("div", { class: "td-bar-of-tools" }, this.tabs, h("div", { class: "td-zooms", role: "group" }, ...this.zooms), this.state, this.legendButton);
    this.patterns = h("svg", { class: "td-patterns", "aria-hidden": "true" });
    this.key = h("ul", { class: "td-key" });
    this.card = h("aside", { class: "td-card", hidden: true });
    this.empty = h("p", { class: "td-empty", hidden: true });
    this.picturePane = h("div", { class: "td-pane td-picture" }, this.stage.svg, this.empty);
    this.chartPane = h("div", { class: "td-pane td-chartpane" }, this.chart.element);
    this.table = h("table", { class: "td-table" });
    this.tablePane = h("div", { class: "td-pane td-tablepane", tabindex: 0, role: "region" }, this.table);
    this.panes = h("div", { class: "td-panes" }, this.picturePane, this.chartPane, this.tablePane, this.card, this.editor.element);
    this.root = h("section", { class: "td-page", onkeydown: (/** @type {KeyboardEvent} */ e) => this.key_(e) }, this.patterns, this.bar, this.panes, this.key, this.slider.element);
    fill(this.element, this.root);
    this.sizes = new ResizeObserver(() => this.fitChart());
    this.sizes.observe(this.chartPane);
    this.say();
    this.look(this.view);
  }

  async start() {
    this.offs = [
      this.live.on("diagram", (/** @type {any} */ pushed) => this.take(pushed)),
      this.live.on("down", () => this.tell(true)),
      this.live.on("up", () => this.tell(false)),
    ];
    this.timer = setInterval(() => this.tick(), 1000);
    await this.refresh();
  }

  destroy() {
    this.gone.abort();
    clearInterval(this.timer);
    clearTimeout(this.tabling);
    clearTimeout(this.again);
    this.sizes.disconnect();
    for (const off of this.offs ?? []) off();
    fill(this.element);
  }

  /** Ask for everything: at first, and when a patch was missed. */
  async refresh() {
    if (this.asking) return this.asking;
    this.asking = this.ask().finally(() => { this.asking = null; });
    return this.asking;
  }

  async ask() {
    try {
      const [whole, seen] = await Promise.all([
        this.api.get("diagram"),
        this.seen ?? this.api.get(`diagram/legend?theme=${this.theme}`),
      ]);
      if (this.gone.signal.aborted) return;
      this.received = performance.now();
      const first = this.whole === null;
      this.whole = whole;
      this.now = pictureOf(whole);
      this.clock = clockIn(whole.zone);
      this.date = dateIn(whole.zone);
      this.films.stale();
      this.ground = whole.ground;
      await this.stage.show(this.ground, this.language);
      this.dress(seen);
      if (first || this.slider.time === null) this.show(this.now);
      this.tick();
      this.tell(false);
      this.root.dataset.ready = "true";
    } catch (error) {
      this.miss(/** @type {any} */ (error));
    }
  }

  /** What was asked for did not come: it is told, and asked for again. @param {any} error */
  miss(error) {
    if (this.gone.signal.aborted) return;
    fill(this.state, `${this.words.failed}${error.message ?? error}. ${this.words.wait}`);
    this.root.dataset.state = "lost";
    clearTimeout(this.again);
    this.again = window.setTimeout(() => this.refresh(), RETRY_MS);
  }

  /** @param {any} pushed */
  take(pushed) {
    if (!this.whole) {
      this.refresh();
      return;
    }
    if (pushed.follows !== this.whole.seq) {
      if (isLater(pushed.seq, this.whole.seq)) this.refresh();
      return;
    }
    this.patches += 1;
    this.whole.seq = pushed.seq;
    const touched = apply(this.now, pushed);
    this.films.stale();
    if (this.slider.time !== null) return;
    this.trains.update(this.now.trains, touched.trains);
    if (touched.bars.size) this.drawChart();
    this.follow(touched);
  }

  /** What depends on a picture beside the trains and the chart. @param {any} touched */
  follow(touched) {
    const run = this.pick();
    if (run && (touched.trains.has(run) || touched.bars.has(run))) this.putCard();
    if (!this.tabling) this.tabling = window.setTimeout(() => { this.tabling = 0; this.putTable(); }, 400);
  }

  /** @param {any} picture */
  show(picture) {
    const touched = this.shown && this.shown !== picture ? differing(this.shown, picture) : { trains: new Set(picture.trains.keys()), bars: new Set(picture.bars.keys()) };
    for (const run of this.trains.drawn.keys()) if (!picture.trains.has(run)) touched.trains.add(run);
    this.shown = picture;
    this.trains.update(picture.trains, touched.trains);
    this.drawChart();
    this.putCard();
    this.putTable();
  }

  /** @param {number | null} time null: now */
  async seek(time) {
    this.seeks += 1;
    const mine = this.seeks;
    this.root.classList.toggle("td-still", time !== null);
    this.tell(false);
    if (time === null) {
      if (!this.now) return;
      if (this.ground !== this.whole.ground) await this.stand(this.whole.ground);
      this.show(this.now);
      requestAnimationFrame(() => this.root.classList.remove("td-still"));
      return;
    }
    try {
      const film = await this.films.at(time, this.stationNow());
      if (mine !== this.seeks) return;
      if (time < film.film.begin - 60) throw new Error(`${this.words.begins} ${this.clock(film.film.begin)}`);
      const at = Math.min(Math.max(time, film.film.begin), film.film.end);
      if (JSON.stringify(film.film.ground.base) !== JSON.stringify(this.ground.base)) await this.stand(film.film.ground);
      this.show(film.seek(at));
      this.tell(false);
    } catch (error) {
      if (mine === this.seeks) fill(this.state, `${this.words.failed}${/** @type {any} */ (error).message ?? error}`);
    }
  }

  /** Another layout is in force at the time that is shown. @param {any} ground */
  async stand(ground) {
    this.ground = ground;
    await this.stage.show(ground, this.language);
    this.dress(this.seen);
  }

  /** A layout without tracks has nothing to draw: that is told, and everything else works. */
  tellEmpty() {
    const nothing = this.ground.tracks.length === 0;
    this.empty.hidden = !nothing;
    fill(this.empty, nothing ? this.words.noTracks : "");
  }

  stationNow() {
    return this.whole.now + ((performance.now() - this.received) / 1000) * this.whole.rate;
  }

  tick() {
    if (!this.whole) return;
    const now = this.stationNow();
    this.slider.tick(now);
    if (this.slider.time !== null && this.slider.kind === "forecast" && this.slider.time <= now) this.slider.back();
    const minute = Math.floor(now / 15);
    if (minute !== this.charted) {
      this.charted = minute;
      this.drawChart();
    }
  }

  /** @param {any} seen a legend */
  dress(seen) {
    this.seen = seen;
    putColours(this.root, seen);
    this.patterns.replaceChildren(patterns(seen.legend, this.scope));
    putKey(this.key, seen.legend, this.words, this.scope);
    if (!this.ground) return;
    const tracks = new Map(this.ground.tracks.map((/** @type {any} */ track) => [track.id, track]));
    this.context = { legend: seen.legend, words: this.words, language: this.language, tracks, ground: this.ground, clock: this.clock, date: this.date, high: this.ground.train, scope: this.scope };
    this.tellEmpty();
    this.trains.dress(this.context);
    this.chart.dress(this.context);
    this.slider.dress(this.context);
    if (this.shown) {
      this.putCard();
      this.putTable();
    }
  }

  drawChart() {
    if (!this.shown || !this.whole || this.chartPane.hidden) return;
    const now = this.stationNow();
    this.chart.update(this.slider.time ?? now, now, this.shown.bars);
  }

  fitChart() {
    if (this.chartPane.hidden) return;
    this.chart.resize(this.chartPane.clientWidth, this.chartPane.clientHeight);
  }

  /** @param {string} view */
  look(view) {
    this.view = view;
    this.root.dataset.view = view;
    this.picturePane.hidden = view === "chart" || view === "table";
    this.chartPane.hidden = view === "diagram" || view === "table";
    this.tablePane.classList.toggle("td-unseen", view !== "table");
    set(this.tablePane, { tabindex: view === "table" ? 0 : -1 });
    for (const [name, button] of Object.entries(this.buttons)) set(button, { "aria-pressed": name === view ? "true" : "false" });
    this.fitChart();
    this.drawChart();
  }

  /** @param {string} what */
  zoom(what) {
    if (what === "fit") this.stage.fit();
    else this.stage.zoom(what === "zoomIn" ? 1.4 : 1 / 1.4);
  }

  /** @param {string | null} run @param {string} how hover, focus or click */
  choose(run, how) {
    this.picked = { ...this.picked, [how]: run };
    this.putCard();
  }

  pick() {
    return this.picked.hover ?? this.picked.focus ?? this.picked.click;
  }

  putCard() {
    if (!this.shown || !this.context) return;
    const run = this.pick();
    const chosen = run !== null && this.picked.click === run;
    // A card that is the same stays: one of its buttons may have the focus.
    const facts = [run, run && this.shown.trains.get(run), run && this.shown.bars.get(run), chosen, this.context];
    if (this.carded?.every((/** @type {any} */ fact, /** @type {number} */ i) => fact === facts[i])) return;
    this.carded = facts;
    for (const g of this.root.querySelectorAll("[data-chosen]")) g.removeAttribute("data-chosen");
    if (run) for (const g of this.root.querySelectorAll(`[data-run="${CSS.escape(run)}"]`)) set(g, { "data-chosen": "true" });
    const close = () => {
      this.picked = { hover: null, focus: null, click: null };
      this.putCard();
      if (run) this.trains.focus(run);
    };
    putCard(this.card, run, this.shown, this.context, { open: this.open, close, chosen });
    set(this.card, { "aria-label": this.words.trains });
    this.placeCard(chosen);
  }

  /** Beside what it tells of, never over it; one that is only pointed at takes no pointer. @param {boolean} chosen */
  placeCard(chosen) {
    const panes = this.panes.getBoundingClientRect();
    const shown = this.root.querySelector("[data-chosen] .td-body")?.getBoundingClientRect();
    const right = shown !== undefined && shown.width > 0 && shown.left + shown.width / 2 > panes.left + panes.width / 2;
    this.card.classList.toggle("td-card-left", right);
    this.card.classList.toggle("td-card-kept", chosen);
  }

  putTable() {
    if (this.shown && this.context) putTable(this.table, this.shown, this.context, this.slider.time ?? this.stationNow());
  }

  /** @param {KeyboardEvent} event */
  key_(event) {
    const typing = /** @type {HTMLElement} */ (event.target).closest("input, select, textarea, .td-editor");
    if (typing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      this.picked.click = null;
      this.putCard();
    } else if (event.key === "n" || event.key === "N") {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) this.slider.back();
    } else {
      this.stage.key(event);
    }
  }

  /** @param {boolean} lost */
  tell(lost) {
    this.lost = lost;
    if (!this.whole) return;
    const kind = this.slider.kind;
    this.root.dataset.state = lost && kind === "live" ? "lost" : kind;
    const words = this.words;
    const at = this.clock(this.stationNow());
    fill(this.state, lost && kind === "live" ? `${words.lost} ${at}` : words[`${kind}Note`]);
  }

  say() {
    const w = this.words;
    for (const [view, button] of Object.entries(this.buttons)) fill(button, w[view]);
    for (const button of this.zooms) set(button, { "aria-label": w[button.dataset.zoom], title: w[button.dataset.zoom] });
    set(this.tabs, { "aria-label": w.view });
    set(this.stage.svg, { "aria-label": w.diagram });
    set(this.tablePane, { "aria-label": w.table });
    set(this.root, { "aria-label": w.diagram, lang: this.language });
    fill(this.legendButton, w.edit);
    set(this.key, { "aria-label": w.legend });
    fill(this.state, w.loading);
  }

  /** @param {string} language */
  async setLanguage(language) {
    this.language = language;
    this.words = wordsOf(language);
    this.say();
    this.editor.say(this.words);
    if (this.ground) await this.stage.show(this.ground, language);
    if (this.seen) this.dress(this.seen);
    this.tell(this.lost ?? false);
  }

  /** A legend of one's own stays in every theme. @param {string} theme */
  async setTheme(theme) {
    this.theme = theme;
    if (!this.seen?.own) this.dress(await this.api.get(`diagram/legend?theme=${theme}`));
  }
}

/** Also of another life of the hub. @param {string} seq @param {string} known */
function isLater(seq, known) {
  const [boot, number] = split(seq);
  const [mine, held] = split(known);
  return boot !== mine || number > held;
}

/** @param {string} seq @returns {[string, number]} */
function split(seq) {
  const at = seq.lastIndexOf("-");
  return [seq.slice(0, at), Number(seq.slice(at + 1))];
}

/**
 * @param {HTMLElement} element filled with the diagram
 * @param {any} given see above; also ``language``, ``theme``, ``files``, ``view``
 * @returns {{ready: Promise<void>, setLanguage: (language: string) => Promise<void>, setTheme: (theme: string) => Promise<void>, destroy: () => void, page: any}}
 */
export function mount(element, given) {
  dressed();
  const page = new Page(element, given);
  return {
    ready: page.start(),
    setLanguage: (language) => page.setLanguage(language),
    setTheme: (theme) => page.setTheme(theme),
    destroy: () => page.destroy(),
    page,
  };
}

/** The style sheet, once a page. */
function dressed() {
  const href = new URL("diagram.css", import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href) || document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(h("link", { rel: "stylesheet", href }));
}
