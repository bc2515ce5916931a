// @ts-check
// What `vaultlet/http` may do with a client beyond its methods: hand over the text of a body as it came, take the answer
// as text, and ask for what no method asks. No part of the public API: a client shows nothing of it.

import { bodyOfText } from "./body.js";
import { mapGetWeak, mapSetWeak } from "./built-ins.js";

/** @import { Given } from "./calls.js" */
/** @import { VaultClient } from "./index.js" */

/** Runs an operation, by the name that policy and audit have for it. @typedef {(action: string, given: Given) => Promise<string>} Run */

/** @type {WeakMap<VaultClient, Run>} */
const runs = new WeakMap();

/** @type {(client: VaultClient, run: Run) => void} */
export const keepRun = (client, run) => void mapSetWeak(runs, client, run);

/**
 * Runs an operation for a client of `vault.as`, such as `tokens.update`, `crypto.hash` or `collections.read`.
 *
 * `parameters` are those of the client's method, without `requestBody`. `body` is the JSON text of that, in UTF-8, as it
 * came: it is read strictly, once, and is one JSON value or `PV1012`, `context.field` being its place from `requestBody`
 * on. Answers JSON text; `""` where the operation answers nothing. Rejects with a `VaultError`.
 *
 * @type {(client: VaultClient, action: string, parameters: unknown, body?: Uint8Array) => Promise<string>}
 */
export async function runRaw(client, action, parameters, body) {
  const run = mapGetWeak(runs, client);
  if (run === undefined) throw new TypeError("this is no client of a vault of this very package");
  return run(action, { parameters, body: body && bodyOfText(body) });
}
