// @ts-check
/**
 * Station time in the page, carried on by performance.now(), which nobody can set.
 *
 * Law: the only place of the page that reads a clock. Of the measured round trips of the last
 * minutes the shortest is believed; what a message says only sets a clock that is far off.
 */

const KEPT = 8;
const FAR_MS = 500;
const STORE = "station-clock";

export class Timebase {
  constructor() {
    /** @type {{offset: number, trip: number, rate: number}[]} station = perf * rate + offset */
    this.samples = [];
    /** @type {?{offset: number, rate: number}} */
    this.used = null;
    /** @type {?{at: number, seconds: number}} a leap second that is announced */
    this.leap = null;
  }

  /**
   * Take which leap second is announced; one that is behind us is put behind.
   * @param {?number} at the midnight that it stands before @param {number} seconds 1 or -1
   */
  announce(at, seconds) {
    if (this.leap !== null && at === null && this.known && this.straight() >= this.leap.at + 1000 * this.leap.seconds) {
      for (const sample of this.samples) sample.offset -= 1000 * this.leap.seconds;
      if (this.used && !this.samples.includes(/** @type {any} */ (this.used))) this.used.offset -= 1000 * this.leap.seconds;
    }
    this.leap = at === null || !seconds ? null : { at, seconds };
  }

  /** @returns {boolean} whether it is 23:59:60 (UTC) */
  get resting() {
    if (this.leap === null || this.leap.seconds < 0 || !this.known) return false;
    const straight = this.straight();
    return straight >= this.leap.at && straight < this.leap.at + 1000;
  }

  /** @returns {number} as if there were no leap second */
  straight() {
    return this.used === null ? NaN : performance.now() * this.used.rate + this.used.offset;
  }

  get known() {
    return this.used !== null;
  }

  /** @returns {number} station time, milliseconds since 1970 UTC */
  now() {
    const straight = this.straight();
    if (this.leap === null || straight < this.leap.at - (this.leap.seconds < 0 ? 1000 : 0)) return straight;
    return this.resting ? this.leap.at - 1 : straight - 1000 * this.leap.seconds;
  }

  /** @returns {?number} ± real milliseconds against the server */
  get uncertainty() {
    const best = this.best();
    return best === null ? null : best.trip / 2;
  }

  /** @returns {?{offset: number, trip: number, rate: number}} */
  best() {
    return this.samples.reduce((a, b) => (a === null || b.trip < a.trip ? b : a), /** @type {any} */ (null));
  }

  /**
   * Take what a message said on its arrival.
   * @param {number} station @param {number} rate
   * @returns {boolean} whether it contradicts what is believed, so that a measurement is due
   */
  hint(station, rate) {
    if (this.resting) return false; // 23:59:60: the server stands still
    const far = !this.known || Math.abs(this.now() - station) > FAR_MS * rate;
    if (!this.known) this.used = { offset: station - performance.now() * rate, rate };
    return far;
  }

  /** Ask the server for the time, and believe the shortest of the last round trips. */
  async measure() {
    const sent = performance.now();
    const answer = await fetch("time", { cache: "no-store", signal: AbortSignal.timeout(3000) });
    const { now, rate, leap_second: leap } = await answer.json();
    const received = performance.now();
    if (leap || this.resting) return;
    const offset = now - ((sent + received) / 2) * rate;
    const old = this.best();
    if (old && (old.rate !== rate || Math.abs(old.offset - offset) > FAR_MS * rate)) this.samples = [];
    this.samples.push({ offset, trip: received - sent, rate });
    if (this.samples.length > KEPT) this.samples.shift();
    this.used = this.best();
    this.save();
  }

  save() {
    if (this.used === null) return;
    const kept = { station: this.now(), wall: Date.now(), rate: this.used.rate };
    localStorage.setItem(STORE, JSON.stringify(kept));
  }

  /** After a reload without a server: by the computer's own clock, from when time was last known. */
  restore() {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (kept === null || this.known) return;
    const station = kept.station + Math.max(0, Date.now() - kept.wall) * kept.rate;
    this.hint(station, kept.rate);
  }
}
