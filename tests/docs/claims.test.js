// @ts-check
// What the security notes say that others can find out, done: a page that claims less than this would be wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { blind, deriveCardId, deriveKeyring, deriveTokenId, openToken } from "../format/reader.js";

/** @import { Policy, Query } from "vaultlet" */

const about = { collection: "customers", reason: "AppFunctionality" };
const ssn = "078-05-1120";

/** @param {{ policy?: Policy }} [host] */
async function open({ policy = () => ({ allow: true }) } = {}) {
  const keys = generateKeys();
  const store = memoryStore();
  /** @type {Query[]} */
  const queries = [];
  const properties = { ssn: { type: "SSN", nullable: true }, email: { type: "EMAIL", nullable: true }, card: { type: "CC_NUMBER", nullable: true } };
  const vault = await openVault({
    keys,
    collections: { customers: { properties } },
    store: {
      read: (query) => (queries.push(structuredClone(query)), store.read(query)),
      write: (changes) => store.write(changes),
    },
    policy,
  });
  const { tokens, crypto } = vault.as("jane");
  const secretOf = (/** @type {string | undefined} */ text) => Buffer.from(String(text), "base64url");
  return { tokens, crypto, store, queries, index: secretOf(keys.index), data: secretOf(keys.data[keys.primary]) };
}

/** @param {unknown} fields @param {string} type */
const oneOf = (fields, type = "pci") => ({ ...about, requestBody: /** @type {[any]} */ ([{ type, object: { fields } }]) });

test("the index key and one deterministic ID or hash are enough to guess, without a store", async () => {
  const { tokens, crypto, index } = await open();
  const [{ token_id }] = await tokens.tokenize(oneOf({ ssn }, "deterministic"));
  const [{ token_id: hash }] = await crypto.hashObjects({ ...about, requestBody: [{ object: { fields: { ssn } } }] });
  const keyring = deriveKeyring(index, []);
  const guesses = Array.from({ length: 1_000 }, (_, at) => `078-05-${String(1_000 + at)}`);
  const guessed = guesses.filter((guess) => deriveTokenId(keyring, ["customers", null, "default", JSON.stringify({ ssn: guess })]) === token_id);
  assert.deepEqual([guessed, hash], [[ssn], token_id]);
});

test("the index key and the store are enough to guess data, tags and tenants; the index key opens nothing", async () => {
  const { tokens, store, index, data } = await open();
  await tokens.tokenize({ ...about, xTenantId: ["acme"], requestBody: [{ type: "pci", object: { fields: { ssn } }, tags: ["vip"] }] });
  const [row] = store.rows();
  const keyring = deriveKeyring(index, []);
  assert(row?.claims.includes(blind(keyring, "pci", ["customers", "acme", "default", JSON.stringify({ ssn })])));
  assert(row.terms.includes(blind(keyring, "tag", ["customers", "vip"])));
  assert(row.terms.includes(blind(keyring, "tenant", ["customers", "acme"])));
  assert.throws(() => openToken(keyring, row));
  assert.equal(openToken(deriveKeyring(new Uint8Array(32), [data]), row).tenant, "acme");
});

test("a card-shaped hash narrows a card's number to a handful", async () => {
  const { crypto, index } = await open();
  const card = "4111111111111111";
  const request = { object: { fields: { card } }, fptemplate: /** @type {const} */ ("primary_account_number"), fpprops: ["card"] };
  const [{ token_id }] = await crypto.hashObjects({ ...about, requestBody: [request] });
  assert.equal(token_id.slice(0, 6) + token_id.slice(-4), card.slice(0, 6) + card.slice(-4));
  const keyring = deriveKeyring(index, []);
  const fit = [];
  for (let middle = 0; middle < 1_000_000; middle += 1) {
    const number = card.slice(0, 6) + String(middle).padStart(6, "0") + card.slice(-4);
    if (!isLuhn(number)) continue;
    if (deriveCardId(keyring, ["customers", null, "default", JSON.stringify({ card: number }), 0], number) === token_id) fit.push(number);
  }
  assert(fit.includes(card) && fit.length <= 10, `${fit.length}`);
});

test("the store sees that the same data came back, deterministic too, and what absent things are asked for", async () => {
  for (const type of ["pci", "pci_oneway", "deterministic"]) {
    const { tokens, store, queries } = await open();
    await tokens.tokenize(oneOf({ ssn }, type));
    const [row] = store.rows();
    queries.length = 0;
    await tokens.tokenize(oneOf({ ssn }, type));
    assert(queries.some((query) => "claims" in query && query.claims.some((claim) => row?.claims.includes(claim))), type);
  }
  const { tokens, queries } = await open();
  await tokens.detokenize({ ...about, tokenIds: ["absent"] });
  await tokens.detokenize({ ...about, tokenIds: ["absent"] });
  assert.deepEqual(queries[0], queries[1]);
});

test("the right to tokenize one property tells which data is there, replaces all of a token's, and uses a ciphertext", async () => {
  const may = { capabilities: ["CapTokensWriter"], resource: "customers/properties/ssn" };
  let confined = false;
  const { tokens, crypto } = await open({
    policy: ({ capabilities, checks }) => ({
      allow: !confined || (capabilities.every((capability) => may.capabilities.includes(capability)) && checks.every(({ resource }) => resource === may.resource)),
    }),
  });
  const [{ token_id }] = await tokens.tokenize(oneOf({ ssn }));
  const [{ token_id: other }] = await tokens.tokenize(oneOf({ ssn: "219-09-9999", email: "jane@example.com" }));
  const [encrypted] = await crypto.encrypt({ ...about, requestBody: [{ object: { fields: { ssn } } }] });
  confined = true;
  const [{ token_id: found }] = await tokens.tokenize(oneOf({ ssn }));
  assert.equal(found, token_id);
  const change = (/** @type {any} */ object) => tokens.updateTokens({ ...about, tokenIds: [other], requestBody: { object } });
  await assert.rejects(change({ fields: { ssn } }), { code: "VL3006" });
  // A guess at what is in the ciphertext, which this caller may not open.
  await assert.rejects(crypto.decrypt({ ...about, requestBody: [{ encrypted_object: encrypted }] }), { code: "PV1006" });
  const [{ token_id: inside }] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { encrypted } }] });
  assert.equal(inside, token_id);
  await change({ fields: { ssn: "457-55-5462" } });
  confined = false;
  const [left] = await tokens.detokenize({ ...about, tokenIds: [other] });
  assert.deepEqual(left?.fields, { ssn: "457-55-5462" });
});

/** @param {string} number */
function isLuhn(number) {
  let sum = 0;
  for (let at = 0; at < number.length; at += 1) {
    const digit = Number(number[number.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
