// The ciphertext operations: what they take and what they answer.

import type {
  CallParameters,
  EncryptedObjectInput,
  InputObject,
  ObjectFields,
  TokenValue,
  UpdateTokensParameters,
} from "./tokens.js";

/** `randomized`: another ciphertext each time. `deterministic`: the same for the same data, scope and tenant. */
export type EncryptionType = "randomized" | "deterministic";

/** One object to encrypt. */
export interface EncryptionRequest {
  /** Default: `randomized`. */
  type?: EncryptionType | undefined;
  object: InputObject;
  /** Which properties of the object. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** Default: `default`. */
  scope?: string | undefined;
  /** Not with `deterministic`. */
  tags?: readonly string[] | undefined;
}

export interface EncryptParameters extends CallParameters {
  /** The objects to encrypt: all or none. */
  requestBody: readonly EncryptionRequest[];
  /** When they expire: seconds from now as decimal text, `""` for never. Not with `deterministic`. */
  expirationSecs?: string | undefined;
}

/** A ciphertext, in standard base64. */
export type EncryptedValue = {
  ciphertext: string;
};

/** One ciphertext to open. */
export interface DecryptionRequest {
  encrypted_object: EncryptedObjectInput;
  /** Which properties; `name.transformer` answers under that name. Absent: all of them. */
  props?: readonly string[] | undefined;
}

export interface DecryptParameters extends CallParameters {
  requestBody: readonly DecryptionRequest[];
  options?: readonly ("archived" | "include_metadata")[] | undefined;
}

/** An opened ciphertext. */
export type DecryptedObject = {
  fields: ObjectFields;
  /** With the option `include_metadata`. */
  metadata?: EncryptedObjectMetadata;
};

export type EncryptedObjectMetadata = {
  type: EncryptionType;
  scope: string;
  /** RFC 3339 in UTC, with three digits of a second; null is never. */
  expiration?: string | null;
  tags: string[];
};

/** One ciphertext to make another of. */
export interface UpdateEncryptionRequest {
  /** Absent: as before. */
  type?: EncryptionType | undefined;
  encrypted_object: EncryptedObjectInput;
  /** Laid over what the ciphertext holds. */
  fields: ObjectFields;
  /** Which properties survive. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** Absent: as before. */
  scope?: string | undefined;
}

export interface UpdateEncryptedParameters extends CallParameters {
  requestBody: readonly UpdateEncryptionRequest[];
  options?: readonly "archived"[] | undefined;
  /** As in {@link UpdateTokensParameters.expirationSecs}. */
  expirationSecs?: string | undefined;
}

/** One object to hash. */
export interface HashObjectRequest {
  object: InputObject;
  props?: readonly string[] | undefined;
  scope?: string | undefined;
  fpprops?: readonly string[] | undefined;
  fptemplate?: "primary_account_number" | undefined;
}

export interface HashObjectsParameters extends CallParameters {
  requestBody: readonly HashObjectRequest[];
}

/** The ciphertext operations, with the names and parameter objects of the official client. */
export interface CryptoClient {
  /**
   * Encrypts objects. Nothing is stored.
   *
   * ```js
   * const [{ ciphertext }] = await crypto.encrypt({
   *   collection: "customers",
   *   reason: "AppFunctionality",
   *   requestBody: [{ object: { fields: { email: "jane@example.com" } }, scope: "support" }],
   * });
   * ```
   */
  readonly encrypt: (parameters: EncryptParameters) => Promise<EncryptedValue[]>;
  /** Opens ciphertexts. */
  readonly decrypt: (parameters: DecryptParameters) => Promise<DecryptedObject[]>;
  /** Makes new ciphertexts of old ones. */
  readonly updateEncrypted: (parameters: UpdateEncryptedParameters) => Promise<EncryptedValue[]>;
  /** Answers the ID that a `deterministic` token would have. */
  readonly hashObjects: (parameters: HashObjectsParameters) => Promise<TokenValue[]>;
}
