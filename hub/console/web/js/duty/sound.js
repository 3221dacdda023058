// Law: the sound of an alarm that waits for somebody. A browser makes none before somebody has touched
// the page, so the button says which it is; who wanted it hears it again after the next touch. Silence
// ends by itself.

import { effect, html, signal } from "../../vendor/preact-htm-signals.js";
import { t } from "../words.js";
import { alarms, calls } from "./state.js";

const EVERY_MS = 20000;
const SILENT_MS = 30 * 60000;
const KEPT = "station-alarm-sound";
/** `off`: not asked for; `waits`: for a touch; `on`; `silent`: until the instant. */
const sound = signal(kept());
let context = null;
let lastAt = 0;

/** What was wanted before the page was loaded. */
function kept() {
  const [is, until] = (localStorage.getItem(KEPT) ?? "").split(" ");
  if (is === "silent" && Number(until) > Date.now()) return { is, until: Number(until) };
  return { is: is === "on" || is === "silent" ? "waits" : "off", until: 0 };
}

function make(next) {
  sound.value = next;
  localStorage.setItem(KEPT, `${next.is} ${next.until}`);
}

function touched() {
  context ??= new AudioContext();
  context.resume();
  if (sound.value.is === "waits") sound.value = { is: "on", until: 0 };
}

if (sound.value.is !== "off")
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, touched, { once: true });

function beep(urgent) {
  if (!context) return;
  const at = context.currentTime;
  const notes = urgent ? [880, 660, 880, 660] : [660, 550];
  notes.forEach((pitch, place) => {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at + place * 0.22);
    gain.gain.exponentialRampToValueAtTime(0.25, at + place * 0.22 + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + place * 0.22 + 0.2);
    tone.connect(gain).connect(context.destination);
    tone.start(at + place * 0.22);
    tone.stop(at + place * 0.22 + 0.21);
  });
}

function look() {
  if (sound.value.is === "silent" && sound.value.until <= Date.now()) make({ is: context ? "on" : "waits", until: 0 });
  const waiting = [...alarms.value.all.values()].filter(calls);
  if (sound.value.is !== "on" || !waiting.length) return;
  if (Date.now() - lastAt < EVERY_MS) return;
  lastAt = Date.now();
  beep(waiting.some((each) => each.condition.priority === 3));
}

let heard = 0;
effect(() => {
  if (alarms.value.fresh > heard) {
    heard = alarms.value.fresh;
    lastAt = 0;
    look();
  }
});
setInterval(look, 1000);

function turn() {
  if (sound.value.is === "on") make({ is: "silent", until: Date.now() + SILENT_MS });
  else {
    touched();
    make({ is: "on", until: 0 });
    beep(false);
  }
}

export function SoundButton() {
  const { is, until } = sound.value;
  const minutes = Math.max(1, Math.round((until - Date.now()) / 60000));
  const text = is === "silent" ? `× ${t("sound_silent")} ${minutes} ${t("minutes")}` : `${is === "on" ? "♪" : "×"} ${t(`sound_${is}`)}`;
  return html`<button type="button" class=${is === "on" ? "" : "warn"} onClick=${turn}>${text}</button>`;
}
