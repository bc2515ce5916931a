// @ts-check
// `iam` and anything at all: whatever is given loads, or is refused with its place; and what has loaded never throws.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import fc from "fast-check";

import { VaultError } from "vaultlet";
import { iam, iamToml } from "vaultlet/policy/iam";

import { naiveDecision } from "./naive-iam.js";
import { ask } from "./questions.js";

/** @import { AccessRequest, Check, Decision } from "vaultlet" */
/** @import { IamConfiguration } from "vaultlet/policy/iam" */

// Small pools, so that configurations and questions meet.
const userNames = ["ann", "bob", "__proto__"];
const roleNames = ["A", "B", "constructor"];
const policyNames = ["P", "Q", "R", "toString"];
const capabilities = /** @type {const} */ (["CapTokensReader", "CapTokensWriter", "CapDataReader"]);
const operations = /** @type {const} */ (["read", "write", "search"]);
const reasons = /** @type {const} */ (["Maintenance", "Marketing"]);
const tenants = ["acme", "globex", "*"];
const collectionGlobs = ["*", "customers", "cust*", "*s", "orders"];
const nameGlobs = ["*", "ssn", "ssn*", "*.mask", "ssn.mask", "s*n", "tokens", "SSN", "Ssn.mask", "date_of_*"];

const resource = fc.oneof(
  fc.constant("*"),
  fc
    .tuple(
      fc.constantFrom(...collectionGlobs),
      fc.oneof(
        fc.constantFrom("tokens", "archived/tokens", "tokens/*", "archived/tokens/*", "*", "t*"),
        fc
          .tuple(fc.constantFrom("properties", "types", "*", "t*", "p*s"), fc.constantFrom(...nameGlobs))
          .map((parts) => parts.join("/")),
      ),
    )
    .map((parts) => parts.join("/")),
);

/** @template T @param {readonly T[]} entries @param {{ minLength?: number }} [bounds] */
const some = (entries, bounds) =>
  fc.oneof({ weight: 4, arbitrary: fc.subarray([...entries], bounds) }, { weight: 1, arbitrary: fc.constant(["*"]) });

/** @template T @param {string[]} names @param {fc.Arbitrary<T>} value */
const named = (names, value) =>
  fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), value))).map((entries) => {
    // As `JSON.parse` makes them: `__proto__` is a member like others.
    return entries.reduce(
      (all, [name, each]) => Object.defineProperty(all, name, { value: each, enumerable: true, writable: true, configurable: true }),
      /** @type {Record<string, T>} */ ({}),
    );
  });

/** @type {fc.Arbitrary<any>} */
const soundConfiguration = fc.record({
  users: named(
    userNames,
    fc.record(
      { role: fc.constantFrom(...roleNames), disabled: fc.boolean(), tenants: fc.subarray(tenants) },
      { requiredKeys: ["role"] },
    ),
  ),
  roles: named(
    roleNames,
    fc.record({ capabilities: some(capabilities), policies: some(policyNames), trusted_roles: some(roleNames) }, { requiredKeys: [] }),
  ),
  policies: named(
    policyNames,
    fc.record({
      policy_type: fc.constantFrom("allow", "allow", "deny"),
      operations: some(operations, { minLength: 1 }),
      reasons: some(reasons, { minLength: 1 }),
      resources: fc.array(resource, { minLength: 1, maxLength: 4 }),
    }),
  ),
});

/** @type {fc.Arbitrary<Check>} */
const check = fc.oneof(
  fc.record({
    operation: fc.constantFrom(...operations),
    resource: fc.constantFrom("customers/tokens", "customers/archived/tokens", "orders/tokens"),
  }),
  fc.record({
    operation: fc.constantFrom(...operations),
    resource: fc.constantFrom("customers/properties/ssn", "customers/properties/tokens", "orders/properties/ssn"),
    type: fc.constantFrom("SSN", "DATE_OF_BIRTH"),
  }),
  fc.record({
    operation: fc.constantFrom(...operations),
    resource: fc.constantFrom("customers/properties/ssn.mask", "orders/properties/ssn.mask"),
    type: fc.constantFrom("SSN.mask", "DATE_OF_BIRTH.age"),
  }),
);

/** A question that the vault might ask. @type {fc.Arbitrary<AccessRequest>} */
const question = fc
  .record({
    caller: fc.record({ name: fc.constantFrom(...userNames, "carl") }),
    capabilities: fc.subarray(/** @type {AccessRequest["capabilities"]} */ (["CapTokensReader", "CapTokensWriter"]), { maxLength: 1 }),
    checks: fc.array(check, { maxLength: 3 }),
    collection: fc.constantFrom("customers", "orders"),
    tenantIds: fc.subarray(tenants, { maxLength: 2 }),
    reason: fc.constantFrom(...reasons, /** @type {const} */ ("Other")),
  })
  .map(ask);

/** Any value, with all that JavaScript has. */
const anyValue = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  key: fc.oneof(fc.string(), fc.constantFrom("name", "users", "roles", "role", "policies", "__proto__", "*", "")),
});

/** A question of the declared form, with anything in it. @type {fc.Arbitrary<AccessRequest>} */
const strangeQuestion = fc
  .record({
    caller: fc.oneof(anyValue, fc.record({ name: fc.oneof(fc.constantFrom(...userNames), anyValue) })),
    capabilities: fc.array(fc.oneof(fc.constantFrom(...capabilities), fc.string())),
    checks: fc.array(
      fc.record(
        { operation: fc.string(), resource: fc.string(), type: fc.string() },
        { requiredKeys: ["operation", "resource"] },
      ),
    ),
    collection: fc.string(),
    tenantIds: fc.array(fc.string()),
    reason: fc.string(),
  })
  .map((overrides) => ask(/** @type {any} */ (overrides)));

/** Changes to make, one after the other: each finds its place by the numbers. */
const mutations = fc.array(
  fc.record({
    steps: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    change: fc.constantFrom("replace", "replace", "remove", "add"),
    name: fc.oneof(fc.constantFrom("users", "role", "*", "", "__proto__", "resources"), fc.string({ maxLength: 5 })),
    value: fc.oneof(anyValue, resource, fc.constantFrom(...roleNames, ...policyNames, ...capabilities, "deny", true, null)),
  }),
  { minLength: 1, maxLength: 2 },
);

/** @param {any} configuration @param {{ steps: number[], change: string, name: string, value: unknown }} mutation */
function mutate(configuration, { steps, change, name, value }) {
  let within = configuration;
  for (const [depth, step] of steps.entries()) {
    const names = Object.keys(within);
    const at = names[step % Math.max(names.length, 1)] ?? name;
    const next = within[at];
    if (depth < steps.length - 1 && isContainer(next) && Object.keys(next).length > 0) {
      within = next;
      continue;
    }
    const key = change === "add" ? name : at;
    if (change === "remove") delete within[key];
    else Object.defineProperty(within, key, { value, enumerable: true, writable: true, configurable: true });
    return;
  }
}

/** An object or a list, but nothing that might let itself not be changed. @param {unknown} value */
const isContainer = (value) => ["[object Object]", "[object Array]"].includes(Object.prototype.toString.call(value));

/**
 * The policy, or undefined where it was refused as it should be.
 * @param {() => ReturnType<typeof iam>} load
 */
function loadOrRefuse(load) {
  try {
    return load();
  } catch (error) {
    assert(error instanceof VaultError, inspect(error));
    assert.equal(error.code, "VL1000");
    assert.deepEqual(Object.keys(error.context), ["place"]);
    const place = error.context["place"] ?? "";
    assert.notEqual(place, "");
    assert(error.message.startsWith(`\`${place}\` `), error.message);
    return undefined;
  }
}

/** @param {Decision} decision */
function checkForm(decision) {
  if (decision.allow) assert.deepEqual(decision, { allow: true });
  else {
    const { message, ...rest } = decision;
    assert(["string", "undefined"].includes(typeof message));
    assert(["capability", "policy"].includes(String(rest.because)));
    assert.deepEqual(rest, { allow: false, because: rest.because });
  }
}

test("any value loads, or is refused with its place", () => {
  fc.assert(
    fc.property(fc.oneof(anyValue, fc.record({ users: anyValue, roles: anyValue, policies: anyValue })), (value) => {
      loadOrRefuse(() => iam(/** @type {any} */ (value)));
    }),
    { numRuns: 2_000 },
  );
});

test("a sound configuration loads, and decides as docs/iam.md has it", () => {
  const seen = { allowed: 0, capability: 0, policy: 0 };
  fc.assert(
    fc.property(soundConfiguration, fc.array(question, { minLength: 5, maxLength: 20 }), (configuration, questions) => {
      const policy = iam(configuration);
      for (const each of questions) {
        const decision = policy(each);
        checkForm(decision);
        const expected = naiveDecision(/** @type {IamConfiguration} */ (configuration), each);
        assert.equal(decision.allow ? "allowed" : decision.because, expected);
        seen[expected] += 1;
      }
    }),
    { numRuns: 2_000 },
  );
  for (const [outcome, times] of Object.entries(seen)) assert(times > 300, `${outcome}: only ${times} times`);
});

test("a configuration that was spoilt loads, or is refused with its place, and then answers anything it is asked", () => {
  const seen = { loaded: 0, refused: 0 };
  fc.assert(
    fc.property(soundConfiguration, mutations, fc.array(strangeQuestion, { maxLength: 5 }), (sound, changes, questions) => {
      const configuration = JSON.parse(JSON.stringify(sound));
      for (const change of changes) mutate(configuration, change);
      const policy = loadOrRefuse(() => iam(configuration));
      seen[policy === undefined ? "refused" : "loaded"] += 1;
      for (const each of questions) if (policy !== undefined) checkForm(policy(each));
    }),
    { numRuns: 3_000 },
  );
  for (const [outcome, times] of Object.entries(seen)) assert(times > 100, `${outcome}: only ${times} times`);
});

test("a file that was spoilt loads, or is refused with its place", () => {
  const text = readFileSync(new URL("public-forms.toml", import.meta.url), "utf8");
  const pieces = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('"', "\n", "[", "]", "=", "*", "/", "[users]\n", "'''", "#"));
  const seen = { loaded: 0, refused: 0 };
  const cut = fc.record({ at: fc.nat(text.length), length: fc.nat(3), piece: pieces });
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), fc.array(strangeQuestion, { maxLength: 2 }), (cuts, questions) => {
      const spoilt = cuts.reduce(
        (before, { at, length, piece }) => before.slice(0, at) + piece + before.slice(at + length),
        text,
      );
      const policy = loadOrRefuse(() => iamToml(spoilt));
      seen[policy === undefined ? "refused" : "loaded"] += 1;
      for (const each of questions) if (policy !== undefined) checkForm(policy(each));
    }),
    { numRuns: 1_000 },
  );
  for (const [outcome, times] of Object.entries(seen)) assert(times > 25, `${outcome}: only ${times} times`);
});

test("a getter that throws is refused, and nothing of what it threw is told", () => {
  const cause = new Error("jane.secret@example.com");
  const configuration = Object.defineProperty({}, "users", {
    enumerable: true,
    get() {
      throw cause;
    },
  });
  assert.throws(() => iam(/** @type {any} */ (configuration)), { code: "VL1000", context: { place: "configuration" }, cause });
});
