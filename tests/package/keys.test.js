// @ts-check
// The keyring: every form that is taken, every mistake that is named, and making one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";

import { VaultError, generateKeys, openVault } from "vaultlet";

import { readKeys } from "../../pkg/keys.js";
import { exampleHost } from "./example-host.js";

const bytes = (/** @type {number} */ seed) => new Uint8Array(32).fill(seed);
const text = (/** @type {number} */ seed) => Buffer.from(bytes(seed)).toString("base64url");

/**
 * @param {object} [overrides]
 * @returns {any}
 */
const keyring = (overrides) => ({ primary: "b", data: { a: bytes(1), b: bytes(2) }, index: bytes(3), ...overrides });

test("secrets go to the core in one piece: the index secret, then each data secret", () => {
  const { primary, data, secrets } = readKeys(keyring());
  assert.equal(primary, "b");
  assert.deepEqual(data, ["a", "b"]);
  assert.deepEqual(secrets, Uint8Array.from([...bytes(3), ...bytes(1), ...bytes(2)]));
});

for (const [name, secret] of /** @type {[string, unknown][]} */ ([
  ["bytes", bytes(7)],
  ["a Buffer", Buffer.from(bytes(7))],
  ["bytes of another realm", runInNewContext("new Uint8Array(32).fill(7)")],
  ["base64url text", text(7)],
  ["a JWK", { kty: "oct", k: text(7) }],
  ["a JWK as WebCrypto exports it", { kty: "oct", k: text(7), alg: "HS256", ext: true, key_ops: ["sign"] }],
])) {
  test(`a secret may be ${name}`, () => {
    assert.deepEqual(readKeys(keyring({ index: secret })).secrets.subarray(0, 32), bytes(7));
    const { secrets } = readKeys(keyring({ data: { b: secret } }));
    assert.deepEqual(secrets.subarray(32), bytes(7));
  });
}

test("base64url text is read exactly, `-` and `_` included", () => {
  for (let seed = 0; seed < 256; seed += 1) {
    const { secrets } = readKeys(keyring({ index: text(seed), data: { b: bytes(255 - seed) } }));
    assert.deepEqual(secrets.subarray(0, 32), bytes(seed));
  }
});

const secretText = text(0xfb);

for (const [name, keys, place] of /** @type {[string, unknown, string][]} */ ([
  ["no keys", undefined, "keys"],
  ["null", null, "keys"],
  ["a list", [bytes(1)], "keys"],
  ["text", secretText, "keys"],
  ["an unknown key", keyring({ secondary: "a" }), "keys.secondary"],
  ["no data keys", keyring({ data: undefined }), "keys.data"],
  ["a list of data keys", keyring({ data: [bytes(1)] }), "keys.data"],
  ["an empty object of data keys", keyring({ data: {} }), "keys.primary"],
  ["no primary", keyring({ primary: undefined }), "keys.primary"],
  ["a primary that is not there", keyring({ primary: "c" }), "keys.primary"],
  ["a primary that every object has", keyring({ primary: "toString" }), "keys.primary"],
  ["a primary that is no text", keyring({ primary: 7 }), "keys.primary"],
  ["no index key", keyring({ index: undefined }), "keys.index"],
  ["null as index key", keyring({ index: null }), "keys.index"],
  ["31 bytes", keyring({ data: { b: bytes(1).subarray(1) } }), "keys.data.b"],
  ["33 bytes", keyring({ index: new Uint8Array(33) }), "keys.index"],
  ["no bytes", keyring({ index: new Uint8Array(0) }), "keys.index"],
  ["32 bytes as an ArrayBuffer", keyring({ index: new ArrayBuffer(32) }), "keys.index"],
  ["32 bytes as another typed array", keyring({ index: new Int8Array(32) }), "keys.index"],
  ["32 bytes as a list", keyring({ index: [...bytes(1)] }), "keys.index"],
  ["text of 31 bytes", keyring({ index: Buffer.alloc(31, 1).toString("base64url") }), "keys.index"],
  ["text of 33 bytes", keyring({ index: Buffer.alloc(33, 1).toString("base64url") }), "keys.index"],
  ["text with padding", keyring({ index: `${secretText}=` }), "keys.index"],
  ["text in standard base64", keyring({ index: Buffer.alloc(32, 0xfb).toString("base64").slice(0, 43) }), "keys.index"],
  ["text with a line end", keyring({ index: `${secretText}\n` }), "keys.index"],
  ["text whose spare bits are set", keyring({ index: `${text(0).slice(0, 42)}B` }), "keys.index"],
  ["text in hexadecimal", keyring({ index: Buffer.alloc(32, 1).toString("hex") }), "keys.index"],
  ["a JWK of another type", keyring({ index: { kty: "EC", k: secretText } }), "keys.index"],
  ["a JWK without `k`", keyring({ index: { kty: "oct" } }), "keys.index"],
  ["a JWK whose `k` is short", keyring({ data: { "2026-11": { kty: "oct", k: "AQID" } }, primary: "2026-11" }), "keys.data.2026-11"],
  ["a JWK whose `k` is bytes", keyring({ index: { kty: "oct", k: bytes(1) } }), "keys.index"],
  ["a `CryptoKey`-like object", keyring({ index: { type: "secret", algorithm: {} } }), "keys.index"],
])) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => readKeys(keys),
      (error) => {
        assert(error instanceof VaultError);
        assert.equal(error.code, "VL1000");
        assert.equal(error.context.place, place);
        const shown = `${JSON.stringify(error)}${error.stack}`;
        assert(!shown.includes(secretText.slice(0, 8)) && !shown.includes("AQID"), "key material in the error");
        return true;
      },
    );
  });
}

test("generateKeys: a keyring that survives JSON, of secrets that are all different", () => {
  const today = () => new Date().toISOString().slice(0, 10);
  const before = today();
  const keys = generateKeys();
  assert.match(keys.primary, /^\d{4}-\d{2}-\d{2}-[a-z]{10}$/);
  // Midnight may have passed in between.
  assert([before, today()].includes(keys.primary.slice(0, 10)), keys.primary);
  assert.deepEqual(Object.keys(keys.data), [keys.primary]);
  assert.deepEqual(JSON.parse(JSON.stringify(keys)), keys);
  const { secrets } = readKeys(keys);
  assert.equal(secrets.length, 64);
  const all = [keys, generateKeys()].flatMap(({ primary, data, index }) => [data[primary], index]);
  assert.equal(new Set(all).size, 4);
});

test("generateKeys: no two keyrings name a key alike, so that merged ones lose none", () => {
  const rings = Array.from({ length: 1_000 }, () => generateKeys().data);
  assert.equal(Object.keys(Object.assign({}, ...rings)).length, 1_000);
});

test("generateKeys(previous): one more key as the primary; what was there opens what it opened", () => {
  const previous = generateKeys();
  const before = structuredClone(previous);
  const keys = generateKeys(previous);
  assert.deepEqual(previous, before);
  const { [keys.primary]: fresh, ...others } = keys.data;
  assert.deepEqual(others, previous.data);
  assert.equal(keys.index, previous.index);
  assert(fresh !== undefined && !Object.values({ ...others, index: keys.index }).includes(fresh));
  assert.equal(Object.keys(generateKeys(keys).data).length, 3);
});

test("generateKeys(previous): secrets in every form become text, under any name", () => {
  const data = Object.fromEntries([["a", bytes(1)], ["__proto__", { kty: "oct", k: text(2) }], ["2026-11", text(4)]]);
  const keys = generateKeys({ primary: "a", data, index: bytes(3) });
  assert.deepEqual(JSON.parse(JSON.stringify(keys)), keys);
  const { [keys.primary]: _, ...others } = keys.data;
  assert.deepEqual(Object.entries(others), [["a", text(1)], ["__proto__", text(2)], ["2026-11", text(4)]]);
  assert.equal(keys.index, text(3));
});

test("generateKeys(previous): what is no keyring is refused", () => {
  for (const [previous, place] of /** @type {[unknown, string][]} */ ([
    [null, "keys"],
    ["keys", "keys"],
    [{}, "keys.data"],
    [keyring({ index: bytes(1).subarray(1) }), "keys.index"],
    [keyring({ primary: "c" }), "keys.primary"],
    [keyring({ index: bytes(2) }), "keys.data.b"],
    [keyring({ data: { a: bytes(1), b: text(1) } }), "keys.data.b"],
  ])) {
    assert.throws(() => generateKeys(/** @type {any} */ (previous)), { code: "VL1000", context: { place } });
  }
});

/** Texts that hold a secret, in the forms in which one comes. */
const secretTexts = [
  secretText,
  text(0x2a),
  Buffer.alloc(32, 0xfb).toString("base64"),
  Buffer.alloc(32, 0xab).toString("hex"),
  Buffer.alloc(32, 0xab).toString("hex").toUpperCase(),
  JSON.stringify({ kty: "oct", k: secretText }),
  `key:${secretText}`,
];

for (const secret of secretTexts) {
  test(`a secret in the place of a name is not repeated: ${secret.slice(0, 12)}…`, async () => {
    const { collections, policy, store } = exampleHost();
    /** @type {Record<string, any>} */
    const host = { keys: keyring(), collections, policy, store };
    for (const options of [
      { ...host, keys: keyring({ data: { b: bytes(2), [secret]: "2026-11" } }) },
      { ...host, keys: keyring({ data: { [secret]: bytes(2) }, primary: secret, index: bytes(2) }) },
      { ...host, keys: keyring({ data: { a: bytes(1), [secret]: bytes(1) }, primary: "a" }) },
      { ...host, keys: keyring({ primary: secret }) },
      { ...host, keys: keyring({ [secret]: "index" }) },
      { ...host, keys: secret },
      { ...host, keys: { [secret]: secret } },
      { ...host, [secret]: "keys" },
      { ...host, settings: { [secret]: 1 } },
      { ...host, settings: { maxTags: secret } },
      { ...host, settings: secret },
      { ...host, collections: { [secret]: {} } },
      { ...host, collections: { [secret]: collections["customers"] } },
      { ...host, collections: { customers: { [secret]: {} } } },
      { ...host, collections: { customers: { properties: { [secret]: { type: "EMAIL" } } } } },
      { ...host, collections: { customers: { properties: { email: { type: "EMAIL", [secret]: true } } } } },
      { ...host, collections: { customers: { properties: { email: { type: secret } } } } },
      { ...host, collections: { customers: { properties: { email: { type: "EMAIL", nullable: secret } } } } },
      { ...host, store: { ...store, read: secret } },
      { ...host, policy: secret },
    ]) {
      await assert.rejects(openVault(/** @type {any} */ (options)), (error) => {
        assert(error instanceof VaultError && error.code === "VL1000", inspect(error));
        const shown = `${JSON.stringify(error)}${error.stack}${inspect(error)}`;
        assert(!shown.includes(secret.slice(0, 16)) && !shown.includes(secret.slice(-16)), shown);
        return true;
      });
    }
  });
}
