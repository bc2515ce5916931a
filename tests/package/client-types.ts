// The types, held against the official client's: what one may hand to its methods, one may hand to ours, and what ours
// answer is what its callers expect. Also that the declarations say what the implementation does. Only `tsc` reads this.

import type { VaultClient as OfficialClient } from "@piiano/vault-client";
import type * as declared from "vaultlet";
import type { memoryStore } from "vaultlet/store/memory";

import type * as errors from "../../pkg/error.js";
import type * as keys from "../../pkg/keys.js";

/** Fails to compile where the first is not assignable to the second. */
type Assignable<From extends To, To> = From;

/** Any function: what it takes, and what its promise comes to. */
type Method = (parameters: never) => PromiseLike<unknown>;
type Takes<M extends Method> = Parameters<M>[0];
type Answers<M extends Method> = Awaited<ReturnType<M>>;

/** Whether ours can stand in for the official one. */
type StandsInFor<Ours extends Method, Official extends Method> =
  Takes<Official> extends Takes<Ours> ? (Answers<Ours> extends Answers<Official> ? true : "answers") : "takes";

/** Fails to compile where something does not hold. */
type Holds<T extends true> = T;

type Tokens = declared.VaultClient["tokens"];
type OfficialTokens = OfficialClient["tokens"];
type Crypto = declared.VaultClient["crypto"];
type OfficialCrypto = OfficialClient["crypto"];

export type Checked = [
  Holds<StandsInFor<Tokens["tokenize"], OfficialTokens["tokenize"]>>,
  Holds<StandsInFor<Tokens["detokenize"], OfficialTokens["detokenize"]>>,
  Holds<StandsInFor<Tokens["updateTokens"], OfficialTokens["updateTokens"]>>,
  Holds<StandsInFor<Tokens["rotateTokens"], OfficialTokens["rotateTokens"]>>,
  Holds<StandsInFor<Tokens["searchTokens"], OfficialTokens["searchTokens"]>>,
  Holds<StandsInFor<Tokens["deleteTokens"], OfficialTokens["deleteTokens"]>>,
  Holds<StandsInFor<Tokens["getTokensCount"], OfficialTokens["getTokensCount"]>>,
  Holds<StandsInFor<Tokens["getByTransactionId"], OfficialTokens["getByTransactionId"]>>,
  Holds<StandsInFor<Crypto["encrypt"], OfficialCrypto["encrypt"]>>,
  Holds<StandsInFor<Crypto["decrypt"], OfficialCrypto["decrypt"]>>,
  Holds<StandsInFor<Crypto["updateEncrypted"], OfficialCrypto["updateEncrypted"]>>,
  Holds<StandsInFor<Crypto["hashObjects"], OfficialCrypto["hashObjects"]>>,
  Holds<StandsInFor<Crypto["encryptBlob"], OfficialCrypto["encryptBlob"]>>,
  Holds<StandsInFor<Crypto["decryptBlob"], OfficialCrypto["decryptBlob"]>>,

  // The declarations and the implementation; `openVault` is held to its own where it is written.
  Assignable<typeof keys.generateKeys, typeof declared.generateKeys>,
  // But for its name, which the implementation sets on the prototype.
  Assignable<Omit<errors.VaultError, "name">, Omit<declared.VaultError, "name">>,
  Assignable<ReturnType<typeof memoryStore>, declared.Store>,
  // A keyring that was made is one that may be given, before and after JSON.
  Assignable<declared.GeneratedKeys, declared.Keys>,
];

declare const tokens: Tokens;
declare const id: string;

// What the API has no use for is refused when it is written down, a misspelt parameter above all.
export const misuses = [
  // @ts-expect-error `reason` is text
  tokens.detokenize({ collection: "customers", reason: 7, tokenIds: [id] }),
  // @ts-expect-error rotate takes token IDs and no tags
  tokens.rotateTokens({ collection: "customers", reason: "Maintenance", tags: ["a"] }),
  // @ts-expect-error the names within a body are the REST API's
  tokens.updateTokens({ collection: "customers", tokenIds: [id], requestBody: { ensureUniqueTenantTags: ["a"] } }),
  // @ts-expect-error an expiry is text, because it may be empty
  tokens.updateTokens({ collection: "customers", tokenIds: [id], expirationSecs: 60, requestBody: {} }),
];
