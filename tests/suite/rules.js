// @ts-check
// How a file of the suite states its rules. A runner hands each to whatever runs tests where it is.

/** @import { Store, Vault, VaultOptions } from "vaultlet" */
/** @import { Vectors } from "./vectors.js" */

/**
 * What a runner supplies: new and empty stores, and the frozen vectors as values, for not everywhere are there files.
 * @typedef {object} World
 * @property {() => Made | Promise<Made>} makeStore
 * @property {Vectors} vectors
 * @property {(vault: Vault) => Reached | Promise<Reached>} [reach] how vaults are called; absent: in the process
 * @property {number} [oneIn] of thousands of cases that differ in their data alone, one in so many; absent: all
 * @typedef {{ store: Store, close?: () => unknown }} Made
 * @typedef {{ vault: Vault, close: () => unknown }} Reached
 */

/**
 * What a rule has at hand. Its stores and vaults are closed when it is over.
 * @typedef {object} Hand
 * @property {() => Promise<Store>} makeStore a new and empty store
 * @property {(overrides?: Partial<VaultOptions>) => Promise<Vault>} open a vault over a new store, unless one is given
 * @property {number} oneIn of thousands of cases that differ in their data alone, one in so many
 * @property {boolean} seesCauses whether an error brings what the host threw: only in the process
 * @property {Vectors} vectors
 */

/** @typedef {{ name: string, run: (world: World) => Promise<void> }} Rule */

import { openVault } from "vaultlet";

import { exampleHost } from "../package/example-host.js";

/** @param {string} area */
export function gather(area) {
  /** @type {Rule[]} */
  const rules = [];
  /** @type {Set<string>} */
  const names = new Set();
  /** @param {string} says @param {(hand: Hand) => unknown} holds */
  function rule(says, holds) {
    const name = `${area}: ${says}`;
    if (names.has(name)) throw new Error(`two rules are named alike: ${name}`);
    names.add(name);
    rules.push({ name, run: (world) => runOver(world, holds) });
  }
  return { rule, rules };
}

/** @param {World} world @param {(hand: Hand) => unknown} holds */
async function runOver({ makeStore, vectors, reach, oneIn = 1 }, holds) {
  /** @type {(() => unknown)[]} */
  const ends = [];
  const makeOne = async () => {
    const { store, close } = await makeStore();
    if (close !== undefined) ends.unshift(close);
    return store;
  };
  /** @type {Hand["open"]} */
  const open = async (overrides = {}) => {
    const store = overrides.store ?? (await makeOne());
    const vault = await openVault(exampleHost({ ...overrides, store }));
    ends.unshift(() => vault.close());
    if (reach === undefined) return vault;
    const reached = await reach(vault);
    ends.unshift(reached.close);
    return reached.vault;
  };
  try {
    await holds({ makeStore: makeOne, open, oneIn, seesCauses: reach === undefined, vectors });
  } finally {
    for (const end of ends) await end();
  }
}
