// @ts-check
// Log lines: one for each request, and one for what befalls the server beside them. Only what is listed here gets into
// a line: the route's pattern and not the path, an error's code and not its words. So there is no personal data in it,
// no token ID, and no key.

import { ABSENT, FIXED, LONGEST_PATH, PAGES, ROUTES } from "../http/routes.js";

/** @import { LogForm } from "./options.js" */

/**
 * @typedef {object} Served
 * @property {string} method
 * @property {string | undefined} target as it came, of which a line has what {@link routeOf} shows; undefined: it never became a request
 * @property {number | undefined} status undefined: it was never answered
 * @property {number} ms
 * @property {string | undefined} code the error's, such as `PV1005`
 * @property {string | undefined} callback which callback failed, such as `store.write`
 * @property {string | undefined} requestId
 * @property {boolean} cut whether the client went away, or was sent away, before it had the answer
 */

/**
 * @typedef {object} Log
 * @property {(served: Served) => void} request
 * @property {(what: string, code: string) => void} trouble
 */

/** @type {(form: LogForm, write: (line: string) => void) => Log} */
export function makeLog(form, write) {
  if (form === "none") return { request() {}, trouble() {} };
  const now = () => new Date().toISOString();
  if (form === "json") {
    const json = (/** @type {object} */ members) => write(JSON.stringify({ time: now(), ...members }));
    return {
      request({ method, target, status, ms, code, callback, requestId, cut }) {
        json({ event: "request", method, route: routeOf(target), status, ms, code, callback, request_id: requestId, cut: cut || undefined });
      },
      trouble: (what, code) => json({ event: "trouble", what, code }),
    };
  }
  return {
    request({ method, target, status, ms, code, callback, requestId, cut }) {
      const said = [now(), method, routeOf(target), status ?? "-", code, callback, cut ? "cut off" : undefined, `${ms} ms`, requestId];
      write(said.filter((part) => part !== undefined).join(" "));
    },
    trouble: (what, code) => write(`${now()} trouble: ${what} (${code})`),
  };
}

/** Every path that the API has, in its parts. */
const PATTERNS = [...[...ROUTES, ...PAGES].map(({ path }) => path), ...Object.keys(FIXED), ...ABSENT].map((path) => path.split("/"));

/**
 * The pattern of a target's path, such as `/api/pvlt/1.0/data/collections/{collection}/tokens`: of the path that is
 * answered, however it is written. What is none of the API's could be anything, and is not shown.
 * @param {string | undefined} target a request's target, as it came
 */
export function routeOf(target = "") {
  const [path = ""] = target.split("?", 1);
  const parts = path.length > LONGEST_PATH ? [] : partsOf(path);
  const isOf = (/** @type {string[]} */ pattern) =>
    pattern.length === parts.length && pattern.every((part, at) => part === parts[at] || part.startsWith("{"));
  return PATTERNS.find(isOf)?.join("/") ?? "{other}";
}

/** @param {string} path */
function partsOf(path) {
  try {
    const { pathname } = new URL(path.startsWith("/") ? `http://localhost${path}` : path);
    return pathname.split("/").map(decodeURIComponent);
  } catch {
    return [];
  }
}
