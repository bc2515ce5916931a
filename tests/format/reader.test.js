// @ts-check
// The second reader reads every frozen vector, and rows and ciphertexts that the vault has just made.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { normalForm } from "./normal-form.js";
import { blind, deriveCardId, deriveKeyring, deriveTokenId, openCiphertext, openToken, openTransaction } from "./reader.js";
import { blindIndex, bytesOf, ciphertexts, keyring, keys, normalForms, rowOf, rows } from "./vector-files.js";

/** @import { Collections, Row } from "vaultlet" */
/** @import { TokenVector } from "./vector-files.js" */

test("derives the keys", () => {
  assert.equal(keyring.index.toString("hex"), keys.index.blindIndex);
  for (const { keyId, xaes, syntheticNonce } of keys.data) {
    const key = keyring.data.get(keyId ?? "");
    assert.equal(key?.xaes.toString("hex"), xaes);
    assert.equal(key?.syntheticNonce.toString("hex"), syntheticNonce);
  }
  assert.equal(keyring.data.size, 2);
});

test("derives every blind entry and token ID", () => {
  assert(blindIndex.entries.length > 20 && blindIndex.tokenIds.length > 5);
  for (const { kind, parts, label } of blindIndex.entries) assert.equal(blind(keyring, kind, parts), label, kind);
  for (const { parts, tokenId } of blindIndex.tokenIds) assert.equal(deriveTokenId(keyring, parts), tokenId);
});

test("derives every card-shaped ID, at the first attempt that is not the card's own number", () => {
  assert(blindIndex.cardIds.length > 5 && blindIndex.cardIds.some(({ attempt }) => attempt > 0));
  for (const { parts, card, attempt, tokenId } of blindIndex.cardIds) {
    const attempts = Array.from({ length: attempt + 1 }, (_, at) => deriveCardId(keyring, [...parts, at], card));
    assert.deepEqual(attempts, [...Array(attempt).fill(card), tokenId]);
  }
});

/** The columns that follow from what a token says of itself. @param {TokenVector} vector */
function labelsOf({ type, collection, tenant, scope, tags, uniqueTags, tokenId, card, data }) {
  const terms = [
    blind(keyring, "all", []),
    blind(keyring, "collection", [collection]),
    blind(keyring, "tenant", [collection, tenant]),
    ...tags.map((tag) => blind(keyring, "tag", [collection, tag])),
  ];
  const dataClaim = type.startsWith("pci") ? blind(keyring, type, [collection, tenant, scope, data]) : null;
  const claims = [
    blind(keyring, "token", [collection, tokenId]),
    ...(dataClaim === null ? [] : [dataClaim]),
    ...uniqueTags.map((tag) => blind(keyring, "unique-tag", [collection, tenant, tag])),
  ];
  const cardNumber = card === undefined ? null : blind(keyring, "card-number", [collection, card]);
  return { terms: terms.sort(), claims: claims.sort(), dataClaim, cardNumber };
}

const tokens = [...rows.passes.flatMap((pass) => pass.tokens), rows.olderBody.token];

for (const vector of tokens) {
  test(`opens a row: ${vector.name}`, () => {
    const { type, tokenId, collection, scope, tenant, tags, createdAt, card } = vector;
    const { terms, claims, dataClaim, cardNumber } = labelsOf(vector);
    const data = type === "pci_oneway" ? null : vector.data;
    const row = rowOf(vector.row);
    assert.deepEqual(openToken(keyring, row), { type, tokenId, collection, scope, tenant, tags, createdAt, dataClaim, cardNumber, data });
    assert.deepEqual([row.terms, row.claims], [terms, claims]);
    assert.deepEqual([row.expiresAt, row.pruneAt], [vector.expiresAt, vector.pruneAt]);
    if (vector.idFrom === "data") {
      const parts = [scope.startsWith("global:") ? null : collection, tenant, scope, vector.data];
      const derived = card === undefined ? [deriveTokenId(keyring, parts)] : [0, 1].map((attempt) => deriveCardId(keyring, [...parts, attempt], card));
      assert.equal(derived.find((id) => id !== card), tokenId);
    }
    assert.throws(() => openTransaction(keyring, row));
  });
}

for (const { name, transaction } of rows.passes) {
  if (transaction === null) continue;
  test(`opens a transaction: ${name}`, () => {
    const { operation, collection, tenants, transactionId, request, tokens, checks, answer } = transaction;
    const row = rowOf(transaction.row);
    const requestHash = blind(keyring, "request", [request]);
    assert.deepEqual(openTransaction(keyring, row), { requestHash, tokens, checks, answer });
    assert.deepEqual(row.claims, [blind(keyring, "transaction", [operation, collection, tenants, transactionId])]);
    assert.deepEqual(row.terms, [blind(keyring, "all", [])]);
    assert.deepEqual([row.expiresAt, row.pruneAt], [null, transaction.pruneAt]);
    assert.throws(() => openToken(keyring, row));
  });
}

for (const { name, collection, ciphertext, ...content } of ciphertexts.calls.flatMap((call) => call.ciphertexts)) {
  test(`opens a ciphertext: ${name}`, () => {
    assert.deepEqual(openCiphertext(keyring, ciphertext, collection), content);
    assert.throws(() => openCiphertext(keyring, ciphertext, `${collection}2`));
  });
}

test("derives and opens of every spelling of a value the same", () => {
  const { entries } = normalForms;
  assert(entries.some(({ spellings }) => spellings.some((spelling) => spelling !== spelling.normalize("NFC"))));
  assert(["CC_NUMBER", "PHONE_NUMBER"].every((type) => entries.some((entry) => entry.type === type && entry.spellings.length > 1)));
  for (const { type, spellings, data, tokenId, claim, ciphertext } of entries) {
    assert.equal(new Set(spellings).size, spellings.length);
    for (const spelling of spellings) {
      assert.equal(JSON.stringify({ value: normalForm(type, spelling) }), data);
      const parts = ["customers", null, "default", data];
      assert.deepEqual([deriveTokenId(keyring, parts), blind(keyring, "pci", parts)], [tokenId, claim]);
      assert.equal(openCiphertext(keyring, ciphertext, "customers").data, data);
    }
  }
  assert.equal(new Set(entries.map(({ tokenId }) => tokenId)).size, entries.length);
});

test("finds the nonces counted up from the fill, over the wrap", () => {
  for (const { fresh, tokens, transaction } of rows.passes) {
    const first = BigInt(`0x${fresh.slice(24, 48)}`);
    const nonces = [...tokens, ...(transaction ? [transaction] : [])].flatMap(({ row }) => noncesOf(row.sealed));
    const taken = nonces.filter((nonce) => nonce.startsWith(fresh.slice(0, 24))).map((nonce) => BigInt(`0x${nonce.slice(24)}`));
    // A body that was kept has the nonce of an earlier pass, and of another prefix.
    assert(taken.length >= tokens.length);
    taken.forEach((counter, step) => assert.equal(counter, BigInt.asUintN(96, first + BigInt(step))));
  }
});

/** Body and head, in the order in which they were sealed. @param {string} sealed */
function noncesOf(sealed) {
  const bytes = bytesOf(sealed);
  const end = 6 + bytes.readUInt32BE(2);
  const parts = end < bytes.length ? [end, 6] : [6];
  return parts.map((part) => bytes.toString("hex", part + 8, part + 32));
}

test("refuses a changed bit, wherever it is", () => {
  const [vector] = tokens;
  assert(vector);
  const row = rowOf(vector.row);
  for (const [position, byte] of row.sealed.entries()) {
    const sealed = row.sealed.with(position, byte ^ 1);
    assert.throws(() => openToken(keyring, { ...row, sealed }), `byte ${position}`);
  }
  for (const change of [{ version: 2 }, { expiresAt: 0 }, { pruneAt: 0 }, { terms: [] }, { claims: [] }, { key: "A".repeat(22) }]) {
    assert.throws(() => openToken(keyring, { ...row, ...change }));
  }
});

/** @type {Collections[string]} */
const customers = { properties: { email: { type: "EMAIL" }, balance: { type: "DOUBLE" }, card: { type: "CC_NUMBER" } } };

test("opens what the vault makes, before and after a rotation, and to the same", async () => {
  const secrets = generateKeys();
  const [older] = Object.values(generateKeys().data);
  assert(older);
  const data = { ...secrets.data, older };
  const fresh = deriveKeyring(secretOf(secrets.index), Object.values(data).map(secretOf));
  const store = memoryStore();
  const options = {
    collections: { customers },
    store,
    policy: () => ({ allow: /** @type {const} */ (true) }),
  };
  const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };
  const before = (await openVault({ ...options, keys: { ...secrets, data, primary: "older" } })).as("jane");
  const fields = { email: "zo\u{eb}@example.com", balance: -0.5 };
  const number = "4111111111111111";
  const given = { email: "zoe\u{308}@example.com", balance: -0.5 };
  const card = { object: { fields: { card: "4111 1111 1111 1111" } }, fptemplate: /** @type {const} */ ("primary_account_number"), fpprops: ["card"] };
  const made = await before.tokens.tokenize({
    ...about,
    xTenantId: ["acme"],
    transactionId: "t1",
    expirationSecs: "3600",
    requestBody: [
      { type: "randomized", object: { fields: given }, tags: ["vip"], ensure_unique_tenant_tags: ["vip"] },
      { type: "pci", object: { fields }, scope: "cards" },
      { type: "deterministic", object: { fields } },
      { type: "pci", ...card },
      { type: "deterministic", ...card },
    ],
  });
  const ids = made.map(({ token_id }) => token_id);
  await agree(before.tokens, ids);
  const parts = ["customers", "acme", "default", JSON.stringify({ card: number })];
  assert.equal(ids[4], [0, 1].map((attempt) => deriveCardId(fresh, [...parts, attempt], number)).find((id) => id !== number));

  const after = (await openVault({ ...options, keys: { ...secrets, data } })).as("jane");
  const rotated = await after.tokens.rotateTokens({ ...about, tokenIds: ids });
  const newIds = ids.map((id) => String(rotated[id]));
  await agree(after.tokens, newIds);
  await agree((await openVault({ ...options, keys: secrets })).as("jane").tokens, newIds);

  for (const type of /** @type {const} */ (["randomized", "deterministic"])) {
    const [answer] = await after.crypto.encrypt({ ...about, xTenantId: ["acme"], requestBody: [{ type, object: { fields: given }, scope: "cards" }] });
    const opened = openCiphertext(fresh, answer?.ciphertext ?? "", "customers");
    assert.deepEqual({ ...opened, data: JSON.parse(opened.data) }, { type, scope: "cards", tenant: "acme", tags: [], expiresAt: null, data: fields });
  }

  /** @param {typeof after.tokens} tokens @param {string[]} tokenIds */
  async function agree(tokens, tokenIds) {
    const answers = await tokens.detokenize({ ...about, tokenIds, options: ["include_metadata"] });
    assert.equal(answers.length, 5);
    const opened = rowsOfTokens().map((row) => ({ row, token: openToken(fresh, row) }));
    assert.equal(opened.length, 5);
    assert.equal(tokenIds.filter((id) => /^411111[0-9]{6}1111$/.test(id) && id !== number).length, 2);
    for (const { token_id, fields, metadata } of answers) {
      const found = opened.find(({ token }) => token.tokenId === token_id);
      assert(found && metadata);
      const { row, token } = found;
      assert.deepEqual(JSON.parse(token.data ?? ""), fields);
      assert.deepEqual([token.type, token.scope], [metadata.type, metadata.scope]);
      assert.equal(token.cardNumber, token_id.length === 16 ? blind(fresh, "card-number", ["customers", number]) : null);
      const [about] = metadata.tokens;
      assert.deepEqual([token.tags, token.tenant], [about?.tags, about?.effective_tenant_id]);
      assert.equal(token.createdAt, Date.parse(about?.creation_time ?? ""));
      assert.equal(row.expiresAt, Date.parse(about?.expiration_time ?? ""));
      assert(row.claims.includes(blind(fresh, "token", ["customers", token_id])));
    }
    const transactions = store.rows().filter((row) => purposeOf(row) === 3).map((row) => openTransaction(fresh, row));
    assert.deepEqual(transactions.map(({ answer }) => JSON.parse(answer)), [made]);
  }

  function rowsOfTokens() {
    return store.rows().filter((row) => purposeOf(row) === 1);
  }
});

/** @param {Row} row */
const purposeOf = (row) => row.sealed[1];

/** @param {string} text */
const secretOf = (text) => Buffer.from(text, "base64url");
