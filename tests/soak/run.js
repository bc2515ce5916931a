// @ts-check
// `npm run soak -- --calls N`: a million calls of each kind, or so many. It fails if any of them made the wasm's memory
// or its table grow once it was warm, or if anything was thrown across its boundary.

import { parseArgs } from "node:util";

// Before a vault is opened.
import { alive, crossings, measure, orCrossing, unwatched } from "./watched-wasm.js";

import { figure, grouped, table } from "../../benches/table.js";
import { openKinds, run, warmUp } from "./kinds.js";

/** @import { Kind } from "./kinds.js" */

const { values } = parseArgs({ options: { calls: { type: "string", default: "1000000" } } });
if (!/^[1-9]\d{0,9}$/.test(values.calls)) throw new Error("`--calls` must be a whole number greater than 0");

/** Each kind says in so many steps how far it is. */
const STEPS = 10;

const calls = Math.ceil(Number(values.calls) / STEPS) * STEPS;

/** All that may grow; the heap is JavaScript's own, after it was swept. */
async function measureAll() {
  await new Promise(setImmediate);
  globalThis.gc?.();
  return { ...measure(), alive: alive(), heap: process.memoryUsage().heapUsed };
}

/** A few instances may not have been swept yet. */
const SPARE = 10;

/** @type {(before: Record<"memory" | "table" | "alive", number>, after: Record<"memory" | "table" | "alive", number>) => boolean} */
const grew = (before, after) =>
  after.memory > before.memory || after.table > before.table || after.alive > before.alive + SPARE;

/** @param {Kind} kind */
async function soak(kind) {
  const before = await measureAll();
  const started = performance.now();
  for (let step = 1; step <= STEPS; step += 1) {
    await (kind.ends ? unwatched(() => run(kind, calls / STEPS)) : orCrossing(run(kind, calls / STEPS)));
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${kind.name}: ${(step * 100) / STEPS} %`);
  }
  const micros = ((performance.now() - started) * 1_000) / calls;
  const after = await measureAll();
  return { name: kind.name, micros, before, after, grew: grew(before, after) };
}

const kinds = await openKinds();
await orCrossing(warmUp(kinds));
const results = [];
for (const [index, kind] of kinds.entries()) {
  if (!process.stderr.isTTY) console.error(`${index + 1} of ${kinds.length}: ${kind.name} …`);
  results.push(await soak(kind));
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const kilobytes = (/** @type {number} */ bytes) => grouped(Math.round(bytes / 1_000));
const rows = results.map(({ name, micros, before, after, grew }) => [
  name,
  figure(micros),
  kilobytes(before.memory),
  kilobytes(after.memory),
  grouped(before.table),
  grouped(after.table),
  grouped(after.alive),
  kilobytes(before.heap),
  kilobytes(after.heap),
  grew ? "GREW" : "",
]);
const head = ["kind", " µs a call", " wasm kB", " after", " table", " after", " instances", " heap kB", " after", "outcome"];
console.log(table(head, rows));

const grown = results.filter(({ grew }) => grew).length;
console.log(`\n${grouped(calls)} calls of each of ${kinds.length} kinds: ${grown} grew, ${crossings.length} threw across`);
process.exitCode = grown + crossings.length === 0 ? 0 : 1;
