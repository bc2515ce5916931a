// @ts-check
// The one error of the package.

/** @import { ErrorReport } from "./boundary.js" */
/** @import { ErrorBody, ErrorCode } from "./index.js" */

/** Declared, and explained, in `index.d.ts`. */
export class VaultError extends Error {
  #url;

  /** @param {ErrorBody} body @param {number} status @param {unknown} [cause] */
  constructor({ error_code, message, context, error_url }, status, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = error_code;
    this.status = status;
    this.context = Object.freeze({ ...context });
    this.#url = error_url;
  }

  /** @returns {ErrorBody} */
  toJSON() {
    return { error_code: this.code, message: this.message, context: this.context, error_url: this.#url };
  }
}
VaultError.prototype.name = "VaultError";

/** @type {(code: ErrorCode, status: number, message: string, context: ErrorBody["context"], cause?: unknown) => VaultError} */
export const makeError = (code, status, message, context, cause) =>
  new VaultError({ error_code: code, message, context, error_url: `docs/errors.md#${code}` }, status, cause);

/** @type {(place: string, problem: string, cause?: unknown) => VaultError} */
export const badConfiguration = (place, problem, cause) =>
  makeError("VL1000", 400, `\`${place}\` ${problem}`, { place }, cause);

/** Makes an error of whatever the core threw. @param {unknown} thrown */
export function errorOf(thrown) {
  if (thrown instanceof VaultError) return thrown;
  const { body, status, cause } = /** @type {Partial<ErrorReport>} */ (thrown ?? {});
  return body !== undefined && status !== undefined
    ? new VaultError(body, status, cause)
    : // No report: the wasm itself failed, for want of memory perhaps.
      makeError("PV1000", 500, "the vault failed", {}, thrown);
}
