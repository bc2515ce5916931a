// The ciphertext operations: what they take and what they answer.

import type { OfPlatform } from "./index.js";
import type {
  CallParameters,
  EncryptedObjectInput,
  InputObject,
  ObjectFields,
  OneForEach,
  TokenValue,
  UpdateTokensParameters,
} from "./tokens.js";

/**
 * `randomized`: another ciphertext each time. `deterministic`: the same for the same data, scope, tenant, collection and
 * primary key.
 */
export type EncryptionType = "randomized" | "deterministic";

/** One object to encrypt. */
export interface EncryptionRequest {
  /** Default: `randomized`. */
  type?: EncryptionType | (string & {}) | undefined;
  object: InputObject;
  /** Which properties of the object. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** Default: `default`. */
  scope?: string | undefined;
  /** Not with `deterministic`. */
  tags?: readonly string[] | undefined;
}

/** What `encrypt` takes. */
export interface EncryptParameters<Places extends readonly unknown[] = readonly unknown[]> extends CallParameters {
  /** The objects to encrypt: all or none. */
  requestBody: { readonly [Place in keyof Places]: EncryptionRequest };
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

/** What `decrypt` takes. */
export interface DecryptParameters<Places extends readonly unknown[] = readonly unknown[]> extends CallParameters {
  requestBody: { readonly [Place in keyof Places]: DecryptionRequest };
  /**
   * `archived`: only ciphertexts whose expiry has come. Without it only active ones. `include_metadata`: with
   * {@link DecryptedObject.metadata}.
   */
  options?: readonly ("archived" | "include_metadata")[] | undefined;
}

/** An opened ciphertext. */
export type DecryptedObject = {
  fields: ObjectFields;
  /** With the option `include_metadata`. */
  metadata?: EncryptedObjectMetadata;
};

/** What a ciphertext says beside its data. */
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
  type?: EncryptionType | (string & {}) | undefined;
  encrypted_object: EncryptedObjectInput;
  /** Laid over what the ciphertext holds; a null leaves what it holds. */
  fields: ObjectFields;
  /** Which properties survive. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** Absent: as before. */
  scope?: string | undefined;
}

/** What `updateEncrypted` takes. */
export interface UpdateEncryptedParameters<Places extends readonly unknown[] = readonly unknown[]> extends CallParameters {
  requestBody: { readonly [Place in keyof Places]: UpdateEncryptionRequest };
  /** `archived`: only ciphertexts whose expiry has come. Absent: only active ones. */
  options?: readonly "archived"[] | undefined;
  /** As in {@link UpdateTokensParameters.expirationSecs}. */
  expirationSecs?: string | undefined;
}

/** One object to hash. */
export interface HashObjectRequest {
  object: InputObject;
  /** Which properties of the object. Absent: all of them. */
  props?: readonly string[] | undefined;
  /** Default: `default`. */
  scope?: string | undefined;
  /** One property of type `CC_NUMBER`, for `fptemplate`. */
  fpprops?: readonly string[] | undefined;
  /** The ID then looks like the card's number: its first six digits, six others, its last four. */
  fptemplate?: "primary_account_number" | undefined;
}

/** What `hashObjects` takes; of tenants at most one. */
export interface HashObjectsParameters<Places extends readonly unknown[] = readonly unknown[]> extends CallParameters {
  requestBody: { readonly [Place in keyof Places]: HashObjectRequest };
}

/** Bytes to encrypt. */
export interface EncryptBlobParameters extends CallParameters {
  /** The property that the bytes are a value of, of type `BLOB`. */
  prop: string;
  /** The bytes themselves. They count against the setting `maxRequestBytes`, as base64. */
  requestBody: OfPlatform<"Blob"> | Uint8Array;
  /** Default: `randomized`. */
  type?: EncryptionType | (string & {}) | undefined;
  /** Default: `default`. */
  scope?: string | undefined;
  /** A list, or text with commas between the tags. Not with `deterministic`. */
  tags?: string | readonly string[] | undefined;
  /** When the ciphertext expires: seconds from now as decimal text, `""` for never. Not with `deterministic`. */
  expirationSecs?: string | undefined;
}

/** A ciphertext to open. */
export interface DecryptBlobParameters extends CallParameters {
  /** The property whose bytes are wanted, of type `BLOB`. */
  prop: string;
  /** The ciphertext, as its base64 text in UTF-8, standard or URL-safe, or raw. */
  requestBody: OfPlatform<"Blob"> | Uint8Array;
  /** Must be the scope it was sealed with, if it is given. */
  scope?: string | undefined;
  /** `archived`: only a ciphertext whose expiry has come. Absent: only an active one. */
  options?: readonly "archived"[] | undefined;
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
  readonly encrypt: <const Places extends readonly unknown[]>(
    parameters: EncryptParameters<Places>,
  ) => Promise<OneForEach<Places, EncryptedValue>>;
  /** Opens ciphertexts. */
  readonly decrypt: <const Places extends readonly unknown[]>(
    parameters: DecryptParameters<Places>,
  ) => Promise<OneForEach<Places, DecryptedObject>>;
  /** Makes new ciphertexts of old ones. */
  readonly updateEncrypted: <const Places extends readonly unknown[]>(
    parameters: UpdateEncryptedParameters<Places>,
  ) => Promise<OneForEach<Places, EncryptedValue>>;
  /** Answers the ID that a `deterministic` token would have. */
  readonly hashObjects: <const Places extends readonly unknown[]>(
    parameters: HashObjectsParameters<Places>,
  ) => Promise<OneForEach<Places, TokenValue>>;
  /**
   * Encrypts bytes, as the value of one property of type `BLOB`. Answers the ciphertext: its base64 text, in a Blob.
   *
   * ```js
   * const sealed = await crypto.encryptBlob({
   *   collection: "customers",
   *   reason: "AppFunctionality",
   *   prop: "photo",
   *   requestBody: new Uint8Array([0xff, 0xd8, 0xff]),
   * });
   * const text = await sealed.text();
   * ```
   */
  readonly encryptBlob: (parameters: EncryptBlobParameters) => Promise<OfPlatform<"Blob">>;
  /** Opens the ciphertext of a blob. Answers the bytes, in a Blob. */
  readonly decryptBlob: (parameters: DecryptBlobParameters) => Promise<OfPlatform<"Blob">>;
}
