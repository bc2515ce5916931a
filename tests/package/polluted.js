// @ts-check
// A program for `polluted.test.js`: puts the names that it is told on `Object.prototype`, a few at a time and with one
// value after the other, and tries what they could change. Prints what came out otherwise than without them.

import { readFileSync } from "node:fs";

import { VaultError, generateKeys, openVault } from "vaultlet";
import { iam, iamToml } from "vaultlet/policy/iam";
import { d1Store } from "vaultlet/store/d1";
import { durableObjectStore } from "vaultlet/store/durable-object";
import { memoryStore } from "vaultlet/store/memory";
import { postgresStore } from "vaultlet/store/postgres";
import { redisStore } from "vaultlet/store/redis";
import { sqliteStore } from "vaultlet/store/sqlite";

import { about, collections, exampleHost, makeToken } from "./example-host.js";

/** @import { Policy, Row, VaultOptions } from "vaultlet" */

/** @type {string[]} */
const names = JSON.parse(readFileSync(0, "utf8"));

/** One name that shows is enough; those of a row that do not show hide nothing. */
const AT_ONCE = 12;

let called = 0;
const allowing = () => {
  called += 1;
  return { allow: true };
};
const secret = "A".repeat(43);
const everything = { capabilities: ["*"], policies: ["*"] };
const allow = { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] };

/** What somebody may have put there: whatever would allow, configure or store something. @type {unknown[]} */
const values = [
  true,
  false,
  1,
  "admin",
  secret,
  ["*"],
  allowing,
  { ...allow, ...everything, allow: true, name: "admin", role: "All", admin: { role: "All" }, All: everything, kty: "oct", k: secret },
  { primary: "a", data: { a: secret }, index: "B".repeat(43), forceAccessReason: false, customers: collections["customers"] },
];

const configuration = () => ({
  users: { admin: { role: "All" }, reader: { role: "Reader", tenants: ["acme"] }, gone: { role: "All", disabled: true } },
  roles: { All: everything, Reader: { capabilities: ["CapTokensReader"], policies: ["Some"] } },
  policies: { All: { ...allow }, Some: { ...allow, operations: ["read"] } },
});
const toml = `
  [users.admin]
  role = "All"
  [users.reader]
  role = "Reader"
  tenants = ["acme"]
  [roles.All]
  capabilities = ["*"]
  policies = ["*"]
  [roles.Reader]
  capabilities = ["CapTokensReader"]
  policies = ["Some"]
  [policies.Some]
  policy_type = "allow"
  operations = ["read"]
  reasons = ["*"]
  resources = ["*"]
`;

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

const prepared = configuration();
const options = exampleHost();
const { keys, store, policy } = options;
const vault = await openVault(options);
const tokenId = await makeToken(vault);
const rows = /** @type {import("vaultlet/store/memory").MemoryStore} */ (store).rows();
const opened = {
  silent: await openVault(exampleHost({ policy: () => /** @type {any} */ ({}) })),
  denying: await openVault(exampleHost({ policy: () => ({ allow: false }) })),
  byIam: await openVault(exampleHost({ policy: iam(/** @type {any} */ (configuration())) })),
  byToml: await openVault(exampleHost({ policy: iamToml(toml) })),
  emptyRows: await openVault(exampleHost({ keys, store: { read: () => /** @type {any} */ ([{}]) } })),
  holes: await openVault(exampleHost({ keys, store: { read: () => new Array(1) } })),
};

/** What a store asks its engine, where the engine finds nothing. @param {(engine: any) => import("vaultlet").Store} make */
function askedBy(make) {
  /** @type {string[]} */
  const asked = [];
  const ask = (/** @type {string} */ text) => {
    asked.push(text);
    const statement = { all: () => [], run: () => {}, bind: () => ({ all: async () => ({ results: [] }) }), toArray: () => [] };
    return { ...statement, rows: [], 0: [], 1: "", length: 2, [Symbol.iterator]: [][Symbol.iterator], map: () => [] };
  };
  const engine = { query: async (/** @type {string} */ text) => ask(text), prepare: ask, exec: ask, batch: ask, eval: async () => [], pipeline: ask };
  return { asked, store: make({ ...engine, sql: { exec: ask }, transactionSync: ask, eval: async (/** @type {string} */ text) => [ask(text) && [], ""] }) };
}

/** @type {Record<string, (engine: any, options?: any) => import("vaultlet").Store>} */
const makers = { postgresStore, sqliteStore, d1Store, durableObjectStore, redisStore };
const engines = Object.values(makers).map((make) => askedBy(make));
/** An engine that has broken down, in the midst of a write. */
const broken = postgresStore({ query: () => Promise.reject(new Error("the connection broke")) });

/** What a call comes to: an error's code, or that it worked. @param {() => unknown} run */
async function outcomeOf(run) {
  try {
    await run();
    return "worked";
  } catch (error) {
    return error instanceof VaultError && Object.hasOwn(error, "code") ? String(error.code) : `another error: ${error}`;
  }
}

const count = (/** @type {any} */ vault, /** @type {unknown} */ caller = {}) => outcomeOf(() => vault.as(caller).tokens.getTokensCount(about));
/** @param {object} lacking */
const open = (lacking) => outcomeOf(() => openVault(/** @type {any} */ ({ keys, collections, store, policy, ...lacking })));
/** @param {Policy} policy @param {unknown} caller */
const decided = (policy, caller) => outcomeOf(() => {
  const decision = /** @type {any} */ (policy({ ...question, caller }));
  if (Object.hasOwn(decision, "allow") && decision.allow === true) return;
  throw new Error("denied");
});

/** @type {[string, () => Promise<string>][]} */
const trials = [
  ["a policy that answers an empty object", () => count(opened.silent)],
  ["a policy that denies", () => count(opened.denying)],
  ["iam: a caller without a name", () => count(opened.byIam)],
  ["iam: a caller who is no object", () => count(opened.byIam, () => {})],
  ["iam: a user who may not", () => count(opened.byIam, { name: "reader" })],
  ["iam: a disabled user", () => count(opened.byIam, { name: "gone" })],
  ["iamToml: a caller without a name", () => count(opened.byToml)],
  ["iamToml: a user who may not", () => count(opened.byToml, { name: "reader" })],
  ["iam, made meanwhile: a caller without a name", () => decided(iam(/** @type {any} */ (prepared)), {})],
  ["iam, made meanwhile: a user who may not", () => decided(iam(/** @type {any} */ (prepared)), { name: "reader" })],
  ["iamToml, made meanwhile: a user who may not", () => decided(iamToml(toml), { name: "reader" })],
  ["iam of nothing", () => outcomeOf(() => iam(/** @type {any} */ ({})))],
  ["iam: a user without a role", () => outcomeOf(() => iam(/** @type {any} */ ({ ...prepared, users: { jane: {} } })))],
  ["iam: a policy of nothing", () => outcomeOf(() => iam(/** @type {any} */ ({ ...prepared, policies: { P: {} } })))],
  ["no options", () => outcomeOf(() => openVault(/** @type {any} */ ({})))],
  ["no keys", () => open({ keys: undefined })],
  ["keys of nothing", () => open({ keys: {} })],
  ["no index key", () => open({ keys: { primary: keys.primary, data: keys.data } })],
  ["a JWK of nothing", () => open({ keys: { ...keys, index: {} } })],
  ["no collections", () => open({ collections: undefined })],
  ["a property without a type", () => open({ collections: { customers: { properties: { email: {} } } } })],
  ["no store", () => open({ store: undefined })],
  ["a store without `read`", () => open({ store: {} })],
  ["no policy", () => open({ policy: undefined })],
  ["a keyring to go on from, of nothing", () => outcomeOf(() => generateKeys(/** @type {any} */ ({})))],
  ["a store whose rows are empty", () => outcomeOf(() => opened.emptyRows.as("").tokens.detokenize({ ...about, tokenIds: [tokenId] }))],
  ["a store whose rows are holes", () => outcomeOf(() => opened.holes.as("").tokens.detokenize({ ...about, tokenIds: [tokenId] }))],
  [
    "settings that are absent",
    () =>
      outcomeOf(async () => {
        const vault = await openVault({ keys, collections, store, policy });
        await vault.as("").tokens.getTokensCount({ collection: "customers" });
      }),
  ],
  [
    "settings",
    () =>
      outcomeOf(async () => {
        const vault = await openVault({ keys, collections, store, policy, settings: { forceAccessReason: false } });
        await vault.as("").tokens.getTokensCount({ collection: "customers" });
      }),
  ],
  [
    "a store without `write`",
    () =>
      outcomeOf(async () => {
        const vault = await openVault({ keys, collections, store: { read: (query) => store.read(query) }, policy });
        await vault.as("").tokens.deleteTokens({ ...about, tokenIds: [tokenId] });
      }),
  ],
  [
    "a store in memory",
    () =>
      outcomeOf(() => {
        const kept = memoryStore();
        for (const row of rows) kept.write([{ key: row.key, expect: null, row }]);
        const [row] = /** @type {[Row]} */ (/** @type {unknown} */ (rows));
        const terms = { terms: row.terms, state: /** @type {const} */ ("any"), now: 0, after: null, limit: 10 };
        const found = kept.read(terms).length + kept.read({ claims: row.claims }).length + kept.read({ claims: [] }).length;
        if (found !== 2) throw new Error(`found ${found}`);
      }),
  ],
  ...Object.entries(makers).map(([name, make]) => /** @type {[string, () => Promise<string>]} */ ([`${name} of nothing`, () => outcomeOf(() => make({}))])),
  [
    "stores: a query by terms is one",
    () =>
      outcomeOf(async () => {
        for (const { asked, store } of engines) {
          asked.length = 0;
          await store.read({ terms: ["t"], state: "any", now: 0, after: null, limit: 10 });
          if (asked.some((text) => !/state|\bt0?\.term = /.test(text))) throw new Error(`asked ${asked}`);
        }
      }),
  ],
  ["a write whose engine broke down is not refused", () => outcomeOf(() => broken.write([]))],
  [
    "a vault as before",
    () =>
      outcomeOf(async () => {
        const { tokens } = vault.as("jane");
        const [found] = await tokens.detokenize({ ...about, tokenIds: [tokenId], props: ["email"] });
        if (found?.fields["email"] !== "jane.secret@example.com") throw new Error("the wrong answer");
      }),
  ],
];

const outcomes = async () => {
  /** @type {Record<string, string>} */
  const each = {};
  for (const [trial, run] of trials) each[trial] = await run();
  return each;
};

const expected = await outcomes();
/** @type {string[]} */
const found = [];
for (let at = 0; at < names.length; at += AT_ONCE) {
  const together = names.slice(at, at + AT_ONCE);
  for (const value of values) {
    called = 0;
    for (const name of together) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false, writable: true });
    }
    const came = await outcomes();
    for (const name of together) delete (/** @type {any} */ (Object.prototype)[name]);
    const says = `${together}: ${typeof value === "object" ? JSON.stringify(value) : value}`;
    for (const [trial, outcome] of Object.entries(came)) {
      if (outcome !== expected[trial]) found.push(`${says}: ${trial}: ${outcome}`);
    }
    if (called > 0) found.push(`${says}: it was called`);
  }
}
const { total } = await vault.as("").tokens.getTokensCount(about);
console.log(JSON.stringify({ expected, found, total }));
