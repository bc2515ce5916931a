// @ts-check
// What a call costs for n things, and for eight times as many: about eight times the steps of the wasm, whatever it is
// that a caller brings many of. A loop within a loop would make it up to 64. A file of its own, because a process loads
// the wasm once.

import assert from "node:assert/strict";
import { test } from "node:test";

// Before a vault is opened.
import { stepsSoFar } from "./counted-wasm.js";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

/** @import { TokensClient, CryptoClient } from "vaultlet" */

const FEW = 300;
/** Sorting is a little more than linear: a call that does nothing else makes ten times the steps. */
const MOST = 12;

const keys = generateKeys();
const about = { collection: "customers", reason: "AppFunctionality" };

/** @type {(count: number, of: (number: number) => any) => any[]} */
const many = (count, of) => Array.from({ length: count }, (_, number) => of(number));

/** @param {number} number */
const name = (number) => `p${number}`;
/** @param {number} number */
const token = (number) => ({ type: "randomized", token_id: `t${number}`, object: { fields: { p0: `${number}` } } });
/** @param {number} count */
const wide = (count) => ({ fields: Object.fromEntries(many(count, (number) => [name(number), "x"])) });
/** @param {number} count */
const ids = (count) => many(count, (number) => `t${number}`);

/** A vault whose collection has as many properties as there are to be things. @param {number} count */
async function open(count) {
  const properties = Object.fromEntries([
    ...many(count, (number) => [name(number), { type: "STRING", nullable: true }]),
    ["json", { type: "JSON", nullable: true }],
    ["card", { type: "CC_NUMBER", nullable: true }],
  ]);
  const kept = memoryStore();
  /** @type {any} */
  let madeUp;
  const vault = await openVault({
    keys,
    collections: { customers: { properties } },
    store: { read: (query) => madeUp ?? kept.read(query), write: (changes) => kept.write(changes) },
    policy: () => ({ allow: true }),
    settings: { maxTokens: 100_000 },
  });
  return { ...vault.as("counting"), rows: () => kept.rows(), makeUp: (/** @type {unknown} */ answer) => void (madeUp = answer) };
}

/** @typedef {{ tokens: any, crypto: any, rows: () => any[], makeUp: (answer: unknown) => void }} Client */

/** @type {(client: Client, count: number) => Promise<void>} */
const makeMany = (client, count) => client.tokens.tokenize({ ...about, requestBody: many(count, token) });

/** @type {(client: Client, count: number) => Promise<void>} */
const makeWide = (client, count) =>
  client.tokens.tokenize({ ...about, requestBody: [{ type: "randomized", token_id: "wide", object: wide(count) }] });

/** @type {(client: Client, requestBody: any[]) => Promise<string[]>} */
const encrypt = async (client, requestBody) =>
  (await client.crypto.encrypt({ ...about, requestBody })).map((/** @type {any} */ { ciphertext }) => ciphertext);

/**
 * What is prepared, and what is counted. It may end in an error.
 * @type {[of: string, prepare: (client: Client, count: number) => Promise<any>, call: (client: Client, count: number, prepared: any) => Promise<any>][]}
 */
const kinds = [
  ["tokens that are made", async () => {}, makeMany],
  [
    "tokens that are found by their data",
    (client, count) =>
      client.tokens.tokenize({ ...about, requestBody: many(count, (number) => ({ ...token(number), type: "pci" })) }),
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({ type: "pci", tags: ["t"], object: token(number).object })),
      }),
  ],
  [
    "requests that mean one token",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({ ...about, requestBody: many(count, () => ({ type: "pci", object: token(1).object })) }),
  ],
  [
    "requests that share an object",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({
          type: "randomized",
          object: number === 0 ? token(0).object : { request_index: 0 },
        })),
      }),
  ],
  [
    "requests that share a large object, and properties of it",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({
          type: "randomized",
          object: number === 0 ? wide(count) : { request_index: 0 },
          props: [name(number)],
        })),
      }),
  ],
  [
    "tags that are ensured",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({
          ...token(number),
          tags: [`tag ${number}`],
          ensure_unique_tenant_tags: [`tag ${number}`],
        })),
      }),
  ],
  [
    "card-shaped IDs",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({
          type: "randomized",
          fptemplate: "primary_account_number",
          fpprops: ["card"],
          object: { fields: { card: "4111111111111111", p0: `${number}` } },
        })),
      }),
  ],
  ["properties of an object", async () => {}, makeWide],
  [
    "properties of an object, and props",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: [{ type: "randomized", object: wide(count), props: many(count, name).reverse() }],
      }),
  ],
  ["properties that are shown", makeWide, ({ tokens }) => tokens.detokenize({ ...about, tokenIds: ["wide"] })],
  [
    "properties that are asked for",
    makeWide,
    ({ tokens }, count) =>
      tokens.detokenize({
        ...about,
        tokenIds: ["wide"],
        props: many(count, (number) => (number % 2 === 0 ? name(number) : `${name(number)}.mask`)),
      }),
  ],
  [
    "properties of a token that are replaced",
    makeWide,
    ({ tokens }, count) =>
      tokens.updateTokens({ ...about, tokenIds: ["wide"], requestBody: { object: wide(count) } }),
  ],
  [
    "properties in a ciphertext that is tokenized",
    (client, count) => encrypt(client, [{ object: wide(count) }]),
    ({ tokens }, count, [ciphertext]) =>
      tokens.tokenize({
        ...about,
        requestBody: [{ type: "randomized", object: { encrypted: { ciphertext } }, props: many(count, name) }],
      }),
  ],
  [
    "requests that share a large ciphertext, and properties of it",
    (client, count) => encrypt(client, [{ object: wide(count) }]),
    ({ tokens }, count, [ciphertext]) =>
      tokens.tokenize({
        ...about,
        requestBody: many(count, (number) => ({
          type: "randomized",
          object: number === 0 ? { encrypted: { ciphertext } } : { request_index: 0 },
          props: [name(number)],
        })),
      }),
  ],
  [
    "properties in a ciphertext that is updated",
    (client, count) => encrypt(client, [{ object: wide(count) }]),
    ({ crypto }, count, [ciphertext]) =>
      crypto.updateEncrypted({
        ...about,
        requestBody: [{ encrypted_object: { ciphertext }, ...wide(count / 2), props: many(count, name) }],
      }),
  ],
  [
    "properties in a ciphertext that is opened",
    (client, count) => encrypt(client, [{ object: wide(count) }]),
    ({ crypto }, count, [ciphertext]) =>
      crypto.decrypt({ ...about, requestBody: [{ encrypted_object: { ciphertext }, props: many(count, name) }] }),
  ],
  [
    "ciphertexts",
    (client, count) => encrypt(client, many(count, (number) => ({ object: token(number).object }))),
    ({ crypto }, _, ciphertexts) =>
      crypto.decrypt({
        ...about,
        requestBody: ciphertexts.map((/** @type {string} */ ciphertext) => ({ encrypted_object: { ciphertext } })),
      }),
  ],
  [
    "hashes",
    async () => {},
    ({ crypto }, count) =>
      crypto.hashObjects({ ...about, requestBody: many(count, (number) => ({ object: token(number).object })) }),
  ],
  [
    "keys in a JSON value",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: [{ type: "randomized", object: { fields: { json: { inside: wide(count), list: ids(count) } } } }],
      }),
  ],
  ["tokens that are shown", makeMany, ({ tokens }, count) => tokens.detokenize({ ...about, tokenIds: ids(count) })],
  [
    "tokens that are shown, and properties that are asked for",
    makeMany,
    ({ tokens }, count) => tokens.detokenize({ ...about, tokenIds: ids(count), props: many(count, name) }),
  ],
  [
    "tokens that a tag finds",
    (client, count) => client.tokens.tokenize({ ...about, requestBody: many(count, (number) => ({ ...token(number), tags: ["t"] })) }),
    ({ tokens }) => tokens.detokenize({ ...about, tags: ["t"] }),
  ],
  [
    "rows that a store makes up, of labels that begin alike",
    async (client, count) => {
      await makeMany(client, count);
      const label = (/** @type {number} */ number) => String(number).padStart(22, "A");
      const labels = (/** @type {number} */ number) => many(64, (at) => label(64 * number + at));
      client.makeUp(client.rows().map((row, number) => ({ ...row, terms: labels(number), claims: labels(number) })));
    },
    ({ tokens }, count) => tokens.rotateTokens({ ...about, tokenIds: ids(count) }),
  ],
  [
    "tokens that are searched",
    makeMany,
    ({ tokens }, count) => tokens.searchTokens({ ...about, requestBody: { token_ids: ids(count) } }),
  ],
  [
    "tokens that are updated",
    makeMany,
    ({ tokens }, count) =>
      tokens.updateTokens({ ...about, tokenIds: ids(count), expirationSecs: "60", requestBody: { tags: ["t"] } }),
  ],
  ["tokens that are rotated", makeMany, ({ tokens }, count) => tokens.rotateTokens({ ...about, tokenIds: ids(count) })],
  [
    "tokens that are rotated in a transaction",
    makeMany,
    ({ tokens }, count) => tokens.rotateTokens({ ...about, tokenIds: ids(count), transactionId: "once" }),
  ],
  [
    "IDs known and unknown",
    makeMany,
    ({ tokens }, count) => tokens.rotateTokens({ ...about, tokenIds: ids(2 * count).reverse() }),
  ],
  ["tokens that are deleted", makeMany, ({ tokens }, count) => tokens.deleteTokens({ ...about, tokenIds: ids(count) })],
  ["tokens that are counted", makeMany, ({ tokens }) => tokens.getTokensCount(about)],
  ["unknown parameters", async () => {}, ({ tokens }, count) => tokens.getTokensCount({ ...about, ...wide(count).fields })],
  [
    "unknown properties",
    async () => {},
    ({ tokens }, count) =>
      tokens.tokenize({
        ...about,
        requestBody: [
          { type: "randomized", object: { fields: Object.fromEntries(many(count, (number) => [`q${number}`, "x"])) } },
        ],
      }),
  ],
];

/** @type {(kind: typeof kinds[number], count: number) => Promise<number>} */
async function count([, prepare, call], count) {
  const client = await open(count);
  const prepared = await prepare(client, count);
  const before = stepsSoFar();
  await call(client, count, prepared).catch((/** @type {any} */ error) => {
    if (!["PV1012", "PV3004", "PV3087", "VL5001"].includes(error.code)) throw error;
  });
  return stepsSoFar() - before;
}

for (const kind of kinds) {
  test(`eight times as many ${kind[0]} are eight times the work`, async (context) => {
    const few = await count(kind, FEW);
    const many = await count(kind, 8 * FEW);
    context.diagnostic(`${few} steps for ${FEW}, ${(many / few).toFixed(2)} times as many for ${8 * FEW}`);
    assert(few > FEW, "it is counted");
    assert(many < MOST * few, `${many} steps, and ${few} for an eighth`);
  });
}
