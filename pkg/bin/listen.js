// @ts-check
// Serves a handler over HTTP: the listener, what a `Request` cannot carry, a log line for each request, and the end.

import { createServer } from "node:http";

import { getRequestListener } from "@hono/node-server";

import { ownOf } from "../built-ins.js";
import { toldOf } from "../http/answers.js";
import { ROUTES } from "../http/routes.js";
import { Connections } from "./connections.js";
import { bodyOf, headersOf, headersOfError, ownIdOf, rawAnswer, refusal } from "./http-refusal.js";
import { Refusal, codeOf, told } from "./refusal.js";

/** @import { IncomingMessage, ServerResponse } from "node:http" */
/** @import { Refused } from "./http-refusal.js" */
/** @import { Log } from "./log.js" */

/** @typedef {(request: Request) => Promise<Response>} Handler */

/** What a log line tells of an answer. @typedef {{ status?: number, code?: string, callback?: string, requestId?: string }} Told */

/** The methods that the Fetch standard forbids. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

/** The longest query is one of 10,000 token IDs of 128 characters, each behind a `token_ids=` of its own: 1.4 MB. */
const MAX_HEADERS = 2 * 1024 * 1024;
/** More than anybody sends. What fits into 2 MiB would keep Node's parser, and with it everybody else, for more than a second. */
const MOST_HEADERS = 32_768;

/** How long a client may take to send its headers, and its whole request, and how often that is looked at, in milliseconds. */
const HEADERS_TIMEOUT = 20_000;
const REQUEST_TIMEOUT = 60_000;
const CHECKS = 1_000;

/** How long a client may go on with a body that has its answer already, in milliseconds. It is the adapter's patience, too. */
const LEFTOVER = 500;

/**
 * Once the end is asked for: how long a connection may take to send a request that it may have begun, how long what has
 * begun may take, and then the answers to what was cut off.
 */
const SILENCE = 1_000;
const PATIENCE = 9_000;
const LAST_WORDS = 300;

/** @typedef {{ url: string, stop: (cutOff: () => void) => Promise<void> }} Listening */

/**
 * @param {object} options
 * @param {Handler} options.handler
 * @param {string} options.host
 * @param {string} options.hostOption that names the host
 * @param {number} options.port
 * @param {Log} options.log
 * @returns {Promise<Listening>}
 */
export async function listen({ handler, host, hostOption, port, log }) {
  /** @type {WeakMap<IncomingMessage, Told>} */
  const told = new WeakMap();
  const connections = new Connections();
  /** Of what the adapter makes a `Request`, or fails to: in the turn in which it is handed it. @type {IncomingMessage | undefined} */
  let newest;
  const listener = getRequestListener(
    async (request, env) => {
      const incoming = /** @type {IncomingMessage} */ (env.incoming);
      told.delete(incoming);
      const response = await handler(request).catch(() => fail(incoming));
      const about = toldOf(request);
      if (about !== undefined) told.set(incoming, about);
      if (connections.areSeveral()) await endOfTurn();
      return response;
    },
    // Nothing else throws.
    { errorHandler: () => answerNoRequest() },
  );
  /** What the adapter could not make a `Request` of. */
  function answerNoRequest() {
    const { status, headers, body } = noAddress(newest);
    if (newest !== undefined) told.set(newest, { code: "PV1012", requestId: headers["X-Pvault-Request-ID"] });
    return new Response(body, { status, headers });
  }
  /** What the handler failed at. @param {IncomingMessage} incoming */
  function fail(incoming) {
    const headers = headersOfError(incoming);
    told.set(incoming, { code: "PV1000", requestId: headers["X-Pvault-Request-ID"] });
    return new Response(bodyOf("PV1000", "the server failed", {}), { status: 500, headers });
  }
  /** @type {(incoming: IncomingMessage, outgoing: ServerResponse) => void} */
  function begin(incoming, outgoing) {
    connections.begin(outgoing);
    follow(incoming, outgoing, log, told);
    // What its line says, unless it becomes a `Request`.
    told.set(incoming, { code: "PV1012" });
    // What nobody reads Node would read to its end, which may never come.
    outgoing.once("finish", () => {
      if (!incoming.complete) setTimeout(() => incoming.complete || incoming.socket.destroy(), LEFTOVER).unref();
    });
  }
  /** @type {(incoming: IncomingMessage, outgoing: ServerResponse, refused: Refused) => void} */
  function refuse(incoming, outgoing, { status, headers, body }) {
    told.set(incoming, { code: "PV1012", requestId: headers["X-Pvault-Request-ID"] });
    // The request's own body, if it has one, is nobody's.
    outgoing.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) }).end(body);
  }
  /** `OPTIONS *` asks about the server, and not about one of its paths. @type {(incoming: IncomingMessage, outgoing: ServerResponse) => void} */
  function tellOfAll(incoming, outgoing) {
    const headers = headersOf(incoming);
    told.set(incoming, { requestId: headers["X-Pvault-Request-ID"] });
    outgoing.writeHead(204, { ...headers, Allow: ALL }).end();
  }
  const limits = { maxHeaderSize: MAX_HEADERS, headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT, connectionsCheckingInterval: CHECKS };
  // A request without a host the adapter refuses, with a body as all errors have.
  const server = createServer({ ...limits, requireHostHeader: false }, async (incoming, outgoing) => {
    begin(incoming, outgoing);
    if (incoming.rawHeaders.length >= 2 * MOST_HEADERS) refuse(incoming, outgoing, noHttp(incoming, 431, { Connection: "close" }));
    else if (!isFramed(incoming)) refuse(incoming, outgoing, noHttp(incoming, 400, { Connection: "close" }));
    else if (FORBIDDEN.includes(incoming.method ?? "")) refuse(incoming, outgoing, await refusalOfMethod(handler, incoming));
    else if (incoming.method === "OPTIONS" && incoming.url === "*") tellOfAll(incoming, outgoing);
    else if (!hasAddress(incoming)) refuse(incoming, outgoing, noAddress(incoming));
    else {
      newest = incoming;
      void listener(incoming, outgoing);
    }
  });
  // Node leaves out those beyond, a tenant among them, and says nothing: so whoever sends as many is refused.
  server.maxHeadersCount = MOST_HEADERS;
  server.on("connection", (socket) => {
    connections.add(socket);
    // Who sends no more has left; but what came in this turn is answered at its end.
    socket.once("end", async () => {
      await endOfTurn();
      if (connections.isWaiting(socket)) socket.end();
    });
  });
  // Else Node ends it before. (Its types do not know of it.)
  Object.assign(server, { httpAllowHalfOpen: true });
  // Node takes for idle what is still being written, which would break it off. (`close` asks for this as well.)
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => void (connections.areWritten() && closeIdle());
  server.on("checkExpectation", (incoming, outgoing) => {
    begin(incoming, outgoing);
    refuse(incoming, outgoing, refusal(incoming, 417, "Expect", "must be `100-continue`"));
  });
  server.on("connect", async (incoming, /** @type {import("node:net").Socket} */ socket) => {
    // It is no more the server's, whose time limits would end it.
    socket.on("error", () => {});
    // The answers go out in the order of the requests.
    await connections.answered(socket);
    const refused = refusal(incoming, 405, "method", "is one that nothing here has", { Allow: ALLOWED });
    const cut = !socket.writable;
    socket.end(rawAnswer(refused), () => socket.destroy());
    log.request({ ...UNREAD, method: "CONNECT", status: 405, requestId: refused.headers["X-Pvault-Request-ID"], cut });
  });
  server.on("clientError", async (error, /** @type {import("node:net").Socket} */ socket) => {
    const code = codeOf(error);
    // Each part of what follows is one more.
    if (!connections.breakOff(socket)) return;
    // What came whole before is answered: it is not its fault, and may have changed something.
    const unfinished = await connections.answered(socket);
    // Who goes away hears no answer.
    if (!socket.writable || GONE.includes(code)) return void socket.destroy();
    const refused = noHttp(unfinished?.req, STATUS_OF_FAULT.get(code) ?? 400);
    const { status, headers } = refused;
    const requestId = headers["X-Pvault-Request-ID"];
    if (unfinished === undefined) log.request({ ...UNREAD, method: "-", status, requestId });
    // The request has its line when the connection is closed.
    else told.set(unfinished.req, { status, code: "PV1012", requestId });
    socket.end(rawAnswer(refused), () => socket.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenRefusal(error, { host, hostOption, port })));
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
    const begun = performance.now();
    // A connection that was busy is idle later, and is kept for more requests: there are none to come.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      if (performance.now() - begun > SILENCE) connections.closeSilent();
    }, 50);
    const late = setTimeout(() => {
      cutOff();
      setTimeout(() => server.closeAllConnections(), LAST_WORDS);
    }, PATIENCE);
    server.closeIdleConnections();
    await closed;
    // Each has its line first.
    await connections.over();
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
/** Nobody is there, or what follows `Connection: close` is not listened to. */
const GONE = ["ECONNRESET", "HPE_INVALID_EOF_STATE", "HPE_CLOSED_CONNECTION"];

/** What a line says of what never became a request. */
const UNREAD = { target: undefined, ms: 0, code: "PV1012", callback: undefined, cut: false };

/** Of what has no path of its own. */
const ALLOWED = "GET, HEAD, OPTIONS";

/** What some path has. */
const ALL = ["HEAD", "OPTIONS", ...new Set(ROUTES.flatMap(({ operations }) => operations.map(({ method }) => method)))].join(", ");

/**
 * Writes the line of a request once it is over.
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} outgoing
 * @param {Log} log
 * @param {WeakMap<IncomingMessage, Told>} told
 */
function follow(incoming, outgoing, log, told) {
  const begun = performance.now();
  let hasLeft = false;
  // Before Node closes the connection. It says so of what it throws away with a connection, too.
  outgoing.prependOnceListener("finish", () => (hasLeft = !incoming.socket.destroyed));
  outgoing.once("close", () => {
    // What was never answered has no status.
    const answered = outgoing.headersSent ? outgoing.statusCode : undefined;
    const about = told.get(incoming);
    const say = (/** @type {keyof Told} */ name) => /** @type {any} */ (ownOf(about, name));
    log.request({
      method: incoming.method ?? "-",
      target: incoming.url,
      status: say("status") ?? answered,
      ms: Math.round(performance.now() - begun),
      code: say("code"),
      callback: say("callback"),
      requestId: say("requestId") ?? ownIdOf(incoming.headers["x-pvault-request-id"]),
      cut: !hasLeft,
    });
  });
}

/**
 * Once what has arrived is read. To write an answer wakes whoever waits for it, which takes up to a third of all that a
 * request takes: the answers of one turn go out together, and those who got them ask again together. (One client alone has
 * no others to wait for.)
 */
const endOfTurn = () => new Promise((resolve) => void setImmediate(resolve));

/**
 * Whether all who pass it on agree where it ends: Node takes codings beside `chunked` and decodes none, and takes chunks
 * from HTTP/1.0, which has none.
 * @param {IncomingMessage} incoming
 */
function isFramed({ httpVersion, rawHeaders }) {
  const codings = valuesOf(rawHeaders, "transfer-encoding");
  if (httpVersion !== "1.1") return httpVersion === "1.0" && codings.length === 0;
  return codings.every((coding) => coding.toLowerCase() === "chunked");
}

/** Out of the list as it came: Node's `headers` cost a request more than all that is asked of them here. @type {(rawHeaders: string[], name: string) => string[]} */
function valuesOf(rawHeaders, name) {
  /** @type {string[]} */
  const values = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const one = /** @type {string} */ (rawHeaders[at]);
    if (one.length === name.length && one.toLowerCase() === name) values.push(/** @type {string} */ (rawHeaders[at + 1]));
  }
  return values;
}

/** Whether a `Request` can have its address, which it can not with a user's name and password in it. @param {IncomingMessage} incoming */
function hasAddress({ url = "", rawHeaders }) {
  if (valuesOf(rawHeaders, "host").length > 1) return false;
  const [, authority = ""] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return !authority.includes("@");
}

/** @type {(handler: Handler, incoming: IncomingMessage) => Promise<Refused>} */
async function refusalOfMethod(handler, incoming) {
  const allow = (await allowedBy(handler, incoming.url ?? "/").catch(() => null)) ?? ALLOWED;
  return refusal(incoming, 405, "method", "is one that nothing here has", { Allow: allow });
}

/** What the handler has at a target, which may be none. @param {Handler} handler @param {string} target */
async function allowedBy(handler, target) {
  const { headers } = await handler(new Request(new URL(target, "http://localhost"), { method: "OPTIONS" }));
  return headers.get("allow");
}

const noAddress = (/** @type {IncomingMessage | undefined} */ incoming) => refusal(incoming, 400, "request", "has no address that this server can read");

/** @type {(incoming: IncomingMessage | undefined, status: number, more?: Record<string, string>) => Refused} */
const noHttp = (incoming, status, more) => refusal(incoming, status, "request", "is not HTTP as this server takes it", more);

/** What the codes mean that a wrong host has. @type {Record<string, string>} */
const HOST_SAYS = {
  EADDRNOTAVAIL: "this machine has no such address",
  EAI_AGAIN: "that name cannot be looked up now",
  ENOTFOUND: "no host has that name",
};

/** @type {(error: unknown, where: { host: string, hostOption: string, port: number }) => Refusal} */
function listenRefusal(error, { host, hostOption, port }) {
  const code = codeOf(error);
  if (code === "EADDRINUSE") return new Refusal(`port ${port} of ${host} is in use: choose another with --port`);
  if (code === "EACCES") return new Refusal(`port ${port} may not be listened on by this user: choose one above 1023 with --port`);
  return new Refusal(`\`${hostOption}\` ${host} cannot be listened on (${told(code, HOST_SAYS)})`);
}

/** Where a client on this machine finds it. @type {(host: string, port: number) => string} */
function urlOf(host, port) {
  const name = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${name}:${port}`;
}
