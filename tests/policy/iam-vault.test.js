// @ts-check
// `iam` under a real vault: with exactly the rights that the design's table names every operation works, and without
// any one of them it is refused and nothing has happened.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError, generateKeys, openVault } from "vaultlet";
import { iam } from "vaultlet/policy/iam";
import { memoryStore } from "vaultlet/store/memory";

import { capabilities } from "./questions.js";

/** @import { AuditEvent, Capability, Collections, Reason, VaultClient } from "vaultlet" */
/** @import { IamConfiguration, IamOperation, IamPolicy } from "vaultlet/policy/iam" */

/** What there is in the vault. @typedef {{ active: string[], archived: string[], ciphertext: string, blob: Blob }} There */

/**
 * An operation, and the rights that it takes.
 * @typedef {object} Row
 * @property {string} name
 * @property {Capability[]} needs
 * @property {IamOperation[]} operations
 * @property {string[]} resources
 * @property {(client: VaultClient, there: There) => Promise<unknown>} call
 */

/** @type {Collections} */
const collections = { customers: { properties: { email: { type: "EMAIL" }, ssn: { type: "SSN", nullable: true }, photo: { type: "BLOB", nullable: true } } } };
const about = { collection: "customers", reason: /** @type {const} */ ("Maintenance") };
const object = { fields: { email: "jane@example.com", ssn: "078-05-1120" } };
const other = { fields: { email: "joe@example.com" } };
const archived = /** @type {const} */ (["archived"]);

const both = ["customers/properties/email", "customers/properties/ssn"];
const email = ["customers/properties/email"];
const photo = ["customers/properties/photo"];
const tokens = ["customers/tokens"];
const archivedTokens = ["customers/archived/tokens"];

/** @type {(...row: [Row["name"], Row["needs"], Row["operations"], Row["resources"], Row["call"]]) => Row} */
const row = (name, needs, operations, resources, call) => ({ name, needs, operations, resources, call });

const rows = [
  row("tokenize", ["CapTokensWriter"], ["tokenize"], both, ({ tokens }) =>
    tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }] }),
  ),
  row("tokenize a ciphertext", ["CapTokensWriter"], ["tokenize"], both, ({ tokens }, { ciphertext }) =>
    tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object: { encrypted: { ciphertext } } }] }),
  ),
  row("detokenize", ["CapTokensDetokenizer"], ["detokenize", "read"], both, ({ tokens }, { active }) =>
    tokens.detokenize({ ...about, tokenIds: active }),
  ),
  row("detokenize one property", ["CapTokensDetokenizer"], ["detokenize", "read"], email, ({ tokens }, { active }) =>
    tokens.detokenize({ ...about, tokenIds: active, props: ["email"] }),
  ),
  row("update metadata", ["CapTokensWriter"], ["write"], tokens, ({ tokens }, { active }) =>
    tokens.updateTokens({ ...about, tokenIds: active, requestBody: { tags: ["new"] } }),
  ),
  row("update metadata, archived", ["CapTokensWriter"], ["write"], archivedTokens, ({ tokens }, { archived: tokenIds }) =>
    tokens.updateTokens({ ...about, tokenIds, options: archived, requestBody: { tags: ["new"] } }),
  ),
  row("update data", ["CapTokensWriter"], ["tokenize"], email, ({ tokens }, { active }) =>
    tokens.updateTokens({ ...about, tokenIds: active, requestBody: { object: other } }),
  ),
  row("update data and metadata", ["CapTokensWriter"], ["tokenize"], email, ({ tokens }, { active }) =>
    tokens.updateTokens({ ...about, tokenIds: active, requestBody: { object: other, tags: ["new"] } }),
  ),
  row("rotate", ["CapTokensWriter"], ["write"], tokens, ({ tokens }, { active }) =>
    tokens.rotateTokens({ ...about, tokenIds: active }),
  ),
  row("search", ["CapTokensReader"], ["read"], tokens, ({ tokens }, { active }) =>
    tokens.searchTokens({ ...about, requestBody: { token_ids: active } }),
  ),
  row("search, archived", ["CapTokensReader"], ["read"], archivedTokens, ({ tokens }) =>
    tokens.searchTokens({ ...about, options: archived, requestBody: { tags: ["old"] } }),
  ),
  row("delete", ["CapTokensWriter"], ["delete"], tokens, ({ tokens }, { active }) =>
    tokens.deleteTokens({ ...about, tokenIds: active }),
  ),
  row("delete, archived", ["CapTokensWriter"], ["delete"], archivedTokens, ({ tokens }, { archived: tokenIds }) =>
    tokens.deleteTokens({ ...about, tokenIds, options: archived }),
  ),
  row("count", ["CapTokensReader"], ["stats"], tokens, ({ tokens }) => tokens.getTokensCount(about)),
  row("get by transaction ID", ["CapTransactionIdReader"], ["read"], tokens, ({ tokens }) =>
    tokens.getByTransactionId({ ...about, id: "first" }),
  ),
  row("encrypt", ["CapCryptoEncrypter"], ["encrypt"], both, ({ crypto }) =>
    crypto.encrypt({ ...about, requestBody: [{ object }] }),
  ),
  row(
    "update encrypted",
    ["CapCryptoDecrypter", "CapCryptoEncrypter"],
    ["decrypt", "encrypt"],
    both,
    ({ crypto }, { ciphertext }) =>
      crypto.updateEncrypted({ ...about, requestBody: [{ encrypted_object: { ciphertext }, fields: other.fields }] }),
  ),
  row("decrypt", ["CapCryptoDecrypter"], ["decrypt"], both, ({ crypto }, { ciphertext }) =>
    crypto.decrypt({ ...about, requestBody: [{ encrypted_object: { ciphertext } }] }),
  ),
  row("encrypt a blob", ["CapCryptoEncrypter"], ["encrypt"], photo, ({ crypto }) =>
    crypto.encryptBlob({ ...about, prop: "photo", requestBody: Uint8Array.of(1, 2, 3) }),
  ),
  row("decrypt a blob", ["CapCryptoDecrypter"], ["decrypt"], photo, ({ crypto }, { blob }) =>
    crypto.decryptBlob({ ...about, prop: "photo", requestBody: blob }),
  ),
  row("hash", ["CapCryptoHasher"], ["hash"], both, ({ crypto }) => crypto.hashObjects({ ...about, requestBody: [{ object }] })),
];

/** Every right, for the user who sets up, and what `jane` has. @type {(has: Capability[], policies: IamPolicy[]) => IamConfiguration} */
const configurationOf = (has, policies) => ({
  users: { setup: { role: "All" }, jane: { role: "Jane" }, gone: { role: "All", disabled: true } },
  roles: {
    All: { capabilities: ["*"], policies: ["All"] },
    Jane: { capabilities: has, policies: policies.map((_, index) => `P${index}`) },
  },
  policies: {
    All: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] },
    ...Object.fromEntries(policies.map((policy, index) => [`P${index}`, policy])),
  },
});

/**
 * A vault that has an active and an archived token and where `jane` has these rights.
 * @param {Capability[]} has
 * @param {IamPolicy[]} policies
 */
async function vaultFor(has, policies) {
  const store = memoryStore();
  /** @type {AuditEvent[]} */
  const events = [];
  const vault = await openVault({
    keys: generateKeys(),
    collections,
    store,
    policy: iam(configurationOf(has, policies)),
    audit: (event) => void events.push(event),
  });
  const { tokens, crypto } = vault.as({ name: "setup" });
  const make = async (/** @type {object} */ more) =>
    (await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object, tags: ["old"] }], ...more })).map(
      ({ token_id }) => token_id,
    );
  const there = {
    active: await make({ transactionId: "first" }),
    archived: await make({ expirationSecs: "0" }),
    ciphertext: (await crypto.encrypt({ ...about, requestBody: [{ object }] }))[0]?.ciphertext ?? "",
    blob: await crypto.encryptBlob({ ...about, prop: "photo", requestBody: Uint8Array.of(1, 2, 3) }),
  };
  events.length = 0;
  return { vault, store, events, there };
}

/** @type {(row: Row, overrides?: Partial<IamPolicy>) => IamPolicy} */
const allowing = ({ operations, resources }, overrides) => ({
  policy_type: "allow",
  operations,
  reasons: [about.reason],
  resources,
  ...overrides,
});

/**
 * @param {Row} row
 * @param {Capability[]} has
 * @param {IamPolicy[]} policies
 * @param {string} code
 * @param {unknown} [caller]
 */
async function refuses(row, has, policies, code, caller = { name: "jane" }) {
  const { vault, store, events, there } = await vaultFor(has, policies);
  const before = store.rows();
  const what = JSON.stringify({ has, policies, caller });
  await assert.rejects(row.call(vault.as(caller), there), (error) => {
    assert(error instanceof VaultError);
    assert.equal(error.code, code, what);
    assert(!JSON.stringify(error).includes("properties/"), "a resource in the error");
    return true;
  });
  assert.deepEqual(store.rows(), before, what);
  assert.deepEqual(
    events.map(({ decision }) => decision),
    ["denied"],
  );
}

for (const each of rows) {
  const { name, needs, operations, resources } = each;

  test(`${name}: works with exactly the rights that it takes`, async () => {
    const { vault, events, there } = await vaultFor(needs, [allowing(each)]);
    await each.call(vault.as({ name: "jane" }), there);
    assert.deepEqual(
      events.map(({ decision }) => decision),
      ["allowed"],
    );
  });

  test(`${name}: without any one of its capabilities it is PV1007`, async () => {
    for (const one of needs) {
      await refuses(each, capabilities.filter((capability) => capability !== one), [allowing(each)], "PV1007");
    }
    await refuses(each, needs, [allowing(each)], "PV1007", { name: "joe" });
    await refuses(each, needs, [allowing(each)], "PV1007", { name: "gone" });
    await refuses(each, needs, [allowing(each)], "PV1007", null);
  });

  test(`${name}: without any one of its operations or resources, or with one denied, it is PV1006`, async () => {
    const all = allowing(each, { operations: ["*"], resources: ["*"] });
    await refuses(each, needs, [], "PV1006");
    await refuses(each, needs, [allowing(each, { reasons: ["Marketing"] })], "PV1006");
    for (const operation of operations) {
      const others = /** @type {const} */ (["read", "write", "delete", "stats", "tokenize", "detokenize", "encrypt", "decrypt", "hash"]);
      await refuses(each, needs, [allowing(each, { operations: others.filter((other) => other !== operation) })], "PV1006");
      await refuses(each, needs, [all, allowing(each, { policy_type: "deny", operations: [operation] })], "PV1006");
    }
    for (const resource of resources) {
      const others = [...both, ...photo, ...tokens, ...archivedTokens].filter((other) => other !== resource);
      await refuses(each, needs, [allowing(each, { resources: others })], "PV1006");
      await refuses(each, needs, [all, allowing(each, { policy_type: "deny", resources: [resource] })], "PV1006");
    }
  });
}

test("the rows are all operations of a client", async () => {
  const { vault } = await vaultFor([], []);
  /** @type {Set<string>} */
  const called = new Set();
  const recorder = new Proxy(
    {},
    { get: (_, part) => new Proxy({}, { get: (_, method) => async () => void called.add(`${String(part)}.${String(method)}`) }) },
  );
  const nothing = { active: [], archived: [], ciphertext: "", blob: new Blob() };
  for (const each of rows) await each.call(/** @type {VaultClient} */ (recorder), nothing);
  const methods = Object.entries(vault.as(null)).flatMap(([part, of]) => Object.keys(of).map((name) => `${part}.${name}`));
  assert.deepEqual([...called].sort(), methods.sort());
});

test("each call has its own reason", async () => {
  const { vault, there } = await vaultFor(
    ["CapTokensReader"],
    [{ policy_type: "allow", operations: ["stats"], reasons: ["Analytics", "Other"], resources: ["customers/tokens"] }],
  );
  const { tokens } = vault.as({ name: "jane" });
  assert(there.active.length === 1);
  for (const reason of /** @type {Reason[]} */ (["Analytics", "Other", "Marketing", "DataSubjectRequest"])) {
    const count = tokens.getTokensCount({ collection: "customers", reason, adhocReason: "a look" });
    if (reason === "Analytics" || reason === "Other") assert.deepEqual(await count, { active: 1, archived: 1, total: 2 });
    else await assert.rejects(count, { code: "PV1006" });
  }
});

test("a user with tenants works within them and nowhere else", async () => {
  const configuration = configurationOf(["CapTokensWriter", "CapTokensDetokenizer"], []);
  const vault = await openVault({
    keys: generateKeys(),
    collections,
    store: memoryStore(),
    policy: iam({ ...configuration, users: { jane: { role: "All", tenants: ["acme", "globex"] } } }),
  });
  const { tokens } = vault.as({ name: "jane" });
  const make = (/** @type {string[] | undefined} */ xTenantId) =>
    tokens.tokenize({ ...about, xTenantId, requestBody: [{ type: "randomized", object }] });
  const [made] = await make(["acme"]);
  assert(made !== undefined);
  const read = (/** @type {string[] | undefined} */ xTenantId) =>
    tokens.detokenize({ ...about, xTenantId, tokenIds: [made.token_id] });
  assert.equal((await read(["acme"])).length, 1);
  assert.equal((await read(["globex", "acme"])).length, 1);
  for (const xTenantId of [undefined, ["initech"], ["acme", "initech"]]) {
    await assert.rejects(read(xTenantId), { code: "PV1006", context: { because: "the call is not confined to the user's tenants" } });
  }
  await assert.rejects(make(undefined), { code: "PV1006" });
  // The user's own tenant, and not the token's: the vault's own rule.
  await assert.rejects(read(["globex"]), { code: "PV1006" });
});

test("a configuration that is refused leaves no vault half open: `iam` throws before", () => {
  assert.throws(() => iam(configurationOf(/** @type {any} */ (["CapNothing"]), [])), {
    code: "VL1000",
    message: "`roles.Jane.capabilities[0]` is no known capability; docs/iam.md lists them",
  });
});
