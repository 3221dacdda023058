// @ts-check
/**
 * Keeps the page's own files, and its words, for a reload without a server.
 *
 * Law: trains are never kept: what is shown of them comes from the server or is already on the page.
 */

const WORDS = "station-query-frame";

/** @returns {Promise<void>} */
export async function keepFiles() {
  if (!("serviceWorker" in navigator)) return;
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const url = types
    ? types.createPolicy("query", { createScriptURL: () => "/sw.js" }).createScriptURL("")
    : "/sw.js";
  try {
    await navigator.serviceWorker.register(url);
    await navigator.serviceWorker.ready;
    document.documentElement.dataset.offline = "ready";
  } catch (error) {
    console.warn("a reload without the server will not work:", error);
  }
}

/** @param {any} frame */
export function keepFrame(frame) {
  localStorage.setItem(WORDS, JSON.stringify(frame));
}

/** @returns {any} */
export function keptFrame() {
  return JSON.parse(localStorage.getItem(WORDS) ?? "null");
}
