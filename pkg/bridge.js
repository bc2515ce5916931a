// @ts-check
// The host as the wasm sees it: the bridge of `docs/boundary.md`, over the callbacks of `openVault`.

import { apply, elapsed, isObject, isSafeInteger, losesItems, mapList, namesOf, ownOf, parseJson, providedBy, then, trunc } from "./built-ins.js";
import { WrongShape, ask, askNow, pause } from "./callback.js";
import { packRows, splitLabels, unpackChanges } from "./columns.js";
import { LEVELS, writeJson } from "./json.js";
import { MOST_UNITS, NO_NAME, findNameless, shownPath } from "./options.js";

/** @import { Answer, Bridge, Call, Host, Verdict } from "./boundary.js" */
/** @import { Deadline } from "./callback.js" */
/** @import { AuditEvent, Query } from "./index.js" */

/**
 * Functions are looked up, at each call, in the very object that the host gave, and called as its methods. Looking one
 * up may run code of the host's too, a getter or a Proxy: so all is done inside of `ask`, where a throw is an answer.
 * @type {(host: Host, deadline: Deadline) => Bridge}
 */
export function makeBridge(host, deadline) {
  /** @type {Answer<string | undefined> | undefined} */
  let reloading;
  /** @type {(query: () => Query, mostRows: number, maxBytes: number) => Answer<any>} */
  const read = (query, mostRows, maxBytes) =>
    ask(deadline, () => callMethod(providedBy(host, "store"), "read", [query()]), (rows) => packRows(rows, mostRows, maxBytes));

  return {
    readClaims(claims, maxBytes) {
      const split = splitLabels(claims);
      return read(() => ({ claims: split }), split.length, maxBytes);
    },

    readTerms: (terms, state, now, after, limit, maxBytes) =>
      read(() => ({ terms: splitLabels(terms), state, now, after: after ?? null, limit }), limit, maxBytes),

    write(call, labels, numbers, sealed) {
      return ask(deadline, () => {
        insistOnItems();
        // Copied before any code of the host's runs: the columns are views of the wasm's memory.
        const changes = unpackChanges(labels, numbers, sealed);
        call.wrote = true;
        return callMethod(providedBy(host, "store"), "write", [changes]);
      }, readBoolean);
    },

    decide: (call, question) =>
      ask(deadline, () => {
        insistOnItems();
        return callMethod(host, "policy", [{ caller: call.caller, ...plain(question), ...requestIdOf(call) }]);
      }, readDecision),

    audit: (call, event) =>
      ask(deadline, () => {
        insistOnItems();
        return callMethod(host, "audit", [addCaller(call, plain(event))]);
      }, () => undefined),

    clock: () =>
      askNow(() => (providedBy(host, "clock") === undefined ? Date.now() : callMethod(host, "clock", [])), readTime),

    elapsed: () => trunc(elapsed()),

    wait: pause,

    // Whoever asks while a reload runs joins it; one that never answers is given up, and bars nobody.
    reload() {
      if (reloading !== undefined) return reloading;
      const reload = () => (providedBy(host, "reload") === undefined ? undefined : callMethod(host, "reload", []));
      const answer = ask(deadline, reload, readCollections);
      if (answer.pending === undefined) return answer;
      const end = () => void (reloading = undefined);
      then(answer.pending, end, end);
      reloading = answer;
      return answer;
    },
  };
}

/** @type {(object: unknown, name: string, parameters: unknown[]) => unknown} */
function callMethod(object, name, parameters) {
  const method = providedBy(object, name);
  if (typeof method !== "function") throw new TypeError(`\`${name}\` is no function any more`);
  return apply(method, object, parameters);
}

/**
 * What the bindings have made has no members of `Object.prototype`'s; what a host gets is plain.
 * @type {<About extends Pick<AuditEvent, "checks">>(about: About) => About}
 */
const plain = (about) => ({ ...about, checks: mapList(about.checks, (check) => ({ ...check })) });

/** A question without its checks would be answered wrongly, and a write without its changes not be made. */
function insistOnItems() {
  if (losesItems()) throw new TypeError("`Object.prototype` swallows the items of lists");
}

/** @type {(call: Call, event: Omit<AuditEvent, "caller">) => AuditEvent} */
const addCaller = (call, { id, time, ...others }) => ({ id, time, caller: call.caller, ...others, ...requestIdOf(call) });

/** @type {(call: Call) => { requestId?: string }} */
const requestIdOf = ({ requestId }) => (requestId === undefined ? {} : { requestId });

const notBoolean = new WrongShape("the answer must be true or false");
const noTime = new WrongShape("the answer must be a whole number of milliseconds, at once and not as a promise");
const noCollections = new WrongShape("the answer must be nothing, or an object of `collections` alone");

/** @param {unknown} answer */
const readBoolean = (answer) => (typeof answer === "boolean" ? answer : notBoolean);

/** @param {unknown} answer */
const readTime = (answer) => (typeof answer === "number" && isSafeInteger(answer) ? answer : noTime);

/** No answer of a policy has the wrong shape: what does not allow denies. @type {(answer: unknown) => Verdict} */
function readDecision(answer) {
  if (ownOf(answer, "allow") === true) return { allow: true, because: undefined, message: undefined };
  const message = ownOf(answer, "message");
  return {
    allow: false,
    because: ownOf(answer, "because") === "capability" ? "capability" : "policy",
    message: typeof message === "string" ? message : undefined,
  };
}

/** JSON text of the new collections, if there are any. @param {unknown} answer */
function readCollections(answer) {
  if (answer === undefined) return undefined;
  if (!isObject(answer)) return noCollections;
  const names = namesOf(answer);
  const collections = names.length === 1 && names[0] === "collections" ? answer["collections"] : undefined;
  if (collections === undefined) return noCollections;
  const { text, problem, path, thrown } = writeJson(collections, LEVELS, MOST_UNITS);
  if (thrown !== undefined) throw thrown.cause;
  if (text === undefined) return new WrongShape(`${shownPath("collections", path)} ${problem}`);
  const nameless = findNameless(parseJson(text), "collections");
  return nameless === undefined ? text : new WrongShape(`${nameless} ${NO_NAME}`);
}
