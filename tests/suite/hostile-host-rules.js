// @ts-check
// The hostile host, through the whole stack: every callback, every way of answering. Each call works, or ends in an
// error that names the callback; none hangs, leaks a value, or leaves the vault unusable.

import { VaultError } from "vaultlet";

import { about, makeToken, secretEmail, tagsOf } from "../package/example-host.js";
import { assert } from "./assert.js";
import { callbacks, hostError, openHostile, ways } from "./hostile-host.js";
import { gather } from "./rules.js";

/** @import { Vault } from "vaultlet" */
/** @import { Callback, Kind, Way } from "./hostile-host.js" */
/** @import { Hand } from "./rules.js" */

/** For a host that never answers. Whoever answers has all the time that a busy machine may take. */
const TIMEOUT_MS = 40;
const PATIENCE_MS = 20_000;

const { rule, rules } = gather("the hostile host");
export { rules as hostileHost };

/**
 * How a call failed, and whether it told what must be where: of an answer of the wrong shape.
 * @typedef {{ code: string, context: object, problem?: true, cause?: unknown }} Failure
 */

/**
 * A failure as whoever calls sees it: what the host threw does not leave its process.
 * @type {(hand: Hand, failure: Failure | undefined) => Failure | undefined}
 */
function seen({ seesCauses }, failure) {
  if (seesCauses || failure === undefined) return failure;
  const { cause, ...rest } = failure;
  return rest;
}

/**
 * What an update comes to; undefined for an answer.
 * @param {Callback} callback
 * @param {Kind} kind
 * @returns {Failure | undefined}
 */
function expected(callback, kind) {
  const code = "PV1000";
  const context = { callback };
  const failed = { code, context, problem: /** @type {const} */ (true) };
  const threw = { code, context, cause: hostError };
  if (kind === "plain") return undefined;
  // A clock answers at once: whatever promises to answer later has the wrong shape.
  if (callback === "clock") return kind.startsWith("throws") ? threw : failed;
  if (kind === "later") return undefined;
  if (kind === "throws" || kind === "rejects") return threw;
  // A write that has landed has landed, whatever is said of it.
  if (kind.endsWith("after")) return callback === "store.write" ? undefined : threw;
  if (kind === "silent") {
    return { code: "PV1009", context: callback === "store.write" ? { callback, outcome: "unknown" } : context };
  }
  if (callback === "audit") return undefined;
  if (callback === "policy") return { code: "PV1006", context: {} };
  if (callback === "reload" && kind === "nothing") return undefined;
  return failed;
}

/**
 * Replaces the tags of a token, and answers how that failed.
 * @param {Vault} vault
 * @param {string} tokenId
 * @param {string} tag
 * @returns {Promise<Failure | undefined>}
 */
async function update(vault, tokenId, tag) {
  const { tokens } = vault.as("jane");
  try {
    await tokens.updateTokens({ ...about, tokenIds: [tokenId], reloadCache: true, requestBody: { tags: [tag] } });
    return undefined;
  } catch (error) {
    assert(error instanceof VaultError);
    assert.equal(error.status, { PV1000: 500, PV1006: 403, PV1009: 503, PV3218: 409 }[String(error.code)]);
    const body = JSON.stringify(error);
    assert(!body.includes(hostError.message) && !body.includes(secretEmail) && !body.includes(tokenId), body);
    const { code } = error;
    const { problem, ...context } = error.context;
    if (problem !== undefined) assert.match(problem, /^(?:the answer|rows(?:\[0\])?) must be [a-z `,]+$/);
    return { code, context, ...(problem !== undefined && { problem: true }), ...("cause" in error && { cause: error.cause }) };
  }
}

for (const callback of callbacks) {
  for (const [name, kind, way] of ways) {
    rule(`${callback}: ${name}`, async (hand) => {
      const { vault, misbehave, behave } = await openHostile(hand, kind === "silent" ? TIMEOUT_MS : PATIENCE_MS);
      const tokenId = await makeToken(vault);

      misbehave(callback, way);
      const failure = await update(vault, tokenId, "new");
      assert.deepEqual(failure, seen(hand, expected(callback, kind)));
      if (failure !== undefined && "cause" in failure) assert.equal(failure.cause, hostError);

      behave();
      assert.deepEqual(await tagsOf(vault, tokenId), [failure === undefined ? "new" : "old"]);
      assert.equal(await update(vault, tokenId, "newer"), undefined);
      assert.deepEqual(await tagsOf(vault, tokenId), ["newer"]);
    });
  }

  rule(`${callback}: calls the vault again from inside`, async (hand) => {
    const { vault, misbehave } = await openHostile(hand, PATIENCE_MS);
    const [outer, inner] = [await makeToken(vault), await makeToken(vault, "joe@example.com")];
    /** @type {Promise<unknown>[]} */
    const within = [];
    let depth = 0;
    misbehave(callback, (good) => {
      if (depth > 0) return good();
      depth += 1;
      const call = tagsOf(vault, inner).finally(() => (depth -= 1));
      within.push(call);
      // A clock cannot wait for it.
      return callback === "clock" ? good() : call.then(good);
    });
    assert.equal(await update(vault, outer, "new"), undefined);
    assert(within.length > 0);
    for (const tags of await Promise.all(within)) assert.deepEqual(tags, ["old"]);
  });

  rule(`${callback}: a hundred calls at once, answered out of order`, async (hand) => {
    const { vault, misbehave, behave } = await openHostile(hand, PATIENCE_MS);
    /** @type {string[]} */
    const tokenIds = [];
    for (let index = 0; index < 100; index += 1) tokenIds.push(await makeToken(vault, `jane.${index}@example.com`));

    let asked = 0;
    misbehave(callback, (good) => {
      asked += 1;
      const delay = (asked * 37) % 11;
      return callback === "clock" ? good() : new Promise((resolve) => setTimeout(() => resolve(good()), delay));
    });
    const failures = await Promise.all(tokenIds.map((tokenId, index) => update(vault, tokenId, `new-${index}`)));
    assert.deepEqual(failures.filter((failure) => failure !== undefined), []);
    assert(asked > 0);

    behave();
    for (const [index, tokenId] of tokenIds.entries()) assert.deepEqual(await tagsOf(vault, tokenId), [`new-${index}`]);
  });
}

rule("a hundred calls at once on one token: each lands or says that others kept writing", async (hand) => {
  const { vault, misbehave, behave } = await openHostile(hand, PATIENCE_MS);
  const tokenId = await makeToken(vault);
  // What is read is old when it arrives.
  misbehave("store.read", (good) => {
    const rows = good();
    return new Promise((resolve) => setTimeout(() => resolve(rows), 5));
  });
  const failures = await Promise.all(Array.from({ length: 100 }, (_, index) => update(vault, tokenId, `new-${index}`)));
  behave();
  const landed = failures.flatMap((failure, index) => (failure === undefined ? [`new-${index}`] : []));
  const conflicts = failures.filter((failure) => failure?.code === "PV3218");
  assert.equal(landed.length + conflicts.length, 100);
  assert(landed.length > 0 && conflicts.length > 0);
  const tags = await tagsOf(vault, tokenId);
  assert(landed.includes(String(tags)), `${tags}`);
});

/**
 * Runs an update over a store whose writes go as `outcomes` say, one after another, and its reads fail from the first
 * write on where `readsFail`.
 * @param {Hand} hand
 * @param {Way[]} outcomes
 * @param {{ readsFail?: boolean }} [options]
 */
async function updateOver(hand, outcomes, { readsFail = false } = {}) {
  const { vault, store, misbehave, behave } = await openHostile(hand, outcomes.includes(silentAfterWriting) ? TIMEOUT_MS : PATIENCE_MS);
  const tokenId = await makeToken(vault);
  let writes = 0;
  const read = store.read.bind(store);
  misbehave("store.write", (good) => {
    writes += 1;
    if (readsFail) {
      store.read = () => {
        throw hostError;
      };
    }
    const outcome = outcomes.shift();
    return outcome === undefined ? good() : outcome(good);
  });
  const failure = await update(vault, tokenId, "new");
  store.read = read;
  behave();
  return { failure, writes, tags: await tagsOf(vault, tokenId) };
}

/** @type {Way} */
const refuse = () => false;
/** @type {Way} */
const throwAfterWriting = (good) => {
  good();
  throw hostError;
};
/** @type {Way} */
const throwBeforeWriting = () => {
  throw hostError;
};
/** @type {Way} */
const silentAfterWriting = (good) => {
  good();
  return new Promise(() => {});
};
/** @type {Way} */
const wrongAfterWriting = (good) => {
  good();
  return null;
};

/** @type {[string, Way[], boolean, { failure: Failure | undefined, writes: number, tags: string[] }][]} */
const writes = [
  ["false once", [refuse], false, { failure: undefined, writes: 2, tags: ["new"] }],
  ["false twice", [refuse, refuse], false, { failure: undefined, writes: 3, tags: ["new"] }],
  [
    "false always",
    Array.from({ length: 11 }, () => refuse),
    false,
    { failure: { code: "PV3218", context: {} }, writes: 10, tags: ["old"] },
  ],
  [
    "false for what it has written",
    [(good) => !good()],
    false,
    { failure: undefined, writes: 1, tags: ["new"] },
  ],
  ["a throw after the write", [throwAfterWriting], false, { failure: undefined, writes: 1, tags: ["new"] }],
  ["no answer after the write", [silentAfterWriting], false, { failure: undefined, writes: 1, tags: ["new"] }],
  ["the wrong shape after the write", [wrongAfterWriting], false, { failure: undefined, writes: 1, tags: ["new"] }],
  [
    "a throw before the write",
    [throwBeforeWriting],
    false,
    { failure: { code: "PV1000", context: { callback: "store.write" }, cause: hostError }, writes: 1, tags: ["old"] },
  ],
  [
    "a throw after the write, and no reads",
    [throwAfterWriting],
    true,
    {
      failure: { code: "PV1000", context: { callback: "store.write", outcome: "unknown" }, cause: hostError },
      writes: 1,
      tags: ["new"],
    },
  ],
  [
    "a throw before the write, and no reads",
    [throwBeforeWriting],
    true,
    {
      failure: { code: "PV1000", context: { callback: "store.write", outcome: "unknown" }, cause: hostError },
      writes: 1,
      tags: ["old"],
    },
  ],
  [
    "no answer after the write, and no reads",
    [silentAfterWriting],
    true,
    {
      failure: { code: "PV1009", context: { callback: "store.write", outcome: "unknown" } },
      writes: 1,
      tags: ["new"],
    },
  ],
];

for (const [name, outcomes, readsFail, result] of writes) {
  rule(`a write that answers ${name}`, async (hand) => {
    const { failure, ...rest } = result;
    assert.deepEqual(await updateOver(hand, [...outcomes], { readsFail }), { failure: seen(hand, failure), ...rest });
  });
}

rule("a reload that waits for a call which reloads is given up in its time, and names itself", async (hand) => {
  const { vault, misbehave, behave } = await openHostile(hand, TIMEOUT_MS);
  const [outer, inner] = [await makeToken(vault), await makeToken(vault, "joe@example.com")];
  /** @type {Promise<unknown> | undefined} */
  let within;
  misbehave("reload", () => (within ??= update(vault, inner, "new")));
  const timedOut = { code: "PV1009", context: { callback: "reload" } };
  assert.deepEqual(await update(vault, outer, "new"), timedOut);
  assert.deepEqual(await within, timedOut);
  behave();
  assert.equal(await update(vault, outer, "new"), undefined);
});
