// Law: what the hub tells, as signals: the pages read these and nothing else tells them of trains.
// A patch touches the rows that it names; who draws compares rows by identity.

import { batch, computed, signal } from "../vendor/preact-htm-signals.js";

export const rows = signal(new Map());
export const standing = signal({ conflicts: {}, outdated: {} });
export const presence = signal([]);
export const hub = signal({ leads: true, mode: null, hub: {} });
export const link = signal({ up: false, heardAt: 0 });
export const ready = signal(false);
/** Milliseconds of station time, renewed each second. */
export const now = signal(Date.now());
/** The minute of that: what is drawn by the minute reads this. */
export const minute = computed(() => Math.floor(now.value / 60000));

const others = {};
/** The last event called `name`, for what has no signal above; null until one came. */
export const event = (name) => (others[name] ??= signal(null));

const hearers = new Map();
/** Call `take` with each event called `name`, and with `up` and `down` of the stream; returns off. */
export function on(name, take) {
  if (!hearers.has(name)) hearers.set(name, new Set());
  hearers.get(name).add(take);
  return () => hearers.get(name).delete(take);
}
const call = (name, data) => hearers.get(name)?.forEach((take) => take(data));

let clock = { station: Date.now(), real: performance.now(), rate: 1 };
let port = null;

export const stationMs = () =>
  clock.station + (performance.now() - clock.real) * clock.rate;

export const conflictsOf = (id) => standing.value.conflicts[id] ?? [];
export const editorsOf = (id, mine) =>
  presence.value.filter((each) => each.run_id === id && each.who !== mine).map((each) => each.who);
export const count = computed(() => rows.value.size);

/** What the hub leaves out is what it is by default. */
function whole(row) {
  row.run.timeline ??= {};
  return row;
}

const TAKE = {
  snapshot(data) {
    rows.value = new Map(data.rows.map((row) => [row.id, whole(row)]));
    ready.value = true;
  },
  patch(data) {
    const next = new Map(rows.value);
    for (const row of data.rows) next.set(row.id, whole(row));
    for (const id of data.gone) next.delete(id);
    rows.value = next;
  },
  standing: (data) => (standing.value = data),
  presence: (data) => (presence.value = data),
  state: (data) => (hub.value = data),
  link: (data) => (link.value = data),
  beat: setClock,
};

/** Station time is `given.now` at this moment, and runs `given.rate` times as fast as real time. */
export function setClock(given) {
  clock = { station: Date.parse(given.now), real: performance.now(), rate: given.rate };
  now.value = stationMs();
}

/** Take an event called `name`. */
export function take(name, data) {
  call(name, data);
  batch(() => (TAKE[name] ? TAKE[name](data) : (event(name).value = data)));
}

/** Begin to listen; `refused` is called when this browser is no longer let in. */
export function begin(refused) {
  if (port) return;
  port = open();
  port.onmessage = ({ data }) => {
    if (data.name === "link" && data.data.up !== link.value.up) call(data.data.up ? "up" : "down");
    if (data.name === "refused") refused();
    else take(data.name, data.data);
  };
  port.postMessage("begin");
  window.addEventListener("pagehide", () => port?.postMessage("gone"));
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

export function end() {
  port?.postMessage("end");
  port = null;
  rows.value = new Map();
  ready.value = false;
}

/** The content policy lets a worker begin only through a policy that knows this one address. */
function open() {
  const address = new URL("live_worker.js", import.meta.url).href;
  const only = (asked) => {
    if (asked !== address) throw new TypeError("no other worker");
    return asked;
  };
  const policy = window.trustedTypes?.createPolicy("station-worker", { createScriptURL: only });
  const url = policy ? policy.createScriptURL(address) : address;
  if (window.SharedWorker) return new SharedWorker(url, { name: "station-live" }).port;
  return new Worker(url);
}

setInterval(() => (now.value = stationMs()), 1000);
