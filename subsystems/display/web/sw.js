// @ts-check
/**
 * Service worker: a reload while the display process is dead still gives the page.
 *
 * Law: the network first, always; what is kept is only for when there is none. The page itself puts
 * its files here (offline.js); data never goes through this cache.
 */
const CACHE = "station-display";
const PATIENCE_MS = 3000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const page = event.request.mode === "navigate";
  const file = url.pathname.startsWith("/web/");
  if (event.request.method === "GET" && url.origin === self.location.origin && (page || file)) {
    event.respondWith(answer(event.request));
  }
});

/** @param {Request} request */
async function answer(request) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(request, { signal });
    if (response.status < 500) return response;
  } catch {
    // No server: what is kept is the answer.
  }
  const kept = await caches.match(request, { ignoreSearch: true });
  return kept ?? Response.error();
}
