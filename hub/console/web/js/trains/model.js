// Law: pure: which trains a view shows, in which order, and what stands in each column.

import {
  checkIn,
  delayOf,
  delayText,
  expected,
  hhmm,
  labelOf,
  late,
  numberOf,
  placeOf,
} from "../format.js";
import { named, t } from "../words.js";

const first = (run) => Date.parse(expected(run.arrival) ?? expected(run.departure) ?? 0);
const last = (run) => Date.parse(expected(run.departure) ?? expected(run.arrival) ?? 0);

const gone = (row) => row.passengers === "GONE" || row.withdrawn;

/** What each view shows; `said` has conflicts by run. */
export const VIEWS = [
  { id: "view_now", shows: (row) => !gone(row) },
  { id: "view_checkin", shows: (row) => row.passengers === "CHECK_IN" || row.passengers === "LAST_CALL" },
  { id: "view_platform", shows: (row) => row.train === "AT_PLATFORM" },
  { id: "view_late", shows: (row) => !gone(row) && (row.run.held || delayOf(row.run) > 0), bad: true },
  { id: "view_manual", shows: (row) => row.run.control === "MANUAL", bad: true },
  { id: "view_conflict", shows: (row, said) => (said[row.id] ?? []).length > 0, bad: true },
  { id: "view_cancelled", shows: (row) => row.run.cancelled, bad: true },
  { id: "view_gone", shows: gone },
  { id: "view_all", shows: () => true },
];

export const COLUMNS = [
  { id: "number", width: "6.5rem", text: (row) => numberOf(row.run), sort: (row) => numberOf(row.run) },
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

/** Rows of `view` that fit `text`, sorted by `column`. */
export function listed(rows, { view, text, column, down, conflicts }) {
  const shows = VIEWS.find((each) => each.id === view).shows;
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  for (const row of rows.values()) {
    if (shows(row, conflicts) && (!words.length || fits(row, words))) found.push(row);
  }
  const by = column ? COLUMNS.find((each) => each.id === column).sort : (row) => last(row.run);
  const keyed = found.map((row) => [by(row), last(row.run), row]);
  keyed.sort((a, b) => compare(a[0], b[0]) * (down ? -1 : 1) || a[1] - b[1] || compare(a[2].id, b[2].id));
  return keyed.map((each) => each[2]);
}

function fits(row, words) {
  const run = row.run;
  const text = [
    numberOf(run), run.origin.code, run.destination.code,
    ...Object.values(run.origin.names), ...Object.values(run.destination.names),
    labelOf("tracks", run.track), run.platform, ...(run.gates ?? []), named(run.waiting_room?.names), run.category,
  ].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

const collator = new Intl.Collator("zh-CN", { numeric: true });
const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b || 0 : collator.compare(String(a), String(b));

/** What passengers are told, as pairs of name and text: to put two beside each other. */
export function told(run) {
  const call = (each) => (each ? (each.cancelled ? t("cancelled") : run.held && !each.actual ? `${hhmm(each.planned)} → ?` : late(each) ? `${hhmm(each.planned)} → ${hhmm(expected(each))}` : hhmm(each.planned)) : "—");
  return [
    ["arr", call(run.arrival)],
    ["dep", call(run.departure)],
    ["delay", delayText(run) || "—"],
    ["track", labelOf("tracks", run.track) || "—"],
    ["platform", run.platform ?? "—"],
    ["room", placeOf(run.waiting_room) || "—"],
    ["gates", (run.gates ?? []).join(" ") || "—"],
    ["check_in", `${hhmm(run.timeline?.check_in_opens_at) || "—"} – ${hhmm(run.timeline?.check_in_closes_at) || "—"}`],
    ["control", t(run.control === "MANUAL" ? "manual" : "auto")],
  ];
}
