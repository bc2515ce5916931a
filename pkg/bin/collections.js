// @ts-check
// The collections that are served: those of a file, or one to begin with.

import { readDocument } from "./document.js";

/** @import { Collections } from "../index.js" */
/** @import { Options } from "./options.js" */

/** Something of most kinds that people ask for. @satisfies {Collections} */
const FIRST = {
  customers: {
    properties: {
      name: { type: "NAME" },
      email: { type: "EMAIL" },
      nickname: { type: "STRING", nullable: true },
      phone: { type: "PHONE_NUMBER", nullable: true },
      ssn: { type: "SSN", nullable: true },
      card: { type: "CC_NUMBER", nullable: true },
    },
  },
};

/**
 * What is inside, `openVault` checks.
 * @param {Options} options
 * @returns {Collections}
 */
export function readCollections({ collections: file, sayOf }) {
  return file === undefined ? FIRST : /** @type {any} */ (readDocument(sayOf("collections"), file).members);
}
