// @ts-check
/**
 * Service worker: a reload while the server is gone still gives the terminal.
 *
 * Law: the network first, always; only the page's own files are kept, never a notice.
 */
const CACHE = "staff-notices";
const NAMES = ["alone", "dom", "frame", "kit/clock", "kit/stream", "offline", "overview", "post", "queue", "rows", "sound", "store", "tools"];
const FILES = ["/", ...NAMES.map((name) => `/web/${name}.js`), "/web/notices.css", "/web/icon.svg"];
const PATIENCE_MS = 3000;
const PAGES = /^\/(post\/[a-z0-9.-]+)?$/;
const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  worker.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method === "GET" && (PAGES.test(path) || path.startsWith("/web/"))) {
    event.respondWith(answer(event.request));
  }
});

/** @param {Request} request */
async function answer(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.ok) (await caches.open(CACHE)).put(request, response.clone());
    return response;
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
