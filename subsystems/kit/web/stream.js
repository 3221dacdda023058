// @ts-check
/**
 * The stream from the process whose page this is, opened again and again.
 *
 * Law: transport only. EventSource gives up for good at readyState 2 (a restarting server answers
 * once with an error), and notices a half-open connection never: so it is wrapped, the server speaks
 * every 5 s, and silence of 12 s is loss. All times here are real.
 */

const SILENCE_MS = 12000;
const AGAIN_MS = 900;
const JITTER_MS = 500;

export class Stream {
  /**
   * @param {string} url
   * @param {string[]} kinds names of the events
   * @param {(kind: string, data: any) => void} onMessage
   * @param {() => void} onLost called once for every loss
   */
  constructor(url, kinds, onMessage, onLost) {
    this.url = url;
    this.kinds = kinds;
    this.onMessage = onMessage;
    this.onLost = onLost;
    /** @type {?EventSource} */
    this.source = null;
    this.heard = performance.now();
    this.lost = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.open();
    setInterval(() => this.check(), 1000);
    addEventListener("online", () => this.reopen(0));
  }

  open() {
    const source = new EventSource(this.url);
    this.source = source;
    this.heard = performance.now();
    for (const kind of this.kinds) {
      source.addEventListener(kind, (event) => this.take(kind, /** @type {MessageEvent} */ (event)));
    }
    source.onerror = () => this.fail();
  }

  /** @param {string} kind @param {MessageEvent} event */
  take(kind, event) {
    this.heard = performance.now();
    this.lost = false;
    this.onMessage(kind, JSON.parse(event.data));
  }

  check() {
    if (this.source !== null && performance.now() - this.heard > SILENCE_MS) this.fail();
  }

  fail() {
    if (!this.lost) {
      this.lost = true;
      this.onLost();
    }
    this.reopen(AGAIN_MS + Math.random() * JITTER_MS);
  }

  /** @param {number} delay */
  reopen(delay) {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), delay);
  }
}
