// @ts-check
// What the runners here give the suite. Imports are all that it takes: not every runtime has files.

import { memoryStore } from "vaultlet/store/memory";

import blindIndex from "../vectors/blind-index.json" with { type: "json" };
import ciphertexts from "../vectors/ciphertexts.json" with { type: "json" };
import keys from "../vectors/keys.json" with { type: "json" };
import normalForms from "../vectors/normal-forms.json" with { type: "json" };
import rows from "../vectors/rows.json" with { type: "json" };

/** @type {import("../suite/rules.js").World} */
export const world = {
  makeStore: () => ({ store: memoryStore() }),
  vectors: /** @type {any} */ ({ "blind-index": blindIndex, ciphertexts, keys, "normal-forms": normalForms, rows }),
};
