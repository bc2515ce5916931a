// @ts-check
// The rival on `node:crypto`.
//
// What profiling changed: HMAC is composed of two one-shot hashes over blocks prepared once, which takes
// half the time of `createHmac`; keys are `KeyObject`s; `authTagLength` is left out, for its default
// is the 16 bytes wanted and passing it costs; the tag's length is checked by the row's layout.

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createSecretKey, hash } from "node:crypto";

import { Rival } from "./rival.js";
import { LABEL_LENGTH, TAG_BYTES, altered } from "./rival-row.js";

/** @import { Configuration, Keys, Suite } from "./rival.js" */
/** @import { Bytes } from "./rival-row.js" */

const ALGORITHM = "aes-256-gcm";
const BLOCK = 64;
const DIGEST = 32;
const LONGEST_MESSAGE = 4096;

/** @param {Uint8Array} secret @param {number} mask @param {number} room @returns {Bytes} */
function padded(secret, mask, room) {
  const block = Buffer.alloc(BLOCK + room);
  block.set(secret);
  for (let at = 0; at < BLOCK; at += 1) block[at] = /** @type {number} */ (block[at]) ^ mask;
  return block;
}

/**
 * @param {{ data: Uint8Array, index: Uint8Array }} secrets 32 bytes each
 * @returns {Suite}
 */
function nodeSuite({ data, index }) {
  const key = createSecretKey(data);
  const inner = padded(index, 0x36, LONGEST_MESSAGE);
  const outer = padded(index, 0x5c, DIGEST);
  const tag = Buffer.alloc(TAG_BYTES);
  /** @type {Bytes[]} views of the inner block by length, for most messages are of one length */
  const views = [];
  return {
    message: inner.subarray(BLOCK),
    label(length) {
      outer.write(hash("sha256", (views[length] ??= inner.subarray(0, BLOCK + length)), "binary"), BLOCK, "latin1");
      // The last character holds four bits more than the 16 bytes asked for: to mask them off would only cost.
      return hash("sha256", outer, "base64url").slice(0, LABEL_LENGTH);
    },
    open(nonce, associated, bytes, from, to) {
      const decipher = createDecipheriv(ALGORITHM, key, nonce);
      const tagAt = to - TAG_BYTES;
      for (let at = 0; at < TAG_BYTES; at += 1) tag[at] = /** @type {number} */ (bytes[tagAt + at]);
      decipher.setAAD(associated);
      decipher.setAuthTag(tag);
      const plain = decipher.update(bytes.subarray(from, tagAt));
      try {
        decipher.final();
      } catch {
        throw altered();
      }
      return plain;
    },
    seal(nonce, associated, plain, target, at) {
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      cipher.setAAD(associated);
      target.set(cipher.update(plain), at);
      cipher.final();
      target.set(cipher.getAuthTag(), at + plain.length);
    },
    labels: (labels) => labels,
    opened: (plain) => plain,
    sealed: () => undefined,
  };
}

/** Opens the rival. @param {Keys} keys @param {Configuration} configuration */
export async function openNodeCryptoRival(keys, configuration) {
  return Rival.open(nodeSuite(keys), keys.keyId, configuration);
}
