// @ts-check
// The frozen vectors through the package: a vault with their keys, over a store that holds their rows, answers what
// they say. Some of their data is not in its normal form; what that becomes is held in `tests/format/vectors.test.js`,
// by a second reader.

import { memoryStore } from "vaultlet/store/memory";

import { normalForm } from "../format/normal-form.js";
import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Collections } from "vaultlet" */
/** @import { blindIndex, ciphertexts, keys, normalForms, rows, TokenVector, WrittenRow } from "../format/vector-files.js" */
/** @import { Hand } from "./rules.js" */

/**
 * The files of `tests/vectors`, by their names.
 * @typedef {object} Vectors
 * @property {typeof keys} keys
 * @property {typeof rows} rows
 * @property {typeof ciphertexts} ciphertexts
 * @property {typeof normalForms} normal-forms
 * @property {typeof blindIndex} blind-index
 */

const { rule, rules } = gather("the frozen vectors");
export { rules as frozenVectors };

/** The clock of the vectors. */
const now = 1767225600000;

/** @type {Collections[string]} */
const collection = {
  properties: {
    active: { type: "BOOLEAN" }, balance: { type: "DOUBLE" }, card: { type: "CC_NUMBER" }, email: { type: "STRING" },
    height: { type: "DOUBLE" }, name: { type: "STRING" }, visits: { type: "INTEGER" },
  },
};

/** @param {string | undefined} hex */
const bytesOf = (hex = "") => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** @param {Hand} hand @param {string} primary @param {WrittenRow[]} [written] @param {Collections} [collections] */
async function open({ open, vectors }, primary, written = [], collections = { customers: collection, orders: collection }) {
  const store = memoryStore();
  const changes = written.map((row) => ({ key: row.key, expect: null, row: { ...row, sealed: bytesOf(row.sealed) } }));
  assert(store.write(changes));
  const data = Object.fromEntries(vectors.keys.data.map(({ name, secret }) => [String(name), bytesOf(secret)]));
  const keys = { primary, data, index: bytesOf(vectors.keys.index["secret"]) };
  const vault = await open({ keys, collections, store, clock: () => now });
  return { ...vault.as("vectors"), store };
}

/** @param {{ collection: string, tenant?: string | null }} vector */
const about = ({ collection, tenant }) => ({
  collection,
  reason: /** @type {const} */ ("AppFunctionality"),
  ...(tenant ? { xTenantId: [tenant] } : {}),
});

/** Whether data is in the form in which it would be kept now. @param {string} data */
function isKept(data) {
  return Object.entries(JSON.parse(data)).every(([name, value]) => normalForm(collection.properties[name]?.type ?? "", value) === value);
}

/** What asks for a card-shaped ID. */
const template = { fptemplate: /** @type {const} */ ("primary_account_number"), fpprops: ["card"] };

/** Every pass, with every key as the primary one. @param {Hand} hand */
function* passes({ vectors: { keys, rows } }) {
  const all = [...rows.passes, { name: "a body under the older key", tokens: [rows.olderBody.token], transaction: null }];
  for (const { name } of keys.data) {
    for (const { tokens, transaction, ...pass } of all) {
      const written = [...tokens, ...(transaction ? [transaction] : [])].map(({ row }) => row);
      yield { name: `${name}, ${pass.name}`, primary: String(name), tokens, transaction, written };
    }
  }
}

rule("every token is answered as it was written", async (hand) => {
  let count = 0;
  for (const { primary, tokens: vectors, written } of passes(hand)) {
    const { tokens } = await open(hand, primary, written);
    for (const vector of vectors) {
      count += 1;
      const query = { ...about(vector), tokenIds: [vector.tokenId] };
      if (vector.type === "pci_oneway") {
        await assert.rejects(tokens.detokenize(query), { code: "VL3008" });
        continue;
      }
      const [answer] = await tokens.detokenize({ ...query, options: ["include_metadata"] });
      assert.deepEqual(answer?.fields, JSON.parse(vector.data), vector.name);
      const [entry] = answer?.metadata?.tokens ?? [];
      assert.deepEqual([answer?.metadata?.type, answer?.metadata?.scope], [vector.type, vector.scope], vector.name);
      assert.deepEqual([entry?.tags, entry?.effective_tenant_id ?? null], [vector.tags, vector.tenant], vector.name);
      assert.equal(Date.parse(entry?.creation_time ?? ""), vector.createdAt, vector.name);
      assert.equal(entry?.expiration_time && Date.parse(entry.expiration_time), vector.expiresAt, vector.name);
    }
  }
  assert(count >= 20, `${count}`);
});

rule("every token is reused by its data, and rotates", async (hand) => {
  let count = 0;
  for (const { primary, tokens: vectors, written } of passes(hand)) {
    for (const vector of vectors.filter(({ data }) => isKept(data))) {
      count += 1;
      await rotates(await open(hand, primary, written), vector);
    }
  }
  assert(count >= 20, `${count}`);
});

/** @param {Pick<Awaited<ReturnType<typeof open>>, "tokens">} client @param {TokenVector} vector */
async function rotates({ tokens }, vector) {
  const { type, scope, tokenId, card, data, name } = vector;
  const shape = card === undefined ? {} : template;
  const request = { ...about(vector), requestBody: [{ type, scope, ...shape, object: { fields: JSON.parse(data) } }] };
  const reused = async () => (await tokens.tokenize(request))[0]?.token_id;
  if (type !== "randomized") assert.equal(await reused(), tokenId, name);
  const newId = (await tokens.rotateTokens({ ...about(vector), tokenIds: [tokenId] }))[tokenId];
  assert(newId !== undefined && newId !== tokenId && newId !== card, name);
  if (card !== undefined) assert.deepEqual([newId.length, newId.slice(0, 6), newId.slice(-4)], [16, card.slice(0, 6), card.slice(-4)]);
  assert.deepEqual(await tokens.detokenize({ ...about(vector), tokenIds: [tokenId] }), [], name);
  if (type.startsWith("pci")) assert.equal(await reused(), newId, name);
  if (type === "deterministic") assert.equal(await reused(), tokenId, name);
}

rule("every transaction is answered again, and nothing is written", async (hand) => {
  let count = 0;
  for (const { name, primary, transaction, written } of passes(hand)) {
    if (transaction === null) continue;
    count += 1;
    const { tokens, store } = await open(hand, primary, written);
    const before = store.rows();
    const { operation, xTenantId, ...request } = JSON.parse(transaction.request);
    const tenants = xTenantId ? { xTenantId } : {};
    const call = { ...about(transaction), ...tenants, ...request, transactionId: transaction.transactionId };
    const answer = operation === "tokens.rotate" ? await tokens.rotateTokens(call) : await tokens.tokenize(call);
    assert.deepEqual(answer, JSON.parse(transaction.answer), name);
    assert.deepEqual(store.rows(), before, name);
  }
  assert(count >= 2, `${count}`);
});

rule("every ciphertext is taken, with every primary key, and none in another collection", async (hand) => {
  const { keys, ciphertexts } = hand.vectors;
  for (const { name: primary } of keys.data) {
    const { tokens, crypto } = await open(hand, String(primary));
    for (const vector of ciphertexts.calls.flatMap((call) => call.ciphertexts)) {
      const encrypted = { ciphertext: vector.ciphertext, scope: vector.scope };
      const [opened] = await crypto.decrypt({ ...about(vector), requestBody: [{ encrypted_object: encrypted }], options: ["include_metadata"] });
      const { type, scope, tags } = vector;
      assert.deepEqual(opened?.fields, JSON.parse(vector.data), vector.name);
      const expiration = vector.expiresAt === null ? null : new Date(vector.expiresAt).toISOString();
      assert.deepEqual(opened?.metadata, { type, scope, tags, expiration }, vector.name);
      const requestBody = [{ type: /** @type {const} */ ("randomized"), object: { encrypted } }];
      const [made] = await tokens.tokenize({ ...about(vector), requestBody });
      assert.equal(typeof made?.token_id, "string", vector.name);
      const elsewhere = { ...about(vector), collection: vector.collection === "orders" ? "customers" : "orders" };
      await assert.rejects(tokens.tokenize({ ...elsewhere, requestBody }), { code: "VL3003" }, vector.name);
    }
  }
});

rule("data encrypts to the very same deterministic ciphertext", async (hand) => {
  let count = 0;
  for (const call of hand.vectors.ciphertexts.calls) {
    const { crypto } = await open(hand, call.primary);
    for (const vector of call.ciphertexts) {
      if (vector.type !== "deterministic" || !isKept(vector.data)) continue;
      count += 1;
      const { type, scope } = vector;
      const requestBody = [{ type, scope, object: { fields: JSON.parse(vector.data) } }];
      const [answer] = await crypto.encrypt({ ...about(vector), requestBody });
      assert.equal(answer?.ciphertext, vector.ciphertext, vector.name);
    }
  }
  assert(count >= 1, `${count}`);
});

rule("every spelling of a value is one", async (hand) => {
  const where = about({ collection: "customers" });
  const type = /** @type {const} */ ("deterministic");
  for (const entry of hand.vectors["normal-forms"].entries) {
    const collections = { customers: { properties: { value: { type: entry.type } } } };
    const { tokens, crypto } = await open(hand, "2026", [], collections);
    for (const value of entry.spellings) {
      const object = { fields: { value } };
      const [hashed] = await crypto.hashObjects({ ...where, requestBody: [{ object }] });
      const [made] = await tokens.tokenize({ ...where, requestBody: [{ type, object }] });
      const [sealed] = await crypto.encrypt({ ...where, requestBody: [{ type, object }] });
      const found = [hashed?.token_id, made?.token_id, sealed?.ciphertext];
      assert.deepEqual(found, [entry.tokenId, entry.tokenId, entry.ciphertext], entry.type);
      const [answer] = await tokens.detokenize({ ...where, tokenIds: [entry.tokenId] });
      assert.deepEqual(answer?.fields, JSON.parse(entry.data), entry.type);
    }
  }
});

rule("data has the very same derived IDs", async (hand) => {
  const { tokens, crypto } = await open(hand, "2026");
  let count = 0;
  for (const { parts, tokenId } of hand.vectors["blind-index"].tokenIds) {
    const [name, tenant, scope, data = null] = parts;
    // No request can name the empty tenant.
    if (tenant === "" || data === null || !isKept(data)) continue;
    count += 1;
    const where = about({ collection: name ?? "orders", tenant: tenant ?? null });
    const request = { scope: String(scope), object: { fields: JSON.parse(data) } };
    const [hashed] = await crypto.hashObjects({ ...where, requestBody: [request] });
    const [made] = await tokens.tokenize({ ...where, requestBody: [{ type: "deterministic", ...request }] });
    assert.deepEqual([hashed?.token_id, made?.token_id], [tokenId, tokenId]);
  }
  assert(count >= 1, `${count}`);
});
