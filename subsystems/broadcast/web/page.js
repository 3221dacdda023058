// @ts-check
/**
 * What all pages share: words, the honest line, the clock, asking and commanding, signing in.
 *
 * Law: a page says when it has lost its server, and commands nothing then. Without a PIN it says
 * that it is open to everybody.
 */

import { by, field, make, own, setText, t, tongues, worded } from "./dom.js";
import { clock, hear, now, setZone } from "./time.js";
import { Stream } from "./kit/stream.js";

/** @type {any} what the server says once */
export let frame = null;
let lost = false;
/** @type {any} */
let line = null;
/** @type {?(() => void)} */
let signedIn = null;

/** @param {string} path @returns {Promise<any>} */
export async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  return await read(answer);
}

/** @param {Response} answer */
async function read(answer) {
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.where ? `${value.where}: ${value.error}` : value.error);
  return value;
}

/**
 * Command something; asks for the PIN where one is needed.
 * @param {string} path @param {any} value JSON, or a Blob
 * @returns {Promise<any>}
 */
export async function command(path, value) {
  if (!frame.open && !frame.signed_in) await signIn();
  const blob = value instanceof Blob;
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": blob ? value.type : "application/json" },
    body: blob ? value : JSON.stringify(value),
  });
  if (answer.status === 403 && !frame.open) frame.signed_in = false;
  return await read(answer);
}

/**
 * Do something and say what came of it beside the button.
 * @param {HTMLElement} place @param {() => Promise<string>} act
 */
export async function answered(place, act) {
  place.className = "";
  setText(place, "…");
  try {
    setText(place, await act());
  } catch (error) {
    place.className = "bad";
    setText(place, lost ? t("server_lost") : error instanceof Error ? error.message : String(error));
  }
}

/** @returns {Promise<void>} fires when somebody has signed in */
function signIn() {
  const dialog = /** @type {HTMLDialogElement} */ (by("login"));
  setText(by("login-answer"), "");
  field("pin").value = "";
  dialog.showModal();
  return new Promise((done, fail) => {
    signedIn = done;
    by("login-cancel").onclick = () => {
      dialog.close();
      fail(new Error(t("not_signed_in")));
    };
  });
}

/** @param {SubmitEvent} event */
async function sendPin(event) {
  event.preventDefault();
  await answered(by("login-answer"), async () => {
    const pin = field("pin").value;
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ pin }) };
    await read(await fetch("/api/login", sent));
    frame.signed_in = true;
    /** @type {HTMLDialogElement} */ (by("login")).close();
    signedIn?.();
    drawSign();
    return "";
  });
}

function drawSign() {
  const sign = by("sign");
  sign.hidden = frame.open;
  setText(sign, t(frame.signed_in ? "sign_out" : "sign_in"));
  sign.onclick = async () => {
    if (!frame.signed_in) {
      await signIn().catch(() => {});
      return;
    }
    await fetch("/api/login", { method: "POST", headers: { "content-type": "application/json" }, body: '{"pin": ""}' });
    frame.signed_in = false;
    drawSign();
  };
}

function drawLine() {
  const place = by("line");
  const parts = lost ? [t("server_lost")] : line === null ? [] : [own(line.text)];
  if (frame.open) parts.push(t("open_to_all"));
  setText(place, parts.join(" · "));
  place.dataset.tone = lost ? "bad" : (line?.tone ?? "good");
}

/** @returns {string} the language of the page */
function tongue() {
  const wanted = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("tongue");
  const known = Object.keys(frame.words);
  if (wanted !== null && known.includes(wanted)) return wanted;
  return known.includes(frame.languages[0]) ? frame.languages[0] : known[0];
}

/** @param {(data: any) => void} [onState] @param {(voice: any) => void} [onVoice] @param {() => void} [draw] */
export async function begin(onState = () => {}, onVoice = () => {}, draw = () => {}) {
  frame = await ask("/api/frame");
  setZone(frame.zone);
  hear(frame.now, frame.rate);
  tongues.words = frame.words;
  const select = /** @type {HTMLSelectElement} */ (by("tongue"));
  select.replaceChildren(...Object.keys(frame.words).map((tag) => make("option", { value: tag, lang: tag }, frame.words[tag].itself)));
  const whole = () => {
    tongues.tongue = tongue();
    select.value = tongues.tongue;
    document.documentElement.lang = tongues.tongue;
    worded();
    const page = document.documentElement.dataset.page ?? "";
    document.title = `${t(page)} · ${t("title")} · ${own(frame.station)}`;
    setText(by("station"), own(frame.station));
    for (const link of document.querySelectorAll("nav a")) {
      if (/** @type {HTMLElement} */ (link).dataset.page === page) link.setAttribute("aria-current", "page");
    }
    drawSign();
    drawLine();
    draw();
  };
  select.onchange = () => {
    localStorage.setItem("tongue", select.value);
    history.replaceState(null, "", location.pathname);
    whole();
  };
  by("login-form").addEventListener("submit", (event) => sendPin(/** @type {SubmitEvent} */ (event)));
  whole();
  setInterval(() => setText(by("clock"), clock(now(), true)), 250);
  const take = (/** @type {string} */ kind, /** @type {any} */ data) => {
    lost = false;
    if (kind === "voice") return onVoice(data);
    hear(data.now, data.rate);
    line = data.line;
    drawLine();
    if (kind === "state") onState(data);
  };
  new Stream("/events", ["state", "voice", "beat"], take, () => {
    lost = true;
    drawLine();
  }).start();
  document.documentElement.dataset.ready = "yes";
}

/** @param {string} id @returns {string} what a zone is called */
export const zoneName = (id) => own(frame.zones.find((/** @type {any} */ zone) => zone.id === id)?.names) || id;

/** @param {string[]} ids */
export const zoneNames = (ids) =>
  ids.length === frame.zones.length && ids.length > 1 ? t("everywhere") : ids.map(zoneName).join(t("comma"));

/** @param {string} kind */
export const kindName = (kind) => t(`kind_${kind.replaceAll("-", "_")}`);

/**
 * Play a sound of the server.
 * @param {Record<string, string>} which by `sha256`, or by the `id` of a record
 * @param {string} id of the audio element
 */
export async function play(which, id) {
  const audio = /** @type {HTMLAudioElement} */ (by(id));
  audio.hidden = false;
  audio.src = `/clip?${new URLSearchParams(which)}`;
  await audio.play();
}
