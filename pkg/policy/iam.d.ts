import type { AccessRequest, Capability, Decision, Reason } from "../index.js";

/**
 * A ready-made policy: callers are `{ name }`, a user has a role, a role has capabilities and policies. It is the
 * public system's model; docs/iam.md says where it differs.
 *
 * ```js
 * import { iam } from "vaultlet/policy/iam";
 *
 * const policy = iam({
 *   users: { Webapp: { role: "App" }, Helpdesk: { role: "Support", tenants: ["acme"] } },
 *   roles: {
 *     App: { capabilities: ["CapTokensWriter"], policies: ["Tokenize"] },
 *     Support: { capabilities: ["CapTokensDetokenizer"], policies: ["ReadMasked"] },
 *   },
 *   policies: {
 *     Tokenize: { policy_type: "allow", operations: ["tokenize"], reasons: ["*"], resources: ["customers/properties/*"] },
 *     ReadMasked: {
 *       policy_type: "allow",
 *       operations: ["detokenize", "read"],
 *       reasons: ["AccountManagement"],
 *       resources: ["customers/properties/ssn.mask"],
 *     },
 *   },
 * });
 * ```
 *
 * The configuration is copied: a later change of the object changes nothing. One that stands in a constant of its own is
 * declared with `satisfies IamConfiguration`, or its lists are lists of `string` to TypeScript.
 *
 * @returns a policy that answers at once and never throws, whatever the caller is
 * @throws {@link VaultError} `VL1000` for a configuration that cannot be used; `context.place` names the place, such as
 *   `roles.App.policies[1]`
 */
export function iam(configuration: IamConfiguration): (request: AccessRequest) => Decision;

/**
 * {@link iam} for the text of a TOML file, such as the public system's.
 *
 * ```js
 * import { iamToml } from "vaultlet/policy/iam";
 *
 * const policy = iamToml(`
 *   [users.Webapp]
 *   role = "App"
 *
 *   [roles.App]
 *   capabilities = ["CapTokensWriter"]
 *   policies = ["Tokenize"]
 *
 *   [policies.Tokenize]
 *   policy_type = "allow"
 *   operations = ["tokenize"]
 *   reasons = ["*"]
 *   resources = ["customers/properties/*"]
 * `);
 * ```
 *
 * @returns the policy, ready for `openVault`
 * @throws {@link VaultError} `VL1000` as {@link iam} does; for what is no TOML `context.place` is such as
 *   `line 3, column 14`
 */
export function iamToml(text: string): (request: AccessRequest) => Decision;

/** Users, roles and policies, each by name. A name may be any text but the empty one and `"*"`. */
export interface IamConfiguration {
  users: Readonly<Record<string, IamUser>>;
  roles: Readonly<Record<string, IamRole>>;
  policies: Readonly<Record<string, IamPolicy>>;
  /** Taken, so that the public system's files load, and not looked into: who the caller is, the host settles. */
  idps?: object | undefined;
}

/** Who may call. */
export interface IamUser {
  /** The name of a role. */
  role: string;
  /** Whether the user is refused everything. Default: false. */
  disabled?: boolean | undefined;
  /**
   * Denies each request that is not confined to some of these tenants. An empty list denies all; no entry stands for
   * all tenants. Absent: the user is not confined.
   */
  tenants?: readonly string[] | undefined;
}

/** What its users may do. A list that is absent is empty. */
export interface IamRole {
  /** `"*"` is all. */
  capabilities?: readonly (IamCapability | "*")[] | undefined;
  /** Names of policies; `"*"` is all. */
  policies?: readonly string[] | undefined;
  /** Names of roles. Taken, so that the public system's files load, and without effect. */
  trusted_roles?: readonly string[] | undefined;
}

/**
 * A vote on each check that it is about: one whose operation, reason and resource it names. A check passes with at
 * least one vote to allow and none to deny. No list may be empty, and `"*"` in one is all.
 */
export interface IamPolicy {
  policy_type: "allow" | "deny";
  operations: readonly (IamOperation | "*")[];
  reasons: readonly (Reason | "*")[];
  /**
   * Each is `*`, or a glob of one of these forms: `customers/tokens`, `customers/archived/tokens`,
   * `customers/properties/ssn`, `customers/types/SSN`. A property and a type may have a transformer: `ssn.mask`,
   * `SSN.mask`. A part may hold one `*`, which stands for any characters but `/`. Types match in either case.
   */
  resources: readonly string[];
}

/** The operations of checks. The vault asks for all but `search`, which is about stored objects. */
export type IamOperation =
  | "read"
  | "write"
  | "delete"
  | "stats"
  | "search"
  | "tokenize"
  | "detokenize"
  | "encrypt"
  | "decrypt"
  | "hash";

/** The capabilities that the vault asks for, and those that only the public system does. */
export type IamCapability =
  | Capability
  | "CapActionsInvoker"
  | "CapActionsReader"
  | "CapClusterInfoReader"
  | "CapCodeReader"
  | "CapCodeWriter"
  | "CapCollectionsWriter"
  | "CapConfvarReader"
  | "CapConfvarWriter"
  | "CapDataCreator"
  | "CapDataDeleter"
  | "CapDataReader"
  | "CapDataSearcher"
  | "CapDataUpdater"
  | "CapDataWriter"
  | "CapErrorWriter"
  | "CapIAMReader"
  | "CapIAMWriter"
  | "CapInfoReader"
  | "CapKMSReader"
  | "CapKMSWriter"
  | "CapObjectsCreator"
  | "CapObjectsDeleter"
  | "CapObjectsLister"
  | "CapObjectsReader"
  | "CapObjectsUpdater"
  | "CapObjectsWriter"
  | "CapSystem"
  | "CapSystemGCRunner"
  | "CapTokensExporter"
  | "CapTokensImporter"
  | "CapTypesReader"
  | "CapTypesWriter";
