// @ts-check
// Errors in words, where they arise.

import { VaultError } from "vaultlet";

import { NotYet } from "../desk.js";
import { code, element } from "../element.js";

/** What to make of an error that a visitor of this page meets. @type {Partial<Record<string, string>>} */
const ADVICE = {
  PV1012: "Something in the request is not as it must be. Fill in at least one value.",
  PV3002: "It takes the like of jane@example.com, +1-202-555-0143 and 123-45-6789. The vault does not repeat the value.",
  PV3009: "No such token matched. A token in use is no archived one, and the other way round.",
  PV3087: "The vault knows no token with this ID.",
  PV1033: "The token is archived. Bring it back first, in step 5.",
  VL3003: "The ciphertext does not open: something of it was altered, or it is not of this vault.",
  VL3004: "The ciphertext opens, but was sealed with another scope.",
  VL3006: "Another token of the same kind holds exactly this data already.",
  VL5001: "Somebody altered the stored row. Put the byte back, in step 6, and it opens again.",
};

/** @param {unknown} error */
export function refusal(error) {
  if (error instanceof NotYet) return inWords(error.message);
  if (!(error instanceof VaultError)) {
    return inWords(`This page failed: ${error instanceof Error ? error.message : "an unknown error"}`);
  }
  const { status, context } = error;
  const because = context["because"];
  const title = because === undefined ? `Refused: ${plain(error.message)}.` : `Refused by the policy: ${because}.`;
  const advice = ADVICE[error.code];
  const details = Object.entries(context).filter(([name]) => name !== "because");
  return element(
    "div",
    { class: "refusal" },
    element("p", { class: "what" }, title),
    ...(advice === undefined ? [] : [element("p", {}, advice)]),
    element(
      "p",
      { class: "hint" },
      code(error.code),
      ` · status ${status}`,
      ...details.flatMap(([name, value]) => [` · ${name} `, code(value)]),
    ),
  );
}

/** @param {string} text */
const inWords = (text) => element("div", { class: "refusal" }, element("p", {}, text));

/** Messages mark names for a terminal. @param {string} message */
const plain = (message) => message.replaceAll("`", "");
