// @ts-check
// A vault on a store: what its callers see, whatever engine is beneath; how often it goes there; and those rules of the
// package's own suite that a store could break.

import { generateKeys, openVault } from "vaultlet";

import { countRoundTrips, tooMany } from "../../benches/round-trips.js";
import { expect, expectEqual } from "../../pkg/testing/expect.js";
import { overAnyStore } from "../suite/suite.js";

/** @import { Store, VaultClient } from "vaultlet" */
/** @import { StoreTests } from "vaultlet/testing" */

const collections = /** @type {const} */ ({
  customers: {
    properties: {
      name: { type: "NAME", nullable: true },
      email: { type: "EMAIL", nullable: true },
      card: { type: "CC_NUMBER", nullable: true },
      note: { type: "LONG_TEXT", nullable: true },
    },
  },
});
const about = /** @type {const} */ ({ collection: "customers", reason: "AppFunctionality" });

/** A store whose next write may lose its answer. @param {Store} store */
function watch(store) {
  /** @type {Store & { losesAnswer: boolean }} */
  const watched = {
    losesAnswer: false,
    ...(store.maxWrites === undefined ? {} : { maxWrites: store.maxWrites }),
    ...(store.maxRowBytes === undefined ? {} : { maxRowBytes: store.maxRowBytes }),
    /** @type {Store["read"]} */
    read: (query) => store.read(query),
    /** @param {import("vaultlet").Change[]} changes @returns {Promise<boolean>} */
    async write(changes) {
      const landed = await store.write?.(changes);
      if (!watched.losesAnswer) return landed === true;
      watched.losesAnswer = false;
      throw new Error("the connection broke");
    },
  };
  return watched;
}

/** @typedef {ReturnType<typeof watch>} Watched */

/** @type {[title: string, check: (client: VaultClient, store: Watched) => Promise<void>][]} */
const RULES = [
  [
    "equal data is one token, which is updated from fields and from a ciphertext, and keeps its ID",
    async ({ tokens, crypto }) => {
      const make = (/** @type {string} */ email) =>
        tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { email } } }] });
      const [made] = await make("jane@example.com");
      const [again] = await make("jane@example.com");
      expectEqual(again, made, "the token of equal data");
      const tokenIds = [made?.token_id ?? ""];
      await tokens.updateTokens({ ...about, tokenIds, requestBody: { object: { fields: { email: "j@example.org" } } } });
      const [sealed] = await crypto.encrypt({
        ...about,
        requestBody: [{ object: { fields: { email: "third@example.net", name: "Jane" } }, scope: "other" }],
      });
      const ciphertext = sealed?.ciphertext ?? "";
      await tokens.updateTokens({
        ...about,
        tokenIds,
        requestBody: { object: { encrypted: { ciphertext, scope: "other" } }, props: ["email"] },
      });
      const [found] = await tokens.detokenize({ ...about, tokenIds });
      expectEqual(found?.fields, { email: "third@example.net" }, "what it holds");
      expectEqual((await make("third@example.net"))[0], made, "the token of its new data");
      expect((await make("jane@example.com"))[0]?.token_id !== made?.token_id, "its old data must be another token");
    },
  ],
  [
    "a rotated token has a new ID, and the old one is gone",
    async ({ tokens }) => {
      const requestBody = Array.from({ length: 10 }, (_, index) => ({
        type: /** @type {const} */ ("randomized"),
        object: { fields: { name: `Jane ${index}` } },
        tags: ["t"],
      }));
      const made = await tokens.tokenize({ ...about, requestBody });
      const tokenIds = made.map(({ token_id }) => token_id);
      const map = await tokens.rotateTokens({ ...about, tokenIds });
      expectEqual(Object.keys(map), tokenIds, "the IDs that were rotated");
      expectEqual(await tokens.detokenize({ ...about, tokenIds }), [], "what the old IDs stand for");
      const found = await tokens.detokenize({ ...about, tokenIds: Object.values(map) });
      expectEqual(found.map(({ fields }) => fields["name"]), requestBody.map(({ object }) => object.fields.name), "the data");
    },
  ],
  [
    "a rotation whose reply was lost is repeated, and answers the same",
    async ({ tokens }, store) => {
      const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object: { fields: { name: "Jane" } } }] });
      const call = { ...about, tokenIds: [made?.token_id ?? ""], transactionId: "0b9e2a52-6b5a-4d0f-9f1c-1f3f0d8c2b11" };
      store.losesAnswer = true;
      // The vault reads back what has become of it: the call itself may know.
      const first = await tokens.rotateTokens(call);
      expectEqual(await tokens.rotateTokens(call), first, "the map, asked for again");
    },
  ],
  [
    "an archived token is met where archived ones are asked for, and comes back",
    async ({ tokens }) => {
      const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { name: "Jane" } }, tags: ["a"] }] });
      const tokenIds = [made?.token_id ?? ""];
      await tokens.updateTokens({ ...about, tokenIds, expirationSecs: "0", requestBody: {} });
      expectEqual(await tokens.searchTokens({ ...about, requestBody: { token_ids: tokenIds } }), [], "active ones");
      expectEqual(await tokens.getTokensCount(about), { active: 0, archived: 1, total: 1 }, "the count");
      await tokens.updateTokens({ ...about, tokenIds, expirationSecs: "", options: ["archived"], requestBody: {} });
      expectEqual((await tokens.detokenize({ ...about, tags: ["a"] })).length, 1, "tokens by the tag");
    },
  ],
  [
    "more tokens than a page holds are met by their tags, each once",
    async ({ tokens }, store) => {
      const each = Math.min(100, Math.floor((store.maxWrites ?? Infinity) / 8));
      const ids = new Set();
      for (let made = 0; made < 1_100; made += each) {
        const requestBody = Array.from({ length: each }, (_, index) => ({
          type: /** @type {const} */ ("randomized"),
          object: { fields: { name: `Jane ${made + index}` } },
          tags: index % 2 === 0 ? ["all", "even"] : ["all"],
        }));
        for (const { token_id } of await tokens.tokenize({ ...about, requestBody })) ids.add(token_id);
      }
      const found = await tokens.searchTokens({ ...about, requestBody: { tags: ["all"] } });
      expectEqual(new Set(found.map(({ token_id }) => token_id)).size, ids.size, "tokens by a tag");
      expectEqual(found.length, ids.size, "tokens by a tag, once each");
      const even = await tokens.searchTokens({ ...about, requestBody: { tags: ["even", "all"] } });
      expectEqual(even.length, Math.round(ids.size / 2), "tokens by two tags");
    },
  ],
  [
    "a dozen calls on one token at once all land",
    async ({ tokens }) => {
      const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { name: "Jane" } } }] });
      const tokenIds = [made?.token_id ?? ""];
      const calls = Array.from({ length: 12 }, (_, index) =>
        index % 2 === 0
          ? tokens.updateTokens({ ...about, tokenIds, requestBody: { object: { fields: { name: `Jane ${index}` } } } })
          : tokens.updateTokens({ ...about, tokenIds, expirationSecs: String(1_000 + index), requestBody: {} }),
      );
      await Promise.all(calls);
      const [found] = await tokens.detokenize({ ...about, tokenIds, options: ["include_metadata"] });
      expect(/^Jane \d+$/.test(String(found?.fields["name"])), "the data of one of them");
    },
  ],
  [
    "deleted is deleted",
    async ({ tokens }) => {
      const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { name: "Jane" } } }] });
      const tokenIds = [made?.token_id ?? ""];
      await tokens.deleteTokens({ ...about, tokenIds });
      expectEqual(await tokens.detokenize({ ...about, tokenIds }), [], "what is found");
      expectEqual((await tokens.getTokensCount(about)).total, 0, "the count");
    },
  ],
  [
    "a call that is more than the store takes in one write is refused, and writes nothing",
    async ({ tokens }, store) => {
      const { maxWrites } = store;
      if (maxWrites === undefined) return;
      const requestBody = Array.from({ length: maxWrites }, (_, index) => ({
        type: /** @type {const} */ ("randomized"),
        object: { fields: { name: `Jane ${index}` } },
      }));
      const error = await tokens.tokenize({ ...about, requestBody }).catch((error) => error);
      expectEqual(error.code, "VL1001", "the refusal");
      expectEqual((await tokens.getTokensCount(about)).total, 0, "the count");
    },
  ],
  [
    "a token that is larger than a row may be is refused, and writes nothing; one that just fits comes back",
    async ({ tokens }, store) => {
      const { maxRowBytes } = store;
      // Data of a megabyte is refused before any row is made of it.
      if (maxRowBytes === undefined || maxRowBytes > 1_000_000) return;
      const holding = (/** @type {string} */ letter, /** @type {number} */ length) => ({ object: { fields: { note: letter.repeat(length) } } });
      const make = (/** @type {number} */ length) => tokens.tokenize({ ...about, requestBody: [{ type: "pci", ...holding("n", length) }] });
      const error = await make(maxRowBytes).catch((error) => error);
      expectEqual(error.code, "VL1001", "the refusal");
      expectEqual((await tokens.getTokensCount(about)).total, 0, "the count");
      // What stands beside the data in a row is sealed with it.
      const length = maxRowBytes - 1_000;
      const tokenIds = (await make(length)).map(({ token_id }) => token_id);
      const [found] = await tokens.detokenize({ ...about, tokenIds });
      expectEqual(String(found?.fields["note"]).length, length, "characters that come back");
      const requestBody = holding("m", maxRowBytes);
      const refused = await tokens.updateTokens({ ...about, tokenIds, requestBody }).catch((error) => error);
      expectEqual(refused.code, "VL1001", "the refusal of an update");
      const [kept] = await tokens.detokenize({ ...about, tokenIds });
      expectEqual(kept?.fields, found?.fields, "what the token holds after it");
    },
  ],
  [
    "operations go to the store as often as they must, and no more",
    async (_, store) => expectEqual(tooMany(await countRoundTrips(store)), [], "those that go more often"),
  ],
];

/**
 * Registers one test for each rule.
 * @param {StoreTests} tests
 */
export function testVaultOn({ name, make, test }) {
  for (const [title, check] of RULES) {
    test(`a vault on ${name}: ${title}`, async () => {
      const { store, close } = await make();
      try {
        const watched = watch(store);
        const vault = await openVault({ keys: generateKeys(), collections, store: watched, policy: () => ({ allow: true }) });
        await check(vault.as("jane"), watched);
      } finally {
        await close?.();
      }
    });
  }
  for (const { name: title, run } of overAnyStore) {
    // No rule about stores asks for the frozen vectors.
    test(`the suite on ${name}: ${title}`, () => run({ makeStore: make, vectors: /** @type {any} */ (undefined) }));
  }
}
