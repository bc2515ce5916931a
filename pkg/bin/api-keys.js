// @ts-check
// API keys: made, hashed, and compared in constant time. Whose key it is decides who is calling.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

import { Refusal } from "./refusal.js";

/** @import { Document } from "./document.js" */

/** One key of one user. @typedef {{ user: string, hash: Buffer }} Entry */

/** What may follow `Bearer` (RFC 6750). */
const KEY = /^[\w.~+/-]+=*$/;

/** A new key: 32 random bytes. The letters before them tell a reader, and tools that look for secrets, what it is. */
export const makeApiKey = () => `vaultlet_${randomBytes(32).toString("base64url")}`;

/** @param {string} key */
export const hashApiKey = (key) => createHash("sha256").update(key).digest();

/** Whether it can be sent as a bearer token. @param {string} key */
export const isApiKey = (key) => KEY.test(key);

/**
 * The entries of a file: a hash, or a list of them, by user.
 * @param {Document} document
 * @returns {Entry[]}
 */
export function readApiKeys({ file, members }) {
  /** @type {Entry[]} */
  const entries = [];
  for (const [user, value] of Object.entries(members)) {
    const hashes = Array.isArray(value) ? value : [value];
    if (hashes.length === 0) throw new Refusal(`${file}: \`${user}\` has no key`);
    hashes.forEach((hash, at) => {
      const place = Array.isArray(value) ? `${user}[${at}]` : user;
      // What stands there is not repeated: it may be a key.
      if (typeof hash !== "string" || !/^[0-9a-f]{64}$/i.test(hash)) {
        throw new Refusal(`${file}: \`${place}\` is no SHA-256 hash of a key (64 hex digits): \`vaultlet api-key USER\` makes one`);
      }
      const entry = { user, hash: Buffer.from(hash, "hex") };
      if (entries.some((other) => other.hash.equals(entry.hash))) throw new Refusal(`${file}: \`${place}\` is a hash that is there already`);
      entries.push(entry);
    });
  }
  if (entries.length === 0) throw new Refusal(`${file}: has no user`);
  return entries;
}

/**
 * Answers the caller of a request, by its key; undefined for none.
 * @param {Entry[]} entries
 * @returns {(request: Request) => { name: string } | undefined}
 */
export function authenticator(entries) {
  return (request) => {
    const [, key] = /^bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (key === undefined || !isApiKey(key)) return undefined;
    const hash = hashApiKey(key);
    /** @type {string | undefined} */
    let name;
    // All of them, whichever it is: how long it takes tells nothing.
    for (const entry of entries) {
      if (timingSafeEqual(entry.hash, hash)) name = entry.user;
    }
    return name === undefined ? undefined : { name };
  };
}
