// @ts-check
// A program for `polluted.test.js`: puts something else in the place of each of JavaScript's own functions, one after
// the other, and makes calls. Each must work or end in an error; what is refused stays refused, and no audit is missed.
// Prints what was otherwise.

import { VaultError, openVault } from "vaultlet";
import { iam } from "vaultlet/policy/iam";
import { memoryStore } from "vaultlet/store/memory";

import { about, exampleHost, makeToken } from "./example-host.js";
import { placesToReplace } from "./places-to-replace.js";

// As they were: what is at work here must not be replaced itself.
const { setTimeout: startTimer, Promise: Native } = globalThis;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const { stringify } = JSON;

const kept = memoryStore();
/** @type {import("vaultlet").Row[]} */
let fixed = [];
let writes = 0;
let told = 0;
let failing = false;
/** A store that uses nothing which is replaced; it keeps one row as it was. */
const store = {
  read: async () => fixed,
  write: async () => {
    writes += 1;
    return true;
  },
};
const audit = async () => {
  told += 1;
  if (failing) throw new Error("the audit's own");
};

const host = exampleHost({ store: kept });
const tokenId = await makeToken(await openVault(host));
fixed = kept.rows();
const options = { ...host, store, audit, settings: { timeoutMs: 100 } };
/** @type {any} */
const configuration = {
  users: { admin: { role: "All" }, reader: { role: "Reader" }, acme: { role: "All", tenants: ["acme"] }, weak: { role: "Weak" } },
  roles: { All: { capabilities: ["*"], policies: ["*"] }, Weak: { policies: ["*"] }, Reader: { capabilities: ["CapTokensWriter"], policies: ["Some"] } },
  policies: {
    All: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] },
    Some: { policy_type: "allow", operations: ["tokenize"], reasons: ["*"], resources: ["customers/properties/name"] },
  },
};
const allowing = (await openVault({ ...options, policy: async () => ({ allow: true }) })).as("jane").tokens;
const denying = (await openVault({ ...options, policy: async () => ({ allow: false }) })).as("jane").tokens;
const rejecting = (await openVault({ ...options, policy: () => Native.reject(new Error("the policy's own")) })).as("jane").tokens;
const byIam = await openVault({ ...options, policy: iam(configuration) });
const reader = byIam.as({ name: "reader" }).tokens;
const acme = byIam.as({ name: "acme" }).tokens;
const weak = byIam.as({ name: "weak" }).tokens;
const nobody = byIam.as({}).tokens;
const heir = byIam.as(Object.create({ name: "admin" })).tokens;

/** @type {any} */
const update = { ...about, tokenIds: [tokenId], requestBody: { tags: ["new"] } };

/** @param {any} tokens */
const outcomeOf = (tokens) =>
  new Native((resolve) => {
    const timer = startTimer(() => resolve("hangs"), 2_000);
    const end = (/** @type {string} */ outcome) => {
      clear(timer);
      resolve(outcome);
    };
    try {
      // Its own `then`, as it was: an `await` of another's would use it as well.
      apply(then, tokens.updateTokens(update), [() => end("worked"), (/** @type {any} */ error) => end(error instanceof VaultError ? error.code : "another error")]);
    } catch {
      end("another error");
    }
  });
const { clearTimeout: clear } = globalThis;
const { apply } = Reflect;
const { then } = Promise.prototype;

/** @type {string[]} */
const found = [];
let tried = 0;

/** @param {string} says */
async function tryAll(says) {
  for (let at = 0; at < trials.length; at += 1) {
    const { name, tokens, fails } = /** @type {typeof trials[0]} */ (trials[at]);
    failing = fails;
    told = writes = 0;
    const outcome = await outcomeOf(tokens);
    tried += 1;
    const may = name === "allowed";
    if (outcome === "hangs") found[found.length] = `${says}: ${name}: hangs`;
    if (!may && (outcome === "worked" || writes > 0)) found[found.length] = `${says}: ${name}: ${outcome}, ${writes} writes`;
    if (writes > 0 && told === 0) found[found.length] = `${says}: ${name}: written, and the audit was not told`;
  }
}
const trials = [
  { name: "allowed", tokens: allowing, fails: false },
  { name: "an audit that fails", tokens: allowing, fails: true },
  { name: "denied", tokens: denying, fails: false },
  { name: "a policy that rejects", tokens: rejecting, fails: false },
  { name: "iam: without the right", tokens: reader, fails: false },
  { name: "iam: outside the tenants", tokens: acme, fails: false },
  { name: "iam: without the capability", tokens: weak, fails: false },
  { name: "iam: nobody", tokens: nobody, fails: false },
  { name: "iam: a name that is inherited", tokens: heir, fails: false },
];

await tryAll("nothing is replaced");

const places = placesToReplace();
for (let at = 0; at < places.length; at += 1) {
  const { says, holder, name, value } = /** @type {import("./places-to-replace.js").Place} */ (places[at]);
  const before = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(holder, name));
  defineProperty(holder, name, { value, configurable: true, writable: true, enumerable: false });
  try {
    await tryAll(says);
  } finally {
    defineProperty(holder, name, before);
  }
}
console.log(stringify({ found, tried }));
