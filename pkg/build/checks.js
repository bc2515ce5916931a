// @ts-check
// Runs checks one after the other and says what came of them.

import { SetupError } from "./command.js";

/**
 * @typedef {[name: string, passes: () => boolean | Promise<boolean>]} Check
 */

/**
 * All of them run, whatever the first ones find; one that fails is the exit code 1.
 * @param {Check[]} checks
 */
export async function runChecks(checks) {
  let failed = 0;
  for (const [name, passes] of checks) {
    console.log(`\n== ${name}`);
    if (await attempt(passes)) continue;
    failed += 1;
    console.error(`== ${name}: FAILED`);
  }
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** @param {Check[1]} passes */
async function attempt(passes) {
  try {
    return await passes();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof SetupError) console.error(`remedy: ${error.remedy}`);
    return false;
  }
}
