// @ts-check
// No request, row or error makes the wasm grow from call to call, and nothing is thrown across its boundary. `npm run
// soak` is the same for as long as you like; a file of its own, because a process loads the wasm once.

import assert from "node:assert/strict";
import { before, test } from "node:test";

// Before a vault is opened.
import { crossings, measure, orCrossing } from "../soak/watched-wasm.js";

import { openKinds, run, warmUp } from "../soak/kinds.js";

/** The memory grows by 64 kB: a call that leaks shows here from 128 bytes on, and whatever all leak from three. */
const CALLS = 500;

const kinds = await openKinds();

before(() => orCrossing(warmUp(kinds)));

for (const kind of kinds) {
  test(kind.name, async () => {
    const warm = measure();
    await orCrossing(run(kind, CALLS));
    assert.deepEqual(measure(), warm);
    assert.deepEqual(crossings, []);
  });
}
