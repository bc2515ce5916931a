// @ts-check
// What HTTP itself refuses, before the vault is asked: PV1012 with the status that HTTP has for it.

import { VaultError } from "../error.js";

export class Refusal extends VaultError {
  /**
   * @param {number} status
   * @param {string} field
   * @param {string} problem
   * @param {Record<string, string>} [more] of the context
   */
  constructor(status, field, problem, more = {}) {
    const context = { field, ...more };
    super({ error_code: "PV1012", message: `\`${field}\` ${problem}`, context, error_url: "" }, status);
  }
}

/** @type {(field: string, problem: string) => Refusal} */
export const badRequest = (field, problem) => new Refusal(400, field, problem);
