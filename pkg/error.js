// @ts-check
// The one error of the package.

/** @import { ErrorBody, ErrorCode } from "./index.js" */

/** Where the codes are described, relative to the package; the core names the same page. */
const DOCUMENTATION = "docs/errors.md";

/**
 * What the core rejects with.
 * @typedef {{ body: string, status: number, cause: unknown }} ErrorReport
 */

/** A call that failed. Its type is declared, and explained, in `index.d.ts`. */
export class VaultError extends Error {
  static {
    // On the prototype, as the built-in errors have it, so that it is no property of each error.
    Object.defineProperty(this.prototype, "name", { value: "VaultError", writable: true, configurable: true });
  }

  #url;

  /**
   * @param {ErrorBody} body
   * @param {number} status
   * @param {unknown} [cause] what the host threw
   */
  constructor(body, status, cause) {
    super(body.message, cause === undefined ? undefined : { cause });
    this.code = body.error_code;
    this.status = status;
    this.context = Object.freeze({ ...body.context });
    this.#url = body.error_url;
  }

  /** The error as the REST API's body. */
  toJSON() {
    return { error_code: this.code, message: this.message, context: this.context, error_url: this.#url };
  }
}

/**
 * Makes an error of what the core threw, or rejected with.
 * @param {unknown} thrown
 */
export function errorOf(thrown) {
  const report = /** @type {Partial<ErrorReport> | null | undefined} */ (thrown);
  if (typeof report?.body === "string" && typeof report.status === "number") {
    return new VaultError(JSON.parse(report.body), report.status, report.cause);
  }
  // No report: the wasm itself failed, for want of memory perhaps.
  return makeError("PV1000", 500, "the vault failed", {}, thrown);
}

/**
 * A request that JSON cannot carry. The reason is left out: it may quote the request.
 */
export function unwritableRequest() {
  return makeError("PV1012", 400, "`request` must be an object that JSON can carry", { field: "request" });
}

/**
 * A configuration that cannot be used.
 * @param {string} place such as `store.maxWrites`
 * @param {string} problem what is wrong there; never the value
 * @param {unknown} [cause] what the host threw when it was read
 */
export function badConfiguration(place, problem, cause) {
  return makeError("VL1000", 400, `\`${place}\` ${problem}`, { place }, cause);
}

/**
 * The wasm file is missing, or the runtime refuses it.
 * @param {unknown} cause
 */
export function unloadable(cause) {
  return makeError("PV1000", 500, "the wasm module could not be loaded", {}, cause);
}

/**
 * @param {ErrorCode} code
 * @param {number} status
 * @param {string} message
 * @param {Record<string, string>} context
 * @param {unknown} [cause]
 */
function makeError(code, status, message, context, cause) {
  return new VaultError({ error_code: code, message, context, error_url: `${DOCUMENTATION}#${code}` }, status, cause);
}
