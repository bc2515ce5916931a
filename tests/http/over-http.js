// @ts-check
// A vault behind a server of Node's that is called like one in the process. Where neither the official client nor REST can
// say what is asked (an empty list in a query, `null` for a parameter, a name that nobody knows), the model's calls are
// made in the process; what is asked of the suite is asked over HTTP, whatever becomes of it.

import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";

import { getRequestListener } from "@hono/node-server";

import { createHandler } from "../../pkg/http.js";
import { overRest } from "./rest-client.js";

/** @import { Vault } from "../../pkg/index.js" */
/** @import { Operation, Parameter } from "../../pkg/http/routes.js" */

/** @type {(parameter: Parameter, value: unknown) => boolean} */
function isSayable({ in: place, kind }, value) {
  if (kind === "flag") return typeof value === "boolean";
  if (kind === "text") return typeof value === "string" && (place === "query" ? value.isWellFormed() : /^[\w-]+$/.test(value));
  const isItem = (/** @type {unknown} */ item) =>
    typeof item === "string" && item.isWellFormed() && (place === "query" ? /^[^,]+$/ : /^[!-+\--~]+$/).test(item);
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

/** @param {unknown} body */
function isJson(body) {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(body)), body) && JSON.stringify(body).isWellFormed();
  } catch {
    return false;
  }
}

/** @type {(operation: Operation, parameters: unknown) => boolean} */
export function isBeyondRest({ parameters: known, body }, parameters) {
  if (typeof parameters !== "object" || parameters === null) return true;
  const isSaid = Object.entries(parameters).every(([name, value]) => {
    if (value === undefined) return true;
    if (name === "requestBody") return body === "json" && isJson(value);
    const parameter = known.find(({ as }) => as === name);
    return parameter !== undefined && isSayable(parameter, value);
  });
  // Without what stands in a path there is no such path.
  const isWhole = known.every(({ in: place, as }) => place !== "path" || typeof Reflect.get(parameters, as) === "string");
  return !isSaid || !isWhole || (body !== "none" && !("requestBody" in parameters));
}

export const counts = { client: 0, rest: 0, process: 0 };

/**
 * @param {Vault} vault
 * @param {{ isInProcess?: (operation: Operation, parameters: unknown) => boolean }} [options]
 * @returns {Promise<{ vault: Vault, close: () => void }>}
 */
export async function overHttp(vault, options = {}) {
  /** @type {Map<string, unknown>} */
  const callers = new Map();
  const handler = createHandler({
    vault,
    authenticate: (request) => callers.get(request.headers.get("authorization")?.slice(7) ?? ""),
  });
  // The queries of a few hundred token IDs are longer than what Node takes by itself.
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, getRequestListener(handler));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.unref();
  return {
    vault: overRest(vault, {
      ...options,
      vaultURL: `http://127.0.0.1:${port}`,
      introduce: (apiKey, caller) => void callers.set(apiKey, caller),
      count: (by) => (counts[by] += 1),
    }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
