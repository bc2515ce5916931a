// @ts-check
// The rules of docs/iam.md once more, written down as plainly as they stand there and sharing no code with `iam`.

/** @import { AccessRequest, Check } from "vaultlet" */
/** @import { IamConfiguration } from "vaultlet/policy/iam" */

/** @type {(configuration: IamConfiguration, request: AccessRequest) => "allowed" | "capability" | "policy"} */
export function naiveDecision({ users, roles, policies }, request) {
  const { caller, capabilities, checks, collection, tenantIds, reason } = request;
  const user = Object.entries(users).find(([name]) => name === caller?.name)?.[1];
  if (user === undefined || user.disabled === true) return "capability";
  const role = Object.entries(roles).find(([name]) => name === user.role)?.[1];
  if (capabilities.some((each) => !listed(role?.capabilities, each))) return "capability";
  if (user.tenants !== undefined) {
    const { tenants } = user;
    if (tenantIds.length === 0 || tenantIds.some((each) => !tenants.includes(each))) return "policy";
  }
  for (const check of checks) {
    const votes = Object.entries(policies)
      .filter(([name]) => listed(role?.policies, name))
      .map(([, policy]) => policy)
      .filter(({ operations, reasons }) => listed(operations, check.operation) && listed(reasons, reason))
      .filter(({ resources }) => resources.some((resource) => reaches(resource, check, collection)))
      .map(({ policy_type }) => policy_type);
    if (votes.includes("deny") || !votes.includes("allow")) return "policy";
  }
  return "allowed";
}

/** @type {(list: readonly string[] | undefined, entry: string) => boolean} */
const listed = (list = [], entry) => list.includes("*") || list.includes(entry);

/** @type {(resource: string, check: Check, collection: string) => boolean} */
function reaches(resource, check, collection) {
  if (resource === "*") return true;
  const glob = resource.replace(/^([^/]*)\/tokens\/\*$/, "$1/tokens").replace(/\/archived\/tokens\/\*$/, "/archived/tokens");
  if (asPattern(glob).test(check.resource)) return true;
  if (check.type === undefined) return false;
  const [first, second, ...type] = glob.split("/");
  const inLowerCase = [first, second, ...type.map((part) => part.toLowerCase())].join("/");
  return asPattern(inLowerCase).test(`${collection}/types/${check.type.toLowerCase()}`);
}

/** @param {string} glob */
const asPattern = (glob) => new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`, "u");
