// @ts-check
/**
 * Service worker: a reload while the clock process is dead still gives the page.
 *
 * Law: the network first, always; only the page's own files are kept, never the time.
 */
const CACHE = "station-clock";
const FILES = ["./", "clock.css", "clock.js", "dial.js", "icon.svg", "kit/stream.js", "led.js", "looks.js", "timebase.js"];
const PATIENCE_MS = 3000;
const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  worker.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method === "GET" && !/\/(events|time|health)$/.test(path)) {
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
