// @ts-check
/**
 * Station time on a page.
 *
 * Law: the server's word, carried on by a clock that does not step. Real time and station time are
 * never mixed: `now` is station time in milliseconds since 1970 UTC, at the station's rate.
 */

const base = { now: 0, rate: 1, heard: 0 };
let zone = "UTC";

/** @param {number} now @param {number} rate */
export function hear(now, rate) {
  base.now = now;
  base.rate = rate;
  base.heard = performance.now();
}

/** @param {string} name */
export function setZone(name) {
  zone = name;
}

export const rate = () => base.rate;

/** @returns {number} station time */
export const now = () => base.now + (performance.now() - base.heard) * base.rate;

/** @param {number} at @param {boolean} [seconds] @returns {string} local time of the station */
export function clock(at, seconds = false) {
  /** @type {Intl.DateTimeFormatOptions} */
  const how = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) how.second = "2-digit";
  return new Intl.DateTimeFormat("en-GB", how).format(at);
}

/** @param {number} at @returns {string} date and time, to be read and sorted */
export function dated(at) {
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);
  return `${day} ${clock(at, true)}`;
}

/** @param {number} at @returns {number} milliseconds by which the station's clock is ahead of UTC then */
function offset(at) {
  const whole = Math.floor(at / 1000) * 1000;
  return Date.parse(`${dated(whole).replace(" ", "T")}Z`) - whole;
}

/**
 * @param {string} local `2021-01-20T07:30` as the station's clock shows it
 * @returns {number} the instant
 */
export function instant(local) {
  const guess = Date.parse(`${local}${local.length === 16 ? ":00" : ""}Z`);
  return guess - offset(guess - offset(guess));
}

/** @param {number} at @returns {string} for an input of type datetime-local */
export const forInput = (at) => dated(at).replace(" ", "T").slice(0, 16);

/** @param {string} time `07:30` @returns {number} its next occurrence */
export function next(time) {
  const today = instant(`${forInput(now()).slice(0, 10)}T${time}`);
  return today >= now() - 60_000 ? today : today + 86_400_000;
}
