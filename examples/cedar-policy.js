// @ts-check
// A policy on Cedar (https://www.cedarpolicy.com). With any other engine it goes the same way: one question of the
// vault becomes one of the engine's for each capability and each check, all must be allowed, and what goes wrong is
// thrown.

import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";

/** @import { AccessRequest, Check, Policy } from "vaultlet" */
/** @import { DetailedError, EntityJson, TypeAndId } from "@cedar-policy/cedar-wasm/nodejs" */

/**
 * Who calls, as the host's own login has found out. The vault hands it on as it is; it is not for the caller to say.
 * @typedef {{ name: string, roles: string[], tenantIds: string[] }} Caller
 */

let sets = 0;

/**
 * @param {string} policies in Cedar's language
 * @returns {Policy}
 */
export function cedarPolicy(policies) {
  // Parsed here, once; a question then costs what it takes to answer it. Cedar keeps the set under a name.
  const preparsedPolicySetId = `vault-${(sets += 1)}`;
  const parsed = preparsePolicySet(preparsedPolicySetId, { staticPolicies: policies });
  if (parsed.type === "failure") throw new Error(textOf(parsed.errors));

  /** @type {(request: AccessRequest, action: string, resource: EntityJson) => boolean} */
  function isAllowed(request, action, resource) {
    const { caller, reason, tenantIds, input } = request;
    const principal = principalOf(caller);
    const answer = statefulIsAuthorized({
      preparsedPolicySetId,
      principal: principal.uid,
      action: { type: "Action", id: action },
      resource: resource.uid,
      // Never a value: the vault's question has none.
      context: { reason, tenantIds, input },
      entities: [principal, resource],
    });
    if (answer.type === "failure") throw new Error(textOf(answer.errors));
    // Cedar passes over a policy that fails, even one that forbids. To throw is the safe way: nothing happens then.
    const [failed] = answer.response.diagnostics.errors;
    if (failed !== undefined) throw new Error(textOf([failed.error]));
    return answer.response.decision === "allow";
  }

  return (request) => {
    const { capabilities, checks, collection } = request;
    // `checks` may be empty: the vault then asks for the capabilities alone, and again before it answers anything.
    if (!capabilities.every((capability) => isAllowed(request, capability, collectionOf(collection)))) {
      return { allow: false, because: "capability" };
    }
    if (!checks.every((check) => isAllowed(request, check.operation, resourceOf(check, collection)))) {
      return { allow: false, because: "policy" };
    }
    return { allow: true };
  };
}

/** @type {(caller: Caller) => EntityJson} */
function principalOf({ name, roles, tenantIds }) {
  return { uid: { type: "Caller", id: name }, attrs: { tenantIds }, parents: roles.map((role) => uid("Role", role)) };
}

/** @type {(collection: string) => EntityJson} */
const collectionOf = (collection) => ({ uid: uid("Collection", collection), attrs: {}, parents: [] });

/** A check's resource, within its collection. @type {(check: Check, collection: string) => EntityJson} */
function resourceOf({ resource, type }, collection) {
  const parents = [uid("Collection", collection)];
  // Only a property has a type; with a transformer both carry it, such as `customers/properties/ssn.mask`, `SSN.mask`.
  if (type !== undefined) return { uid: uid("Property", resource), attrs: { type }, parents };
  const kind = resource === `${collection}/archived/tokens` ? "ArchivedTokens" : "Tokens";
  return { uid: uid(kind, resource), attrs: {}, parents };
}

/** @type {(type: string, id: string) => TypeAndId} */
const uid = (type, id) => ({ type, id });

/** @type {(errors: DetailedError[]) => string} */
const textOf = (errors) => errors.map(({ message }) => message).join("; ");
