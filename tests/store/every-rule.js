// @ts-check
// The kit, a vault and the suite on a store, where there is no test runner: within a page, a Worker or another runtime.
// Whoever started that holds against `countRules` what was run there.

import { testStore } from "vaultlet/testing";

import { testVaultOn } from "./vault-on-store.js";

/** @import { StoreTests } from "vaultlet/testing" */

/** @typedef {{ kit: number, vault: number, suite: number }} Counts */

/** @param {string} name @param {StoreTests["make"]} make */
function everyRule(name, make) {
  /** @type {{ part: keyof Counts, title: string, check: () => Promise<void> }[]} */
  const rules = [];
  testStore({ name, make, test: (title, check) => rules.push({ part: "kit", title, check }) });
  testVaultOn({ name, make, test: (title, check) => rules.push({ part: title.startsWith("the suite on") ? "suite" : "vault", title, check }) });
  return rules;
}

/** @param {{ part: keyof Counts }[]} rules @returns {Counts} */
function count(rules) {
  const counts = { kit: 0, vault: 0, suite: 0 };
  for (const { part } of rules) counts[part] += 1;
  return counts;
}

export const countRules = () => count(everyRule("any", () => Promise.reject(new Error("no rule is run"))));

/**
 * Runs each rule, one after the other.
 * @param {string} name
 * @param {StoreTests["make"]} make
 * @returns {Promise<{ held: Counts, failures: string[] }>} how many hold, and what the others said
 */
export async function runEveryRule(name, make) {
  /** @type {string[]} */
  const failures = [];
  const held = [];
  for (const rule of everyRule(name, make)) {
    try {
      await rule.check();
      held.push(rule);
    } catch (error) {
      failures.push(`${rule.title}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  return { held: count(held), failures };
}

/** A line for whoever reads the tests' output. @param {string} on @param {Counts} held */
export function told(on, held) {
  const all = countRules();
  return `${on}: the kit ${held.kit} of ${all.kit}, a vault ${held.vault} of ${all.vault}, the suite ${held.suite} of ${all.suite}`;
}
