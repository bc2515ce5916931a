// @ts-check
// The steps of the set-up, in their order.

import { SetupError, say } from "./command.js";
import { everyEngine, installEngines } from "./engines.js";
import { installPackages } from "./packages.js";
import { installPython } from "./python.js";
import { checkRust, installTarget } from "./rust.js";
import { buildWasm } from "./wasm.js";

/** @import { EngineName } from "./engines.js" */

/** What the package itself needs. */
export const setup = () => through(packageSteps);

/** And what its tests start: all of it, or what some of them need. @param {EngineName[]} [names] */
export const setupTests = (names = everyEngine) =>
  through(() => [...packageSteps(), installEngines(names), names.includes("python") && installPython()]);

function packageSteps() {
  const rust = checkRust();
  return [installTarget(), installPackages(), buildWasm(rust)];
}

/**
 * Runs every step that has something to do; on a failure prints it with its remedy and sets the exit code.
 * @param {() => boolean[]} steps each answers whether it had anything to do
 * @returns {boolean} whether all of them succeeded
 */
function through(steps) {
  try {
    say(steps().includes(true) ? "ready" : "nothing to do");
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`set-up failed: ${error.message}`);
    console.error(`remedy: ${error.remedy}`);
    process.exitCode = 1;
    return false;
  }
}
