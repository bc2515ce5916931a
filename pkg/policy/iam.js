// @ts-check
// The ready-made policy: users have a role, and roles have capabilities and policies. Types and documentation:
// `iam.d.ts`.

import { readConfiguration } from "./configuration.js";
import { askedBy } from "./resource.js";
import { parseToml } from "./toml.js";

/** @import { AccessRequest, Check, Decision } from "../index.js" */
/** @import { Role, User } from "./configuration.js" */

/** @type {typeof import("./iam.js").iam} */
export function iam(configuration) {
  return policyOf(readConfiguration(configuration));
}

/** @type {typeof import("./iam.js").iamToml} */
export function iamToml(text) {
  return policyOf(readConfiguration(parseToml(text)));
}

/** @type {(users: Map<string, User>) => (request: AccessRequest) => Decision} */
function policyOf(users) {
  return (request) => decide(users.get(nameOf(request.caller)), request);
}

/** A caller may be anything; looking into it may even throw. @type {(caller: any) => any} */
function nameOf(caller) {
  try {
    return typeof caller === "object" ? caller?.name : undefined;
  } catch {
    return undefined;
  }
}

/** @type {(user: User | undefined, request: AccessRequest) => Decision} */
function decide(user, { capabilities, checks, collection, tenantIds, reason }) {
  if (user === undefined || user.disabled) return { allow: false, because: "capability" };
  const { role, tenants } = user;
  const lacking = capabilities.find((capability) => !role.capabilities.has(capability));
  if (lacking !== undefined) return { allow: false, because: "capability", message: `the role lacks \`${lacking}\`` };
  if (tenants !== null && !(tenantIds.length > 0 && tenantIds.every((id) => tenants.has(id)))) {
    return { allow: false, because: "policy", message: "the call is not confined to the user's tenants" };
  }
  // The resource stays out of the message: a caller would learn from it which properties a token holds.
  const refused = checks.find((check) => !allows(role, check, collection, reason));
  return refused === undefined
    ? { allow: true }
    : { allow: false, because: "policy", message: `the role's policies do not allow \`${refused.operation}\`` };
}

/**
 * At least one policy is about the check, and all that are allow it.
 * @type {(role: Role, check: Check, collection: string, reason: string) => boolean}
 */
function allows({ policies }, check, collection, reason) {
  const asked = askedBy(check, collection);
  const about = policies.filter(
    ({ operations, reasons, resources }) =>
      operations.has(check.operation) && reasons.has(reason) && resources.some((covers) => covers(asked)),
  );
  return about.length > 0 && about.every((policy) => policy.allows);
}
