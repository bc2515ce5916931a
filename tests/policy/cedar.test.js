// @ts-check
// The example with Cedar: it prints what it claims, and its policy keeps what its rules say.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { cedarPolicy } from "../../examples/cedar-policy.js";
import { claimsOf } from "../docs/code-blocks.js";
import { ask } from "./questions.js";

/** @import { AccessRequest, Check } from "vaultlet" */

const example = new URL("../../examples/cedar.js", import.meta.url);
const rules = readFileSync(new URL("cedar-policies.cedar", example), "utf8");
const policy = cedarPolicy(rules);

/** @type {(role: string, overrides?: Partial<AccessRequest>) => Promise<string>} */
async function outcomeOf(role, overrides) {
  const caller = { name: `a ${role}`, roles: [role], tenantIds: ["acme", "globex"] };
  const decision = await policy(ask({ caller, tenantIds: ["acme"], ...overrides }));
  return decision.allow ? "allowed" : String(decision.because);
}

/** @type {(operation: string, property: string, type: string) => Check} */
const on = (operation, property, type) => ({ operation, resource: `customers/properties/${property}`, type });

test("the example prints what it claims", () => {
  const run = spawnSync(process.execPath, [fileURLToPath(example)], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" } });
  assert.equal(run.stderr, "");
  assert.equal(run.status, 0);
  const claims = claimsOf(readFileSync(example, "utf8"));
  assert.equal(claims.length, 5);
  assert.deepEqual(run.stdout.split("\n").slice(0, -1), claims);
});

const detokenizes = { capabilities: /** @type {AccessRequest["capabilities"]} */ (["CapTokensDetokenizer"]) };
const writes = { capabilities: /** @type {AccessRequest["capabilities"]} */ (["CapTokensWriter"]) };
const marketing = { ...detokenizes, reason: /** @type {const} */ ("Marketing") };

for (const [what, role, question, expected] of /** @type {[string, string, Partial<AccessRequest>, string][]} */ ([
  ["makes tokens", "signup", { ...writes, checks: [on("tokenize", "ssn", "SSN")] }, "allowed"],
  ["makes none of a ciphertext", "signup", { ...writes, input: "encrypted", checks: [on("tokenize", "ssn", "SSN")] }, "capability"],
  ["rotates none", "signup", { ...writes, checks: [{ operation: "write", resource: "customers/tokens" }] }, "policy"],
  ["reads none", "signup", detokenizes, "capability"],
  ["works on customers only", "signup", { ...writes, collection: "orders" }, "capability"],
  ["tokenizes for customers only", "signup", { collection: "orders", checks: [{ ...on("tokenize", "ssn", "SSN"), resource: "orders/properties/ssn" }] }, "policy"],
  ["reads e-mail addresses", "support", { ...detokenizes, checks: [on("detokenize", "mail", "EMAIL"), on("read", "mail", "EMAIL")] }, "allowed"],
  ["reads the mask of an SSN", "support", { ...detokenizes, checks: [on("detokenize", "ssn.mask", "SSN.mask"), on("read", "ssn.mask", "SSN.mask")] }, "allowed"],
  ["does not read an SSN", "support", { ...detokenizes, checks: [on("detokenize", "ssn", "SSN"), on("read", "ssn", "SSN")] }, "policy"],
  ["does not read an SSN beside a name", "support", { ...detokenizes, checks: [on("read", "name", "NAME"), on("read", "ssn", "SSN")] }, "policy"],
  ["is asked without properties first", "support", { ...detokenizes, checks: [] }, "allowed"],
  ["does not decrypt", "support", { ...detokenizes, checks: [on("decrypt", "mail", "EMAIL")] }, "policy"],
  ["makes none", "support", { ...writes, checks: [on("tokenize", "mail", "EMAIL")] }, "capability"],
  ["reads for marketing", "newsletter", { ...marketing, checks: [on("read", "mail", "EMAIL")] }, "allowed"],
  ["reads for nothing else", "newsletter", { ...detokenizes, checks: [on("read", "mail", "EMAIL")] }, "capability"],
  ["reads no name", "newsletter", { ...marketing, checks: [on("read", "name", "NAME")] }, "policy"],
  ["reads no archived token", "newsletter", { ...marketing, checks: [{ operation: "read", resource: "customers/archived/tokens" }] }, "policy"],
  ["keeps to its tenants", "support", { ...detokenizes, tenantIds: ["initech"] }, "capability"],
  ["may act for several of them", "support", { ...detokenizes, tenantIds: ["globex", "acme"] }, "allowed"],
  ["must name one", "support", { ...detokenizes, tenantIds: [] }, "capability"],
  ["is a role that no rule knows", "intern", detokenizes, "capability"],
])) {
  test(`${role} ${what}: ${expected}`, async () => assert.equal(await outcomeOf(role, question), expected));
}

test("roles add up, and a caller without roles has no rights", async () => {
  const checks = [on("read", "ssn.mask", "SSN.mask")];
  const roles = ["signup", "support"];
  assert.equal(await outcomeOf("", { caller: { name: "jane", roles, tenantIds: ["acme"] }, ...detokenizes, checks }), "allowed");
  assert.equal(await outcomeOf("", { caller: { name: "support", roles: [], tenantIds: ["acme"] }, ...detokenizes }), "capability");
});

test("policies that do not parse are refused before there is a vault", () => {
  assert.throws(() => cedarPolicy("permit (principal, action"), /token|parse|end of input/);
});

test("two sets of policies are kept apart", async () => {
  const open = cedarPolicy("permit (principal, action, resource);");
  const closed = cedarPolicy("");
  const question = ask({ caller: { name: "jane", roles: [], tenantIds: [] }, ...detokenizes });
  assert.deepEqual(await open(question), { allow: true });
  assert.deepEqual(await closed(question), { allow: false, because: "capability" });
});

test("a rule that fails, and a caller of another form, fail the call: nothing is allowed by it", async () => {
  // To Cedar a rule that fails is as if it were not there: without care this one would forbid nothing.
  const failing = cedarPolicy('permit (principal, action, resource); forbid (principal, action, resource) when { principal.level < 3 };');
  const host = { keys: generateKeys(), collections: { customers: { properties: { email: { type: /** @type {const} */ ("EMAIL") } } } } };
  for (const [of, caller] of /** @type {[typeof policy, unknown][]} */ ([
    [failing, { name: "jane", roles: [], tenantIds: ["acme"] }],
    [policy, null],
    [policy, "support"],
    [policy, { name: "jane", roles: ["support"] }],
    [policy, { name: 7, roles: ["support"], tenantIds: ["acme"] }],
    [policy, { name: "jane", roles: "support", tenantIds: ["acme"] }],
  ])) {
    const { tokens } = (await openVault({ ...host, store: memoryStore(), policy: of })).as(caller);
    const call = tokens.detokenize({ collection: "customers", reason: "Maintenance", xTenantId: ["acme"], tokenIds: ["none"] });
    await assert.rejects(call, (error) => {
      const { code, context } = /** @type {import("vaultlet").VaultError} */ (error);
      assert.deepEqual([code, { ...context }], ["PV1000", { callback: "policy" }]);
      return true;
    });
  }
});
