// @ts-check
// The suite on the Node that runs the tests.

import { readFileSync } from "node:fs";
import { test } from "node:test";

import { memoryStore } from "vaultlet/store/memory";

import { suite } from "../suite/suite.js";

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
const names = ["keys", "rows", "ciphertexts", "normal-forms", "blind-index"];
const vectors = Object.fromEntries(names.map((name) => [name, read(name)]));

for (const { name, run } of suite) {
  test(name, () => run({ makeStore: () => ({ store: memoryStore() }), vectors: /** @type {any} */ (vectors) }));
}
