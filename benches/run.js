// @ts-check
// `npm run bench`: Vaultlet beside its rivals and beside itself, in one run, and the goals beside what was reached. How
// often each operation goes to the store is counted, and fails where it is once too often.
//
//   --quick       a short run, to see that the benchmark works; its figures mean little
//   --no-native   leaves out the native core, which cargo would have to compile

import { arch, cpus, platform } from "node:os";
import { parseArgs } from "node:util";

import { memoryStore } from "vaultlet/store/memory";

import { sizes as measureSizes } from "../pkg/build/size.js";
import { goals } from "./goals.js";
import { measureNative } from "./native.js";
import { growth, race } from "./race.js";
import { reportGoals, reportGrowth, reportRaces, reportRoundTrips, reportSizes, reportStartup } from "./report.js";
import { countRoundTrips, tooMany } from "./round-trips.js";
import { measureStartup } from "./startup.js";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, "no-native": { type: "boolean", default: false } },
});

// Many short rounds, and not few long ones: a disturbance then falls on one round of one contender. Warm takes seconds: after
// half a second a call of one token took twice as long as after two, for Node compiles wasm again, better, as it runs.
const {
  races: effort,
  growth: growthEffort,
  many,
  processes,
} = options.quick
  ? {
      races: { rounds: 3, roundMillis: 1, warmUpMillis: 10 },
      growth: { rounds: 2, roundMillis: 1, warmUpMillis: 10 },
      many: 2_000,
      processes: 2,
    }
  : {
      races: { rounds: 101, roundMillis: 8, warmUpMillis: 3_000 },
      growth: { rounds: 7, roundMillis: 50, warmUpMillis: 400 },
      many: 100_000,
      processes: 15,
    };

const BATCHES = [1, 10, 100, 1_000];
const BATCHED = /** @type {const} */ (["rotate", "update"]);

const [cpu] = cpus();
console.log(`Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown"}\n`);

const races = [];
for (const operation of BATCHED) {
  for (const batch of BATCHES) {
    progress(`${operation} of ${batch}`);
    races.push(await race(operation, batch, effort));
  }
}
progress("update of data");
races.push(await race("update data", 1, effort));
if (!options["no-native"]) progress("the native core, once cargo has compiled it");
const native = options["no-native"] ? undefined : measureNative([...BATCHED], BATCHES, options.quick);
reportRaces(races, effort.rounds, native);

const growths = [];
for (const operation of BATCHED) {
  progress(`${operation} of ${many}`);
  growths.push(...(await growth(operation, many, growthEffort)));
}
reportGrowth(growths, many);

reportSizes(await measureSizes());
progress("fresh processes");
reportStartup(await measureStartup(processes), processes);
const trips = await countRoundTrips(memoryStore());
reportRoundTrips(trips);
reportGoals(goals({ races, native, growths, many }));
if (tooMany(trips).length > 0) process.exitCode = 1;

/** A run takes minutes; this says that it is alive, and stays out of what is piped away. @param {string} what */
function progress(what) {
  console.error(`measuring ${what} …`);
}
