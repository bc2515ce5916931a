// @ts-check
// Opens the two vaults of this page over one store: the one that the visitor calls, which is watched, and one that
// looks at the rows for a caller who may see everything.

import { openVault } from "vaultlet";
import { indexedDbStore } from "vaultlet/store/indexeddb";

import { collections } from "./collections.js";
import { ROWS, read } from "./kept.js";
import { losingReplies } from "./losing-replies.js";
import { policy } from "./policy.js";
import { watched } from "./watched.js";

/** @import { Watcher } from "./watched.js" */

/** @param {Watcher} watcher */
export async function openVaults(watcher) {
  const keys = await read("keys");
  const store = indexedDbStore({ name: ROWS });
  await store.migrate();
  const line = losingReplies(store);
  const vault = await openVault({ keys, collections, ...watched({ store: line, policy, audit: () => {} }, watcher) });

  /** The rows that the last read found. @type {string[]} */
  let found = [];
  const watchfulStore = {
    /** @param {import("vaultlet").Query} query */
    async read(query) {
      const rows = await store.read(query);
      found = rows.map(({ key }) => key);
      return rows;
    },
  };
  const inspector = await openVault({ keys, collections, store: watchfulStore, policy: () => ({ allow: true }) });
  return {
    vault,
    store,
    line,
    inspector: inspector.as("the page").tokens,
    lastFound: () => found,
  };
}

/** @typedef {Awaited<ReturnType<typeof openVaults>>} Vaults */
