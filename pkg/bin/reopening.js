// @ts-check
// A vault whose wasm has failed is over (VL5002), and so would be the server: this opens it anew, on the same store, keys
// and policy. What the failure has met is answered as it is; what comes next is served.

import { toldOf } from "../http/answers.js";

/** @import { Vault } from "../index.js" */
/** @import { Handler } from "./listen.js" */

/** @typedef {{ vault: Vault, handler: Handler }} Opened */

/**
 * @param {object} options
 * @param {Opened} options.first
 * @param {() => Promise<Opened>} options.open
 * @param {() => void} options.onEnded is told of each failure
 * @param {(error: unknown) => void} options.onLost is told once, when the vault cannot be opened anew
 * @returns {{ handler: Handler, close: () => void }}
 */
export function reopening({ first, open, onEnded, onLost }) {
  let current = first;
  let isClosed = false;
  /** What opens the next, if the current one is over. @type {Promise<void> | undefined} */
  let next;

  async function renew() {
    onEnded();
    current.vault.close();
    try {
      current = await open();
      if (isClosed) current.vault.close();
    } catch (error) {
      if (!isClosed) onLost(error);
    } finally {
      next = undefined;
    }
  }

  return {
    async handler(request) {
      await next;
      const served = current;
      const response = await served.handler(request);
      // Several calls meet one failure.
      if (toldOf(request)?.code === "VL5002" && served === current && !isClosed) next ??= renew();
      return response;
    },
    close() {
      isClosed = true;
      current.vault.close();
    },
  };
}
