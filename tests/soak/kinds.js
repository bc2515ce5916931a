// @ts-check
// Every kind of call that there is: those that work, those that are refused, and those whose host fails, in each
// callback and each way. For `tests/package/memory.test.js` and `npm run soak`. An instance has 4 MB, so that it can trap.

import assert from "node:assert/strict";

import "../package/little-memory.js";

import { generateKeys, openVault } from "vaultlet";

import { about, exampleHost, makeToken, openExample, secretEmail } from "../package/example-host.js";
import { callbacks, hostError, openHostile } from "../suite/hostile-host.js";

/** @import { Vault } from "vaultlet" */
/** @import { Callback, Way } from "../suite/hostile-host.js" */

/**
 * `call` makes one call, and fails if it does not end as it must; `together` says how many run at once; `ends` marks a
 * kind of which each call has a vault of its own, and ends it.
 * @typedef {{ name: string, call: () => Promise<void>, together?: number, ends?: true }} Kind
 */

/**
 * Runs so many calls of a kind.
 * @param {Kind} kind
 * @param {number} calls
 */
export async function run({ call, together = 1 }, calls) {
  for (let done = 0; done < calls; done += together) {
    if (together === 1) await call();
    else await Promise.all(Array.from({ length: Math.min(together, calls - done) }, call));
    // The engine cleans up between turns of the event loop, of which promises take none.
    if (done % 1_000 === 0) await new Promise(setImmediate);
  }
}

/**
 * Takes the memory that the kinds need.
 * @param {Kind[]} kinds
 */
export async function warmUp(kinds) {
  for (const kind of kinds) if (!kind.ends) await run(kind, 100);
}

let last = 0;

/** A number that no call before had. */
const next = () => (last += 1);

/**
 * @param {Promise<unknown>} call
 * @param {string} [code] of the error that it must end in; none for an answer
 */
async function mustEnd(call, code) {
  const ended = await call.then(
    () => undefined,
    (error) => error.code ?? error,
  );
  assert.equal(ended, code);
}

/** @type {Way} */
const throws = () => {
  throw hostError;
};
/** @type {Way} */
const throwsAnObject = () => {
  throw { number: next(), bytes: new Uint8Array(100) };
};
/** @type {Way} */
const rejects = () => Promise.reject(hostError);
/** @type {Way} */
const later = async (good) => good();
/** @type {Way} */
const silent = () => new Promise(() => {});
/** @type {Way} */
const cannotBeRead = () => new Proxy([], { get: () => throws(() => {}) });

/** What the store answered, with something else in each row. @type {(other: object) => Way} */
const rowsWith = (other) => (good) => /** @type {object[]} */ (good()).map((row) => ({ ...row, ...other }));

/**
 * How each callback may behave, and the error that an update then ends in.
 * @type {Record<Callback, [string, Way, string?][]>}
 */
const behaviours = {
  policy: [
    ["answers later", later],
    ["denies", () => ({ allow: false, because: "policy", message: `not today ${next()}` }), "PV1006"],
    ["misses a capability", () => ({ allow: false, because: "capability" }), "PV1007"],
    ["throws", throws, "PV1000"],
    ["throws an object", throwsAnObject, "PV1000"],
    ["rejects", rejects, "PV1000"],
    ["answers what cannot be read", cannotBeRead, "PV1000"],
    ["never answers", silent, "PV1009"],
  ],
  "store.read": [
    ["answers later", later],
    ["throws", throws, "PV1000"],
    ["rejects", rejects, "PV1000"],
    ["answers the wrong shape", () => [{}], "PV1000"],
    ["answers what cannot be read", cannotBeRead, "PV1000"],
    ["answers a row that is not the vault's", rowsWith({ version: NaN }), "VL5001"],
    ["answers a row that was altered", rowsWith({ sealed: new Uint8Array(500) }), "VL5001"],
    ["never answers", silent, "PV1009"],
  ],
  "store.write": [
    ["answers later", later],
    ["refuses", () => false, "PV3218"],
    ["throws", throws, "PV1000"],
    ["rejects", rejects, "PV1000"],
    ["answers the wrong shape", () => 1, "PV1000"],
    ["never answers", silent, "PV1009"],
  ],
  audit: [
    ["answers later", later],
    ["throws", throws, "PV1000"],
    ["rejects", rejects, "PV1000"],
    ["never answers", silent, "PV1009"],
  ],
  clock: [
    ["throws", throws, "PV1000"],
    ["answers later", later, "PV1000"],
    ["answers what cannot be read", cannotBeRead, "PV1000"],
  ],
  reload: [
    ["answers collections", () => ({ collections: exampleHost().collections })],
    ["answers collections later", async () => ({ collections: exampleHost().collections })],
    ["throws", throws, "PV1000"],
    ["rejects", rejects, "PV1000"],
    ["answers the wrong shape", () => ({ collections: next() }), "PV1000"],
    ["never answers", silent, "PV1009"],
  ],
};

/**
 * An update in which every callback has its part, one of them as `way` says.
 * @param {Callback} callback
 * @param {[string, Way, string?]} behaviour
 * @returns {Promise<Kind>}
 */
async function updating(callback, [name, way, code]) {
  const { vault, misbehave } = await openHostile({ open: openExample }, way === silent ? 1 : 30_000);
  const tokenIds = [await makeToken(vault)];
  misbehave(callback, way);
  return {
    name: `${callback} ${name}`,
    call: () => {
      const { updateTokens } = vault.as({ number: next() }).tokens;
      const requestBody = { tags: [`tag ${next()}`] };
      return mustEnd(updateTokens({ ...about, tokenIds, reloadCache: true, requestBody }), code);
    },
    // What has to wait, for a millisecond or ten times for longer. Few, for what they take at once is room that a leak
    // would hide in.
    together: way === silent ? 8 : code === "PV3218" ? 16 : 1,
  };
}

/**
 * The operations with nothing wrong, and the calls that are refused for what they ask.
 * @returns {Promise<Kind[]>}
 */
async function requesting() {
  const vault = await openExample();
  const { tokens, crypto } = vault.as("jane");
  const tokenIds = [await makeToken(vault)];
  let rotating = await makeToken(vault, "to.be.rotated@example.com");
  const object = { fields: { email: secretEmail, name: "Jane" } };
  const [encrypted_object] = await crypto.encrypt({ ...about, requestBody: [{ object }] });
  assert(encrypted_object);
  const spoilt = { encrypted_object: { ...encrypted_object, ciphertext: "AAAA" } };
  const unusable = exampleHost({ settings: { maxTags: 0 } });
  /** @type {[string, () => Promise<unknown>, string?][]} */
  const requests = [
    ["tokenize", () => tokens.tokenize({ ...about, requestBody: [{ type: "pci", object }] })],
    ["detokenize", () => tokens.detokenize({ ...about, tokenIds, options: ["include_metadata"] })],
    ["search", () => tokens.searchTokens({ ...about, requestBody: { token_ids: tokenIds } })],
    ["count", () => tokens.getTokensCount(about)],
    [
      "rotate",
      async () => {
        const { [rotating]: rotated = "" } = await tokens.rotateTokens({ ...about, tokenIds: [rotating] });
        rotating = rotated;
      },
    ],
    [
      "tokenize and delete",
      async () => {
        const requestBody = [{ type: /** @type {const} */ ("randomized"), object }];
        const [{ token_id } = { token_id: "" }] = await tokens.tokenize({ ...about, requestBody });
        await tokens.deleteTokens({ ...about, tokenIds: [token_id] });
      },
    ],
    ["encrypt", () => crypto.encrypt({ ...about, requestBody: [{ object }] })],
    ["decrypt", () => crypto.decrypt({ ...about, requestBody: [{ encrypted_object }] })],
    [
      "update encrypted",
      () => crypto.updateEncrypted({ ...about, requestBody: [{ encrypted_object, fields: { name: "Joe" } }] }),
    ],
    ["hash", () => crypto.hashObjects({ ...about, requestBody: [{ object }] })],
    [
      "transaction again",
      () => tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }], transactionId: "the same" }),
    ],
    ["what JSON cannot carry", () => tokens.getTokensCount(/** @type {any} */ ({ ...about, [`key${next()}`]: NaN })), "PV1012"],
    ["longer than a request may be", () => tokens.detokenize({ ...about, tokenIds: [tooLong] }), "VL1001"],
    ["wrong request ID", () => vault.as("jane", { requestId: ` ${next()}` }).tokens.getTokensCount(about), "PV1012"],
    ["wrong form", () => tokens.tokenize({ ...about, requestBody: /** @type {any} */ (next()) }), "PV1012"],
    ["unknown key", () => tokens.getTokensCount({ ...about, [`key${next()}`]: 1 }), "PV1012"],
    ["unknown collection", () => tokens.getTokensCount({ ...about, collection: `name${next()}` }), "PV1004"],
    ["unknown token IDs", () => tokens.rotateTokens({ ...about, tokenIds: [`id${next()}`] }), "PV3087"],
    ["ciphertext that does not open", () => crypto.decrypt({ ...about, requestBody: [spoilt] }), "VL3003"],
    ["refused setting", () => openVault(unusable), "VL1000"],
  ];
  return requests.map(([name, call, code]) => ({ name, call: () => mustEnd(call(), code) }));
}

/**
 * A clock that cannot even be looked up.
 * @returns {Promise<Kind>}
 */
async function clockless() {
  let opened = false;
  const get = () => (opened ? throws(() => {}) : Date.now);
  const vault = await openVault(Object.defineProperty(exampleHost(), "clock", { get }));
  opened = true;
  const call = () => mustEnd(vault.as("jane").tokens.getTokensCount(about), "PV1000");
  return { name: "clock cannot be looked up", call };
}

/**
 * More than may be under way, while one call is.
 * @returns {Promise<Kind>}
 */
async function crowded() {
  const settings = { maxRequestBytes: 100, maxPendingBytes: 100, timeoutMs: 500 };
  const { tokens } = (await openExample({ settings, policy: () => new Promise(() => {}) })).as("jane");
  let occupied = false;
  const occupy = async () => {
    occupied = true;
    await mustEnd(tokens.getTokensCount(about), "PV1009");
    occupied = false;
  };
  return {
    name: "more than may be under way",
    call() {
      if (!occupied) void occupy();
      return mustEnd(tokens.getTokensCount(about), "VL1002");
    },
  };
}

/** Longer than a request may be, and than an instance has memory. */
const tooLong = "x".repeat(9_000_000);

/**
 * The ways in which a vault ends.
 * @returns {Kind[]}
 */
function ending() {
  /** @type {[string, object, ((vault: Vault) => void)?][]} */
  const ways = [
    ["closed at rest", {}, (vault) => vault.close()],
    ["closed while the policy is asked", { policy: () => new Promise(() => {}) }, (vault) => void setImmediate(vault.close)],
    ["trapped by the policy's words", { policy: () => ({ allow: false, because: "policy", message: tooLong }) }],
    ["trapped in a later turn", { policy: async () => ({ allow: false, because: "policy", message: tooLong }) }],
  ];
  return ways.map(([name, overrides, end]) => ({
    name,
    ends: true,
    async call() {
      const vault = await openExample({ keys, ...overrides });
      if (name === "closed at rest") await makeToken(vault);
      end?.(vault);
      await mustEnd(vault.as("jane").tokens.getTokensCount(about), "VL5002");
    },
  }));
}

const keys = generateKeys();

/** Opens a vault for each kind that needs one of its own. */
export async function openKinds() {
  const kinds = await requesting();
  for (const callback of callbacks) {
    for (const behaviour of behaviours[callback]) kinds.push(await updating(callback, behaviour));
  }
  kinds.push(await updating("policy", ["answers at once", (good) => good()]), await clockless(), await crowded(), ...ending());
  return kinds;
}
