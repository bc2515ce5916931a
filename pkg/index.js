// @ts-check
// Opens a vault, and hands each caller the operations. Types and documentation: `index.d.ts`.

import { freeze, ownOf, parseJson, writeJson } from "./built-ins.js";
import { makeBridge } from "./bridge.js";
import { errorOf, makeError } from "./error.js";
import { readKeys } from "./keys.js";
import { loadCore } from "./load.js";
import { copyPlain, readOptions } from "./options.js";

/** @import { Host } from "./boundary.js" */
/** @import { VaultClient } from "./index.js" */
/** @import { Core } from "./wasm/vaultlet_bg.js" */

export { VaultError } from "./error.js";
export { generateKeys } from "./keys.js";

/** @type {typeof import("./index.js").openVault} */
export async function openVault(options) {
  const read = readOptions(options);
  const timeoutMs = /** @type {number} */ (ownOf(read.settings, "timeoutMs") ?? 30_000);
  // Read at once: the host may wipe its own copy while the wasm is loading.
  const { primary, data, secrets } = readKeys(options.keys);
  try {
    const CoreClass = await loadCore();
    const bridge = makeBridge(/** @type {Host} */ (options), timeoutMs);
    const core = new CoreClass(writeJson(copyPlain({ primary, data: [...data], ...read }, "configuration")) ?? "", secrets, bridge);
    // `close` and the options of `as` are declared, and come with an instance of the wasm for each vault.
    return /** @type {any} */ (freeze({ as: (/** @type {unknown} */ caller) => clientOf(core, caller) }));
  } catch (thrown) {
    throw errorOf(thrown);
  } finally {
    secrets.fill(0);
  }
}

/** Each method is a function of its own, so that it may be taken out. @type {(core: Core, caller: unknown) => VaultClient} */
function clientOf(core, caller) {
  /** @param {string} operation */
  const method = (operation) => (/** @type {unknown} */ parameters) => call(core, operation, parameters, caller);
  return freeze({
    tokens: freeze({
      tokenize: method("tokens.tokenize"),
      detokenize: method("tokens.detokenize"),
      updateTokens: method("tokens.update"),
      rotateTokens: method("tokens.rotate"),
      searchTokens: method("tokens.search"),
      deleteTokens: method("tokens.delete"),
      getTokensCount: method("tokens.count"),
      getByTransactionId: method("tokens.transaction"),
    }),
    crypto: freeze({
      encrypt: method("crypto.encrypt"),
      decrypt: method("crypto.decrypt"),
      updateEncrypted: method("crypto.updateEncrypted"),
      hashObjects: method("crypto.hash"),
    }),
  });
}

/** @type {(core: Core, operation: string, parameters: unknown, caller: unknown) => Promise<any>} */
async function call(core, operation, parameters, caller) {
  const request = writeRequest(parameters);
  // In a turn of its own: if the caller's stack ran out inside of the wasm, no call would ever be answered again.
  await undefined;
  try {
    const answer = await core.call(operation, request, caller);
    return answer === "" ? undefined : parseJson(answer);
  } catch (thrown) {
    throw errorOf(thrown);
  }
}

/** @param {unknown} parameters */
function writeRequest(parameters) {
  try {
    const request = writeJson(parameters);
    if (request !== undefined) return request;
  } catch {
    // What was thrown may quote the request.
  }
  throw makeError("PV1012", 400, "`request` must be an object that JSON can carry", { field: "request" });
}
