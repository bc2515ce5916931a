// @ts-check
// The rival on WebCrypto: keys imported once, and all promises of a batch in flight together.
import { Buffer } from "node:buffer";
import { openRival } from "./rival.js";
import { LABEL_LENGTH, altered } from "./rival-row.js";

const LONGEST_MESSAGE = 4096;
const { subtle } = globalThis.crypto;

/**
 * @param {{ data: Uint8Array, index: Uint8Array }} secrets 32 bytes each
 * @returns {Promise<import("./rival.js").Suite>}
 */
async function webSuite({ data, index }) {
  const key = await subtle.importKey("raw", Buffer.from(data), "AES-GCM", false, ["encrypt", "decrypt"]);
  const indexKey = await subtle.importKey("raw", Buffer.from(index), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const message = Buffer.alloc(LONGEST_MESSAGE);
  return {
    message,
    label: (length) => subtle.sign("HMAC", indexKey, message.subarray(0, length)),
    open: (nonce, associated, bytes, from, to) => (
      subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: associated }, key, bytes.subarray(from, to))),
    async seal(nonce, associated, plain, target, at) {
      target.set(new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: associated }, key, plain)), at);
    },
    async labels(pending) {
      const digests = await Promise.all(pending);
      return digests.map((digest) => Buffer.from(digest).base64urlSlice(0, 17).slice(0, LABEL_LENGTH));
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

/**
 * Opens the rival, with the keys of `generateKeys` as bytes.
 * @param {{ keyId: Uint8Array, data: Uint8Array, index: Uint8Array }} keys
 * @param {import("./rival.js").Configuration} configuration
 */
export async function openWebCryptoRival(keys, configuration) {
  return openRival(await webSuite(keys), keys.keyId, configuration);
}
