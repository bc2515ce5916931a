// @ts-check
// Somebody replaces the platform's source of randomness after the package has loaded: nothing repeats.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, makeToken, openExample, tagsOf } from "./example-host.js";

/** @import { Change } from "vaultlet" */

const keys = generateKeys();

/**
 * Makes tokens and keyrings, and answers what must never repeat: the tokens' IDs, the keys of their rows, what is sealed,
 * which begins with the key's ID and the nonce, and secrets.
 */
async function makeSome() {
  const store = memoryStore();
  /** @type {Change[]} */
  const written = [];
  const write = (/** @type {Change[]} */ changes) => (written.push(...changes), store.write(changes));
  /** @type {string[]} */
  const unique = [];
  const vault = await openExample({
    keys,
    store: { read: (query) => store.read(query), write },
    audit: ({ id }) => void unique.push(id),
  });
  for (let round = 0; round < 20; round += 1) {
    const { index, primary, data } = generateKeys();
    unique.push(index, primary, String(data[primary]));
    const tokenId = await makeToken(vault, `jane.${round}@example.com`);
    assert.deepEqual(await tagsOf(vault, tokenId), ["old"]);
    unique.push(tokenId);
  }
  for (const { key, row } of written) unique.push(key, Buffer.from(row?.sealed.subarray(0, 40) ?? []).toString("hex"));
  return unique;
}

/** @type {[string, object, string, unknown][]} */
const replaced = [
  ["nothing", {}, "nothing", undefined],
  ["crypto.getRandomValues", crypto, "getRandomValues", (/** @type {Uint8Array} */ bytes) => bytes.fill(7)],
  ["Crypto.prototype.getRandomValues", Object.getPrototypeOf(crypto), "getRandomValues", (/** @type {Uint8Array} */ bytes) => bytes.fill(7)],
  ["crypto", globalThis, "crypto", { getRandomValues: (/** @type {Uint8Array} */ bytes) => bytes.fill(7), subtle: {} }],
];
for (const [name, holder, property, value] of replaced) {
  test(`${name}, replaced after loading: calls work, and nothing repeats`, async (context) => {
    const before = Object.getOwnPropertyDescriptor(holder, property);
    context.after(() => {
      if (before === undefined) Reflect.deleteProperty(holder, property);
      else Object.defineProperty(holder, property, before);
    });
    Object.defineProperty(holder, property, { value, configurable: true, writable: true });
    const unique = await makeSome();
    assert(unique.length >= 100);
    assert.equal(new Set(unique).size, unique.length);
  });
}
