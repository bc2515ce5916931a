// @ts-check
// A program for `polluted.test.js`: makes all calls in a realm whose built-ins are frozen, as hardened hosts have it, and
// with each of the names that it is told on `Object.prototype`, read-only, and then as an accessor that swallows what is
// assigned. Prints what came out otherwise than without.
//
// `node hardened.js before`: frozen before the package is loaded; `after`: afterwards.

import { readFileSync } from "node:fs";

/** @type {string[]} */
const names = JSON.parse(readFileSync(0, "utf8"));

const { defineProperty, freeze, getOwnPropertyDescriptors, getPrototypeOf } = Object;

/** Every function of the realm, and its prototype. */
function freezeBuiltIns() {
  const typedArray = getPrototypeOf(Uint8Array);
  const iterators = [[].values(), new Map().values(), new Set().values(), (function* () {})(), (async function* () {})()].map(getPrototypeOf);
  const functions = Object.values(getOwnPropertyDescriptors(globalThis)).flatMap(({ value }) => (typeof value === "function" ? [value] : []));
  for (const made of [...functions, typedArray, async function () {}.constructor]) {
    if (made.prototype) freeze(made.prototype);
    freeze(made);
  }
  for (const other of [...iterators, Math, JSON, Reflect, Atomics, WebAssembly]) freeze(other);
}

const [, , when] = process.argv;
if (when === "before") freezeBuiltIns();
const { VaultError, generateKeys, openVault } = await import("vaultlet");
const { iam } = await import("vaultlet/policy/iam");
const { memoryStore } = await import("vaultlet/store/memory");
if (when === "after") freezeBuiltIns();

const about = /** @type {const} */ ({ collection: "people", reason: "AppFunctionality" });
const keys = generateKeys();
/** @type {import("vaultlet/policy/iam").IamPolicy} */
const allow = { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["people/properties/constructor", "people/tokens"] };
const byRole = iam({
  users: { jane: { role: "Clerk" } },
  roles: { Clerk: { capabilities: ["*"], policies: ["Some"] } },
  policies: { Some: allow },
});

/** What a property of each of these names comes to: they are members of `Object.prototype`. */
const fields = { constructor: "Jane", toString: "Joe", valueOf: "1" };
const properties = Object.fromEntries(Object.keys(fields).map((name) => [name, { type: /** @type {const} */ ("STRING") }]));

/** @type {string[]} */
let told = [];
/** Callbacks that answer at once, and such that answer later; every fourth write is refused once. @param {boolean} later */
async function open(later) {
  const store = memoryStore();
  let writes = 0;
  /** @type {<T>(value: T) => any} */
  const answer = (value) => (later ? Promise.resolve(value) : value);
  return openVault({
    keys,
    collections: { people: { properties } },
    store: {
      read: (query) => answer(store.read(query)),
      write: (changes) => answer((writes += 1) % 4 === 2 ? false : store.write(changes)),
    },
    policy: (question) => {
      told.push(`asked ${Object.keys(question).sort()} ${question.capabilities} ${question.checks.map((check) => Object.values(check))}`);
      return answer(question.caller.name === "root" ? { allow: true } : byRole(question));
    },
    audit: (event) => {
      told.push(`told ${Object.keys(event).sort()} ${event.decision} ${Object.hasOwn(event, "code") && event.code} ${event.tokens} ${event.checks.map(({ resource }) => resource)}`);
      return answer(undefined);
    },
    clock: () => 1_700_000_000_000,
    reload: () => answer({ collections: { people: { properties } } }),
  });
}

/** Every operation, and errors of each origin; IDs and ciphertexts are left out of what came. @param {boolean} later */
async function callAll(later) {
  told = [];
  /** @type {string[]} */
  const came = [];
  const vault = await open(later);
  const { tokens, crypto } = vault.as({ name: "root" }, { requestId: "r1" });
  const clerk = vault.as({ name: "jane" }).tokens;
  const object = { fields };
  /** @type {(run: () => Promise<any>) => Promise<any>} */
  const call = async (run) => {
    try {
      const answer = await run();
      came.push(JSON.stringify(answer)?.replaceAll(/"(token_id|ciphertext)":"[^"]*"|"[0-9a-f-]{36}"/g, "an ID") ?? "nothing");
      return answer;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      came.push(`${error.name} ${error.code} ${error.status} ${error.message} ${JSON.stringify(error.context)} ${JSON.stringify(error)}`);
      return undefined;
    }
  };
  const [{ token_id }] = (await call(() => tokens.tokenize({ ...about, requestBody: [{ type: "pci", object, tags: ["a"] }] }))) ?? [{}];
  await call(() => tokens.updateTokens({ ...about, tokenIds: [token_id], reloadCache: true, requestBody: { tags: ["b"], object: { fields: { constructor: "New" } } } }));
  await call(() => tokens.detokenize({ ...about, tokenIds: [token_id], options: ["include_metadata"] }));
  await call(() => tokens.searchTokens({ ...about, requestBody: { tags: ["b"] } }));
  await call(() => tokens.getTokensCount(about));
  const moved = await call(() => tokens.rotateTokens({ ...about, tokenIds: [token_id], transactionId: "t" }));
  await call(() => clerk.detokenize({ ...about, tokenIds: Object.values(moved ?? {}) }));
  await call(() => clerk.detokenize({ ...about, tokenIds: Object.values(moved ?? {}), props: ["toString"] }));
  await call(() => clerk.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { valueOf: "2" } } }] }));
  await call(() => tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { nothing: 1 } } }] }));
  await call(() => tokens.tokenize({ ...about, requestBody: [/** @type {any} */ ({ type: "pci", object: { fields: { constructor: NaN } } })] }));
  await call(() => tokens.getTokensCount(/** @type {any} */ ({ ...about, reason: "none" })));
  await call(() => tokens.deleteTokens({ ...about, tokenIds: Object.values(moved ?? {}) }));
  const [sealed] = (await call(() => crypto.encrypt({ ...about, requestBody: [{ object }] }))) ?? [{}];
  const [again] = (await call(() => crypto.updateEncrypted({ ...about, requestBody: [{ encrypted_object: sealed, fields: { valueOf: "3" } }] }))) ?? [{}];
  await call(() => crypto.decrypt({ ...about, requestBody: [{ encrypted_object: again }] }));
  await call(() => crypto.hashObjects({ ...about, requestBody: [{ object }] }));
  await call(() => openVault({ keys, collections: {}, store: memoryStore(), policy: () => ({ allow: true }), settings: { maxTags: 0 } }));
  vault.close();
  await call(() => tokens.getTokensCount(about));
  return [...came, ...told];
}

const expected = { now: await callAll(false), later: await callAll(true) };

/** @type {PropertyDescriptor[]} */
const planted = [
  { value: 1, writable: false, enumerable: false, configurable: true },
  { get: () => [], set() {}, enumerable: false, configurable: true },
];
/** @type {string[]} */
const found = [];
let refused = 0;
let trying = "";
process.on("exit", () => void (trying !== "" && console.error(`ended at ${trying}`)));
for (const name of when === undefined ? names : []) {
  for (const descriptor of planted) {
    for (const later of [false, true]) {
      /** @type {string[]} */
      let came = [];
      trying = `${name}, ${"value" in descriptor ? "read-only" : "accessor"}, ${later ? "later" : "at once"}`;
      defineProperty(Object.prototype, name, descriptor);
      try {
        came = await callAll(later);
      } catch (error) {
        came = [error instanceof VaultError ? "refused" : `another error: ${/** @type {any} */ (error)?.stack}`];
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
      const wanted = later ? expected.later : expected.now;
      if (came[0] === "refused") refused += 1;
      else if (came.join("\n") !== wanted.join("\n")) {
        const at = wanted.findIndex((line, index) => line !== came[index]);
        found.push(`${trying}: ${came[at] ?? "nothing"}\n  and not ${wanted[at]}`);
      }
    }
  }
}
trying = "";
console.log(JSON.stringify({ ...expected, found, refused }));
