// @ts-check
// How often each operation goes to the store: a database is a network away. The counts are no figures of a machine, so
// one more than there have to be is a failure.

import { generateKeys, openVault } from "vaultlet";

/** @import { Store, TokensClient } from "vaultlet" */

/** @typedef {{ operation: string, reads: number, writes: number }} Trips */

/** @typedef {Trips & { most: { reads: number, writes: number } }} Counted */

const collections = /** @type {const} */ ({
  customers: { properties: { name: { type: "NAME", nullable: true }, card: { type: "CC_NUMBER", nullable: true } } },
});
const about = { collection: "customers", reason: "AppFunctionality" };

/** Tokens of one call: how many there are must not count. */
const MANY = 300;

/** What one token writes at most: its key, terms, claims, before and after. */
const TOUCHED = 12;

/** @param {string} name @param {object} [others] */
const request = (name, others) => ({ type: "randomized", object: { fields: { name } }, ...others });
const unique = (/** @type {string} */ tag) => ({ tags: [tag], ensure_unique_tenant_tags: [tag] });

/**
 * What is counted, in an order in which each has what it needs. `tokenIds` are those of tokens that are there.
 * @typedef {(tokens: TokensClient, tokenIds: string[]) => Promise<unknown>} Work
 * @type {[operation: string, reads: number, writes: number, work: Work][]}
 */
const OPERATIONS = [
  ["detokenize by token IDs", 1, 0, (tokens, tokenIds) => tokens.detokenize({ ...about, tokenIds })],
  ["search by token IDs", 1, 0, (tokens, tokenIds) => tokens.searchTokens({ ...about, requestBody: { token_ids: tokenIds } })],
  ["count, of one page", 1, 0, (tokens) => tokens.getTokensCount(about)],
  ["update of tags", 1, 1, (tokens, tokenIds) => tokens.updateTokens({ ...about, tokenIds, requestBody: { tags: ["a"] } })],
  ["update of expiry", 1, 1, (tokens, tokenIds) => tokens.updateTokens({ ...about, tokenIds, expirationSecs: "3600", requestBody: {} })],
  [
    "update of tags, transaction ID",
    2,
    1,
    (tokens, tokenIds) => tokens.updateTokens({ ...about, tokenIds, transactionId: "update", requestBody: { tags: ["b"] } }),
  ],
  [
    "update with data",
    2,
    1,
    (tokens, [id = ""]) => tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { object: { fields: { name: "new" } } } }),
  ],
  ["update with unique tags", 3, 1, (tokens, [id = ""]) => tokens.updateTokens({ ...about, tokenIds: [id], requestBody: unique("u") })],
  [
    "update with unique tags, data",
    4,
    1,
    (tokens, [id = ""]) =>
      tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { ...unique("v"), object: { fields: { name: "newer" } } } }),
  ],
  ["tokenize randomized", 0, 1, (tokens, ids) => tokens.tokenize({ ...about, requestBody: ids.map((id) => request(id)) })],
  ["tokenize pci", 1, 1, (tokens, ids) => tokens.tokenize({ ...about, requestBody: ids.map((id) => request(id, { type: "pci" })) })],
  [
    "tokenize deterministic",
    1,
    1,
    (tokens, ids) => tokens.tokenize({ ...about, requestBody: ids.map((id) => request(id, { type: "deterministic" })) }),
  ],
  [
    "tokenize with given IDs",
    1,
    1,
    (tokens, ids) => tokens.tokenize({ ...about, requestBody: ids.map((id, index) => request(id, { token_id: `given-${index}` })) }),
  ],
  // One tag: a query asks for rows that have all of its terms, so of several tags each is asked for by itself.
  ["tokenize with unique tags", 2, 1, (tokens) => tokens.tokenize({ ...about, requestBody: [request("alone", unique("w"))] })],
  [
    "tokenize pci, unique tags",
    2,
    1,
    (tokens) => tokens.tokenize({ ...about, requestBody: [request("alone", { type: "pci", ...unique("x") })] }),
  ],
  [
    "tokenize pci, transaction ID",
    2,
    1,
    (tokens) => tokens.tokenize({ ...about, transactionId: "tokenize", requestBody: [request("once", { type: "pci" })] }),
  ],
  [
    "tokenize card-shaped IDs",
    2,
    1,
    (tokens) =>
      tokens.tokenize({
        ...about,
        requestBody: [{ type: "randomized", object: { fields: { card: "4580458045804580" } }, fptemplate: "primary_account_number", fpprops: ["card"] }],
      }),
  ],
  ["rotate", 1, 1, async (tokens, tokenIds) => renew(tokenIds, await tokens.rotateTokens({ ...about, tokenIds }))],
  [
    "rotate, transaction ID",
    2,
    1,
    async (tokens, tokenIds) => renew(tokenIds, await tokens.rotateTokens({ ...about, tokenIds, transactionId: "rotate" })),
  ],
  ["delete", 1, 1, (tokens, tokenIds) => tokens.deleteTokens({ ...about, tokenIds })],
];

/** @param {string[]} tokenIds @param {Record<string, string>} map */
function renew(tokenIds, map) {
  for (const [index, id] of tokenIds.entries()) tokenIds[index] = map[id] ?? id;
}

/**
 * Counts on an empty store.
 * @param {Store} store
 * @returns {Promise<Counted[]>}
 */
export async function countRoundTrips(store) {
  const gone = { reads: 0, writes: 0 };
  /** @type {Store} */
  const counting = {
    read: (query) => ((gone.reads += 1), store.read(query)),
    write: (changes) => ((gone.writes += 1), store.write?.(changes) ?? false),
    ...(store.maxWrites === undefined ? {} : { maxWrites: store.maxWrites }),
    ...(store.maxRowBytes === undefined ? {} : { maxRowBytes: store.maxRowBytes }),
  };
  const vault = await openVault({ keys: generateKeys(), collections, store: counting, policy: () => ({ allow: true }) });
  const { tokens } = vault.as("jane");
  const many = Math.min(MANY, Math.floor((store.maxWrites ?? Infinity) / TOUCHED));
  // Of data that stands for one token, so that an update of it has to look for another.
  const requestBody = Array.from({ length: many }, (_, index) => request(`Jane ${index}`, { type: "pci" }));
  const made = await tokens.tokenize({ ...about, requestBody });
  const tokenIds = made.map(({ token_id }) => token_id);
  /** @type {Counted[]} */
  const counted = [];
  for (const [operation, reads, writes, work] of OPERATIONS) {
    Object.assign(gone, { reads: 0, writes: 0 });
    await work(tokens, tokenIds);
    counted.push({ operation, ...gone, most: { reads, writes } });
  }
  vault.close();
  return counted;
}

/** Those that go more often than they have to. @param {Counted[]} counted */
export const tooMany = (counted) => counted.filter(({ reads, writes, most }) => reads > most.reads || writes > most.writes);
