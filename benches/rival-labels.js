// @ts-check
// The rival's blind index: labels for claims and terms, by HMAC over length-prefixed parts.

import { Buffer } from "node:buffer";

/** @import { Collection, Suite } from "./rival.js" */
/** @import { Bytes } from "./rival-row.js" */

const ABSENT = 0xffff;

/** @param {Bytes} target @param {number} at @param {string | null} text @returns {number} the end */
function writePart(target, at, text) {
  const length = text === null ? 0 : target.write(text, at + 2);
  target.writeUInt16BE(text === null ? ABSENT : length, at);
  return at + 2 + length;
}

/** What comes before the token ID in the message of a token's claim. @param {string} collection */
export function tokenPrefix(collection) {
  const prefix = Buffer.alloc(64);
  return prefix.subarray(0, writePart(prefix, writePart(prefix, 0, "token"), collection));
}

export class Labels {
  #suite;

  /** @param {Suite} suite */
  constructor(suite) {
    this.#suite = suite;
  }

  /** @param {(string | null)[][]} messages @returns {string[] | Promise<string[]>} */
  of(messages) {
    const { message } = this.#suite;
    const pending = messages.map((parts) => {
      let end = 0;
      for (const part of parts) end = writePart(message, end, part);
      return this.#suite.label(end);
    });
    return this.#suite.labels(pending);
  }

  /** The claims of token IDs. @param {Collection} collection @param {string[]} ids */
  claims(collection, ids) {
    const { message } = this.#suite;
    const idAt = collection.tokenPrefix.copy(message) + 2;
    const pending = new Array(ids.length);
    for (let index = 0; index < ids.length; index += 1) {
      const length = message.write(/** @type {string} */ (ids[index]), idAt, "latin1");
      message[idAt - 2] = 0;
      message[idAt - 1] = length;
      pending[index] = this.#suite.label(idAt + length);
    }
    return this.#suite.labels(pending);
  }

  /** @param {Collection} collection @param {string[]} tags */
  tags(collection, tags) {
    return this.of(tags.map((tag) => ["tag", collection.name, tag]));
  }

  /**
   * The terms of a token, sorted.
   * @param {Collection} collection @param {string | null} tenant @param {string[]} tagTerms
   */
  async terms(collection, tenant, tagTerms) {
    const own = tenant === null ? [] : await this.of([["tenant", collection.name, tenant]]);
    return [...collection.terms, ...own, ...tagTerms].sort();
  }
}
