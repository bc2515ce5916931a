// @ts-check
// What came of a callback, written out as the bridge answers it: with every member, as the wasm reads them all.

/** @import { Answer, CallbackFailure } from "../../pkg/boundary.js" */

/** @type {(value: unknown) => object} */
export const valued = (value) => ({ value, failure: undefined, pending: undefined });

/** @type {(kind: CallbackFailure["kind"], of?: Partial<CallbackFailure>) => object} */
export const failed = (kind, of) => ({
  value: undefined,
  failure: { kind, cause: undefined, problem: undefined, limit: undefined, ...of },
  pending: undefined,
});

/** What an answer comes to, as an object with a prototype. @type {(answer: Answer<any>) => Promise<any>} */
export const settled = async (answer) => ({ ...(await (answer.pending ?? answer)) });
