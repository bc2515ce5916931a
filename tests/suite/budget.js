// @ts-check
// What a store answers, through the whole stack: how much of it is taken in, and what is said of what is wrong.

import { VaultError, generateKeys } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, makeToken } from "../package/example-host.js";
import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Store } from "vaultlet" */
/** @import { Hand } from "./rules.js" */

const { rule, rules } = gather("what a store answers");
export { rules as budget };

/** Ten tokens, and a vault that is answered something else. @param {Hand} hand */
async function prepare({ open }) {
  const store = memoryStore();
  const keys = generateKeys();
  const host = { keys, store };
  const whole = await open(host);
  for (let index = 0; index < 10; index += 1) await makeToken(whole, `jane.${index}@example.com`);
  const rows = store.rows();
  const [row] = rows;
  assert(row !== undefined);
  /** @param {unknown} answer */
  async function search(answer, settings = {}) {
    const answering = /** @type {Store} */ ({ read: () => answer, write: () => true });
    const { tokens } = (await open({ keys, store: answering, settings })).as("jane");
    const failed = await tokens.searchTokens({ ...about, requestBody: { tags: ["old"] } }).catch((error) => error);
    assert(failed instanceof VaultError, "it worked");
    return { code: failed.code, ...failed.context };
  }
  return { host, rows, row, search };
}

rule("more bytes than `maxBytes` in one answer: VL1001; to count them there is no limit", async (hand) => {
  const { host, rows, row, search } = await prepare(hand);
  const maxBytes = 1_000;
  const over = { code: "VL1001", limit: "settings.maxBytes", value: "1000" };
  assert.deepEqual(await search(rows, { maxBytes }), over);
  assert.deepEqual(await search(Promise.resolve(rows), { maxBytes }), over);
  // Nor is a byte of it copied: these are more than there is memory.
  const huge = new Uint8Array(1 << 30);
  assert.deepEqual(await search(Array.from({ length: 400 }, () => ({ ...row, sealed: huge })), { maxBytes }), over);
  const small = await hand.open({ ...host, settings: { maxBytes: 1 } });
  assert.equal((await small.as("jane").tokens.getTokensCount(about)).total, 10);
  // But for what no row can have.
  const lying = /** @type {Store} */ ({ read: () => Array.from({ length: 400 }, () => ({ ...row, sealed: huge })), write: () => true });
  await assert.rejects((await hand.open({ ...host, store: lying })).as("jane").tokens.getTokensCount(about), (error) => {
    assert(error instanceof VaultError);
    assert.equal(error.code, "VL1001");
    return true;
  });
});

rule("a row of more than 64 terms or claims is none of the vault's: VL5001", async (hand) => {
  const { row, search } = await prepare(hand);
  const { terms } = row;
  const many = Array.from({ length: 65 }, (_, index) => String(index).padStart(22, "A"));
  for (const wide of [{ terms: [...terms, ...many] }, { claims: many }, { terms: new Array(1e9) }, { claims: new Array(1e9) }]) {
    assert.deepEqual(await search([{ ...row, ...wide }]), { code: "VL5001" });
  }
});

rule("the wrong shape: which column of which row, and what it must be", async (hand) => {
  const { rows, row, search } = await prepare(hand);
  const callback = "store.read";
  for (const [answer, problem] of /** @type {[unknown, string][]} */ ([
    [[row, { ...row, version: "1" }], "rows[1].version must be a number"],
    [[{ ...row, expiresAt: "2026-11-28" }], "rows[0].expiresAt must be a number or null"],
    [[{ ...row, sealed: "c2VhbGVk" }], "rows[0].sealed must be a Uint8Array"],
    [{ rows }, "rows must be a list"],
    [new Array(1e9), "rows[0] must be an object"],
  ])) {
    assert.deepEqual(await search(answer), { code: "PV1000", callback, problem });
  }
});

rule("the wrong shape of what the clock, a write and a reload answer", async (hand) => {
  const { host, rows } = await prepare(hand);
  /** @type {[string, object, string][]} */
  const cases = [
    ["clock", { clock: () => -1 }, "the answer must be from 0 to 250000000000000"],
    ["clock", { clock: () => "now" }, "the answer must be a whole number of milliseconds, at once and not as a promise"],
    ["store.write", { store: { read: () => rows.slice(0, 1), write: () => "yes" } }, "the answer must be true or false"],
    ["reload", { reload: () => ({ collections: { customers: {} } }) }, "collections.customers.properties is missing"],
    ["reload", { reload: () => ({ collections: { customers: 7n } }) }, "collections.customers is a bigint, which JSON cannot carry"],
  ];
  for (const [callback, wrong, problem] of cases) {
    const { tokens } = (await hand.open({ ...host, .../** @type {any} */ (wrong) })).as("jane");
    await assert.rejects(tokens.updateTokens({ ...about, tags: ["old"], reloadCache: true, requestBody: { tags: ["new"] } }), (error) => {
      assert(error instanceof VaultError && error.code === "PV1000");
      assert.deepEqual({ ...error.context }, { callback, problem });
      assert(error.message.endsWith(problem), error.message);
      return true;
    });
  }
});
