// @ts-check
// A token in, personal data out: whole, or masked.

import { about, properties } from "../host/collections.js";
import { dataList, headline, paragraph } from "./data.js";

/** @import { Call, Plan } from "../action/action.js" */
/** @import { Desk } from "../desk.js" */

/** @type {(desk: Desk) => Plan} */
export const read = (desk) => ({
  calls(form) {
    const props = properties.map((name) => `${name}.mask`);
    const call = readingOf(desk.token);
    return [form.get("view") === "masks" ? { ...call, parameters: { ...call.parameters, props } } : call];
  },
  show: ([found]) => dataOf(found),
});

/** @param {string} token @returns {Call} */
export const readingOf = (token) => ({
  as: "const found",
  method: "tokens.detokenize",
  parameters: { ...about, tokenIds: [token] },
});

/** @param {{ fields: Record<string, unknown> }[]} found */
export function dataOf([found]) {
  if (found === undefined) return nothing();
  return [headline("The token stands for"), dataList(found.fields)];
}

export const nothing = () => [
  headline("Nothing: the vault answered an empty list."),
  paragraph("No token in use has this ID. It is archived, was rotated, or has never been."),
];
