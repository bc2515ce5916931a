// @ts-check
// The vault against the reference, over random sequences; and the model against a vault that is not right.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkModel } from "./check.js";
import { Coverage, expectedCodes } from "./coverage.js";
import { ModelHost } from "./model-host.js";

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
