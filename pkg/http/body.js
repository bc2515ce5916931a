// @ts-check
// Reads a request's body: of the right type, and no longer than it may be. What is too long is not read to its end.

import { Refusal, badRequest } from "./refusal.js";

/** @import { Operation } from "./routes.js" */

const TYPES = { json: "application/json", bytes: "application/octet-stream" };

/** A type alone, or with parameters, of which only the charset means something: JSON is UTF-8. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)"?/i;

const EMPTY = new Uint8Array(0);
const TOO_LONG = Symbol("too long");

/**
 * @param {Request} request
 * @param {Operation["body"]} kind
 * @param {number} maxBodyBytes
 * @returns {Promise<Uint8Array | undefined>} undefined: there is none
 */
export async function readBody(request, kind, maxBodyBytes) {
  const { headers, body } = request;
  const type = headers.get("content-type");
  if (kind !== "none" && type !== null) checkType(type, TYPES[kind]);
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new Refusal(415, "Content-Encoding", "must be `identity`: bodies are taken as they are");
  }
  // The length that is told may be anything; but what is told to be too long need not be begun.
  if (Number(headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLong(maxBodyBytes);
  if (request.bodyUsed) throw new TypeError("`authenticate` has read the body; it may read a clone of the request");
  const bytes = body === null ? EMPTY : await readAll(body, kind === "none" ? 0 : maxBodyBytes);
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
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} most
 */
async function readAll(stream, most) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw badRequest("requestBody", "has broken off");
    });
    if (done) break;
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
