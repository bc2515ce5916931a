// @ts-check
// `npm run scale` in a form of seconds: it runs, and its figures are those of what it says that it has done.

import assert from "node:assert/strict";
import { test } from "node:test";

import { measureScale } from "./measure.js";

test("2,000 tokens are made, measured at both sizes, and updated by processes", { timeout: 600_000 }, async () => {
  /** @type {number[]} */
  const progress = [];
  const { fill, latencies, throughputs } = await measureScale({
    sizes: [1_000, 2_000],
    repeats: 5,
    millis: 500,
    processes: [1],
    onFill: (made) => progress.push(made),
  });
  assert.deepEqual(progress, [1_000, 2_000]);
  assert.equal(fill.tokens, 2_000);
  assert(fill.perSecond > 0);
  assert(fill.bytesEach > 400 && fill.bytesEach < 20_000, `${fill.bytesEach} bytes`);
  const names = ["detokenize by ID", "update by ID", "rotate of 100", "update by a tag on 1,000"];
  for (const measured of latencies) {
    assert.deepEqual(measured.map(({ name }) => name), names);
    for (const { name, p50, p99 } of measured) assert(p50 > 0 && p99 >= p50, name);
  }
  assert.deepEqual(throughputs.map(({ processes }) => processes), [1]);
  for (const { vault, statements } of throughputs) assert(vault > 0 && statements > 0);
});
