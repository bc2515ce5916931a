// @ts-check
// `iam`: what a resource reaches, beyond the table in docs/iam.md, and which resources are refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError } from "vaultlet";
import { iam } from "vaultlet/policy/iam";

import { ask } from "./questions.js";

/** @import { Check } from "vaultlet" */

/** @param {string[]} resources */
const allowing = (...resources) =>
  iam({
    users: { jane: { role: "R" } },
    roles: { R: { policies: ["P"] } },
    policies: { P: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources } },
  });

/**
 * @param {string} resource
 * @param {string} about
 * @param {string} [type]
 */
function reaches(resource, about, type) {
  /** @type {Check} */
  const check = { operation: "read", resource: about, ...(type !== undefined && { type }) };
  return allowing(resource)(ask({ collection: about.split("/")[0] ?? "", checks: [check] })).allow;
}

for (const [resource, about, type, expected] of /** @type {[string, string, string | undefined, boolean][]} */ ([
  // One `*`: at the end, at the beginning, in the middle, for nothing at all, and never over a `/`.
  ["cust*/tokens", "customers/tokens", undefined, true],
  ["cust*/tokens", "custom/tokens", undefined, true],
  ["cust*/tokens", "cust/tokens", undefined, true],
  ["cust*/tokens", "acustomers/tokens", undefined, false],
  ["*mers/tokens", "customers/tokens", undefined, true],
  ["*mers/tokens", "customers2/tokens", undefined, false],
  ["c*s/tokens", "customers/tokens", undefined, true],
  ["c*s/tokens", "cs/tokens", undefined, true],
  ["c*s/tokens", "c/tokens", undefined, false],
  ["cus*ustomers/tokens", "customers/tokens", undefined, false], // head and tail must not overlap
  ["*/tokens", "customers/archived/tokens", undefined, false],
  ["customers/*", "customers/tokens", undefined, true],
  ["customers/*", "customers/archived/tokens", undefined, false],
  ["customers/*", "customers/properties/ssn", "SSN", false],
  ["*/*", "customers/properties/ssn", "SSN", false],
  ["*/*/*", "customers/properties/ssn", "SSN", true],
  ["*/*/*", "customers/archived/tokens", undefined, true],
  ["*/*/*", "customers/tokens", undefined, false],
  ["customers/*/tokens", "customers/archived/tokens", undefined, true],
  ["customers/*/tokens", "customers/properties/tokens", "STRING", true],
  ["customers/tok*", "customers/tokens", undefined, true],
  ["customers/arch*/tokens", "customers/archived/tokens", undefined, true],
  ["customers/archived/tokens/*", "customers/archived/tokens", undefined, true],
  ["customers/archived/tokens/*", "customers/tokens", undefined, false],
  ["customers/tokens/*", "customers/archived/tokens", undefined, false],
  ["customers/tokens/*", "customers/properties/tokens", "STRING", false],
  // Properties are compared exactly, and so are collections.
  ["customers/properties/ssn", "customers/properties/ssn_old", "SSN", false],
  ["customers/properties/ssn", "customers/properties/SSN", "SSN", false],
  ["Customers/properties/ssn", "customers/properties/ssn", "SSN", false],
  ["customers/properties/_*", "customers/properties/_creation_time", "TIMESTAMP", true],
  ["customers/properties/_*", "customers/properties/ssn", "SSN", false],
  ["customers/properties/*_prot", "customers/properties/email_prot", "EMAIL", true],
  // A transformer is a part of the name.
  ["customers/properties/ssn", "customers/properties/ssn.mask", "SSN.mask", false],
  ["customers/properties/ssn.mask", "customers/properties/ssn", "SSN", false],
  ["customers/properties/ssn.*", "customers/properties/ssn.mask", "SSN.mask", true],
  ["customers/properties/ssn.*", "customers/properties/ssn", "SSN", false],
  ["customers/properties/*mask", "customers/properties/ssn.mask", "SSN.mask", true],
  ["*/types/SSN", "customers/properties/ssn.mask", "SSN.mask", false],
  ["*/types/SSN.mask", "customers/properties/ssn", "SSN", false],
  ["*/types/*.mask", "customers/properties/ssn.mask", "SSN.mask", true],
  ["*/types/*.mask", "customers/properties/birth.age", "DATE_OF_BIRTH.age", false],
  // Types: in either case, of the question's collection, and never for what has none.
  ["*/types/ssn", "customers/properties/tax_number", "SSN", true],
  ["*/types/Ssn.MASK", "customers/properties/tax_number.mask", "SSN.mask", true],
  ["*/types/date_of_*", "customers/properties/birth", "DATE_OF_BIRTH", true],
  ["*/types/email", "customers/properties/ssn", "SSN", false],
  ["*/types/ssn", "customers/properties/ssn", undefined, false],
  ["customers/types/SSN", "orders/properties/ssn", "SSN", false],
  ["Customers/types/SSN", "Customers/properties/ssn", "SSN", true],
  ["Customers/types/SSN", "customers/properties/ssn", "SSN", false],
  ["cust*/types/SSN", "customers/properties/ssn", "SSN", true],
  ["*/types/*", "customers/tokens", undefined, false],
  ["*/types/tokens", "customers/tokens", undefined, false],
  ["*/t*/ssn", "customers/properties/ssn", "SSN", true],
  ["*/t*/ssn", "customers/properties/ssn", "STRING", false],
])) {
  test(`\`${resource}\` ${expected ? "reaches" : "does not reach"} ${about} (${type ?? "no type"})`, () => {
    assert.equal(reaches(resource, about, type), expected);
  });
}

test("a resource is held against the type within the question's collection", () => {
  const check = { operation: "read", resource: "customers/properties/ssn", type: "SSN" };
  assert.equal(allowing("customers/types/SSN")(ask({ collection: "customers", checks: [check] })).allow, true);
  assert.equal(allowing("orders/types/SSN")(ask({ collection: "customers", checks: [check] })).allow, false);
});

for (const resource of [
  "",
  "**",
  "customers",
  "customers/",
  "/tokens",
  "*/",
  "/",
  "//",
  "customers/token",
  "customers/objects",
  "customers/properties",
  "customers/email", // the form of 2022
  "customers/x*",
  "customers/objects/email",
  "customers/properties/",
  "customers//email",
  "/properties/email",
  "customers/Properties/email",
  "customers/TYPES/SSN",
  "customers/tokens/vip",
  "customers/archived/properties",
  "customers/archived/properties/email",
  "customers/deleted/tokens",
  "customers/archived/objects",
  "customers/properties/tokens/*",
  "customers/properties/email/mask",
  "*/*/*/*",
  "customers/properties/e*m*l",
  "customers/properties/**",
  "*c*/tokens",
  "customers/properties/e-mail",
  "customers/properties/e mail",
  "customers/properties/émail",
  "customers/properties/email?",
  "customers/properties/email.mask.mask",
  "customers/properties/email.",
  "customers/properties/.mask",
  "cust.omers/tokens",
  " customers/tokens",
  "customers/tokens\n",
]) {
  test(`${JSON.stringify(resource)} is no resource`, () => {
    assert.throws(
      () => allowing("*", resource),
      (error) => {
        assert(error instanceof VaultError);
        assert.equal(error.code, "VL1000");
        assert.deepEqual({ ...error.context }, { place: "policies.P.resources[1]" });
        assert.match(error.message, /^`policies\.P\.resources\[1\]` (?:has two `\*` in one part|is nothing that the vault asks about: .*)$/);
        return true;
      },
    );
  });
}
