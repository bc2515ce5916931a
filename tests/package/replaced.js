// @ts-check
// A program for `polluted.test.js`: puts something else in the place of each of JavaScript's own functions, one after
// the other, and makes calls. Each must work or end in an error; what is refused stays refused, and no audit is missed.
// Prints what was otherwise.

import { VaultError, openVault } from "vaultlet";
import { iam } from "vaultlet/policy/iam";
import { memoryStore } from "vaultlet/store/memory";

import { about, exampleHost, makeToken } from "./example-host.js";

// As they were: what is at work here must not be replaced itself.
const { setTimeout: startTimer, Promise: Native } = globalThis;
const { defineProperty, getOwnPropertyNames, getOwnPropertyDescriptor } = Object;
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
];

await tryAll("nothing is replaced");

/** Without these no microtask of Node's runs, nor any spread in wasm-bindgen's code: the process ends. */
const OF_NODE = ["Array.pop", "Array.Symbol.iterator"];

/** @extends {Promise<any>} */
class Polyfill extends Promise {}
const instead = [
  () => true,
  () => undefined,
  () => [],
  () => {
    throw new Error("replaced");
  },
];

/** @type {[string, any, string, any][]} */
const places = [];
for (const name of ["setTimeout", "clearTimeout", "JSON", "crypto", "atob", "Reflect", "Promise"]) {
  for (const value of [...instead, {}, undefined]) places.push([name, globalThis, name, value]);
}
places.push(["Promise, by a polyfill", globalThis, "Promise", Polyfill]);
const objects = { JSON, Reflect, Object, Array, Number, String, crypto: Object.getPrototypeOf(crypto), Promise };
for (const [name, object] of Object.entries(objects)) {
  for (const member of getOwnPropertyNames(object)) {
    if (["prototype", "length", "name", "constructor"].includes(member) || typeof getOwnPropertyDescriptor(object, member)?.value !== "function") continue;
    for (const value of instead) places.push([`${name}.${member}`, object, member, value]);
  }
}
const prototypes = { Array, String, Map, Set, WeakSet, RegExp, Promise, Function, Object };
for (const [name, { prototype }] of Object.entries(prototypes)) {
  for (const member of getOwnPropertyNames(prototype)) {
    if (member === "constructor" || OF_NODE.includes(`${name}.${member}`) || typeof getOwnPropertyDescriptor(prototype, member)?.value !== "function") continue;
    for (const value of instead) places.push([`${name}.prototype.${member}`, prototype, member, value]);
  }
  const iterator = /** @type {any} */ (prototype)[Symbol.iterator];
  if (typeof iterator === "function" && !OF_NODE.includes(`${name}.Symbol.iterator`)) for (const value of instead) places.push([`${name}.prototype[Symbol.iterator]`, prototype, /** @type {any} */ (Symbol.iterator), value]);
}

for (let at = 0; at < places.length; at += 1) {
  const place = /** @type {any} */ (places[at]);
  const says = `${place[0]}: ${typeof place[3] === "function" ? place[3].toString() : typeof place[3]}`;
  const before = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(place[1], place[2]));
  defineProperty(place[1], place[2], { value: place[3], configurable: true, writable: true, enumerable: false });
  try {
    await tryAll(says);
  } finally {
    defineProperty(place[1], place[2], before);
  }
}
console.log(stringify({ found, tried }));
