// @ts-check
/**
 * Nobody there: after a minute the next passenger finds the start, in the station's first language.
 *
 * Law: real time. Twenty seconds before, it asks; any touch or key goes on (WCAG 2.2.1).
 */
import { by, setText } from "./dom.js";
import { word } from "./frame.js";

const IDLE_MS = 60000;
const ASK_MS = 40000;
const SIGNS = ["pointerdown", "wheel", "touchmove", "pointermove"];

export class Idle {
  /** @param {{reset: () => void, dirty: () => boolean}} page */
  constructor(page) {
    this.page = page;
    this.seen = performance.now();
    this.box = /** @type {HTMLDialogElement} */ (by("asleep"));
    for (const sign of SIGNS) addEventListener(sign, () => this.sign(), { passive: true, capture: true });
    this.box.addEventListener("click", () => this.alive());
    addEventListener("keydown", () => this.alive(), { capture: true });
    this.box.addEventListener("close", () => this.alive());
    setInterval(() => this.look(), 250);
  }

  /** While the box is open only the end of a touch closes it: its beginning would fall through. */
  sign() {
    if (!this.box.open) this.alive();
  }

  alive() {
    this.seen = performance.now();
    if (this.box.open) this.box.close();
  }

  look() {
    const quiet = performance.now() - this.seen;
    if (quiet < ASK_MS || !this.page.dirty()) {
      if (quiet >= IDLE_MS) this.alive();
      return;
    }
    if (quiet >= IDLE_MS) {
      this.alive();
      this.page.reset();
      return;
    }
    setText(by("asleep-title"), word("still_there"));
    setText(by("asleep-on"), word("go_on"));
    setText(by("asleep-text"), word("still_there_text", { seconds: Math.ceil((IDLE_MS - quiet) / 1000) }));
    if (!this.box.open) this.box.showModal();
  }
}
