// @ts-check
// What the tests of `vaultlet/http` share: a vault with its handler, and the handler behind a real server of Node's.

import { createServer } from "node:http";

import { getRequestListener } from "@hono/node-server";

import { createHandler } from "../../pkg/http.js";
import { generateKeys, openVault } from "../../pkg/index.js";
import { memoryStore } from "../../pkg/store/memory.js";

/** @import { AccessRequest, AuditEvent, VaultOptions } from "../../pkg/index.js" */
/** @import { HandlerOptions } from "../../pkg/http.js" */

export const COLLECTIONS = {
  customers: {
    properties: {
      name: { type: "NAME" },
      email: { type: "EMAIL" },
      card: { type: "CC_NUMBER", nullable: true },
      photo: { type: "BLOB", nullable: true },
    },
  },
};

export const KEY = "a-key-of-the-tests";
export const API = "/api/pvlt/1.0";
export const DATA = `${API}/data/collections/customers`;
/** A query that every operation takes. */
export const WHY = "reason=AppFunctionality";

/** Knows one caller, by one key. @param {Request} request */
export const knowsKey = (request) => (request.headers.get("authorization") === `Bearer ${KEY}` ? "tester" : undefined);

/**
 * A vault that tells what its policy and audit were asked, and its handler.
 * @param {Partial<VaultOptions>} [vaultOptions]
 * @param {Partial<HandlerOptions>} [handlerOptions]
 */
export async function openHandler(vaultOptions, handlerOptions) {
  /** @type {AccessRequest[]} */
  const asked = [];
  /** @type {AuditEvent[]} */
  const told = [];
  const vault = await openVault({
    keys: generateKeys(),
    collections: /** @type {any} */ (COLLECTIONS),
    store: memoryStore(),
    policy(request) {
      asked.push(request);
      return { allow: true };
    },
    audit: (event) => void told.push(event),
    ...vaultOptions,
  });
  const handler = createHandler({ vault, authenticate: knowsKey, collections: /** @type {any} */ (COLLECTIONS), ...handlerOptions });
  return { vault, handler, asked, told };
}

/** @typedef {{ method?: string, body?: unknown, type?: string | null, key?: string | null, headers?: Record<string, string> }} Sent */

/**
 * A request as a client would send it. A body that is no text and no bytes goes as JSON.
 * @param {string} path
 * @param {Sent} [sent]
 */
export function requestOf(path, { method = "GET", body, type = "application/json", key = KEY, headers = {} } = {}) {
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  return new Request(`http://vault.test${path}`, /** @type {any} */ ({
    method,
    headers: {
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && type !== null && { "Content-Type": type }),
      ...headers,
    },
    ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body), duplex: "half" }),
  }));
}

/**
 * @param {(request: Request) => Promise<Response>} handler
 * @param {string} path
 * @param {Sent} [sent]
 */
export async function ask(handler, path, sent) {
  const response = await handler(requestOf(path, sent));
  const { status, headers } = response;
  const text = await response.text();
  const isJson = headers.get("content-type") === "application/json";
  return { status, headers, text, body: isJson && text !== "" ? JSON.parse(text) : undefined };
}

/**
 * Serves a handler on a free port of this machine until the test has ended.
 * @param {import("node:test").TestContext} t
 * @param {(request: Request) => Promise<Response>} handler
 * @param {import("node:http").ServerOptions} [options]
 */
export async function serve(t, handler, options = {}) {
  const server = createServer(options, getRequestListener(handler));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, port, server };
}
