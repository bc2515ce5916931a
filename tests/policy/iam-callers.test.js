// @ts-check
// `iam`: who the caller is, and which tenants the call is confined to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { iam } from "vaultlet/policy/iam";

import { ask } from "./questions.js";

const everything = { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] };
const policy = iam(
  /** @type {import("vaultlet/policy/iam").IamConfiguration} */ ({
    users: {
      jane: { role: "All" },
      gone: { role: "All", disabled: true },
      here: { role: "All", disabled: false },
      acme: { role: "All", tenants: ["acme"] },
      both: { role: "All", tenants: ["acme", "globex"] },
      none: { role: "All", tenants: [] },
      star: { role: "All", tenants: ["*"] },
      weak: { role: "Weak", tenants: ["acme"] },
    },
    roles: { All: { capabilities: ["*"], policies: ["*"] }, Weak: { policies: ["*"] } },
    policies: { everything },
  }),
);

/** @type {(caller: unknown, tenantIds?: string[]) => unknown} */
const decisionOn = (caller, tenantIds = []) =>
  policy(
    ask({
      caller,
      tenantIds,
      capabilities: ["CapTokensReader"],
      checks: [{ operation: "read", resource: "customers/tokens" }],
    }),
  );

const allowed = { allow: true };
const nameless = { allow: false, because: "capability", message: "the caller has no text `name` of its own" };
// The same for both, so that nobody learns which users there are.
const unknown = { allow: false, because: "capability", message: "the caller's `name` is of no user, or of a disabled one" };

class Employee {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
}

/** Its name is its class's, and no object's own. */
class Impostor {
  get name() {
    return "jane";
  }
}

for (const [kind, caller] of /** @type {[string, unknown][]} */ ([
  ["the user's name", { name: "jane" }],
  ["a name among other members", { id: 7, name: "jane", role: "none" }],
  ["an object of a class", new Employee("jane")],
  ["an object without a prototype", Object.assign(Object.create(null), { name: "jane" })],
  ["a user who is not disabled", { name: "here" }],
])) {
  test(`a caller who is known: ${kind}`, () => assert.deepEqual(decisionOn(caller), allowed));
}

const thrower = { get name() { throw new Error("do not look"); } };
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

for (const [kind, caller] of /** @type {[string, unknown][]} */ ([
  ["undefined", undefined],
  ["null", null],
  ["text", "jane"],
  ["a text object", new String("jane")],
  ["a number", 7],
  ["a BigInt", 7n],
  ["a symbol", Symbol("jane")],
  ["true", true],
  ["a function of that name", { jane: () => {} }.jane],
  ["a class of that name", class jane {}],
  ["a list", ["jane"]],
  ["an empty object", {}],
  ["an object whose class has a name", new Impostor()],
  ["an object that inherits a name", Object.create({ name: "jane" })],
  ["a name that is none", { name: null }],
  ["a name that is a list", { name: ["jane"] }],
  ["a name that only looks like text", { name: { toString: () => "jane" } }],
  ["a name that is a text object", { name: new String("jane") }],
  ["a getter that throws", thrower],
  ["a revoked proxy", revoked],
  ["a proxy that throws", new Proxy({}, { get: () => { throw new Error("do not look"); } })],
])) {
  test(`a caller without a name: ${kind}`, () => assert.deepEqual(decisionOn(caller, ["acme"]), nameless));
}

for (const [kind, caller] of /** @type {[string, unknown][]} */ ([
  ["an unknown name", { name: "joe" }],
  ["another case", { name: "Jane" }],
  ["white space", { name: "jane " }],
  ["an empty name", { name: "" }],
  ["a disabled user", { name: "gone" }],
  ["a role's name", { name: "All" }],
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype", "*"].map(
    (name) => /** @type {[string, unknown]} */ ([`the name \`${name}\``, { name }]),
  ),
])) {
  test(`a caller who is nobody: ${kind}`, () => assert.deepEqual(decisionOn(caller, ["acme"]), unknown));
}

test("a user may have any name, those of prototypes included, where the configuration has one", () => {
  const users = JSON.parse('{"__proto__": {"role": "R"}, "constructor": {"role": "R", "disabled": true}}');
  const named = iam({ users, roles: { R: {} }, policies: {} });
  assert.deepEqual(named(ask({ caller: { name: "__proto__" } })), allowed);
  assert.deepEqual(named(ask({ caller: { name: "constructor" } })), unknown);
  assert.deepEqual(named(ask({ caller: { name: "toString" } })), unknown);
});

test("roles and policies that only a prototype has are unknown", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.throws(() => iam({ users: { jane: { role: name } }, roles: {}, policies: {} }), /`users\.jane\.role`/);
    const roles = { R: { policies: [name] } };
    assert.throws(() => iam({ users: {}, roles, policies: {} }), /`roles\.R\.policies\[0\]`/);
  }
});

const outside = { allow: false, because: "policy", message: "the call is not confined to the user's tenants" };

for (const [name, tenantIds, expected] of /** @type {[string, string[], object][]} */ ([
  ["jane", [], allowed],
  ["jane", ["acme"], allowed],
  ["acme", ["acme"], allowed],
  ["acme", ["acme", "acme"], allowed],
  ["acme", [], outside],
  ["acme", ["globex"], outside],
  ["acme", ["acme", "globex"], outside],
  ["acme", ["ACME"], outside],
  ["acme", [""], outside],
  ["acme", ["constructor"], outside],
  ["both", ["acme"], allowed],
  ["both", ["globex", "acme"], allowed],
  ["both", ["acme", "globex", "initech"], outside],
  ["both", [], outside],
  ["none", [], outside],
  ["none", ["acme"], outside],
  ["star", ["*"], allowed],
  ["star", ["acme"], outside],
])) {
  test(`tenants: ${name} for [${tenantIds}] is ${"because" in expected ? "denied by policy" : "allowed"}`, () => {
    assert.deepEqual(decisionOn({ name }, tenantIds), expected);
    // The first of two questions is about no property yet, and about the tenants all the same.
    const first = policy(ask({ caller: { name }, tenantIds, capabilities: ["CapTokensDetokenizer"], checks: [] }));
    assert.deepEqual(first, expected);
  });
}

test("tenants: a capability that is missing comes first", () => {
  assert.deepEqual(decisionOn({ name: "weak" }, ["globex"]), {
    allow: false,
    because: "capability",
    message: "the role lacks `CapTokensReader`",
  });
});
