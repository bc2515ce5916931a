// @ts-check
// Reads a request's body: of the right type, and no longer than it may be. What is too long is not read to its end.

import { isBytes } from "../built-ins.js";
import { Refusal, badRequest } from "./refusal.js";

/** @import { Operation } from "./routes.js" */

const TYPES = { json: "application/json", bytes: "application/octet-stream" };

/** A type alone, or with parameters, of which only the charset means something: JSON is UTF-8. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)"?/i;

const DIGITS = /^\d+$/;

const EMPTY = new Uint8Array(0);
const TOO_LONG = Symbol("too long");

/**
 * @param {Request} request
 * @param {Operation["body"]} kind
 * @param {number} maxBodyBytes
 * @returns {Promise<Uint8Array | undefined>} undefined: there is none
 */
export async function readBody(request, kind, maxBodyBytes) {
  const { headers } = request;
  const type = headers.get("content-type");
  if (kind !== "none" && type !== null) checkType(type, TYPES[kind]);
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new Refusal(415, "Content-Encoding", "must be `identity`: bodies are taken as they are");
  }
  // The length that is told may be anything; but what is told to be too long need not be begun.
  if (kind !== "none" && Number(headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLong(maxBodyBytes);
  if (request.bodyUsed) throw new TypeError("`authenticate` has read the body; it may read a clone of the request");
  const bytes = await readUpTo(request, kind === "none" ? 0 : maxBodyBytes);
  if (kind === "none") {
    if (bytes === TOO_LONG) throw badRequest("requestBody", "is not a part of this operation");
    return undefined;
  }
  if (bytes === TOO_LONG) throw tooLong(maxBodyBytes);
  // Bytes may be none.
  if (bytes.length === 0 && (kind === "json" || type === null)) return undefined;
  if (type === null) throw new Refusal(415, "Content-Type", `must be \`${TYPES[kind]}\``);
  return bytes;
}

/** @type {(given: string, expected: string) => void} */
function checkType(given, expected) {
  const [type = ""] = given.split(";", 1);
  const charset = CHARSET.exec(given)?.[1];
  if (type.trim().toLowerCase() === expected && (charset === undefined || charset.toLowerCase() === "utf-8")) return;
  throw new Refusal(415, "Content-Type", `must be \`${expected}\``);
}

/**
 * How a request of the platform's own gives its body as a stream. That of an adapter may be none yet: what
 * `@hono/node-server` hands over becomes one when it is asked for its stream, which costs more than the vault's own work.
 */
const streamOf = findGetter(Request.prototype, "body");

/** @type {(object: object, name: string) => Function | undefined} */
function findGetter(object, name) {
  for (let holder = object; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property !== undefined) return property.get;
  }
  return undefined;
}

/** @type {(request: Request, most: number) => Promise<Uint8Array | typeof TOO_LONG>} */
async function readUpTo(request, most) {
  const framed = findGetter(request, "body") === streamOf ? undefined : lengthOfFramed(request, most);
  if (framed === undefined) return request.body === null ? EMPTY : readStream(request.body, most);
  if (framed > most) return TOO_LONG;
  return framed === 0 ? EMPTY : new Uint8Array(await request.arrayBuffer().catch(breakOff));
}

/**
 * How many bytes the body has, where an adapter has it from a parser of HTTP, which takes no more than were told.
 * Elsewhere any request may tell any length.
 * @type {(request: Request, most: number) => number | undefined}
 */
function lengthOfFramed({ method, headers }, most) {
  // Their bodies no `Request` has, but HTTP may have sent them.
  const isGet = method === "GET" || method === "HEAD";
  if (headers.get("transfer-encoding") !== null) return isGet ? Infinity : undefined;
  const told = headers.get("content-length");
  if (told !== null) return DIGITS.test(told) ? Number(told) : undefined;
  if (isGet) return 0;
  // Then there is none in HTTP/1.1. HTTP/2 may have one; but it has no `Host`.
  return most === 0 && headers.get("host") !== null ? 0 : undefined;
}

/** @returns {never} */
function breakOff() {
  throw badRequest("requestBody", "has broken off");
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} most
 */
async function readStream(stream, most) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(breakOff);
    if (done) break;
    // A stream of the host's own may bring anything.
    if (!isBytes(value)) throw badRequest("requestBody", "must be a stream of bytes");
    length += value.length;
    if (length > most) {
      // Not awaited: whoever sends without end may never hear of it.
      reader.cancel().catch(() => {});
      return TOO_LONG;
    }
    chunks.push(value);
  }
  const [first = EMPTY] = chunks;
  if (chunks.length <= 1) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @param {number} most */
const tooLong = (most) =>
  new Refusal(413, "requestBody", `must have at most ${most} bytes`, { limit: "maxBodyBytes", value: String(most) });
