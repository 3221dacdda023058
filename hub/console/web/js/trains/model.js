// Law: pure: which trains a view shows, in which order, and what stands in each column.

import {
  checkIn,
  dateOf,
  delayOf,
  delayText,
  expected,
  hhmm,
  instantOf,
  labelOf,
  late,
  numberOf,
  placeOf,
} from "../format.js";
import { named, t } from "../words.js";

const first = (run) => Date.parse(expected(run.arrival) ?? expected(run.departure) ?? 0);
const last = (run) => Date.parse(expected(run.departure) ?? expected(run.arrival) ?? 0);

const HOUR_MS = 3600000;
/** Until when trains are of now: the end of the day here, at night some hours more. */
export const dayEnd = (ms) => Math.max(Date.parse(instantOf("00:00", ms + 12 * HOUR_MS)), ms + 6 * HOUR_MS);
/** A train of another day is none of now: who selects all means none of tomorrow's. */
const later = (row, end) => first(row.run) >= end;

const day = { minute: 0, text: "" };
function today(ms) {
  const minute = Math.floor(ms / 60000);
  if (day.minute !== minute) Object.assign(day, { minute, text: dateOf(ms) });
  return day.text;
}
/** Its number, and its date if that is not today's. */
export const calledAt = (run, ms) => (run.service_date === today(ms) ? numberOf(run) : `${numberOf(run)} ${run.service_date.slice(5)}`);

const gone = (row) => row.passengers === "GONE" || row.withdrawn;

/** What each view shows; `said` has conflicts by run, `end` is `dayEnd`. */
export const VIEWS = [
  { id: "view_now", shows: (row, _said, end) => !gone(row) && !later(row, end) },
  { id: "view_checkin", shows: (row) => row.passengers === "CHECK_IN" || row.passengers === "LAST_CALL" },
  { id: "view_platform", shows: (row) => row.train === "AT_PLATFORM" },
  { id: "view_late", shows: (row) => !gone(row) && (row.run.held || delayOf(row.run) > 0), bad: true },
  { id: "view_manual", shows: (row) => row.run.control === "MANUAL", bad: true },
  { id: "view_conflict", shows: (row, said) => (said[row.id] ?? []).length > 0, bad: true },
  { id: "view_cancelled", shows: (row) => row.run.cancelled, bad: true },
  { id: "view_gone", shows: gone },
  { id: "view_all", shows: (row, _said, end) => !later(row, end) },
  { id: "view_next_day", shows: (row, _said, end) => later(row, end) },
];

export const COLUMNS = [
  { id: "number", width: "6.5rem", text: (row, ms) => calledAt(row.run, ms), sort: (row) => numberOf(row.run) },
  { id: "from", width: "minmax(5.5rem,14rem)", text: (row) => placeOf(row.run.origin), sort: (row) => placeOf(row.run.origin) },
  { id: "to", width: "minmax(5.5rem,14rem)", text: (row) => placeOf(row.run.destination), sort: (row) => placeOf(row.run.destination) },
  { id: "arr", width: "7.6rem", call: "arrival", sort: (row) => (row.run.arrival ? first(row.run) : Infinity) },
  { id: "dep", width: "7.6rem", call: "departure", sort: (row) => (row.run.departure ? last(row.run) : Infinity) },
  { id: "delay", width: "6rem", text: (row) => delayText(row.run), sort: (row) => (row.run.held ? 1e6 : (delayOf(row.run) ?? -1e6)) },
  { id: "track", width: "3.6rem", text: (row) => labelOf("tracks", row.run.track), sort: (row) => labelOf("tracks", row.run.track) },
  { id: "platform", width: "3.8rem", text: (row) => row.run.platform ?? "", sort: (row) => row.run.platform ?? "" },
  { id: "room", width: "minmax(5.5rem,8.6rem)", text: (row) => placeOf(row.run.waiting_room), sort: (row) => placeOf(row.run.waiting_room) },
  { id: "gates", width: "5rem", text: (row) => (row.run.gates ?? []).join(" "), sort: (row) => (row.run.gates ?? []).join(" ") },
  { id: "check_in", width: "5rem", text: (row, ms) => t(checkIn(row, ms)), sort: (row) => row.run.timeline.check_in_opens_at ?? "~" },
  { id: "phase", width: "7rem", text: phaseText, sort: (row) => row.passengers },
  { id: "control", width: "5rem", text: (row) => t(row.run.control === "MANUAL" ? "manual" : "auto"), sort: (row) => row.run.control },
];

export function phaseText(row) {
  if (row.withdrawn) return t("withdrawn");
  if (row.run.cancelled) return t("cancelled");
  return ["AT_PLATFORM", "APPROACHING", "DEPARTED", "TERMINATED"].includes(row.train)
    ? t(row.train)
    : t(row.passengers);
}

/** Rows of `view` that fit `text`, sorted by `column`; `near`: now, for times of day in the text. */
export function listed(rows, { view, text, column, down, conflicts, near }) {
  const shows = VIEWS.find((each) => each.id === view).shows;
  const tests = text.trim().toLowerCase().split(/\s+/).filter(Boolean).map((word) => testOf(word, near));
  const found = [];
  const end = dayEnd(near);
  for (const row of rows.values()) {
    if (shows(row, conflicts, end) && tests.every((test) => test(row))) found.push(row);
  }
  const by = column ? COLUMNS.find((each) => each.id === column).sort : (row) => last(row.run);
  const keyed = found.map((row) => [by(row), last(row.run), row]);
  keyed.sort((a, b) => compare(a[0], b[0]) * (down ? -1 : 1) || a[1] - b[1] || compare(a[2].id, b[2].id));
  return keyed.map((each) => each[2]);
}

const placed = (place) => [place?.code, ...Object.values(place?.names ?? {})];
const whole = (list) => (value) => list.some((each) => each?.toLowerCase() === value);
const part = (list) => (value) => list.some((each) => each?.toLowerCase().includes(value));
/** What can be asked of one column, by its names before a colon: `track:3`, `股道：3,4`. */
const ASKED = [
  { names: ["track", "股道"], of: ({ run }) => whole([run.track, labelOf("tracks", run.track)]) },
  { names: ["platform", "站台"], of: ({ run }) => whole([run.platform]) },
  { names: ["gate", "gates", "检票口"], of: ({ run }) => whole(run.gates ?? []) },
  { names: ["room", "候车室"], of: ({ run }) => part(placed(run.waiting_room)) },
  { names: ["from", "始发", "始发站"], of: ({ run }) => part(placed(run.origin)) },
  { names: ["to", "终到", "终到站"], of: ({ run }) => part(placed(run.destination)) },
  { names: ["class", "类别"], of: ({ run }) => whole([run.category]) },
  { names: ["after", "自"], of: ({ run }, near) => (value) => TIME.test(value) && last(run) >= Date.parse(instantOf(value, near + BACK_MS)) },
  { names: ["before", "至"], of: ({ run }, near) => (value) => TIME.test(value) && last(run) <= Date.parse(instantOf(value, near + BACK_MS)) },
];
/** A time of day is that of the last 6 or the next 18 hours. */
const BACK_MS = 6 * HOUR_MS;
const TIME = /^([01]?\d|2[0-3]):[0-5]\d$/;

function testOf(word, near) {
  const [, name, values] = /^([^:：]+)[:：](.+)$/.exec(word) ?? [];
  const asked = name && ASKED.find((each) => each.names.includes(name));
  if (!asked) return (row) => textOf(row).includes(word);
  const wanted = values.split(/[,，]/).filter(Boolean).map((each) => each.replace("：", ":"));
  return (row) => wanted.some(asked.of(row, near));
}

function textOf({ run }) {
  return [
    numberOf(run), ...placed(run.origin), ...placed(run.destination),
    labelOf("tracks", run.track), run.platform, ...(run.gates ?? []), named(run.waiting_room?.names), run.category,
  ].join(" ").toLowerCase();
}

/** The filter for the trains that stand where `run` stands; "" if that is not known. */
export const sameTrack = (run) => (run.track ? `${t("track").toLowerCase()}:${labelOf("tracks", run.track).toLowerCase()} ` : "");

const collator = new Intl.Collator("zh-CN", { numeric: true });
const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b || 0 : collator.compare(String(a), String(b));

/** What passengers are told, as pairs of name and text: to put two beside each other. */
export function told(run) {
  const call = (each) => (each ? (each.cancelled ? t("cancelled") : run.held && !each.actual ? `${hhmm(each.planned)} → ?` : late(each) ? `${hhmm(each.planned)} → ${hhmm(expected(each))}` : hhmm(each.planned)) : "—");
  return [["arr", call(run.arrival)], ["dep", call(run.departure)], ...toldBeside(run)];
}

/** The same in a word each, for a column of a table. */
export function toldShort(run) {
  const call = (each) => (each ? (each.cancelled ? "✕" : run.held && !each.actual ? "?" : hhmm(expected(each))) : "—");
  return [["arr", call(run.arrival)], ["dep", call(run.departure)], ...toldBeside(run)];
}

const checkInTimes = ({ check_in_opens_at: opens, check_in_closes_at: closes }) =>
  opens || closes ? `${hhmm(opens) || "—"} – ${hhmm(closes) || "—"}` : "—";

function toldBeside(run) {
  return [
    ["delay", delayText(run) || "—"],
    ["track", labelOf("tracks", run.track) || "—"],
    ["platform", run.platform ?? "—"],
    ["room", placeOf(run.waiting_room) || "—"],
    ["gates", (run.gates ?? []).join(" ") || "—"],
    ["check_in", checkInTimes(run.timeline ?? {})],
    ["control", t(run.control === "MANUAL" ? "manual" : "auto")],
  ];
}
