// @ts-check
// Many calls on one token at once, on stores that take no time, some, and much: they wait for one another by the
// platform's own timer, and a dozen land whole.

import { about, makeToken, tagsOf } from "../package/example-host.js";
import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Change, Row, Store } from "vaultlet" */

const { rule, rules } = gather("bursts");
export { rules as bursts };

// As it was: one rule replaces the global one.
const { setTimeout: startTimer } = globalThis;

const sleep = (/** @type {number} */ millis) => new Promise((resolve) => startTimer(resolve, millis));

/** A store whose every answer takes so much longer, and the row that it holds. @param {Store} store @param {number} millis */
function slowed(store, millis) {
  /** @type {Row | undefined} */
  let last;
  const { maxWrites, maxRowBytes } = store;
  const slow = {
    ...{ maxWrites, maxRowBytes },
    /** @type {Store["read"]} */
    async read(query) {
      await sleep(millis);
      return store.read(query);
    },
    /** @param {Change[]} changes */
    async write(changes) {
      await sleep(millis);
      const written = await store.write?.(changes);
      if (written) for (const { row } of changes) last = row ?? last;
      return written;
    },
  };
  return { slow: /** @type {Store} */ (slow), version: () => last?.version };
}

/** @type {<T>(count: number, call: (number: number) => Promise<T>) => Promise<PromiseSettledResult<T>[]>} */
const atOnce = (count, call) => Promise.allSettled(Array.from({ length: count }, (_, number) => call(number)));

/** @param {PromiseSettledResult<unknown>[]} results */
const codes = (results) =>
  results.map((result) => (result.status === "fulfilled" ? "ok" : String(result.reason?.code ?? result.reason)));

for (const millis of [0, 3, 20]) {
  rule(`a dozen updates of one token at once all land, on a store that takes ${millis} ms`, async ({ open, makeStore }) => {
    const { slow, version } = slowed(await makeStore(), millis);
    const vault = await open({ store: slow });
    const id = await makeToken(vault);
    const { tokens } = vault.as("burst");
    const update = (/** @type {number} */ number) =>
      tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`tag ${number}`] } });
    assert.deepEqual(codes(await atOnce(12, update)), Array(12).fill("ok"));
    assert.equal(version(), 13);
    const change = (/** @type {number} */ number) => {
      const object = { fields: { email: `jane.${number}@example.com` } };
      return tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { object } });
    };
    assert.deepEqual(codes(await atOnce(12, change)), Array(12).fill("ok"));
    assert.equal(version(), 25);
  });

  rule(`eight that tokenize one address at once lose no tag, on a store that takes ${millis} ms`, async ({ open, makeStore }) => {
    const { slow } = slowed(await makeStore(), millis);
    const vault = await open({ store: slow });
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

rule("sixty-four at once end in answers or PV3218, and what did not land left nothing", async ({ open, makeStore }) => {
  const { slow, version } = slowed(await makeStore(), 1);
  const vault = await open({ store: slow });
  const id = await makeToken(vault);
  const { tokens } = vault.as("burst");
  const update = (/** @type {number} */ number) =>
    tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`${number}`] } });
  const ended = codes(await atOnce(64, update));
  const landed = ended.filter((code) => code === "ok").length;
  assert.equal(landed + ended.filter((code) => code === "PV3218").length, 64, ended.join());
  assert.equal(version(), 1 + landed);
  assert.equal(ended[Number((await tagsOf(vault, id))?.[0])], "ok");
});

rule("what takes the place of the platform's timer later neither stops a call nor hurries it", async ({ open, makeStore }) => {
  const { slow } = slowed(await makeStore(), 1);
  const vault = await open({ store: slow });
  const id = await makeToken(vault);
  const { tokens } = vault.as("burst");
  const update = () =>
    tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`${Math.random()}`] } });
  const { setTimeout, performance } = globalThis;
  const { now } = performance;
  try {
    // A timer that never ends, and a clock that says that all time is over. Node's own `fetch` needs its methods.
    Object.assign(globalThis, { setTimeout: () => ({ ref() {}, unref() {}, refresh() {} }) });
    performance.now = () => Infinity;
    assert.deepEqual(codes(await atOnce(4, update)), Array(4).fill("ok"));
  } finally {
    performance.now = now;
    Object.assign(globalThis, { setTimeout });
  }
});
