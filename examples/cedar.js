// @ts-check
// `node examples/cedar.js`: a vault whose policy is on Cedar. The rules are in `cedar-policies.cedar`, and how they are
// asked is in `cedar-policy.js`. The comment behind a `console.log` is what it prints.

import { readFileSync } from "node:fs";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { cedarPolicy } from "./cedar-policy.js";

/** @import { VaultError } from "vaultlet" */

const policy = cedarPolicy(readFileSync(new URL("cedar-policies.cedar", import.meta.url), "utf8"));
const vault = await openVault({
  keys: generateKeys(),
  collections: { customers: { properties: { email: { type: "EMAIL" }, ssn: { type: "SSN" } } } },
  store: memoryStore(),
  policy,
});
const as = (/** @type {string} */ role) => vault.as({ name: role, roles: [role], tenantIds: ["acme"] }).tokens;
const codeOf = (/** @type {VaultError} */ error) => error.code;

const about = { collection: "customers", reason: /** @type {const} */ ("AccountManagement"), xTenantId: ["acme"] };
const object = { fields: { email: "jane@example.com", ssn: "078-05-1120" } };
const made = await as("signup").tokenize({ ...about, requestBody: [{ type: "randomized", object }] });
const tokenIds = made.map(({ token_id }) => token_id);

const [seen] = await as("support").detokenize({ ...about, tokenIds, props: ["email", "ssn.mask"] });
console.log(seen?.fields); // { email: 'jane@example.com', 'ssn.mask': '***-**-1120' }

// Support asks for the SSN itself, and gets nothing at all.
console.log(await as("support").detokenize({ ...about, tokenIds, props: ["email", "ssn"] }).catch(codeOf)); // PV1006

// The newsletter may only read for marketing: with another reason it has not even the capability.
console.log(await as("newsletter").detokenize({ ...about, tokenIds, props: ["email"] }).catch(codeOf)); // PV1007
const marketing = { ...about, reason: /** @type {const} */ ("Marketing"), tokenIds, props: ["email"] };
console.log((await as("newsletter").detokenize(marketing)).length); // 1

// Nobody acts for a tenant that is not his own.
console.log(await as("newsletter").detokenize({ ...marketing, xTenantId: ["other"] }).catch(codeOf)); // PV1007
