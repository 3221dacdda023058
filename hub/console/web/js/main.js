// Law: begins the console: who is there, what the station is, then the stream. Nothing else.

import "./past.js";
import { effect, html, render, useEffect, useErrorBoundary, useState } from "../vendor/preact-htm-signals.js";
import { get, me, whoAmI } from "./api.js";
import { station } from "./format.js";
import * as live from "./live.js";
import { Login } from "./login.js";
import { Shell } from "./shell.js";
import { language, t } from "./words.js";

async function enter() {
  const found = await get("/station");
  live.setClock(found);
  station.value = found;
  live.begin(() => whoAmI().catch(() => undefined));
}

function App() {
  const [said, say] = useState("");
  const [error] = useErrorBoundary();
  useEffect(() => {
    whoAmI().catch((failed) => say(failed.message));
  }, []);
  useEffect(() => {
    if (me.value) enter().catch((failed) => say(failed.message));
    else if (me.value === null) live.end();
  }, [me.value?.name]);
  if (error) return html`<main class="login"><p role="alert">${String(error)}</p></main>`;
  if (me.value === null) return html`<${Login} />`;
  if (me.value && station.value) return html`<${Shell} />`;
  return html`<main class="login"><p role="status">${said || t("loading")}</p></main>`;
}

effect(() => {
  const preferences = me.value?.preferences;
  if (preferences) language.value = preferences.language;
  document.documentElement.dataset.theme = preferences?.theme ?? "system";
});
effect(() => {
  document.documentElement.lang = language.value === "en" ? "en" : "zh-CN";
  document.title = `${station.value ? Object.values(station.value.names)[language.value === "en" ? 1 : 0] ?? "" : ""} ${t("console")}`.trim();
});

render(html`<${App} />`, document.getElementById("app"));
