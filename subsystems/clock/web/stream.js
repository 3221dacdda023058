// @ts-check
/**
 * The stream from the clock process, opened again and again.
 *
 * Law: transport only. The server speaks every 5 s; silence of 12 s is loss, for a half-open
 * connection shows no error, and EventSource gives up for good when a server answers badly once.
 */

const SILENCE_MS = 12000;
const AGAIN_MS = 1000;

export class Stream {
  /** @param {string} url @param {(data: any) => void} onFace @param {() => void} onLost */
  constructor(url, onFace, onLost) {
    this.url = url;
    this.onFace = onFace;
    this.onLost = onLost;
    this.heard = performance.now();
    /** @type {?EventSource} */
    this.source = null;
    this.open();
    setInterval(() => this.source && performance.now() - this.heard > SILENCE_MS && this.lose(), 1000);
  }

  open() {
    this.heard = performance.now();
    this.source = new EventSource(this.url);
    for (const name of ["face", "beat"]) {
      this.source.addEventListener(name, (event) => {
        this.heard = performance.now();
        this.onFace(JSON.parse(/** @type {MessageEvent} */ (event).data));
      });
    }
    this.source.onerror = () => this.lose();
  }

  lose() {
    this.source?.close();
    this.source = null;
    this.onLost();
    setTimeout(() => this.open(), AGAIN_MS + Math.random() * 500);
  }
}
