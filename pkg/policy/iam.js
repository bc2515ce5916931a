// @ts-check
// The ready-made policy: users have a role, and roles have capabilities and policies. Types and documentation:
// `iam.d.ts`.

import { mapGet, ownOf, setHas } from "../built-ins.js";
import { look } from "../error.js";
import { isNamed, readConfiguration } from "./configuration.js";
import { askedBy, isCovered } from "./resource.js";
import { parseToml } from "./toml.js";

/** @import { AccessRequest, Check, Decision } from "../index.js" */
/** @import { Policy, Role, User } from "./configuration.js" */

/** @type {typeof import("./iam.js").iam} */
export function iam(configuration) {
  return policyOf(look("configuration", () => readConfiguration(configuration)));
}

/** @type {typeof import("./iam.js").iamToml} */
export function iamToml(text) {
  return policyOf(readConfiguration(parseToml(text)));
}

/** @type {(users: Map<string, User>) => (request: AccessRequest) => Decision} */
function policyOf(users) {
  return (request) => {
    const name = nameOf(request.caller);
    if (typeof name !== "string") return nobody("the caller has no text `name` of its own");
    const user = mapGet(users, name);
    // One answer for both: a caller need not learn which users there are.
    if (user === undefined || user.disabled) return nobody("the caller's `name` is of no user, or of a disabled one");
    return decide(user, request);
  };
}

/** A caller may be anything; looking into it may even throw. @type {(caller: unknown) => any} */
function nameOf(caller) {
  try {
    return typeof caller === "object" ? ownOf(caller, "name") : undefined;
  } catch {
    return undefined;
  }
}

/** @type {(message: string) => Decision} */
const nobody = (message) => ({ allow: false, because: "capability", message });

// What decides are plain loops: a method of lists that somebody replaced could pass over a refusal.

/** @type {(user: User, request: AccessRequest) => Decision} */
function decide({ role, tenants }, { capabilities, checks, collection, tenantIds, reason }) {
  for (let at = 0; at < capabilities.length; at += 1) {
    const capability = /** @type {string} */ (capabilities[at]);
    if (isNamed(role.capabilities, capability)) continue;
    return { allow: false, because: "capability", message: `the role lacks \`${capability}\`` };
  }
  if (tenants !== null && !isWithin(tenantIds, tenants)) {
    return { allow: false, because: "policy", message: "the call is not confined to the user's tenants" };
  }
  for (let at = 0; at < checks.length; at += 1) {
    const check = /** @type {Check} */ (checks[at]);
    if (allows(role, check, collection, reason)) continue;
    const where = isOfTokens(check, collection) ? `\`${check.resource}\`` : "every property of the call";
    const message = `the role's policies do not allow \`${check.operation}\` on ${where} with the reason \`${reason}\``;
    return { allow: false, because: "policy", message };
  }
  return { allow: true };
}

/**
 * Whether the resource is tokens as such. A property stays out of the message: a caller would learn from it which ones a
 * token holds.
 * @type {(check: Check, collection: string) => boolean}
 */
function isOfTokens({ resource }, collection) {
  return resource === `${collection}/tokens` || resource === `${collection}/archived/tokens`;
}

/** Whether there are any, and no others than these. @type {(tenantIds: string[], tenants: Set<string>) => boolean} */
function isWithin(tenantIds, tenants) {
  for (let at = 0; at < tenantIds.length; at += 1) {
    if (!setHas(tenants, /** @type {string} */ (tenantIds[at]))) return false;
  }
  return tenantIds.length > 0;
}

/**
 * At least one policy is about the check, and all that are allow it.
 * @type {(role: Role, check: Check, collection: string, reason: string) => boolean}
 */
function allows({ policies }, check, collection, reason) {
  const asked = askedBy(check, collection);
  let allowed = false;
  for (let at = 0; at < policies.length; at += 1) {
    const policy = /** @type {Policy} */ (policies[at]);
    const isAbout =
      isNamed(policy.operations, check.operation) && isNamed(policy.reasons, reason) && isCovered(asked, policy.resources);
    if (isAbout && !policy.allows) return false;
    allowed ||= isAbout;
  }
  return allowed;
}
