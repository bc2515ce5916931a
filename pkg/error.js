// @ts-check
// The one error of the package.

import { freeze, isMatch, ownOf } from "./built-ins.js";

/** @import { ErrorBody, ErrorCode } from "./index.js" */

/** Declared, and explained, in `index.d.ts`. */
export class VaultError extends Error {
  // Defined before they are assigned: whatever is on `Object.prototype`, they are the error's own.
  code;
  status;
  context;
  body;

  /** @param {ErrorBody} body @param {number} status @param {unknown} [cause] */
  constructor({ error_code, message, context, error_url }, status, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = error_code;
    this.status = status;
    this.context = freeze({ ...context });
    /** @type {ErrorBody} */
    this.body = freeze({ error_code, message, context: this.context, error_url });
  }

  toJSON() {
    return this.body;
  }
}
// Defined, not assigned: `Error.prototype` may be frozen.
Object.defineProperty(VaultError.prototype, "name", { value: "VaultError", writable: true, configurable: true });

/** @type {(code: ErrorCode, status: number, message: string, context: ErrorBody["context"], cause?: unknown) => VaultError} */
export const makeError = (code, status, message, context, cause) =>
  new VaultError({ error_code: code, message, context, error_url: `docs/errors.md#${code}` }, status, cause);

/** @type {(place: string, problem: string, cause?: unknown) => VaultError} */
export const badConfiguration = (place, problem, cause) =>
  makeError("VL1000", 400, `\`${place}\` ${problem}`, { place }, cause);

/**
 * Reads what may run code of the host's, a getter or a Proxy: what that throws is told with its place.
 * @template T
 * @param {string} place
 * @param {() => T} read
 * @returns {T}
 */
export function look(place, read) {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof VaultError ? cause : badConfiguration(place, "cannot be read", cause);
  }
}

/** @type {(field: string, problem: string) => VaultError} */
export const badRequest = (field, problem) => makeError("PV1012", 400, `\`${field}\` ${problem}`, { field });

/** What an error may repeat of a name: no text of 32 bytes is as short, in whatever form, and no address looks so. */
const NAME = /^[\w.-]{0,40}$/;
/** Nine digits or more: a card's, a phone's, a person's number. A date has eight. */
const NUMBER = /^(?:\D*\d){9}/;
/** As a secret looks that was cut. */
const SECRET = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{16}/;

/** @param {string} name */
export const isShown = (name) => isMatch(NAME, name) && !isMatch(NUMBER, name) && !isMatch(SECRET, name);

/**
 * The place of a member. Of what is no name, a secret in the place of one perhaps, it is that of the whole.
 * @type {(place: string, name: string) => string}
 */
export const placeOf = (place, name) => (isShown(name) ? `${place}.${name}` : place);

/** Makes an error of whatever the core threw. @param {unknown} thrown */
export function errorOf(thrown) {
  if (thrown instanceof VaultError) return thrown;
  const body = /** @type {ErrorBody | undefined} */ (ownOf(thrown, "body"));
  const status = /** @type {number | undefined} */ (ownOf(thrown, "status"));
  return body !== undefined && status !== undefined
    ? new VaultError(body, status, ownOf(thrown, "cause"))
    : // No report: the wasm itself failed, for want of memory perhaps.
      makeError("PV1000", 500, "the vault failed", {}, thrown);
}
