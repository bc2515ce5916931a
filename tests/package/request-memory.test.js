// @ts-check
// How much memory of the wasm a request takes, as a multiple of its text: docs/host.md names the most.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** Of the instance that was made last. @type {WebAssembly.Memory | undefined} */
let memory;
/** @type {any} */
const { instantiate } = WebAssembly;
// Before vaultlet is imported, which takes it as it finds it.
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {unknown} */ module, /** @type {unknown} */ imports) => {
    const instance = await instantiate(module, imports);
    memory = instance.exports.memory;
    return instance;
  }
);
const { openVault } = await import("vaultlet");
const { about, exampleHost } = await import("./example-host.js");

const properties = { notes: { type: /** @type {const} */ ("JSON") }, text: { type: /** @type {const} */ ("STRING") } };
/** With the longest name it may have: it is in each question about a property. */
const longest = "c".repeat(40);
const collections = { customers: { properties }, [longest]: { properties } };

/** Just more than a list has room for that has grown so often: the most that it can take for each item. */
const ITEMS = 2 ** 17 + 1;

/**
 * @param {(tokens: any, crypto: any) => Promise<unknown>} call
 * @param {number} bytes
 * @param {string} code of the error that the call may end in
 */
async function timesOf(call, bytes, code = "PV1012") {
  const vault = await openVault(exampleHost({ collections }));
  const before = /** @type {WebAssembly.Memory} */ (memory).buffer.byteLength;
  const { tokens, crypto } = vault.as("jane");
  await call(tokens, crypto).catch((error) => assert.equal(error.code, code));
  const taken = /** @type {WebAssembly.Memory} */ (memory).buffer.byteLength - before;
  vault.close();
  return taken / bytes;
}

/** @param {object} fields */
const tokenizing = (fields) => (/** @type {any} */ tokens) =>
  tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object: { fields } }] });

test("a request takes at most so many times its text, as docs/host.md says", async () => {
  const text = readFileSync(new URL("../../docs/host.md", import.meta.url), "utf8").replaceAll("\n", " ");
  const [, read, value, named, long] =
    /up to (\d+) times as much .*, up to (\d+) times where .* up to (\d+) times where .* takes (\d+) +times/.exec(text) ?? [];
  for (const item of [0, [], {}, "", "a", "\n", [0], [[0]], { a: 0 }]) {
    const list = Array(ITEMS).fill(item);
    const bytes = JSON.stringify(list).length;
    const whole = await timesOf((tokens) => tokens.detokenize({ ...about, nothing: list }), bytes);
    assert(whole <= Number(read), `${JSON.stringify(item)}: ${whole} times`);
    const kept = await timesOf(tokenizing({ notes: list }), bytes);
    assert(kept <= Number(value), `${JSON.stringify(item)} as a value: ${kept} times`);
  }
  const batch = Array(ITEMS).fill({ object: { fields: {} } });
  const small = await timesOf((_, crypto) => crypto.encrypt({ ...about, requestBody: batch }), JSON.stringify(batch).length, "VL1001");
  assert(small <= Number(value), `a batch of small requests: ${small} times`);
  const names = Array.from({ length: ITEMS }, (_, place) => `a${place.toString(36)}`);
  const asked = { ...about, collection: longest, tokenIds: ["a"], props: names };
  const propertiesNamed = await timesOf((tokens) => tokens.detokenize(asked), JSON.stringify(names).length, "PV3004");
  assert(propertiesNamed <= Number(named), `names of properties: ${propertiesNamed} times`);
  const one = await timesOf(tokenizing({ text: "x".repeat(900_000) }), 900_000);
  assert(one <= Number(long), `${one} times`);
});
