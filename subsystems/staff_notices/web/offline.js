// @ts-check
/**
 * Keeps the page's own files for a reload without a server.
 *
 * Law: notices and signatures are the store's; here are files alone. A service worker needs HTTPS
 * or this very machine; without it the page goes on alone, but cannot be loaded anew.
 */
const CACHE = "staff-notices";

/** @returns {Promise<void>} */
export async function keepFiles() {
  if (!("serviceWorker" in navigator)) return;
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const url = types
    ? types.createPolicy("notices", { createScriptURL: () => "/sw.js" }).createScriptURL("")
    : "/sw.js";
  try {
    await navigator.serviceWorker.register(url);
    await navigator.serviceWorker.ready;
    await (await caches.open(CACHE)).add(location.pathname);
    document.documentElement.dataset.offline = "ready";
  } catch (error) {
    console.info("a reload without the server will not work:", error);
  }
}
