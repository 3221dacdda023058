// @ts-check
/**
 * What each zone hears now and in the next half hour; mute, stop, listen.
 *
 * Law: shows what the server says, by its clock; a bar moves between two words of the server, no
 * text does.
 */

import { button, by, field, make, own, paragraphs, setText, t } from "./dom.js";
import { listen, listens, setVolume, take } from "./listen.js";
import { begin, command, frame, kindName, zoneName, zoneNames } from "./page.js";
import { clock, now, rate } from "./time.js";

const HORIZON_MS = 30 * 60_000;
const MINUTES = [10, 30, 60, 240];
const SVG = "http://www.w3.org/2000/svg";
/** @type {any} */
let state = null;

/** @param {any} zone @returns {string} the one word for how it is */
function condition(zone) {
  if (zone.silent) return "silent";
  if (zone.taken) return "taken";
  if (zone.voice) return "speaking";
  if (zone.muted) return "muted";
  return zone.resting ? "resting" : "calm";
}

/** @param {any} zone @param {string} how */
function told(zone, how) {
  if (how === "silent") return t("state_silent", { why: zone.silent });
  if (how === "muted") {
    const { until, by: who } = zone.muted;
    return until ? t("state_muted_until", { time: clock(until), who }) : t("state_muted", { who });
  }
  return t(`state_${how}`);
}

/** @param {any} zone */
function strip(zone) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("viewBox", "0 0 1800 20");
  for (const { key, expected } of zone.next) {
    const coming = state.coming[key];
    const at = Math.max(0, (expected ?? coming.due) - now());
    if (at > HORIZON_MS) continue;
    const mark = document.createElementNS(SVG, "rect");
    mark.setAttribute("x", String((at / HORIZON_MS) * 1800));
    mark.setAttribute("y", coming.priority >= 4 ? "0" : "6");
    mark.setAttribute("height", coming.priority >= 4 ? "20" : "8");
    mark.setAttribute("width", "12");
    mark.dataset.priority = coming.priority >= 7 ? "urgent" : coming.priority >= 4 ? "high" : "low";
    svg.append(mark);
  }
  return make("div", { class: "ahead" }, /** @type {any} */ (svg));
}

/** @param {any} zone */
function words(zone) {
  if (zone.voice) {
    const voice = state.voices.find((/** @type {any} */ each) => each.id === zone.voice);
    const bar = make("progress", { max: 1, value: 0, "data-voice": zone.voice, "aria-label": t("progress") });
    return [make("div", { class: "words" }, ...paragraphs(voice?.text ?? {})), bar];
  }
  const first = zone.next[0] && state.coming[zone.next[0].key];
  const why = zone.next[0]?.why ?? "not-due";
  const waits = why === "not-due" ? "" : ` · ${t(`why_${why.replaceAll("-", "_")}`)}`;
  const text = first ? `${clock(zone.next[0].expected ?? first.due)} ${first.train} ${kindName(first.kind)}${waits}` : t("nothing_coming");
  return [make("p", { class: "words", text })];
}

/** @param {any} zone */
function acts(zone) {
  const name = zoneName(zone.id);
  const mute = make("select", { "aria-label": t("mute_zone", { zone: name }) });
  mute.append(make("option", { value: "" }, t("mute")), ...MINUTES.map((m) => make("option", { value: m }, t("mute_minutes", { minutes: m }))));
  mute.addEventListener("change", () => act("/api/mute", { zone: zone.id, minutes: Number(/** @type {HTMLSelectElement} */ (mute).value) }));
  const unmute = button(t("unmute"), () => act("/api/mute", { zone: zone.id, minutes: 0 }), { "aria-label": t("unmute_zone", { zone: name }) });
  const stop = button(t("stop"), () => act("/api/stop", { zone: zone.id }), {
    "aria-label": t("stop_zone", { zone: name }),
    disabled: !zone.voice || zone.taken,
  });
  const hear = button(
    t("listen"),
    () => {
      listen(zone.id, !listens(zone.id), state.voices);
      draw();
    },
    { "aria-pressed": listens(zone.id), "aria-label": t("listen_zone", { zone: name }) },
  );
  return make("div", { class: "acts" }, hear, zone.muted ? unmute : mute, stop);
}

/** @param {string} path @param {any} value */
async function act(path, value) {
  try {
    await command(path, value);
    setText(by("said"), t("done"));
  } catch (error) {
    setText(by("line"), error instanceof Error ? error.message : String(error));
    by("line").dataset.tone = "bad";
  }
}

/** @param {any} zone */
function row(zone) {
  const how = condition(zone);
  const head = make("div", {}, make("h3", { text: zoneName(zone.id) }), make("div", { class: "state", text: told(zone, how) }));
  return make("article", { class: "zone", "data-state": how, "data-zone": zone.id, "aria-label": zoneName(zone.id) }, head, make("div", {}, strip(zone), ...words(zone)), acts(zone));
}

function drawAxis() {
  by("axis").replaceChildren(
    ...[0, 5, 10, 15, 20, 25, 30].map((minutes) => {
      const mark = make("span", { text: clock(now() + minutes * 60_000) });
      mark.style.left = `${(minutes / 30) * 100}%`;
      return mark;
    }),
  );
}

/** @param {any} each */
function comingRow(each) {
  const where = Object.entries(each.zones).map(([zone]) => zone);
  const whys = [...new Set(Object.values(each.zones))].filter((why) => why && why !== "not-due");
  const soon = t(each.due > now() ? "why_not_due" : "why_waits");
  return make(
    "tr",
    { "data-key": each.key },
    make("td", { class: "time", text: clock(each.at) }),
    make("td", {}, make("strong", { text: each.train }), ` ${kindName(each.kind)}`),
    make("td", { text: zoneNames(where) }),
    make("td", {}, ...paragraphs(each.text)),
    make("td", { text: whys.map((why) => t(`why_${String(why).replaceAll("-", "_")}`)).join(t("comma")) || soon }),
  );
}

function drawComing() {
  /** @type {Map<string, any>} */
  const rows = new Map();
  for (const zone of state.zones) {
    for (const { key, why, expected } of zone.next) {
      const known = rows.get(key) ?? { ...state.coming[key], key, zones: {}, at: Infinity };
      known.zones[zone.id] = why;
      known.at = Math.min(known.at, expected ?? Infinity);
      rows.set(key, known);
    }
  }
  for (const each of rows.values()) if (each.at === Infinity) each.at = each.due; // it would be too late
  const sorted = [...rows.values()].sort((a, b) => a.at - b.at || a.key.localeCompare(b.key)).slice(0, 40);
  by("coming-list").replaceChildren(...sorted.map(comingRow));
  by("coming-none").hidden = sorted.length > 0;
}

function drawAlarms() {
  by("alarms").hidden = state.takeovers.length === 0;
  by("alarm-list").replaceChildren(
    ...state.takeovers.map((/** @type {any} */ each) =>
      make("li", {}, make("div", { class: "grow" }, ...paragraphs(each.text)), make("span", { text: `${zoneNames(each.zones)} · ${t("until_time", { time: clock(each.until) })}` })),
    ),
  );
  by("hints").hidden = state.hints.length === 0;
  by("hint-list").replaceChildren(
    ...state.hints.map((/** @type {any} */ each) => make("li", {}, make("strong", { text: each.train }), make("span", { text: `${own(each.destination)} · ${t(`hint_${each.why}`)}` }))),
  );
}

function draw() {
  if (state === null || frame === null) return;
  const held = document.activeElement?.closest("article")?.getAttribute("data-zone");
  const label = document.activeElement?.getAttribute("aria-label");
  drawAxis();
  drawAlarms();
  if (document.activeElement?.tagName !== "SELECT" || !held) {
    by("zone-list").replaceChildren(...state.zones.map(row));
  }
  drawComing();
  if (held && label) {
    const again = [...document.querySelectorAll(`article[data-zone="${held}"] button`)];
    /** @type {HTMLElement | undefined} */ (again.find((each) => each.getAttribute("aria-label") === label))?.focus();
  }
  move();
}

function move() {
  for (const bar of document.querySelectorAll("progress[data-voice]")) {
    const voice = state?.voices.find((/** @type {any} */ each) => each.id === /** @type {HTMLElement} */ (bar).dataset.voice);
    if (voice) /** @type {HTMLProgressElement} */ (bar).value = Math.min(1, (now() - voice.began) / 1000 / rate() / voice.seconds);
  }
}

by("stop-all").addEventListener("click", () => act("/api/stop", {}));
field("volume").addEventListener("input", () => setVolume(Number(field("volume").value) / 100));
setVolume(0.6);
setInterval(move, 500);
setInterval(drawAxisIfThere, 20_000);
function drawAxisIfThere() {
  if (state !== null) drawAxis();
}
await begin(
  (data) => {
    state = data;
    draw();
  },
  take,
  draw,
);
