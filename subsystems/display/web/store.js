// @ts-check
/**
 * What survives a reload without a server: the board's document and the time, in IndexedDB.
 *
 * Law: a page without storage (private mode, full disk) works all the same; failures are told once
 * in the console and change nothing.
 *
 * @typedef {{document: any, confirmedUntil: ?number, heard: number,
 *   clock: {station: number, wall: number, rate: number}}} Saved
 */

const NAME = "station-display";
const TABLE = "boards";

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(table: IDBObjectStore) => IDBRequest} ask
 * @returns {Promise<any>}
 */
async function ask(mode, ask) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = ask(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

let told = false;
/** @param {unknown} error */
function tell(error) {
  if (!told) console.warn("nothing can be kept for a reload without the server:", error);
  told = true;
}

/** @param {string} board @param {Saved} saved */
export async function save(board, saved) {
  try {
    await ask("readwrite", (table) => table.put(saved, board));
  } catch (error) {
    tell(error);
  }
}

/** @param {string} board @returns {Promise<?Saved>} */
export async function load(board) {
  try {
    return (await ask("readonly", (table) => table.get(board))) ?? null;
  } catch (error) {
    tell(error);
    return null;
  }
}
