// @ts-check
// `npm run fuzz -- SECONDS [target…]`: each fuzz target for so long, one after the other, and a table at the end.
// A target that fails ends the command with 1, the input that did it kept, and said how to repeat it.
//
//   --minimise        makes the committed corpora anew: the fewest inputs that reach what all known ones reach
//   --repeat FILE     runs the target of fuzz/artifacts/TARGET/FILE on that one input
//
// What the fuzzer finds worth keeping is collected in fuzz/work/; fuzz/README.md says how it gets into a corpus.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { SetupError, root, run } from "./command.js";
import { readFiles, readLines, writeFiles, writeLines } from "./fuzz-lines.js";
import { buildTargets, cargoFuzz, environment } from "./fuzz-tools.js";

const TARGETS = ["request", "row", "ciphertext"];
const USAGE = "npm run fuzz -- SECONDS [request] [row] [ciphertext]";

/** Seconds that one input may take. */
const TIMEOUT = 10;
/** Bytes that an input may have: what a longer one does, a shorter one does too. */
const MAX_LENGTH = 4096;

try {
  main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`fuzzing failed: ${error.message}`);
  console.error(`remedy: ${error.remedy}`);
  process.exitCode = 1;
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minimise: { type: "boolean", default: false }, repeat: { type: "string" } },
  });
  if (values.repeat !== undefined) return repeat(values.repeat);
  if (values.minimise) return minimise(known(positionals));
  const [seconds = "", ...named] = positionals;
  if (!/^[1-9]\d*$/.test(seconds)) throw new SetupError("it needs a number of seconds", USAGE);
  const targets = known(named);
  buildTargets();
  report(targets.map((target) => fuzz(target, Number(seconds))));
}

/** @param {string[]} named */
function known(named) {
  const unknown = named.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) throw new SetupError(`there is no fuzz target \`${unknown}\``, USAGE);
  return named.length > 0 ? named : TARGETS;
}

/**
 * Where the inputs of a target are: the kept ones as lines, those of earlier runs and of crashes as files.
 * @param {string} target
 */
function places(target) {
  return {
    seeds: join(root, "fuzz", "seeds", `${target}.txt`),
    corpus: join(root, "fuzz", "corpus", `${target}.txt`),
    dictionary: join(root, "fuzz", "dictionaries", `${target}.dict`),
    artefacts: `fuzz/artifacts/${target}`,
    work: `fuzz/work/${target}`,
    log: `fuzz/work/${target}.log`,
  };
}

/**
 * @typedef {object} Run
 * @property {string} target
 * @property {number} seconds
 * @property {number} executions
 * @property {string} inputs how many the fuzzer holds at the end
 * @property {string} edges how many of the code's branches they reach
 * @property {string[]} artefacts inputs that failed
 * @property {boolean} failed
 * @property {string} log
 */

/**
 * Fuzzes one target.
 * @param {string} target
 * @param {number} seconds
 * @returns {Run}
 */
function fuzz(target, seconds) {
  const { seeds, corpus, dictionary, artefacts, work, log } = places(target);
  const [kept, grown] = [`${work}/kept`, `${work}/grown`];
  rmSync(join(root, kept), { recursive: true, force: true });
  writeFiles(join(root, kept), [...readLines(seeds), ...readLines(corpus)]);
  mkdirSync(join(root, grown), { recursive: true });
  const before = list(artefacts);
  const options = [`-max_total_time=${seconds}`, `-timeout=${TIMEOUT}`, `-max_len=${MAX_LENGTH}`, "-print_final_stats=1"];
  if (existsSync(dictionary)) options.push(`-dict=${dictionary}`);

  console.log(`fuzzing ${target} for ${seconds} s (${log})`);
  const started = performance.now();
  // The fuzzer adds to the first folder alone.
  const status = logged(log, cargoFuzz("run", target, grown, kept, "--", ...options));
  const took = (performance.now() - started) / 1000;
  const said = readFileSync(join(root, log), "utf8");
  return {
    target,
    seconds: took,
    executions: Number(last(said, /^stat::number_of_executed_units:\s+(\d+)/gm) ?? last(said, /^#(\d+)\s/gm) ?? 0),
    inputs: last(said, /^#\d+\s.* corp: (\d+)/gm) ?? "?",
    edges: last(said, /^#\d+\s.* cov: (\d+)/gm) ?? "?",
    artefacts: list(artefacts).filter((name) => !before.includes(name) && !name.startsWith("slow-unit")),
    failed: status !== 0,
    log,
  };
}

/**
 * Prints the table, and of each target that failed what to do.
 * @param {Run[]} runs
 */
function report(runs) {
  const head = ["target", "seconds", "executions", "a second", "inputs", "edges", "crashes"];
  const rows = runs.map(({ target, seconds, executions, inputs, edges, artefacts }) => [
    target,
    seconds.toFixed(0),
    String(executions),
    (executions / seconds).toFixed(0),
    inputs,
    edges,
    String(artefacts.length),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  console.log();
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(cells.join("  "));
  }
  for (const { target, artefacts, log } of runs.filter((run) => run.failed)) {
    process.exitCode = 1;
    console.error(`\n${target} failed; what it said is in ${log}`);
    for (const artefact of artefacts.map((name) => `${places(target).artefacts}/${name}`)) {
      console.error(`  the input:  ${artefact}`);
      console.error(`  repeat it:  npm run fuzz -- --repeat ${artefact}`);
      console.error(`  keep it:    in fuzz/regressions/${target}/, named for what it does; npm test replays it`);
    }
  }
}

/**
 * Runs a target on one input, in sight.
 * @param {string} file
 */
function repeat(file) {
  const [target] = known([basename(dirname(file))]);
  if (target === undefined || !existsSync(join(root, file))) {
    throw new SetupError(`there is no input \`${file}\``, "name one as fuzz/artifacts/TARGET/FILE");
  }
  buildTargets();
  const args = cargoFuzz("run", target, file, "--", `-timeout=${TIMEOUT}`);
  const env = { ...process.env, ...environment };
  process.exitCode = spawnSync("cargo", args, { cwd: root, env, stdio: "inherit" }).status ?? 1;
}

/**
 * Makes corpora out of all inputs that are known.
 * @param {string[]} targets
 */
function minimise(targets) {
  buildTargets();
  for (const target of targets) {
    const { seeds, corpus, work } = places(target);
    const all = `${work}/all`;
    rmSync(join(root, all), { recursive: true, force: true });
    const known = [...readLines(seeds), ...readLines(corpus), ...readFiles(join(root, work, "grown"))];
    writeFiles(join(root, all), known);
    run({
      what: `minimising the corpus of ${target}`,
      note: `cargo fuzz cmin; ${known.length} inputs`,
      program: "cargo",
      // By branches reached and not by how often: a tenth of the inputs, and each has a reason.
      args: cargoFuzz("cmin", target, all, "--", "-use_counters=0", `-max_len=${MAX_LENGTH}`),
      remedy: "read the fuzzer's message above",
      env: environment,
    });
    const seeded = new Set(readLines(seeds).map((input) => input.toString("latin1")));
    const found = readFiles(join(root, all)).filter((input) => !seeded.has(input.toString("latin1")));
    writeLines(corpus, `Made by \`npm run fuzz -- --minimise\`: what the target \`${target}\` reached.`, found);
    console.log(`${target}: ${found.length} inputs beside the seeds`);
  }
}

/**
 * Runs cargo, its output to a file. Answers its exit code.
 * @param {string} log
 * @param {string[]} args
 */
function logged(log, args) {
  const output = openSync(join(root, log), "w");
  const env = { ...process.env, ...environment };
  const { status } = spawnSync("cargo", args, { cwd: root, env, stdio: ["ignore", output, output] });
  closeSync(output);
  return status;
}

/** @param {string} folder */
function list(folder) {
  return existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
}

/**
 * The first group of the last match.
 * @param {string} text
 * @param {RegExp} pattern
 */
function last(text, pattern) {
  return [...text.matchAll(pattern)].at(-1)?.[1];
}
