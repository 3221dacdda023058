// @ts-check
/**
 * The stream from the broadcast process, opened again and again.
 *
 * Law: transport only. EventSource gives up for good at readyState 2 (a restarting server answers
 * once with an error), and notices a half-open connection never: so it is wrapped, the server speaks
 * every 5 s, and silence of 12 s is loss. All times here are real.
 */

const SILENCE_MS = 12000;
const AGAIN_MS = 900;
const KINDS = ["state", "voice", "beat"];

export class Stream {
  /**
   * @param {string} url
   * @param {(kind: string, data: any) => void} onMessage
   * @param {() => void} onLost called once for every loss
   */
  constructor(url, onMessage, onLost) {
    this.url = url;
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
    setInterval(() => {
      if (this.source !== null && performance.now() - this.heard > SILENCE_MS) this.fail();
    }, 1000);
  }

  open() {
    const source = new EventSource(this.url);
    this.source = source;
    this.heard = performance.now();
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        this.heard = performance.now();
        this.lost = false;
        this.onMessage(kind, JSON.parse(/** @type {MessageEvent} */ (event).data));
      });
    }
    source.onerror = () => this.fail();
  }

  fail() {
    this.source?.close();
    this.source = null;
    if (!this.lost) this.onLost();
    this.lost = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), AGAIN_MS + Math.random() * 500);
  }
}
