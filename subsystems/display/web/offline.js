// @ts-check
/**
 * Keeps the page's own files for a reload without a server.
 *
 * Law: it only stores what the server has just given; see sw.js.
 */

const CACHE = "station-display";
const FILES = [
  ...["board.css", "board.js", "hero.js", "kit/clock.js", "kit/stream.js", "layout.js", "led.js", "notes.js"],
  ...["notices.js", "offline.js"],
  ...["select.js", "store.js", "table.js"],
  "fonts/fusion-pixel-12px-monospaced-sc.woff2",
];

/** @returns {Promise<void>} */
export async function keep() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(workerUrl("/sw.js"));
    const cache = await caches.open(CACHE);
    await cache.addAll([location.pathname, ...FILES.map((name) => `/web/${name}`)]);
    document.documentElement.dataset.offline = "ready";
  } catch (error) {
    console.warn("a reload without the server will not work:", error);
  }
}

/**
 * @param {string} url
 * @returns {any} `url` as the strict content policy wants it
 */
function workerUrl(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url;
  return types.createPolicy("display", { createScriptURL: (/** @type {string} */ u) => u }).createScriptURL(url);
}
