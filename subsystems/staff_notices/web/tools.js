// @ts-check
/**
 * The head and the foot of both pages: clock, language, theme, sound, the honest line; and the
 * stream that carries it all.
 *
 * Law: wiring. What is particular to a page is given.
 */
import { button, by, keyed, make, mark, setText } from "./dom.js";
import { clock, setTheme, shared, speak, theme, timeText, told, word } from "./frame.js";
import { MUTE_MINUTES, Sound } from "./sound.js";
import { Stream } from "./kit/stream.js";

const MEASURE_EVERY_MS = 60000;
const KINDS = ["frame", "status", "beat", "held", "coming", "overview"];
export const sound = new Sound();

/** @type {{draw: () => void, heard: (first: boolean, back: boolean, skew: number) => void, lost: () => void, took: (kind: string, data: any) => void, tools: () => Tool[]}} */
let page;

/** @param {string} stream @param {typeof page} made */
export function begin(stream, made) {
  page = made;
  setTheme(null);
  setInterval(tick, 1000);
  setInterval(measure, MEASURE_EVERY_MS);
  for (const touch of ["pointerdown", "keydown"]) {
    addEventListener(touch, () => sound.blocked && sound.allow(), { passive: true });
  }
  new Stream(stream, KINDS, onMessage, onLost).start();
}

/** @param {string} kind @param {any} data */
function onMessage(kind, data) {
  if (kind === "frame") adopt(data);
  else if (kind === "status" || kind === "beat") take(data);
  else page.took(kind, data);
}

/** @param {any} frame */
export function adopt(frame) {
  const before = shared.frame;
  if (before !== null && before.code !== frame.code) {
    location.reload();
    return;
  }
  shared.frame = frame;
  speak(frame);
  page.took("frame", frame);
  drawTools();
}

/** @param {any} data a status */
function take(data) {
  const first = shared.status === null;
  const back = shared.alone !== null;
  const skew = clock.known ? clock.now() - data.now : 0;
  if (back) clock.set(data.now, data.rate);
  else clock.hint(data.now, data.rate);
  shared.alone = null;
  shared.status = data;
  if (first || back) measure();
  page.heard(first, back, skew);
  drawLine();
  tick();
}

function onLost() {
  if (shared.alone !== null) return;
  page.lost();
  shared.alone = clock.known ? clock.now() : null;
  drawLine();
  tick();
}

export function drawLine() {
  if (shared.frame === null) return;
  const alone = shared.alone !== null;
  if (!alone && shared.status === null) return;
  const text = alone
    ? told(shared.frame.alone).replace("{time}", timeText(/** @type {number} */ (shared.alone)))
    : told(shared.status.line);
  const tone = alone ? "soon" : shared.status.tone;
  const line = by("line");
  if (line.dataset.text === text) return;
  Object.assign(line.dataset, { text, tone, code: alone ? "SCREEN_ALONE" : shared.status.code });
  line.replaceChildren(mark(tone === "good" ? "●" : tone === "bad" ? "■" : "▲"), ` ${text}`);
}

export function drawTools() {
  if (shared.frame === null) return;
  const { languages, words } = shared.frame;
  const next = languages[(languages.indexOf(shared.language) + 1) % languages.length];
  const other = theme() === "dark" ? "light" : "dark";
  const turn = () => {
    setTheme(other);
    drawTools();
  };
  const talk = () => {
    speak(shared.frame, next);
    drawTools();
    drawLine();
    page.draw();
  };
  const colour = word(`theme_${other}`);
  // What reads the same stays: a button that is replaced between press and release is never clicked.
  keyed(by("tools"), [
    ...page.tools(),
    soundTool(),
    { key: "language", text: next, draw: () => button(words.language_name[next], talk, { lang: next }) },
    { key: "theme", text: other + shared.language, draw: () =>
      make("button", { type: "button", "aria-label": colour, title: colour, onclick: turn }, mark("◐")) },
  ]);
}

/** @typedef {{key: string, text: string, draw: () => HTMLElement}} Tool */

/** @returns {Tool} */
function soundTool() {
  const until = sound.mutedUntil;
  if (until !== null) {
    const text = word("muted_until", { time: timeText(clock.now() + (until - Date.now()) * clock.rate) });
    return tool("muted", "×", text, () => sound.unmute());
  }
  if (sound.blocked) return tool("blocked", "×", word("sound_blocked"), () => sound.allow().then(drawTools));
  return tool("loud", "♪", word("mute", { minutes: MUTE_MINUTES }), () => sound.mute());
}

/** @param {string} name @param {string} shape @param {string} text @param {() => void} act @returns {Tool} */
function tool(name, shape, text, act) {
  const onclick = () => {
    act();
    drawTools();
  };
  return { key: "sound", text: name + text, draw: () =>
    make("button", { type: "button", class: `sound ${name}`, onclick }, mark(shape), ` ${text}`) };
}

export function tick() {
  if (!clock.known || shared.frame === null) return;
  setText(by("clock"), timeText(clock.now()));
  drawTools();
  page.draw();
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
