// @ts-check
// `npm run faults -- --seconds N --clients N --engine postgres|redis`: strikes PostgreSQL and Redis Cluster while clients
// work on them, each under its settings and with them off. It fails where something is lost under the settings, and
// where nothing is found to be lost without them. `docs/faults.md` explains what it does.

import { parseArgs } from "node:util";

import { grouped, table } from "../../benches/table.js";
import { startPostgresEngine } from "./postgres-engine.js";
import { startRedisEngine } from "./redis-engine.js";
import { runTrial } from "./trial.js";

const ENGINES = /** @type {Record<string, typeof startPostgresEngine>} */ ({ postgres: startPostgresEngine, redis: startRedisEngine });

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    clients: { type: "string", default: "8" },
    engine: { type: "string", multiple: true, default: Object.keys(ENGINES) },
  },
});

/** @param {"seconds" | "clients"} name */
function wholeNumber(name) {
  if (!/^[1-9]\d{0,4}$/.test(values[name])) throw new Error(`\`--${name}\` must be a whole number greater than 0`);
  return Number(values[name]);
}

const [seconds, clients] = [wholeNumber("seconds"), wholeNumber("clients")];
const chosen = values.engine.map((name) => {
  const start = ENGINES[name];
  if (start === undefined) throw new Error(`\`--engine\` must be one of ${Object.keys(ENGINES).join(", ")}`);
  return start;
});

/** @type {string[][]} */
const rows = [];
/** @type {string[]} */
const struck = [];
let failed = false;

for (const start of chosen) {
  for (const keeps of [true, false]) {
    const engine = await start({ keeps });
    const title = `${engine.name}, ${engine.settings.replaceAll("`", "")}`;
    if (!process.stderr.isTTY) console.error(`${title} …`);
    try {
      const outcome = await runTrial(engine, {
        clients,
        // Without the settings one round is enough to lose something.
        millis: keeps ? seconds * 1_000 : 0,
        cuts: 5,
        onProgress({ answered, faults, share }) {
          const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
          if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${title}  ${bar}  ${grouped(answered)} answers, ${faults} faults`);
        },
      });
      const { losses } = outcome;
      const faults = [...outcome.faults.values()].reduce((sum, count) => sum + count, 0);
      const counts = [outcome.acknowledged, outcome.repeated, outcome.unknown, faults, losses.tokens, losses.writes, losses.doubled];
      rows.push([engine.name, engine.settings, ...[...counts, losses.answers, losses.refused + losses.open].map(grouped)]);
      struck.push(`${title}: ${[...outcome.faults].map(([name, count]) => `${name} ${count} times`).join("; ")}`);
      failed ||= keeps ? outcome.lost > 0 : outcome.lost === 0;
    } finally {
      await engine.stop();
      if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    }
  }
}

const head = ["engine", "settings", " acknowledged", " asked again", " tries failed", " faults", " tokens lost", " writes lost"];
console.log(table([...head, " doubled", " other answers", " refused or open"], rows));
console.log(`\n${struck.join("\n")}`);
console.log(failed ? "\nFAILED: under its settings an engine must lose nothing, and with them off the check must find losses" : "");
process.exitCode = failed ? 1 : 0;
