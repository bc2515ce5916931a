// The token operations: what they take and what they answer.

/**
 * Why data is accessed. `Other` needs `adhocReason`.
 */
export type Reason =
  | "AppFunctionality"
  | "Analytics"
  | "Notifications"
  | "Marketing"
  | "ThirdPartyMarketing"
  | "FraudPreventionSecurityAndCompliance"
  | "AccountManagement"
  | "Maintenance"
  | "DataSubjectRequest"
  | "Other";

/** What every operation takes. A parameter that is `undefined` counts as absent; null does not. */
export interface CallParameters {
  /** The collection's name. */
  collection: string;
  /** Why. May be absent only where the setting `forceAccessReason` is false. */
  reason?: Reason | (string & {}) | undefined;
  /** The caller's own words, at most 1,024 characters. */
  adhocReason?: string | undefined;
  /** A note for the audit, at most 1,024 characters. */
  customAudit?: string | undefined;
  /** Runs the host's `reload`, once the policy has allowed; what it answers holds from the next call. */
  reloadCache?: boolean | undefined;
  /** The tenants that confine the call, at least one. Absent: it is not confined. */
  xTenantId?: readonly string[] | undefined;
}

/** Which tokens an operation means: any of the token IDs, and all of the tags. */
export interface TokenQuery {
  /** Those that do not exist match nothing, and so does an empty list. */
  tokenIds?: readonly string[] | undefined;
  /** An empty list matches nothing. */
  tags?: readonly string[] | undefined;
  /** Refused with `PV2001`: this vault stores no objects. */
  objectIds?: readonly string[] | undefined;
}

/** Property values by property name. */
export type ObjectFields = Record<string, any>;

/**
 * `randomized`: a new ID each time. `pci`: the same ID for the same data in a scope. `pci_oneway`: likewise, and the
 * data cannot be had back. `deterministic`: the ID is derived from the data. `pointer` is refused with `PV2001`.
 */
export type TokenType = "pci" | "pci_oneway" | "pointer" | "randomized" | "deterministic";

/** Where data comes from: exactly one of these. */
export type InputObject =
  | { fields: ObjectFields }
  | { encrypted: EncryptedObjectInput }
  /** The index of a request of the same array that has `fields` or `encrypted` itself. */
  | { request_index: number }
  /** Refused with `PV2001`: this vault stores no objects. */
  | { id: string };

/** A ciphertext that `encrypt` or `updateEncrypted` made. */
export interface EncryptedObjectInput {
  /** Base64, standard or URL-safe, with or without padding. */
  ciphertext: string;
  /** Must be the scope it was sealed with, if it is given. */
  scope?: string | undefined;
}

/** One for each request, in their order: of a list of two that is written down, two are answered. */
export type OneForEach<Places extends readonly unknown[], Each> = { -readonly [Place in keyof Places]: Each };

/** One token to make. */
export interface TokenizeRequest {
  type: TokenType | (string & {});
  object: InputObject;
  /** Which properties of the object. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** An ID of your own: 1 to 128 of letters, digits, `-` and `_`. */
  token_id?: string | undefined;
  /** A label; equal data in another scope is another token. Default: `default`. */
  scope?: string | undefined;
  tags?: readonly string[] | undefined;
  /** Those of `tags` that no other token of the tenant may have now. */
  ensure_unique_tenant_tags?: readonly string[] | undefined;
  /** `true` is refused with `PV2001`. */
  store_object?: boolean | undefined;
  /** One property of type `CC_NUMBER`, for `fptemplate`. */
  fpprops?: readonly string[] | undefined;
  /** Makes an ID that looks like the card's number: its first six digits, six others, its last four. */
  fptemplate?: "primary_account_number" | undefined;
}

/** What `tokenize` takes. */
export interface TokenizeParameters<Places extends readonly unknown[] = readonly unknown[]> extends CallParameters {
  /** The tokens to make: all or none. */
  requestBody: { readonly [Place in keyof Places]: TokenizeRequest };
  /** When they expire: seconds from now as decimal text, `""` for never. Absent: as the settings say. */
  expirationSecs?: string | undefined;
  /**
   * An ID of your own for this call, best `crypto.randomUUID()`: others of the same tenants could guess another. The
   * same call with the same ID, within the time that the settings say, answers the same and changes nothing.
   */
  transactionId?: string | undefined;
}

/** A made token. */
export type TokenValue = {
  token_id: string;
};

/** What `detokenize` takes. */
export interface DetokenizeParameters extends CallParameters, TokenQuery {
  /** Which properties; `name.transformer` answers under that name. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** `include_metadata`: with {@link DetokenizedToken.metadata}; `include_aggregated_data`: with `agg` in it. */
  options?: readonly ("include_metadata" | "include_aggregated_data")[] | undefined;
}

/** A token's data. */
export type DetokenizedToken = {
  token_id: string;
  fields: ObjectFields;
  /** With the option `include_metadata`. */
  metadata?: TokenMetadata;
};

/** What a token is, without its data. Times are RFC 3339 in UTC, with three digits of a second. */
export type TokenMetadata = {
  type: TokenType;
  scope: string;
  token_id: string;
  /** One entry. */
  tokens: TokenRefMetadata[];
  /** With the option `include_aggregated_data`. */
  agg?: { max_effective_expiration_time?: string | null };
};

/** The one token that an ID stands for. Times are RFC 3339 in UTC, with three digits of a second; null is never. */
export type TokenRefMetadata = {
  creation_time: string;
  expiration_time: string | null;
  effective_expiration_time: string | null;
  /** Absent: it is of no tenant. */
  effective_tenant_id?: string;
  tags: string[];
};

/** What to change; what is absent stays. */
export interface UpdateTokenRequest {
  /** Replaces the tags; an empty list removes them. */
  tags?: readonly string[] | undefined;
  /** Those of `tags` that no other token of the tenant may have. */
  ensure_unique_tenant_tags?: readonly string[] | undefined;
  /** The new data, which replaces all of the old. The query must match exactly one token. */
  object?: InputObject | undefined;
  /** Which properties of `object` become the new data. Absent: all of them. */
  props?: readonly string[] | undefined;
}

/** What `updateTokens` takes. */
export interface UpdateTokensParameters extends CallParameters, TokenQuery {
  requestBody: UpdateTokenRequest;
  /** When they expire: seconds from now as decimal text, `"0"` for at once, `""` for never. Absent: as before. */
  expirationSecs?: string | undefined;
  /** `archived`: only archived tokens. Absent: only active ones. */
  options?: readonly "archived"[] | undefined;
  /** As in {@link TokenizeParameters.transactionId}. */
  transactionId?: string | undefined;
}

/** What `rotateTokens` takes. */
export interface RotateTokensParameters extends CallParameters {
  /** Each an active token of the collection. */
  tokenIds: readonly string[];
  /** As in {@link TokenizeParameters.transactionId}: with it, a call whose answer was lost can be repeated. */
  transactionId?: string | undefined;
}

/** The new token ID for each old one, in the order asked for. */
export type RotatedTokens = Record<string, string>;

/** What `searchTokens` takes. */
export interface SearchTokensParameters extends CallParameters {
  requestBody: QueryToken;
  /** `archived`: archived tokens in the place of active ones; `include_aggregated_data`: with {@link TokenMetadata.agg}. */
  options?: readonly ("archived" | "include_aggregated_data")[] | undefined;
}

/** {@link TokenQuery} as it stands in a body. */
export interface QueryToken {
  token_ids?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  object_ids?: readonly string[] | undefined;
}

/** What `deleteTokens` takes. */
export interface DeleteTokensParameters extends CallParameters, TokenQuery {
  /** One more list of tenants, of one: tokens outside it are refused by ID, and not matched by tags. */
  tenantId?: string | undefined;
  /** `archived`: only archived tokens. Absent: only active ones. */
  options?: readonly "archived"[] | undefined;
}

/** How many tokens there are. */
export type Count = {
  active: number;
  archived: number;
  total: number;
};

/** What `getByTransactionId` takes. */
export interface GetByTransactionIdParameters extends CallParameters {
  /** The transaction ID of a `tokenize`. */
  id: string;
}

/** The tokens that a transaction made; empty when it is unknown. */
export type TransactionID = {
  ref_ids?: string[];
};

/**
 * The token operations, with the names and parameter objects of the official client. Each answers a promise and never
 * throws at once; each rejects with a {@link VaultError} and nothing else.
 */
export interface TokensClient {
  /** Makes tokens. Answers them in the order of the requests. */
  readonly tokenize: <const Places extends readonly unknown[]>(
    parameters: TokenizeParameters<Places>,
  ) => Promise<OneForEach<Places, TokenValue>>;
  /** Turns tokens back into data. What matches nothing is left out. */
  readonly detokenize: (parameters: DetokenizeParameters) => Promise<DetokenizedToken[]>;
  /**
   * Updates the tags and the expiry of tokens, or the data of one token, or both, together or not at all. New data
   * replaces all of the old: a property that is not given is gone.
   *
   * ```js
   * await tokens.updateTokens({
   *   collection: "customers",
   *   reason: "AppFunctionality",
   *   tokenIds: [id],
   *   requestBody: { object: { fields: { name: "Jane Miller", email: "jane@example.org" } } },
   * });
   * ```
   */
  readonly updateTokens: (parameters: UpdateTokensParameters) => Promise<void>;
  /** Gives tokens new IDs, all or none; afterwards an old ID is as if it had never been. */
  readonly rotateTokens: (parameters: RotateTokensParameters) => Promise<RotatedTokens>;
  /** Finds tokens, without their data. */
  readonly searchTokens: (parameters: SearchTokensParameters) => Promise<TokenMetadata[]>;
  /** Deletes tokens for good. */
  readonly deleteTokens: (parameters: DeleteTokensParameters) => Promise<void>;
  /** Counts tokens. */
  readonly getTokensCount: (parameters: CallParameters) => Promise<Count>;
  /** Finds what a `tokenize` with a transaction ID made. */
  readonly getByTransactionId: (parameters: GetByTransactionIdParameters) => Promise<TransactionID>;
}
