// @ts-check
/**
 * A person's words: typed or recorded, heard before they are said; and taking over in an emergency.
 *
 * Law: an emergency needs two steps. What is going to be said is shown word for word before the
 * second one.
 */

import { button, by, chips, chosen, field, make, own, paragraphs, setText, t } from "./dom.js";
import { answered, begin, command, frame, kindName, play, zoneNames } from "./page.js";
import { Recorder } from "./recorder.js";
import { clock, next, now } from "./time.js";

/** @type {any} */
let state = null;
/** @type {any} what is armed */
let armed = null;
let recording = "";
const recorder = new Recorder();

/** @param {HTMLElement} place @param {string} prefix */
function textFields(place, prefix) {
  place.replaceChildren(
    ...frame.languages.map((/** @type {string} */ tag) => {
      const id = `${prefix}-${tag}`;
      const kept = /** @type {HTMLTextAreaElement | null} */ (document.getElementById(id))?.value ?? "";
      const area = make("textarea", { id, lang: tag, maxlength: 600, rows: 2 });
      /** @type {HTMLTextAreaElement} */ (area).value = kept;
      return make("label", {}, make("span", { text: frame.words[tag]?.itself ?? tag }), area);
    }),
  );
}

/** @param {string} prefix @returns {Record<string, string>} */
function texts(prefix) {
  const written = frame.languages.map((/** @type {string} */ tag) => [tag, field(`${prefix}-${tag}`)?.value ?? ""]);
  return Object.fromEntries(written.filter((/** @type {string[]} */ [, text]) => text.trim()));
}

function draw() {
  if (frame === null) return;
  const zones = frame.zones.map((/** @type {any} */ zone) => ({ id: zone.id, text: own(zone.names) || zone.id }));
  chips(by("say-zones"), zones);
  chips(by("arm-zones"), zones);
  textFields(by("say-texts"), "say");
  textFields(by("own-texts"), "own");
  const prepared = [...frame.prepared.filter((/** @type {any} */ each) => each.id !== "all-clear"), { id: "", names: { [document.documentElement.lang]: t("own_words") } }];
  by("prepared").replaceChildren(
    ...prepared.map((each, n) => {
      const radio = make("input", { type: "radio", name: "prepared", value: each.id, checked: n === 0 });
      radio.addEventListener("change", () => {
        by("own-texts").hidden = each.id !== "";
      });
      return make("label", {}, radio, make("span", { text: own(each.names) }));
    }),
  );
  by("own-texts").hidden = true;
  drawRecording();
  if (state !== null) drawState();
}

function announcement() {
  const begins = field("begins").value ? next(field("begins").value) : null;
  const lasts = Number(field("lasts").value) * 60_000;
  return {
    zones: chosen(by("say-zones")),
    text: recording ? {} : texts("say"),
    recording,
    begins_at: begins === null ? null : new Date(begins).toISOString(),
    ends_at: new Date((begins ?? now()) + lasts).toISOString(),
    repeats: Number(field("repeats").value),
    repeat_after_s: Number(field("pause").value),
    chime: field("chime").checked,
    who: field("who").value,
  };
}

by("hear").addEventListener("click", () =>
  answered(by("say-answer"), async () => {
    const { text, chime } = announcement();
    const heard = await command("/api/hear", { text, recording, chime });
    await play({ sha256: heard.clip }, "preview");
    const missing = heard.missing.length > 0 ? t("missing_languages", { languages: heard.missing.join(", ") }) : "";
    return `${t("seconds", { seconds: heard.seconds.toFixed(1) })} ${missing}`;
  }),
);

by("say").addEventListener("submit", (event) => {
  event.preventDefault();
  void answered(by("say-answer"), async () => {
    const given = announcement();
    await command("/api/announce", given);
    return t("accepted_for", { zones: zoneNames(given.zones) });
  });
});

// -- the microphone --------------------------------------------------------------------------------

by("record").addEventListener("click", () =>
  answered(by("record-state"), async () => {
    if (!recorder.running) {
      await recorder.start();
      drawRecording();
      return t("recording_runs");
    }
    const sound = await recorder.stop();
    drawRecording();
    const kept = await command("/api/recording", sound);
    recording = kept.name;
    drawRecording();
    return t("recorded", { seconds: kept.seconds.toFixed(1) });
  }).then(drawRecording),
);
by("record-drop").addEventListener("click", () => {
  recording = "";
  setText(by("record-state"), "");
  drawRecording();
});

function drawRecording() {
  const able = recorder.able;
  field("record").disabled = !able;
  setText(by("record"), t(recorder.running ? "stop_recording" : "record"));
  by("record").setAttribute("aria-pressed", String(recorder.running));
  by("record-drop").hidden = recording === "";
  setText(by("record-note"), t(able ? "record_note" : "record_needs_https"));
  for (const area of by("say-texts").querySelectorAll("textarea")) area.disabled = recording !== "";
}

// -- the emergency ---------------------------------------------------------------------------------

by("arm").addEventListener("submit", (event) => {
  event.preventDefault();
  void answered(by("arm-answer"), async () => {
    const prepared = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=prepared]:checked"))?.value ?? "";
    armed = await command("/api/emergency/arm", {
      prepared,
      text: prepared === "" ? texts("own") : {},
      zones: chosen(by("arm-zones")),
      minutes: Number(field("minutes").value),
      who: field("arm-who").value,
    });
    drawArmed();
    by("armed-title").focus();
    setTimeout(() => disarm(false), armed.seconds * 1000);
    return "";
  });
});

function drawArmed() {
  by("armed").hidden = armed === null;
  if (armed === null) return;
  setText(by("armed-title"), t("armed_title", { n: armed.zones.length, seconds: armed.seconds }));
  by("armed-text").replaceChildren(make("p", { text: zoneNames(armed.zones) }), ...paragraphs(armed.text));
  setText(by("execute"), t("execute_in", { n: armed.zones.length }));
}

/** @param {boolean} tell the server, too */
function disarm(tell) {
  if (armed !== null && tell) void command("/api/emergency/disarm", { name: armed.name }).catch(() => {});
  armed = null;
  drawArmed();
}

by("execute").addEventListener("click", () =>
  answered(by("arm-answer"), async () => {
    const { name } = armed;
    await command("/api/emergency/execute", { name });
    disarm(false);
    return t("executed");
  }),
);
by("disarm").addEventListener("click", () => disarm(true));

by("cap-file").addEventListener("change", () =>
  answered(by("cap-answer"), async () => {
    const file = field("cap-file").files?.[0];
    if (!file) return "";
    const said = await command(`/api/cap?name=${encodeURIComponent(file.name)}`, new Blob([file], { type: "application/cap+xml" }));
    field("cap-file").value = "";
    return said.outcome;
  }),
);

// -- what there is ---------------------------------------------------------------------------------

function drawState() {
  by("orders").replaceChildren(
    ...state.orders.map((/** @type {any} */ each) =>
      make(
        "li",
        { "data-key": each.key },
        make("div", { class: "grow" }, make("strong", { text: `${clock(each.due)} ${kindName(each.kind)}` }), ...paragraphs(each.text)),
        make("span", { text: zoneNames(each.zones) }),
        make("span", { text: t("until_time", { time: clock(each.until) }) }),
        button(t("stop"), () => void answered(by("say-answer"), async () => (await command("/api/stop", { key: each.key }), t("stopped")))),
      ),
    ),
  );
  by("orders-none").hidden = state.orders.length > 0;
  by("takeovers").replaceChildren(
    ...state.takeovers.map((/** @type {any} */ each) =>
      make(
        "li",
        { "data-key": each.key },
        make("div", { class: "grow" }, ...paragraphs(each.text)),
        make("span", { text: zoneNames(each.zones) }),
        make("span", { text: t("until_time", { time: clock(each.until) }) }),
        button(t("all_clear"), () => void answered(by("arm-answer"), async () => (await command("/api/emergency/end", { key: each.key, say: true }), t("all_clear_said")))),
        button(t("end_silently"), () => void answered(by("arm-answer"), async () => (await command("/api/emergency/end", { key: each.key, say: false }), t("ended")))),
      ),
    ),
  );
  by("takeovers-none").hidden = state.takeovers.length > 0;
  by("cap-list").replaceChildren(
    ...state.alerts.map((/** @type {any} */ each) => make("li", {}, make("span", { text: clock(each.at) }), make("div", { class: "grow" }, make("strong", { text: each.name }), ` ${each.outcome}`))),
  );
}

await begin(
  (data) => {
    state = data;
    drawState();
  },
  () => {},
  draw,
);
