// Law: the one stream of this browser, however many windows are open. It holds all rows, gives them
// to a window that comes, and passes on what changes. It draws nothing and judges nothing.

/** What the hub sends besides rows; the last of each is kept for a window that comes later. */
const EVENTS = ["snapshot", "patch", "standing", "presence", "state", "alarms-all", "alarms", "scenarios", "diagram", "beat"];

const ports = new Set();
const rows = new Map();
const last = {};
let source = null;
let up = false;
let heardAt = 0;
let wanted = false;
let again = 0;

const SILENT_MS = 15000; // three heartbeats

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function standing(isUp) {
  up = isUp;
  tell({ name: "link", data: { up, heardAt } });
}

/** A window that comes later gets all alarms as they are then. */
function merge(said) {
  const changed = new Set([...(said.left ?? []), ...said.alarms.map((each) => each.condition.key)]);
  const kept = (last["alarms-all"]?.alarms ?? []).filter((each) => !changed.has(each.condition.key));
  last["alarms-all"] = { ...said, left: [], alarms: [...kept, ...said.alarms] };
}

function take(name, data) {
  if (name === "snapshot") {
    rows.clear();
    for (const row of data.rows) rows.set(row.id, row);
  } else if (name === "patch") {
    for (const row of data.rows) rows.set(row.id, row);
    for (const id of data.gone) rows.delete(id);
  } else if (name === "alarms") merge(data);
  else if (name !== "diagram") last[name] = data;
  tell({ name, data });
}

function begin() {
  wanted = true;
  clearTimeout(again);
  if (source && source.readyState !== 2) return;
  source = new EventSource("/api/v1/live");
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      heardAt = Date.now();
      if (!up) standing(true);
      take(name, JSON.parse(event.data));
    });
  }
  source.onerror = () => {
    if (up) standing(false);
    if (source.readyState === 2 && wanted) {
      // It gave up: not let in, or a server that is gone.
      tell({ name: "refused", data: null });
      again = setTimeout(begin, 3000);
    }
  };
}

function end() {
  wanted = false;
  clearTimeout(again);
  source?.close();
  source = null;
  rows.clear();
  standing(false);
}

setInterval(() => {
  if (wanted && up && Date.now() - heardAt > SILENT_MS) {
    standing(false);
    source?.close();
    source = null;
    begin();
  }
}, 2000);

function welcome(port) {
  ports.add(port);
  port.onmessage = ({ data }) => {
    if (data === "begin") {
      begin();
      port.postMessage({ name: "link", data: { up, heardAt } });
      if (rows.size) port.postMessage({ name: "snapshot", data: { rows: [...rows.values()] } });
      for (const [name, value] of Object.entries(last)) port.postMessage({ name, data: value });
    } else if (data === "end") end();
    else if (data === "gone") ports.delete(port);
  };
  port.start?.();
}

self.onconnect = (event) => welcome(event.ports[0]);
if (typeof SharedWorkerGlobalScope === "undefined") welcome(self);
