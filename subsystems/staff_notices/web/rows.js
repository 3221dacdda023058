// @ts-check
/**
 * Notices, drawn.
 *
 * Law: draws what it is given. What a colour says, a shape and a word say too.
 */
import { button, make, mark } from "./dom.js";
import { shared, timeText, told, word } from "./frame.js";

const SHAPES = { ISSUED: "●", OVERDUE: "▲", ESCALATED: "■", ACKNOWLEDGED: "✓", WITHDRAWN: "✕", MISSED: "○" };

/**
 * @param {import("./alone.js").Item} item
 * @param {{sign: ?((item: import("./alone.js").Item) => void), now: number}} how
 * @returns {{key: string, text: string, draw: () => HTMLElement}}
 */
export function row(item, { sign, now }) {
  const minutes = Math.trunc(Math.abs(item.due - now) / 60000);
  const state = stateText(item, now, minutes);
  const text = JSON.stringify([item, state, shared.language, sign !== null]);
  return { key: item.id, text, draw: () => draw(item, state, sign) };
}

/** @param {import("./alone.js").Item} item @param {number} now @param {number} minutes */
function stateText(item, now, minutes) {
  if (item.waits) return word("waits_for_server", { person: item.waits.person, time: timeText(item.waits.at) });
  if (item.status === "") return word("told_at", { time: timeText(item.issued) });
  if (item.signed) return word("signed_by", { person: item.signed.person, time: timeText(item.signed.at) });
  if (item.status === "ISSUED") return word("due_within", { minutes: Math.max(1, minutes + 1) });
  const late = word("overdue_by", { minutes });
  if (item.status === "OVERDUE") return minutes > 0 ? late : word("status_overdue");
  if (item.status === "ESCALATED") return `${word("status_escalated")} · ${late}`;
  return word(`status_${item.status.toLowerCase()}`);
}

/**
 * @param {import("./alone.js").Item} item @param {string} state
 * @param {?((item: import("./alone.js").Item) => void)} sign
 */
function draw(item, state, sign) {
  const status = item.waits ? "WAITS" : item.status || "COMING";
  const made = make("article", { class: "notice", "data-status": status, "data-moment": item.moment });
  made.append(
    make("div", { class: "when" }, when(item)),
    make("div", { class: "train" },
      make("h2", {}, make("span", { class: "number", text: item.number }), " ", make("span", { class: "moment", text: word(item.moment) })),
      make("p", { class: "route", text: `${told(item.route)} · ${word(item.role)}` }),
      details(item),
    ),
    make("div", { class: "track" }, ...place(item)),
    make("div", { class: "act" },
      make("p", { class: "state" }, mark(shape(item)), " ", state),
      sign === null ? null : button(word("sign"), () => sign(item), {
        class: "sign",
        "aria-label": word("sign_one", { number: item.number, moment: word(item.moment) }),
      }),
    ),
  );
  return made;
}

/** @param {import("./alone.js").Item} item */
function shape(item) {
  if (item.waits) return "⇡";
  return /** @type {any} */ (SHAPES)[item.status] ?? "◷";
}

/** @param {import("./alone.js").Item} item */
function when(item) {
  if (item.time) {
    return make("span", {}, make("b", { text: item.time }), item.planned ? planned(item) : null);
  }
  const unknown = item.unconfirmed ? word("to_be_confirmed") : word("unknown");
  return make("span", { class: "unknown" }, make("b", { text: unknown }), item.planned ? planned(item) : null);
}

/** @param {import("./alone.js").Item} item */
const planned = (item) => make("small", { text: word("planned_at", { time: item.planned }) });

/** @param {import("./alone.js").Item} item @returns {Node[]} */
function place(item) {
  const track = told(item.track);
  if (!track) return [make("b", { class: "unknown", text: word("unknown") })];
  return [make("b", { text: track }), make("small", { text: told(item.where) })];
}

/** @param {import("./alone.js").Item} item */
function details(item) {
  const parts = [];
  if (told(item.alert)) parts.push(make("p", { class: "alert" }, mark("⚠"), " ", told(item.alert)));
  for (const change of item.changes ?? []) parts.push(changed(change));
  const unconfirmed = item.unconfirmed ? `${word("to_be_confirmed")} · ${word("ask")}` : told(item.late);
  const rest = [unconfirmed, ...(item.unconfirmed ? [] : (item.also ?? []).map(told)), item.own ? word("by_own_clock") : ""];
  const text = rest.filter(Boolean).join(" · ");
  if (text) parts.push(make("p", { class: "also", "data-late": item.unconfirmed || told(item.late) ? "" : null, text }));
  return make("div", {}, ...parts);
}

/** @param {{what: any, before: any, now: any}} change */
function changed(change) {
  return make("p", { class: "change" },
    make("span", { class: "what" }, mark("↻"), " ", told(change.what)), " ",
    make("s", { "aria-hidden": "true", text: told(change.before) }),
    make("i", { "aria-hidden": "true", text: " → " }),
    make("b", { "aria-hidden": "true", text: told(change.now) }),
    make("span", { class: "unseen", text: word("changed_from_to", { what: told(change.what), before: told(change.before), now: told(change.now) }) }),
  );
}
