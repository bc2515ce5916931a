// @ts-check
// The keyring: its forms as the host may give it, and making one.

import { badConfiguration } from "./error.js";
import { membersOf } from "./options.js";

/** @import { GeneratedKeys } from "./index.js" */

/** Bytes of a secret. */
const SIZE = 32;

/** 32 bytes in base64url: 43 characters, of which the last holds four bits and two zeros. */
const SECRET_TEXT = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** The name of a typed array of whatever realm; unlike `instanceof`, it cannot be forged. */
const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** @param {unknown} value @returns {value is Uint8Array} */
export const isBytes = (value) => kindOf?.call(value) === "Uint8Array";

/** @returns {GeneratedKeys} */
export function generateKeys() {
  const primary = new Date().toISOString().slice(0, 7);
  return { primary, data: { [primary]: makeSecret() }, index: makeSecret() };
}

function makeSecret() {
  const text = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SIZE))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/**
 * Reads a keyring. `secrets` holds the index secret and then those of `data`; the caller wipes it.
 * @param {unknown} keys
 */
export function readKeys(keys) {
  const { primary, data, index, ...others } = membersOf(keys, "keys");
  for (const name of Object.keys(others)) throw badConfiguration(`keys.${name}`, "is not a known key");
  const dataKeys = membersOf(data, "keys.data");
  const names = Object.keys(dataKeys);
  if (typeof primary !== "string" || !names.includes(primary)) {
    throw badConfiguration("keys.primary", "must be the name of one of `keys.data`");
  }
  const secrets = new Uint8Array(SIZE * (1 + names.length));
  try {
    secrets.set(readSecret(index, "keys.index"));
    names.forEach((name, at) => secrets.set(readSecret(dataKeys[name], `keys.data.${name}`), SIZE * (1 + at)));
  } catch (error) {
    secrets.fill(0);
    throw error;
  }
  return { primary, data: names, secrets };
}

/** @type {(secret: unknown, place: string) => Uint8Array} */
function readSecret(secret, place) {
  if (isBytes(secret) && secret.length === SIZE) return secret;
  // Members of a JWK besides these two (`alg`, `use`, `ext`, …) say nothing about its bytes.
  const { kty, k } = /** @type {{ kty?: unknown, k?: unknown }} */ (secret ?? {});
  const text = kty === "oct" ? k : secret;
  if (typeof text === "string" && SECRET_TEXT.test(text)) {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (unit) => unit.charCodeAt(0));
  }
  throw badConfiguration(place, "must be 32 bytes, as a Uint8Array, base64url text or a JWK of type `oct`");
}
