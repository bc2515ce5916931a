// @ts-check
// What the reference vault holds.

/** @import { Symbolic } from "./symbols.js" */
/** @import { Collections } from "./world.js" */

/**
 * @typedef {object} Token
 * @property {number} key of its row
 * @property {number} version of its row
 * @property {string} collection
 * @property {Symbolic} id
 * @property {string} type
 * @property {string} scope
 * @property {string | null} tenant
 * @property {string[]} tags
 * @property {string[]} unique the tags that were made unique
 * @property {number} created
 * @property {number | null} expires
 * @property {Record<string, any>} data
 * @property {number} writtenAnew how often it was written though nobody could see whether it differs
 *
 * @typedef {object} Ciphertext
 * @property {Symbolic} id the ciphertext itself
 * @property {string} collection
 * @property {string} type
 * @property {string} scope
 * @property {string | null} tenant
 * @property {string[]} tags
 * @property {number | null} expires
 * @property {Record<string, any>} data
 *
 * @typedef {object} Transaction
 * @property {number} key of its row
 * @property {string} name operation, collection, tenants and ID
 * @property {string} request
 * @property {any} answer
 * @property {object[]} checks
 * @property {number} tokens
 * @property {number} ends
 *
 * @typedef {object} State
 * @property {Token[]} tokens
 * @property {Transaction[]} transactions
 * @property {Ciphertext[]} ciphertexts
 * @property {Map<string, Symbolic>} derived the IDs and ciphertexts that data determines
 * @property {number} serial the last number given to a symbol or a row
 * @property {Record<string, Collections>} collections of each vault over the store
 */

/** @param {Collections} collections @returns {State} */
export function emptyState(collections) {
  return {
    tokens: [],
    transactions: [],
    ciphertexts: [],
    derived: new Map(),
    serial: 0,
    collections: { writing: collections, reading: collections },
  };
}
