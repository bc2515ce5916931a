// @ts-check
// Serves a handler over HTTP: the listener, what a `Request` cannot carry, a log line for each request, and the end.

import { once } from "node:events";
import { STATUS_CODES, createServer } from "node:http";

import { RequestError, getRequestListener } from "@hono/node-server";

import { routeOf } from "./log.js";
import { Refusal, codeOf } from "./refusal.js";

/** @import { IncomingMessage, ServerResponse } from "node:http" */
/** @import { Log } from "./log.js" */

/** @typedef {(request: Request) => Promise<Response>} Handler */

/** What a log line tells of an answer. @typedef {{ status?: number, code?: string, callback?: string, requestId?: string }} Told */

/** The methods that the Fetch standard forbids. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

/** The longest query is one of 10,000 token IDs of 128 characters, each behind a `token_ids=` of its own: 1.4 MB. */
const MAX_HEADERS = 2 * 1024 * 1024;

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
const HEADERS_TIMEOUT = 20_000;
const REQUEST_TIMEOUT = 60_000;

/** How long what has begun may take once the end is asked for, and then the answers to what was cut off. */
const PATIENCE = 9_500;
const LAST_WORDS = 300;

/** @typedef {{ url: string, stop: (cutOff: () => void) => Promise<void> }} Listening */

/**
 * @param {object} options
 * @param {Handler} options.handler
 * @param {string} options.host
 * @param {number} options.port
 * @param {Log} options.log
 * @returns {Promise<Listening>}
 */
export async function listen({ handler, host, port, log }) {
  /** @type {WeakMap<IncomingMessage, Told>} */
  const told = new WeakMap();
  /** The request that a connection is busy with. @type {WeakMap<object, IncomingMessage>} */
  const busy = new WeakMap();
  /** Those that are not over. @type {Set<ServerResponse>} */
  const under = new Set();
  const listener = getRequestListener(
    async (request, env) => {
      const incoming = /** @type {IncomingMessage} */ (env.incoming);
      told.delete(incoming);
      const response = await handler(request);
      told.set(incoming, await tell(response));
      return response;
    },
    { errorHandler: answerOf },
  );
  const limits = { maxHeaderSize: MAX_HEADERS, headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT };
  // A request without a host the adapter refuses, with a body as all errors have.
  const server = createServer({ ...limits, requireHostHeader: false }, (incoming, outgoing) => {
    busy.set(incoming.socket, incoming);
    under.add(outgoing);
    follow(incoming, outgoing, log, told);
    outgoing.once("close", () => {
      busy.delete(incoming.socket);
      under.delete(outgoing);
    });
    // So it ends, unless it becomes a `Request`.
    told.set(incoming, { code: "PV1012" });
    void (FORBIDDEN.includes(incoming.method ?? "") ? refuseMethod(handler, incoming, outgoing) : listener(incoming, outgoing));
  });
  server.on("connect", (incoming, socket) => {
    const { status, headers, body } = refusal(405, "method", "has a method that nothing here has", { Allow: ALLOWED });
    socket.on("error", () => {}).end(rawAnswer(status, headers, body));
    log.request({ method: "CONNECT", status, ...UNREAD });
  });
  server.on("clientError", (error, socket) => {
    const code = codeOf(error);
    // Who goes away hears no answer.
    if (!socket.writable || GONE.includes(code)) return void socket.destroy();
    const status = STATUS_OF_FAULT.get(code) ?? 400;
    const incoming = busy.get(socket);
    if (incoming === undefined) log.request({ method: "-", status, ...UNREAD });
    // The request has its line when the connection is closed.
    else told.set(incoming, { status, code: "PV1012" });
    const { headers, body } = refusal(status, "request", "is not HTTP as this server takes it", {});
    socket.end(rawAnswer(status, headers, body), () => socket.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenRefusal(error, host, port)));
    server.listen(port, host, () => resolve(undefined));
  });
  server.on("error", (error) => log.trouble("the server", codeOf(error)));
  return { url: urlOf(host, /** @type {import("node:net").AddressInfo} */ (server.address()).port), stop };

  /**
   * Takes no more, finishes what has begun, and cuts off what has not ended in time.
   * @param {() => void} cutOff makes whatever waits for an answer get one
   */
  async function stop(cutOff) {
    const closed = new Promise((resolve) => server.close(() => resolve(undefined)));
    // A connection that was busy is idle later, and is kept for more requests: there are none to come.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => {
      cutOff();
      setTimeout(() => server.closeAllConnections(), LAST_WORDS);
    }, PATIENCE);
    server.closeIdleConnections();
    await closed;
    // Each has its line first.
    await Promise.all([...under].map((outgoing) => once(outgoing, "close")));
    clearInterval(sweep);
    clearTimeout(late);
  }
}

/** By the code of the parser, or of Node's clock. */
const STATUS_OF_FAULT = new Map([
  ["HPE_HEADER_OVERFLOW", 431],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", 413],
  ["ERR_HTTP_REQUEST_TIMEOUT", 408],
]);
const GONE = ["ECONNRESET", "HPE_INVALID_EOF_STATE"];

/** What a line says of what never became a request. */
const UNREAD = { route: "{other}", ms: 0, code: "PV1012", callback: undefined, requestId: undefined, cut: false };

/** Of what has no path of its own. */
const ALLOWED = "GET, HEAD, OPTIONS";

/**
 * Writes the line of a request once it is over.
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} outgoing
 * @param {Log} log
 * @param {WeakMap<IncomingMessage, Told>} told
 */
function follow(incoming, outgoing, log, told) {
  const begun = performance.now();
  outgoing.once("close", () => {
    const { status = outgoing.statusCode, code, callback, requestId } = told.get(incoming) ?? {};
    log.request({
      method: incoming.method ?? "-",
      route: routeOf(incoming.url ?? ""),
      status,
      ms: Math.round(performance.now() - begun),
      code,
      callback,
      requestId,
      cut: !outgoing.writableFinished,
    });
  });
}

/** What of an answer a line may repeat. @param {Response} response @returns {Promise<Told>} */
async function tell(response) {
  const { status, headers } = response;
  const requestId = headers.get("x-pvault-request-id") ?? undefined;
  if (status < 400 || !headers.get("content-type")?.startsWith("application/json")) return { requestId };
  const { error_code: code, context } = await response.clone().json().catch(() => ({}));
  const callback = context?.callback;
  return {
    requestId,
    ...(/^(PV|VL)\d{4}$/.test(code) && { code }),
    ...(/^[a-z.]{1,20}$/.test(callback) && { callback }),
  };
}

/** @param {Handler} handler @param {IncomingMessage} incoming @param {ServerResponse} outgoing */
async function refuseMethod(handler, incoming, outgoing) {
  const allow = (await allowedBy(handler, incoming.url ?? "/").catch(() => null)) ?? ALLOWED;
  const { status, headers, body } = refusal(405, "method", "has a method that nothing here has", { Allow: allow });
  // Its body, if it has one, is nobody's.
  outgoing.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body), Connection: "close" }).end(body);
}

/** What the handler has at a target, which may be none. @param {Handler} handler @param {string} target */
async function allowedBy(handler, target) {
  const { headers } = await handler(new Request(new URL(target, "http://localhost"), { method: "OPTIONS" }));
  return headers.get("allow");
}

/** What the adapter could not make a `Request` of, or failed at. @param {unknown} error */
function answerOf(error) {
  const isRequest = error instanceof RequestError;
  const { status, headers, body } = isRequest
    ? refusal(400, "request", "has no address that this server can read", {})
    : { status: 500, headers: HEADERS, body: bodyOf("PV1000", "the server failed", {}) };
  return new Response(body, { status, headers });
}

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

/** @type {(status: number, field: string, problem: string, more: Record<string, string>) => { status: number, headers: Record<string, string>, body: string }} */
const refusal = (status, field, problem, more) => ({
  status,
  headers: { ...HEADERS, ...more },
  body: bodyOf("PV1012", `the ${field} ${problem}`, { field }),
});

/** As every error of the API has it. @type {(code: string, message: string, context: object) => string} */
const bodyOf = (code, message, context) =>
  JSON.stringify({ error_code: code, message, context, error_url: `/errors#${code}` });

/** For a socket that has no response. @type {(status: number, headers: Record<string, string>, body: string) => string} */
function rawAnswer(status, headers, body) {
  const all = { ...headers, Connection: "close", "Content-Length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`;
}

/** @type {(error: unknown, host: string, port: number) => Refusal} */
function listenRefusal(error, host, port) {
  const code = codeOf(error);
  if (code === "EADDRINUSE") return new Refusal(`port ${port} of ${host} is in use: choose another with --port`);
  if (code === "EACCES") return new Refusal(`port ${port} may not be listened on by this user: choose one above 1023 with --port`);
  return new Refusal(`\`--host\` ${host} cannot be listened on (${code})`);
}

/** Where a client on this machine finds it. @type {(host: string, port: number) => string} */
function urlOf(host, port) {
  const name = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${name}:${port}`;
}
