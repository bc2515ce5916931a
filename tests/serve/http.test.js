// @ts-check
// What `vaultlet serve` answers itself: what cannot become a `Request`, and what a browser asks for.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";

import { withPage } from "../../pkg/bin/page.js";
import { serve, temporaryFolder, tokens } from "./vaultlet.js";

const server = await serve();
const { port } = new URL(server.url);

/**
 * Sends bytes as they are, and answers all that comes back until the server closes.
 * @param {string} text
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: string }>}
 */
function send(text) {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8").setTimeout(30_000, () => reject(new Error(`no end: ${answer}`)));
    socket.on("data", (part) => (answer += part));
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", ...body] = answer.split("\r\n\r\n");
      const [first = "", ...lines] = head.split("\r\n");
      const headers = Object.fromEntries(lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()).split(": ")));
      resolve({ status: Number(first.split(" ")[1]), headers, body: body.join("\r\n\r\n") });
    });
  });
}

/** A request that is one but for how it tells its body's end. @type {(headers: string, body: string) => string} */
const withBody = (headers, body) =>
  `POST /api/pvlt/1.0/data/collections/${tokens} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

/** @type {[what: string, sent: string, status: number][]} */
const refused = [
  ["TRACE", `TRACE /api/pvlt/1.0/data/collections/${tokens} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 405],
  ["TRACE with a body", `TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`, 405],
  ["TRACE of an address that is none", "TRACE http://[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405],
  ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405],
  ["no HTTP", "hello\r\n\r\n", 400],
  ["a method that nobody knows", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["a host that is none", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
  ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
  ["an expectation that nobody knows", "GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nConnection: close\r\n\r\n", 417],
  ["an address with a user in it", `GET http://u:p@a/api/pvlt/1.0/data/collections/${tokens}&token_ids= HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nConnection: close\r\n\r\n`, 400],
  ["an address that is none", "GET http://[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
  ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
  ["a length and chunks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  ["chunks that are none", `POST /api/pvlt/1.0/data/collections/${tokens} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n`, 400],
  ["a coding beside chunks", withBody("Transfer-Encoding: gzip, chunked\r\n", "2\r\n[]\r\n0\r\n\r\n"), 400],
  ["a coding that has no name", withBody("Transfer-Encoding:\r\nContent-Length: 2\r\n", "[]"), 400],
  ["chunks of HTTP/1.0", withBody("Transfer-Encoding: chunked\r\n", "2\r\n[]\r\n0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0"), 400],
  ["another HTTP", "GET /errors HTTP/2.0\r\nHost: a\r\n\r\n", 400],
  ["headers of more than 2 MiB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(2_200_000)}\r\n\r\n`, 431],
];

for (const [what, sent, status] of refused) {
  test(`${what}: ${status}, in the form of all errors, and the server stays up`, async () => {
    const refusals = () => server.lines().filter((line) => line.includes(" PV1012 "));
    const before = refusals().length;
    const answer = await send(sent);
    assert.equal(answer.status, status, JSON.stringify(answer));
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.match(answer.headers["x-pvault-request-id"] ?? "", /^[0-9a-f-]{36}$/);
    const { error_code, message, context, error_url } = JSON.parse(answer.body);
    assert.deepEqual([error_code, typeof message, typeof context, error_url], ["PV1012", "string", "object", "/errors#PV1012"]);
    if (status === 405) assert.match(answer.headers["allow"] ?? "", /\bGET\b/);
    assert.equal((await fetch(`${server.url}/api/pvlt/1.0/data/info/health`)).status, 200);
    for (let tries = 0; tries < 1_000 && refusals().length === before; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const [line = "", ...others] = refusals().slice(before);
    assert(line.includes(` ${status} PV1012 `) && others.length === 0, server.printed.stdout);
    assert.equal(server.printed.stderr, "");
  });
}

test("a request's own ID comes back where it is refused before it is a `Request`, and stands in its line", async () => {
  const id = "X-Pvault-Request-ID: ";
  const close = "Connection: close\r\n\r\n";
  for (const [at, [sent, status]] of /** @type {[string, number][]} */ ([
    [`TRACE / HTTP/1.1\r\nHost: a\r\n${id}`, 405],
    [`CONNECT a:1 HTTP/1.1\r\nHost: a\r\n${id}`, 405],
    [`GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n${id}`, 417],
    [`GET / HTTP/1.1\r\nHost: a b\r\n${id}`, 400],
    [`GET / HTTP/1.1\r\n${id}`, 400],
    [`GET / HTTP/2.0\r\nHost: a\r\n${id}`, 400],
  ]).entries()) {
    const answer = await send(`${sent}own-${at}\r\n${close}`);
    assert.deepEqual([answer.status, answer.headers["x-pvault-request-id"]], [status, `own-${at}`], sent);
    assert.match(await server.line(new RegExp(`own-${at}$`)), new RegExp(` ${status} PV1012 `));
    const other = await send(`${sent}not one\r\n${close}`);
    assert.match(other.headers["x-pvault-request-id"] ?? "", /^[0-9a-f-]{36}$/);
  }
  // Chunks that break off are of a request that has told its ID.
  const broken = await send(withBody(`${id}own-broken\r\nTransfer-Encoding: chunked\r\n`, "xyz\r\n"));
  assert.deepEqual([broken.status, broken.headers["x-pvault-request-id"]], [400, "own-broken"]);
});

const head = (/** @type {string} */ line, more = "") => `${line} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\n${more}\r\n`;
const data = "/api/pvlt/1.0/data/collections/customers";
const why = "reason=AppFunctionality";

/** Every answer that came, in order. @param {string} text */
async function statusesOf(text) {
  const { status, body } = await send(text);
  return [status, ...Array.from(body.matchAll(/HTTP\/1\.1 (\d{3})/g), ([, other]) => Number(other))];
}

test("what has come whole is answered by its own answer, whatever comes after it", async () => {
  const made = await server.call("POST", tokens, [{ type: "randomized", token_id: "before", object: { fields: { email: "a@example.com" } } }]);
  assert.equal(made.status, 200);
  const rotate = head(`POST ${data}/rotate/tokens?${why}&token_ids=before`);
  // A body that no header tells is no part of it.
  const { status, body } = await send(`${rotate}{}`);
  const [, after] = /^\{"before":"([^"]+)"\}HTTP\/1\.1 400 /.exec(body) ?? [];
  assert.deepEqual([status, typeof after], [200, "string"], body);
  await server.line(/ POST \S+\/rotate\/tokens 200 /);
  const count = head(`GET ${data}/count/tokens?${why}`);
  // Several that nobody has waited for; one that has not come whole has the refusal, and what is closed is closed.
  assert.deepEqual(await statusesOf(`${count}${count}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`), [200, 200, 405]);
  assert.deepEqual(await statusesOf(`${count}${count}${count}hello\r\n\r\n`), [200, 200, 200, 400]);
  const half = head(`POST ${data}/tokens?${why}`, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
  assert.deepEqual(await statusesOf(`${count}${half}xyz\r\n`), [200, 400]);
  assert.deepEqual(await statusesOf(`${head(`GET ${data}/count/tokens?${why}`, "Connection: close\r\n")}hello`), [200]);
});

test("a body that never ends is not read on, whoever refuses it, and whether it is one", async () => {
  const chunks = "Transfer-Encoding: chunked\r\n\r\n";
  for (const [head, status] of /** @type {[string, number][]} */ ([
    ["TRACE / HTTP/1.1\r\nHost: a\r\n", 405],
    ["CONNECT a:1 HTTP/1.1\r\nHost: a\r\n", 405],
    ["POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n", 417],
    ["POST / HTTP/1.1\r\n", 400],
    ["GET /api/pvlt/1.0/data/info/health HTTP/1.1\r\nHost: a\r\n", 200],
    ["POST /errors HTTP/1.1\r\nHost: a\r\n", 405],
    [`POST ${data}/tokens?${why} HTTP/1.1\r\nHost: a\r\n`, 401],
  ])) {
    // Where it is read on, that is for a minute.
    await new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(head + chunks);
      const more = setInterval(() => socket.write("1\r\nx\r\n"), 20);
      socket.on("data", (part) => (answer += part)).on("error", () => {});
      const end = () => (clearInterval(more), clearTimeout(late), socket.destroy());
      const late = setTimeout(() => (end(), reject(new Error(`still read: ${head}`))), 40_000);
      socket.on("close", () => (end(), answer.startsWith(`HTTP/1.1 ${status} `) ? resolve(undefined) : reject(new Error(`${head}${answer}`))));
    });
  }
});

test("`OPTIONS *` asks about the server, and is told all methods that it has", async () => {
  const ask = (/** @type {string} */ method) => send(`${method} * HTTP/1.1\r\nHost: a\r\nX-Pvault-Request-ID: star-${method}\r\nConnection: close\r\n\r\n`);
  const { status, headers, body } = await ask("OPTIONS");
  assert.deepEqual([status, body, headers["x-pvault-request-id"], headers["cache-control"]], [204, "", "star-OPTIONS", "no-store"]);
  assert.deepEqual(headers["allow"]?.split(", ").sort(), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"]);
  await server.line(/ OPTIONS \{other\} 204 \d+ ms star-OPTIONS$/);
  assert.equal((await ask("GET")).status, 400);
});

test("what comes after a TRACE is answered", async () => {
  const last = head(`GET ${data}/count/tokens?${why}`, "Connection: close\r\n");
  assert.deepEqual(await statusesOf(`${head("TRACE /", "Content-Length: 3\r\n")}abc${last}`), [405, 200]);
});

test("no header is left out, however many there are", async () => {
  await server.call("POST", tokens, [{ type: "randomized", token_id: "no-tenants", object: { fields: { email: "b@example.com" } } }]);
  const ask = (/** @type {number} */ many) => {
    const others = Array.from({ length: many }, (_, at) => `X${at}: a\r\n`).join("");
    return statusesOf(head(`GET ${data}/tokens?${why}&token_ids=no-tenants`, `${others}X-Tenant-Id: acme\r\nConnection: close\r\n`));
  };
  for (const many of [0, 2_100, 20_000]) assert.deepEqual(await ask(many), [403], `${many}`);
  // Node leaves out the tenant of the first of these.
  for (const many of [40_000, 32_768, 32_765]) assert.deepEqual(await ask(many), [431], `${many}`);
});

test("as many headers as fit hold up the server no longer than those that it keeps", async () => {
  const took = async (/** @type {number} */ size) => {
    let headers = "";
    for (let at = 0; headers.length < size; at += 1) headers += `${at.toString(36)}:\r\n`;
    const begun = performance.now();
    const { status } = await send(`GET /errors HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
    assert.equal(status, 431);
    return performance.now() - begun;
  };
  let [kept, all] = [Infinity, Infinity];
  // Eight times as many bytes: three times as long, and nine times where Node keeps them all. What else a machine does
  // makes some longer, and none shorter.
  for (let round = 0; round < 3 || (round < 30 && all >= 6 * kept); round += 1) {
    kept = Math.min(kept, await took(240_000));
    all = Math.min(all, await took(2_000_000));
  }
  assert(all < 6 * kept, `${all / kept} times`);
});

test("who takes too long for its headers is 408 after 20 seconds, and not after 30", async () => {
  const begun = Date.now();
  const { status } = await new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: a\r\n"));
    socket.on("data", (part) => resolve({ status: Number(String(part).split(" ")[1]) })).on("error", reject);
  });
  const took = Date.now() - begun;
  assert(status === 408 && took > 19_000 && took < 30_000, `${status} after ${took} ms`);
});

test("10,000 token IDs fit into a query, as long as they may be", async () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => `token_ids=${String(at).padStart(128, "x")}`).join("&");
  const { status, body } = await server.call("GET", `${tokens}&${ids}`);
  assert.deepEqual([status, body], [200, []]);
});

test("without the demo page, all goes to the API's handler, whose own small page says what runs here", async () => {
  const api = async () => new Response("the API");
  assert.equal(withPage(api, "/nowhere"), api);
});

test("the demo page's files are served, and nothing beside them or in the API's place", async () => {
  const { folder, write } = temporaryFolder();
  mkdirSync(`${folder}/www/api`, { recursive: true });
  mkdirSync(`${folder}/www/wasm`);
  write("secret.txt", "secret");
  for (const [name, text] of [["index.html", "<p>demo"], ["a.js", "0"], ["wasm/v.wasm", "\0asm"], ["openapi.json", "mine"], ["errors", "mine"], ["api/x", "mine"]]) {
    writeFileSync(`${folder}/www/${name}`, String(text));
  }
  const handler = withPage(async () => new Response("the API", { status: 404 }), `${folder}/www`);
  const ask = async (/** @type {string} */ path, method = "GET") => {
    const response = await handler(new Request(`http://localhost${path}`, { method }));
    return { response, text: await response.text() };
  };
  const index = await ask("/");
  assert.equal(index.text, "<p>demo");
  assert.match(index.response.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(index.response.headers.get("cache-control"), "no-store");
  assert.match(index.response.headers.get("x-pvault-request-id") ?? "", /^[0-9a-f-]{36}$/);
  const named = await handler(new Request("http://localhost/a.js", { headers: { "X-Pvault-Request-ID": "own" } }));
  assert.equal(named.headers.get("x-pvault-request-id"), "own");
  assert.match((await ask("/a.js")).response.headers.get("content-type") ?? "", /javascript/);
  assert.equal((await ask("/wasm/v.wasm")).response.headers.get("content-type"), "application/wasm");
  for (const path of ["/openapi.json", "/errors", "/api/x", "/none", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/a.js%00"]) {
    assert.equal((await ask(path)).text, "the API", path);
  }
  assert.equal((await ask("/", "POST")).text, "the API");
  let shortest = Infinity;
  for (let time = 0; time < 5; time += 1) {
    const begun = performance.now();
    assert.equal((await ask(`/${"%ff-".repeat(200_000)}`)).text, "the API");
    shortest = Math.min(shortest, performance.now() - begun);
  }
  // Decoding it takes more than a second.
  assert(shortest < 300, `${shortest} ms`);
  assert(existsSync(`${folder}/secret.txt`));
});

test("`/` of the server itself is one of the two", async () => {
  const response = await fetch(server.url);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /Vaultlet/);
  assert.match(server.screen, /^ {2}in a browser {2}http:\S+\/ \((what runs here|the demo page)\)$/m);
});
