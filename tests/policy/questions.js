// @ts-check
// The questions that the vault asks a policy, operation by operation, as the design has them.

/** @import { AccessRequest, Action, Capability, Check } from "vaultlet" */

/** What a policy is asked for one operation. @typedef {{ name: string, action: Action, capabilities: Capability[], checks: Check[] }} Question */

/** Every capability that the vault asks for. @type {Capability[]} */
export const capabilities = [
  "CapTokensReader",
  "CapTokensWriter",
  "CapTokensDetokenizer",
  "CapTransactionIdReader",
  "CapCollectionsReader",
  "CapCryptoEncrypter",
  "CapCryptoDecrypter",
  "CapCryptoHasher",
];

/** @type {Check[]} */
const properties = [
  { operation: "", resource: "customers/properties/email", type: "EMAIL" },
  { operation: "", resource: "customers/properties/ssn.mask", type: "SSN.mask" },
];

/** A check of each operation on each property. @type {(...operations: string[]) => Check[]} */
const onProperties = (...operations) =>
  properties.flatMap((property) => operations.map((operation) => ({ ...property, operation })));

/** @type {(operation: string) => Check[]} */
const onTokens = (operation) => [{ operation, resource: "customers/tokens" }];

/** @type {(operation: string) => Check[]} */
const onArchived = (operation) => [{ operation, resource: "customers/archived/tokens" }];

/** @type {(name: string, action: Action, capabilities: Capability[], checks: Check[]) => Question} */
const question = (name, action, capabilities, checks) => ({ name, action, capabilities, checks });

/** Each row of the design's table, and each that has archived tokens again for them. */
export const questions = [
  question("tokenize", "tokens.tokenize", ["CapTokensWriter"], onProperties("tokenize")),
  question("detokenize", "tokens.detokenize", ["CapTokensDetokenizer"], onProperties("detokenize", "read")),
  question("update, metadata", "tokens.update", ["CapTokensWriter"], onTokens("write")),
  question("update, metadata, archived", "tokens.update", ["CapTokensWriter"], onArchived("write")),
  question("update, data", "tokens.update", ["CapTokensWriter"], onProperties("tokenize")),
  question("rotate", "tokens.rotate", ["CapTokensWriter"], onTokens("write")),
  question("search", "tokens.search", ["CapTokensReader"], onTokens("read")),
  question("search, archived", "tokens.search", ["CapTokensReader"], onArchived("read")),
  question("delete", "tokens.delete", ["CapTokensWriter"], onTokens("delete")),
  question("delete, archived", "tokens.delete", ["CapTokensWriter"], onArchived("delete")),
  question("count", "tokens.count", ["CapTokensReader"], onTokens("stats")),
  question("get by transaction ID", "tokens.transaction", ["CapTransactionIdReader"], onTokens("read")),
  question("encrypt", "crypto.encrypt", ["CapCryptoEncrypter"], onProperties("encrypt")),
  question(
    "update encrypted",
    "crypto.updateEncrypted",
    ["CapCryptoDecrypter", "CapCryptoEncrypter"],
    onProperties("decrypt", "encrypt"),
  ),
  question("decrypt", "crypto.decrypt", ["CapCryptoDecrypter"], onProperties("decrypt")),
  question("hash", "crypto.hash", ["CapCryptoHasher"], onProperties("hash")),
  question("encrypt a blob", "crypto.encryptBlob", ["CapCryptoEncrypter"], onProperties("encrypt")),
  question("decrypt a blob", "crypto.decryptBlob", ["CapCryptoDecrypter"], onProperties("decrypt")),
];

/**
 * A question in full.
 * @param {Partial<AccessRequest>} [overrides]
 * @returns {AccessRequest}
 */
export function ask(overrides) {
  return {
    caller: { name: "jane" },
    action: "tokens.detokenize",
    capabilities: [],
    checks: [],
    input: "none",
    collection: "customers",
    tenantIds: [],
    reason: "Maintenance",
    ...overrides,
  };
}
