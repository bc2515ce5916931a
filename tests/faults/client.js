// @ts-check
// One client process of a trial. It makes calls one after the other, each with a transaction ID, writes down what it
// does, and repeats a call until it is answered. When it was killed, it is started again, reads its own records, and
// begins with the call that had no answer.

import { setTimeout as sleep } from "node:timers/promises";

import { connect } from "./connections.js";
import { now, openRecords, readRecords } from "./records.js";
import { TAGS, about, holding, openTrialVault } from "./trial-vault.js";

/** @import { Change } from "vaultlet" */
/** @import { Call } from "./records.js" */

/**
 * @typedef {object} Setup
 * @property {number} index of the client
 * @property {import("./connections.js").Place} place
 * @property {any} keys
 * @property {string} records the file
 * @property {string} register the ID of the token that all write to
 */

/** Who calls may not know what became of it, or was not served: it is to be asked again. */
const PASSING = ["PV1000", "PV1009", "PV3218", "VL1002"];

/** A client has so many tokens before it does anything else with them, and about so many in all. */
const FEW = 6;
const MANY = 400;

let mayGoOn = true;
let diesBeforeWrite = false;

process.once("message", (setup) => {
  process.on("message", (order) => {
    if (order === "finish") mayGoOn = false;
    if (order === "die before the next write") diesBeforeWrite = true;
  });
  work(/** @type {Setup} */ (setup)).then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(1));

/** @param {Setup} setup */
async function work({ index, place, keys, records: path, register }) {
  const { store, close } = await connect(place);
  const { tokens } = await openTrialVault(
    {
      read: (query) => store.read(query),
      /** @param {Change[]} changes */
      write(changes) {
        if (diesBeforeWrite) process.kill(process.pid, "SIGKILL");
        return store.write(changes);
      },
    },
    keys,
  );

  const own = /** @type {Set<string>} */ (new Set());
  /** @type {Map<string, Call>} */
  const open = new Map();
  let made = 0;
  for (const entry of readRecords(path)) {
    if (entry.at === "call") {
      made += 1;
      open.set(entry.call.id, entry.call);
    } else if (entry.at !== "unknown") {
      const call = open.get(entry.id);
      open.delete(entry.id);
      if (call !== undefined && entry.at === "answer") keep(call, entry.answer);
    }
  }
  const records = openRecords(path);
  for (const call of open.values()) await repeat(call);

  while (mayGoOn) {
    const call = next();
    records.add({ at: "call", call, time: now() });
    await repeat(call);
    // As one who is not sure: the answer must be the same.
    if (mayGoOn && Math.random() < 0.2) await repeat(call);
  }
  await close();
  records.close();

  /** @returns {Call} */
  function next() {
    made += 1;
    const id = `client ${index} call ${made}`;
    const ids = [...own];
    const pick = () => ids.splice(Math.floor(Math.random() * ids.length), 1);
    const chance = Math.random();
    if (own.size < FEW || (chance < 0.25 && own.size < MANY)) {
      return { id, kind: "tokenize", values: [`${id} a`, `${id} b`], tokenIds: [] };
    }
    if (chance < 0.4) return { id, kind: "reuse", values: [`shared ${Math.floor(Math.random() * 200)}`], tokenIds: [] };
    if (chance < 0.5) return { id, kind: "register", values: [id], tokenIds: [register] };
    if (chance < 0.75) return { id, kind: "update", values: [id], tokenIds: pick() };
    return { id, kind: "rotate", values: [], tokenIds: [pick(), pick(), pick()].flat() };
  }

  /** Until it is answered, or refused. @param {Call} call */
  async function repeat(call) {
    for (;;) {
      try {
        const answer = await send(call);
        records.add({ at: "answer", id: call.id, answer, time: now() });
        keep(call, answer);
        process.send?.("answered");
        return;
      } catch (error) {
        const code = String(/** @type {any} */ (error).code ?? error);
        const passes = PASSING.includes(code);
        records.add({ at: passes ? "unknown" : "refusal", id: call.id, code });
        if (!passes) return;
        await sleep(50 + Math.random() * 100);
      }
    }
  }

  /** @param {Call} call @returns {Promise<string[]>} */
  async function send({ id, kind, values, tokenIds }) {
    const call = { ...about, transactionId: id };
    if (kind === "rotate") return Object.values(await tokens.rotateTokens({ ...call, tokenIds }));
    const [value = ""] = values;
    if (kind === "update" || kind === "register") {
      await tokens.updateTokens({ ...call, tokenIds, requestBody: { object: holding(value) } });
      return [];
    }
    const [type, tag] = kind === "reuse" ? /** @type {const} */ (["pci", TAGS.reused]) : /** @type {const} */ (["randomized", TAGS.own(index)]);
    const requestBody = values.map((value) => ({ type, object: holding(value), tags: [tag] }));
    return (await tokens.tokenize({ ...call, requestBody })).map(({ token_id }) => token_id);
  }

  /** @param {Call} call @param {string[]} answer */
  function keep({ kind, tokenIds }, answer) {
    if (kind === "tokenize") for (const id of answer) own.add(id);
    // The call may be repeated later, when its tokens have been rotated again.
    if (kind === "rotate" && tokenIds.every((id) => own.has(id))) {
      for (const id of tokenIds) own.delete(id);
      for (const id of answer) own.add(id);
    }
  }
}
