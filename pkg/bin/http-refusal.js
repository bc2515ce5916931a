// @ts-check
// What the server refuses before the handler is asked: in the form of all errors, with headers as all answers have.

import { STATUS_CODES } from "node:http";

/** @import { IncomingMessage } from "node:http" */

/** @typedef {{ status: number, headers: Record<string, string>, body: string }} Refused */

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The request's own ID comes back, if it can. What is no request has none. @param {IncomingMessage | undefined} asked */
export function headersOfError(asked) {
  const told = asked?.headers["x-pvault-request-id"];
  return {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Pvault-Request-ID": typeof told === "string" && REQUEST_ID.test(told) ? told : crypto.randomUUID(),
  };
}

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
