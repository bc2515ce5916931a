// @ts-check
// The answers: each with its request's ID, and none for a cache to keep.

import { mapGetWeak, mapSetWeak, ownOf } from "../built-ins.js";
import { VaultError, makeError } from "../error.js";
import { restPath } from "./parameters.js";
import { Refusal } from "./refusal.js";

/** @import { Operation } from "./routes.js" */

/** What a vault says of its parameters: names in backquotes, which REST may write in another way. */
const QUOTED = /`([A-Za-z]+(?:\[\d+\])*)`/g;

/** The errors that say so. Others name properties and collections, which may be called as a parameter is. */
const OF_PARAMETERS = ["PV1012", "PV2001"];

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {BodyInit | null} body
 * @property {Record<string, string>} headers of this answer alone: more are added
 * @property {Fault | undefined} fault
 */

/** An error's code, and the callback that has failed. @typedef {{ code: string, callback: string | undefined }} Fault */

/** What a log may repeat of an answer. @typedef {{ requestId: string, code?: string | undefined, callback?: string | undefined }} Told */

/** By the request: of what answers a HEAD Hono makes another `Response`. @type {WeakMap<Request, Told>} */
const told = new WeakMap();

/** What a log may repeat of this package's answer to a request. @type {(request: Request) => Told | undefined} */
export const toldOf = (request) => mapGetWeak(told, request);

/** Of an answer that is made elsewhere, too. @type {(request: Request, about: Told) => void} */
export const keepTold = (request, about) => void mapSetWeak(told, request, about);

/** @type {(text: string) => Answer} */
export const json = (text) => ({ status: 200, body: text, headers: { "Content-Type": "application/json" }, fault: undefined });

/** As the vault answers an operation that answers nothing. @type {() => Answer} */
export const nothing = () => ({ status: 200, body: null, headers: {}, fault: undefined });

/** @type {(blob: Blob) => Answer} */
export const bytes = (blob) => ({ status: 200, body: blob, headers: { "Content-Type": "application/octet-stream" }, fault: undefined });

/** A page for people. It has nothing but text, and may do nothing. @type {(html: string) => Answer} */
export const page = (html) => ({
  status: 200,
  body: html,
  headers: {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
  fault: undefined,
});

/**
 * Whatever was thrown, as the REST API has it. Nothing but a vault's own error says more than that something failed.
 * @param {unknown} thrown
 * @param {object} about
 * @param {string} about.basePath
 * @param {Operation | undefined} about.operation
 * @param {string} about.allow
 * @returns {Answer}
 */
export function failure(thrown, { basePath, operation, allow }) {
  const error = thrown instanceof VaultError ? thrown : makeError("PV1000", 500, "the server failed", {});
  const { code, status } = error;
  const context = { ...error.context };
  let { message } = error;
  // What HTTP refuses is told as REST writes it already.
  if (operation !== undefined && !(thrown instanceof Refusal)) {
    for (const key of ["field", "feature"]) {
      const path = ownOf(context, key);
      if (typeof path === "string") context[key] = restPath(operation, path);
    }
    if (OF_PARAMETERS.includes(code)) message = message.replace(QUOTED, (_, path) => `\`${restPath(operation, path)}\``);
  }
  const body = JSON.stringify({ error_code: code, message, context, error_url: `${basePath}/errors#${code}` });
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (status === 401) headers["WWW-Authenticate"] = "Bearer";
  if (status === 405) headers["Allow"] = allow;
  const callback = ownOf(context, "callback");
  return { status, body, headers, fault: { code, callback: typeof callback === "string" ? callback : undefined } };
}

/** @type {(answer: Answer, request: Request, requestId: string) => Response} */
export function respond({ status, body, headers, fault }, request, requestId) {
  headers["Cache-Control"] = "no-store";
  headers["X-Content-Type-Options"] = "nosniff";
  headers["X-Pvault-Request-ID"] = requestId;
  keepTold(request, { requestId, code: fault?.code, callback: fault?.callback });
  return new Response(request.method === "HEAD" ? null : body, { status, headers });
}
