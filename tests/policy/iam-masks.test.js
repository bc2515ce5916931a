// @ts-check
// `iam` and transformers under a real vault: the mask without the value, the value without the mask, and neither.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { iam } from "vaultlet/policy/iam";
import { memoryStore } from "vaultlet/store/memory";

/** @import { IamPolicy } from "vaultlet/policy/iam" */

const about = { collection: "customers", reason: /** @type {const} */ ("AccountManagement") };
const object = { fields: { ssn: "078-05-1120", name: "Jane Miller" } };
const masked = { "ssn.mask": "***-**-1120" };
const value = { ssn: "078-05-1120" };

/** @type {(policy_type: "allow" | "deny", resource: string) => IamPolicy} */
const policy = (policy_type, resource) => ({
  policy_type,
  operations: ["detokenize", "read", "decrypt"],
  reasons: ["*"],
  resources: [resource],
});
const everything = policy("allow", "*");

for (const [what, policies, allowed] of /** @type {[string, IamPolicy[], { mask: boolean, value: boolean }][]} */ ([
  ["a property's mask", [policy("allow", "customers/properties/ssn.mask")], { mask: true, value: false }],
  ["a property's value", [policy("allow", "customers/properties/ssn")], { mask: false, value: true }],
  ["a type's mask", [policy("allow", "*/types/SSN.mask")], { mask: true, value: false }],
  ["a type's mask in lower case", [policy("allow", "*/types/ssn.mask")], { mask: true, value: false }],
  ["a type's value", [policy("allow", "*/types/SSN")], { mask: false, value: true }],
  ["both", [policy("allow", "customers/properties/ssn*")], { mask: true, value: true }],
  ["all masks", [policy("allow", "*/types/*.mask")], { mask: true, value: false }],
  ["all but the value", [everything, policy("deny", "customers/properties/ssn")], { mask: true, value: false }],
  ["all but the mask", [everything, policy("deny", "*/types/SSN.mask")], { mask: false, value: true }],
  ["all but either", [everything, policy("deny", "*/types/ssn*")], { mask: false, value: false }],
  ["another property's mask", [policy("allow", "customers/properties/name.mask")], { mask: false, value: false }],
])) {
  test(`${what}: ${JSON.stringify(allowed)}`, async () => {
    const named = Object.fromEntries(policies.map((each, index) => [`P${index}`, each]));
    const vault = await openVault({
      keys: generateKeys(),
      collections: { customers: { properties: { ssn: { type: "SSN" }, name: { type: "NAME" } } } },
      store: memoryStore(),
      policy: iam({
        users: { setup: { role: "All" }, jane: { role: "Jane" } },
        roles: {
          All: { capabilities: ["*"], policies: ["All"] },
          Jane: { capabilities: ["CapTokensDetokenizer", "CapCryptoDecrypter"], policies: Object.keys(named) },
        },
        policies: { ...named, All: { ...everything, operations: ["*"] } },
      }),
    });
    const setup = vault.as({ name: "setup" });
    const made = await setup.tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }] });
    const tokenIds = made.map(({ token_id }) => token_id);
    const [encrypted_object] = await setup.crypto.encrypt({ ...about, requestBody: [{ object }] });
    assert(encrypted_object !== undefined);

    const { tokens, crypto } = vault.as({ name: "jane" });
    /** @type {(props: string[]) => Promise<unknown>[]} */
    const reads = (props) => [
      tokens.detokenize({ ...about, tokenIds, props }).then(([token]) => token?.fields),
      crypto.decrypt({ ...about, requestBody: [{ encrypted_object, props }] }).then(([opened]) => opened?.fields),
    ];
    for (const [props, right, expected] of /** @type {[string[], boolean, object][]} */ ([
      [["ssn.mask"], allowed.mask, masked],
      [["ssn"], allowed.value, value],
      [["ssn.mask", "ssn"], allowed.mask && allowed.value, { ...masked, ...value }],
    ])) {
      for (const read of await Promise.allSettled(reads(props))) {
        if (right) assert.deepEqual(read, { status: "fulfilled", value: expected }, `${props}`);
        else assert.equal(read.status === "rejected" && read.reason.code, "PV1006", `${props}`);
      }
    }
  });
}
