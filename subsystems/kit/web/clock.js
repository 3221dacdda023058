// @ts-check
/**
 * Station time in the page: learned from the server, carried on by the browser's own clock.
 *
 * Law: the only place of the page that reads a clock. Time runs on performance.now(), which no one
 * can set; only across a reload does it lean on the computer's clock.
 */

/** A sample that was longer on its way says little about now; real milliseconds. */
const GOOD_ROUND_TRIP = 250;

export class StationClock {
  constructor() {
    /** @type {?{station: number, perf: number, rate: number}} */
    this.anchor = null;
    this.roundTrip = Infinity;
  }

  /** @returns {boolean} */
  get known() {
    return this.anchor !== null;
  }

  /** @returns {number} station time, milliseconds since 1970 UTC */
  now() {
    if (this.anchor === null) return 0;
    return this.anchor.station + (performance.now() - this.anchor.perf) * this.anchor.rate;
  }

  get rate() {
    return this.anchor === null ? 1 : this.anchor.rate;
  }

  /**
   * Take what came with a message: its way here is unknown, so it only sets a clock that is not
   * set or is far off (a laptop that slept, a simulation that started anew).
   * @param {number} station @param {number} rate
   */
  hint(station, rate) {
    const far = Math.abs(this.now() - station) > 1500 * Math.max(1, rate);
    if (this.anchor === null || far || rate !== this.anchor.rate) this.set(station, rate);
  }

  /**
   * Take a measured sample.
   * @param {number} station @param {number} rate
   * @param {number} sent @param {number} received performance.now() at both ends
   */
  sample(station, rate, sent, received) {
    this.roundTrip = received - sent;
    if (this.roundTrip > GOOD_ROUND_TRIP && this.known) return;
    this.anchor = { station, perf: (sent + received) / 2, rate };
  }

  /** @param {number} station @param {number} rate */
  set(station, rate) {
    this.anchor = { station, perf: performance.now(), rate };
  }

  /** @returns {{station: number, wall: number, rate: number}} what carries the time across a reload */
  save() {
    return { station: this.now(), wall: Date.now(), rate: this.rate };
  }

  /** @param {{station: number, wall: number, rate: number}} saved */
  restore(saved) {
    this.set(saved.station + Math.max(0, Date.now() - saved.wall) * saved.rate, saved.rate);
  }
}
