// @ts-check
// Opening a vault: what is taken, and every configuration that is refused, with the place that is named. Keys have
// their own file.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError, generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, collections, exampleHost, makeToken, tagsOf } from "./example-host.js";

/**
 * @param {unknown} options
 * @param {string} place
 */
const refuses = (options, place) =>
  assert.rejects(openVault(/** @type {any} */ (options)), (error) => {
    assert(error instanceof VaultError, String(error));
    assert.deepEqual({ ...error.context }, { place });
    assert.equal(error.code, "VL1000");
    assert.equal(error.status, 400);
    assert(error.message.includes(place), error.message);
    return true;
  });

for (const [name, options] of /** @type {[string, unknown][]} */ ([
  ["nothing", undefined],
  ["null", null],
  ["text", "options"],
  ["a list", []],
])) {
  test(`options that are ${name}`, () => refuses(options, "options"));
}

test("options of which no part is too long, and all together are", () => {
  const text = "x".repeat(2 ** 25 + 100);
  return refuses(exampleHost({ collections: { customers: { properties: { name: { type: text } } } }, settings: /** @type {any} */ ({ maxTags: text }) }), "options");
});

const cycle = {};
Object.assign(cycle, { cycle });
const secret = new Uint8Array(32).fill(7);

for (const [name, overrides, place] of /** @type {[string, object, string][]} */ ([
  ["an unknown option", { polices: () => {} }, "polices"],
  ["an unknown option that is undefined", { audits: undefined }, "audits"],
  ["no keys", { keys: undefined }, "keys"],
  ["a data key of 31 bytes", { keys: { primary: "a", data: { a: secret.subarray(1) }, index: secret } }, "keys.data.a"],
  ["two equal data keys", { keys: { primary: "a", data: { a: secret, b: secret.slice() }, index: generateKeys().index } }, "keys.data.b"],
  ["a data key that is the index key", { keys: { primary: "a", data: { a: secret }, index: secret.slice() } }, "keys.data.a"],
  ["no collections", { collections: undefined }, "collections"],
  ["collections in a list", { collections: [] }, "collections"],
  ["collections that are null", { collections: null }, "collections"],
  ["collections in a Map", { collections: new Map() }, "collections"],
  ["collections in a cycle", { collections: cycle }, "collections.cycle"],
  ["a collection that is a function", { collections: { customers: () => {} } }, "collections.customers"],
  ["a collection without properties", { collections: { customers: {} } }, "collections.customers.properties"],
  ["no store", { store: undefined }, "store"],
  ["a store that is null", { store: null }, "store"],
  ["a store that is a function", { store: () => {} }, "store"],
  ["a store without `read`", { store: { write: async () => true } }, "store.read"],
  ["a `read` that is no function", { store: { read: [] } }, "store.read"],
  ["a `write` that is no function", { store: { read: async () => [], write: null } }, "store.write"],
  ["no policy", { policy: undefined }, "policy"],
  ["a policy that is an answer", { policy: { allow: true } }, "policy"],
  ["a policy that is null", { policy: null }, "policy"],
  ["an audit that is no function", { audit: console }, "audit"],
  ["an audit that is null", { audit: null }, "audit"],
  ["a reload that is no function", { reload: true }, "reload"],
  ["a clock that is a time", { clock: Date.now() }, "clock"],
  ["settings that are null", { settings: null }, "settings"],
  ["settings in a list", { settings: [] }, "settings"],
  ["an unknown setting", { settings: { maxTag: 5 } }, "settings.maxTag"],
  // JSON would make null of these, and null is a value: never.
  ["a setting that is NaN", { settings: { tokenTtlSecs: NaN } }, "settings.tokenTtlSecs"],
  ["a setting that is Infinity", { settings: { archivedRetentionSecs: Infinity } }, "settings.archivedRetentionSecs"],
  // JSON would drop these, and the default would hold.
  ["a setting that is a function", { settings: { maxTags: () => 5 } }, "settings.maxTags"],
  ["a setting that is a symbol", { settings: { maxTags: Symbol("5") } }, "settings.maxTags"],
  ["a setting that is a BigInt", { settings: { maxBytes: 5n } }, "settings.maxBytes"],
  ["a setting that is a BigInt, deep down", { collections: { customers: { properties: { email: { type: 5n } } } } }, "collections.customers.properties.email.type"],
  ["a member of a list that is undefined", { collections: { customers: { properties: [undefined] } } }, "collections.customers.properties[0]"],
  ["a setting that is a Date", { settings: { timeoutMs: new Date() } }, "settings.timeoutMs"],
  ["a setting that is text", { settings: { maxTags: "5" } }, "settings.maxTags"],
  ["a setting that is null and may not be", { settings: { maxTags: null } }, "settings.maxTags"],
  ["less room for all requests than for one", { settings: { maxRequestBytes: 100, maxPendingBytes: 99 } }, "settings.maxPendingBytes"],
  ["less room for all requests than one has by default", { settings: { maxPendingBytes: 1_000 } }, "settings.maxPendingBytes"],
  ["a time-out of no time", { settings: { timeoutMs: 0 } }, "settings.timeoutMs"],
  ["a time-out that no timer can wait for", { settings: { timeoutMs: 2 ** 31 } }, "settings.timeoutMs"],
])) {
  test(`refuses ${name}`, () => refuses(exampleHost(overrides), place));
}

for (const limit of ["maxWrites", "maxRowBytes"]) {
  for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 53, "10", 10n, null]) {
    test(`refuses a store whose ${limit} is ${typeof value} ${value}`, () =>
      refuses(exampleHost({ store: Object.assign(memoryStore(), /** @type {any} */ ({ [limit]: value })) }), `store.${limit}`));
  }
}

test("a getter that throws while the options are read refuses its place, with the host's own error as the cause", async () => {
  const own = new Error("the host's own");
  const settings = Object.defineProperty({}, "maxTags", {
    enumerable: true,
    get() {
      throw own;
    },
  });
  await assert.rejects(openVault(exampleHost({ settings })), { code: "VL1000", context: { place: "settings.maxTags" }, cause: own });
});

for (const place of ["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings", "wasm", "store.read", "store.maxWrites", "keys.primary", "keys.data", "keys.index"]) {
  test(`a getter of ${place} that throws refuses it, and tells nothing of what it threw`, async () => {
    const cause = new Error("jane.secret@example.com");
    const options = { ...exampleHost(), keys: { ...generateKeys() } };
    const [outer = "", inner] = place.split(".");
    const holder = inner === undefined ? options : /** @type {any} */ (options)[outer];
    Object.defineProperty(holder, inner ?? outer, {
      enumerable: true,
      get() {
        throw cause;
      },
    });
    await assert.rejects(openVault(options), { code: "VL1000", context: { place }, cause, message: `\`${place}\` cannot be read` });
  });
}

test("a Proxy that was revoked, in the place of an object, is refused like another that cannot be read", async () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  for (const place of ["keys", "collections", "store", "settings"]) await refuses(exampleHost({ [place]: revoked() }), place);
  await refuses(exampleHost({ keys: { ...generateKeys(), data: /** @type {any} */ (revoked()) } }), "keys.data");
  assert.throws(() => generateKeys(/** @type {any} */ (revoked())), { code: "VL1000", context: { place: "keys" } });
});

test("takes every option, and undefined for those that may be absent", async () => {
  for (const options of [
    exampleHost(),
    exampleHost({ audit: undefined, reload: undefined, clock: undefined, settings: undefined }),
    exampleHost({
      audit: () => {},
      reload: async () => ({ collections }),
      clock: () => 1_700_000_000_000,
      settings: {
        forceAccessReason: false,
        tokenTtlSecs: null,
        maxTags: 5,
        maxTokens: 100,
        maxBytes: 1 << 20,
        maxRequestBytes: 1 << 20,
        maxPendingBytes: 1 << 20,
        timeoutMs: 2 ** 31 - 1,
        transactionTtlSecs: 60,
        archivedRetentionSecs: undefined,
      },
      store: Object.assign(memoryStore(), { maxWrites: 1_000, maxRowBytes: 65_536 }),
    }),
  ]) {
    const vault = await openVault(options);
    assert.deepEqual(await tagsOf(vault, await makeToken(vault)), ["old"]);
  }
});

test("a store may be an object of a class, and the options too", async () => {
  class Options {
    keys = generateKeys();
    collections = collections;
    store = memoryStore();
    policy() {
      assert(this instanceof Options);
      return /** @type {const} */ ({ allow: true });
    }
  }
  const vault = await openVault(new Options());
  assert.deepEqual(await tagsOf(vault, await makeToken(vault)), ["old"]);
});

test("a store without `write` makes a vault that reads", async () => {
  const store = memoryStore();
  const keys = generateKeys();
  const tokenId = await makeToken(await openVault(exampleHost({ keys, store })));
  const readOnly = await openVault(exampleHost({ keys, store: { read: (query) => store.read(query) } }));
  assert.deepEqual(await tagsOf(readOnly, tokenId), ["old"]);
  await assert.rejects(makeToken(readOnly), { code: "PV1026", status: 405 });
});

test("the host may wipe its keys as soon as it has called, and the core's copy is wiped", async (context) => {
  /** @type {Uint8Array[]} */
  const wiped = [];
  const fill = Uint8Array.prototype.fill;
  context.mock.method(
    Uint8Array.prototype,
    "fill",
    /**
     * @this {Uint8Array}
     * @param {[number, number?, number?]} args
     */
    function (...args) {
      wiped.push(this);
      return fill.apply(this, args);
    },
  );
  const [data, index] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const opening = openVault(exampleHost({ keys: { primary: "a", data: { a: data }, index } }));
  data.fill(0);
  index.fill(0);
  const vault = await opening;
  assert.deepEqual(await tagsOf(vault, await makeToken(vault)), ["old"]);
  const copy = wiped.find(({ length }) => length === 64);
  assert(copy !== undefined && copy.every((byte) => byte === 0));
});

test("a keyring opens what it has sealed, after JSON and in every form; another keyring does not", async () => {
  const store = memoryStore();
  const keys = generateKeys();
  const tokenId = await makeToken(await openVault(exampleHost({ keys, store })));
  const { primary } = keys;
  const bytes = Buffer.from(String(keys.data[primary]), "base64url");
  for (const same of [
    JSON.parse(JSON.stringify(keys)),
    { primary, data: { [primary]: bytes }, index: { kty: "oct", k: keys.index } },
  ]) {
    assert.deepEqual(await tagsOf(await openVault(exampleHost({ keys: same, store })), tokenId), ["old"]);
  }
  const anotherIndex = { ...keys, index: generateKeys().index };
  assert.equal(await tagsOf(await openVault(exampleHost({ keys: anotherIndex, store })), tokenId), undefined);
  const anotherData = { ...generateKeys(), index: keys.index };
  await assert.rejects(tagsOf(await openVault(exampleHost({ keys: anotherData, store })), tokenId), { code: "VL5001" });
});

test("a reload brings collections that hold from the next call", async () => {
  let reloads = 0;
  const vault = await openVault(
    exampleHost({
      reload: async () => {
        reloads += 1;
        return { collections: { ...collections, patients: { properties: { name: { type: "NAME" } } } } };
      },
    }),
  );
  const { tokens } = vault.as("jane");
  /** @param {boolean} reloadCache */
  const makePatient = (reloadCache) =>
    tokens.tokenize({
      ...about,
      collection: "patients",
      reloadCache,
      requestBody: [{ type: "randomized", object: { fields: { name: "Jane" } } }],
    });
  await assert.rejects(makePatient(false), { code: "PV1004" });
  assert.equal(reloads, 0);
  const tokenId = await makeToken(vault);
  await tokens.updateTokens({ ...about, tokenIds: [tokenId], reloadCache: true, requestBody: { tags: [] } });
  assert.equal(reloads, 1);
  assert.equal((await makePatient(false)).length, 1);
});
