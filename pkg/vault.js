// @ts-check
// Opens a vault, and hands each caller the operations.

import { Bridge } from "./bridge.js";
import { errorOf, unwritableRequest } from "./error.js";
import { loadCore } from "./load.js";
import { readOptions } from "./options.js";

/** @import { Vault, VaultClient, VaultOptions } from "./index.js" */
/** @import { Core } from "./load.js" */

/**
 * @param {VaultOptions} options
 * @returns {Promise<Vault>}
 */
export async function openVault(options) {
  // Read at once: the host may wipe its own copy of the keys while the wasm is loading.
  const { configuration, secrets, timeoutMs } = readOptions(options);
  try {
    const Core = await loadCore();
    const core = makeCore(() => new Core(configuration, secrets, new Bridge(options, timeoutMs)));
    return Object.freeze({ as: (/** @type {unknown} */ caller) => clientOf(core, caller) });
  } finally {
    secrets.fill(0);
  }
}

/** @param {() => Core} make */
function makeCore(make) {
  try {
    return make();
  } catch (thrown) {
    throw errorOf(thrown);
  }
}

/**
 * The operations for one caller. Each method is a function of its own, so that it may be taken out of its object.
 * @param {Core} core
 * @param {unknown} caller
 * @returns {VaultClient}
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

/**
 * @param {Core} core
 * @param {string} operation
 * @param {unknown} parameters
 * @param {unknown} caller
 * @returns {Promise<any>} what the operation answers
 */
async function call(core, operation, parameters, caller) {
  const request = writeRequest(parameters);
  /** @type {string} */
  let answer;
  try {
    answer = await core.call(operation, request, caller);
  } catch (thrown) {
    throw errorOf(thrown);
  }
  return answer === "" ? undefined : JSON.parse(answer);
}

/**
 * The parameter object as JSON text.
 * @param {unknown} parameters
 */
function writeRequest(parameters) {
  /** @type {string | undefined} */
  let request;
  try {
    request = JSON.stringify(parameters);
  } catch {
    throw unwritableRequest();
  }
  if (request === undefined) throw unwritableRequest();
  return request;
}
