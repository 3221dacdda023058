// @ts-check
/**
 * A train or a bar in words: accessible names, the card, the table.
 *
 * Law: pure, over the fields of the server and the words of one language; clock times in the
 * station's zone.
 */

import { nameIn } from "./words.js";

/** @param {string} zone @returns {(seconds: number) => string} ``HH:MM`` */
export function clockIn(zone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return (seconds) => format.format(seconds * 1000);
}

/** @param {string} zone @returns {(seconds: number) => string} ``YYYY-MM-DD`` */
export function dateIn(zone) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return (seconds) => format.format(seconds * 1000);
}

/** @param {Record<string, any>} fields @param {any} words @returns {string} e.g. ``12 min late`` */
export function stands(fields, words) {
  const late = fields.late;
  if (late === undefined || fields.account === "cancelled" || late === 0) return words.account[fields.account];
  return late > 0 ? words.late(late) : words.early(-late);
}

/** @param {Record<string, any>} fields @returns {string} ``+12``, ``−3``, or nothing */
export function shortDelay(fields) {
  const late = fields.late;
  if (late === undefined || late === 0) return "";
  return late > 0 ? `+${late}` : `−${-late}`;
}

/**
 * @param {any} call @param {any} words @param {(s: number) => string} clock
 * @returns {string} e.g. ``13:02 planned, 13:14 estimated``
 */
export function callText(call, words, clock) {
  const planned = `${clock(call.p)} ${words.planned}`;
  if (call.x) return `${planned}, ${words.cancelledCall}`;
  const kind = call.k ?? "planned";
  if (kind === "planned") return planned;
  const give = call.u ? ` (${words.uncertainty} ${Math.round(call.u / 60)} ${words.minutes})` : "";
  return `${planned}, ${clock(call.e)} ${words[kind]}${give}`;
}

/** @param {Record<string, any>} train @param {any} words @param {string} language @param {Map<string, any>} tracks */
export function whereText(train, words, language, tracks) {
  const [kind, name] = train.place.split("/");
  const track = tracks.get(train.track);
  const said = train.track ? words.onTrack(track?.label ?? train.track) : "";
  const platform = train.platform ? words.atPlatform(train.platform) : "";
  const end = { left: words.waitLeft, right: words.waitRight, unsure: words.unsure, track: "" }[kind] ?? name;
  return [end, said, platform].filter(Boolean).join(language === "zh" ? "，" : ", ");
}

/**
 * The whole of a train in one sentence: its accessible name.
 *
 * @param {Record<string, any>} train @param {any} words @param {string} language
 * @param {Map<string, any>} tracks @param {(s: number) => string} clock
 */
export function trainText(train, words, language, tracks, clock) {
  const parts = [
    train.no,
    words.kind[train.kind],
    `${nameIn(train.origin, language)} → ${nameIn(train.to, language)}`,
    words.motion[train.motion],
    whereText(train, words, language, tracks),
    stands(train, words),
    train.a ? `${words.arrival} ${callText(train.a, words, clock)}` : "",
    train.d ? `${words.departure} ${callText(train.d, words, clock)}` : "",
    train.manual ? words.manual : "",
    train.clash ? `${words.clash}: ${train.clash.join(" ")}` : "",
  ];
  return parts.filter(Boolean).join(language === "zh" ? "，" : ", ");
}

/** @param {Record<string, any>} bar @param {any} words @param {(s: number) => string} clock @param {string} label */
export function barText(bar, words, clock, label) {
  const from = bar.open === "begin" || bar.open === "both" ? "?" : clock(bar.b);
  const until = bar.open === "end" || bar.open === "both" ? "?" : clock(bar.e);
  const parts = [
    `${words.onTrack(label)}: ${bar.no}`,
    `${from}–${until}`,
    words.kind[bar.kind],
    stands(bar, words),
    bar.manual ? words.manual : "",
    bar.clash ? `${words.clash}: ${bar.clash.join(" ")}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

/** @param {string} text @returns {number} its width in ems, nearly */
export function ems(text) {
  let sum = 0;
  for (const c of text) sum += (c.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.61;
  return sum;
}
