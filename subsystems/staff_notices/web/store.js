// @ts-check
/**
 * What the terminal keeps on its own disk: what it shows, and signatures on their way.
 *
 * Law: a signature is here before anybody sees it as given, and goes only when the server has
 * answered for it. Without a store (a private window) `Store.kept` is false, and the page says so.
 */
const NAME = "staff-notices";

export class Store {
  constructor() {
    /** @type {?IDBDatabase} */
    this.database = null;
    /** @type {Map<string, any>} in place of a database */
    this.memory = new Map();
  }

  get kept() {
    return this.database !== null;
  }

  async open() {
    try {
      this.database = await new Promise((resolve, reject) => {
        const asked = indexedDB.open(NAME, 1);
        asked.onupgradeneeded = () => {
          asked.result.createObjectStore("values");
          asked.result.createObjectStore("queue", { keyPath: "n", autoIncrement: true });
        };
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      await navigator.storage?.persist?.();
    } catch (error) {
      console.info("nothing can be kept:", error);
    }
    return this;
  }

  /** @param {string} table @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} work */
  async ask(table, mode, work) {
    const database = /** @type {IDBDatabase} */ (this.database);
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(table, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(table));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @param {string} key @returns {Promise<any>} null: there is none */
  async get(key) {
    if (!this.database) return this.memory.get(key) ?? null;
    return (await this.ask("values", "readonly", (store) => store.get(key))) ?? null;
  }

  /** @param {string} key @param {any} value */
  async put(key, value) {
    if (!this.database) this.memory.set(key, value);
    else await this.ask("values", "readwrite", (store) => store.put(value, key));
  }

  /** @returns {Promise<any[]>} what is on its way, in its order */
  async queue() {
    if (!this.database) return [];
    return this.ask("queue", "readonly", (store) => store.getAll());
  }

  /** @param {any} entry @returns {Promise<number>} its number */
  async add(entry) {
    if (!this.database) return 0;
    return this.ask("queue", "readwrite", (store) => store.add(entry));
  }

  /** @param {number} n */
  async remove(n) {
    if (this.database) await this.ask("queue", "readwrite", (store) => store.delete(n));
  }
}
