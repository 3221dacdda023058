// Law: what can be said about a train: the fields that a person fills in, and the order that they
// make. Whether it may be done is the hub's to say.

import { html } from "../../vendor/preact-htm-signals.js";
import { expected, instantOf, station } from "../format.js";
import { Field } from "../ui.js";
import { named, t, tongue } from "../words.js";

const choices = (list, key, empty = true) => (form, set) => html`<${Field} label=${t(key)} id="f-choice">
  <select id="f-choice" data-first required value=${form.choice ?? ""} onChange=${(e) => set({ choice: e.target.value })}>
    ${empty && html`<option value="">${t("choose")}</option>`}
    ${station.value[list].map((each) => html`<option value=${each.id}>${each.label || named(each.names)}</option>`)}
  </select>
<//>`;

function delayFields(form, set) {
  return html`<${Field} label=${t("minutes_late")} id="f-minutes">
      <input id="f-minutes" data-first type="number" required min="-60" max="1440" step="1" value=${form.minutes ?? ""} onInput=${(e) => set({ minutes: e.target.value })} />
    <//>
    <div class="quick">
      ${[5, 10, 15, 20, 30, 45, 60].map(
        (each) => html`<button type="button" tabindex="-1" aria-pressed=${Number(form.minutes) === each} onClick=${() => set({ minutes: each })}>+${each}</button>`,
      )}
    </div>`;
}

const reasonFields = (form, set) => textFields("announced_reason", form, set);

const unknownFields = (form, set) => textFields("board_text", form, set, true);

/** A text in each language of the station; `first`: the first is ready to be typed in. */
function textFields(what, form, set, first = false) {
  return station.value.languages.map(
    (tag, place) => html`<${Field} label=${`${t(what)} · ${tongue(tag)}`} id=${`f-${tag}`}>
      <input id=${`f-${tag}`} data-first=${first && place === 0} lang=${tag} maxlength="24" value=${form[tag] ?? ""} onInput=${(e) => set({ [tag]: e.target.value })} />
    <//>`,
  );
}

function gateFields(form, set, row) {
  const chosen = form.gates ?? gatesOf(row);
  const toggle = (id) => set({ gates: chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id] });
  return html`<fieldset class="gates">
    <legend>${t("gates")}</legend>
    ${station.value.gates.map(
      (each, place) => html`<label>
        <input type="checkbox" data-first=${place === 0} checked=${chosen.includes(each.id)} onChange=${() => toggle(each.id)} />${each.label}
      </label>`,
    )}
  </fieldset>`;
}

const gatesOf = (row) =>
  station.value.gates.filter((each) => row?.run.gates?.includes(each.label)).map((each) => each.id);

const texts = (form) =>
  Object.fromEntries(station.value.languages.filter((tag) => form[tag]?.trim()).map((tag) => [tag, form[tag].trim()]));

const none = () => null;
const word = (make) => (form, row) => ({ command: "set", run_id: row.id, word: make(form, row) });

/**
 * Everything, in the order of the buttons; `key` works on the train that is chosen. `fields` stand
 * before the reason, `beside` after it: what is seldom filled in.
 */
export const ORDERS = [
  { id: "a_delay", key: "d", many: true, expires: true, fields: delayFields, beside: reasonFields, make: word((form) => ({ field: "delay", minutes: Number(form.minutes), texts: texts(form) })) },
  { id: "a_unknown", key: "u", many: true, expires: true, fields: unknownFields, make: word((form) => ({ field: "unknown", texts: texts(form) })) },
  { id: "a_platform", key: "p", many: true, expires: true, fields: choices("platforms", "platform"), make: word((form) => ({ field: "platform", platform: form.choice })) },
  { id: "a_track", key: "t", many: true, expires: true, fields: choices("tracks", "track"), make: word((form) => ({ field: "track", track: form.choice })) },
  { id: "a_gates", key: "g", many: true, expires: true, fields: gateFields, make: word((form, row) => ({ field: "gates", gates: form.gates ?? gatesOf(row) })) },
  { id: "a_room", key: "w", many: true, expires: true, fields: choices("waiting_rooms", "room"), make: word((form) => ({ field: "waiting-room", waiting_room: form.choice })) },
  { id: "a_open", key: "o", many: true, expires: true, fields: none, make: word(() => ({ field: "check-in", is_open: true })) },
  { id: "a_close", key: "c", many: true, expires: true, fields: none, make: word(() => ({ field: "check-in", is_open: false })) },
  { id: "a_cancel", key: "x", many: true, expires: false, fields: none, make: word(() => ({ field: "cancelled", cancelled: true })) },
  { id: "a_reinstate", key: "r", many: true, expires: false, fields: none, make: word(() => ({ field: "cancelled", cancelled: false })) },
  { id: "a_hold", key: "m", many: true, expires: true, fields: none, make: (_form, row) => held(row).map((each) => ({ command: "set", run_id: row.id, word: each })) },
  { id: "a_auto", key: "b", many: true, expires: false, fields: none, make: (form, row) => ({ command: "clear", run_id: row.id, field: form.field ?? null }) },
];

/** A copy of what is told now, as a person's words: none of it follows dispatching any more. */
function held({ run, ...row }) {
  const calls = ["arrival", "departure"].filter((each) => run[each] && !run[each].cancelled && !run[each].actual);
  const gates = gatesOf({ run, ...row });
  return [
    ...(run.held ? [{ field: "unknown", texts: run.note ?? {} }] : calls.map((each) => ({ field: each, at: expected(run[each]) }))),
    ...(run.track ? [{ field: "track", track: run.track }] : []),
    ...(gates.length ? [{ field: "gates", gates }] : []),
  ];
}

const HOUR_MS = 3600000;

/**
 * The order to add a train, from its fields. Its first time of day is one of the next 22 hours, or
 * not long ago; its departure is the first such time after the arrival.
 */
export function adding(form, near) {
  const at = (text, middle) => (text ? instantOf(text, middle) : null);
  const role = form.role ?? "INTERMEDIATE";
  const arrival = role === "ORIGIN" ? null : at(form.arrival, near + 10 * HOUR_MS);
  const middle = arrival ? Date.parse(arrival) + 12 * HOUR_MS : near + 10 * HOUR_MS;
  const departure = role === "TERMINUS" ? null : at(form.departure, middle);
  return {
    command: "add",
    arrival_number: form.arrival_number?.trim() || null,
    departure_number: form.departure_number?.trim() || null,
    category: form.category ?? "",
    role,
    origin: form.origin?.trim() ?? "",
    destination: form.destination?.trim() ?? "",
    arrival,
    departure,
    track: form.track || null,
  };
}

/** A time of day: what a browser makes of `type=time` follows its own language, not the station's. */
const CLOCK = { required: true, inputmode: "numeric", placeholder: "HH:MM", pattern: "([01]\\d|2[0-3]):[0-5]\\d", maxlength: 5 };

export function addFields(form, set) {
  const role = form.role ?? "INTERMEDIATE";
  const input = (id, more = {}) => html`<${Field} label=${t(id === "origin" ? "from" : id === "destination" ? "to" : id)} id=${`f-${id}`}>
    <input id=${`f-${id}`} value=${form[id] ?? ""} onInput=${(e) => set({ [id]: e.target.value })} ...${more} />
  <//>`;
  const pick = (id, options) => html`<${Field} label=${t(id)} id=${`f-${id}`}>
    <select id=${`f-${id}`} value=${form[id] ?? (id === "role" ? role : "")} onChange=${(e) => set({ [id]: e.target.value })}>${options}</select>
  <//>`;
  return html`<div class="two">
    ${pick("role", ["INTERMEDIATE", "ORIGIN", "TERMINUS", "PASS"].map((each) => html`<option value=${each} selected=${each === role}>${t(each)}</option>`))}
    ${pick("category", [html`<option value="">—</option>`, ...station.value.categories.map((each) => html`<option value=${each.id}>${each.id} ${named(each.names)}</option>`)])}
    ${role !== "ORIGIN" && input("arrival_number", { "data-first": true, maxlength: 12, required: role === "TERMINUS" })}
    ${role !== "TERMINUS" && input("departure_number", { maxlength: 12, required: true })}
    ${input("origin", { required: true, maxlength: 40 })} ${input("destination", { required: true, maxlength: 40 })}
    ${role !== "ORIGIN" && html`<${Field} label=${t("planned_arrival")} id="f-arr"><input id="f-arr" ...${CLOCK} value=${form.arrival ?? ""} onInput=${(e) => set({ arrival: e.target.value })} /><//>`}
    ${role !== "TERMINUS" && html`<${Field} label=${t("planned_departure")} id="f-dep"><input id="f-dep" ...${CLOCK} value=${form.departure ?? ""} onInput=${(e) => set({ departure: e.target.value })} /><//>`}
    ${pick("track", [html`<option value="">—</option>`, ...station.value.tracks.map((each) => html`<option value=${each.id}>${each.label}</option>`)])}
  </div>`;
}
