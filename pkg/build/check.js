// @ts-check
// Runs every check that is not a test. All of them run, whatever the first ones find.

import { spawnSync } from "node:child_process";

import { runChecks } from "./checks.js";
import { clippy } from "./clippy.js";
import { root } from "./command.js";
import { proveDeny } from "./deny-proof.js";
import { checkCrates } from "./deny.js";
import { proveLints } from "./lint-proof.js";
import { EVERYTHING, installPackages } from "./packages.js";
import { checkSizes } from "./size.js";

/**
 * @param {string} program
 * @param {...string} args
 */
function runs(program, ...args) {
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

// The tests' code is checked too, against the types of what it drives.
installPackages(EVERYTHING);

await runChecks([
  ["formatting", () => runs("cargo", "fmt", "--all", "--check")],
  ["lints, host", () => runs("cargo", ...clippy("host"))],
  ["lints, wasm32", () => runs("cargo", ...clippy("wasm32"))],
  ["lints refuse a planted panic", proveLints],
  ["licences, bans and sources", checkCrates],
  ["licences, bans and sources refuse planted crates", proveDeny],
  ["types", () => runs(process.execPath, "node_modules/typescript/bin/tsc")],
  ["types, demo page", () => runs(process.execPath, "node_modules/typescript/bin/tsc", "-p", "www")],
  ["sizes", checkSizes],
]);
