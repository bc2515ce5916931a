// @ts-check
// The races: Vaultlet beside its rivals, and both with many more tokens.

import { Contender, contenders } from "./contenders.js";
import { measure } from "./measure.js";

/** @import { Effort, Run } from "./measure.js" */

/** @typedef {"rotate" | "update" | "update data"} Operation */
/** @typedef {{ operation: Operation, batch: number, micros: Record<string, number> }} Race in microseconds a token */
/** @typedef {{ operation: Operation, name: string, few: number, fewOfMany: number, many: number }} Growth in microseconds a token */

/** The tokens of a call in the smaller race against itself. */
export const FEW = 100;

/** Who grows. */
const GROWING = ["vaultlet", "node:crypto"];

/**
 * All contenders, each with as many tokens in its store as one call changes.
 * @param {Operation} operation
 * @param {number} batch
 * @param {Effort} effort
 * @returns {Promise<Race>}
 */
export async function race(operation, batch, effort) {
  /** @type {Contender[]} */
  const entrants = [];
  for (const name of Object.keys(contenders)) entrants.push(await Contender.open(name, batch));
  const results = await measure(
    entrants.map((entrant) => runOf(operation, batch, entrant)),
    effort,
  );
  /** @type {Race["micros"]} */
  const micros = {};
  entrants.forEach((entrant, index) => {
    const result = /** @type {typeof results[number]} */ (results[index]);
    entrant.check(result.calls);
    micros[entrant.name] = result.micros;
  });
  return { operation, batch, micros };
}

/**
 * Vaultlet and a rival, each with few tokens in the store, with many, and with many in one call. The rival shows what of
 * the growth is the store's and the machine's: rows that no cache holds, and maps of them.
 * @param {Operation} operation
 * @param {number} many
 * @param {Effort} effort
 * @returns {Promise<Growth[]>}
 */
export async function growth(operation, many, effort) {
  /** @type {{ small: Contender, runs: Run[] }[]} */
  const entrants = [];
  for (const name of GROWING) {
    const small = await Contender.open(name, FEW);
    const large = await Contender.open(name, many);
    const runs = [runOf(operation, FEW, small), runOf(operation, FEW, large), runOf(operation, many, large)];
    entrants.push({ small, runs });
  }
  const results = await measure(entrants.flatMap(({ runs }) => runs), effort);
  return entrants.map(({ small }, index) => {
    const [few, fewOfMany, all] = results.slice(3 * index, 3 * index + 3);
    if (few === undefined || fewOfMany === undefined || all === undefined) throw new Error("a run is missing");
    small.check(few.calls);
    return { operation, name: small.name, few: few.micros, fewOfMany: fewOfMany.micros, many: all.micros };
  });
}

/**
 * @param {Operation} operation
 * @param {number} tokens
 * @param {Contender} contender
 * @returns {Run}
 */
function runOf(operation, tokens, { workload }) {
  switch (operation) {
    case "rotate":
      return { tokens, call: () => workload.rotate(tokens) };
    case "update":
      return { tokens, call: () => workload.update(tokens) };
    case "update data":
      return { tokens, call: () => workload.updateData() };
  }
}
