// @ts-check
// Who may call, and what they may do: the users of `--iam` with the keys of `--api-keys`, or one admin.

import { iam } from "../policy/iam.js";
import { authenticator, hashApiKey, isApiKey, makeApiKey, readApiKeys } from "./api-keys.js";
import { readDocument } from "./document.js";
import { Refusal } from "./refusal.js";

/** @import { Policy } from "../index.js" */
/** @import { Options } from "./options.js" */

/**
 * @typedef {object} Access
 * @property {Policy} policy
 * @property {(request: Request) => { name: string } | undefined} authenticate
 * @property {string} shown who may do what, without keys
 * @property {string | undefined} adminKey
 */

const ADMIN = "admin";

/** @param {Options} options @returns {Access} */
export function makeAccess({ iam: iamFile, apiKeys: keysFile, apiKey, sayOf }) {
  if (iamFile !== undefined && keysFile === undefined) {
    throw new Refusal(`\`${sayOf("iam")}\` needs \`--api-keys\`: without keys none of its users could call`, "usage");
  }
  if (keysFile === undefined) return adminAccess(apiKey);
  const entries = readApiKeys(readDocument(sayOf("api-keys"), keysFile));
  const names = [...new Set(entries.map(({ user }) => user))];
  const authenticate = authenticator(entries);
  if (iamFile === undefined) {
    return { policy: allowAll(names), authenticate, shown: `${listed(names)}, who may do everything (no --iam)`, adminKey: undefined };
  }
  const { members } = readDocument(sayOf("iam"), iamFile);
  const policy = named(iamFile, () => iam(/** @type {any} */ (members)));
  const users = Object(members["users"]);
  names.forEach((name, at) => {
    // Each call of theirs would be refused, and nobody would know why. A key in the place of a name is not repeated.
    if (!Object.hasOwn(users, name)) throw new Refusal(`${keysFile}: user ${at + 1} is no user of ${iamFile}`);
  });
  return { policy, authenticate, shown: `${listed(names)}, as ${iamFile} allows`, adminKey: undefined };
}

/** @param {string | undefined} given @returns {Access} */
function adminAccess(given) {
  if (given !== undefined && !isApiKey(given)) {
    throw new Refusal("`VAULTLET_API_KEY` has characters that no API key has: letters, digits and -._~+/ may stand in one", "usage");
  }
  const adminKey = given ?? makeApiKey();
  return {
    policy: allowAll([ADMIN]),
    authenticate: authenticator([{ user: ADMIN, hash: hashApiKey(adminKey) }]),
    shown: `one admin, who may do everything (${given === undefined ? "the key is made for this run" : "the key is VAULTLET_API_KEY"})`,
    adminKey,
  };
}

/** @param {string[]} names */
function allowAll(names) {
  const all = ["*"];
  return iam({
    users: Object.fromEntries(names.map((name) => [name, { role: "All" }])),
    roles: { All: { capabilities: ["*"], policies: all } },
    policies: { All: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: all } },
  });
}

/**
 * A configuration that cannot be used, told with its file.
 * @template T
 * @param {string} file
 * @param {() => T} read
 * @returns {T}
 */
function named(file, read) {
  try {
    return read();
  } catch (error) {
    const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (error);
    throw code === "VL1000" ? new Refusal(`${file}: ${message}`) : error;
  }
}

/** The first few. A name that would break the line, or drive a terminal, stands in quotes. @param {string[]} names */
const listed = (names) => names.slice(0, 3).map(shown).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");

const shown = (/** @type {string} */ name) =>
  /[\p{C}\p{Zl}\p{Zp}]/u.test(name) ? JSON.stringify(name).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?") : name;
