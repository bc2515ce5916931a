// @ts-check
// The behaviour of a vault, wherever it runs: no file here knows its runtime, and a runner of a few lines in
// `tests/runtimes/` runs every rule. Over another store, a store's tests run those that are about stores.

import { addresses } from "./addresses.js";
import { alteredRows } from "./altered-rows.js";
import { budget } from "./budget.js";
import { bursts } from "./bursts.js";
import { hostileHost } from "./hostile-host-rules.js";
import { numbers } from "./numbers.js";
import { frozenVectors } from "./vectors.js";

/** @import { Rule, World } from "./rules.js" */

/** What a store could get wrong: every rule here takes its stores from `makeStore`. @type {readonly Rule[]} */
export const overAnyStore = [...bursts, ...alteredRows];

/** All of it. @type {readonly Rule[]} */
export const suite = [...overAnyStore, ...budget, ...hostileHost, ...numbers, ...addresses, ...frozenVectors];

/**
 * Runs rules one after the other, where there is no test runner.
 * @param {World} world
 * @param {readonly Rule[]} [rules]
 * @returns {Promise<{ ran: number, failed: string[] }>}
 */
export async function runSuite(world, rules = suite) {
  let ran = 0;
  /** @type {string[]} */
  const failed = [];
  for (const { name, run } of rules) {
    try {
      await run(world);
    } catch (error) {
      failed.push(`${name}: ${error}`);
    }
    ran += 1;
  }
  return { ran, failed };
}
