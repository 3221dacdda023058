// @ts-check
/**
 * The clock: shows station time by itself, and says how it knows.
 *
 * Law: it ticks on its own. The server corrects it and may die; then the page goes on and says so.
 */
import { Dial } from "./dial.js";
import { Digits, Seconds } from "./led.js";
import { languagesAsked, Looks } from "./looks.js";
import { Stream } from "./kit/stream.js";
import { Timebase } from "./timebase.js";

const MEASURE_EVERY_MS = 60000;
const BURST_MS = [0, 400, 1200, 3000];
const KEPT = "station-clock-face-3";

/** @param {string} id */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const base = new Timebase();
const looks = new Looks();
const hands = new Dial(by("hands"));
const dial = by("led");
const ring = new Seconds(dial, "ring");
const hours = new Digits(by("time"), "00:00", "hm");
const colon = new Digits(by("time"), ":", "colon");
const seconds = new Digits(by("time"), "00", "ss");
const bar = new Seconds(dial, "bar");
const dates = [["year", "0000"], ["month", "00"], ["day", "00"]].map(([name, pattern]) => {
  const digits = new Digits(by("date"), pattern, name);
  label(by("date"), name);
  return digits;
});

/** @type {any} what the server said last */
let face = null;
/** @type {?number} station time at which the server was lost */
let aloneSince = null;
/** @type {?Intl.DateTimeFormat} */
let format = null;
let lastSecond = "";
let weekday = -1;

/** @param {HTMLElement} parent @param {string} name */
function label(parent, name) {
  const made = document.createElement("span");
  made.dataset.word = name;
  made.className = "label";
  parent.append(made);
}

/** @param {Record<string, string>} text @returns {HTMLElement[]} it in the panel's languages */
function words(text) {
  return languages().map((language) => word(language, text[language] ?? ""));
}

/** @param {string} lang @param {string} text */
function word(lang, text) {
  const made = document.createElement("span");
  made.lang = lang;
  made.textContent = text;
  return made;
}

function tick() {
  requestAnimationFrame(tick);
  if (!base.known || format === null) return;
  const now = new Date(base.now());
  const parts = Object.fromEntries(format.formatToParts(now).map((p) => [p.type, p.value]));
  if (base.resting) parts.second = "60";
  const key = `${parts.hour}${parts.minute}${parts.second}`;
  if (key === lastSecond) return;
  lastSecond = key;
  draw(parts, now);
}

/** @param {Record<string, string>} parts @param {Date} now */
function draw(parts, now) {
  hours.show(`${parts.hour}:${parts.minute}`);
  colon.show(":");
  seconds.show(parts.second);
  const second = Number(parts.second);
  ring.show(Math.min(second, 59));
  bar.show(Math.min(second, 59));
  hands.show(Number(parts.hour), Number(parts.minute), Math.min(second, 60));
  [parts.year, parts.month, parts.day].forEach((text, n) => dates[n].show(text.padStart(2, "0")));
  const day = new Date(`${parts.year}-${parts.month}-${parts.day}T00:00:00Z`).getUTCDay();
  if (day !== weekday) drawWeekdays(day);
  by("time").setAttribute("aria-label", `${parts.hour}:${parts.minute}`);
  document.documentElement.dataset.shown = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
  if (second % 5 === 0) drawMeasures();
  drawZone(now);
}

/** @param {number} day 0: Sunday */
function drawWeekdays(day) {
  weekday = day;
  const names = languages().map((language) => {
    const style = language === "zh" ? "narrow" : "short";
    const of = new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" });
    return [0, 1, 2, 3, 4, 5, 6].map((n) => of.format(new Date(Date.UTC(2023, 0, 1 + n))));
  });
  by("weekdays").replaceChildren(
    ...[1, 2, 3, 4, 5, 6, 0].map((n) => {
      const one = document.createElement("span");
      one.className = n === day ? "lit" : "";
      one.append(...names.map((texts, at) => word(languages()[at], texts[n])));
      return one;
    }),
  );
}

/** @param {Date} now */
function drawZone(now) {
  const of = new Intl.DateTimeFormat("en", { timeZone: face.zone, timeZoneName: "longOffset" });
  const name = of.formatToParts(now).find((p) => p.type === "timeZoneName")?.value ?? "";
  const text = `${name.replace("GMT", "UTC")}${face.rate === 1 ? "" : ` · ×${face.rate}`}`;
  if (by("zone").textContent !== text) by("zone").textContent = text;
}

/** @returns {string[]} the two languages that the panel speaks */
function languages() {
  const known = languagesAsked().filter((tag) => face.languages.includes(tag));
  return (known.length > 0 ? known : face.languages).slice(0, 2);
}

function drawLine() {
  const alone = aloneSince !== null;
  const text = face === null ? null : { ...(alone ? face.alone : face.line.text) };
  if (alone && face !== null) {
    const of = new Intl.DateTimeFormat("en-GB", { timeZone: face.zone, hour: "2-digit", minute: "2-digit" });
    const time = of.format(new Date(aloneSince ?? 0));
    for (const tag of languages()) text[tag] = text[tag].replace("{time}", time);
  }
  if (text !== null) by("line").replaceChildren(by("line").children[0], ...words(text));
  const state = face === null ? "waiting" : alone ? "alone" : face.line.live ? "live" : "attention";
  by("panel").dataset.state = state;
  by("panel").dataset.code = alone ? "SCREEN_ALONE" : (face?.line.code ?? "");
}

function drawMeasures() {
  const { quality, text, offset_ms: offset, uncertainty_ms: plusMinus, drift_ppm: drift, off } = face.clock;
  const alone = aloneSince !== null;
  const good = quality === "SYNCED" && !alone;
  const { word: hubWord, uncertainty_ms: hubWithin } = face.master;
  const within = hubWithin === null || plusMinus === null ? null : hubWithin + plusMinus + (base.uncertainty ?? 0);
  const mark = good ? "✓" : quality === "SUSPECT" ? "✗" : "!";
  const rows = [
    measure(alone ? face.holding : text, [mark], good ? "good" : quality === "SUSPECT" ? "bad" : "soon"),
    measure(face.words.master, hubSays(), hubWord === "synced" ? "good" : hubWord === "suspect" ? "bad" : ""),
    measure(face.words.within, [within === null ? "—" : `±${plain(within)} ms`], ""),
    measure(face.words.offset, [offset === null ? "—" : `${milliseconds(offset)}${plusMinus === null ? "" : ` ±${plain(plusMinus)} ms`}`], off ? "bad" : ""),
    measure(face.words.drift, [drift === null ? "—" : `${signed(drift)} ppm`], ""),
  ];
  rows[0].className = "stated";
  by("measures").replaceChildren(...rows);
}

/** @returns {(string | HTMLElement)[]} which master clock the hub follows, and how it stands */
function hubSays() {
  const { word: said, text, source } = face.master;
  if (said === "") return ["—"];
  const [first, ...others] = words(text);
  first.textContent = `${source} ${first.textContent}`.trim();
  return [first, ...others];
}

/** @param {Record<string, string>} name @param {(string | HTMLElement)[]} value @param {string} tone */
function measure(name, value, tone) {
  const row = document.createElement("div");
  row.dataset.tone = tone;
  const term = document.createElement("dt");
  term.append(...words(name));
  const told = document.createElement("dd");
  told.append(...value);
  row.append(term, told);
  return row;
}

/** @param {number} value */
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
/** @param {number} value */
const plain = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toString());
/** @param {number} ms */
const milliseconds = (ms) => (Math.abs(ms) < 1000 ? `${signed(ms)} ms` : `${signed(ms / 1000)} s`);

/** @param {any} told */
function onFace(told) {
  const first = face === null;
  face = told;
  const back = aloneSince !== null;
  aloneSince = null;
  base.announce(told.leap_at ?? null, told.leap ?? 0);
  by("leap").hidden = (told.leap_at ?? null) === null;
  if (base.hint(told.now, told.rate) || first || back) burst();
  if (first || format === null) adopt();
  drawLine();
  drawMeasures();
}

function adopt() {
  const names = words(face.names);
  by("names").replaceChildren(...names.filter((name, at) => at === 0 || name.textContent !== names[0].textContent));
  for (const made of document.querySelectorAll("[data-word]")) {
    made.replaceChildren(...words(face.words[/** @type {HTMLElement} */ (made).dataset.word ?? ""]));
  }
  by("leap").replaceChildren(...words(face.words.leap));
  document.documentElement.lang = languages()[0];
  looks.apply();
  document.title = `${Object.values(face.names)[0]} ${languages().map((tag) => face.words.title[tag]).join(" ")}`;
  format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: face.zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  localStorage.setItem(KEPT, JSON.stringify(face));
}

function onLost() {
  if (aloneSince !== null) return;
  if (face === null) {
    base.restore();
    face = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    if (face !== null) adopt();
  }
  aloneSince = base.known ? base.now() : null;
  drawLine();
  if (face !== null) drawMeasures();
}

function burst() {
  for (const delay of BURST_MS) setTimeout(ask, delay);
}

function ask() {
  base.measure().then(() => face && drawMeasures(), () => undefined);
}

async function keep() {
  if (!("serviceWorker" in navigator)) return;
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const url = types ? types.createPolicy("clock", { createScriptURL: () => "sw.js" }).createScriptURL("") : "sw.js";
  await navigator.serviceWorker.register(url);
}

hours.show("--:--");
seconds.show("--");
drawLine();
new Stream("events", ["face", "beat"], (_kind, face) => onFace(face), onLost).start();
setInterval(ask, MEASURE_EVERY_MS);
setInterval(() => base.save(), 10000);
requestAnimationFrame(tick);
keep().catch((error) => console.warn("a reload without the server will not work:", error));
