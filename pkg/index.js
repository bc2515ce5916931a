// @ts-check
// Opens a vault, and hands each caller the operations. Types and documentation: `index.d.ts`.

import { makeBridge } from "./bridge.js";
import { errorOf, makeError } from "./error.js";
import { readKeys } from "./keys.js";
import { loadCore } from "./load.js";
import { readOptions } from "./options.js";

/** @import { Core } from "./boundary.js" */
/** @import { Host } from "./bridge.js" */
/** @import { VaultClient } from "./index.js" */

export { VaultError } from "./error.js";
export { generateKeys } from "./keys.js";

/** @type {typeof import("./index.js").openVault} */
export async function openVault(options) {
  const read = readOptions(options);
  const timeoutMs = /** @type {number} */ (read.settings.timeoutMs ?? 30_000);
  const bridge = makeBridge(/** @type {Host} */ (options), timeoutMs);
  // Read at once: the host may wipe its own copy while the wasm is loading.
  const { primary, data, secrets } = readKeys(options.keys);
  /** @type {Core} */
  let core;
  try {
    const CoreClass = await loadCore();
    core = new CoreClass(JSON.stringify({ primary, data, ...read }), secrets, bridge);
  } catch (thrown) {
    throw errorOf(thrown);
  } finally {
    secrets.fill(0);
  }
  return Object.freeze({ as: (/** @type {unknown} */ caller) => clientOf(core, caller) });
}

/**
 * The operations for one caller. Each method is a function of its own, so that it may be taken out of its object.
 * @type {(core: Core, caller: unknown) => VaultClient}
 */
function clientOf(core, caller) {
  /** @param {string} operation */
  const method = (operation) => (/** @type {unknown} */ parameters) => call(core, operation, parameters, caller);
  return Object.freeze({
    tokens: Object.freeze({
      tokenize: method("tokens.tokenize"),
      detokenize: method("tokens.detokenize"),
      updateTokens: method("tokens.update"),
      rotateTokens: method("tokens.rotate"),
      searchTokens: method("tokens.search"),
      deleteTokens: method("tokens.delete"),
      getTokensCount: method("tokens.count"),
      getByTransactionId: method("tokens.transaction"),
    }),
    crypto: Object.freeze({
      encrypt: method("crypto.encrypt"),
      decrypt: method("crypto.decrypt"),
      updateEncrypted: method("crypto.updateEncrypted"),
      hashObjects: method("crypto.hash"),
    }),
  });
}

/** @type {(core: Core, operation: string, parameters: unknown, caller: unknown) => Promise<any>} */
async function call(core, operation, parameters, caller) {
  /** @type {string | undefined} */
  let request;
  try {
    request = JSON.stringify(parameters);
  } catch {
    // What was thrown may quote the request.
  }
  if (request === undefined) {
    throw makeError("PV1012", 400, "`request` must be an object that JSON can carry", { field: "request" });
  }
  /** @type {string} */
  let answer;
  try {
    answer = await core.call(operation, request, caller);
  } catch (thrown) {
    throw errorOf(thrown);
  }
  return answer === "" ? undefined : JSON.parse(answer);
}
