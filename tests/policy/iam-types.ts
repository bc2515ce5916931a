// The types of the IAM policy: what may be written down, and that the answer fits where a policy goes. Only `tsc` reads
// this.

import type { Decision, Policy, VaultOptions } from "vaultlet";
import { iam, iamToml, type IamConfiguration } from "vaultlet/policy/iam";

declare const configuration: IamConfiguration;
declare const request: Parameters<Policy>[0];

export const policies: Policy[] = [iam(configuration), iamToml("")];
export const options: Pick<VaultOptions, "policy"> = { policy: iam(configuration) };
// It answers at once, so that a policy of one's own may go on from the answer.
export const decision: Decision = iam(configuration)(request);

export const taken: IamConfiguration[] = [
  { users: {}, roles: {}, policies: {} },
  {
    users: { jane: { role: "App", disabled: false, tenants: ["acme"] }, joe: { role: "App", disabled: undefined } },
    roles: { App: { capabilities: ["*"], policies: ["*"], trusted_roles: [] }, Idle: {} },
    policies: { All: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] } },
    idps: { Staff: { type: "JWT" } },
  },
];

export const misuses: IamConfiguration[] = [
  // @ts-expect-error a section is missing
  { users: {}, roles: {} },
  // @ts-expect-error a user has one role
  { users: { jane: { roles: ["App"] } }, roles: {}, policies: {} },
  // @ts-expect-error there is no such capability
  { users: {}, roles: { App: { capabilities: ["CapTokenWriter"] } }, policies: {} },
  // @ts-expect-error `"*"` goes in a list
  { users: {}, roles: { App: { capabilities: "*" } }, policies: {} },
  // @ts-expect-error a policy allows or denies
  { users: {}, roles: {}, policies: { P: { policy_type: "Allow", operations: ["*"], reasons: ["*"], resources: ["*"] } } },
  // @ts-expect-error there is no such operation
  { users: {}, roles: {}, policies: { P: { policy_type: "allow", operations: ["reed"], reasons: ["*"], resources: ["*"] } } },
  // @ts-expect-error there is no such reason
  { users: {}, roles: {}, policies: { P: { policy_type: "deny", operations: ["*"], reasons: ["curiosity"], resources: ["*"] } } },
];

// A configuration in a constant of its own: without `satisfies`, as in a file of JSON, its lists are lists of `string`.
const loose = { users: {}, roles: {}, policies: { All: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] } } };
const exact = {
  users: { jane: { role: "App" } },
  roles: { App: { capabilities: ["CapTokensWriter"], policies: ["All"] } },
  policies: { All: { policy_type: "allow", operations: ["tokenize"], reasons: ["Marketing"], resources: ["*"] } },
} satisfies IamConfiguration;
// @ts-expect-error see above
export const ofConstants: Policy[] = [iam(exact), iam(loose)];
