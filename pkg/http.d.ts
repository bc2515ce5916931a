// Types of `vaultlet/http`: the vault over HTTP.

import type { Collections, Vault } from "./index.js";

/** What {@link createHandler} is given. */
export interface HandlerOptions {
  /** The vault that answers. */
  vault: Vault;
  /**
   * Says who sends a request. It is asked once for each, before the body is read, but for health, `/`, `/openapi.json`,
   * `/errors` and `OPTIONS`. What it answers is the caller that policy and audit are told; `undefined`, `null`, `false`
   * and `""`, and whatever it throws, are `PV1005` 401. It may read the method, the address and every header; the body it
   * may read of a clone. It is not timed: one that never answers never ends the request.
   */
  authenticate: (request: Request) => unknown;
  /** The collections that the vault was opened with: clients may then read what they are. Absent: they may not. */
  collections?: Collections | undefined;
  /** The most bytes of a body; more are 413. Default: 4 MiB. */
  maxBodyBytes?: number | undefined;
  /** Where the handler is mounted, such as `/vault`: all its routes are below. Default: `""`. */
  basePath?: string | undefined;
}

/**
 * Serves a vault as the public REST API: one function for every runtime that knows `Request` and `Response`.
 *
 * ```js
 * const handler = createHandler({
 *   vault,
 *   authenticate: (request) => callers.get(request.headers.get("Authorization")),
 * });
 * const answer = await handler(new Request("https://vault.example/"));
 * ```
 *
 * The promise that it answers never rejects: what fails is an answer, with the status and body of the API.
 *
 * @throws {@link VaultError} `VL1000` for options that cannot be used; `context.place` names the option
 */
export function createHandler(options: HandlerOptions): (request: Request) => Promise<Response>;
