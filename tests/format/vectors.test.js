// @ts-check
// The frozen vectors through the package: a vault with their keys, over a store that holds their rows, answers what
// they say. Some of their data is not in its normal form: it is answered as it is, and what is given anew is its
// normal form. It knows nothing of the runtime but how `vector-files.js` reads a file.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { normalForm } from "./normal-form.js";
import { deriveCardId, deriveTokenId, openCiphertext } from "./reader.js";
import { blindIndex, bytesOf, ciphertexts, keyring, keys, normalForms, rowOf, rows } from "./vector-files.js";

/** @import { Collections, Vault } from "vaultlet" */
/** @import { TokenVector, WrittenRow } from "./vector-files.js" */

/** @typedef {ReturnType<Vault["as"]>["tokens"]} Tokens */

/** @type {Collections[string]} */
const collection = {
  properties: {
    active: { type: "BOOLEAN" }, balance: { type: "DOUBLE" }, card: { type: "CC_NUMBER" }, email: { type: "STRING" },
    height: { type: "DOUBLE" }, name: { type: "STRING" }, visits: { type: "INTEGER" },
  },
};

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const secrets = Object.fromEntries(keys.data.map(({ name, secret }) => [String(name), new Uint8Array(bytesOf(secret))]));

/** The clock of the vectors. */
const now = 1767225600000;

/** @param {string} primary @param {WrittenRow[]} [written] */
async function open(primary, written = []) {
  const store = memoryStore();
  const changes = written.map((row) => ({ key: row.key, expect: null, row: rowOf(row) }));
  assert(await store.write(changes));
  const vault = await openVault({
    keys: { primary, data: secrets, index: new Uint8Array(bytesOf(keys.index.secret)) },
    collections: { customers: collection, orders: collection },
    store,
    policy: () => ({ allow: true }),
    clock: () => now,
  });
  return { ...vault.as("vectors"), store };
}

/** @param {{ collection: string, tenant?: string | null }} vector */
const about = ({ collection, tenant }) => ({
  collection,
  reason: /** @type {const} */ ("AppFunctionality"),
  ...(tenant ? { xTenantId: [tenant] } : {}),
});

/** Data as it is kept when it is given now. @param {string} data */
function keptNow(data) {
  const kept = Object.entries(JSON.parse(data)).map(([name, value]) => [name, normalForm(collection.properties[name]?.type ?? "", value)]);
  return JSON.stringify(Object.fromEntries(kept));
}

/** @param {{ collection: string | null, tenant: string | null, scope: string, data: string, card?: string | undefined }} of */
function derivedId({ collection, tenant, scope, data, card }) {
  const parts = [scope.startsWith("global:") ? null : collection, tenant, scope, data];
  if (card === undefined) return deriveTokenId(keyring, parts);
  return [0, 1, 2].map((attempt) => deriveCardId(keyring, [...parts, attempt], card)).find((id) => id !== card);
}

/** What asks for a card-shaped ID. */
const template = { fptemplate: /** @type {const} */ ("primary_account_number"), fpprops: ["card"] };

const primaries = keys.data.map(({ name }) => String(name));
const passes = [...rows.passes, { name: "a body under the older key", tokens: [rows.olderBody.token], transaction: null }];

for (const primary of primaries) {
  for (const pass of passes) {
    const written = [...pass.tokens, ...(pass.transaction ? [pass.transaction] : [])].map(({ row }) => row);
    for (const vector of pass.tokens) {
      test(`${primary}: detokenizes ${vector.name}`, () => detokenizes(primary, written, vector));
      test(`${primary}: rotates ${vector.name}`, () => rotates(primary, written, vector));
    }
    const { transaction } = pass;
    if (transaction === null) continue;
    test(`${primary}: replays the transaction of ${pass.name}`, async () => {
      const { tokens, store } = await open(primary, written);
      const before = store.rows();
      const { operation, xTenantId, ...request } = JSON.parse(transaction.request);
      const tenants = xTenantId ? { xTenantId } : {};
      const call = { ...about(transaction), ...tenants, ...request, transactionId: transaction.transactionId };
      const answer = operation === "tokens.rotate" ? await tokens.rotateTokens(call) : await tokens.tokenize(call);
      assert.deepEqual(answer, JSON.parse(transaction.answer));
      assert.deepEqual(store.rows(), before);
    });
  }
}

/** @param {string} primary @param {WrittenRow[]} written @param {TokenVector} vector */
async function detokenizes(primary, written, vector) {
  const { tokens } = await open(primary, written);
  const query = { ...about(vector), tokenIds: [vector.tokenId] };
  if (vector.type === "pci_oneway") return assert.rejects(tokens.detokenize(query), { code: "VL3008" });
  const [answer] = await tokens.detokenize({ ...query, options: ["include_metadata"] });
  assert.deepEqual(answer?.fields, JSON.parse(vector.data));
  const [entry] = answer?.metadata?.tokens ?? [];
  assert.deepEqual([answer?.metadata?.type, answer?.metadata?.scope], [vector.type, vector.scope]);
  assert.deepEqual([entry?.tags, entry?.effective_tenant_id ?? null], [vector.tags, vector.tenant]);
  assert.equal(Date.parse(entry?.creation_time ?? ""), vector.createdAt);
  assert.equal(entry?.expiration_time && Date.parse(entry.expiration_time), vector.expiresAt);
}

/** Rotating opens the head and writes it anew; reuse finds the token by its data. @param {string} primary @param {WrittenRow[]} written @param {TokenVector} vector */
async function rotates(primary, written, vector) {
  const { tokens } = await open(primary, written);
  const { type, scope, tokenId, card, data } = vector;
  const shape = card === undefined ? {} : template;
  const request = { ...about(vector), requestBody: [{ type, scope, ...shape, object: { fields: JSON.parse(data) } }] };
  const reused = async () => (await tokens.tokenize(request))[0]?.token_id;
  const isKept = keptNow(data) === data;
  if (!isKept) return takesAsItIsKept(vector, tokens, await reused());
  if (type !== "randomized") assert.equal(await reused(), tokenId);
  const newId = (await tokens.rotateTokens({ ...about(vector), tokenIds: [tokenId] }))[tokenId];
  assert(newId !== undefined && newId !== tokenId && newId !== card);
  if (card === undefined) assert.match(newId, uuid4);
  else assert.deepEqual([newId.length, newId.slice(0, 6), newId.slice(-4)], [16, card.slice(0, 6), card.slice(-4)]);
  assert.deepEqual(await tokens.detokenize({ ...about(vector), tokenIds: [tokenId] }), []);
  if (type.startsWith("pci")) assert.equal(await reused(), newId);
  if (type === "deterministic") assert.equal(await reused(), tokenId);
}

/** Given again, data that was sealed in another form is its normal form, and other data. @param {TokenVector} vector @param {Tokens} tokens @param {string | undefined} again */
async function takesAsItIsKept(vector, tokens, again) {
  assert(again !== undefined && again !== vector.tokenId);
  if (vector.type === "deterministic") assert.equal(again, derivedId({ ...vector, data: keptNow(vector.data) }));
  if (vector.type !== "pci_oneway") {
    const answer = await tokens.detokenize({ ...about(vector), tokenIds: [again] });
    assert.deepEqual(answer[0]?.fields, JSON.parse(keptNow(vector.data)));
  }
  const newId = (await tokens.rotateTokens({ ...about(vector), tokenIds: [vector.tokenId] }))[vector.tokenId] ?? "";
  if (vector.type === "pci_oneway") return;
  const rotated = await tokens.detokenize({ ...about(vector), tokenIds: [newId] });
  assert.deepEqual(rotated[0]?.fields, JSON.parse(vector.data));
}

for (const call of ciphertexts.calls) {
  for (const vector of call.ciphertexts) {
    const fields = JSON.parse(vector.data);
    for (const primary of primaries) {
      test(`${primary}: takes the ciphertext ${vector.name}`, async () => {
        const { tokens } = await open(primary);
        const encrypted = { ciphertext: vector.ciphertext, scope: vector.scope };
        const [made] = await tokens.tokenize({ ...about(vector), requestBody: [{ type: "randomized", object: { encrypted } }] });
        assert(made);
        const tokenIds = [made.token_id];
        const [answer] = await tokens.detokenize({ ...about(vector), tokenIds, options: ["include_metadata"] });
        assert.deepEqual(answer?.fields, JSON.parse(keptNow(vector.data)));
        assert.equal(answer?.metadata?.tokens[0]?.effective_tenant_id ?? null, vector.tenant);
        const elsewhere = { ...about(vector), collection: vector.collection === "orders" ? "customers" : "orders" };
        const refused = tokens.tokenize({ ...elsewhere, requestBody: [{ type: "randomized", object: { encrypted } }] });
        await assert.rejects(refused, { code: "VL3003" });
      });
    }
    if (vector.type === "deterministic") {
      test(`encrypts to the very ciphertext ${vector.name}`, async () => {
        const { crypto } = await open(call.primary);
        const { type, scope } = vector;
        const [answer] = await crypto.encrypt({ ...about(vector), requestBody: [{ type, scope, object: { fields } }] });
        if (keptNow(vector.data) === vector.data) assert.equal(answer?.ciphertext, vector.ciphertext);
        else assert.equal(openCiphertext(keyring, answer?.ciphertext ?? "", vector.collection).data, keptNow(vector.data));
      });
    }
  }
}

for (const { type, spellings, data, tokenId, ciphertext } of normalForms.entries) {
  test(`${type}: every spelling of ${spellings[0]} is one`, async () => {
    const vault = await openVault({
      keys: { primary: "2026", data: secrets, index: new Uint8Array(bytesOf(keys.index.secret)) },
      collections: { customers: { properties: { value: { type } } } },
      store: memoryStore(),
      policy: () => ({ allow: true }),
      clock: () => now,
    });
    const { tokens, crypto } = vault.as("vectors");
    const where = about({ collection: "customers" });
    for (const value of spellings) {
      const object = { fields: { value } };
      const type = /** @type {const} */ ("deterministic");
      const [hashed] = await crypto.hashObjects({ ...where, requestBody: [{ object }] });
      const [made] = await tokens.tokenize({ ...where, requestBody: [{ type, object }] });
      const [sealed] = await crypto.encrypt({ ...where, requestBody: [{ type, object }] });
      assert.deepEqual([hashed?.token_id, made?.token_id, sealed?.ciphertext], [tokenId, tokenId, ciphertext]);
      const [answer] = await tokens.detokenize({ ...where, tokenIds: [tokenId] });
      assert.deepEqual(answer?.fields, JSON.parse(data));
    }
  });
}

test("derives the token IDs of the blind index", async () => {
  for (const { parts, tokenId } of blindIndex.tokenIds) {
    const [name, tenant, scope, data] = parts;
    // No request can name the empty tenant.
    if (tenant === "") continue;
    const { tokens } = await open("2026");
    const object = { fields: JSON.parse(data ?? "") };
    const request = { type: /** @type {const} */ ("deterministic"), scope: String(scope), object };
    const [made] = await tokens.tokenize({ ...about({ collection: name ?? "orders", tenant: tenant ?? null }), requestBody: [request] });
    const where = { collection: name ?? null, tenant: tenant ?? null, scope: String(scope) };
    assert.equal(derivedId({ ...where, data: data ?? "" }), tokenId);
    assert.equal(made?.token_id, derivedId({ ...where, data: keptNow(data ?? "") }));
  }
});

test("derives the card-shaped IDs of the blind index, for tokens and for hashes", async () => {
  for (const { parts, card, tokenId } of blindIndex.cardIds) {
    const [name, tenant, scope, data] = parts;
    if (tenant === "") continue;
    const { tokens, crypto } = await open("2026");
    const where = about({ collection: name ?? "orders", tenant: tenant ?? null });
    const request = { scope: String(scope), object: { fields: JSON.parse(data ?? "") }, ...template };
    const [hashed] = await crypto.hashObjects({ ...where, requestBody: [request] });
    const [made] = await tokens.tokenize({ ...where, requestBody: [{ ...request, type: "deterministic" }] });
    const of = { collection: name ?? null, tenant: tenant ?? null, scope: String(scope), card };
    assert.equal(derivedId({ ...of, data: data ?? "" }), tokenId);
    const id = derivedId({ ...of, data: keptNow(data ?? "") });
    assert.deepEqual([hashed?.token_id, made?.token_id], [id, id]);
  }
});
