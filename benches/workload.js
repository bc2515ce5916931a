// @ts-check
// What is measured: tokens of five properties, and the calls that change them.

/** The data: 138 bytes of JSON. */
const PATRICIA = {
  name: "Patricia Farrington",
  email: "patfar@example.com",
  phone_number: "+11011010101",
  ssn: "123-12-1234",
  date_of_birth: "1993-02-22",
};
const JONATHAN = {
  name: "Jonathan Westerfeld",
  email: "jonwes@example.com",
  phone_number: "+12022020202",
  ssn: "321-21-4321",
  date_of_birth: "1971-11-04",
};
const DATA = [PATRICIA, JONATHAN];
const TAGS = [
  ["newsletter", "paying"],
  ["newsletter", "trial"],
];

/** @type {import("vaultlet").Collections} */
export const collections = {
  customers: {
    properties: {
      name: { type: "NAME" },
      email: { type: "EMAIL" },
      phone_number: { type: "PHONE_NUMBER" },
      ssn: { type: "SSN" },
      date_of_birth: { type: "DATE_OF_BIRTH" },
    },
  },
};

const named = { collection: "customers", reason: "AppFunctionality" };

/** Most tokens made in one call. */
const CHUNK = 1000;

/**
 * What all contenders offer.
 * @typedef {object} Tokens
 * @property {(parameters: any) => Promise<{ token_id: string }[]>} tokenize
 * @property {(parameters: any) => Promise<unknown>} updateTokens
 * @property {(parameters: any) => Promise<Record<string, string>>} rotateTokens
 */

/**
 * Makes one token and answers its ID.
 * @param {Tokens} tokens
 */
export async function makeOne(tokens) {
  const [made] = await tokens.tokenize({ ...named, requestBody: [requestOf()] });
  return /** @type {{ token_id: string }} */ (made).token_id;
}

function requestOf() {
  return { type: "randomized", object: { fields: PATRICIA }, tags: TAGS[0] };
}

/** Some tokens, and calls on the first so many of them. Every call changes each of its tokens: none may be spared. */
export class Workload {
  /** @type {string[]} */
  #ids = [];
  #tokens;
  #turn = 0;

  /** @param {Tokens} tokens */
  constructor(tokens) {
    this.#tokens = tokens;
  }

  /** @param {number} count */
  async make(count) {
    for (let left = count; left > 0; left -= CHUNK) {
      const requestBody = Array.from({ length: Math.min(left, CHUNK) }, requestOf);
      const made = await this.#tokens.tokenize({ ...named, requestBody });
      for (const { token_id } of made) this.#ids.push(token_id);
    }
  }

  /** @param {number} count */
  async rotate(count) {
    const answer = await this.#tokens.rotateTokens({ ...named, tokenIds: this.#first(count) });
    let at = 0;
    for (const old in answer) this.#ids[at++] = /** @type {string} */ (answer[old]);
  }

  /** Tags and expiry. @param {number} count */
  async update(count) {
    const requestBody = { tags: this.#next(TAGS) };
    await this.#tokens.updateTokens({ ...named, tokenIds: this.#first(count), expirationSecs: "3600", requestBody });
  }

  /** The data of one token. */
  async updateData() {
    const requestBody = { object: { fields: this.#next(DATA) } };
    await this.#tokens.updateTokens({ ...named, tokenIds: this.#first(1), requestBody });
  }

  /** @param {number} count */
  #first(count) {
    return count === this.#ids.length ? this.#ids : this.#ids.slice(0, count);
  }

  /**
   * @template Value
   * @param {Value[]} values
   * @returns {Value | undefined}
   */
  #next(values) {
    this.#turn = (this.#turn + 1) % values.length;
    return values[this.#turn];
  }
}
