// @ts-check
// The reference: a plain vault without cryptography, written from semantics.md. This file is the frame of a call; its
// steps are in `reference-call.js`, and what the operations do between policy and audit in `reference-tokens.js` and
// `reference-ciphertexts.js`.

import { Call } from "./reference-call.js";
import { decrypt, encrypt, hash, updateEncrypted } from "./reference-ciphertexts.js";
import { count, detokenize, getByTransactionId, remove, rotate, search, tokenize, update } from "./reference-tokens.js";
import { Refusal } from "./refusal.js";

/** @import { Happened } from "./reference-call.js" */
/** @import { State } from "./state.js" */
/** @import { Settings } from "./world.js" */

/**
 * @typedef {{ answer: any, repeated: boolean } | { refusal: Refusal }} Result
 *
 * @typedef {{ answer: any, tokens: number }} Done what an operation answers, and how many tokens it concerns
 */

/** What each operation does, by its name for policy and audit. @type {Record<string, (call: Call) => Done>} */
const operations = {
  "tokens.tokenize": tokenize,
  "tokens.detokenize": detokenize,
  "tokens.update": update,
  "tokens.rotate": rotate,
  "tokens.search": search,
  "tokens.delete": remove,
  "tokens.count": count,
  "tokens.transaction": getByTransactionId,
  "crypto.encrypt": encrypt,
  "crypto.decrypt": decrypt,
  "crypto.updateEncrypted": updateEncrypted,
  "crypto.hash": hash,
};

/**
 * One call. It changes the state it is given, if it changes anything.
 * @param {State} state
 * @param {Settings} settings
 * @param {{ action: string, parameters: any, caller: unknown }} request
 * @param {Happened} happened
 * @returns {{ state: State, result: Result }} the state afterwards
 */
export function runCall(state, settings, { action, parameters, caller }, happened) {
  const run = operations[action];
  if (run === undefined) throw new Error(`no operation \`${action}\``);
  const call = new Call(structuredClone(state), settings, action, caller, happened);
  try {
    call.read(parameters);
  } catch (thrown) {
    return { state, result: { refusal: refusalOf(thrown) } };
  }
  try {
    const { answer, tokens } = run(call);
    const changes = call.changes(state);
    call.tell("allowed", { tokens });
    call.write(changes);
    return { state: call.state, result: { answer, repeated: call.repeated } };
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    const denied = refusal.code === "PV1006" || refusal.code === "PV1007";
    try {
      call.tell(denied ? "denied" : "failed", { code: refusal.code });
    } catch {
      // The first error stands.
    }
    const after = call.landed ? call.state : { ...state, collections: call.state.collections };
    return { state: after, result: { refusal } };
  }
}

/** @param {unknown} thrown */
function refusalOf(thrown) {
  if (thrown instanceof Refusal) return thrown;
  throw thrown;
}
