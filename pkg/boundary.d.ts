// The boundary between JavaScript and the wasm, as types; `docs/boundary.md` explains it. No part of the public API.

import type { AccessRequest, AuditEvent, ErrorBody, Store, VaultOptions } from "./index.js";

/** What the core throws. */
export interface ErrorReport {
  body: ErrorBody;
  status: number;
  /** What the host threw. */
  cause: unknown;
}

/**
 * How a callback failed: it threw or rejected with `cause`, answered the wrong shape with a `problem`, more bytes than
 * the call may read (`limit`), or not in time. Every member is there, whatever `Object.prototype` has.
 */
export interface CallbackFailure {
  kind: "threw" | "shape" | "limit" | "timeout";
  cause: unknown;
  problem: string | undefined;
  limit: number | undefined;
}

/** What came of a callback. Every member is there, as above. */
export interface Settled<T> {
  value: T | undefined;
  failure: CallbackFailure | undefined;
  pending: undefined;
}

/** The same, or a promise of it, which never rejects. */
export type Answer<T> = Settled<T> | { value: undefined; failure: undefined; pending: Promise<Settled<T>> };

/** One call, as the bridge sees it; the wasm hands it back as it came. */
export interface Call {
  caller: unknown;
  requestId?: string | undefined;
  /** Whether a write has been handed to the store. */
  wrote: boolean;
}

/** The host as the wasm sees it. Nothing of it throws or rejects: what fails, answers how. */
export interface Bridge {
  readClaims(claims: string, maxBytes: number): Answer<Rows>;
  readTerms(
    terms: string,
    state: "active" | "archived" | "any",
    now: number,
    after: string | undefined,
    limit: number,
    maxBytes: number,
  ): Answer<Rows>;
  write(call: Call, labels: string, numbers: Float64Array, sealed: Uint8Array): Answer<boolean>;
  decide(call: Call, question: Omit<AccessRequest, "caller">): Answer<Verdict>;
  audit(call: Call, event: Omit<AuditEvent, "caller">): Answer<void>;
  clock(): Settled<number>;
  /** Whole milliseconds since any moment; never fewer than before. */
  elapsed(): number;
  wait(millis: number): Answer<void>;
  /** JSON text of the new collections, if there are any. */
  reload(): Answer<string | undefined>;
}

export interface Verdict {
  allow: boolean;
  because: "capability" | "policy" | undefined;
  message: string | undefined;
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
