// @ts-check
/**
 * The terminal of a post.
 *
 * Law: wiring. What holds is decided by `alone.present`; a signature is on this disk before it is
 * shown as given, and counts when the server has answered.
 */
import { isOpen, present } from "./alone.js";
import { button, by, keyed, make, mark, say, setText } from "./dom.js";
import { clock, newId, postName, shared, timeText, told, word } from "./frame.js";
import { keepFiles } from "./offline.js";
import { post as send, Queue } from "./queue.js";
import { row } from "./rows.js";
import { Store } from "./store.js";
import { adopt, begin, drawLine, drawTools, sound } from "./tools.js";

const HERE_EVERY_MS = 5000;
const SAVE_EVERY_MS = 5000;
const CLOCK_WRONG_MS = 5000;
const POST = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const TERMINAL = terminalName();
const store = new Store();
/** @type {Queue} */
let queue;
/** @type {any[]} */
let held = [];
/** @type {any[]} */
let coming = [];
/** @type {?{id: string, person: string}} */
let session = null;
let tab = "open";
/** @type {Set<string>} ids of what was open when we last looked */
let known = new Set();
let looked = false;
/** @type {{key: string, text: () => string, close?: () => void}[]} */
let warnings = [];

function terminalName() {
  const KEY = "staff-notices-terminal";
  const asked = new URLSearchParams(location.search).get("terminal");
  const name = asked ?? localStorage.getItem(KEY) ?? `t-${newId().slice(0, 6)}`;
  const clean = name.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 40) || "t";
  localStorage.setItem(KEY, clean);
  return clean;
}

/** @param {string} kind @param {any} data */
function took(kind, data) {
  if (kind === "frame") store.put(`frame ${POST}`, data);
  if (kind === "held") {
    held = data.items;
    store.put(`held ${POST}`, held);
  }
  if (kind === "coming") {
    coming = data.items;
    store.put(`coming ${POST}`, coming);
  }
  draw();
}

/** @param {boolean} first @param {boolean} back @param {number} skew station ms */
function heard(first, back, skew) {
  store.put(`until ${POST}`, shared.status.confirmed_until);
  if (back) {
    queue.skew = skew;
    if (Math.abs(skew) > CLOCK_WRONG_MS * Math.max(1, clock.rate)) {
      const seconds = Math.round(skew / 1000 / clock.rate);
      warn("clock", () => word("clock_wrong", { seconds }));
    }
  }
  if (first || back) here();
  queue.deliver();
}

function lost() {
  queue.entries.forEach((entry) => { entry.alone = true; });
}

function draw() {
  if (shared.frame === null || !clock.known) return;
  const now = clock.now();
  const signed = (/** @type {string} */ id) => {
    const entry = queue.of(id);
    return entry && { person: entry.person ?? "", at: entry.body.at };
  };
  const confirmedUntil = shared.status?.confirmed_until ?? keptUntil;
  const shown = present(held, coming, signed, { now, alone: shared.alone !== null, confirmedUntil });
  setText(by("post"), postName(POST));
  setText(by("station"), told(shared.frame.station));
  document.title = `${shown.open.length ? `(${shown.open.length}) ` : ""}${postName(POST)} · ${word("title")}`;
  drawTabs(shown);
  drawList(shown, now);
  drawFoot();
  news(shown.open);
}

/** @param {{open: any[], coming: any[], done: any[]}} shown */
function drawTabs(shown) {
  const late = shown.open.some((item) => item.status !== "ISSUED");
  const names = /** @type {[string, string, number][]} */ ([
    ["open", word("to_sign"), shown.open.length],
    ["coming", word("coming"), shown.coming.length],
    ["done", word("done"), shown.done.length],
  ]);
  const text = JSON.stringify([names, tab, late, shared.language]);
  const tabs = by("tabs");
  if (tabs.dataset.text === text) return;
  tabs.dataset.text = text;
  tabs.setAttribute("aria-label", word("title"));
  const focused = /** @type {?HTMLElement} */ (document.activeElement)?.dataset.tab;
  tabs.replaceChildren(
    ...names.map(([name, label, count]) =>
      make("button", {
        type: "button", "data-tab": name, "aria-current": name === tab ? "true" : null,
        "data-late": name === "open" && late ? "" : null,
        onclick: () => { tab = name; draw(); },
      }, label, " ", make("b", { text: String(count) }))),
    shown.open.length > 1 && tab === "open"
      ? button(word("sign_all", { count: shown.open.length }), () => signAll(shown.open), { class: "all" })
      : make("span", { class: "all" }),
  );
  if (focused) /** @type {?HTMLElement} */ (tabs.querySelector(`[data-tab=${focused}]`))?.focus();
}

/** @param {{open: any[], coming: any[], done: any[]}} shown @param {number} now */
function drawList(shown, now) {
  const items = /** @type {any} */ (shown)[tab];
  const list = by("list");
  list.dataset.shown = tab;
  if (items.length === 0) {
    const text = word(tab === "open" ? "none" : `none_${tab}`);
    keyed(list, [{ key: "empty", text: text + tab, draw: () => make("p", { class: "empty" }, mark(tab === "open" ? "✓" : "–"), " ", text) }]);
    return;
  }
  keyed(list, items.map((/** @type {any} */ item) => row(item, { sign: tab === "open" ? (item) => sign([item]) : null, now })));
}

function drawFoot() {
  const text = queue.waiting > 0 ? word("queued", { count: queue.waiting }) : "";
  setText(by("queue"), text);
  by("queue").hidden = text === "";
  const all = [...warnings];
  if (!store.kept) all.unshift({ key: "store", text: () => word("no_store") });
  keyed(by("warnings"), all.map(({ key, text, close }) => ({
    key,
    text: text() + shared.language,
    draw: () => make("p", { class: "warning", role: "alert" }, make("span", {}, mark("⚠"), ` ${text()}`),
      close ? button(word("understood"), close) : null),
  })));
}

/** @param {any[]} open */
function news(open) {
  const ids = new Set(open.map((item) => item.id));
  const fresh = open.filter((item) => !known.has(item.id));
  known = ids;
  if (fresh.length > 0 && looked) {
    const first = fresh.slice(0, 3).map((item) => `${item.number} ${word(item.moment)} ${told(item.track)}`);
    say(`${word("new_notices", { count: fresh.length })}: ${first.join(", ")}`);
    sound.news();
  } else if (open.some((item) => item.status !== "ISSUED")) sound.overdue();
  looked = true;
}

/** @param {string} key @param {() => string} text */
function warn(key, text) {
  const close = () => {
    warnings = warnings.filter((each) => each.key !== key);
    draw();
  };
  warnings = [...warnings.filter((each) => each.key !== key), { key, text, close }];
  draw();
}

// -- signing ----------------------------------------------------------------------------------

/** @param {any[]} items */
async function sign(items) {
  if (session === null) {
    signOn(() => sign(items));
    return;
  }
  for (const item of items.filter(isOpen)) {
    if (queue.of(item.id)) continue;
    const body = { id: newId(), notice: item.id, digest: item.digest, session: session.id, at: clock.now() };
    await queue.add({ kind: "sign", post: POST, alone: shared.alone !== null, person: session.person, body, item: { number: item.number, moment: item.moment } });
  }
  say(word("status_acknowledged"));
  if (shared.alone === null) queue.deliver();
}

/** @param {any[]} items */
function signAll(items) {
  if (session === null) {
    signOn(() => signAll(items));
    return;
  }
  ask(word("sign_all_sure", { count: items.length }), items.map((item) => `${item.number} ${word(item.moment)}`).join(" · "), [
    { label: word("sign_all", { count: items.length }), act: () => sign(items), strong: true },
  ]);
}

/** @param {string} title @param {string} text @param {{label: string, act: () => void, strong?: boolean}[]} choices */
function ask(title, text, choices) {
  const dialog = /** @type {HTMLDialogElement} */ (by("dialog"));
  dialog.replaceChildren(
    make("h2", { id: "dialog-title", text: title }),
    ...(text ? [make("p", { class: "long", tabindex: "0", text })] : []),
    make("div", { class: "choices" },
      button(word("cancel"), () => dialog.close()),
      ...choices.map(({ label, act, strong }) => button(label, () => { dialog.close(); act(); }, { class: strong ? "strong" : null }))),
  );
  dialog.showModal();
}

/** @param {() => void} [then] */
function signOn(then) {
  const { pins } = shared.frame;
  const dialog = /** @type {HTMLDialogElement} */ (by("dialog"));
  const name = make("input", { id: "person", name: "person", maxlength: "40", autocomplete: "off", required: true });
  const pin = make("input", { id: "pin", name: "pin", type: "password", inputmode: "numeric", maxlength: "32", autocomplete: "off", required: true });
  const wrong = make("p", { class: "wrong", role: "alert" });
  const field = (/** @type {HTMLElement} */ input, /** @type {string} */ label) => make("label", {}, make("span", { text: label }), input);
  const form = make("form", { method: "dialog", onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    const person = /** @type {HTMLInputElement} */ (name).value.trim().replace(/\s+/g, " ");
    if (!person) return;
    const why = await enter(person, /** @type {HTMLInputElement} */ (pin).value);
    if (why) {
      wrong.textContent = why;
      return;
    }
    dialog.close();
    drawTools();
    then?.();
  } },
    make("h2", { id: "dialog-title", text: word("sign_on") }),
    make("p", { text: word("sign_on_text") }),
    field(name, word(pins ? "number_label" : "person")),
    ...(pins ? [field(pin, word("pin"))] : [make("p", { class: "hint", text: word("no_pins") })]),
    wrong,
    make("div", { class: "choices" }, button(word("cancel"), () => dialog.close()), make("button", { type: "submit", class: "strong", text: word("sign_on") })),
  );
  dialog.replaceChildren(form);
  dialog.showModal();
  name.focus();
}

/** @param {string} person @param {string} pin @returns {Promise<string>} why not */
async function enter(person, pin) {
  const body = { session: newId(), post: POST, terminal: TERMINAL, person, pin, at: clock.now() };
  if (shared.frame.pins) {
    const { status, answer } = await send("/sign-on", body);
    if (status === 0 || status >= 500) return word("needs_server");
    if (status === 429 || answer.error === "too-often") return word("too_often");
    if (status >= 400 || answer.error) return word("wrong_pin");
    session = { id: body.session, person: answer.person };
  } else {
    await queue.add({ kind: "sign-on", post: POST, alone: shared.alone !== null, body });
    session = { id: body.session, person };
    if (shared.alone === null) queue.deliver();
  }
  await store.put(`session ${POST}`, session);
  here();
  return "";
}

function signOff() {
  const leaving = session;
  if (leaving === null) return;
  ask(word("sign_off_sure", { person: leaving.person }), "", [{
    label: word("sign_off"),
    strong: true,
    act: async () => {
      session = null;
      await store.put(`session ${POST}`, null);
      await queue.add({ kind: "sign-off", post: POST, alone: shared.alone !== null, body: { session: leaving.id, at: clock.now() } });
      if (shared.alone === null) queue.deliver();
      drawTools();
    },
  }]);
}

/** @returns {import("./tools.js").Tool[]} */
function tools() {
  const text = session === null ? word("sign_on") : word("on_duty", { person: session.person });
  const set = session === null
    ? { class: "person strong", onclick: () => signOn() }
    : { class: "person", onclick: signOff, title: word("sign_off") };
  return [{ key: "person", text: text + (session?.id ?? ""), draw: () =>
    make("button", { type: "button", ...set }, mark(session === null ? "☺" : "☻"), ` ${text}`) }];
}

// -- what becomes of signatures ---------------------------------------------------------------

/** @param {import("./queue.js").Entry} entry @param {string} why @param {string} by */
function refused(entry, why, by) {
  if (entry.kind !== "sign") {
    if (session?.id === entry.body.session) session = null;
    warn(`session ${entry.body.session}`, () => word("conflict_nobody", { number: "", moment: word("sign_on") }));
    drawTools();
    return;
  }
  if (why === "NOBODY" && session?.id === entry.body.session) {
    session = null;
    store.put(`session ${POST}`, null);
    drawTools();
  }
  const key = `conflict_${why.toLowerCase()}`;
  const { number, moment } = entry.item;
  warn(entry.body.id, () => word(key, { number, moment: word(moment), person: by }));
}

async function here() {
  if (shared.alone !== null || !clock.known) return;
  const { status } = await send("/here", {
    terminal: TERMINAL, post: POST, at: clock.now(), queued: queue.waiting, muted: sound.mutedUntil !== null,
  });
  if (status === 200) queue.deliver();
}

/** @type {?number} */
let keptUntil = null;

async function start() {
  await store.open();
  queue = new Queue(store, {
    terminal: TERMINAL,
    changed: draw,
    refused,
    delivered: (count) => warn("delivered", () => word("delivered", { count })),
  });
  await queue.open();
  session = await store.get(`session ${POST}`);
  held = (await store.get(`held ${POST}`)) ?? [];
  coming = (await store.get(`coming ${POST}`)) ?? [];
  keptUntil = await store.get(`until ${POST}`);
  begin(`/post/${encodeURIComponent(POST)}/events`, { draw, heard, lost: restore, took, tools });
  setInterval(here, HERE_EVERY_MS);
  setInterval(() => clock.known && store.put("clock", clock.save()), SAVE_EVERY_MS);
  keepFiles();
}

/** The server is gone, perhaps since before this page was loaded. */
async function restore() {
  lost();
  if (clock.known && shared.frame !== null) return;
  const frame = await store.get(`frame ${POST}`);
  const saved = await store.get("clock");
  if (saved !== null && !clock.known) clock.restore(saved);
  shared.alone = clock.known ? clock.now() : null;
  if (frame !== null && shared.frame === null) adopt(frame);
  drawLine();
  draw();
}

addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const buttons = /** @type {HTMLElement[]} */ (Array.from(document.querySelectorAll("#list button.sign")));
  const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
  if (next && by("list").dataset.shown === "open") {
    next.focus();
    event.preventDefault();
  }
});

start();
