// @ts-check
// `npm run mutants`: applies each patch of this folder, one believable bug in the core, to a copy of the project, and
// fails if the model and the Rust tests let one live. `npm run mutants -- NAME…` takes only those; `--both` runs the
// Rust tests also on what the model has found already.

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { rustflags } from "../../pkg/build/wasm.js";
import { ProjectCopy, TESTED, patches } from "./copy.js";

/** @param {string} patch */
const nameOf = (patch) => basename(patch, ".patch");

const { values, positionals } = parseArgs({
  options: { both: { type: "boolean", default: false } },
  allowPositionals: true,
});
const known = patches.map(nameOf);
for (const name of positionals) {
  if (known.includes(name)) continue;
  console.error(`no mutant is called \`${name}\`: they are ${known.join(", ")}`);
  process.exit(1);
}
const chosen = patches.filter((patch) => positionals.length === 0 || positionals.includes(nameOf(patch)));
const copy = new ProjectCopy("copy", TESTED);

/** A core that is quick to compile: what is tested is what it answers, not how fast. */
const profile = [
  'profile.mutant.inherits="release"',
  "profile.mutant.opt-level=1",
  'profile.mutant.package."*".opt-level=1',
  "profile.mutant.lto=false",
  "profile.mutant.codegen-units=16",
  "profile.mutant.incremental=true",
].flatMap((setting) => ["--config", setting]);

function build() {
  const platform = "wasm32-unknown-unknown";
  const library = ["--lib", "--crate-type", "cdylib", "--target", platform, "--locked"];
  const [flags, environment] = rustflags();
  copy.must("compiling the core", "cargo", ["rustc", "--profile", "mutant", ...profile, ...flags, ...library], environment);
  const core = join(copy.target, platform, "mutant", "vaultlet.wasm");
  copy.must("making the bindings", "cargo", ["run", "--package", "vaultlet-build", "--locked", "--", core, "pkg/wasm"]);
}

/** Each finds a bug, or not. @type {Record<string, () => boolean>} */
const finders = {
  model: () => !copy.run(process.execPath, ["tests/model/run.js", "--sequences", "2000", "--seed", "1", "--first"]).passed,
  // Nobody debugs them: without what that needs they are compiled in two thirds of the time.
  "rust tests": () => !copy.run("cargo", ["test", "--package", "vaultlet", "--locked"], { CARGO_PROFILE_DEV_DEBUG: "0" }).passed,
};

/** @param {() => boolean} finds */
function timed(finds) {
  const started = performance.now();
  const found = finds();
  return { found, time: `${((performance.now() - started) / 1_000).toFixed(0)} s` };
}

/**
 * Who finds the bug of a patch, and how fast.
 * @param {string} patch its file
 */
function judge(patch) {
  const name = nameOf(patch);
  copy.must(`\`${name}\` does not apply`, "git", ["apply", patch]);
  try {
    const built = timed(() => (build(), true));
    const lines = [`built in ${built.time}`];
    let killed = false;
    for (const [finder, finds] of Object.entries(finders)) {
      if (killed && !values.both) break;
      const { found, time } = timed(finds);
      lines.push(`${finder} ${found ? "found it" : "saw nothing"} (${time})`);
      killed ||= found;
    }
    const [bug = ""] = readFileSync(patch, "utf8").split("\n");
    console.log(`${killed ? "killed" : "LIVES "} ${name}: ${bug}\n       ${lines.join(", ")}`);
    return killed;
  } finally {
    copy.must(`taking \`${name}\` back`, "git", ["apply", "--reverse", patch]);
  }
}

function judgeAll() {
  // Without this, a model that always fails would kill everything.
  build();
  for (const [finder, finds] of Object.entries(finders)) {
    const { found, time } = finder === "model" || values.both ? timed(finds) : { found: false, time: "not run" };
    if (found) throw new Error(`the ${finder} fails on the core as it is`);
    console.log(`the core as it is: ${finder} ${time}`);
  }
  const living = chosen.filter((patch) => !judge(patch)).map(nameOf);
  console.log(`${chosen.length - living.length} of ${chosen.length} killed`);
  if (living.length > 0) console.error(`alive: ${living.join(", ")}`);
  return living.length === 0;
}

try {
  process.exitCode = judgeAll() ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
