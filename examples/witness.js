// @ts-check
// Remembers every text that callers sent or got, and looks for it in the rows of a store. A store that passes saw
// none of it.

/** @import { Row, VaultClient } from "vaultlet" */

/** Shorter texts turn up in random bytes by chance. */
const SHORTEST = 7;

export class Witness {
  /** @type {Set<string>} */
  #texts = new Set();

  /** How many texts it remembers. */
  get size() {
    return this.#texts.size;
  }

  /**
   * The same operations; what goes in and what comes out is remembered.
   * @param {VaultClient} client
   * @returns {VaultClient}
   */
  watch({ tokens, crypto }) {
    return { tokens: this.#watchAll(tokens), crypto: this.#watchAll(crypto) };
  }

  /**
   * @template {object} Operations
   * @param {Operations} operations
   * @returns {Operations}
   */
  #watchAll(operations) {
    const watched = Object.entries(operations).map(([name, operation]) => [
      name,
      async (/** @type {unknown} */ parameters) => {
        this.#remember(parameters);
        const answer = await operation(parameters);
        this.#remember(answer);
        return answer;
      },
    ]);
    return Object.fromEntries(watched);
  }

  /** @param {unknown} value the names of members count as well: an answer has token IDs there */
  #remember(value) {
    if (typeof value === "string" && value.length >= SHORTEST) this.#texts.add(value);
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      this.#remember(name);
      this.#remember(member);
    }
  }

  /**
   * The remembered texts that a row holds anywhere: in a column, in the bytes that a column stands for, or in
   * `sealed`; a UUID as its 16 bytes, too.
   * @param {Row[]} rows
   */
  findIn(rows) {
    const texts = [...this.#texts];
    return texts.filter((text) => rows.some((row) => holds(row, text)));
  }
}

/**
 * Whether a row holds a text.
 * @param {Row} row
 * @param {string} text
 */
export function holds({ sealed, ...columns }, text) {
  const labels = [columns.key, ...columns.terms, ...columns.claims];
  const bytes = Buffer.concat([sealed, ...labels.map((label) => Buffer.from(label, "base64url"))]);
  return JSON.stringify(columns).includes(text) || formsOf(text).some((form) => bytes.includes(form));
}

/** @param {string} text */
function formsOf(text) {
  const forms = [Buffer.from(text)];
  const digits = text.replaceAll("-", "");
  if (/^[0-9a-f]{32}$/.test(digits)) forms.push(Buffer.from(digits, "hex"));
  return forms;
}
