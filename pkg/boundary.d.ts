// The boundary between JavaScript and the wasm, as types; `docs/boundary.md` explains it. No part of the public API.

import type { Store, VaultOptions } from "./index.js";

/** What the core throws. */
export interface ErrorReport {
  /** JSON text: the body of the error. */
  body: string;
  status: number;
  /** What the host threw. */
  cause: unknown;
}

/** How a callback failed: it threw or rejected with `cause`, answered the wrong shape, or not in time. */
export interface CallbackFailure {
  kind: "threw" | "shape" | "timeout";
  cause?: unknown;
}

/** The host as the wasm sees it. What fails, throws or rejects with a {@link CallbackFailure}. */
export interface Bridge {
  readClaims(claims: string): Rows | Promise<Rows>;
  readTerms(
    terms: string,
    state: "active" | "archived" | "any",
    now: number,
    after: string | undefined,
    limit: number,
  ): Rows | Promise<Rows>;
  write(labels: string, numbers: Float64Array, sealed: Uint8Array): boolean | Promise<boolean>;
  decide(caller: unknown, request: string): Verdict | Promise<Verdict>;
  audit(caller: unknown, event: string): void | Promise<void>;
  clock(): number;
  /** JSON text of the new collections, if there are any. */
  reload(): string | undefined | Promise<string | undefined>;
  report(body: string, status: number, cause: unknown): ErrorReport;
}

export interface Verdict {
  allow: boolean;
  because?: "capability" | "policy";
  message?: string | undefined;
}

/** The options, as if all were given: the core was told what is absent, and does not ask for it. */
export type Host = { [Name in keyof VaultOptions]-?: NonNullable<VaultOptions[Name]> } & { store: Required<Store> };

/** Rows in columns. */
export interface Rows {
  /** For each row its key, its terms, its claims, without a separator: 22 bytes each. */
  labels: Uint8Array;
  /** For each row six numbers. */
  numbers: Float64Array;
  /** All sealed bytes, end to end. */
  sealed: Uint8Array;
}
