// @ts-check
/**
 * Signatures and sign-ons on their way to the server, delivered in their order, each counted once.
 *
 * Law: each carries an id that it keeps, so a delivery whose answer was lost is repeated without
 * harm. What the server refuses for good is told to the person and taken out. The time in it is
 * that of the moment of signing; what was signed alone goes with what the clock was wrong by then.
 *
 * @typedef {{n?: number, kind: "sign" | "sign-on" | "sign-off", post: string, alone: boolean,
 *   body: any, item?: any, person?: string}} Entry
 */
import { clock } from "./frame.js";

const BATCH = 100;

export class Queue {
  /**
   * @param {import("./store.js").Store} store
   * @param {{terminal: string, changed: () => void, refused: (entry: Entry, why: string, by: string) => void,
   *   delivered: (count: number) => void}} told
   */
  constructor(store, told) {
    this.store = store;
    this.told = told;
    /** @type {Entry[]} */
    this.entries = [];
    this.busy = false;
    /** Our clock minus the server's when it was heard again, station milliseconds. */
    this.skew = 0;
  }

  async open() {
    this.entries = await this.store.queue();
    return this;
  }

  /** @returns {number} signatures that wait */
  get waiting() {
    return this.entries.filter((entry) => entry.kind === "sign").length;
  }

  /** @param {string} notice @returns {Entry | undefined} */
  of(notice) {
    return this.entries.find((entry) => entry.kind === "sign" && entry.body.notice === notice);
  }

  /** @param {Entry} entry on disk when this is done */
  async add(entry) {
    const n = await this.store.add(entry);
    if (n) entry.n = n;
    this.entries.push(entry);
    this.told.changed();
  }

  /** Deliver what can be delivered; called whenever the server is heard. */
  async deliver() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.entries.length > 0 && (await this.next()));
    } finally {
      this.busy = false;
    }
  }

  /** @returns {Promise<boolean>} whether to go on */
  async next() {
    const first = this.entries[0];
    if (first.kind !== "sign") return this.one(first);
    const batch = [];
    for (const entry of this.entries) {
      if (entry.kind !== "sign" || entry.alone !== first.alone || batch.length === BATCH) break;
      batch.push(entry);
    }
    return this.batch(batch);
  }

  /** @param {Entry} entry a sign-on or sign-off */
  async one(entry) {
    const { status, answer } = await post(`/${entry.kind}`, entry.body);
    if (status === 0 || status >= 429) return false;
    await this.out(entry);
    if (status >= 400) this.told.refused(entry, answer.error ?? "", "");
    return true;
  }

  /** @param {Entry[]} batch @returns {Promise<boolean>} */
  async batch(batch) {
    const sent_at = clock.now() + (batch[0].alone ? this.skew : 0);
    const signatures = batch.map((entry) => entry.body);
    const { status, answer } = await post("/sign", { terminal: this.told.terminal, sent_at, signatures });
    if (status === 0 || status >= 429) return false;
    if (status >= 400) {
      if (batch.length > 1) return this.batch(batch.slice(0, 1));
      await this.out(batch[0]);
      this.told.refused(batch[0], "UNKNOWN", "");
      return true;
    }
    const results = new Map(answer.results.map((/** @type {any} */ each) => [each.id, each]));
    let counted = 0;
    for (const entry of batch) {
      const { verdict = "UNKNOWN", by = "" } = /** @type {any} */ (results.get(entry.body.id)) ?? {};
      await this.out(entry);
      if (verdict === "ACCEPTED" || verdict === "DUPLICATE") counted += entry.alone ? 1 : 0;
      else this.told.refused(entry, verdict, by);
    }
    if (counted > 0) this.told.delivered(counted);
    return true;
  }

  /** @param {Entry} entry */
  async out(entry) {
    if (entry.n) await this.store.remove(entry.n);
    this.entries = this.entries.filter((each) => each !== entry);
    this.told.changed();
  }
}

/**
 * @param {string} path @param {any} body
 * @returns {Promise<{status: number, answer: any}>} status 0: nobody answered
 */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10000),
    });
    return { status: response.status, answer: await response.json() };
  } catch {
    return { status: 0, answer: {} };
  }
}
