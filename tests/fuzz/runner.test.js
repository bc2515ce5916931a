// @ts-check
// `npm run fuzz` as far as it goes without fuzzing: a `cargo` that is played by a script says what the real one would.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const project = mkdtempSync(join(tmpdir(), "vaultlet-fuzz-"));
after(() => rmSync(project, { recursive: true }));
cpSync(fileURLToPath(new URL("../../pkg/build", import.meta.url)), join(project, "pkg", "build"), { recursive: true });
writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
for (const kind of ["seeds", "corpus"]) {
  mkdirSync(join(project, "fuzz", kind), { recursive: true });
  for (const target of ["request", "row", "ciphertext"]) {
    writeFileSync(join(project, "fuzz", kind, `${target}.txt`), `# inputs\n\na ${kind}\\x00\n`);
  }
}

/** Plays cargo and rustup; `PLAYS` says what goes wrong. */
const player = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const line = args.join(" ");
const plays = process.env.PLAYS.split(",");
appendFileSync("calls.txt", line + "\\n");
if (line === "+nightly --version" && plays.includes("no nightly")) process.exit(1);
if (line === "fuzz --version" && plays.includes("no cargo-fuzz")) process.exit(1);
if (line.startsWith("+nightly fuzz build") && plays.includes("no compiler")) process.exit(1);
if (line.startsWith("+nightly fuzz run")) {
  const [, , , , , target, grown, kept] = args;
  if (readdirSync(grown).length > 0 || readdirSync(kept).length !== 2) process.exit(9);
  console.error("#2\\tINITED cov: 7 ft: 9 corp: 2/5b exec/s: 0 rss: 30Mb");
  console.error("#1234\\tDONE   cov: 77 ft: 99 corp: 12/5Kb lim: 4096 exec/s: 61 rss: 30Mb");
  if (plays.includes("a crash of " + target)) {
    mkdirSync("fuzz/artifacts/" + target, { recursive: true });
    writeFileSync("fuzz/artifacts/" + target + "/crash-1", "input");
    process.exit(77);
  }
  if (plays.includes("a failure of " + target)) process.exit(1);
  console.error("stat::number_of_executed_units: 1235");
}
`;
// Not in the project, whose files are modules.
const bin = mkdtempSync(join(tmpdir(), "vaultlet-cargo-"));
after(() => rmSync(bin, { recursive: true }));
for (const name of ["cargo", "rustup"]) {
  writeFileSync(join(bin, name), player);
  chmodSync(join(bin, name), 0o755);
}

/**
 * @param {string[]} args
 * @param {...string} plays
 */
function fuzz(args, ...plays) {
  rmSync(join(project, "calls.txt"), { force: true });
  rmSync(join(project, "fuzz", "artifacts"), { recursive: true, force: true });
  const env = { ...process.env, RUSTFLAGS: "", PATH: `${bin}${delimiter}${process.env["PATH"]}`, PLAYS: plays.join(",") };
  const run = spawnSync(process.execPath, ["pkg/build/fuzz.js", ...args], { cwd: project, env, encoding: "utf8" });
  const calls = join(project, "calls.txt");
  return { ...run, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

test("each target is run for so long, and a table says what came of it", () => {
  const { status, stdout, calls } = fuzz(["5"]);
  assert.equal(status, 0);
  const runs = calls.filter((call) => call.startsWith("+nightly fuzz run --sanitizer none"));
  assert.deepEqual(runs.map((call) => call.split(" ")[5]), ["request", "row", "ciphertext"]);
  for (const call of runs) assert.match(call, / -max_total_time=5 /);
  const [head, ...rows] = stdout.trim().split("\n").slice(-4).map((row) => row.split(/ {2,}/));
  assert.deepEqual(head, ["target", "seconds", "executions", "a second", "inputs", "edges", "crashes"]);
  for (const row of rows) assert.deepEqual([row[2], ...row.slice(4)], ["1235", "12", "77", "0"]);
});

test("a crash ends it with 1, says where the input is and how to repeat it, and the other targets are run", () => {
  const { status, stdout, stderr } = fuzz(["5"], "a crash of row");
  assert.equal(status, 1);
  assert.match(stdout, /^row +\d+ +1234 +\d+ +12 +77 +1$/m);
  assert.match(stdout, /^ciphertext .* 0$/m);
  assert.match(stderr, /the input: +fuzz\/artifacts\/row\/crash-1\n/);
  assert.match(stderr, /repeat it: +npm run fuzz -- --repeat fuzz\/artifacts\/row\/crash-1\n/);
});

test("a target that ends in failure without an input fails too, and says where it is written", () => {
  const { status, stderr } = fuzz(["5", "row"], "a failure of row");
  assert.equal(status, 1);
  assert.match(stderr, /row failed; what it said is in fuzz\/work\/row\.log/);
});

test("a missing cargo-fuzz is installed", () => {
  const install = "install cargo-fuzz --locked";
  assert(fuzz(["5", "row"], "no cargo-fuzz").calls.includes(install));
  assert(!fuzz(["5", "row"]).calls.includes(install));
});

test("what it cannot do without is an error with its remedy, and nothing is fuzzed", () => {
  for (const [args, plays, message] of /** @type {[string[], string, RegExp][]} */ ([
    [[], "", /needs a number of seconds\nremedy: npm run fuzz -- SECONDS/],
    [["0"], "", /needs a number of seconds/],
    [["1.5"], "", /needs a number of seconds/],
    [["5", "rows"], "", /no fuzz target `rows`/],
    [["5"], "no nightly", /nightly toolchain .* missing\nremedy: run `rustup toolchain install nightly/],
    [["5"], "no compiler", /compiling the fuzz targets did not succeed\nremedy: .*C\+\+ compiler/],
    [["--repeat", "fuzz/artifacts/row/none"], "", /no input `fuzz\/artifacts\/row\/none`/],
  ])) {
    const { status, stderr, calls } = fuzz(args, plays);
    assert.equal(status, 1, String(args));
    assert.match(stderr, message);
    assert.deepEqual(calls.filter((call) => call.startsWith("+nightly fuzz run")), []);
  }
});

test("an input is repeated on its own target", () => {
  mkdirSync(join(project, "fuzz", "regressions", "row"), { recursive: true });
  writeFileSync(join(project, "fuzz", "regressions", "row", "one"), "input");
  const { calls } = fuzz(["--repeat", "fuzz/regressions/row/one"]);
  assert(calls.some((call) => call.startsWith("+nightly fuzz run --sanitizer none row fuzz/regressions/row/one")));
});
