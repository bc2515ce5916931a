// @ts-check
// The race: the vault beside its rival, each over a store in memory, round after round in turn, so that what else the
// machine does meets both.

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, collections } from "../host/collections.js";
import { openRival } from "./webcrypto.js";

export const TOKENS = 100;
const ROUNDS = 7;
const ROUND_MILLIS = 60;

const people = Array.from({ length: TOKENS }, (_, at) => ({
  name: "Patricia Farrington",
  email: `patricia.${at}@example.com`,
  phone: "+12025550143",
  ssn: "123-45-6789",
}));
const tagsInTurn = [["premium", "newsletter"], ["premium", "trial"]];

/** @typedef {{ work: "Rotate" | "Update tags and expiry", vaultlet: number, webcrypto: number }} Result microseconds a token */

/** @returns {Promise<Result[]>} */
export async function race() {
  const [vault, rival] = [await vaultlet(), await webcrypto()];
  const lanes = [vault.rotate, rival.rotate, vault.update, rival.update].map((call) => ({ call, repeats: 1, micros: [0] }));
  for (const lane of lanes) lane.repeats = await fitting(lane.call);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const lane of lanes) {
      lane.micros[round] = ((await timed(lane.call, lane.repeats)) * 1000) / lane.repeats / TOKENS;
      // The page stays usable meanwhile.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  const [a = 0, b = 0, c = 0, d = 0] = lanes.map(({ micros }) => median(micros));
  vault.close();
  return [
    { work: "Rotate", vaultlet: a, webcrypto: b },
    { work: "Update tags and expiry", vaultlet: c, webcrypto: d },
  ];
}

async function vaultlet() {
  const vault = await openVault({ keys: generateKeys(), collections, store: memoryStore(), policy: () => ({ allow: true }) });
  const { tokens } = vault.as("race");
  const requestBody = people.map((fields) => ({ type: "randomized", object: { fields } }));
  let tokenIds = (await tokens.tokenize({ ...about, requestBody })).map(({ token_id }) => token_id);
  const tags = alternating();
  return {
    rotate: async () => void (tokenIds = Object.values(await tokens.rotateTokens({ ...about, tokenIds }))),
    update: () => tokens.updateTokens({ ...about, tokenIds, expirationSecs: "3600", requestBody: { tags: tags() } }),
    close: () => vault.close(),
  };
}

async function webcrypto() {
  const rival = await openRival(memoryStore());
  let tokens = await rival.tokenize(people);
  const tags = alternating();
  return {
    rotate: async () => void (tokens = await rival.rotate(tokens)),
    update: () => rival.update(tokens, tags(), Date.now() + 3_600_000),
  };
}

/** Others each time: an update that changes nothing writes nothing. */
function alternating() {
  let turn = 0;
  return () => tagsInTurn[(turn = 1 - turn)] ?? [];
}

/** How many calls fill a round, once they are warm. @param {() => Promise<void>} call */
async function fitting(call) {
  await timed(call, 3);
  const millis = (await timed(call, 3)) / 3;
  return Math.max(1, Math.round(ROUND_MILLIS / millis));
}

/** @param {() => Promise<void>} call @param {number} repeats */
async function timed(call, repeats) {
  const start = performance.now();
  for (let count = 0; count < repeats; count += 1) await call();
  return performance.now() - start;
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
