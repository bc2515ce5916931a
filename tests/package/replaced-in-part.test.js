// @ts-check
// Somebody replaces, after the package has loaded, what harms one member and nothing else: no call fails by itself, and a
// policy could be asked about less than was wanted. It is asked about all of it, or the call ends in an error.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError, generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

/** @import { AccessRequest } from "vaultlet" */

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { encode } = TextEncoder.prototype;
const { decode } = TextDecoder.prototype;
const { slice } = Uint8Array.prototype;

const typedArray = getPrototypeOf(Uint8Array.prototype);
const arrayIterator = getPrototypeOf([][Symbol.iterator]());
const { next } = arrayIterator;

/** A list that keeps nothing. */
function Swallowing() {
  return new Proxy([], { defineProperty: () => true });
}
const bySwallowing = { [Symbol.species]: Swallowing };

const TENANT = ',"xTenantId":["acme"]';

/** @this {TextEncoder} @param {string} [text] */
function encodeLess(text = "") {
  return encode.call(this, text.replace(TENANT, "").replace(`${TENANT.slice(1)},`, ""));
}

/** @this {TextDecoder} @param {Uint8Array} bytes @param {TextDecodeOptions} [options] */
function decodeOther(bytes, options) {
  const text = decode.call(this, bytes, options);
  return text === "acme" ? "evil" : text;
}

/** @this {ArrayIterator<unknown>} */
function nextButTenants() {
  const result = next.call(this);
  return result.value === "xTenantId" ? next.call(this) : result;
}

/** @type {[string, any, string | symbol, PropertyDescriptor][]} */
const places = [
  ["Array[Symbol.species]", Array, Symbol.species, { value: Swallowing }],
  ["Array.prototype.constructor", Array.prototype, "constructor", { value: bySwallowing }],
  ["TextEncoder.prototype.encode", TextEncoder.prototype, "encode", { value: encodeLess }],
  ["TextDecoder.prototype.decode", TextDecoder.prototype, "decode", { value: decodeOther }],
  ["the iterator of lists", arrayIterator, "next", { value: nextButTenants }],
];

const collections = { people: { properties: { name: { type: /** @type {const} */ ("NAME") }, ssn: { type: /** @type {const} */ ("SSN") } } } };

/** @type {any} */
const request = {
  collection: "people",
  reason: "AppFunctionality",
  xTenantId: ["acme"],
  requestBody: [{ type: "randomized", object: { fields: { name: "Jane", ssn: "123-12-1234" } } }],
};

for (const [says, holder, name, descriptor] of places) {
  test(`${says}, replaced in part: the policy is asked about all, or the call fails`, async () => {
    /** @type {AccessRequest[]} */
    const asked = [];
    const policy = (/** @type {AccessRequest} */ question) => {
      asked.push(question);
      return { allow: true };
    };
    const { tokens } = (await openVault({ keys: generateKeys(), collections, store: memoryStore(), policy })).as("jane");
    await tokens.tokenize(request);
    const [before] = asked.splice(0);
    const own = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(holder, name));
    defineProperty(holder, name, { ...descriptor, configurable: true });
    /** @type {unknown} */
    let error;
    try {
      await tokens.tokenize(request).catch((/** @type {unknown} */ thrown) => (error = thrown));
    } finally {
      defineProperty(holder, name, own);
    }
    assert.equal(before?.checks.length, 2);
    assert.deepEqual(before.tenantIds, ["acme"]);
    if (error === undefined) assert.deepEqual(asked, [before]);
    else assert(error instanceof VaultError);
    for (const question of asked) assert.deepEqual(question, before);
  });
}

for (const told of [0, 1, 24]) {
  test(`\`byteLength\` of typed arrays, replaced to be ${told}, by which Node fills: no key, ID or nonce repeats`, async () => {
    const store = memoryStore();
    const vault = await openVault({ keys: generateKeys(), collections, store, policy: () => ({ allow: true }) });
    const { tokens } = vault.as("jane");
    const own = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(typedArray, "byteLength"));
    /** @type {string[]} */
    const secrets = [];
    let failed = 0;
    defineProperty(typedArray, "byteLength", { get: () => told, configurable: true });
    try {
      for (let round = 0; round < 3; round += 1) {
        try {
          secrets.push(generateKeys().index);
        } catch {
          failed += 1;
        }
        await tokens.tokenize(request).catch(() => (failed += 1));
      }
    } finally {
      defineProperty(typedArray, "byteLength", own);
    }
    // What was sealed begins with the key's name and the nonce.
    const made = [...secrets, ...store.rows().flatMap(({ key, sealed }) => [key, slice.call(sealed, 6, 38).join()])];
    assert.equal(new Set(made).size, made.length);
    assert.equal(failed + secrets.length + store.rows().length, 6, "each call ends");
    assert.equal(secrets.filter((secret) => secret.includes("AAAAAAAA")).length, 0);
    assert.equal(store.rows().filter(({ key }) => key.includes("AAAAAAAA")).length, 0);
    await tokens.tokenize(request);
  });
}
