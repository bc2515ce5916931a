// @ts-check
// `npm run mutants`: applies each patch of this folder, one believable bug in the core, to a copy of the project, and
// fails if the model and the Rust tests let one live. `npm run mutants -- NAME…` takes only those; `--both` runs the
// Rust tests also on what the model has found already.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { root } from "../../pkg/build/command.js";
import { targetFolder } from "../../pkg/build/rust.js";
import { rustflags } from "../../pkg/build/wasm.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = join(targetFolder(), "mutants");
// Always the same folder, so that cargo knows the copy again.
const copy = join(folder, "copy");
// One of its own: to cargo the copy and the project are the same packages, and in a shared folder it would take
// what was built from one for the other's.
const target = join(folder, "target");

/** What the copy needs to be built and to be tested. */
const copied = ["Cargo.toml", "Cargo.lock", "package.json", "src", "benches", "tests", "pkg"];

/** A core that is quick to compile: what is tested is what it answers, not how fast. */
const profile = [
  'profile.mutant.inherits="release"',
  "profile.mutant.opt-level=1",
  'profile.mutant.package."*".opt-level=1',
  "profile.mutant.lto=false",
  "profile.mutant.codegen-units=16",
  "profile.mutant.incremental=true",
].flatMap((setting) => ["--config", setting]);

/** For a mutant that hangs, in milliseconds: many times what a slow machine needs for one that does not. */
const patience = 1_800_000;

/**
 * Runs a program in the copy.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment] more of it
 */
function run(program, args, environment) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: copy,
    // Without the ceiling git would take the copy for a part of the project's repository, and apply nothing.
    env: {
      ...process.env,
      ...environment,
      CARGO_TARGET_DIR: target,
      CARGO_TERM_COLOR: "never",
      GIT_CEILING_DIRECTORIES: dirname(copy),
    },
    encoding: "utf8",
    timeout: patience,
    maxBuffer: 2 ** 28,
  });
  // What did not come to its end has found nothing.
  if (error) throw error;
  return { passed: status === 0, output: `${stdout}${stderr}` };
}

/**
 * The same, where nothing may go wrong.
 * @param {string} what
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 */
function must(what, program, args, environment) {
  const { passed, output } = run(program, args, environment);
  if (!passed) throw new Error(`${what} failed:\n${output}`);
}

function copyProject() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, "node_modules"), { recursive: true });
  for (const name of copied) {
    const isOurs = (/** @type {string} */ path) => !path.includes("node_modules");
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isOurs });
  }
  for (const name of readdirSync(join(root, "node_modules"))) {
    // Our own package is the copy's.
    const to = name === "vaultlet" ? join(copy, "pkg") : join(root, "node_modules", name);
    symlinkSync(to, join(copy, "node_modules", name), "junction");
  }
}

function build() {
  const platform = "wasm32-unknown-unknown";
  const library = ["--lib", "--crate-type", "cdylib", "--target", platform, "--locked"];
  const [flags, environment] = rustflags();
  must("compiling the core", "cargo", ["rustc", "--profile", "mutant", ...profile, ...flags, ...library], environment);
  const core = join(target, platform, "mutant", "vaultlet.wasm");
  must("making the bindings", "cargo", ["run", "--package", "vaultlet-build", "--locked", "--", core, "pkg/wasm"]);
}

/** Each finds a bug, or not. @type {Record<string, () => boolean>} */
const finders = {
  model: () => !run(process.execPath, ["tests/model/run.js", "--sequences", "2000", "--seed", "1", "--first"]).passed,
  // Nobody debugs them: without what that needs they are compiled in two thirds of the time.
  "rust tests": () => !run("cargo", ["test", "--package", "vaultlet", "--locked"], { CARGO_PROFILE_DEV_DEBUG: "0" }).passed,
};

/** @param {() => boolean} finds */
function timed(finds) {
  const started = performance.now();
  const found = finds();
  return { found, time: `${((performance.now() - started) / 1_000).toFixed(0)} s` };
}

/**
 * Who finds the bug of a patch, and how fast.
 * @param {string} name
 * @param {boolean} both
 */
function judge(name, both) {
  const patch = join(here, `${name}.patch`);
  must(`\`${name}\` does not apply`, "git", ["apply", patch]);
  try {
    const built = timed(() => (build(), true));
    const lines = [`built in ${built.time}`];
    let killed = false;
    for (const [finder, finds] of Object.entries(finders)) {
      if (killed && !both) break;
      const { found, time } = timed(finds);
      lines.push(`${finder} ${found ? "found it" : "saw nothing"} (${time})`);
      killed ||= found;
    }
    const [bug = ""] = readFileSync(patch, "utf8").split("\n");
    console.log(`${killed ? "killed" : "LIVES "} ${name}: ${bug}\n       ${lines.join(", ")}`);
    return killed;
  } finally {
    must(`taking \`${name}\` back`, "git", ["apply", "--reverse", patch]);
  }
}

/** @param {string[]} names @param {boolean} both */
function judgeAll(names, both) {
  copyProject();
  // Without this, a model that always fails would kill everything.
  build();
  for (const [finder, finds] of Object.entries(finders)) {
    const { found, time } = finder === "model" || both ? timed(finds) : { found: false, time: "not run" };
    if (found) throw new Error(`the ${finder} fails on the core as it is`);
    console.log(`the core as it is: ${finder} ${time}`);
  }
  const living = names.filter((name) => !judge(name, both));
  console.log(`${names.length - living.length} of ${names.length} killed`);
  if (living.length > 0) console.error(`alive: ${living.join(", ")}`);
  return living.length === 0;
}

const { values, positionals } = parseArgs({
  options: { both: { type: "boolean", default: false } },
  allowPositionals: true,
});
const all = readdirSync(here).filter((name) => name.endsWith(".patch"));
const names = all
  .map((name) => name.replace(/\.patch$/, ""))
  .filter((name) => positionals.length === 0 || positionals.includes(name));
try {
  process.exitCode = names.length > 0 && judgeAll(names, values.both) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
