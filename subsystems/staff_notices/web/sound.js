// @ts-check
/**
 * Sound: something new, something overdue.
 *
 * Law: silence is visible and ends by itself. A browser lets no page sound before somebody touched
 * it; until then the button says so.
 */
export const MUTE_MINUTES = 10;
const MUTED = "staff-notices-muted-until";
const AGAIN_MS = 20000;

export class Sound {
  constructor() {
    /** @type {?AudioContext} */
    this.context = null;
    this.last = 0;
  }

  /** @returns {?number} wall clock until which it is mute */
  get mutedUntil() {
    const until = Number(localStorage.getItem(MUTED) ?? 0);
    return until > Date.now() ? until : null;
  }

  get blocked() {
    return this.context === null || this.context.state !== "running";
  }

  /** After a touch. */
  async allow() {
    try {
      this.context ??= new AudioContext();
      if (this.context.state !== "running") await this.context.resume();
    } catch (error) {
      console.info("no sound here:", error);
    }
  }

  mute() {
    localStorage.setItem(MUTED, String(Date.now() + MUTE_MINUTES * 60000));
  }

  unmute() {
    localStorage.removeItem(MUTED);
  }

  news() {
    this.play([[880, 0], [1175, 0.16]]);
  }

  /** While something is overdue. */
  overdue() {
    if (performance.now() - this.last < AGAIN_MS) return;
    this.play([[740, 0], [740, 0.22], [740, 0.44]]);
  }

  /** @param {[number, number][]} tones Hz, s */
  play(tones) {
    if (this.mutedUntil !== null || this.context === null || this.blocked) return;
    this.last = performance.now();
    for (const [hertz, at] of tones) {
      const start = this.context.currentTime + at;
      const tone = this.context.createOscillator();
      const level = this.context.createGain();
      tone.frequency.value = hertz;
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(0.35, start + 0.02);
      level.gain.exponentialRampToValueAtTime(0.001, start + 0.18);
      tone.connect(level).connect(this.context.destination);
      tone.start(start);
      tone.stop(start + 0.2);
    }
    document.documentElement.dataset.sounded = String(Number(document.documentElement.dataset.sounded ?? 0) + 1);
  }
}
