// @ts-check
// Loaded before the demo, `?kind` of this module's URL breaks its memory store in one way. `demo.test.js` sees to it
// that the demo notices.

import { memoryStore } from "vaultlet/store/memory";

/** @import { Change, Row } from "vaultlet" */

/** @type {{ write(changes: Change[]): Promise<boolean>, rows(): Row[] }} */
const prototype = Object.getPrototypeOf(memoryStore());
const { write, rows } = prototype;

/** @type {Record<string, () => void>} */
const kinds = {
  "drops-writes"() {
    prototype.write = async () => true;
  },
  "keeps-old-data"() {
    prototype.write = async function (changes) {
      return write.call(this, changes.filter(({ expect }) => expect === null));
    };
  },
  // A transaction's row is the only one without an expiry that may be pruned.
  "forgets-transactions"() {
    prototype.write = async function (changes) {
      return write.call(this, changes.filter(({ row }) => row?.pruneAt === null || row?.expiresAt !== null));
    };
  },
  // A write of the vault's own raises the version.
  "refuses-intruders"() {
    prototype.write = async function (changes) {
      if (changes.some(({ expect, row }) => expect === row?.version)) return true;
      return write.call(this, changes);
    };
  },
  // In the transaction's row, which no later step opens.
  "holds-readable-text"() {
    const sealed = new TextEncoder().encode("see jane@example.com");
    prototype.rows = function () {
      return rows.call(this).map((row) => (row.pruneAt === null ? row : { ...row, sealed }));
    };
  },
};

kinds[new URL(import.meta.url).search.slice(1)]?.();
