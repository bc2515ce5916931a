// @ts-check
// The rules of `tests/suite` that HTTP cannot carry, each with the reason, and with how it fails. All others hold over HTTP
// as they do in the process; a runner fails where one of these does hold, or fails in another way.

import assert from "node:assert/strict";

/** @type {Record<string, { because: string, failure: RegExp }>} */
export const BEYOND_HTTP = {
  "operations: text is no bytes": {
    because: "a body is bytes, and whether they were text nobody can tell",
    failure: /it was answered: \{\}/,
  },
  "operations: what JSON cannot carry is refused": {
    because: "the client writes whatever it is given into the query as text: `7n` is the token ID `7`",
    failure: /it was answered: \[\]/,
  },
  "numbers: what JSON has no number for is refused": {
    because: "the client's `JSON.stringify` makes `null` of NaN and of infinities, which is no DOUBLE",
    failure: /NaN: VaultError: .* has as `code` "PV3002", and not "PV1012"/,
  },
  "the frozen vectors: every token is answered as it was written": {
    because: "`X-Tenant-Id` is ASCII, and one of the vectors' tenants is not",
    failure: /`X-Tenant-Id` must be ASCII|ByteString|header/i,
  },
  "the frozen vectors: every token is reused by its data, and rotates": {
    because: "`X-Tenant-Id` is ASCII, and one of the vectors' tenants is not",
    failure: /`X-Tenant-Id` must be ASCII|ByteString|header/i,
  },
};

/**
 * Whether a rule went over HTTP as it should have.
 * @param {string} name
 * @param {string | undefined} failure undefined: it holds
 */
export function wentAsExpected(name, failure) {
  const beyond = BEYOND_HTTP[name];
  if (beyond === undefined) assert.equal(failure, undefined, `${name}: ${failure}`);
  else assert.match(failure ?? "it holds", beyond.failure, `${name}, although ${beyond.because}`);
}
