// @ts-check
// The goals of the design's page on quality, and what became of each. A missed goal is said and fails nothing: to
// measure is not to test.

import { FEW } from "./race.js";
import { grouped, times } from "./table.js";

/** @import { Growth, Race } from "./race.js" */

/** @typedef {{ what: string, wanted: string, measured: string, reached: boolean }} Goal */

/** The batch that the goals speak of. */
const BATCH = 100;

/**
 * @param {object} results
 * @param {Race[]} results.races
 * @param {Map<string, number> | undefined} results.native
 * @param {Growth[]} results.growths
 * @param {number} results.many
 * @returns {Goal[]}
 */
export function goals({ races, native, growths, many }) {
  /** @type {Goal[]} */
  const all = [];
  for (const { operation, batch, micros } of races) {
    const { vaultlet = NaN, "node:crypto": node = NaN, WebCrypto: web = NaN } = micros;
    if (batch === 1) all.push(atLeast(`${operation} of 1 against node:crypto`, node / vaultlet, 1));
    if (batch !== BATCH) continue;
    all.push(atLeast(`${operation} of ${BATCH} against node:crypto`, node / vaultlet, 2));
    all.push(atLeast(`${operation} of ${BATCH} against WebCrypto`, web / vaultlet, 8));
    const compiled = native?.get(`${operation}/${BATCH}`);
    if (compiled !== undefined)
      all.push(atMost(`${operation} of ${BATCH} against native`, vaultlet / compiled, 4, "slower"));
  }
  for (const { operation, name, few, many: cost } of growths) {
    if (name !== "vaultlet") continue;
    all.push(atMost(`${operation} of ${grouped(many)} against ${FEW}`, cost / few, 1.2, "a token"));
  }
  return all;
}

/** @param {string} what @param {number} ratio @param {number} least @returns {Goal} */
function atLeast(what, ratio, least) {
  return { what, wanted: `at least ${least} × as fast`, measured: times(ratio), reached: ratio >= least };
}

/** @param {string} what @param {number} ratio @param {number} most @param {string} how @returns {Goal} */
function atMost(what, ratio, most, how) {
  return { what, wanted: `at most ${most} × ${how}`, measured: times(ratio), reached: ratio <= most };
}
