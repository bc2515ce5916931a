/**
 * Vaultlet: a complete PII token vault inside the process that uses it.
 *
 * ```js
 * import { generateKeys, openVault } from "vaultlet";
 * import { memoryStore } from "vaultlet/store/memory";
 *
 * const vault = await openVault({
 *   keys: generateKeys(),
 *   collections: { customers: { properties: { email: { type: "EMAIL" } } } },
 *   store: memoryStore(),
 *   policy: ({ caller }) => ({ allow: caller === "signup" }),
 * });
 * const { tokens } = vault.as("signup");
 * const about = { collection: "customers", reason: "AppFunctionality" };
 * const [{ token_id }] = await tokens.tokenize({
 *   ...about,
 *   requestBody: [{ type: "pci", object: { fields: { email: "jane@example.com" } } }],
 * });
 * const [found] = await tokens.detokenize({ ...about, tokenIds: [token_id] });
 * ```
 *
 * @packageDocumentation
 */

import type { CryptoClient } from "./ciphertexts.js";
import type { ErrorBody, ErrorCode } from "./error-codes.js";
import type { Audit, Collections, GeneratedKeys, Keys, Policy, Settings, Store } from "./host.js";
import type { TokensClient } from "./tokens.js";

export type * from "./ciphertexts.js";
export type * from "./error-codes.js";
export type * from "./host.js";
export type * from "./tokens.js";

/**
 * Opens a vault over what the host supplies. The wasm is found and loaded by the way, once for the process.
 *
 * @throws {@link VaultError} `VL1000` for a configuration that cannot be used; `context.place` names the place, such
 *   as `keys.data.2026-11`, `settings.maxTags` or `store.maxWrites`. Key material is never in it.
 * @throws {@link VaultError} `PV1000` if the wasm could not be loaded. The next call tries again.
 */
export function openVault(options: VaultOptions): Promise<Vault>;

/**
 * A new keyring of random secrets, or a copy of `previous` with one more data key as its primary: every key of before
 * still opens, and the index key is the same. A data key is named for the day (UTC) and ten random letters, such as
 * `2026-11-28-mbqkdhzwuf`, so that no two are ever named alike. It is plain text through and through:
 * `JSON.parse(JSON.stringify(keys))` is the same keyring.
 *
 * ```js
 * await writeFile("keys.json", JSON.stringify(generateKeys()), { mode: 0o600 });
 * ```
 *
 * @throws {@link VaultError} `VL1000` for a `previous` that is no keyring
 */
export function generateKeys(previous?: Keys): GeneratedKeys;

/**
 * An open vault. It need not be closed: what it holds goes when nobody refers to it any more. But only `close` wipes it.
 */
export interface Vault {
  /**
   * The operations, for one caller. It is cheap and holds nothing: make one for each request that you serve.
   *
   * It never throws: what is wrong with the options, each call rejects with, `PV1012`.
   *
   * @param caller any value; it is handed to `policy` and `audit` as it is, and looked into by nobody else
   */
  as(caller: unknown, options?: AsOptions): VaultClient;

  /**
   * Wipes keys and memory and ends the vault; once more changes nothing. Calls that are under way, and all later ones,
   * reject with `VL5002`, and neither policy nor audit nor store is called again. `context.outcome` is `unknown` where
   * a write had been handed to the store.
   */
  close(): void;
}

/** What `vault.as` may be told. */
export interface AsOptions {
  /** Goes to `policy` and `audit`, to tell requests apart: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `:` and `-`. */
  requestId?: string | undefined;
}

/** The operations for one caller. Frozen, and so are its parts; every method may be taken out of its object. */
export interface VaultClient {
  readonly tokens: TokensClient;
  readonly crypto: CryptoClient;
}

/**
 * What the host supplies. The functions in it are looked up in this very object at each call, and called as its
 * methods. Each may answer a value, a promise or a thenable; one that throws, answers another shape or takes longer
 * than `settings.timeoutMs` fails the operation with an error that names it.
 */
export interface VaultOptions {
  /** The secrets. */
  keys: Keys;
  /** What the vault keeps: collections of typed properties. */
  collections: Collections;
  /** Where sealed rows are kept. Without `write` the vault is read-only. */
  store: Store;
  /** Who may do what. */
  policy: Policy;
  /** Is told of every call. Absent: nobody is told. */
  audit?: Audit | undefined;
  /**
   * Runs for an operation with `reloadCache: true`, after the policy has allowed it. Calls that ask for it while it
   * runs wait for the same run. It may answer new collections, which hold from the next call on. Absent: nothing runs.
   */
  reload?: (() => Reloaded | undefined | void | Promise<Reloaded | undefined | void>) | undefined;
  /** The time: whole milliseconds since 1970, at once and not as a promise. Absent: `Date.now`. */
  clock?: (() => number) | undefined;
  /** Absent: every setting has its default. */
  settings?: Settings | undefined;
  /**
   * The wasm, where a bundler hides it or a runtime does not bring it: a module, the bytes of
   * `vaultlet/vaultlet.wasm`, a reply to a request for it (several vaults may share one), its address, or a promise of
   * one of them. Absent: the package loads its own, once for all vaults. What is no wasm is `VL1000`, place `wasm`; a
   * promise that rejects fails this call with `PV1000`, and what it was rejected with is the `cause`.
   */
  wasm?: Wasm | PromiseLike<Wasm> | undefined;
}

/** The wasm in one of its forms. */
export type Wasm = WasmModule | ArrayBuffer | ArrayBufferView | OfPlatform<"Response"> | OfPlatform<"URL">;

/** A `WebAssembly.Module`, which has no members of its own. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? object & Module : never;

/** A class of the platform: not every project has the types of browsers. */
export type OfPlatform<Name extends string> = typeof globalThis extends { [Global in Name]: { prototype: infer Self } } ? Self : never;

/** What `reload` may answer. */
export interface Reloaded {
  collections: Collections;
}

/**
 * A call that failed. There is never personal data or key material in it.
 *
 * ```js
 * try {
 *   await tokens.rotateTokens({ collection: "customers", reason: "Maintenance", tokenIds: [id] });
 * } catch (error) {
 *   if (error instanceof VaultError && error.code === "PV3087") console.log(error.context.token_ids);
 * }
 * ```
 */
export class VaultError extends Error {
  private constructor();
  readonly name: "VaultError";
  /** What to decide by. */
  readonly code: ErrorCode;
  /** The HTTP status that goes with the code. */
  readonly status: number;
  /** What went wrong where, such as `field`, `callback` or `token_ids`. Frozen. */
  readonly context: Readonly<Record<string, string>>;
  /** What a callback of the host threw, as it is; what the runtime threw, if the wasm could not be loaded or failed. */
  readonly cause?: unknown;
  /** The error as the REST API's body, and the official client's errors have it. Frozen. */
  readonly body: ErrorBody;
  /** The same; `JSON.stringify(error)` writes it. */
  toJSON(): ErrorBody;
}
