// @ts-check
// A short form of `npm run faults`: under the settings that the stores' pages ask for nothing is lost, and without them
// the check finds what is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startPostgresEngine } from "./postgres-engine.js";
import { startRedisEngine } from "./redis-engine.js";
import { CUT, KILLED, runTrial } from "./trial.js";

const SHORT = { clients: 8, millis: 0, cuts: 3 };

for (const [name, start] of /** @type {const} */ ([
  ["PostgreSQL", startPostgresEngine],
  ["Redis Cluster", startRedisEngine],
])) {
  test(`${name}, under its settings: eight clients, and nothing is lost`, { timeout: 600_000 }, async ({ signal }) => {
    const engine = await start({ keeps: true });
    try {
      const { faults, losses, acknowledged, calls } = await runTrial(engine, { ...SHORT, signal });
      assert.deepEqual(losses, { tokens: 0, writes: 0, doubled: 0, answers: 0, refused: 0, open: 0 });
      assert.equal(acknowledged, calls);
      assert(acknowledged >= SHORT.clients * 5, `${acknowledged} calls`);
      assert((faults.get(CUT) ?? 0) >= SHORT.cuts && (faults.get(KILLED) ?? 0) >= 1);
      for (const { name } of engine.disasters) assert((faults.get(name) ?? 0) >= 1, name);
    } finally {
      await engine.stop();
    }
  });

  test(`${name}, with them off: the check finds losses`, { timeout: 600_000 }, async ({ signal }) => {
    const engine = await start({ keeps: false });
    try {
      const { lost } = await runTrial(engine, { clients: 3, millis: 0, cuts: 0, signal });
      assert(lost > 0);
    } finally {
      await engine.stop();
    }
  });
}
