// @ts-check
// What both vaults are opened with: collections, settings, and a policy for four callers.

/**
 * @typedef {Record<string, { properties: Record<string, { type: string, nullable?: boolean }> }>} Collections
 *
 * @typedef {object} Settings
 * @property {boolean} forceAccessReason
 * @property {number | null} tokenTtlSecs
 * @property {number} maxTags
 * @property {number} maxTokens
 * @property {number} transactionTtlSecs
 * @property {number | null} archivedRetentionSecs
 * @property {number} maxWrites the store's
 */

/** @type {Collections} */
export const collections = {
  customers: {
    properties: {
      email: { type: "EMAIL" },
      name: { type: "NAME" },
      ssn: { type: "SSN" },
      phone: { type: "PHONE_NUMBER" },
      card: { type: "CC_NUMBER" },
      nickname: { type: "STRING", nullable: true },
      age: { type: "INTEGER" },
      born: { type: "DATE_OF_BIRTH" },
      notes: { type: "JSON" },
    },
  },
  partners: { properties: { email: { type: "EMAIL" }, card: { type: "CC_NUMBER" } } },
};

/** What `reload` answers: it adds, and takes nothing away. @type {Collections} */
export const moreCollections = {
  ...collections,
  vendors: { properties: { email: { type: "EMAIL" } } },
};

/** @type {Settings} */
const defaults = {
  forceAccessReason: true,
  tokenTtlSecs: null,
  maxTags: 10,
  maxTokens: 10_000,
  transactionTtlSecs: 86_400,
  archivedRetentionSecs: null,
  maxWrites: Infinity,
};

/** By the names that the generator picks from. @type {Record<string, Settings>} */
export const settings = {
  plain: { ...defaults, transactionTtlSecs: 50 },
  small: { ...defaults, maxTags: 3, maxTokens: 3, maxWrites: 17, archivedRetentionSecs: 60 },
  expiring: {
    ...defaults,
    tokenTtlSecs: 5,
    forceAccessReason: false,
    archivedRetentionSecs: 1,
    transactionTtlSecs: 5,
  },
};

/** The callers' names. */
export const callers = /** @type {const} */ (["admin", "clerk", "reader", "stranger"]);

/**
 * The policy. The clerk may do everything but touch whole SSNs, delete, and use ciphertext; the reader may change
 * nothing; what the stranger is answered is no decision.
 * @param {object} request
 * @param {any} request.caller
 * @param {string[]} request.capabilities
 * @param {{ operation: string, resource: string }[]} request.checks
 * @param {string} request.input
 * @returns {any}
 */
export function decide({ caller, capabilities, checks, input }) {
  if (caller.name === "admin") return { allow: true };
  if (caller.name === "stranger") return { allow: 1, because: "whatever" };
  if (caller.name === "reader") {
    const lacks = capabilities.find(
      (capability) => !capability.endsWith("Reader") && !capability.endsWith("Detokenizer"),
    );
    return lacks ? { allow: false, because: "capability", message: `lacks ${lacks}` } : { allow: true };
  }
  const refused = checks.find(({ operation, resource }) => operation === "delete" || resource.endsWith("/ssn"));
  if (refused) return { allow: false, because: "policy", message: `${refused.operation} ${refused.resource}` };
  return input === "encrypted" && checks.length === 0 ? { allow: false, because: "policy" } : { allow: true };
}
