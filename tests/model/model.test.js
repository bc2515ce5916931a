// @ts-check
// The vault against the reference, over random sequences; and the model against a vault that is not right.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkModel } from "./check.js";
import { Coverage, expectedCodes } from "./coverage.js";
import { ModelHost } from "./model-host.js";
import { Disagreement, play } from "./play.js";

/** @import { Vault } from "vaultlet" */
/** @import { Settings } from "./world.js" */

test("the vault agrees with the reference on 2,000 random sequences", async (context) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { passed, report } = await checkModel({ sequences: 2_000, seed });
  context.diagnostic(report);
  assert(passed, report);
});

/** A vault that forgets the tags of each token that it rotates. @param {Settings} settings */
async function openForgetful(settings) {
  const opened = await ModelHost.open(settings);
  /** @type {Vault} */
  const writing = {
    ...opened.writing,
    as(caller) {
      const { tokens, crypto } = opened.writing.as(caller);
      const rotateTokens = async (/** @type {any} */ parameters) => {
        const rotated = await tokens.rotateTokens(parameters);
        const about = { collection: parameters.collection, reason: parameters.reason, requestBody: { tags: [] } };
        await tokens.updateTokens({ ...about, tokenIds: Object.values(rotated) });
        return rotated;
      };
      return { tokens: { ...tokens, rotateTokens }, crypto };
    },
  };
  return { ...opened, writing };
}

test("a vault that is not right is found out, with the calls that show it and how to repeat them", async () => {
  const { passed, report } = await checkModel({ sequences: 500, seed: 1, open: openForgetful });
  assert(!passed);
  assert.match(report, /tokens\.tokenize\(\{.*\}\)\n {2}→ \[\{"token_id"/);
  const [, command] = /to repeat it: npm run model -- (.*)/.exec(report) ?? [];
  const [, seed, path] = /--seed (\d+) --path ([\d:]+)/.exec(command ?? "") ?? [];
  const again = await checkModel({ sequences: 500, seed: Number(seed), path: path ?? "", open: openForgetful });
  assert(!again.passed);
});

test("a card-shaped ID that data determines may be another token's, which no reference foresees", async () => {
  const data = { object: { fields: { card: "4111 1111 1111 1111" } } };
  const shaped = { ...data, fptemplate: "primary_account_number", fpprops: ["card"] };
  /** @param {string} action @param {any[]} requestBody */
  const plan = (action, requestBody) => ({
    action,
    name: "admin",
    parameters: { collection: "customers", reason: "AppFunctionality", requestBody },
  });
  const squatter = { ...data, type: "pci", token_id: "" };
  const tokenizing = { call: plan("tokens.tokenize", [{ ...shaped, type: "deterministic" }]) };
  /** @param {Settings} settings */
  const open = async (settings) => {
    const opened = await ModelHost.open(settings);
    const { parameters, name } = plan("crypto.hash", [shaped]);
    const hash = { method: /** @type {const} */ (["crypto", "hashObjects"]), parameters, name, faults: {} };
    const { outcome } = await opened.host.call(opened.writing, /** @type {any} */ (hash));
    squatter.token_id = /** @type {any} */ (outcome).answer[0].token_id;
    return opened;
  };
  const squatting = { call: plan("tokens.tokenize", [squatter]) };
  const sequence = { settings: "plain", steps: [squatting, tokenizing, tokenizing] };
  const coverage = new Coverage();
  await play(sequence, { open, coverage });
  assert.deepEqual(coverage.missing(["tokens.tokenize"], 500), []);
  assert(!coverage.missing([], 2_000).includes("VL3010"));

  /** A vault in which that is always so. @param {Settings} settings */
  const openRefusing = async (settings) => {
    const opened = await ModelHost.open(settings);
    const refusal = Object.assign(new Error(), { code: "VL3010", status: 409, context: {} });
    /** @type {any} */
    const writing = {
      as(/** @type {unknown} */ caller) {
        const { tokens, crypto } = opened.writing.as(caller);
        return { tokens: { ...tokens, tokenize: () => Promise.reject(refusal) }, crypto };
      },
    };
    return { ...opened, writing };
  };
  const alone = { settings: "plain", steps: [tokenizing] };
  await assert.rejects(play(alone, { open: openRefusing, coverage }), Disagreement);
});

/** Two tokens of other tags, and what two calls at once make of them. @param {object[]} given @param {typeof ModelHost.open} [open] */
async function playAtOnce(given, open = ModelHost.open) {
  const about = { collection: "customers", reason: "AppFunctionality" };
  const make = (/** @type {string} */ token_id, /** @type {string} */ tag) => ({ type: "randomized", token_id, tags: [tag], object: { fields: { name: token_id } } });
  const requestBody = [make("one", "a"), make("other", "b")];
  const beginning = { call: { action: "tokens.tokenize", name: "admin", parameters: { ...about, requestBody } } };
  const atOnce = given.map((parameters) => ({ action: "tokens.update", name: "admin", parameters: { ...about, ...parameters } }));
  // Both read before either writes; and the one goes before the other.
  for (const schedule of [[], [0, 6], [6, 0]]) {
    await play({ settings: "plain", steps: [beginning, { atOnce, schedule }] }, { open, coverage: new Coverage() });
  }
}

test("two updates that each miss what the other brings under its query end as none after the other: no difference", async () => {
  const [toB, toA] = [{ tags: ["a"], requestBody: { tags: ["b"] } }, { tags: ["b"], requestBody: { tags: ["a"] } }];
  const tokenIds = ["one", "other"];
  await playAtOnce([toB, toA]);
  await playAtOnce([{ ...toB, tokenIds }, { ...toA, tokenIds }]);
});

test("of two updates of one token at once that one is lost, or that both land on what stays, is a difference", async () => {
  /** A store that writes over whatever is there. @param {Settings} settings */
  const openCareless = async (settings) => {
    const opened = await ModelHost.open(settings);
    const { store } = opened.host;
    const write = store.write.bind(store);
    const versions = () => new Map(store.rows().map(({ key, version }) => [key, version]));
    store.write = (changes) => write(changes.map((change) => ({ ...change, expect: versions().get(change.key) ?? null })));
    return opened;
  };
  const [toB, toC] = ["b", "c"].map((tag) => ({ tags: ["a"], requestBody: { tags: [tag] } }));
  const [both, tagged] = [{ tokenIds: ["one", "other"], requestBody: { tags: ["a"] } }, { tokenIds: ["one", "other"], tags: ["a"], requestBody: { tags: ["c"] } }];
  for (const calls of [[toB, toC], [both, tagged]]) {
    await playAtOnce(/** @type {object[]} */ (calls));
    await assert.rejects(playAtOnce(/** @type {object[]} */ (calls), openCareless), Disagreement);
  }
});

test("what enough sequences never reached is told", () => {
  const coverage = new Coverage();
  const missing = (/** @type {number} */ sequences) => coverage.missing(["tokens.count"], sequences);
  assert.deepEqual([missing(499), missing(500)], [[], ["tokens.count"]]);
  assert.deepEqual(missing(2_000), ["tokens.count", ...expectedCodes]);
  coverage.count("tokens.count", "PV1001", "refused");
  assert(missing(500).includes("tokens.count"));
  coverage.count("tokens.count", "success", "alone");
  const others = expectedCodes.filter((code) => code !== "PV1001");
  assert.deepEqual(missing(2_000), others);
});
