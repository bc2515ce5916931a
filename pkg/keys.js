// @ts-check
// The keyring: its forms as the host may give it, and making one.

import { membersOf } from "./configuration.js";
import { badConfiguration } from "./error.js";

/** @import { GeneratedKeys } from "./index.js" */

/** Bytes of a secret. */
const SECRET_BYTES = 32;

/** 32 bytes in base64url: 43 characters, and the last holds four bits, so its two low bits are zero. */
const SECRET_TEXT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Which typed array a value is; it holds across realms, where `instanceof` does not, and cannot be forged. */
const typedArrayName = /** @type {() => string | undefined} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get
);

/**
 * A `Uint8Array`, of whatever realm; Node's `Buffer` is one.
 * @param {unknown} value
 * @returns {value is Uint8Array}
 */
export function isBytes(value) {
  return typedArrayName.call(value) === "Uint8Array";
}

/**
 * A new keyring of random secrets, its data key named for the month (UTC). It is plain text through and
 * through, so that it survives `JSON.stringify`.
 * @returns {GeneratedKeys}
 */
export function generateKeys() {
  const name = new Date().toISOString().slice(0, 7);
  return { primary: name, data: { [name]: makeSecret() }, index: makeSecret() };
}

/**
 * Reads a keyring as the host gave it. The caller wipes `secrets` when the core has read them.
 * @param {unknown} keys
 * @returns {{ primary: string, names: string[], secrets: Uint8Array }} `secrets`: the index secret and then each
 *   data secret, in the order of `names`
 */
export function readKeys(keys) {
  const { primary, data, index, ...others } = membersOf(keys, "keys");
  for (const name of Object.keys(others)) throw badConfiguration(`keys.${name}`, "is not a known key");

  const named = Object.entries(membersOf(data, "keys.data"));
  if (named.length === 0) throw badConfiguration("keys.data", "must hold at least one key");
  if (typeof primary !== "string" || !named.some(([name]) => name === primary)) {
    throw badConfiguration("keys.primary", "must be the name of one of `keys.data`");
  }

  const secrets = new Uint8Array(SECRET_BYTES * (1 + named.length));
  try {
    readSecret(index, "keys.index", secrets.subarray(0, SECRET_BYTES));
    named.forEach(([name, secret], position) => {
      const start = SECRET_BYTES * (1 + position);
      readSecret(secret, `keys.data.${name}`, secrets.subarray(start, start + SECRET_BYTES));
    });
  } catch (error) {
    secrets.fill(0);
    throw error;
  }
  return { primary, names: named.map(([name]) => name), secrets };
}

/**
 * @param {unknown} secret bytes, base64url text, or a JWK
 * @param {string} place
 * @param {Uint8Array} target
 */
function readSecret(secret, place, target) {
  if (secret === undefined) throw badConfiguration(place, "is missing");
  if (isBytes(secret)) {
    if (secret.length !== SECRET_BYTES) throw badConfiguration(place, "must be 32 bytes");
    target.set(secret);
  } else if (typeof secret === "string") {
    readSecretText(secret, place, target);
  } else if (typeof secret === "object" && secret !== null && "kty" in secret) {
    if (secret.kty !== "oct") throw badConfiguration(place, "must be a JWK whose `kty` is `oct`");
    // The other members of a JWK (`alg`, `use`, `ext`, …) say nothing about its bytes.
    readSecretText("k" in secret ? secret.k : undefined, place, target);
  } else {
    throw badConfiguration(place, "must be a Uint8Array, base64url text, or a JWK of type `oct`");
  }
}

/**
 * @param {unknown} text
 * @param {string} place
 * @param {Uint8Array} target
 */
function readSecretText(text, place, target) {
  if (typeof text !== "string" || !SECRET_TEXT.test(text)) {
    throw badConfiguration(place, "must be 32 bytes in base64url: 43 characters, without padding");
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  for (let at = 0; at < SECRET_BYTES; at += 1) target[at] = binary.charCodeAt(at);
}

function makeSecret() {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const text = btoa(String.fromCharCode(...secret));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
