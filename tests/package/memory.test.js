// @ts-check
// No request, row or error makes the wasm grow from call to call, and nothing is thrown across its boundary. `npm run
// soak` is the same for as long as you like; a file of its own, because a process loads the wasm once.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Before a vault is opened.
import { alive, crossings, measure, orCrossing, unwatched } from "../soak/watched-wasm.js";

import { openKinds, run, warmUp } from "../soak/kinds.js";

/** The memory grows by 64 kB: a call that leaks shows here from 128 bytes on, and whatever all leak from three. */
const CALLS = 500;

const kinds = await openKinds();

before(() => orCrossing(warmUp(kinds)));

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const sweep = runInNewContext("gc");

for (const kind of kinds.filter(({ ends }) => ends)) {
  test(`${kind.name}: the instance goes`, async () => {
    // As many as the sweeps of a busy process would leave, if nothing held them.
    for (let round = 0; round < 5 && alive() > kinds.length + 3; round += 1) await sweepAll();
    await unwatched(() => run(kind, 50));
    await sweepAll();
    assert(alive() <= kinds.length + 3, `${alive()} instances of ${kinds.length}`);
  });
}

async function sweepAll() {
  await new Promise((resolve) => setTimeout(resolve, 20));
  sweep();
}

for (const kind of kinds.filter(({ ends }) => !ends)) {
  test(kind.name, async () => {
    const warm = measure();
    await orCrossing(run(kind, CALLS));
    assert.deepEqual(measure(), warm);
    assert.deepEqual(crossings, []);
  });
}
