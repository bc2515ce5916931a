// @ts-check
// Runs every check that is not a test. All of them run, whatever the first ones find.

import { spawnSync } from "node:child_process";

import { clippy } from "./clippy.js";
import { root } from "./command.js";
import { proveLints } from "./lint-proof.js";
import { checkSizes } from "./size.js";

/** @type {[name: string, passes: () => boolean | Promise<boolean>][]} */
const checks = [
  ["formatting", () => runs("cargo", "fmt", "--all", "--check")],
  ["lints, host", () => runs("cargo", ...clippy("host"))],
  ["lints, wasm32", () => runs("cargo", ...clippy("wasm32"))],
  ["lints refuse a planted panic", proveLints],
  ["types", () => runs(process.execPath, "node_modules/typescript/bin/tsc")],
  ["sizes", checkSizes],
];

/**
 * @param {string} program
 * @param {...string} args
 */
function runs(program, ...args) {
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** @param {() => boolean | Promise<boolean>} passes */
async function attempt(passes) {
  try {
    return await passes();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

let failed = 0;
for (const [name, passes] of checks) {
  console.log(`\n== ${name}`);
  if (await attempt(passes)) continue;
  failed += 1;
  console.error(`== ${name}: FAILED`);
}
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
