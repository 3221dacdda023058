// Law: puts the track diagram into the frame: gives it the API and the stream, and takes it away.

import { mount } from "../../diagram/page.js";
import { html, useEffect, useRef } from "../../vendor/preact-htm-signals.js";
import { get, me, post } from "../api.js";
import { on } from "../live.js";
import { language } from "../words.js";

const asked = (path) => (path.startsWith("/") ? path : `/${path}`);
const api = { get: (path) => get(asked(path)), post: (path, body) => post(asked(path), body) };
const open = (run) => (location.hash = `#/trains/${encodeURIComponent(run)}`);

function themeNow() {
  const wanted = me.value?.preferences.theme ?? "system";
  if (wanted !== "system") return wanted;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function Diagram() {
  const place = useRef(null);
  useEffect(() => {
    const page = mount(place.current, { api, live: { on }, open, language: language.value, theme: themeNow() });
    return () => page.destroy();
  }, [language.value, me.value?.preferences.theme]);
  return html`<div class="diagram" ref=${place}></div>`;
}
