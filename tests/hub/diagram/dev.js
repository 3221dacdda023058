// Stands for the console's frame: how to ask, how to hear; see hub/console/web/diagram/page.js.
import { mount } from "/web/diagram/page.js";

const asked = new URLSearchParams(location.search);

async function answer(response) {
  const said = await response.json();
  if (!response.ok) throw new Error(said.error ?? response.status);
  return said;
}

const api = {
  get: async (path) => answer(await fetch(`/api/v1/${path}`)),
  post: async (path, body) =>
    answer(await fetch(`/api/v1/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })),
};

const source = new EventSource("/live");
const live = {
  on(name, take) {
    const event = { up: "open", down: "error" }[name] ?? name;
    const heard = (e) => take(e.data === undefined ? null : JSON.parse(e.data));
    source.addEventListener(event, heard);
    return () => source.removeEventListener(event, heard);
  },
};

const main = document.getElementById("diagram");
const diagram = mount(main, {
  api, live,
  open: (run) => { main.dataset.opened = run; },
  language: asked.get("language") ?? "zh",
  theme: asked.get("theme") ?? "light",
  view: asked.get("view") ?? "diagram",
});
window.diagram = diagram;
main.dataset.mounted = "true";
