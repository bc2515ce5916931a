// @ts-check
// What the server refuses before the handler is asked: in the form of all errors, with headers as all answers have.

import { STATUS_CODES } from "node:http";

import { REQUEST_ID } from "../calls.js";

/** @import { IncomingMessage } from "node:http" */

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Refused */

/** The request's own ID, if it has told one that can be. @param {unknown} told */
export const ownIdOf = (told) => (typeof told === "string" && REQUEST_ID.test(told) ? told : undefined);

/** That, or a new one. @param {unknown} told */
export const requestIdOf = (told) => ownIdOf(told) ?? crypto.randomUUID();

/** What is no request has no ID of its own. @param {IncomingMessage | undefined} asked */
export const headersOf = (asked) => ({
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "X-Pvault-Request-ID": requestIdOf(asked?.headers["x-pvault-request-id"]),
});

/** @param {IncomingMessage | undefined} asked */
export const headersOfError = (asked) => ({ "Content-Type": "application/json", ...headersOf(asked) });

/** @type {(asked: IncomingMessage | undefined, status: number, field: string, problem: string, more?: Record<string, string>) => Refused} */
export const refusal = (asked, status, field, problem, more = {}) => ({
  status,
  headers: { ...headersOfError(asked), ...more },
  body: bodyOf("PV1012", `\`${field}\` ${problem}`, { field }),
});

/** As every error of the API has it. @type {(code: string, message: string, context: object) => string} */
export const bodyOf = (code, message, context) =>
  JSON.stringify({ error_code: code, message, context, error_url: `/errors#${code}` });

/** For a socket that has no response. @param {Refused} refused */
export function rawAnswer({ status, headers, body }) {
  const all = { ...headers, Connection: "close", "Content-Length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`;
}
