// @ts-check
// Opens a vault, and hands each caller the operations. Types and documentation: `index.d.ts`.

import { freeze, ownOf, parseJson } from "./built-ins.js";
import { makeBridge } from "./bridge.js";
import { Calls, readAsker } from "./calls.js";
import { errorOf } from "./error.js";
import { startInstance } from "./instance.js";
import { readKeys } from "./keys.js";
import { loadModule, notLoaded, takeGiven } from "./load.js";
import { readOptions, writeConfiguration } from "./options.js";

/** @import { Host } from "./boundary.js" */
/** @import { VaultClient } from "./index.js" */
/** @import { Running } from "./instance.js" */

export { VaultError } from "./error.js";
export { generateKeys } from "./keys.js";

/** @type {typeof import("./index.js").openVault} */
export async function openVault(options) {
  // At once too, and before anything can be refused: that a promise of it rejects shall not go unhandled.
  const given = takeGiven(ownOf(options, "wasm"));
  const read = readOptions(options);
  const { timeoutMs = 30_000, maxRequestBytes = 8 << 20, maxPendingBytes = 64 << 20 } = read.settings;
  // Read at once: the host may wipe its own copy while the wasm is loading.
  const { primary, data, secrets } = readKeys(ownOf(options, "keys"));
  /** @type {unknown} */
  let trap;
  const calls = new Calls({ maxRequestBytes, maxPendingBytes });
  /** @param {unknown} cause */
  const onTrap = (cause) => {
    trap = cause;
    calls.end("the vault has ended: its wasm failed", cause);
  };
  /** @type {Running | undefined} */
  let opening;
  try {
    const module = await (given ?? loadModule());
    const instance = await startInstance(module, onTrap).catch((cause) => {
      throw notLoaded(cause);
    });
    opening = instance;
    const bridge = makeBridge(/** @type {Host} */ (options), timeoutMs);
    const core = instance.open(writeConfiguration({ primary, data, ...read }), secrets, bridge);
    if (trap !== undefined) throw trap;
    instance.wipeStack();

    /** @type {(operation: string, parameters: unknown, asker: import("./calls.js").Asker) => Promise<any>} */
    const call = async (operation, parameters, asker) => {
      try {
        const answer = await calls.run(asker, parameters, (request, about) => core.call(operation, request, about));
        return answer === "" ? undefined : parseJson(answer);
      } finally {
        instance.wipeStack();
      }
    };
    return freeze({
      as: (/** @type {unknown} */ caller, /** @type {unknown} */ given) => clientOf(call, readAsker(caller, given)),
      close() {
        calls.end("the vault is closed");
        instance.end();
      },
    });
  } catch (thrown) {
    opening?.end();
    throw errorOf(thrown);
  } finally {
    secrets.fill(0);
  }
}

/**
 * Each method is a function of its own, so that it may be taken out.
 * @template Asker
 * @param {(operation: string, parameters: unknown, asker: Asker) => Promise<any>} call
 * @param {Asker} asker
 * @returns {VaultClient}
 */
function clientOf(call, asker) {
  /** @param {string} operation */
  const method = (operation) => (/** @type {unknown} */ parameters) => call(operation, parameters, asker);
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
