// @ts-check
// The steps of the set-up, in their order.

import { SetupError, say } from "./command.js";
import { installPackages } from "./packages.js";
import { checkRust, installTarget } from "./rust.js";
import { buildWasm } from "./wasm.js";

/** Runs every step that has something to do; on a failure prints it with its remedy and sets the exit code. */
export function setup() {
  try {
    const rust = checkRust();
    const done = [installTarget(), installPackages(), buildWasm(rust)];
    say(done.includes(true) ? "ready" : "nothing to do");
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`set-up failed: ${error.message}`);
    console.error(`remedy: ${error.remedy}`);
    process.exitCode = 1;
  }
}
