// @ts-check
// A store that alters what it was given: every column, and every byte of `sealed`, one at a time. No altered row opens.

import { about, makeToken, secretEmail } from "../package/example-host.js";
import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Row } from "vaultlet" */
/** @import { Hand } from "./rules.js" */

const { rule, rules } = gather("a row that was altered");
export { rules as alteredRows };

/** A vault over a store that answers what it was given, until it is told to alter it. @param {Hand} hand */
async function openAltering({ open, makeStore }) {
  const store = await makeStore();
  /** @type {(row: Row) => Row} */
  let alter = (row) => row;
  /** As the store last answered them. @type {Row[]} */
  let rows = [];
  const vault = await open({
    store: {
      read: async (query) => {
        rows = await store.read(query);
        return rows.map((row) => alter({ ...row, sealed: row.sealed.slice() }));
      },
      write: (changes) => /** @type {any} */ (store).write(changes),
    },
  });
  const { tokens } = vault.as("jane");
  return {
    vault,
    tokens,
    /** @param {(row: Row) => Row} how */
    altering(how) {
      alter = how;
    },
    /** @param {string[]} tokenIds */
    async rowsOf(...tokenIds) {
      await tokens.detokenize({ ...about, tokenIds });
      return rows;
    },
  };
}

/** @type {(hand: Hand, change: (row: Row) => Partial<Row>) => Promise<void>} */
async function refuses(hand, change) {
  const { vault, tokens, altering } = await openAltering(hand);
  const tokenId = await makeToken(vault);
  altering((row) => ({ ...row, ...change(row) }));
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
  altering((row) => row);
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
  rule(`refuses ${name}`, (hand) => refuses(hand, change));
}

rule("refuses a row of which any one byte of `sealed` was changed", async (hand) => {
  const { vault, tokens, altering, rowsOf } = await openAltering(hand);
  const tokenId = await makeToken(vault);
  const length = Number((await rowsOf(tokenId))[0]?.sealed.length);
  assert(length > 100);
  for (let at = 0; at < length; at += 1) {
    altering((row) => {
      row.sealed[at] = Number(row.sealed[at]) ^ 1;
      return row;
    });
    await assert.rejects(tokens.detokenize({ ...about, tokenIds: [tokenId] }), { code: "VL5001" }, `byte ${at}`);
  }
});

rule("refuses a token's row under another token's columns", async (hand) => {
  const { vault, tokens, altering, rowsOf } = await openAltering(hand);
  const [mine, other] = [await makeToken(vault), await makeToken(vault, "joe@example.com")];
  const rows = await rowsOf(mine, other);
  const sealedOf = (/** @type {Row} */ row) => rows.find(({ key }) => key !== row.key)?.sealed ?? row.sealed;
  altering((row) => ({ ...row, sealed: sealedOf(row) }));
  for (const tokenId of [mine, other]) {
    await assert.rejects(tokens.detokenize({ ...about, tokenIds: [tokenId] }), { code: "VL5001" });
  }
});
