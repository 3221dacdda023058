// @ts-check
/**
 * What a terminal shows, also when the server is gone: pure.
 *
 * Law: while the server is heard its word counts. Alone, what was to come is told when its instant
 * comes, what is not signed in time is overdue, and a deviation that nobody confirms is no time any
 * more. What this terminal has signed and not delivered is no longer to be signed.
 *
 * @typedef {{id: string, digest: string, moment: string, status: string, revision: number,
 *   number: string, at: number, time?: string, planned?: string, uncertain?: boolean,
 *   unconfirmed?: boolean, issued: number, due: number, ended?: number, own?: boolean,
 *   waits?: {person: string, at: number}, [rest: string]: any}} Item
 */

const OPEN = new Set(["ISSUED", "OVERDUE", "ESCALATED"]);

/** @param {Item} item */
export const isOpen = (item) => OPEN.has(item.status) && !item.waits;

/** @param {Item} item @returns {string} */
export const keyOf = (item) => item.id.slice(0, item.id.lastIndexOf("/"));

/**
 * @param {Item[]} held @param {Item[]} coming
 * @param {(id: string) => {person: string, at: number} | undefined} signed here, and not delivered
 * @param {{now: number, alone: boolean, confirmedUntil: ?number}} when
 * @returns {{open: Item[], coming: Item[], done: Item[]}}
 */
export function present(held, coming, signed, { now, alone, confirmedUntil }) {
  const known = new Set(held.filter((item) => item.status !== "WITHDRAWN").map(keyOf));
  const future = coming.filter((item) => !known.has(keyOf(item)));
  const due = alone ? future.filter((item) => item.issued <= now) : [];
  const items = [...held, ...due.map((item) => ({ ...item, status: "ISSUED", own: true }))].map((item) => {
    const waits = OPEN.has(item.status) ? signed(item.id) : undefined;
    const late = alone && item.status === "ISSUED" && item.due <= now;
    return lapsed({ ...item, status: late ? "OVERDUE" : item.status, waits }, now, confirmedUntil);
  });
  const order = (/** @type {Item} */ a, /** @type {Item} */ b) => a.due - b.due || (a.id < b.id ? -1 : 1);
  return {
    open: items.filter(isOpen).sort(order),
    coming: future
      .filter((item) => !due.includes(item))
      .map((item) => lapsed(item, now, confirmedUntil))
      .sort((a, b) => a.issued - b.issued),
    done: items.filter((item) => !isOpen(item)).sort((a, b) => ended(b) - ended(a)),
  };
}

/** @param {Item} item */
const ended = (item) => item.waits?.at ?? item.ended ?? 0;

/** @param {Item} item @param {number} now @param {?number} confirmedUntil @returns {Item} */
function lapsed(item, now, confirmedUntil) {
  const over = item.uncertain && (confirmedUntil === null || now > confirmedUntil);
  return over && !item.unconfirmed ? { ...item, unconfirmed: true, time: "" } : item;
}
