// @ts-check
// `iam`: every configuration that is refused, with the place that is named, and what is taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { VaultError } from "vaultlet";
import { iam } from "vaultlet/policy/iam";

import { CAPABILITIES, OPERATIONS, REASONS } from "../../pkg/policy/names.js";
import { ask } from "./questions.js";

/** A configuration with nothing wrong with it, to be spoilt. @returns {any} */
const sound = () => ({
  users: { jane: { role: "App", disabled: false, tenants: ["acme", "globex"] }, joe: { role: "Idle" } },
  roles: {
    App: { capabilities: ["CapTokensReader", "CapTokensWriter"], policies: ["Read", "NoSsn"], trusted_roles: ["Idle"] },
    Idle: {},
  },
  policies: {
    Read: { policy_type: "allow", operations: ["read", "stats"], reasons: ["*"], resources: ["customers/*", "*/types/SSN"] },
    NoSsn: { policy_type: "deny", operations: ["*"], reasons: ["Marketing", "Other"], resources: ["*/types/SSN"] },
  },
  idps: { Staff: { type: "JWT" } },
});

/** Puts a value where a path leads. @type {(path: string, value: unknown) => (configuration: any) => void} */
const put = (path, value) => (configuration) => {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  steps.reduce((within, step) => within[step], configuration)[last] = value;
};

/** @type {(configuration: unknown, place: string, problem: string | RegExp) => void} */
const refuses = (configuration, place, problem) =>
  assert.throws(
    () => iam(/** @type {any} */ (configuration)),
    (error) => {
      assert(error instanceof VaultError, inspect(error));
      assert.deepEqual([error.code, error.status, { ...error.context }], ["VL1000", 400, { place }]);
      assert(error.message.startsWith(`\`${place}\` `), error.message);
      const said = error.message.slice(place.length + 3);
      if (typeof problem === "string") assert.equal(said, problem);
      else assert.match(said, problem);
      return true;
    },
  );

test("a sound configuration is taken", () => {
  const policy = iam(sound());
  const checks = [{ operation: "read", resource: "customers/tokens" }];
  const question = ask({ capabilities: ["CapTokensReader"], checks, tenantIds: ["acme"] });
  assert.deepEqual(policy(question), { allow: true });
});

const notObjects = /** @type {[string, unknown][]} */ ([
  ["null", null],
  ["text", "text"],
  ["a number", 1],
  ["a list", []],
  ["a Map", new Map()],
  ["a date", new Date()],
  ["a function", () => {}],
  ["true", true],
]);
const notLists = /** @type {[string, unknown][]} */ ([
  ["null", null],
  ["`*` that is no list", "*"],
  ["an object", { 0: "*", length: 1 }],
  ["a Set", new Set(["*"])],
  ["true", true],
]);
const notTexts = /** @type {[string, unknown][]} */ ([
  ["null", null],
  ["a number", 1],
  ["a list", ["*"]],
  ["an object", {}],
  ["a text object", new String("*")],
]);

for (const [name, value] of [["undefined", undefined], ...notObjects]) {
  const problem = value === undefined ? "is missing" : "must be an object";
  test(`a configuration that is ${name}`, () => refuses(value, "configuration", problem));
  for (const place of ["users", "roles", "policies"]) {
    test(`\`${place}\`: ${name}`, () => {
      const configuration = sound();
      put(String(place), value)(configuration);
      refuses(configuration, String(place), problem);
    });
  }
}

const noCapability = "is no known capability; docs/iam.md lists them";
const noOperation =
  "is no known operation: `read`, `write`, `delete`, `stats`, `search`, `tokenize`, `detokenize`, `encrypt`, `decrypt`, `hash`";
const noReason = `is no known reason: ${REASONS.map((reason) => `\`${reason}\``).join(", ")}`;
const noResource =
  "is nothing that the vault asks about: the forms are " +
  "`C/tokens`, `C/archived/tokens`, `C/properties/NAME`, `C/types/TYPE` (C is a collection) and `*`";

/** @type {[what: string, spoil: (configuration: any) => void, place: string, problem: string | RegExp][]} */
const cases = [
  ...["users.jane", "roles.App", "policies.Read", "idps"].flatMap((place) =>
    notObjects.map(([name, value]) => /** @type {typeof cases[0]} */ ([name, put(place, value), place, "must be an object"])),
  ),
  ...[
    "users.jane.tenants",
    "roles.App.capabilities",
    "roles.App.policies",
    "roles.App.trusted_roles",
    "policies.Read.operations",
    "policies.Read.reasons",
    "policies.Read.resources",
  ].flatMap((place) => [
    ...notLists.map(([name, value]) => /** @type {typeof cases[0]} */ ([name, put(place, value), place, "must be a list"])),
    ...notTexts.map(([name, value]) =>
      /** @type {typeof cases[0]} */ ([`an entry that is ${name}`, put(`${place}.1`, value), `${place}[1]`, "must be text"]),
    ),
    /** @type {typeof cases[0]} */ ([
      "a hole",
      (configuration) => put(place, [, "*"])(configuration),
      `${place}[0]`,
      "is missing",
    ]),
  ]),
  ...["operations", "reasons", "resources"].flatMap((name) => [
    /** @type {typeof cases[0]} */ (["absent", put(`policies.Read.${name}`, undefined), `policies.Read.${name}`, "is missing"]),
    /** @type {typeof cases[0]} */ (["empty", put(`policies.Read.${name}`, []), `policies.Read.${name}`, "must not be empty"]),
  ]),
  ["unknown", put("users.jane.role", "app"), "users.jane.role", "is no known role"],
  ["absent", put("users.jane.role", undefined), "users.jane.role", "is missing"],
  ["all", put("users.jane.role", "*"), "users.jane.role", "is no known role"],
  ["a list", put("users.jane.role", ["App"]), "users.jane.role", "must be text"],
  ["a policy's name", put("users.jane.role", "Read"), "users.jane.role", "is no known role"],
  ["text", put("users.jane.disabled", "true"), "users.jane.disabled", "must be true or false"],
  ["a number", put("users.jane.disabled", 0), "users.jane.disabled", "must be true or false"],
  ["null", put("users.jane.disabled", null), "users.jane.disabled", "must be true or false"],
  ["unknown", put("roles.App.policies.1", "NoSSN"), "roles.App.policies[1]", "is no known policy"],
  ["empty text", put("roles.App.policies.0", ""), "roles.App.policies[0]", "is no known policy"],
  ["beside `*`", put("roles.App.policies", ["*", "NoSSN"]), "roles.App.policies[1]", "is no known policy"],
  ["unknown", put("roles.App.capabilities.1", "CapTokenWriter"), "roles.App.capabilities[1]", noCapability],
  ["another case", put("roles.App.capabilities.0", "captokensreader"), "roles.App.capabilities[0]", noCapability],
  ["the typo of the public pages", put("roles.App.capabilities.0", "CapOjectsReader"), "roles.App.capabilities[0]", noCapability],
  ["unknown", put("roles.App.trusted_roles.0", "Nobody"), "roles.App.trusted_roles[0]", "is no known role"],
  ["absent", put("policies.Read.policy_type", undefined), "policies.Read.policy_type", "is missing"],
  ["another case", put("policies.Read.policy_type", "Allow"), "policies.Read.policy_type", "must be `allow` or `deny`"],
  ["true", put("policies.Read.policy_type", true), "policies.Read.policy_type", "must be `allow` or `deny`"],
  ["unknown", put("policies.Read.operations.1", "reed"), "policies.Read.operations[1]", noOperation],
  ["an action", put("policies.Read.operations.0", "tokens.search"), "policies.Read.operations[0]", noOperation],
  ["of 2022", put("policies.Read.operations.0", "invalidate_token"), "policies.Read.operations[0]", noOperation],
  ["unknown", put("policies.NoSsn.reasons.1", "other"), "policies.NoSsn.reasons[1]", noReason],
  ["no resource", put("policies.Read.resources.1", "SSN"), "policies.Read.resources[1]", noResource],
  ["a property for properties", put("policies.Read.resources.1", "customers/property/ssn"), "policies.Read.resources[1]", noResource],
  ["an unknown key", put("group", {}), "configuration.group", "is not a known key"],
  ["a key without a name", put("", {}), "configuration.", "is not a known key"],
  ["an unknown key", put("users.jane.roles", ["App"]), "users.jane.roles", "is not a known key"],
  ["an unknown key", put("roles.App.policy", ["Read"]), "roles.App.policy", "is not a known key"],
  ["an unknown key", put("policies.Read.actions", ["read"]), "policies.Read.actions", "is not a known key"],
  ["a key of Object", put("policies.Read.toString", ["read"]), "policies.Read.toString", "is not a known key"],
  ["the empty name", put("users.", { role: "App" }), "users.", "cannot be a name"],
  ["the name `*`", put("users.*", { role: "App" }), "users.*", "cannot be a name"],
  ["the empty name", put("roles.", {}), "roles.", "cannot be a name"],
  ["the name `*`", put("roles.*", {}), "roles.*", "cannot be a name"],
  ["the name `*`", put("policies.*", sound().policies.Read), "policies.*", "cannot be a name"],
  // What nobody uses is read as well.
  ["unused", put("policies.Unused", { policy_type: "allow" }), "policies.Unused.operations", "is missing"],
  ["unused", put("roles.Unused", { policies: ["None"] }), "roles.Unused.policies[0]", "is no known policy"],
  ["disabled", put("users.joe", { role: "None", disabled: true }), "users.joe.role", "is no known role"],
];

for (const [what, spoil, place, problem] of cases) {
  test(`\`${place}\`: ${what}`, () => {
    const configuration = sound();
    spoil(configuration);
    refuses(configuration, place, problem);
  });
}

test("what is `undefined` counts as absent", () => {
  const configuration = sound();
  put("idps", undefined)(configuration);
  put("users.gone", undefined)(configuration);
  put("users.jane.disabled", undefined)(configuration);
  put("users.jane.tenants", undefined)(configuration);
  put("roles.App.trusted_roles", undefined)(configuration);
  put("roles.Idle.capabilities", undefined)(configuration);
  put("policies.Read.group", undefined)(configuration);
  assert.deepEqual(iam(configuration)(ask({ capabilities: ["CapTokensReader"] })), { allow: true });
  assert.equal(iam(configuration)(ask({ caller: { name: "joe" }, capabilities: ["CapTokensReader"] })).allow, false);
});

test("every capability, operation and reason of the public system is known", () => {
  const configuration = sound();
  configuration.roles.App.capabilities = CAPABILITIES;
  configuration.policies.Read.operations = OPERATIONS;
  configuration.policies.Read.reasons = REASONS;
  iam(configuration);
  assert(CAPABILITIES.length > 35);
});

test("a frozen configuration is taken, and sections without a prototype", () => {
  const frozen = sound();
  for (const section of [frozen, frozen.users, frozen.users.jane, frozen.users.jane.tenants]) Object.freeze(section);
  iam(frozen);
  iam(Object.assign(Object.create(null), sound()));
});

test("a later change of the object given changes nothing", () => {
  const configuration = sound();
  const policy = iam(configuration);
  const checks = [
    { operation: "read", resource: "customers/tokens" },
    { operation: "read", resource: "customers/properties/ssn", type: "SSN" },
  ];
  const questions = [
    ask({ capabilities: ["CapTokensReader"], checks, tenantIds: ["acme"] }),
    ask({ capabilities: ["CapTokensReader"], checks, tenantIds: ["acme"], reason: "Marketing" }),
    ask({ capabilities: ["CapCryptoHasher"], checks, tenantIds: ["acme"] }),
    ask({ capabilities: ["CapTokensReader"], checks, tenantIds: ["initech"] }),
    ask({ caller: { name: "joe" } }),
    ask({ caller: { name: "jim" } }),
  ];
  const before = questions.map(policy);
  assert.deepEqual(
    before.map(({ allow }) => allow),
    [true, false, false, false, true, false],
  );
  const { users, roles, policies } = configuration;
  users.jane.role = "Idle";
  users.jane.tenants.push("initech");
  users.joe.disabled = true;
  users.jim = { role: "App" };
  roles.App.capabilities.push("*");
  roles.App.policies.length = 0;
  policies.Read.operations[0] = "write";
  policies.Read.resources.length = 0;
  policies.NoSsn.policy_type = "allow";
  policies.NoSsn.reasons.push("*");
  for (const section of [users, roles, policies, configuration]) {
    for (const name of Object.keys(section)) delete section[name];
  }
  assert.deepEqual(questions.map(policy), before);
});

test("each answer is an object of its own", () => {
  const policy = iam(sound());
  const question = ask({ tenantIds: ["acme"] });
  const first = policy(question);
  first.allow = false;
  assert.deepEqual(policy(question), { allow: true });
});
