// @ts-check
// The rival on WebCrypto: keys imported once, and all promises of a batch in flight together.

import { Buffer } from "node:buffer";

import { Rival } from "./rival.js";
import { LABEL_LENGTH, altered } from "./rival-row.js";

/** @import { Configuration, Keys, Suite } from "./rival.js" */

const LONGEST_MESSAGE = 4096;
const { subtle } = globalThis.crypto;

/**
 * @param {{ data: Uint8Array, index: Uint8Array }} secrets 32 bytes each
 * @returns {Promise<Suite>}
 */
async function webSuite({ data, index }) {
  const key = await subtle.importKey("raw", Buffer.from(data), "AES-GCM", false, ["encrypt", "decrypt"]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const indexKey = await subtle.importKey("raw", Buffer.from(index), hmac, false, ["sign"]);
  const message = Buffer.alloc(LONGEST_MESSAGE);
  return {
    message,
    label: (length) => subtle.sign("HMAC", indexKey, message.subarray(0, length)),
    open(nonce, associated, bytes, from, to) {
      const sealed = /** @type {Uint8Array<ArrayBuffer>} */ (bytes.subarray(from, to));
      return subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: associated }, key, sealed);
    },
    async seal(nonce, associated, plain, target, at) {
      const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: associated }, key, plain);
      target.set(new Uint8Array(sealed), at);
    },
    async labels(pending) {
      const digests = await Promise.all(pending);
      return digests.map((digest) => Buffer.from(digest).toString("base64url", 0, 17).slice(0, LABEL_LENGTH));
    },
    async opened(pending) {
      try {
        return (await Promise.all(pending)).map((plain) => Buffer.from(plain));
      } catch {
        throw altered();
      }
    },
    sealed: (pending) => Promise.all(pending),
  };
}

/** Opens the rival. @param {Keys} keys @param {Configuration} configuration */
export async function openWebCryptoRival(keys, configuration) {
  return Rival.open(await webSuite(keys), keys.keyId, configuration);
}
