// @ts-check
// Many calls on one token at once, on stores that take no time, some, and much: they wait for one another by the
// platform's own timer, and a dozen land whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { memoryStore } from "vaultlet/store/memory";

import { about, makeToken, openExample, tagsOf } from "./example-host.js";

/** A memory store whose every answer takes so long. @param {number} millis */
function slowStore(millis) {
  const store = memoryStore();
  /** @type {import("vaultlet").Store} */
  const slow = {
    async read(query) {
      await sleep(millis);
      return store.read(query);
    },
    async write(changes) {
      await sleep(millis);
      return store.write(changes);
    },
  };
  return { store, slow };
}

/** @type {<T>(count: number, call: (number: number) => Promise<T>) => Promise<PromiseSettledResult<T>[]>} */
const atOnce = (count, call) => Promise.allSettled(Array.from({ length: count }, (_, number) => call(number)));

/** @param {PromiseSettledResult<unknown>[]} results */
const codes = (results) =>
  results.map((result) => (result.status === "fulfilled" ? "ok" : String(result.reason?.code ?? result.reason)));

for (const millis of [0, 3, 20]) {
  test(`a dozen updates of one token at once all land, on a store that takes ${millis} ms`, async () => {
    const { store, slow } = slowStore(millis);
    const vault = await openExample({ store: slow });
    const id = await makeToken(vault);
    const { tokens } = vault.as("burst");
    const update = (/** @type {number} */ number) =>
      tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`tag ${number}`] } });
    assert.deepEqual(codes(await atOnce(12, update)), Array(12).fill("ok"));
    assert.equal(store.rows()[0]?.version, 13);
    const change = (/** @type {number} */ number) => {
      const object = { fields: { email: `jane.${number}@example.com` } };
      return tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { object } });
    };
    assert.deepEqual(codes(await atOnce(12, change)), Array(12).fill("ok"));
    assert.equal(store.rows()[0]?.version, 25);
  });

  test(`eight that tokenize one address at once lose no tag, on a store that takes ${millis} ms`, async () => {
    const { slow } = slowStore(millis);
    const vault = await openExample({ store: slow });
    const { tokens } = vault.as("burst");
    const object = { fields: { email: "jane@example.com" } };
    const tokenize = async (/** @type {number} */ number) => {
      const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object, tags: [`t${number}`] }] });
      return made?.token_id;
    };
    const results = await atOnce(8, tokenize);
    assert.deepEqual(codes(results), Array(8).fill("ok"));
    const [id, ...others] = new Set(results.map((result) => (result.status === "fulfilled" ? result.value : "")));
    assert.deepEqual(others, []);
    assert.deepEqual((await tagsOf(vault, String(id)))?.toSorted(), ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"]);
  });
}

test("sixty-four at once end in answers or PV3218, and what did not land left nothing", async () => {
  const { store, slow } = slowStore(1);
  const vault = await openExample({ store: slow });
  const id = await makeToken(vault);
  const { tokens } = vault.as("burst");
  const update = (/** @type {number} */ number) =>
    tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`${number}`] } });
  const ended = codes(await atOnce(64, update));
  const landed = ended.filter((code) => code === "ok").length;
  assert.equal(landed + ended.filter((code) => code === "PV3218").length, 64, ended.join());
  assert.equal(store.rows()[0]?.version, 1 + landed);
  assert.equal(ended[Number((await tagsOf(vault, id))?.[0])], "ok");
});

test("what takes the place of the platform's timer later neither stops a call nor hurries it", async () => {
  const { slow } = slowStore(1);
  const vault = await openExample({ store: slow });
  const id = await makeToken(vault);
  const { tokens } = vault.as("burst");
  const update = () =>
    tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`${Math.random()}`] } });
  const { setTimeout, performance } = globalThis;
  const { now } = performance;
  try {
    // A timer that never ends, and a clock that says that all time is over.
    Object.assign(globalThis, { setTimeout: () => 0 });
    performance.now = () => Infinity;
    assert.deepEqual(codes(await atOnce(4, update)), Array(4).fill("ok"));
  } finally {
    performance.now = now;
    Object.assign(globalThis, { setTimeout });
  }
});
