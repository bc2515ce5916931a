// @ts-check
// The bodies of requests that are no part of the parameters' text: JSON text as HTTP brings it, and bytes, which become
// base64 text on the way in and bytes again on the way out.

import { Uint8Array, apply, freeze, fromBase64, hasOwn, isBytes, lengthOf, setBytes, unitAt } from "./built-ins.js";
import { badRequest } from "./error.js";

/**
 * The JSON text of `requestBody`, in UTF-8, and how many bytes of a request it counts. Before it is loaded it has no text,
 * and may count more later; what is too long is never loaded. Its members are its own.
 * @typedef {{ text: Uint8Array | undefined, length: number, load: () => Promise<void> | undefined }} Body
 */

/**
 * How bytes are written as JSON text, and what they count: at least so much, by their number, and then exactly.
 * @typedef {{ least: (size: number) => number, write: (bytes: Uint8Array) => { text: Uint8Array, length: number } }} Form
 */

// As they were when the module loaded. Where the runtime has no Blob, nobody can hand one in.
const { Blob, Object: { getOwnPropertyDescriptor, getPrototypeOf }, Math: { ceil, floor } } = globalThis;
const { arrayBuffer } = Blob?.prototype ?? {};
const getSize = Blob && getOwnPropertyDescriptor(Blob.prototype, "size")?.get;

/** Text as it came, such as a request over HTTP has. @type {(text: Uint8Array) => Body} */
export const bodyOfText = (text) => ({ text, length: lengthOf(text), load: () => undefined });

/**
 * The parameters without their `requestBody`, and that as a body, to be loaded in the same turn: the bytes are the
 * caller's, who may write over them later. (A Blob never changes.)
 * @type {(parameters: unknown, form: Form) => { parameters: unknown, body: Body | undefined }}
 */
export function splitBytes(parameters, form) {
  /** @type {Record<string, unknown>} */
  let others;
  try {
    // The call refuses what is no object, or has none, as those of other operations do.
    if (typeof parameters !== "object" || parameters === null || !hasOwn(parameters, "requestBody")) return { parameters, body: undefined };
    // Of its class still: the call refuses a Map as those of other operations do.
    others = /** @type {any} */ ({ __proto__: getPrototypeOf(parameters), .../** @type {object} */ (parameters) });
  } catch {
    // What was thrown may quote anything.
    throw badRequest("request", "cannot be read");
  }
  const { requestBody: bytes } = others;
  others["requestBody"] = undefined;
  if (bytes === undefined) return { parameters: others, body: undefined };
  const size = isBytes(bytes) ? lengthOf(bytes) : sizeOfBlob(bytes);
  if (size === undefined) throw badRequest("requestBody", "must be a Blob or a Uint8Array");
  /** @type {Body} */
  const body = { text: undefined, length: form.least(size), load: () => (isBytes(bytes) ? take(bytes) : loadBlob()) };
  const take = (/** @type {Uint8Array} */ read) => void ({ text: body.text, length: body.length } = form.write(read));
  async function loadBlob() {
    /** @type {ArrayBuffer} */
    let buffer;
    try {
      buffer = await apply(/** @type {Function} */ (arrayBuffer), bytes, []);
    } catch {
      // As of a file that has changed since it was chosen.
      throw badRequest("requestBody", "cannot be read");
    }
    take(new Uint8Array(buffer));
  }
  return { parameters: others, body };
}

/**
 * Told by the getter itself, which throws for anything else: workerd had no tags on its classes before 2024-09-26.
 * @type {(value: unknown) => number | undefined}
 */
function sizeOfBlob(value) {
  try {
    if (getSize !== undefined) return apply(getSize, value, []);
    return value instanceof Blob ? value.size : undefined;
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const PADDING = 0x3d;
const ALPHABET = new Uint8Array(64);
/** Which bytes are of base64 text, of either alphabet. */
const IS_BASE64 = new Uint8Array(256);
for (let value = 0; value < 64; value += 1) {
  ALPHABET[value] = unitAt("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", value);
  IS_BASE64[/** @type {number} */ (ALPHABET[value])] = 1;
}
for (const other of "-_=") IS_BASE64[unitAt(other, 0)] = 1;

const lengthOfBase64 = (/** @type {number} */ size) => 4 * ceil(size / 3) + 2;

/** Bytes as base64. Not by way of a text of them, which takes twice as much. @type {Form} */
export const plainBytes = freeze({
  least: lengthOfBase64,
  write(bytes) {
    const text = writeBase64(bytes);
    return { text, length: lengthOf(text) };
  },
});

/**
 * A ciphertext, raw or as the base64 text of it. It counts the bytes that it has raw: base64 of base64 would count more
 * than a request may have where the blob itself did not.
 * @type {Form}
 */
export const sealedBytes = freeze({
  least: (size) => floor((size / 4) * 3),
  write(bytes) {
    const length = lengthOf(bytes);
    for (let at = 0; at < length; at += 1) {
      // Raw, it begins with the number of its format, which is no letter.
      if (IS_BASE64[/** @type {number} */ (bytes[at])] !== 1) return { text: writeBase64(bytes), length };
    }
    const text = new Uint8Array(length + 2);
    setBytes(text, bytes, 1);
    text[0] = text[length + 1] = QUOTE;
    return { text, length: floor((length / 4) * 3) };
  },
});

/** JSON text of the base64 of bytes. @type {(bytes: Uint8Array) => Uint8Array} */
function writeBase64(bytes) {
  const size = lengthOf(bytes);
  const text = new Uint8Array(lengthOfBase64(size));
  text[0] = QUOTE;
  let to = 1;
  for (let at = 0; at < size; at += 3) {
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text[to] = ALPHABET[three >> 18] ?? 0;
    text[to + 1] = ALPHABET[(three >> 12) & 63] ?? 0;
    text[to + 2] = at + 1 < size ? (ALPHABET[(three >> 6) & 63] ?? 0) : PADDING;
    text[to + 3] = at + 2 < size ? (ALPHABET[three & 63] ?? 0) : PADDING;
    to += 4;
  }
  text[to] = QUOTE;
  return text;
}

/** A Blob of these parts, as the official client's methods are typed to answer. @type {(part: string | Uint8Array) => Blob} */
export const blobOf = (part) =>
  // Its options inherit nothing: what is on `Object.prototype` changes no byte. (And workerd knows no `endings`.)
  new Blob([/** @type {any} */ (part)], /** @type {any} */ ({ __proto__: null, type: "application/octet-stream" }));

/** @param {string} base64 */
export function bytesOf(base64) {
  const binary = fromBase64(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = unitAt(binary, at);
  return bytes;
}
