// @ts-check
// The database past the vault: what anybody who got at it could read, and change.

import { ROWS, change, settled } from "../host/kept.js";

/** @import { Row } from "vaultlet" */
/** @import { Vaults } from "../host/vault.js" */

/** All rows. @returns {Promise<Row[]>} */
export async function allRows() {
  // The vault's store has made it before.
  const opening = indexedDB.open(ROWS);
  // Another tab may have wiped it since, and an empty one would be in the store's way.
  let isThere = true;
  opening.onupgradeneeded = () => {
    isThere = false;
    opening.transaction?.abort();
  };
  const database = await settled(opening).catch((error) => {
    if (isThere) throw error;
  });
  if (database === undefined) return [];
  try {
    return await settled(database.transaction("rows").objectStore("rows").getAll());
  } finally {
    database.close();
  }
}

/**
 * Alters a byte, or puts it back. The version stays, as with an intruder, who does not care for it.
 * @param {Vaults["store"]} store
 * @param {Row} row
 * @param {number} at
 */
export async function flipByte(store, row, at) {
  const sealed = row.sealed.map((byte, index) => (index === at ? byte ^ 0xff : byte));
  const written = await store.write([{ key: row.key, expect: row.version, row: { ...row, sealed } }]);
  if (!written) return;
  await change("altered", ({ [row.key]: before, ...others }) => {
    return before === undefined ? { ...others, [row.key]: at } : others;
  });
}
