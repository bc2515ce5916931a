// @ts-check
// The frozen vectors as values. Rust holds them to the code (`src/sealing/tests/`), the tests here to everything else.

import { readFileSync } from "node:fs";

import { deriveKeyring } from "./reader.js";

/** @import { Row } from "vaultlet" */
/** @typedef {Omit<Row, "sealed"> & { sealed: string }} WrittenRow bytes in hex */
/**
 * @typedef {{ name: string, replaces: string | null, type: "pci" | "pci_oneway" | "randomized" | "deterministic", collection: string,
 *   scope: string, tenant: string | null, tags: string[], uniqueTags: string[], createdAt: number, expiresAt: number | null,
 *   pruneAt: number | null, idFrom: "fresh" | "drawn" | "data" | "request", tokenId: string, card?: string, data: string, row: WrittenRow }} TokenVector
 * @typedef {{ operation: string, collection: string, tenants: string[], transactionId: string, request: string, tokens: number,
 *   checks: { operation: string, resource: string, type: string | null }[], answer: string, pruneAt: number, row: WrittenRow }} TransactionVector
 * @typedef {{ name: string, type: "randomized" | "deterministic", collection: string, scope: string, tenant: string | null, tags: string[],
 *   expiresAt: number | null, data: string, ciphertext: string }} CiphertextVector
 */

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

/** @type {{ index: Record<string, string>, data: Record<string, string>[] }} */
export const keys = read("keys");
/** @type {{ passes: { name: string, primary: string, fresh: string, tokens: TokenVector[], transaction: TransactionVector | null }[], olderBody: { token: TokenVector } }} */
export const rows = read("rows");
/** @type {{ calls: { name: string, primary: string, ciphertexts: CiphertextVector[] }[] }} */
export const ciphertexts = read("ciphertexts");
/** @type {{ entries: { kind: string, parts: (string | null | string[])[], label: string }[], tokenIds: { parts: (string | null)[], tokenId: string }[],
 *   cardIds: { parts: (string | null)[], card: string, attempt: number, tokenId: string }[] }} */
export const blindIndex = read("blind-index");
/** @type {{ entries: { type: import("vaultlet").DataType, spellings: string[], data: string, tokenId: string, claim: string, ciphertext: string }[] }} */
export const normalForms = read("normal-forms");

/** @param {string | undefined} text */
export const bytesOf = (text) => Buffer.from(text ?? "", "hex");

/** @type {(row: WrittenRow) => Row} */
export const rowOf = (row) => ({ ...row, sealed: new Uint8Array(bytesOf(row.sealed)) });

/** The reader's keyring. */
export const keyring = deriveKeyring(bytesOf(keys.index.secret), keys.data.map(({ secret }) => bytesOf(secret)));
