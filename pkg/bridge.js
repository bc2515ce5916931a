// @ts-check
// The host as the wasm sees it: the bridge of `docs/boundary.md`, over the callbacks of `openVault`.

import { WRONG_SHAPE, ask, askNow, isObject } from "./callback.js";
import { packRows, splitLabels, unpackChanges } from "./columns.js";
import { LEVELS, writeJson } from "./json.js";
import { MOST } from "./options.js";

/** @import { Answer, Bridge, Call, Host, Verdict } from "./boundary.js" */
/** @import { AuditEvent, Query } from "./index.js" */

// As they were when the module loaded: what takes their places later neither stops a call nor hurries it.
const { Promise, performance, setTimeout } = globalThis;
const now = performance.now.bind(performance);

/**
 * Functions are looked up, at each call, in the very object that the host gave, and called as its methods. Looking one
 * up may run code of the host's too, a getter or a Proxy: so all is done inside of `ask`, where a throw is an answer.
 * @type {(host: Host, timeoutMs: number) => Bridge}
 */
export function makeBridge(host, timeoutMs) {
  /** @type {Answer<string | undefined> | undefined} */
  let reloading;
  /** @param {() => Query} query */
  const read = (query) => ask(timeoutMs, () => host.store.read(query()), packRows);

  return {
    readClaims: (claims) => read(() => ({ claims: splitLabels(claims) })),

    readTerms: (terms, state, now, after, limit) =>
      read(() => ({ terms: splitLabels(terms), state, now, after: after ?? null, limit })),

    write(call, labels, numbers, sealed) {
      return ask(timeoutMs, () => {
        // Copied before any code of the host's runs: the columns are views of the wasm's memory.
        const changes = unpackChanges(labels, numbers, sealed);
        call.wrote = true;
        return host.store.write(changes);
      }, readBoolean);
    },

    decide: (call, question) =>
      ask(timeoutMs, () => host.policy({ caller: call.caller, ...question, ...requestIdOf(call) }), readDecision),

    audit: (call, event) => ask(timeoutMs, () => host.audit(addCaller(call, event)), () => undefined),

    clock: () => askNow(() => (host.clock === undefined ? Date.now() : host.clock()), readTime),

    elapsed: () => Math.trunc(now()),

    wait: (millis) => ({
      pending: new Promise((resolve) => void setTimeout(() => resolve({ value: undefined }), millis)),
    }),

    // Whoever asks while a reload runs joins it; one that never answers is given up, and bars nobody.
    reload() {
      if (reloading !== undefined) return reloading;
      const answer = ask(timeoutMs, () => (host.reload === undefined ? undefined : host.reload()), readCollections);
      if (answer.pending === undefined) return answer;
      const end = () => void (reloading = undefined);
      answer.pending.then(end, end);
      reloading = answer;
      return answer;
    },
  };
}

/** @type {(call: Call, event: Omit<AuditEvent, "caller">) => AuditEvent} */
const addCaller = (call, { id, time, ...others }) => ({ id, time, caller: call.caller, ...others, ...requestIdOf(call) });

/** @type {(call: Call) => { requestId?: string }} */
const requestIdOf = ({ requestId }) => (requestId === undefined ? {} : { requestId });

/** @param {unknown} answer */
const readBoolean = (answer) => (typeof answer === "boolean" ? answer : WRONG_SHAPE);

/** @param {unknown} answer */
const readTime = (answer) => (typeof answer === "number" && Number.isSafeInteger(answer) ? answer : WRONG_SHAPE);

/** No answer of a policy has the wrong shape: what does not allow denies. @type {(answer: unknown) => Verdict} */
function readDecision(answer) {
  if (!isObject(answer)) return { allow: false };
  const { allow, because, message } = answer;
  if (allow === true) return { allow };
  return {
    allow: false,
    because: because === "capability" ? because : "policy",
    message: typeof message === "string" ? message : undefined,
  };
}

/** JSON text of the new collections, if there are any. @param {unknown} answer */
function readCollections(answer) {
  if (answer === undefined) return undefined;
  if (!isObject(answer) || Object.keys(answer).join() !== "collections") return WRONG_SHAPE;
  const { collections } = answer;
  const { text, thrown } = writeJson(collections, LEVELS, MOST);
  if (thrown !== undefined) throw thrown.cause;
  return text ?? WRONG_SHAPE;
}
