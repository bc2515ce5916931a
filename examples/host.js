// @ts-check
// What the demo's host supplies: the shape of its data, and who may do what. The store is the memory store.

/** @import { AccessRequest, Capability, Collections, Decision } from "vaultlet" */

/** One collection. Each property has a type, and the vault checks every value against it. @type {Collections} */
export const collections = {
  customers: {
    properties: {
      name: { type: "NAME" },
      email: { type: "EMAIL" },
      phone: { type: "PHONE_NUMBER", nullable: true },
      ssn: { type: "SSN", nullable: true },
    },
  },
};

/**
 * What callers may do, and which properties they may read.
 * @type {Record<string, { can: Capability[], reads: string[] }>}
 */
const roles = {
  signup: {
    can: ["CapTokensWriter", "CapTokensReader", "CapTokensDetokenizer", "CapCryptoEncrypter"],
    reads: ["name", "email", "email.mask", "phone", "ssn", "ssn.mask"],
  },
  newsletter: { can: ["CapTokensDetokenizer"], reads: ["email"] },
};

/**
 * A policy is one function. It sees who asks, for what, and on which properties; it never sees a value.
 * @param {AccessRequest} request
 * @returns {Decision}
 */
export function policy({ caller, capabilities, checks }) {
  const role = roles[caller.name];
  if (role === undefined || !capabilities.every((capability) => role.can.includes(capability))) {
    return { allow: false, because: "capability" };
  }
  const readable = role.reads.map((name) => `customers/properties/${name}`);
  const hidden = checks.find(
    ({ operation, resource, type }) => operation === "read" && type !== undefined && !readable.includes(resource),
  );
  return hidden === undefined
    ? { allow: true }
    : { allow: false, because: "policy", message: `${caller.name} may not read ${hidden.resource}` };
}
