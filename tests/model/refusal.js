// @ts-check
// How the reference vault refuses: with a code, and with as much of the error's context as the design promises.

/** The HTTP status of each code that the reference can answer. @type {Record<string, number>} */
export const statuses = {
  PV1000: 500,
  PV1001: 400,
  PV1002: 400,
  PV1004: 404,
  PV1006: 403,
  PV1007: 403,
  PV1008: 400,
  PV1012: 400,
  PV1026: 405,
  PV1033: 410,
  PV2001: 501,
  PV3002: 400,
  PV3004: 404,
  PV3009: 404,
  PV3087: 404,
  PV3218: 409,
  PV3233: 400,
  VL1001: 400,
  VL1003: 404,
  VL3001: 400,
  VL3002: 400,
  VL3003: 400,
  VL3004: 400,
  VL3006: 409,
  VL3007: 409,
  VL3008: 400,
  VL3009: 409,
  VL3010: 409,
  VL3011: 400,
  VL3012: 400,
  VL3013: 400,
};

export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {Record<string, string>} [context] what the error's context must hold at least
   * @param {Refusal[]} [others] that would be as right
   */
  constructor(code, context = {}, others = []) {
    super(code);
    this.code = code;
    this.context = context;
    this.others = others;
  }
}
