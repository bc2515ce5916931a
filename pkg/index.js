// @ts-check
// Opens a vault, and hands each caller the operations. Types and documentation: `index.d.ts`.

import { blobOf, bytesOf, plainBytes, sealedBytes, splitBytes } from "./body.js";
import { freeze, ownOf, parseJson, then } from "./built-ins.js";
import { makeBridge } from "./bridge.js";
import { forgetTimers } from "./callback.js";
import { Calls, readAsker } from "./calls.js";
import { errorOf, look } from "./error.js";
import { startInstance } from "./instance.js";
import { readKeys } from "./keys.js";
import { loadModule, notStarted, takeGiven } from "./load.js";
import { readOptions, writeConfiguration } from "./options.js";
import { keepRun } from "./raw-calls.js";

/** @import { Host } from "./boundary.js" */
/** @import { Asker, Given } from "./calls.js" */
/** @import { VaultClient } from "./index.js" */
/** @import { Running } from "./instance.js" */

export { VaultError } from "./error.js";
export { generateKeys } from "./keys.js";

/** @type {typeof import("./index.js").openVault} */
export async function openVault(options) {
  // At once too, and before anything can be refused: that a promise of it rejects shall not go unhandled.
  const given = takeGiven(look("wasm", () => ownOf(options, "wasm")));
  const read = readOptions(options);
  // The core's own defaults (`src/settings.rs`): it checks what is given when it is opened, before any of these counts.
  const { timeoutMs = 30_000, maxRequestBytes = 8 << 20, maxPendingBytes = 64 << 20 } = read.settings;
  // Read at once: the host may wipe its own copy while the wasm is loading.
  const { primary, data, secrets } = readKeys(look("keys", () => ownOf(options, "keys")));
  /** @type {unknown} */
  let trap;
  const deadline = { timeoutMs, timers: new Set() };
  const calls = new Calls({ maxRequestBytes, maxPendingBytes });
  /** @param {unknown} cause */
  const onTrap = (cause) => {
    trap = cause;
    forgetTimers(deadline);
    calls.end("the vault has ended: its wasm failed", cause);
  };
  /** @type {Running | undefined} */
  let opening;
  try {
    const module = await (given ?? loadModule());
    const instance = await then(startInstance(module, onTrap), undefined, (cause) => {
      throw notStarted(cause, given);
    });
    opening = instance;
    const bridge = makeBridge(/** @type {Host} */ (options), deadline);
    const core = instance.open(writeConfiguration({ primary, data, ...read }), secrets, bridge);
    if (trap !== undefined) throw trap;
    instance.wipeStack();

    /** @type {(operation: string, given: Given, asker: Asker) => Promise<string>} */
    const call = async (operation, given, asker) => {
      try {
        return await calls.run(asker, given, (request, body, about) => core.call(operation, request, body, about));
      } finally {
        instance.wipeStack();
      }
    };
    return freeze({
      as: (/** @type {unknown} */ caller, /** @type {unknown} */ given) => clientOf(call, readAsker(caller, given)),
      close() {
        forgetTimers(deadline);
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
 * @param {(operation: string, given: Given, asker: Asker) => Promise<string>} call
 * @param {Asker} asker
 * @returns {VaultClient}
 */
function clientOf(call, asker) {
  /** @type {(operation: string) => (parameters: unknown) => Promise<any>} */
  const method = (operation) => async (parameters) => {
    const answer = await call(operation, { parameters, body: undefined }, asker);
    return answer === "" ? undefined : parseJson(answer);
  };
  const client = freeze({
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
      encryptBlob: async (/** @type {unknown} */ parameters) =>
        blobOf(parseJson(await call("crypto.encryptBlob", splitBytes(parameters, plainBytes), asker))),
      decryptBlob: async (/** @type {unknown} */ parameters) =>
        blobOf(bytesOf(parseJson(await call("crypto.decryptBlob", splitBytes(parameters, sealedBytes), asker)))),
    }),
  });
  keepRun(client, (operation, given) => call(operation, given, asker));
  return client;
}
