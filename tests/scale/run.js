// @ts-check
// `npm run scale -- --tokens N`: fills PostgreSQL with a million tokens through the vault, or N, and prints what calls
// cost at 10,000 and at N, and how throughput grows with processes. `docs/scale.md` explains the figures.

import { parseArgs } from "node:util";

import { figure, grouped, table, times } from "../../benches/table.js";
import { measureScale } from "./measure.js";
import { BATCH } from "./scale-vault.js";

/** At a tenth of what is asked for, or here. */
const FEW = 10_000;

const { values } = parseArgs({
  options: { tokens: { type: "string", default: "1000000" }, seconds: { type: "string", default: "10" } },
});
const many = Number(values.tokens);
if (!Number.isSafeInteger(many) || many < 2 * BATCH || many % BATCH !== 0) {
  throw new Error(`\`--tokens\` must be a multiple of ${grouped(BATCH)}, at least ${grouped(2 * BATCH)}`);
}
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 600)) throw new Error("`--seconds` must be a number greater than 0, at most 600");
const few = Math.max(BATCH, Math.min(FEW, Math.floor(many / 10 / BATCH) * BATCH));

const began = performance.now();
const { pinned, fill, latencies, throughputs } = await measureScale({
  sizes: [few, many],
  repeats: many >= 100_000 ? 200 : 40,
  millis: seconds * 1_000,
  processes: [1, 2, 4, 8],
  onFill(made, all) {
    if (!process.stderr.isTTY) return;
    const bar = "█".repeat(Math.round((made / all) * 30)).padEnd(30, "░");
    const rate = figure((made * 1_000) / (performance.now() - began));
    process.stderr.write(made === all ? "\r\x1b[K" : `\r\x1b[K${bar}  ${grouped(made)} of ${grouped(all)} tokens, ${rate} a second`);
  },
});

console.log(`${grouped(fill.tokens)} tokens made, ${grouped(Math.round(fill.perSecond))} a second; ${grouped(Math.round(fill.bytesEach))} bytes of the database each\n`);

const [first = [], second = []] = latencies;
const costs = first.map(({ name, p50, p99 }, index) => {
  const then = second[index] ?? { p50: NaN, p99: NaN };
  const growth = then.p50 / p50;
  return [name, figure(p50), figure(p99), figure(then.p50), figure(then.p99), times(growth), growth <= 2 ? "reached" : "not reached"];
});
const at = [few, many].flatMap((size) => [` p50 at ${grouped(size)}, ms`, " p99, ms"]);
console.log(table(["call", ...at, " p50 grew", "goal: at most 2 ×"], costs));

const rates = throughputs.map(({ processes, vault, statements }) => [
  grouped(processes),
  figure(vault),
  figure(statements),
  `${Math.round((1 - vault / statements) * 100)} %`,
]);
console.log(`\n${table([" processes", " updates by ID a second", " the same statements without the vault", " what the vault costs"], rates)}`);
console.log(pinned ? "\nThe server had one core to itself, the processes the others." : "\nServer and processes shared the cores.");
