// @ts-check
// What the server refuses before the handler is asked: in the form of all errors, with headers as all answers have.

import { STATUS_CODES } from "node:http";

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Refused */

/** A request's own ID is known to those alone who have read it. */
export const headersOfError = () => ({
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "X-Pvault-Request-ID": crypto.randomUUID(),
});

/** @type {(status: number, field: string, problem: string, more?: Record<string, string>) => Refused} */
export const refusal = (status, field, problem, more = {}) => ({
  status,
  headers: { ...headersOfError(), ...more },
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
