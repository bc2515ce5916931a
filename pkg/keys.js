// @ts-check
// The keyring: its forms as the host may give it, and making one. Plain loops and functions as they were when the package
// was loaded: one that somebody replaced could leave secrets out, and zeros in their place, or make all alike.

import {
  Uint8Array,
  apply,
  defineProperty,
  fillRandom,
  fromBase64,
  fromCharCode,
  hasOwn,
  isBytes,
  isMatch,
  lengthOf,
  namesOf,
  ownOf,
  setBytes,
  toBase64,
  unitAt,
  viewBytes,
} from "./built-ins.js";
import { badConfiguration, look, placeOf } from "./error.js";
import { membersOf } from "./options.js";

/** @import { GeneratedKeys } from "./index.js" */

/** Bytes of a secret. */
const SIZE = 32;

/** 32 bytes in base64url: 43 characters, of which the last holds four bits and two zeros. */
const SECRET_TEXT = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Random letters at the end of a name. */
const LETTERS = 10;

/** @param {import("./index.js").Keys} [previous] @returns {GeneratedKeys} */
export function generateKeys(previous) {
  if (previous === undefined) {
    const primary = makeName({});
    return { primary, data: { [primary]: makeSecret() }, index: makeSecret() };
  }
  const { data: names, secrets } = readKeys(previous);
  try {
    /** @type {Record<string, string>} */
    const data = {};
    for (let at = 0; at < names.length; at += 1) setOwn(data, /** @type {string} */ (names[at]), writeSecret(secretAt(secrets, 1 + at)));
    const primary = makeName(data);
    setOwn(data, primary, makeSecret());
    return { primary, data, index: writeSecret(secretAt(secrets, 0)) };
  } finally {
    secrets.fill(0);
  }
}

/** The day (UTC) and random letters: keyrings that are merged lose no key. @type {(taken: object) => string} */
function makeName(taken) {
  const random = fillRandom(new Uint8Array(LETTERS));
  let name = `${new Date().toISOString().slice(0, 10)}-`;
  // The few letters that come a little more often do no harm: a name is no secret.
  for (let at = 0; at < LETTERS; at += 1) name += fromCharCode(97 + (/** @type {number} */ (random[at]) % 26));
  return hasOwn(taken, name) ? makeName(taken) : name;
}

/** @returns {string} */
function makeSecret() {
  const bytes = fillRandom(new Uint8Array(SIZE));
  const text = writeSecret(bytes);
  bytes.fill(0);
  return text;
}

/** @param {Uint8Array} bytes */
function writeSecret(bytes) {
  return inOtherAlphabet(toBase64(apply(fromCharCode, undefined, bytes)));
}

/** From base64 to base64url or back, without the padding. @param {string} base64 */
function inOtherAlphabet(base64) {
  let text = "";
  for (let at = 0; at < base64.length; at += 1) {
    const character = /** @type {string} */ (base64[at]);
    if (character !== "=") text += OTHERS[character] ?? character;
  }
  return text;
}

/** @type {Record<string, string | undefined>} */
const OTHERS = /** @type {any} */ ({ __proto__: null, "+": "-", "/": "_", "-": "+", _: "/" });

/** @type {(secrets: Uint8Array, at: number) => Uint8Array} */
const secretAt = (secrets, at) => viewBytes(secrets, SIZE * at, SIZE * (at + 1));

/** Also a member of the name `__proto__`. @type {(object: object, name: string, value: string) => void} */
const setOwn = (object, name, value) =>
  void defineProperty(object, name, /** @type {PropertyDescriptor} */ ({ __proto__: null, value, enumerable: true, writable: true, configurable: true }));

/**
 * Reads a keyring. `secrets` holds the index secret and then those of `data`; the caller wipes it.
 * @param {unknown} keys
 */
export function readKeys(keys) {
  const given = membersOf(keys, "keys");
  for (const name of look("keys", () => namesOf(given))) {
    if (name === "primary" || name === "data" || name === "index") continue;
    const place = placeOf("keys", name);
    throw badConfiguration(place, place === "keys" ? "has an unknown key" : "is not a known key");
  }
  const primary = look("keys.primary", () => ownOf(given, "primary"));
  const data = membersOf(look("keys.data", () => ownOf(given, "data")), "keys.data");
  const names = look("keys.data", () => namesOf(data));
  if (typeof primary !== "string" || !names.includes(primary)) {
    throw badConfiguration("keys.primary", "must be the name of one of `keys.data`");
  }
  const secrets = new Uint8Array(SIZE * (1 + names.length));
  try {
    setBytes(secrets, look("keys.index", () => readSecret(ownOf(given, "index"), "keys.index")));
    for (let at = 0; at < names.length; at += 1) {
      const name = /** @type {string} */ (names[at]);
      const place = placeOf("keys.data", name);
      const secret = look(place, () => readSecret(data[name], place));
      if (isTaken(secrets, secret, 1 + at)) throw badConfiguration(place, "is the same secret as another key");
      setBytes(secrets, secret, SIZE * (1 + at));
    }
  } catch (error) {
    secrets.fill(0);
    throw error;
  }
  return { primary, data: names, secrets };
}

/** Whether it is one of the first so many. @type {(secrets: Uint8Array, secret: Uint8Array, count: number) => boolean} */
function isTaken(secrets, secret, count) {
  for (let at = 0; at < count; at += 1) {
    let place = 0;
    while (place < SIZE && secrets[SIZE * at + place] === secret[place]) place += 1;
    if (place === SIZE) return true;
  }
  return false;
}

/** @type {(secret: unknown, place: string) => Uint8Array} */
function readSecret(secret, place) {
  if (isBytes(secret) && lengthOf(secret) === SIZE) return secret;
  // Members of a JWK besides these two (`alg`, `use`, `ext`, …) say nothing about its bytes.
  const text = ownOf(secret, "kty") === "oct" ? ownOf(secret, "k") : secret;
  if (typeof text === "string" && isMatch(SECRET_TEXT, text)) {
    const units = fromBase64(inOtherAlphabet(text));
    const bytes = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE; at += 1) bytes[at] = unitAt(units, at);
    return bytes;
  }
  throw badConfiguration(place, "must be 32 bytes, as a Uint8Array, base64url text or a JWK of type `oct`");
}
