// The store kit: puts any store through the contract that the vault relies on.

import type { Store } from "./index.js";

/** A store to be tested, and how to end it. */
export interface StoreUnderTest {
  store: Store;
  /** Called after each test, whether it passed or not. */
  close?: (() => unknown) | undefined;
}

export interface StoreTests {
  /** Stands before the title of each test. */
  name: string;
  /** A store that is fresh and empty, for each test anew. */
  make(): StoreUnderTest | Promise<StoreUnderTest>;
  /** Any runner's `(name, fn) => …`: that of `node:test`, Vitest, Jest, Mocha, Deno or Bun. */
  test(name: string, check: () => Promise<void>): unknown;
}

/**
 * Registers one test for each rule of the store contract (`docs/host.md`): what goes in comes out; all changes of a
 * batch or none; versions; claims; terms, order and pages; active and archived to the millisecond; pruning; many
 * clients at once, with histories of reads and writes that are checked for linearizability.
 *
 * A batch never touches more than the store's `maxWrites`, and no row has more than its `maxRowBytes`. A test that
 * fails throws an `Error` that says which rule, what was answered, and what should have been. It waits for no clock,
 * but a test with thousands of rows takes as long as the engine does: give it a minute.
 *
 * ```js
 * import { test } from "node:test";
 * import { memoryStore } from "vaultlet/store/memory";
 * import { testStore } from "vaultlet/testing";
 *
 * testStore({ name: "memory", make: () => ({ store: memoryStore() }), test });
 * ```
 */
export function testStore(tests: StoreTests): void;
