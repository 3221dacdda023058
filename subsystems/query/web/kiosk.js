// @ts-check
/**
 * The kiosk's page: which screen is shown, the stream from the server, the head and the foot.
 *
 * Law: wiring. Trains are asked for by the screens; the server tells when to ask again.
 */
import { button, by, make, setText } from "./dom.js";
import { clock, firstLanguage, setTheme, shared, theme, timeText, told, word } from "./frame.js";
import { Idle } from "./idle.js";
import { drawNotices, takeNotices } from "./notices.js";
import { keepFiles, keepFrame, keptFrame } from "./offline.js";
import { allScreen, platformScreen, startScreen, timeScreen, typingScreen } from "./screens.js";
import { Stream } from "./kit/stream.js";
import { TrainPage } from "./train.js";

const MEASURE_EVERY_MS = 60000;
const SAVE_EVERY_MS = 10000;
const CLOCK = "station-query-clock";

/** @type {?import("./screens.js").Screen} */
let screen = null;
let shownMinute = "";

/** @type {Record<string, () => import("./screens.js").Screen>} */
const SCREENS = {
  "": startScreen,
  number: () => typingScreen("number"),
  place: () => typingScreen("place"),
  time: timeScreen,
  platform: platformScreen,
  all: allScreen,
};

function route() {
  if (shared.frame === null || !clock.known) return;
  const [, name = "", id = ""] = location.hash.split("/");
  screen?.stop();
  screen = name === "train"
    ? /** @type {any} */ (new TrainPage(decodeURIComponent(id), home))
    : (SCREENS[name] ?? startScreen)();
  by("screen").replaceChildren(screen.element);
  by("screen").dataset.name = name || "start";
  document.title = `${screen.title} · ${told(shared.frame.station)}`;
  drawFoot(name);
  const input = /** @type {?HTMLElement} */ (screen.element.querySelector("input"));
  (input ?? /** @type {HTMLElement} */ (screen.element.querySelector("h1")) ?? by("screen")).focus({ preventScroll: true });
}

function home() {
  if (location.hash === "" || location.hash === "#/") route();
  else location.hash = "#/";
}

function drawHead() {
  setText(by("station"), told(shared.frame.station));
  const languages = shared.frame.languages.map((/** @type {string} */ tag) =>
    button(shared.frame.words.language_name[tag], () => speak(tag), {
      lang: tag,
      "aria-pressed": String(tag === shared.language),
    }),
  );
  const other = theme() === "dark" ? "light" : "dark";
  const turn = button(word(other), () => { setTheme(other); drawHead(); }, { class: "theme" }, make("i", { "aria-hidden": "true", text: "◐" }), ` ${word(other)}`);
  by("choices").setAttribute("aria-label", word("language_name"));
  by("choices").replaceChildren(...languages, turn);
  shownMinute = "";
}

/** @param {string} name of the screen */
function drawFoot(name) {
  const start = name === "" || SCREENS[name] === undefined && name !== "train";
  by("ways").setAttribute("aria-label", word("home"));
  by("ways").replaceChildren(
    ...(start ? [] : [
      button(word("back"), () => (history.length > 1 ? history.back() : home()), {}, make("i", { "aria-hidden": "true", text: "←" }), ` ${word("back")}`),
      button(word("home"), home, {}, make("i", { "aria-hidden": "true", text: "⌂" }), ` ${word("home")}`),
    ]),
  );
  drawLine();
}

function drawLine() {
  const line = by("line");
  const alone = shared.alone !== null;
  if (shared.frame === null || (!alone && shared.status === null)) return;
  const text = alone
    ? told(shared.frame.alone).replace("{time}", timeText(/** @type {number} */ (shared.alone)))
    : told(shared.status.line);
  line.dataset.tone = alone ? "soon" : shared.status.tone;
  line.dataset.code = alone ? "SCREEN_ALONE" : shared.status.code;
  setText(line, text);
  const who = alone ? "" : shared.status.identify;
  by("identify").hidden = who === "";
  setText(by("identify"), who);
}

/** @param {string} language */
function speak(language) {
  shared.language = language;
  document.documentElement.lang = language;
  drawHead();
  route();
}

function reset() {
  setTheme(null);
  shared.language = firstLanguage();
  document.documentElement.lang = shared.language;
  drawHead();
  home();
}

function dirty() {
  const away = location.hash !== "" && location.hash !== "#/";
  return shared.frame !== null && (away || shared.language !== firstLanguage() || sessionStorage.length > 0);
}

/** @param {any} frame */
function adopt(frame) {
  const before = shared.frame;
  if (before !== null && before.code !== frame.code) {
    location.reload();
    return;
  }
  shared.frame = frame;
  keepFrame(frame);
  if (before === null) begin();
}

function begin() {
  shared.language = firstLanguage();
  document.documentElement.lang = shared.language;
  drawHead();
  route();
}

/** @param {string} kind @param {any} data */
function onMessage(kind, data) {
  if (kind === "frame") adopt(data);
  else if (kind === "changed") screen?.changed(data);
  else take(data);
}

/** @param {any} data a status */
function take(data) {
  const first = !clock.known;
  clock.hint(data.now, data.rate);
  const back = shared.alone !== null;
  shared.alone = null;
  shared.status = data.status;
  takeNotices(data.status.notices ?? []);
  if (first) {
    measure();
    route();
  }
  if (back) screen?.changed(null);
  drawLine();
  tick();
}

function onLost() {
  if (shared.alone !== null) return;
  if (!clock.known) restore();
  if (shared.frame === null) {
    shared.frame = keptFrame();
    if (shared.frame !== null) begin();
  }
  shared.alone = clock.known ? clock.now() : null;
  drawLine();
}

function restore() {
  const kept = JSON.parse(localStorage.getItem(CLOCK) ?? "null");
  if (kept !== null) clock.restore(kept);
}

function tick() {
  if (!clock.known || shared.frame === null) return;
  const minute = timeText(clock.now());
  if (minute !== shownMinute) {
    shownMinute = minute;
    setText(by("clock"), minute);
    by("clock").setAttribute("aria-label", word("now_is", { time: minute }));
  }
  drawNotices();
  screen?.tick();
}

async function measure() {
  try {
    const sent = performance.now();
    const { now, rate } = await (await fetch("/time", { cache: "no-store" })).json();
    clock.sample(now, rate, sent, performance.now());
  } catch {
    // The stream says when the server is gone.
  }
}

setTheme(null);
addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash.length > 2) history.back();
});
new Idle({ reset, dirty });
new Stream("/events", ["frame", "status", "changed", "beat"], onMessage, onLost).start();
setInterval(tick, 500);
setInterval(measure, MEASURE_EVERY_MS);
setInterval(() => clock.known && localStorage.setItem(CLOCK, JSON.stringify(clock.save())), SAVE_EVERY_MS);
keepFiles();
