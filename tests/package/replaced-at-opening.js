// @ts-check
// A program for `polluted.test.js`: puts something else in the place of each of JavaScript's own functions, one after
// the other, and opens vaults, makes keyrings and policies meanwhile. Each is as ever, or there is an error: no key is
// another than was given, none repeats, none is lost, and no policy allows more. Prints what was otherwise.

import { generateKeys, openVault } from "vaultlet";
import { iam } from "vaultlet/policy/iam";
import { memoryStore } from "vaultlet/store/memory";

import { about, exampleHost, makeToken, tagsOf } from "./example-host.js";
import { placesToReplace } from "./places-to-replace.js";

// As they were: what is at work here must not be replaced itself.
const { defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;
const { apply, deleteProperty } = Reflect;
const { Promise: Native, setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const { then } = Native.prototype;
const { stringify } = JSON;

const keys = generateKeys();
const kept = memoryStore();
const host = exampleHost({ keys, store: kept });
const tokenId = await makeToken(await openVault(host));

/** @type {any} */
const allow = { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] };
/** @type {any} */
const configuration = {
  users: { reader: { role: "Reader" }, acme: { role: "All", tenants: ["acme"] }, gone: { role: "All", disabled: true }, barred: { role: "Barred" }, weak: { role: "Weak" } },
  roles: {
    All: { capabilities: ["*"], policies: ["All"] },
    Weak: { policies: ["*"] },
    Barred: { capabilities: ["*"], policies: ["All", "None"] },
    Reader: { capabilities: ["*"], policies: ["Some"] },
  },
  policies: {
    All: allow,
    Some: { ...allow, operations: ["read"], resources: ["customers/properties/name*"] },
    None: { ...allow, policy_type: "deny", operations: ["stats"], resources: ["*/tokens"] },
  },
};
const users = ["reader", "acme", "gone", "barred", "weak", "nobody"];
/** @type {any} */
const question = {
  action: "tokens.count",
  capabilities: ["CapTokensReader"],
  checks: [{ operation: "stats", resource: "customers/tokens" }],
  input: "none",
  collection: "customers",
  tenantIds: [],
  reason: "Maintenance",
};
/** @param {import("vaultlet").Policy} policy */
function allowedBy(policy) {
  for (let at = 0; at < users.length; at += 1) {
    const decision = /** @type {any} */ (policy({ ...question, caller: { name: users[at] } }));
    if (hasOwn(decision, "allow") && decision.allow === true) return users[at];
  }
  return undefined;
}

/** What is made while something is replaced; an error is an answer. @template T @param {() => T} make */
function made(make) {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** As it is in this time: the language itself asks a promise for its `then`, which may never call. */
const MILLIS = 200;

/** By its own `then`, as it was. @template T @param {Promise<T>} promise @returns {Promise<T | undefined>} */
const settled = (promise) =>
  new Native((resolve) => {
    const timer = startTimer(resolve, MILLIS);
    const end = (/** @type {T | undefined} */ value) => {
      stopTimer(timer);
      resolve(value);
    };
    apply(then, promise, [end, () => end(undefined)]);
  });

/** Of a vault that is of no use, and of no harm. */
const ENDED = ["PV1000", "VL5002"];

/** @type {string[]} */
const found = [];
/** Every secret that was made. @type {Set<string>} */
const secrets = new Set();
let trying = "";
process.on("exit", () => void (trying !== "" && console.error(`ended at ${trying}`)));
let opened = 0;
let tried = 0;

/** @param {string} says */
async function trial(says, /** @type {() => void} */ replace, /** @type {() => void} */ restore) {
  trying = says;
  replace();
  /** @type {import("vaultlet").Policy | undefined} */
  let policy;
  let fresh, longer, during, vault;
  try {
    fresh = made(() => generateKeys());
    longer = made(() => generateKeys(keys));
    policy = made(() => iam(configuration));
    during = policy && made(() => allowedBy(/** @type {import("vaultlet").Policy} */ (policy)));
    const opening = made(() => openVault(host));
    // What is awaited goes on with everything replaced.
    vault = opening && (await settled(opening));
  } finally {
    restore();
  }
  tried += 1;
  for (const each of [fresh, longer]) {
    if (each === undefined) continue;
    const added = /** @type {string[]} */ ([each === fresh ? each.index : undefined, each.data[each.primary]].filter((text) => text !== undefined));
    for (const secret of added) {
      if (!/^[\w-]{43}$/.test(secret)) found.push(`${says}: a secret that is none`);
      if (secrets.has(secret)) found.push(`${says}: a secret again`);
      secrets.add(secret);
    }
  }
  if (longer && (longer.index !== keys.index || longer.data[keys.primary] !== keys.data[keys.primary])) found.push(`${says}: a key was lost`);
  if (during !== undefined) found.push(`${says}: ${during} was allowed meanwhile`);
  const after = policy && made(() => allowedBy(/** @type {import("vaultlet").Policy} */ (policy)));
  if (after !== undefined) found.push(`${says}: ${after} was allowed afterwards`);
  if (vault === undefined) return;
  opened += 1;
  // With the keys that it was given, and with no others: else it would find nothing, or nothing that it can open.
  const tags = await tagsOf(vault, tokenId).catch((error) => error.code);
  if (tags?.[0] !== "old" && !ENDED.includes(tags)) found.push(`${says}: another key: ${tags}`);
  vault.close();
}

await trial("nothing is replaced", () => {}, () => {});
for (const { says, holder, name, value } of placesToReplace()) {
  const before = getOwnPropertyDescriptor(holder, name);
  await trial(
    says,
    () => defineProperty(holder, name, { value, configurable: true, writable: true, enumerable: false }),
    () => (before === undefined ? deleteProperty(holder, name) : defineProperty(holder, name, before)),
  );
}
trying = "";
const { total } = await (await openVault(host)).as("").tokens.getTokensCount(about);
console.log(stringify({ found, tried, opened, total }));
