// @ts-check
// What a run prints: tables for a terminal of 100 columns, and as good as Markdown.

import { FEW } from "./race.js";
import { figure, grouped, table, times } from "./table.js";

/** @import { Goal } from "./goals.js" */
/** @import { Growth, Race } from "./race.js" */
/** @import { Counted } from "./round-trips.js" */
/** @import { Startup } from "./startup.js" */
/** @import { Size } from "../pkg/build/size.js" */

/**
 * @param {Race[]} races
 * @param {number} rounds
 * @param {Map<string, number> | undefined} native
 */
export function reportRaces(races, rounds, native) {
  const head = ["µs a token", " tokens", " vaultlet", " node:crypto", " WebCrypto", " vs node", " vs Web"];
  if (native !== undefined) head.push(" native", " ÷ native");
  const rows = races.map(({ operation, batch, micros }) => {
    const { vaultlet = NaN, "node:crypto": node = NaN, WebCrypto: web = NaN } = micros;
    const row = [
      operation,
      grouped(batch),
      figure(vaultlet),
      figure(node),
      figure(web),
      times(node / vaultlet),
      times(web / vaultlet),
    ];
    const compiled = native?.get(`${operation}/${batch}`);
    return compiled === undefined ? row : [...row, figure(compiled), times(vaultlet / compiled)];
  });
  console.log(table(head, rows));
  console.log(`
Tokens of five properties on the memory store; all contenders in turn, medians of ${rounds} rounds.
rotate, update (tags and expiry): so many tokens in one call. update data: one token, from \`fields\`.
vs node, vs Web: how many times as fast as the rival.`);
  if (native !== undefined) console.log("÷ native: how many times as long as the same core compiled natively.");
}

/**
 * @param {Growth[]} growths
 * @param {number} many
 */
export function reportGrowth(growths, many) {
  const all = grouped(many);
  const head = ["µs a token", "contender", ` ${FEW} of ${FEW}`, ` ${FEW} of ${all}`, ` ${all} of ${all}`, " last vs first"];
  const rows = growths.map(({ operation, name, few, fewOfMany, many: cost }) => [
    operation,
    name,
    figure(few),
    figure(fewOfMany),
    figure(cost),
    times(cost / few),
  ]);
  console.log(`\n${table(head, rows)}`);
  console.log("\nSo many tokens in one call, of so many in the memory store (`maxTokens` raised).");
}

/** @param {Size[]} sizes */
export function reportSizes(sizes) {
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const rows = sizes.map(({ name, raw, gzip }) => [name, kilobytes(raw), kilobytes(gzip)]);
  console.log(`\n${table(["size", " raw", " gzip"], rows)}`);
}

/**
 * @param {Startup} startup
 * @param {number} processes
 */
export function reportStartup({ imported, firstCall, answered }, processes) {
  const rows = [
    ["import", figure(imported)],
    ["first call: open a vault, tokenize", figure(firstCall)],
    ["from import to first answer", figure(answered)],
  ];
  console.log(`\n${table(["a fresh process, medians of " + processes, " milliseconds"], rows)}`);
}

/** @param {Counted[]} counted */
export function reportRoundTrips(counted) {
  const rows = counted.map(({ operation, reads, writes, most }) => [
    operation,
    `${reads} of ${most.reads}`,
    `${writes} of ${most.writes}`,
    reads > most.reads || writes > most.writes ? "TOO MANY" : "as often as it must",
  ]);
  console.log(`\n${table(["goes to the store", " reads", " writes", "outcome"], rows)}`);
}

/** @param {Goal[]} goals */
export function reportGoals(goals) {
  const rows = goals.map(({ what, wanted, measured, reached }) => [
    what,
    wanted,
    measured,
    reached ? "reached" : "not reached",
  ]);
  console.log(`\n${table(["goal", "wanted", " measured", "outcome"], rows)}`);
}
