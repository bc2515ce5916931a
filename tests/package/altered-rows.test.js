// @ts-check
// A store that alters what it was given: every column, and every byte of `sealed`, one at a time. No altered row opens.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, exampleHost, makeToken, secretEmail } from "./example-host.js";

/** @import { Row } from "vaultlet" */

const store = memoryStore();
/** @type {(row: Row) => Row} */
let alter = (row) => row;
const vault = openVault(
  exampleHost({ store: { read: async (query) => (await store.read(query)).map(alter), write: (changes) => store.write(changes) } }),
);

/** @param {(row: Row) => Partial<Row>} change */
async function refuses(change) {
  const { tokens } = (await vault).as("jane");
  alter = (row) => row;
  const tokenId = await makeToken(await vault);
  alter = (row) => ({ ...row, ...change(row) });
  try {
    for (const call of [
      () => tokens.detokenize({ ...about, tokenIds: [tokenId] }),
      () => tokens.rotateTokens({ ...about, tokenIds: [tokenId] }),
      () => tokens.updateTokens({ ...about, tokenIds: [tokenId], requestBody: { tags: ["new"] } }),
    ]) {
      await assert.rejects(call(), (/** @type {any} */ error) => {
        assert.equal(error.code, "VL5001");
        assert.equal(error.status, 500);
        assert(!JSON.stringify(error).includes(secretEmail));
        return true;
      });
    }
  } finally {
    alter = (row) => row;
  }
  assert.deepEqual(await tokens.detokenize({ ...about, tokenIds: [tokenId] }), [
    { token_id: tokenId, fields: { email: secretEmail } },
  ]);
}

const label = "A".repeat(22);

for (const [name, change] of /** @type {[string, (row: Row) => Partial<Row>][]} */ ([
  ["the key", () => ({ key: label })],
  ["one letter of the key", ({ key }) => ({ key: (key.startsWith("A") ? "B" : "A") + key.slice(1) })],
  ["a key that is too short", ({ key }) => ({ key: key.slice(1) })],
  ["a key that is no ASCII", () => ({ key: "é".repeat(22) })],
  ["the version", ({ version }) => ({ version: version + 1 })],
  ["a version of zero", () => ({ version: 0 })],
  ["a negative version", ({ version }) => ({ version: -version })],
  ["a version that is no number", () => ({ version: NaN })],
  ["a fractional version", ({ version }) => ({ version: version + 0.5 })],
  ["a term more", ({ terms }) => ({ terms: [...terms, label] })],
  ["a term less", ({ terms }) => ({ terms: terms.slice(1) })],
  ["a term twice", ({ terms }) => ({ terms: [...terms, ...terms.slice(0, 1)] })],
  ["another term", ({ terms }) => ({ terms: [label, ...terms.slice(1)] })],
  ["a claim more", ({ claims }) => ({ claims: [...claims, label] })],
  ["a claim less", ({ claims }) => ({ claims: claims.slice(1) })],
  ["another claim less", ({ claims }) => ({ claims: claims.slice(0, -1) })],
  ["a claim twice", ({ claims }) => ({ claims: [...claims, ...claims.slice(0, 1)] })],
  ["a claim among the terms", ({ claims, terms }) => ({ terms: [...terms, ...claims.slice(0, 1)] })],
  ["an expiry where there is none", () => ({ expiresAt: 4_000_000_000_000 })],
  ["an expiry that is no number", () => ({ expiresAt: NaN })],
  ["a pruning time where there is none", () => ({ pruneAt: 4_000_000_000_000 })],
  ["no sealed bytes", () => ({ sealed: new Uint8Array(0) })],
  ["one sealed byte less", ({ sealed }) => ({ sealed: sealed.slice(1) })],
  ["one sealed byte less at the end", ({ sealed }) => ({ sealed: sealed.slice(0, -1) })],
  ["one sealed byte more", ({ sealed }) => ({ sealed: Uint8Array.of(...sealed, 0) })],
])) {
  test(`refuses ${name}`, () => refuses(change));
}

test("refuses a row of which any one byte of `sealed` was changed", async () => {
  const { tokens } = (await vault).as("jane");
  const tokenId = await makeToken(await vault);
  const length = Number(store.rows()[0]?.sealed.length);
  assert(length > 100);
  for (let at = 0; at < length; at += 1) {
    alter = (row) => {
      row.sealed[at] = Number(row.sealed[at]) ^ 1;
      return row;
    };
    await assert.rejects(tokens.detokenize({ ...about, tokenIds: [tokenId] }), { code: "VL5001" }, `byte ${at}`);
  }
  alter = (row) => row;
});

test("refuses a token's row under another token's columns", async () => {
  const [mine, other] = [await makeToken(await vault), await makeToken(await vault, "joe@example.com")];
  const { tokens } = (await vault).as("jane");
  const rows = store.rows();
  const sealedOf = (/** @type {Row} */ row) => rows.find(({ key }) => key !== row.key)?.sealed ?? row.sealed;
  alter = (row) => ({ ...row, sealed: sealedOf(row) });
  for (const tokenId of [mine, other]) {
    await assert.rejects(tokens.detokenize({ ...about, tokenIds: [tokenId] }), { code: "VL5001" });
  }
  alter = (row) => row;
});
