// @ts-check
// `npm run soak -- [--calls N] [KIND…]`: a million calls of each kind, or so many, or only of the kinds whose names hold
// one of these words. It fails if any of them made the wasm's memory, its table, the number of instances or JavaScript's
// heap grow once it was warm, or if anything was thrown across its boundary.

import { parseArgs } from "node:util";

// Before a vault is opened.
import { alive, crossings, measure, orCrossing, unwatched } from "./watched-wasm.js";

import { figure, grouped, table } from "../../benches/table.js";
import { openKinds, run, warmUp } from "./kinds.js";

/** @import { Kind } from "./kinds.js" */

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { calls: { type: "string", default: "1000000" } },
});
if (!/^[1-9]\d{0,9}$/.test(values.calls)) throw new Error("`--calls` must be a whole number greater than 0");

/** Each kind says in so many steps how far it is. */
const STEPS = 10;

/** A call that ends its vault has to open one first, and takes as long as twenty others. */
const LESS_OF_ENDS = 20;

/** @param {Kind} kind */
const callsOf = ({ ends }) => Math.ceil(Number(values.calls) / (ends ? LESS_OF_ENDS : 1) / STEPS) * STEPS;

/** All that may grow; the heap is JavaScript's own, after it was swept. */
async function measureAll() {
  await new Promise(setImmediate);
  globalThis.gc?.();
  return { ...measure(), alive: alive(), heap: process.memoryUsage().heapUsed };
}

/** A few instances may not have been swept yet. */
const SPARE = 10;

/** In bytes: the engine's own code and counts, which come and go. A million calls that left 16 bytes each are twice that. */
const SPARE_HEAP = 8_000_000;

/** @typedef {Record<"memory" | "table" | "alive" | "heap", number>} Sizes */

/** @type {(before: Sizes, after: Sizes) => boolean} */
const grew = (before, after) =>
  after.memory > before.memory ||
  after.table > before.table ||
  after.alive > before.alive + SPARE ||
  after.heap > before.heap + SPARE_HEAP;

/** @param {Kind} kind */
async function soak(kind) {
  const calls = callsOf(kind);
  const before = await measureAll();
  const started = performance.now();
  for (let step = 1; step <= STEPS; step += 1) {
    await (kind.ends ? unwatched(() => run(kind, calls / STEPS)) : orCrossing(run(kind, calls / STEPS)));
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${kind.name}: ${(step * 100) / STEPS} %`);
  }
  const micros = ((performance.now() - started) * 1_000) / calls;
  const after = await measureAll();
  return { name: kind.name, calls, micros, before, after, grew: grew(before, after) };
}

const all = await openKinds();
const kinds = all.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (kinds.length === 0) throw new Error(`no kind has such a name; there are: ${all.map(({ name }) => name).join(", ")}`);
await orCrossing(warmUp(kinds));
const results = [];
for (const [index, kind] of kinds.entries()) {
  const result = await soak(kind);
  results.push(result);
  if (process.stderr.isTTY) continue;
  // Hours pass: what is known so far can be read.
  const { name, calls, micros } = result;
  console.error(`${index + 1} of ${kinds.length}: ${grouped(calls)} × ${name}, ${figure(micros)} µs each${result.grew ? ": GREW" : ""}`);
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const kilobytes = (/** @type {number} */ bytes) => grouped(Math.round(bytes / 1_000));
const rows = results.map(({ name, calls, micros, before, after, grew }) => [
  name,
  grouped(calls),
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
const head = ["kind", " calls", " µs a call", " wasm kB", " after", " table", " after", " instances", " heap kB", " after", "outcome"];
console.log(table(head, rows));

const grown = results.filter(({ grew }) => grew).length;
console.log(`\n${kinds.length} kinds of calls: ${grown} grew, ${crossings.length} threw across`);
process.exitCode = grown + crossings.length === 0 ? 0 : 1;
