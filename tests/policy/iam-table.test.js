// @ts-check
// `iam`: every operation against every way in which a role may have, or lack, its capability and its policies.

import assert from "node:assert/strict";
import { test } from "node:test";

import { iam } from "vaultlet/policy/iam";

import { ask, capabilities, questions } from "./questions.js";

/** @import { IamCapability, IamOperation, IamPolicy } from "vaultlet/policy/iam" */
/** @import { Question } from "./questions.js" */

/** What a role has, and whether that is enough. @typedef {{ name: string, has: (IamCapability | "*")[], enough: boolean }} Rights */
/** What policies a role has, and whether they allow. @typedef {{ name: string, policies: IamPolicy[], allows: boolean }} Votes */

/** @type {(overrides?: Partial<IamPolicy>) => IamPolicy} */
const allow = (overrides) => ({ policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"], ...overrides });
/** @type {(overrides?: Partial<IamPolicy>) => IamPolicy} */
const deny = (overrides) => allow({ policy_type: "deny", ...overrides });

/** @type {(question: Question) => Rights[]} */
function rightsFor({ capabilities: needed }) {
  const others = capabilities.filter((capability) => !needed.includes(capability));
  return [
    { name: "exactly what is needed", has: needed, enough: true },
    { name: "every capability by name", has: capabilities, enough: true },
    { name: "`*`", has: ["*"], enough: true },
    { name: "no capability", has: [], enough: false },
    { name: "every other capability", has: others, enough: false },
    ...others.map((other) => ({ name: `only ${other}`, has: [other], enough: false })),
    ...needed.map((one) => ({
      name: `all but ${one}`,
      has: capabilities.filter((capability) => capability !== one),
      enough: false,
    })),
    { name: "the public system's wider ones", has: ["CapSystem", "CapDataReader", "CapDataWriter"], enough: false },
  ];
}

/** @type {(question: Question) => Votes[]} */
function votesFor({ checks }) {
  const operations = /** @type {IamOperation[]} */ ([...new Set(checks.map(({ operation }) => operation))]);
  const resources = [...new Set(checks.map(({ resource }) => resource))];
  /** @type {IamOperation[]} */
  const others = ["read", "write", "delete", "stats", "search", "tokenize", "detokenize", "encrypt", "decrypt", "hash"];
  const otherOperations = others.filter((operation) => !operations.includes(operation));
  return [
    { name: "none", policies: [], allows: false },
    { name: "exactly what is asked", policies: [allow({ operations, resources, reasons: ["Maintenance"] })], allows: true },
    { name: "all", policies: [allow()], allows: true },
    { name: "all, twice", policies: [allow(), allow()], allows: true },
    { name: "a denial alone", policies: [deny()], allows: false },
    { name: "all, and a denial of all", policies: [allow(), deny()], allows: false },
    { name: "a denial of all, and all", policies: [deny(), allow()], allows: false },
    { name: "all of the other operations", policies: [allow({ operations: otherOperations })], allows: false },
    { name: "all but the other operations", policies: [allow(), deny({ operations: otherOperations })], allows: true },
    { name: "all for another reason", policies: [allow({ reasons: ["Marketing", "Other"] })], allows: false },
    { name: "all but for another reason", policies: [allow(), deny({ reasons: ["Marketing", "Other"] })], allows: true },
    { name: "all but for this reason", policies: [allow(), deny({ reasons: ["Other", "Maintenance"] })], allows: false },
    { name: "another collection", policies: [allow({ resources: ["orders/tokens", "orders/*/*"] })], allows: false },
    {
      name: "all but another collection",
      policies: [allow(), deny({ resources: ["orders/tokens", "orders/*/*"] })],
      allows: true,
    },
    // One of several operations or resources is not enough, and to be denied one is too much.
    ...operations.flatMap((operation) => [
      { name: `all but ${operation}`, policies: [allow(), deny({ operations: [operation] })], allows: false },
      {
        name: `everything without ${operation}`,
        policies: [allow({ operations: others.filter((other) => other !== operation) })],
        allows: false,
      },
    ]),
    ...resources.flatMap((resource) => [
      { name: `all but ${resource}`, policies: [allow(), deny({ resources: [resource] })], allows: false },
      {
        name: `only ${resource}`,
        policies: [allow({ resources: [resource] })],
        allows: resources.length === 1,
      },
    ]),
    // The votes of several policies add up.
    {
      name: "a policy for each of them",
      policies: operations.flatMap((operation) =>
        resources.map((resource) => allow({ operations: [operation], resources: [resource] })),
      ),
      allows: true,
    },
  ];
}

/** @type {(rights: Rights, votes: Votes) => ReturnType<typeof iam>} */
function policyOf({ has }, { policies }) {
  const named = Object.fromEntries(policies.map((policy, index) => [`P${index}`, policy]));
  return iam({
    users: { jane: { role: "R" } },
    roles: { R: { capabilities: has, policies: Object.keys(named) } },
    // A policy that the role does not have decides nothing, whichever way it votes.
    policies: { ...named, Unused: votesOfNobody(policies) },
  });
}

/** @type {(policies: IamPolicy[]) => IamPolicy} */
const votesOfNobody = (policies) => (policies.some(({ policy_type }) => policy_type === "deny") ? allow() : deny());

for (const question of questions) {
  test(`${question.name}: allowed with the capability and the policies, and not otherwise`, () => {
    let allowed = 0;
    for (const rights of rightsFor(question)) {
      for (const votes of votesFor(question)) {
        const decision = policyOf(rights, votes)(ask(question));
        const because = !rights.enough ? "capability" : !votes.allows ? "policy" : undefined;
        const found = decision.allow ? undefined : decision.because;
        assert.equal(found, because, `${rights.name}; ${votes.name}`);
        if (decision.allow) allowed += 1;
      }
    }
    assert(allowed >= 15, `only ${allowed} were allowed`);
  });

  test(`${question.name}: with nothing to match the capability alone decides`, () => {
    for (const rights of rightsFor(question)) {
      for (const votes of votesFor(question)) {
        const decision = policyOf(rights, votes)(ask({ ...question, checks: [] }));
        assert.equal(decision.allow, rights.enough, `${rights.name}; ${votes.name}`);
        if (!decision.allow) assert.equal(decision.because, "capability");
      }
    }
  });
}

test("a role has all policies by `*`, the denying ones too", () => {
  const question = ask({ capabilities: ["CapTokensReader"], checks: [{ operation: "read", resource: "customers/tokens" }] });
  const users = { jane: { role: "R" } };
  const roles = { R: { capabilities: /** @type {const} */ (["*"]), policies: ["*"] } };
  assert.deepEqual(iam({ users, roles, policies: { A: allow() } })(question), { allow: true });
  assert.equal(iam({ users, roles, policies: {} })(question).allow, false);
  assert.equal(iam({ users, roles, policies: { A: allow(), D: deny({ operations: ["read"] }) } })(question).allow, false);
});

test("the answer names the capability that is missing, or the operation and the reason", () => {
  const votes = { name: "", policies: [allow({ operations: ["detokenize"] })], allows: false };
  const [, detokenize] = questions;
  assert(detokenize !== undefined && detokenize.name === "detokenize");
  const [none, some] = [[], /** @type {const} */ (["CapTokensDetokenizer"])].map((has) =>
    policyOf({ name: "", has: [...has], enough: true }, votes)(ask(detokenize)),
  );
  assert.deepEqual(none, { allow: false, because: "capability", message: "the role lacks `CapTokensDetokenizer`" });
  const message = "the role's policies do not allow `read` on every property of the call with the reason `Maintenance`";
  assert.deepEqual(some, { allow: false, because: "policy", message });
});

test("the answer names the resource of tokens as such, active or archived, and of no property", () => {
  const nothing = policyOf({ name: "", has: ["*"], enough: true }, { name: "", policies: [], allows: false });
  const said = (/** @type {string} */ resource) =>
    nothing(ask({ capabilities: [], checks: [{ operation: "write", resource }] })).message;
  for (const resource of ["customers/tokens", "customers/archived/tokens"]) {
    assert.equal(said(resource), `the role's policies do not allow \`write\` on \`${resource}\` with the reason \`Maintenance\``);
  }
  for (const resource of ["customers/properties/email", "customers/properties/tokens", "customers/properties/ssn.mask"]) {
    assert.equal(said(resource), "the role's policies do not allow `write` on every property of the call with the reason `Maintenance`");
  }
});
