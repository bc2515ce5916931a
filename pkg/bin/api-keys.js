// @ts-check
// API keys: made, hashed, and compared in constant time. Whose key it is decides who is calling.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

import { Refusal } from "./refusal.js";

/** @import { Document } from "./document.js" */

/** One key of one user. @typedef {{ user: string, hash: Buffer }} Entry */

/** What may follow `Bearer` (RFC 6750). */
const KEY = /^[\w.~+/-]+=*$/;

/** What `vaultlet api-key` makes. */
const MADE = /^vaultlet_[\w-]{43}$/;

/** A new key: 32 random bytes. The letters before them tell a reader, and tools that look for secrets, what it is. */
export const makeApiKey = () => `vaultlet_${randomBytes(32).toString("base64url")}`;

/** @param {string} key */
export const hashApiKey = (key) => createHash("sha256").update(key).digest();

/** Whether it can be sent as a bearer token. @param {string} key */
export const isApiKey = (key) => KEY.test(key);

/** Whether the policy can have a user of that name: `*` stands for all of them elsewhere. @param {string} name */
export const isUserName = (name) => name !== "" && name !== "*";

/**
 * The entries of a file: a hash, or a list of them, by user. Nothing of what stands there is repeated, and no name: where
 * the two are mixed up, it is a key.
 * @param {Document} document
 * @returns {Entry[]}
 */
export function readApiKeys({ file, members }) {
  /** @type {Entry[]} */
  const entries = [];
  Object.entries(members).forEach(([user, value], at) => {
    const hashes = Array.isArray(value) ? value : [value];
    const who = `user ${at + 1}`;
    if (!isUserName(user)) throw new Refusal(`${file}: the name of ${who} is empty or \`*\`, which is none`);
    if (hashes.length === 0) throw new Refusal(`${file}: ${who} has no key`);
    hashes.forEach((hash, nth) => {
      const place = Array.isArray(value) ? `key ${nth + 1} of ${who}` : `the key of ${who}`;
      if (typeof hash !== "string" || !/^[0-9a-f]{64}$/i.test(hash)) {
        throw new Refusal(`${file}: ${place} is no SHA-256 hash of a key (64 hex digits): \`vaultlet api-key USER\` makes one`);
      }
      const entry = { user, hash: Buffer.from(hash, "hex") };
      if (entries.some((other) => other.hash.equals(entry.hash))) throw new Refusal(`${file}: ${place} is a hash that is there already`);
      entries.push(entry);
    });
  });
  if (entries.length === 0) throw new Refusal(`${file}: has no user`);
  Object.keys(members).forEach((user, at) => {
    const own = hashApiKey(user);
    const isKey = MADE.test(user) || entries.some(({ hash }) => hash.equals(own));
    if (isKey) throw new Refusal(`${file}: the name of user ${at + 1} is an API key, which belongs into no file: its hash stands under the user's name`);
  });
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
