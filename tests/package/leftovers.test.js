// @ts-check
// What stays in the wasm's memory: after opening, after each call, after closing. SECURITY.md says what this finds.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Record<string, any>[]} */
const instances = [];
const { instantiate } = WebAssembly;
// Before vaultlet is loaded: it takes the function as it finds it.
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) => {
    const instance = await instantiate(module, imports);
    instances.push(instance.exports);
    return instance;
  }
);
const { generateKeys, openVault } = await import("vaultlet");
const { memoryStore } = await import("vaultlet/store/memory");

const about = Object.freeze({ collection: "customers", reason: /** @type {const} */ ("AppFunctionality") });

/** What must not stay, as the wasm has it: bytes of UTF-8. */
const values = {
  email: "jane.secret.leftover@example.com",
  name: "Jané Leftöver Secret-Smith",
  note: { "member key of a leftover": ["a leftover deep down", "with \"escapes\" and é"] },
};
const update = "joe.secret.leftover@example.com";
const photo = Buffer.from("the bytes of a leftover photo");
const texts = [photo.toString("base64"), values.email, values.name, "member key of a leftover", "a leftover deep down", '"escapes\\" and', update, "leftover tag", "leftövertag", "leftover-transaction", "leftover words"];

/** All that it has. */
function memoryOf({ memory } = instances.at(-1) ?? {}) {
  const bytes = Buffer.from(memory.buffer);
  assert(bytes.length > 100_000);
  return bytes;
}

/** @param {Record<string, Uint8Array>} wanted */
function find(wanted) {
  const bytes = memoryOf();
  return Object.entries(wanted).filter(([, each]) => bytes.includes(Buffer.from(each))).map(([name]) => name);
}

/** How much of the stack holds something: it lies below the data, and nothing runs. */
const left = () => memoryOf().subarray(0, instances.at(-1)?.["__global_base"].value).filter((byte) => byte !== 0).length;

test("neither a key nor anything of a request stays in the memory of the wasm", async () => {
  const keys = generateKeys();
  const secret = (/** @type {string | undefined} */ text) => Buffer.from(String(text), "base64url");
  /** @type {Record<string, Uint8Array>} */
  const secrets = { index: secret(keys.index), data: secret(keys.data[keys.primary]) };
  // Halves are found, too, where the end was overwritten.
  for (const [name, bytes] of Object.entries(secrets)) secrets[`half of ${name}`] = bytes.subarray(8, 20);
  const wanted = { ...secrets, ...Object.fromEntries(texts.map((text) => [text, Buffer.from(text)])) };

  /** What is there while a call is under way. @type {string[]} */
  const seen = [];
  const vault = await openVault({
    keys,
    collections: {
      customers: { properties: { email: { type: "EMAIL" }, name: { type: "NAME", nullable: true }, note: { type: "JSON", nullable: true }, photo: { type: "BLOB", nullable: true } } },
    },
    store: memoryStore(),
    policy: ({ caller }) => {
      seen.push(...find(wanted));
      return { allow: caller === "jane" };
    },
    audit: () => {},
  });
  assert.deepEqual([find(wanted), left()], [[], 0]);

  const { tokens, crypto } = vault.as("jane");
  const object = { fields: values };
  const tags = ["leftover tag", "leftövertag"];
  let tokenIds = [""];
  /** @type {any} */
  let encrypted_object;
  const ofPhoto = { ...about, prop: "photo" };
  /** @type {any} */
  let sealedPhoto;
  /** @type {[string, () => Promise<unknown>][]} */
  const calls = [
    ["tokenize", async () => (tokenIds = (await tokens.tokenize({ ...about, transactionId: "leftover-transaction", requestBody: [{ type: "pci", object, tags }] })).map(({ token_id }) => token_id))],
    ["detokenize", () => tokens.detokenize({ ...about, tokenIds, options: ["include_metadata"] })],
    ["detokenize masked", () => tokens.detokenize({ ...about, tokenIds, props: ["email.mask", "name.mask"] })],
    ["search", () => tokens.searchTokens({ ...about, requestBody: { tags } })],
    ["update", () => tokens.updateTokens({ ...about, tokenIds, requestBody: { object: { fields: { email: update } }, tags } })],
    ["rotate", async () => (tokenIds = Object.values(await tokens.rotateTokens({ ...about, tokenIds, adhocReason: "leftover words" })))],
    ["encrypt", async () => ([encrypted_object] = await crypto.encrypt({ ...about, requestBody: [{ object, tags }] }))],
    ["decrypt", () => crypto.decrypt({ ...about, requestBody: [{ encrypted_object }] })],
    ["update encrypted", () => crypto.updateEncrypted({ ...about, requestBody: [{ encrypted_object, fields: { email: update } }] })],
    ["hash", () => crypto.hashObjects({ ...about, requestBody: [{ object }] })],
    ["encrypt blob", async () => (sealedPhoto = await crypto.encryptBlob({ ...ofPhoto, requestBody: photo }))],
    ["decrypt blob", () => crypto.decryptBlob({ ...ofPhoto, requestBody: sealedPhoto })],
    ["get by transaction ID", () => tokens.getByTransactionId({ ...about, id: "leftover-transaction" })],
    ["count", () => tokens.getTokensCount({ ...about, adhocReason: "leftover words" })],
    ["a call that is denied", () => assert.rejects(vault.as("joe").tokens.tokenize({ ...about, requestBody: [{ type: "pci", object, tags }] }))],
    ["a value that is refused", () => assert.rejects(tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { email: "leftover words" } } }] }))],
    ["a form that is refused", () => assert.rejects(tokens.tokenize(/** @type {any} */ ({ ...about, requestBody: [object] })))],
    ["delete", () => tokens.deleteTokens({ ...about, tokenIds })],
  ];
  for (const [name, call] of calls) {
    await call();
    assert.deepEqual([find(wanted), left()], [[], 0], name);
  }

  // Found where it is, or nothing of this would say anything.
  assert.deepEqual(texts.filter((text) => !seen.includes(text)), []);
  assert.deepEqual(Object.keys(secrets).filter((name) => seen.includes(name)), []);

  vault.close();
  assert(memoryOf().every((byte) => byte === 0));
});

test("nothing stays in the memory of the wasm where the configuration was refused", async () => {
  const settings = { maxTags: 0 };
  const refused = { keys: generateKeys(), collections: { customers: { properties: {} } }, store: memoryStore(), settings };
  await assert.rejects(openVault({ ...refused, policy: () => ({ allow: true }) }), { code: "VL1000" });
  assert(memoryOf().every((byte) => byte === 0));
});
