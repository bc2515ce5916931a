// @ts-check
// The vault over HTTP, as the public REST API has it: one function from a `Request` to a `Response`, for every runtime that
// knows the two. Types and documentation: `http.d.ts`.

import { Hono } from "hono";

import { ownOf } from "./built-ins.js";
import { NO_REQUEST_ID, REQUEST_ID } from "./calls.js";
import { badConfiguration, look, makeError, placeOf } from "./error.js";
import { pathOf } from "./http/address.js";
import { bytes, failure, json, nothing, respond } from "./http/answers.js";
import { readBody } from "./http/body.js";
import { makePages } from "./http/pages.js";
import { readParameters } from "./http/parameters.js";
import { Refusal, badRequest } from "./http/refusal.js";
import { ABSENT, FIXED, LONGEST_PATH, PAGES, ROUTES } from "./http/routes.js";
import { readPlain } from "./options.js";
import { runRaw } from "./raw-calls.js";

/** @import { Answer } from "./http/answers.js" */
/** @import { HandlerOptions } from "./http.js" */
/** @import { Operation } from "./http/routes.js" */
/** @import { VaultClient } from "./index.js" */

/**
 * What stands at a path.
 * @typedef {object} Place
 * @property {boolean} isOpen whether everybody is answered
 * @property {Map<string, Method>} methods
 * @property {Method | undefined} anyMethod answers whatever the method is
 */

/**
 * @typedef {object} Method
 * @property {Operation | undefined} operation
 * @property {boolean} isRefused whoever asks is told why; `Allow` does not have it
 * @property {(call: Call) => Answer | Promise<Answer>} answer
 */
/** @typedef {{ request: Request, requestId: string, caller: unknown, parts: Record<string, string> }} Call */

const OPTIONS = ["vault", "authenticate", "collections", "maxBodyBytes", "basePath"];
/** A part that is `.` or `..` no URL keeps. */
const BASE_PATH = /^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)*$/;
const BEARER = /^bearer +\S/i;
const REQUEST_ID_HEADER = "X-Pvault-Request-ID";

/** @type {typeof import("./http.js").createHandler} */
export function createHandler(given) {
  const { vault, authenticate, collections, maxBodyBytes, basePath } = readOptions(given);
  const pages = makePages({ basePath, maxBodyBytes, collections });

  /** @type {(operation: Operation) => Method} */
  const methodOf = (operation) => ({
    operation,
    isRefused: false,
    async answer({ request, requestId, caller, parts }) {
      const parameters = readParameters(operation, request, parts);
      if (operation.readsCollections) parameters["collection"] ??= "";
      const body = await readBody(request, operation.body, maxBodyBytes);
      const client = vault.as(caller, { requestId });
      if (operation.answer === "bytes") return bytes(await runBytes(client, operation.action, parameters, body));
      // A body crosses into the vault as it came, and an answer leaves as the vault wrote it.
      const text = await runRaw(client, operation.action, parameters, body);
      return operation.answer === "none" ? nothing() : json(text);
    },
  });

  /** @type {Map<string, Place>} */
  const places = new Map();
  const placeAt = (/** @type {string} */ path) => {
    /** @type {Place} */
    const place = places.get(path) ?? { isOpen: false, methods: new Map(), anyMethod: undefined };
    places.set(path, place);
    return place;
  };
  for (const { path, operations } of ROUTES) {
    for (const operation of operations) {
      const isThere = !operation.readsCollections || collections !== undefined;
      placeAt(path).methods.set(operation.method, isThere ? methodOf(operation) : refusing(notHere));
    }
  }
  for (const [path, methods] of Object.entries(FIXED)) {
    for (const method of methods) placeAt(path).methods.set(method, refusing(isFixed));
  }
  for (const { path, id, isOpen, parameters } of PAGES) {
    const place = placeAt(path);
    place.isOpen = isOpen;
    const page = /** @type {() => Answer} */ (pages[id]);
    place.methods.set("GET", {
      operation: undefined,
      isRefused: false,
      answer({ request }) {
        if (parameters !== undefined) readParameters({ parameters }, request, {});
        return page();
      },
    });
  }
  for (const path of ABSENT) placeAt(path).anyMethod = refusing(notHere);

  /**
   * @param {Place | undefined} place
   * @param {Request} request
   * @param {Record<string, string>} parts of the path
   */
  async function answer(place, request, parts) {
    const told = request.headers.get(REQUEST_ID_HEADER);
    const isIdTaken = told !== null && REQUEST_ID.test(told);
    const requestId = isIdTaken ? told : crypto.randomUUID();
    /** @type {Method | undefined} */
    let method;
    try {
      const isOpen = place?.isOpen || request.method === "OPTIONS";
      const caller = isOpen ? undefined : await identify(authenticate, request);
      if (told !== null && !isIdTaken) {
        throw badRequest(REQUEST_ID_HEADER, NO_REQUEST_ID);
      }
      if (place === undefined) throw new Refusal(404, "path", "leads nowhere");
      if (request.method === "OPTIONS") {
        return respond({ ...nothing(), status: 204, headers: { Allow: allowOf(place) } }, request, requestId);
      }
      method = place.anyMethod ?? place.methods.get(request.method === "HEAD" ? "GET" : request.method);
      if (method === undefined) throw new Refusal(405, "method", "is not one that this path has");
      return respond(await method.answer({ request, requestId, caller, parts }), request, requestId);
    } catch (thrown) {
      // A vault that cannot write has fewer methods.
      const isForGood = thrown instanceof Refusal;
      const allow = place === undefined ? "" : allowOf(place, isForGood ? undefined : ({ operation }) => operation?.writes === false);
      return respond(failure(thrown, { basePath, operation: method?.operation, allow }), request, requestId);
    }
  }

  const app = new Hono();
  for (const [path, place] of places) {
    const pattern = basePath + path.replaceAll(/\{(\w+)\}/g, ":$1");
    // What is mounted at a path is found there with and without a slash.
    const patterns = path === "/" && basePath !== "" ? [pattern, basePath] : [pattern];
    for (const one of patterns) app.all(one, ({ req }) => answer(place, req.raw, req.param()));
  }
  app.notFound(({ req }) => answer(undefined, req.raw, {}));
  const longest = basePath.length + LONGEST_PATH;
  // Told before any of it is decoded, for everybody may send it: each fault in it costs the router some microseconds.
  return async (request) => (isPath(pathOf(request.url), longest) ? app.fetch(request) : answer(undefined, request, {}));
}

/** @type {(client: VaultClient, action: string, parameters: Record<string, unknown>, body: Uint8Array | undefined) => Promise<Blob>} */
function runBytes({ crypto }, action, parameters, body) {
  const given = /** @type {any} */ ({ ...parameters, requestBody: body });
  return action === "crypto.encryptBlob" ? crypto.encryptBlob(given) : crypto.decryptBlob(given);
}

/** Whether a path is short enough to lead somewhere, and UTF-8 in percent-encoding. @type {(path: string, longest: number) => boolean} */
function isPath(path, longest) {
  if (path.length > longest) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** @param {unknown} given @returns {{ vault: HandlerOptions["vault"], authenticate: HandlerOptions["authenticate"], collections: unknown, maxBodyBytes: number, basePath: string }} */
function readOptions(given) {
  if (typeof given !== "object" || given === null) throw badConfiguration("options", "must be an object");
  for (const name of look("options", () => Reflect.ownKeys(given))) {
    if (OPTIONS.includes(/** @type {string} */ (name))) continue;
    const place = placeOf("options", String(name));
    const known = `: those of \`createHandler\` are ${OPTIONS.join(", ")}`;
    throw badConfiguration(place.replace("options.", ""), (place === "options" ? "has an unknown option" : "is not a known option") + known);
  }
  const option = (/** @type {string} */ name) => look(name, () => ownOf(given, name));
  const vault = /** @type {HandlerOptions["vault"]} */ (option("vault"));
  const authenticate = /** @type {HandlerOptions["authenticate"]} */ (option("authenticate"));
  const described = option("collections");
  // Those that the vault was opened with are its to judge; here they are only listed.
  const collections = described === undefined ? undefined : readPlain(described, "collections");
  const { maxBodyBytes = 4 * 1024 * 1024, basePath = "" } = { maxBodyBytes: option("maxBodyBytes"), basePath: option("basePath") };
  if (typeof look("vault", () => ownOf(vault, "as")) !== "function") throw badConfiguration("vault", "must be a vault that `openVault` has opened");
  if (typeof authenticate !== "function") throw badConfiguration("authenticate", "must be a function");
  if (typeof maxBodyBytes !== "number" || !Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw badConfiguration("maxBodyBytes", "must be a whole number of at least 1");
  }
  if (typeof basePath !== "string" || !BASE_PATH.test(basePath)) {
    throw badConfiguration("basePath", "must be empty, or begin with `/` and not end with one, of letters, digits and `/._~-`, without `.` and `..`");
  }
  return { vault, authenticate, collections, maxBodyBytes, basePath };
}

/**
 * The caller. What the host throws may quote a key: it goes nowhere.
 * @param {HandlerOptions["authenticate"]} authenticate
 * @param {Request} request
 */
async function identify(authenticate, request) {
  /** @type {unknown} */
  let caller;
  try {
    caller = await authenticate(request);
  } catch {
    caller = undefined;
  }
  if (caller === undefined || caller === null || caller === false || caller === "") {
    throw makeError("PV1005", 401, `the request is unauthorized: ${whyNobody(request.headers.get("authorization"))}`, {});
  }
  return caller;
}

/** What the sender can see for itself; of a key that was sent, no more than that it opens nothing. @param {string | null} told */
function whyNobody(told) {
  if (told === null || told === "") return "it has no `Authorization` header";
  return BEARER.test(told) ? "its key is not accepted" : "its `Authorization` is not `Bearer` and a key";
}

/** @type {(answer: () => never) => Method} */
const refusing = (answer) => ({ operation: undefined, isRefused: true, answer });

/** @returns {never} */
function notHere() {
  throw makeError("PV2001", 501, "this part of the public API is not here", { feature: "path" });
}

/** @returns {never} */
function isFixed() {
  throw makeError("PV1026", 405, "the collections are those that the vault was opened with", {});
}

/** @type {(place: Place, isAllowed?: (method: Method) => boolean) => string} */
function allowOf({ methods }, isAllowed = () => true) {
  const names = [...methods].filter(([, method]) => !method.isRefused && isAllowed(method)).map(([name]) => name);
  if (names.includes("GET")) names.push("HEAD");
  return [...names, "OPTIONS"].join(", ");
}
