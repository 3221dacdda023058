// @ts-check
/**
 * A board: plays the rows that it was given, with the server or without.
 *
 * Law: this file only wires: stream and store in, select and frame in the middle, table and hero
 * out. Pages and languages turn in real time, everything about trains in station time.
 */

import { StationClock } from "./kit/clock.js";
import { Hero } from "./hero.js";
import { fillBox } from "./led.js";
import { Notices } from "./notices.js";
import { keep } from "./offline.js";
import { fill, frame, say, select } from "./select.js";
import * as store from "./store.js";
import { Stream } from "./kit/stream.js";
import { Table } from "./table.js";

const KINDS = ["document", "rows", "notices", "status", "beat"];
const TICK_MS = 200;
const TIME_SAMPLE_MS = 30000;
const SAVE_MS = 2000;
const SAVE_HEARD_MS = 60000;
/** A server that restarts at once is not worth a word. */
const LOSS_TOLD_MS = 1500;
/** Seconds are told as long as a person can read them. */
const SECONDS_UP_TO_RATE = 5;
const SHAPES = { good: "●", soon: "▲", bad: "■" };

const root = document.documentElement;
const query = new URLSearchParams(location.search);
const board = decodeURIComponent(location.pathname.split("/")[2] || "");
const plain = query.has("plain");
const clock = new StationClock();

/** @type {Map<string, import("./select.js").Row>} */
const rows = new Map();
/** @type {any} */
let sheet = null;
/** @type {any} */
let status = null;
/** @type {?Table} */
let table = null;
/** @type {?Hero} */
let hero = null;
/** @type {?Notices} */
let notices = null;
/** @type {import("./notes.js").Note[]} */
let notes = [];
let version = 0;
let code = "";
let connected = false;
let lostAt = performance.now();
let heard = 0;
let began = performance.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let saving;

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {any} given a document */
function take(given) {
  version = given.version;
  code = given.code;
  status = given.status;
  notes = given.notices ?? [];
  rows.clear();
  for (const row of given.rows) rows.set(row.id, row);
  if (JSON.stringify(given.sheet) !== JSON.stringify(sheet)) {
    sheet = given.sheet;
    table = new Table(/** @type {HTMLTableElement} */ (part("rows")), sheet);
    hero = sheet.kind === "gate" || sheet.kind === "platform" ? new Hero(part("hero"), sheet) : null;
    notices = new Notices(
      { band: part("notice"), emergency: part("emergency"), said: part("notices-said"), alarm: part("emergency-said") },
      sheet,
      { plain, only: asked(), resized: resize },
    );
    began = performance.now();
    drawStanding();
    resize();
  }
  root.dataset.ready = "yes";
}

/** @param {string} kind @param {any} data */
function receive(kind, data) {
  connected = true;
  if (kind === "document") {
    clock.hint(data.now, data.rate);
    if (data.document.code !== root.dataset.code && renewed(data.document.code)) return;
    take(data.document);
    keep();
    sampleTime();
  } else if (kind === "rows") {
    version = data.version;
    for (const row of data.rows) rows.set(row.id, row);
    for (const id of data.removed) rows.delete(id);
  } else if (kind === "notices") {
    notes = data.notices;
  } else {
    clock.hint(data.now, data.rate);
    status = data.status;
  }
  heard = clock.now();
  saveSoon(kind === "beat" ? SAVE_HEARD_MS : SAVE_MS);
  tick();
}

/** Loads the page anew once for a new code. @param {string} wanted */
function renewed(wanted) {
  if (sessionStorage.getItem("code") === wanted) return false;
  sessionStorage.setItem("code", wanted);
  location.reload();
  return true;
}

function lost() {
  connected = false;
  lostAt = performance.now();
  saveSoon(0);
}

/** @param {number} delay */
function saveSoon(delay) {
  if (saving !== undefined && delay > 0) return;
  clearTimeout(saving);
  saving = setTimeout(() => {
    saving = undefined;
    if (sheet === null) return;
    const document = { code, version, sheet, status, rows: Array.from(rows.values()), notices: notes };
    store.save(board, { document, heard, clock: clock.save() });
  }, delay);
}

async function sampleTime() {
  const sent = performance.now();
  try {
    const answer = await fetch("/time", { signal: AbortSignal.timeout(3000) });
    const { now, rate } = await answer.json();
    clock.sample(now, rate, sent, performance.now());
  } catch {
    // The stream notices a dead server; the clock goes on as it is.
  }
}

function resize() {
  if (sheet === null || table === null) return;
  table.resize(plain ? Math.max(sheet.rows, 1) : sheet.rows);
  hero?.resize();
  notices?.resize();
  drawStanding();
  tick();
}

/** Title and place, in all languages at once. */
function drawStanding() {
  root.lang = sheet.languages[0];
  document.title = [...new Set(sheet.languages.map((/** @type {string} */ l) => say(sheet.title, l)))].join(" · ");
  fillBox(part("title"), inAll(sheet.title, 0.6));
  fillBox(part("station"), inAll(sheet.station, 0.6));
  const next = sheet.languages.map((/** @type {string} */ l) => say(sheet.words.next_trains, l));
  fillBox(part("next"), hero === null ? [] : [{ text: next.join("  "), scale: 1 }]);
}

/** @param {import("./select.js").Text} text @param {number} second */
function inAll(text, second) {
  return sheet.languages.map((/** @type {string} */ lang, /** @type {number} */ n) => ({
    text: say(text, lang),
    scale: n === 0 ? 1 : second,
    lang,
  }));
}

function tick() {
  if (sheet === null || table === null || !clock.known) return;
  const now = clock.now();
  const shown = select(rows.values(), now, status?.confirmed_until ?? null);
  const lead = hero === null ? undefined : leading(shown);
  const listed = shown.filter((row) => row !== lead);
  const perPage = plain ? Math.max(listed.length, 1) : sheet.rows;
  if (plain && table.rows !== perPage) table.resize(perPage);
  const pages = Math.max(1, Math.ceil(listed.length / perPage));
  const turn = frame((performance.now() - began) / 1000, pages, sheet);
  const language = asked() ?? turn.language;
  hero?.draw(lead);
  table.draw(listed.slice(turn.page * perPage, (turn.page + 1) * perPage), language);
  root.dataset.language = language;
  root.dataset.empty = String(shown.length === 0);
  const time = drawClock(now, language);
  const line = drawFooter(language, turn.page, pages);
  notices?.draw(notes, now, (performance.now() - began) / 1000, time, line);
}

/** @returns {?string} the one language that this page was asked for */
function asked() {
  const language = query.get("lang");
  return language !== null && sheet.languages.includes(language) ? language : null;
}

/**
 * The train that stands large: the one that is called; before that the gate shows its next train.
 * @param {import("./select.js").Shown[]} shown
 */
function leading(shown) {
  return shown.find((row) => row.lead) ?? (sheet.kind === "gate" ? shown[0] : undefined);
}

/** @param {number} now @param {string} language */
function drawClock(now, language) {
  const local = new Intl.DateTimeFormat("en-GB", {
    timeZone: sheet.zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", weekday: "short" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  }).formatToParts(now);
  /** @type {Object<string, string>} */
  const parts = Object.fromEntries(local.map((p) => [p.type, p.value]));
  const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(parts.weekday);
  const seconds = clock.rate <= SECONDS_UP_TO_RATE ? `:${parts.second}` : "";
  const time = `${parts.hour}:${parts.minute}${seconds}`;
  fillBox(part("clock"), [{ text: time, scale: 1 }]);
  const words = sheet.words;
  const text = fill(say(words.date, language), {
    year: parts.year,
    month: Number(parts.month),
    day: Number(parts.day),
    monthname: say(words[`month${Number(parts.month)}`], language),
    weekday: say(words[`weekday${weekday}`], language),
  });
  fillBox(part("date"), [{ text, scale: 1, lang: language }]);
  return time;
}

/** @param {string} language @param {number} page @param {number} pages */
function drawFooter(language, page, pages) {
  const alone = !connected && performance.now() - lostAt > LOSS_TOLD_MS;
  const line = alone ? aloneLine(language) : say(status?.line, language);
  const tone = alone ? "bad" : status?.tone || "plain";
  const shape = SHAPES[/** @type {"good"} */ (tone)] ?? "";
  root.dataset.server = alone ? "lost" : "heard";
  const told = `${shape} ${line}`.trim();
  fillBox(part("line"), [{ text: told, scale: 1, lang: language }], tone);
  const text = pages > 1 ? fill(say(sheet.words.page, language), { page: page + 1, pages }) : "";
  fillBox(part("pages"), [{ text, scale: 1, lang: language }]);
  return told;
}

/** @param {string} language */
function aloneLine(language) {
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: sheet.zone,
    ...{ hourCycle: "h23", hour: "2-digit", minute: "2-digit" },
  }).format(heard);
  return fill(say(sheet.words.server_lost, language), { time });
}

async function boot() {
  root.classList.toggle("plain", plain);
  await document.fonts.load('36px "Fusion Pixel"', "站A");
  const saved = await store.load(board);
  if (saved !== null && saved.document.sheet) {
    clock.restore(saved.clock);
    heard = saved.heard;
    take(saved.document);
  }
  new Stream(`/board/${encodeURIComponent(board)}/events`, KINDS, receive, lost).start();
  setInterval(tick, TICK_MS);
  setInterval(sampleTime, TIME_SAMPLE_MS);
  addEventListener("resize", resize);
}

boot();
