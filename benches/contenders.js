// @ts-check
// Who is measured: Vaultlet, and its rivals on the same memory store.

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { openNodeCryptoRival } from "./rival-node-crypto.js";
import { openWebCryptoRival } from "./rival-webcrypto.js";
import { Workload, collections } from "./workload.js";

/** @import { Tokens } from "./workload.js" */
/** @import { Configuration, Keys } from "./rival.js" */

/** @typedef {ReturnType<typeof memoryStore>} MemoryStore */

const caller = { name: "bench" };
const policy = () => ({ allow: /** @type {const} */ (true) });

/** Enough for the largest call. */
const settings = { maxTokens: 1_000_000, maxBytes: 2 ** 30 };

/**
 * Opens a contender over a store of its own.
 * @type {Record<string, (store: MemoryStore) => Promise<Tokens>>}
 */
export const contenders = {
  async vaultlet(store) {
    const vault = await openVault({ keys: generateKeys(), collections, store, policy, settings });
    return vault.as(caller).tokens;
  },
  "node:crypto": (store) => openRivalOver(openNodeCryptoRival, store),
  WebCrypto: (store) => openRivalOver(openWebCryptoRival, store),
};

/**
 * @param {(keys: Keys, configuration: Configuration) => Promise<{ as(caller: unknown): { tokens: Tokens } }>} open
 * @param {MemoryStore} store
 */
async function openRivalOver(open, store) {
  const { primary, data, index } = generateKeys();
  const keys = { keyId: randomBytes(8), data: bytesOf(data[primary]), index: bytesOf(index) };
  const rival = await open(keys, { collections, store, policy, maxTokens: settings.maxTokens });
  return rival.as(caller).tokens;
}

/** @param {string | undefined} secret */
function bytesOf(secret) {
  return Buffer.from(secret ?? "", "base64url");
}

/** One contender with its tokens, and the proof afterwards that the calls did their work. */
export class Contender {
  /** @param {string} name @param {Workload} workload @param {MemoryStore} store */
  constructor(name, workload, store) {
    this.name = name;
    this.workload = workload;
    this.store = store;
  }

  /** @param {string} name @param {number} count of tokens in the store */
  static async open(name, count) {
    const store = memoryStore();
    const open = contenders[name];
    if (open === undefined) throw new Error(`\`${name}\` is no contender`);
    const workload = new Workload(await open(store));
    await workload.make(count);
    return new Contender(name, workload, store);
  }

  /**
   * Fails unless each of the rows was written so often: a call that writes nothing is quick.
   * @param {number} calls
   */
  check(calls) {
    for (const { version } of this.store.rows()) {
      if (version !== 1 + calls) throw new Error(`\`${this.name}\` wrote a row ${version - 1} times in ${calls} calls`);
    }
  }
}
