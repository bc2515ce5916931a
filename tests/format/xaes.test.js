// @ts-check
// The second reader's XAES-256-GCM against the vectors of its specification, c2sp.org/XAES-256-GCM: the accumulated
// one is here, where SHAKE128 is at hand. The vectors of tests/vectors/ tie the vault's own to this one.

import assert from "node:assert/strict";
import { createCipheriv, createHash } from "node:crypto";
import { test } from "node:test";

import { deriveAesKey } from "./reader.js";

/** @type {(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array) => Buffer} */
function seal(key, nonce, plaintext, associatedData) {
  const cipher = createCipheriv("aes-256-gcm", deriveAesKey(key, nonce.subarray(0, 12)), nonce.subarray(12));
  return Buffer.concat([cipher.setAAD(associatedData).update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

test("the two vectors of the specification", () => {
  for (const [byte, derived, associatedData, sealed] of /** @type {const} */ ([
    [1, "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b", "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"],
    [3, "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8", "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"],
  ])) {
    const [key, nonce] = [Buffer.alloc(32, byte), Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWX")];
    assert.equal(deriveAesKey(key, nonce.subarray(0, 12)).toString("hex"), derived);
    assert.equal(seal(key, nonce, Buffer.from("XAES-256-GCM"), Buffer.from(associatedData)).toString("hex"), sealed);
  }
});

test("the accumulated vector of 10,000 iterations", () => {
  const random = createHash("shake128", { outputLength: 1 << 22 }).digest();
  assert.equal(random.toString("hex", 0, 16), "7f9c2ba4e88f827d616045507605853e");
  let at = 0;
  const take = (/** @type {number} */ length) => random.subarray(at, (at += length));
  const hash = createHash("shake128", { outputLength: 32 });
  for (let iteration = 0; iteration < 10_000; iteration += 1) {
    const [key, nonce] = [take(32), take(24)];
    const plaintext = take(take(1).readUInt8());
    const associatedData = take(take(1).readUInt8());
    hash.update(seal(key, nonce, plaintext, associatedData));
  }
  assert(at < random.length);
  assert.equal(hash.digest("hex"), "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
});
