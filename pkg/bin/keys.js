// @ts-check
// `vaultlet keys`: prints a new keyring, and nothing else.

import { generateKeys } from "../index.js";
import { Refusal } from "./refusal.js";

/** @param {string[]} words */
export function keysCommand(words) {
  if (words.length > 0) throw new Refusal("`vaultlet keys` takes no more words", "usage");
  process.stdout.write(`${JSON.stringify(generateKeys(), null, 2)}\n`);
}
