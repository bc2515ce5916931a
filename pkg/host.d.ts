// What the host supplies: keys, collections, settings, store, policy and audit.

import type { ErrorCode } from "./error-codes.js";
import type { Reason } from "./tokens.js";

/** A keyring. */
export interface Keys {
  /** The name of the data key that seals. Every data key opens. */
  primary: string;
  /** The data keys by name. A name is no secret; it is never stored. */
  data: Readonly<Record<string, Secret>>;
  /**
   * The key of the blind index. Keep it apart from copies of the store: who has both can guess data that takes few
   * values. It cannot be changed: a new one means a new store, and under a wrong one nothing is found.
   */
  index: Secret;
}

/** 32 random bytes: as they are, as 43 characters of base64url, or as a JWK. No two of a keyring may be equal. */
export type Secret = Uint8Array | string | SecretJwk;

/** A symmetric key as RFC 7517 has it. Members besides these are ignored. */
export interface SecretJwk {
  kty: "oct";
  /** 43 characters of base64url. */
  k: string;
}

/** What {@link generateKeys} makes: a keyring of text. */
export interface GeneratedKeys {
  primary: string;
  data: Record<string, string>;
  index: string;
}

/** Collections by name. A name is a letter and at most 39 letters, digits or underscores; a property's name too. */
export type Collections = Readonly<Record<string, Collection>>;

/** A kind of object. */
export interface Collection {
  properties: Readonly<Record<string, Property>>;
}

/** What one property of an object may hold. */
export interface Property {
  type: DataType | (string & {});
  /** Whether null may stand for no value. Default: false. A value may be absent in either case. */
  nullable?: boolean | undefined;
}

/** The type of a property: what its values look like, and how they are masked. */
export type DataType =
  | "ADDRESS"
  | "BAN"
  | "BLOB"
  | "BOOLEAN"
  | "CC_CVV"
  | "CC_EXPIRATION_STRING"
  | "CC_HOLDER_NAME"
  | "CC_NUMBER"
  | "DATE"
  | "DATE_OF_BIRTH"
  | "DOUBLE"
  | "EMAIL"
  | "EMAIL_STRICT"
  | "GENDER"
  | "INTEGER"
  | "JSON"
  | "LONG_TEXT"
  | "NAME"
  | "OBJECT_ID"
  | "PHONE_NUMBER"
  | "SSN"
  | "STRING"
  | "TENANT_ID"
  | "TIMESTAMP"
  | "URL"
  | "US_BANK_ACCOUNT_NUMBER"
  | "US_BANK_ROUTING"
  | "ZIP_CODE_US";

/** Settings, each with a default. */
export interface Settings {
  /** Whether a call must give its reason; if not, it counts as `AppFunctionality`. Default: true. */
  forceAccessReason?: boolean | undefined;
  /** When a new token expires, in seconds, where the call does not say; null is never. Default: null; 0 to 3,153,600,000. */
  tokenTtlSecs?: number | null | undefined;
  /** Most tags of a token. Default: 10; 1 to 60. */
  maxTags?: number | undefined;
  /** Most tokens that one call may name, match or make; more are `VL1001`. Default: 10,000; 1 to 10,000,000. */
  maxTokens?: number | undefined;
  /** Most bytes of sealed rows that one call may read, or write; more are `VL1001`. Default: 16 MiB; 1 to 2^31. */
  maxBytes?: number | undefined;
  /**
   * Most bytes (UTF-8) of one request's text; a longer one is `VL1001` before anything is read of it. Default: 8 MiB;
   * 1 to 2^31.
   */
  maxRequestBytes?: number | undefined;
  /**
   * Most bytes of all requests that are under way; one more is `VL1002`. Default: 64 MiB; 1 to 2^31, and not less than
   * `maxRequestBytes`.
   */
  maxPendingBytes?: number | undefined;
  /** How long a callback may take, in milliseconds; longer is `PV1009`. Default: 30,000; 1 to 2^31 − 1. */
  timeoutMs?: number | undefined;
  /** How long a transaction ID is remembered, in seconds. Default: 86,400; 1 to 3,153,600,000. */
  transactionTtlSecs?: number | undefined;
  /** How long the store must keep an archived token, in seconds; null is for ever. Default: null; 0 to 3,153,600,000. */
  archivedRetentionSecs?: number | null | undefined;
}

/**
 * Where rows are kept. It sees keys, terms and claims that mean nothing to it, times, and sealed bytes.
 *
 * A read after a write sees it. A store that cannot promise this (an eventually consistent one, an index that lags, a
 * replica) is no store for Vaultlet.
 */
export interface Store {
  /**
   * The rows that a query means.
   *
   * Throws if they could not be read.
   */
  read(query: Query): Row[] | Promise<Row[]>;

  /**
   * Checks every change and makes all of them, answering true; or makes none and answers false. Atomic, isolated and
   * durable. `false` means that somebody else wrote first:
   * - the version expected of a row is not the one it has, or it is there though none was expected, or
   * - after the batch two rows of the store would hold one claim. Within the batch a claim may move from row to row.
   *
   * Throws only when the outcome is unknown or the engine failed, and never repeats a write whose outcome it does not
   * know, unless it can do so exactly once.
   *
   * Absent: the vault is read-only.
   *
   * @param changes one for each key
   */
  write?(changes: Change[]): boolean | Promise<boolean>;

  /** Most keys, terms and claims that one write may touch. Absent: any number. Read when the vault is opened. */
  maxWrites?: number | undefined;

  /** Most bytes of `sealed` in one row. Absent: any number. Read when the vault is opened. */
  maxRowBytes?: number | undefined;
}

/** A stored row. Keys, terms and claims are 22 characters of base64url. */
export interface Row {
  /** Identity for life: random, chosen by the vault, never used again. */
  key: string;
  /** 1 at first, one more on every write of the row. The store compares it and never computes it. */
  version: number;
  /** What it can be found by; many rows may share one. A set: no repeats, order without meaning. */
  terms: string[];
  /** What it alone may hold: no two rows of the store share a claim. A set, as well. */
  claims: string[];
  /** Milliseconds since 1970: the token is archived from then on. Null: never. */
  expiresAt: number | null;
  /** Milliseconds since 1970: the store may delete the row after this, and never otherwise. Null: never. */
  pruneAt: number | null;
  /** Opaque bytes, in a buffer of their own. */
  sealed: Uint8Array;
}

/** Which rows are wanted. */
export type Query = ClaimsQuery | TermsQuery;

/** Each row that holds at least one of the claims, once, in any order. No claims: no rows. */
export interface ClaimsQuery {
  claims: string[];
}

/** A page of the rows that have all of the terms, ordered by key (by code unit, as `<` compares). */
export interface TermsQuery {
  /** Never empty. */
  terms: string[];
  /** Active at `now` is what has no `expiresAt`, or one greater than `now`; archived is all else. */
  state: "active" | "archived" | "any";
  /** Milliseconds since 1970. */
  now: number;
  /** Only rows with a key after this one. */
  after: string | null;
  /** The first so many rows; a shorter page is the last. */
  limit: number;
}

/** One change of a batch. */
export interface Change {
  key: string;
  /** The version that the row has now; null: no row has the key. */
  expect: number | null;
  /** The row as it shall be; null deletes it. */
  row: Row | null;
}

/**
 * Says whether a caller may do what he asks. Only an answer whose `allow` is exactly true allows; every other answer
 * denies. If it throws, the operation fails. Nothing of the store is read, and no ciphertext opened, before it has
 * allowed.
 *
 * An operation that learns its properties only by opening something asks twice: first with no `checks`, then with
 * those of the properties, before anything is written or answered.
 *
 * ```js
 * const vault = await openVault({
 *   keys,
 *   collections,
 *   store,
 *   policy: ({ caller, capabilities }) =>
 *     capabilities.every((capability) => caller.capabilities.includes(capability))
 *       ? { allow: true }
 *       : { allow: false, because: "capability" },
 * });
 * ```
 */
export type Policy = (request: AccessRequest) => Decision | Promise<Decision>;

/** The policy's question. */
export interface AccessRequest {
  /** What was given to `vault.as`, as it is. */
  caller: any;
  action: Action;
  /** All needed. */
  capabilities: Capability[];
  /** All needed, in the order of the properties. */
  checks: Check[];
  /**
   * Where the data comes from: property values in the request, ciphertext in the request (at least in part), stored
   * tokens, or there is none.
   */
  input: "fields" | "encrypted" | "token" | "none";
  collection: string;
  /** The tenants that confine the request. Empty: it is not confined, and the policy may insist that it is. */
  tenantIds: string[];
  reason: Reason;
  adhocReason?: string;
  /** What was given to `vault.as`. */
  requestId?: string;
}

/** One thing that the caller must be allowed to do. */
export interface Check {
  /** Such as `tokenize`, `detokenize`, `read` or `write`. */
  operation: string;
  /** Such as `customers/properties/email`, `customers/properties/ssn.mask` or `customers/tokens`. */
  resource: string;
  /** The property's type, with its transformer if there is one: `EMAIL`, `SSN.mask`. A name that the collection lacks has none. */
  type?: string;
}

/**
 * The policy's answer. `because: "capability"` is the error `PV1007`, `"policy"` is `PV1006`; `message` goes into
 * the error's `context.because`, so the caller reads it.
 */
export type Decision = {
  allow: boolean;
  because?: "capability" | "policy" | undefined;
  message?: string | undefined;
};

/** The operations, as policy and audit call them. */
export type Action =
  | "tokens.tokenize"
  | "tokens.detokenize"
  | "tokens.update"
  | "tokens.rotate"
  | "tokens.search"
  | "tokens.delete"
  | "tokens.count"
  | "tokens.transaction"
  | "collections.read"
  | "crypto.encrypt"
  | "crypto.decrypt"
  | "crypto.updateEncrypted"
  | "crypto.hash"
  | "crypto.encryptBlob"
  | "crypto.decryptBlob";

/** What a role may have. */
export type Capability =
  | "CapTokensReader"
  | "CapTokensWriter"
  | "CapTokensDetokenizer"
  | "CapTransactionIdReader"
  | "CapCollectionsReader"
  | "CapCryptoEncrypter"
  | "CapCryptoDecrypter"
  | "CapCryptoHasher";

/**
 * Is told of each call, once, before anything is written or answered, and awaited. If it throws, the operation fails
 * and nothing has happened. A call that ends in an error after its reason was accepted is told of as `denied` or
 * `failed`. An event records what is about to happen. What it answers is of no account.
 */
export type Audit = (event: AuditEvent) => unknown;

/** One event. There is never a value, a token ID or a key in it. */
export interface AuditEvent {
  /** Random for each call. */
  id: string;
  /** Milliseconds since 1970. */
  time: number;
  /** What was given to `vault.as`, as it is. */
  caller: any;
  action: Action;
  collection: string;
  tenantIds: string[];
  reason: Reason;
  adhocReason?: string;
  customAudit?: string;
  transactionId?: string;
  /** What was given to `vault.as`. */
  requestId?: string;
  decision: "allowed" | "denied" | "failed";
  /** The error's code, where there is one. */
  code?: ErrorCode;
  /** What the policy was asked. */
  checks: Check[];
  /** How many tokens it concerns. */
  tokens: number;
}
