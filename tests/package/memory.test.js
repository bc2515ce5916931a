// @ts-check
// No request, row or error makes the wasm grow from call to call, leaves an object of JavaScript's behind, or is thrown
// across the wasm's boundary. `npm run soak` is the same for as long as you like; a file of its own, because a process
// loads the wasm once.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { queryObjects, setFlagsFromString } from "node:v8";
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
    const sweepInstances = async () => {
      for (let round = 0; round < 20; round += 1) {
        await sweepAll();
        if (alive() <= kinds.length + 3) return;
      }
    };
    await sweepInstances();
    await unwatched(() => run(kind, 50));
    await sweepInstances();
    assert(alive() <= kinds.length + 3, `${alive()} instances of ${kinds.length}`);
  });
}

async function sweepAll() {
  await new Promise((resolve) => setTimeout(resolve, 20));
  sweep();
}

/** How many there are once nothing is left to be swept. The engine's and the runner's own come and go, but not by the call. */
async function countObjects() {
  await sweepAll();
  return queryObjects(Object, { format: "count" });
}

/** The watch itself keeps three objects for each instance that is made. */
const MAKES_INSTANCES = "refused setting";

/** How many there were when the kind before this one was done. @type {number | undefined} */
let objects;

for (const kind of kinds.filter(({ ends }) => !ends)) {
  test(kind.name, async () => {
    const warm = measure();
    const had = objects ?? (await countObjects());
    await orCrossing(run(kind, CALLS));
    let left = Infinity;
    for (let round = 0; round < 20 && left >= CALLS / 2; round += 1) {
      objects = await countObjects();
      left = objects - had - (kind.name === MAKES_INSTANCES ? 3 * CALLS : 0);
    }
    assert(left < CALLS / 2, `${left} objects are left of ${CALLS} calls`);
    assert.deepEqual(measure(), warm);
    assert.deepEqual(crossings, []);
  });
}
