// @ts-check
/**
 * What a zone hears, in the browser.
 *
 * Law: plays what the server says is spoken, from where it is; nothing else. A voice that is cut off
 * is silent here, too.
 */

import { now, rate } from "./time.js";

/** @type {Map<string, {audio: HTMLAudioElement, zones: string[]}>} */
const playing = new Map();
/** @type {Set<string>} */
const listened = new Set();
let loudness = 0.6;

/** @param {number} share 0 to 1 */
export function setVolume(share) {
  loudness = share;
  for (const { audio } of playing.values()) audio.volume = share;
}

/** @param {string} zone @param {boolean} on @param {any[]} voices what is spoken now */
export function listen(zone, on, voices) {
  if (on) listened.add(zone);
  else listened.delete(zone);
  for (const voice of voices) take(voice);
  for (const [id, { audio, zones }] of playing) {
    if (!zones.some((each) => listened.has(each))) {
      audio.pause();
      playing.delete(id);
    }
  }
}

/** @param {string} zone */
export const listens = (zone) => listened.has(zone);

/** @param {any} voice begins or has ended */
export function take(voice) {
  if (voice.ended) {
    playing.get(voice.id)?.audio.pause();
    playing.delete(voice.id);
    return;
  }
  if (playing.has(voice.id) || !voice.clip || !voice.zones.some((/** @type {string} */ each) => listened.has(each))) return;
  const audio = new Audio(`/clip?sha256=${encodeURIComponent(voice.clip)}`);
  audio.volume = loudness;
  audio.currentTime = Math.max(0, (now() - voice.began) / 1000 / rate());
  playing.set(voice.id, { audio, zones: voice.zones });
  audio.addEventListener("ended", () => playing.delete(voice.id));
  audio.play().catch(() => playing.delete(voice.id));
}
