// @ts-check
// What the app around the vault keeps: its keyring, its token IDs. In a database beside the vault's, so that a reload
// loses nothing and tabs share it. A real host keeps its keys elsewhere.

import { generateKeys } from "vaultlet";

/** @import { GeneratedKeys } from "vaultlet" */

const NAME = "vaultlet-demo-app";

/** The vault's rows, by `vaultlet/store/indexeddb`. */
export const ROWS = "vaultlet-demo-rows";

/**
 * @typedef {object} Kept
 * @property {GeneratedKeys} keys
 * @property {string[]} tokens the newest first
 * @property {{ tokenIds: string[], transactionId: string } | null} rotation whose reply was lost
 * @property {Record<string, number>} altered by a row's key, which byte
 */

/** @type {{ [Name in keyof Kept]: () => Kept[Name] }} */
const initial = { keys: generateKeys, tokens: () => [], rotation: () => null, altered: () => ({}) };

/**
 * Changes what is kept under a name, whatever other tabs do meanwhile, and answers what it is then.
 * @template {keyof Kept} Name
 * @param {Name} name
 * @param {(value: Kept[Name]) => Kept[Name]} change
 * @returns {Promise<Kept[Name]>}
 */
export async function change(name, change) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("kept", "readwrite");
      const kept = transaction.objectStore("kept");
      const reading = kept.get(name);
      /** @type {Kept[Name]} */
      let value;
      reading.onsuccess = () => {
        value = change(reading.result ?? initial[name]());
        kept.put(value, name);
      };
      transaction.oncomplete = () => resolve(value);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    // An open connection would hold up the wiping.
    database.close();
  }
}

/**
 * @template {keyof Kept} Name
 * @param {Name} name
 */
export const read = (name) => change(name, (value) => value);

/** Deletes all of it, and the vault's rows. */
export async function wipe() {
  await settled(indexedDB.deleteDatabase(ROWS));
  await settled(indexedDB.deleteDatabase(NAME));
}

function open() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  return settled(opening);
}

/** @template Result @param {IDBRequest<Result>} request @returns {Promise<Result>} */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
