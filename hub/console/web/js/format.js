// Law: values to text: local times of the station, delays, states. No page is made here.

import { signal } from "../vendor/preact-htm-signals.js";
import { stationMs } from "./live.js";
import { language, named, t } from "./words.js";

/** What the station is, from the API; null until known. */
export const station = signal(null);

const clocks = new Map();

function clockOf(zone, seconds) {
  const key = `${zone}/${seconds}`;
  if (!clocks.has(key)) {
    const shape = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    if (seconds) shape.second = "2-digit";
    clocks.set(key, new Intl.DateTimeFormat("en-GB", shape));
  }
  return clocks.get(key);
}

export const zone = () => station.value?.zone ?? "UTC";
export const hhmm = (at) => (at ? clockOf(zone(), false).format(new Date(at)) : "");
export const hhmmss = (at) => clockOf(zone(), true).format(new Date(at));

export function dayText(at) {
  const tag = language.value === "en" ? "en-GB" : "zh-CN";
  const shape = { timeZone: zone(), month: "short", day: "numeric", weekday: "short" };
  return new Intl.DateTimeFormat(tag, shape).format(new Date(at));
}

/** `2021-01-20` of the station at `at`. */
export const dateOf = (at) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone() }).format(new Date(at));

/** The instant of the local time `HH:MM` next to `near` (milliseconds), as the API has it. */
export function instantOf(text, near) {
  const [hours, minutes] = text.split(":").map(Number);
  const shown = hhmm(near).split(":").map(Number);
  let apart = hours * 60 + minutes - (shown[0] * 60 + shown[1]);
  if (apart > 720) apart -= 1440;
  if (apart < -720) apart += 1440;
  const at = Math.floor(near / 60000) * 60000 + apart * 60000;
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g;

/** A sentence of the hub, its instants as times of the station; of another day with the day. */
export const sentence = (texts) => named(texts).replace(INSTANT, timeText);

function timeText(at) {
  const day = dateOf(new Date(at));
  return day === dateOf(stationMs()) ? hhmm(at) : `${day} ${hhmm(at)}`;
}

export const expected = (call) => call && (call.actual ?? call.estimated ?? call.planned);
const whole = (at) => Math.floor(Date.parse(at) / 60000);
export const late = (call) => (call ? whole(expected(call)) - whole(call.planned) : 0);

/** Minutes late of what is still to come, else of what was; null: nobody knows. */
export function delayOf(run) {
  if (run.held) return null;
  const call = run.departure && !run.departure.cancelled ? run.departure : run.arrival;
  return (run.punctuality ?? "UNKNOWN") === "UNKNOWN" && !run.manual?.length ? undefined : late(call);
}

export function delayText(run) {
  const minutes = delayOf(run);
  if (run.cancelled) return t("cancelled");
  if (minutes === null) return t("unknown_delay");
  if (minutes === undefined) return "";
  if (minutes === 0) return t("on_time");
  return minutes > 0 ? `+${minutes}` : `−${-minutes} ${t("early")}`;
}

export const numberOf = (run) => {
  const both = [run.arrival_number, run.departure_number].filter(Boolean);
  return [...new Set(both)].join("/") || run.run_id;
};

export const placeOf = (place) => named(place?.names) || place?.code || "";

export function checkIn(row, ms) {
  const line = row.run.timeline;
  const opens = line.check_in_opens_at && Date.parse(line.check_in_opens_at);
  const closes = line.check_in_closes_at && Date.parse(line.check_in_closes_at);
  if (row.run.cancelled || (!opens && !closes)) return "ci_none";
  if (closes && closes <= ms) return "ci_closed";
  if (opens && opens <= ms) return row.passengers === "LAST_CALL" ? "ci_last" : "ci_open";
  return "ci_before";
}

export function labelOf(list, id) {
  const found = station.value?.[list].find((each) => each.id === id);
  return found ? found.label || named(found.names) : (id ?? "");
}

/** What a person said, in words. */
export function wordText(word) {
  switch (word.field) {
    case "delay":
      return word.minutes === 0 ? t("on_time") : `${word.minutes > 0 ? "+" : ""}${word.minutes} ${t("minutes")}`;
    case "arrival":
    case "departure":
    case "actual-arrival":
    case "actual-departure":
      return hhmm(word.at);
    case "unknown":
      return named(word.texts) || t("unknown_delay");
    case "track":
      return labelOf("tracks", word.track);
    case "platform":
      return labelOf("platforms", word.platform);
    case "waiting-room":
      return labelOf("waiting_rooms", word.waiting_room);
    case "gates":
      return word.gates.map((id) => labelOf("gates", id)).join(" ");
    case "check-in":
      return t(word.is_open ? "ci_open" : "ci_closed");
    case "cancelled":
    case "ends-here":
    case "starts-here":
      return word.cancelled === false ? t("a_reinstate").replace("…", "") : t("cancelled");
    default:
      return word.number ?? word.run_id ?? "";
  }
}

/** What it is that a person said, and what of it: never "cancelled" of a train that runs again. */
export function saidText(word) {
  const about = t(word.field);
  if (word.field === "cancelled") return wordText(word);
  if (word.field === "ends-here" || word.field === "starts-here") return word.cancelled === false ? `${about} ✕` : about;
  const text = wordText(word);
  return text && text !== about ? `${about} ${text}` : about;
}
