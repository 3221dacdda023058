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

import { Chart } from "./chart.js";
import { fill } from "./dom.js";
import { Editor } from "./editor.js";
import { Frame } from "./frame.js";
import { patterns, putColours, putKey } from "./legend.js";
import { Pick } from "./pick.js";
import { Stage } from "./stage.js";
import { apply, differing, isLater, pictureOf } from "./store.js";
import { putTable } from "./table.js";
import { clockIn, dateIn } from "./tell.js";
import { Films, Slider } from "./time.js";
import { Trains } from "./trains.js";
import { wordsOf } from "./words.js";

const RETRY_MS = 4000;
let mounted = 0;

class Page {
  /** @param {HTMLElement} element @param {any} given */
  constructor(element, { api, live, open = null, language = "zh", theme = "light", files = "/diagram/", view = "diagram" }) {
    mounted += 1;
    this.scope = `td${mounted}`;
    /** @type {any} */ this.api = api;
    /** @type {any} */ this.live = live;
    this.language = language;
    this.theme = theme;
    this.view = view;
    this.words = wordsOf(language);
    this.element = element;
    this.stage = new Stage({ files });
    const choose = (/** @type {string | null} */ run, /** @type {string} */ how) => this.pick.choose(run, how);
    this.trains = new Trains({ scope: this.scope, choose });
    this.stage.add(this.trains.layer);
    this.chart = new Chart({ scope: this.scope, choose });
    this.films = new Films(api);
    this.slider = new Slider({ chosen: (time) => this.seek(time) });
    this.editor = new Editor({ api, scope: this.scope, theme: () => this.theme, changed: (seen) => this.dress(seen), closed: () => this.frame.legend.focus() });
    this.frame = new Frame(this, { look: (seen) => this.look(seen), zoom: (what) => this.zoom(what), edit: () => this.seen && this.editor.open(this.seen, this.words), key: (event) => this.key_(event) });
    this.pick = new Pick({ frame: this.frame, open, focus: (run) => this.trains.focus(run) });
    /** @type {any} */ this.whole = null;
    /** @type {any} */ this.now = null;
    /** @type {any} */ this.shown = null;
    /** @type {any} */ this.seen = null;
    this.seeks = 0;
    this.patches = 0;
    this.gone = new AbortController();
    this.build();
  }

  build() {
    fill(this.element, this.frame.root);
    this.sizes = new ResizeObserver(() => this.fitChart());
    this.sizes.observe(this.frame.chart);
    this.frame.say(this.words, this.language);
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
      this.frame.root.dataset.ready = "true";
    } catch (error) {
      this.miss(/** @type {any} */ (error));
    }
  }

  /** What was asked for did not come: it is told, and asked for again. @param {any} error */
  miss(error) {
    if (this.gone.signal.aborted) return;
    this.frame.tell("lost", `${this.words.failed}${error.message ?? error}. ${this.words.wait}`);
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
    const run = this.pick.run;
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
    this.frame.root.classList.toggle("td-still", time !== null);
    this.tell(false);
    if (time === null) {
      if (!this.now) return;
      if (this.ground !== this.whole.ground) await this.stand(this.whole.ground);
      this.show(this.now);
      requestAnimationFrame(() => this.frame.root.classList.remove("td-still"));
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
      if (mine === this.seeks) fill(this.frame.state, `${this.words.failed}${/** @type {any} */ (error).message ?? error}`);
    }
  }

  /** Another layout is in force at the time that is shown. @param {any} ground */
  async stand(ground) {
    this.ground = ground;
    await this.stage.show(ground, this.language);
    this.dress(this.seen);
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
    putColours(this.frame.root, seen);
    this.frame.patterns.replaceChildren(patterns(seen.legend, this.scope));
    putKey(this.frame.key, seen.legend, this.words, this.scope);
    if (!this.ground) return;
    const tracks = new Map(this.ground.tracks.map((/** @type {any} */ track) => [track.id, track]));
    this.context = { legend: seen.legend, words: this.words, language: this.language, tracks, ground: this.ground, clock: this.clock, date: this.date, high: this.ground.train, scope: this.scope };
    this.frame.tellEmpty(this.ground.tracks.length === 0 ? this.words.noTracks : "");
    this.trains.dress(this.context);
    this.chart.dress(this.context);
    this.slider.dress(this.context);
    if (this.shown) {
      this.putCard();
      this.putTable();
    }
  }

  drawChart() {
    if (!this.shown || !this.whole || this.frame.chart.hidden) return;
    const now = this.stationNow();
    this.chart.update(this.slider.time ?? now, now, this.shown.bars);
  }

  fitChart() {
    if (this.frame.chart.hidden) return;
    this.chart.resize(this.frame.chart.clientWidth, this.frame.chart.clientHeight);
  }

  /** @param {string} view */
  look(view) {
    this.view = view;
    this.frame.look(view);
    this.fitChart();
    this.drawChart();
  }

  /** @param {string} what */
  zoom(what) {
    if (what === "fit") this.stage.fit();
    else this.stage.zoom(what === "zoomIn" ? 1.4 : 1 / 1.4);
  }

  putCard() {
    this.pick.show(this.shown, this.context);
  }

  putTable() {
    if (this.shown && this.context) putTable(this.frame.table, this.shown, this.context, this.slider.time ?? this.stationNow());
  }

  /** @param {KeyboardEvent} event */
  key_(event) {
    const typing = /** @type {HTMLElement} */ (event.target).closest("input, select, textarea, .td-editor");
    if (typing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      this.pick.choose(null, "click");
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
    const alone = lost && kind === "live";
    const words = this.words;
    this.frame.tell(alone ? "lost" : kind, alone ? `${words.lost} ${this.clock(this.stationNow())}` : words[`${kind}Note`]);
  }

  /** @param {string} language */
  async setLanguage(language) {
    this.language = language;
    this.words = wordsOf(language);
    this.frame.say(this.words, language);
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

/**
 * @param {HTMLElement} element filled with the diagram
 * @param {any} given see above; also ``language``, ``theme``, ``files``, ``view``
 * @returns {{ready: Promise<void>, setLanguage: (language: string) => Promise<void>, setTheme: (theme: string) => Promise<void>, destroy: () => void, page: any}}
 */
export function mount(element, given) {
  const page = new Page(element, given);
  return {
    ready: page.start(),
    setLanguage: (language) => page.setLanguage(language),
    setTheme: (theme) => page.setTheme(theme),
    destroy: () => page.destroy(),
    page,
  };
}
