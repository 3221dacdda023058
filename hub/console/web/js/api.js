// Law: the one place that speaks to the API. It shows the page's token with each command, and turns
// an answer that is none into an `ApiError`; nothing else here knows of trains.

import { signal } from "../vendor/preact-htm-signals.js";

export const ROOT = "/api/v1";
/** Who is logged in; undefined: not known yet, null: nobody. */
export const me = signal(undefined);

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.error ?? String(status));
    this.status = status;
    this.code = body?.code ?? "";
    this.wait = body?.wait_s ?? 0;
    this.body = body;
  }
}

const PATIENCE_MS = 20000;
/** Many commands are done one after another. */
export const LONG_MS = 180000;

async function ask(method, path, body, patience = PATIENCE_MS) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST" && me.value) headers["X-Page-Token"] = me.value.page_token;
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new ApiError(0, { error: "集成平台没有应答 · the hub does not answer", code: "no-answer" });
  }
  const value = await answer.json().catch(() => null);
  if (answer.ok || (answer.status === 409 && value?.answer)) return value;
  if (answer.status === 401 && path !== "/session") me.value = null;
  throw new ApiError(answer.status, value);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}, patience = PATIENCE_MS) => ask("POST", path, body, patience);
export const may = (permission) => me.value?.may.includes(permission) ?? false;

export async function whoAmI() {
  me.value = await get("/session");
}

export async function logIn(name, password) {
  me.value = await post("/session", { name, password });
}

export async function logOut() {
  await post("/session/end").catch(() => undefined);
  me.value = null;
}

export const commandId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
