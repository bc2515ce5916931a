// @ts-check
// How a file of the suite states its rules. A runner hands each to whatever runs tests where it is.

/** @import { Store, Vault, VaultOptions } from "vaultlet" */
/** @import { Vectors } from "./vectors.js" */

/**
 * What a runner supplies: new and empty stores, and the frozen vectors as values, for not everywhere are there files.
 * @typedef {object} World
 * @property {() => Made | Promise<Made>} makeStore
 * @property {Vectors} vectors
 * @typedef {{ store: Store, close?: () => unknown }} Made
 */

/**
 * What a rule has at hand. Its stores and vaults are closed when it is over.
 * @typedef {object} Hand
 * @property {() => Promise<Store>} makeStore a new and empty store
 * @property {(overrides?: Partial<VaultOptions>) => Promise<Vault>} open a vault over a new store, unless one is given
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
async function runOver({ makeStore, vectors }, holds) {
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
    return vault;
  };
  try {
    await holds({ makeStore: makeOne, open, vectors });
  } finally {
    for (const end of ends) await end();
  }
}
