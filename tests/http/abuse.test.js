// @ts-check
// What nobody means well with, over a real server of Node's: each has its status, and the server stays up.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";

import { readParameters } from "../../pkg/http/parameters.js";
import { ROUTES } from "../../pkg/http/routes.js";
import { API, DATA, KEY, WHY, ask, openHandler, requestOf, serve } from "./serve.js";

/** More than the queries here have. */
const MAX_HEADERS = 2 * 1024 * 1024;

/** @param {import("node:test").TestContext} t */
async function serving(t) {
  const { handler, asked } = await openHandler();
  let wrong = 0;
  const watched = async (/** @type {Request} */ request) => {
    try {
      return await handler(request);
    } catch (error) {
      wrong += 1;
      throw error;
    }
  };
  const { url, port } = await serve(t, watched, { maxHeaderSize: MAX_HEADERS });
  /** @param {string} path @param {RequestInit} [init] */
  const send = async (path, init = {}) => {
    const response = await fetch(url + path, { ...init, headers: { Authorization: `Bearer ${KEY}`, ...init.headers } });
    return { status: response.status, text: await response.text() };
  };
  /** The server answers whoever comes next. */
  const stands = async () => {
    assert.equal((await send(`${API}/data/info/health`)).status, 200);
    assert.equal(wrong, 0);
  };
  return { url, port, send, stands, asked };
}

/**
 * Sends bytes as they are, and answers what comes back until the other side ends, or for so long. `until` is what has to
 * come, however long it takes; whether more comes after it is waited for so long as `lingers` says.
 * @param {number} port
 * @param {string | Uint8Array} bytes
 * @param {{ waits?: number, until?: RegExp, lingers?: number }} [how]
 * @returns {Promise<string>}
 */
const sendRaw = (port, bytes, { waits = 30_000, until, lingers = 0 } = {}) =>
  new Promise((resolve) => {
    let came = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const over = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(came);
    };
    let timer = setTimeout(over, waits);
    socket.on("data", (chunk) => {
      came += chunk.toString("latin1");
      if (!until?.test(came)) return;
      clearTimeout(timer);
      if (lingers === 0) over();
      else timer = setTimeout(over, lingers);
    });
    socket.on("close", over).on("error", over);
  });

/** @param {string} text */
const statusesIn = (text) => Array.from(text.matchAll(/HTTP\/1\.1 (\d{3})/g), ([, status]) => Number(status));

const JSON_TYPE = { "Content-Type": "application/json" };

test("10,000 token IDs in a query are answered, and one more is the vault's own refusal", async (t) => {
  const { send, stands } = await serving(t);
  const ids = Array.from({ length: 10_000 }, (_, at) => `token-${at}`);
  assert.deepEqual(await send(`${DATA}/tokens?${WHY}&token_ids=${ids.join(",")}`), { status: 200, text: "[]" });
  const { status, text } = await send(`${DATA}/tokens?${WHY}&token_ids=${[...ids, "one-more"].join("&token_ids=")}`);
  assert.deepEqual([status, JSON.parse(text).error_code], [400, "VL1001"]);
  await stands();
});

test("a million items that can change no answer are not handed on", () => {
  const many = 1_000_000;
  /** @type {(id: string, query: string, headers?: Record<string, string>) => Record<string, any>} */
  const read = (id, query, headers = {}) => {
    const operation = ROUTES.flatMap(({ operations }) => operations).find((one) => one.id === id);
    assert(operation !== undefined);
    return readParameters(operation, requestOf(`${DATA}/tokens?${query}`, { headers }), {});
  };
  for (const commas of [",".repeat(many), "%2C".repeat(many)]) {
    assert.deepEqual(read("rotate-tokens", `token_ids=${commas}`).tokenIds, [""]);
    assert.deepEqual(read("detokenize", `tags=a${commas}&tags=b`).tags, ["a", ""]);
    assert.deepEqual(read("search-tokens", `options=${commas}`).options, [""]);
    assert.deepEqual(read("encrypt-blob", `tags=a&tags=b${commas}`).tags, ["a", "b", ""]);
    assert.deepEqual(read("detokenize", `props=email${commas}name`).props, ["email", ""]);
    assert.deepEqual(read("detokenize", `object_ids=${commas}`).objectIds.length, 1);
  }
  assert.equal(read("detokenize", `tags=${"a,".repeat(many)}`).tags.length, 101);
  assert.equal(read("detokenize", "tags=a&".repeat(100_000)).tags.length, 101);
  assert.deepEqual(read("detokenize", `props=${"email,name,".repeat(many / 2)}`).props, ["email", "name", ""]);
  assert.equal(read("detokenize", "", { "X-Tenant-Id": "a,".repeat(many) }).xTenantId.length, 101);
  assert.throws(() => read("detokenize", `token_ids=${"a,".repeat(4 * 1024 * 1024)}`), { code: "PV1012", status: 414, context: { field: "query" } });
});

test("a list over HTTP ends as in the process, though not all of it is handed on", async () => {
  const { handler, vault, asked } = await openHandler();
  await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body: [{ type: "randomized", token_id: "a", tags: ["t"], object: { fields: { name: "Jane" } } }] });
  asked.length = 0;
  const hundred = Array(100).fill("t");
  for (const [name, as, items] of /** @type {[string, string, string[]][]} */ ([
    ["token_ids", "tokenIds", ["a", "", "b"]],
    ["token_ids", "tokenIds", ["a", "", "!"]],
    ["token_ids", "tokenIds", ["a", "!", ""]],
    ["token_ids", "tokenIds", ["a", "a", "a"]],
    ["tags", "tags", hundred],
    ["tags", "tags", [...hundred, "t"]],
    ["tags", "tags", [...hundred, "t", "t"]],
    ["tags", "tags", ["t", "", ...hundred, "t"]],
    ["object_ids", "objectIds", ["a", "", "b"]],
    ["options", "options", ["include_metadata", "", "x"]],
    ["options", "options", ["include_metadata", "include_metadata"]],
    ["props", "props", ["name", "", "email"]],
    ["props", "props", ["name", "name", "email", "name"]],
    ["props", "props", Array(1_000).fill("name")],
    ["props", "props", ["nothing", "name", "nothing"]],
  ])) {
    const query = new URLSearchParams([["reason", "AppFunctionality"], [name, items.join()], ...(name === "token_ids" ? [] : [["token_ids", "a"]])]);
    const { status, body } = await ask(handler, `${DATA}/tokens?${query}`);
    const overHttp = asked.splice(0);
    const parameters = /** @type {any} */ ({ collection: "customers", reason: "AppFunctionality", tokenIds: ["a"], [as]: items });
    const inProcess = await vault.as("tester").tokens.detokenize(parameters).then(
      (answer) => ({ status: 200, body: answer }),
      (/** @type {any} */ error) => ({ status: error.status, body: error.code }),
    );
    const plain = (/** @type {any[]} */ questions) => questions.map(({ requestId: _, ...rest }) => rest);
    assert.deepEqual([status, body.error_code ?? body, plain(overHttp)], [inProcess.status, inProcess.body, plain(asked.splice(0))], `${name}=${items.slice(0, 4)}`);
  }
});

test("a body that never ends is 413 once it is too long, and its sender is not listened to for ever", async (t) => {
  const { port, stands } = await serving(t);
  const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
  const head = `POST ${DATA}/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  let sent = 0;
  const came = await new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(head);
      const more = () => {
        while (!socket.destroyed && sent < 400 * 65_536) {
          sent += 65_536;
          if (!socket.write(chunk)) return void socket.once("drain", more);
        }
      };
      more();
    });
    socket.on("data", (data) => {
      text += data;
      if (text.includes("PV1012")) socket.destroy();
    });
    socket.on("close", () => resolve(text)).on("error", () => resolve(text));
  });
  assert.deepEqual(statusesIn(came), [413], came.slice(0, 200));
  await stands();
});

test("a body that is told to be too long is 413 without a byte of it", async (t) => {
  const { port, stands } = await serving(t);
  const head = `POST ${DATA}/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n`;
  assert.deepEqual(statusesIn(await sendRaw(port, head, { until: /PV1012/ })), [413]);
  await stands();
});

test("a body where there is none is 400, whatever the method, and is not read; an empty one is none", async (t) => {
  const { port, stands, asked } = await serving(t);
  for (const method of ["GET", "HEAD", "DELETE"]) {
    const head = `${method} ${DATA}/tokens?${WHY}&token_ids= HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n`;
    const [close, type] = ["Connection: close\r\n", "Content-Type: application/json\r\n"];
    for (const sent of [
      `${type}${close}Content-Length: 2\r\n\r\n{}`,
      `${close}Content-Length: 2\r\n\r\n{}`,
      `${close}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      // The answer does not wait for any of it.
      "Content-Length: 999999999\r\n\r\n",
    ]) {
      const came = await sendRaw(port, head + sent, method === "HEAD" ? { until: /\r\n\r\n/, lingers: 500 } : { until: /\r\n\r\n.*requestBody/s });
      assert.deepEqual(statusesIn(came), [400], `${method} ${sent}`);
      if (method !== "HEAD") assert.match(came, /"PV1012".*"field":"requestBody"/, came);
    }
    assert.equal(asked.length, 0);
    const [status] = statusesIn(await sendRaw(port, `${head}${close}Content-Length: 0\r\n\r\n`));
    assert.equal(status, method === "DELETE" ? 404 : 200, method);
    asked.length = 0;
  }
  await stands();
});

test("a slow body holds up nobody else, and one that breaks off changes nothing", async (t) => {
  const { port, send, stands, asked } = await serving(t);
  const head = `POST ${DATA}/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[`;
  const slow = Array.from({ length: 20 }, () => sendRaw(port, head, { waits: 1_500 }));
  assert.equal((await send(`${DATA}/count/tokens?${WHY}`)).status, 200);
  const before = asked.length;
  await Promise.all(slow);
  assert.equal(asked.length, before);
  await stands();
});

test("deep JSON, repeated keys, names of prototypes, other encodings: 400, and nothing is polluted", async (t) => {
  const { send, stands, asked } = await serving(t);
  /** @param {string | Uint8Array} body */
  const post = (body) => send(`${DATA}/tokens?${WHY}`, { method: "POST", body: /** @type {any} */ (body), headers: JSON_TYPE });
  const deep = 100_000;
  for (const body of [
    "[".repeat(deep),
    "[".repeat(deep) + "]".repeat(deep),
    `[${'{"object":'.repeat(1_000)}1${"}".repeat(1_000)}]`,
    '[{"type":"pci","type":"pci","object":{"fields":{"name":"Jane"}}}]',
    '[{"type":"pci","object":{"fields":{"name":"Jane","n\\u0061me":"Jane"}}}]',
    '[{"type":"pci","__proto__":{"object":{"fields":{"name":"Jane"}}}}]',
    '[{"__proto__":{"polluted":1},"type":"pci","object":{"fields":{"name":"Jane"}}}]',
    '[{"constructor":{"prototype":{"polluted":1}},"type":"pci","object":{"fields":{"name":"Jane"}}}]',
    '"\\ud800"',
    '[{"type":"pci","object":{"fields":{"name":"\\ud800"}}}]',
    Buffer.from("[]", "utf16le"),
    Buffer.from([0xef, 0xbb, 0xbf, 0x5b, 0x5d]),
    Buffer.from([0x5b, 0x22, 0xc0, 0x80, 0x22, 0x5d]),
    Buffer.from([0]),
  ]) {
    const { status, text } = await post(body);
    assert.deepEqual([status, JSON.parse(text).error_code], [400, "PV1012"], String(body).slice(0, 80));
  }
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  assert.equal(asked.length, 0);
  await stands();
});

test("percent-encodings in paths: decoded once, like any other path, or not found; no path leads elsewhere", async (t) => {
  const { port, stands } = await serving(t);
  const collections = `${API}/data/collections`;
  for (const [path, status, code] of /** @type {[string, number, string?][]} */ ([
    [`${collections}/c%75stomers/count/tokens?${WHY}`, 200],
    [`/api/pvlt/1.0/d%61ta/collections/customers/count/tokens?${WHY}`, 200],
    [`${collections}/c%2575stomers/count/tokens?${WHY}`, 400, "PV1008"],
    [`${collections}/customers%2Fcount/tokens?${WHY}`, 400, "PV1008"],
    [`${collections}/customers%2Fcount%2Ftokens?${WHY}`, 404, "PV1012"],
    [`${collections}/customers%00/count/tokens?${WHY}`, 400, "PV1008"],
    [`${collections}/%zz/count/tokens?${WHY}`, 404, "PV1012"],
    [`${collections}/%ff/count/tokens?${WHY}`, 404, "PV1012"],
    [`${collections}/customers/transaction_id/%FF?${WHY}`, 404, "PV1012"],
    [`${collections}/customers/transaction_id/${"%F0%9F%98%80".repeat(256)}?${WHY}`, 200],
    [`${collections}/customers/transaction_id/${"%F0%9F%98%80".repeat(400)}?${WHY}`, 404, "PV1012"],
    [`${collections}/__proto__/count/tokens?${WHY}`, 400, "PV1008"],
    [`${collections}/constructor/count/tokens?${WHY}`, 404, "PV1004"],
    [`${collections}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/errors`, 404, "PV1012"],
    [`${collections}/customers/../nobody/count/tokens?${WHY}`, 404, "PV1004"],
    [`/../../../etc/passwd`, 404, "PV1012"],
    [`/..%2f..%2fetc%2fpasswd`, 404, "PV1012"],
    // The adapter's own refusal: no `Request` has such an address.
    [`/..\\..\\etc\\passwd`, 400],
    [`/%5c%2e%2e%5cetc`, 404, "PV1012"],
    [`//vault.test/errors`, 404, "PV1012"],
    [`/errors%00`, 404, "PV1012"],
    [`/errors;x=1`, 404, "PV1012"],
  ])) {
    const came = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual([statusesIn(came), /"error_code":"(\w+)"/.exec(came)?.[1]], [[status], code], path);
  }
  await stands();
});

test("a path that is long and broken leads nowhere, and its sender is nobody without a key", async (t) => {
  const { port, stands } = await serving(t);
  for (const path of [`/${"%ff-".repeat(200_000)}`, `${API}/data/collections/${"%ff-".repeat(200_000)}/tokens`, `/${"a%2".repeat(1_300)}`]) {
    const get = (/** @type {string} */ more) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`;
    assert.deepEqual(statusesIn(await sendRaw(port, get(""))), [401]);
    assert.deepEqual(statusesIn(await sendRaw(port, get(`Authorization: Bearer ${KEY}\r\n`))), [404]);
  }
  await stands();
});

test("a base path that no URL keeps is refused, and so is `null`", async () => {
  for (const basePath of ["/..", "/.", "/a/..", "/a/./b", "/a/../b", null]) {
    await assert.rejects(openHandler({}, { basePath: /** @type {any} */ (basePath) }), { code: "VL1000", context: { place: "basePath" } }, String(basePath));
  }
  for (const basePath of ["/...", "/.a", "/a..", "/..a/b"]) {
    const { handler } = await openHandler({}, { basePath });
    assert.equal((await handler(new Request(`http://vault.test${basePath}/errors`))).status, 200, basePath);
  }
  await assert.rejects(openHandler({}, { maxBodyBytes: /** @type {any} */ (null) }), { code: "VL1000", context: { place: "maxBodyBytes" } });
});

test("a plus alone is a space too, and a fragment, which no address should have, is no part of the query, nor of the path", async (t) => {
  const { handler, told } = await openHandler();
  const { port } = await serve(t, handler);
  for (const [end, note] of [["one+two", "one two"], ["+", " "], ["a#", "a"], ["a#b", "a"], ["a#&custom_audit=b", "a"], ["a#?reason=Other", "a"]]) {
    const path = `${DATA}/count/tokens?${WHY}&custom_audit=${end}`;
    const sent = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual([statusesIn(sent), (await handler(requestOf(path))).status], [[200], 200], end);
    assert.deepEqual(told.slice(-2).map(({ customAudit }) => customAudit), [note, note], end);
  }
  // All of it is behind the mark.
  assert.equal((await handler(requestOf(`${DATA}/count/tokens#?${WHY}`))).status, 400);
  for (const end of ["#%ff", `#${"a".repeat(5_000)}`]) assert.equal((await handler(requestOf(`/errors${end}`))).status, 200, end.slice(0, 9));
});

test("shapes of request smuggling are refused by Node, or are one request", async (t) => {
  const { port, stands, asked } = await serving(t);
  const line = `POST ${DATA}/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`;
  const smuggled = `GET ${DATA}/count/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`;
  for (const [request, status] of /** @type {[string, number][]} */ ([
    [`${line}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`, 400],
    [`${line}Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]`, 400],
    [`${line}Content-Length: +2\r\n\r\n[]`, 400],
    [`${line}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
    [`${line}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
    [`${line}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`, 400],
    [`${line} Content-Length: 2\r\n\r\n[]`, 400],
    [`${line}X: a\nContent-Length: 2\r\n\r\n[]`, 400],
  ])) {
    const came = await sendRaw(port, request, { until: /\r\n\r\n/, lingers: 500 });
    assert.equal(statusesIn(came)[0], status, `${JSON.stringify(request.slice(line.length))}: ${came.slice(0, 80)}`);
  }
  // A rotation takes no body: what is sent as one is no second request.
  const rotate = `POST ${DATA}/rotate/tokens?${WHY}&token_ids= HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`;
  const came = await sendRaw(port, rotate, { until: /requestBody/, lingers: 1_000 });
  assert.deepEqual(statusesIn(came), [400]);
  assert.deepEqual(asked.filter(({ action }) => action === "tokens.count"), []);
  await stands();
});

test("authentication headers of odd forms let nobody in", async (t) => {
  const { port, stands, asked } = await serving(t);
  for (const header of [
    "", "Authorization:", "Authorization: Bearer", "Authorization: Bearer ", `Authorization: ${KEY}`, `Authorization: Basic ${KEY}`,
    `Authorization: Bearer ${KEY}x`, `Authorization: Bearer ${KEY.toUpperCase()}`, `Authorization: Bearer ${KEY.slice(0, -1)}`,
    `Authorization: Bearer "${KEY}"`, `Authorization: Bearer ${KEY}, Bearer ${KEY}`, `Authorization: Bearer \u00e9`,
    "Authorization: Bearer __proto__", "Authorization: Bearer constructor", `Authorization: Bearer ${"x".repeat(100_000)}`,
  ]) {
    const came = await sendRaw(port, Buffer.from(`GET ${DATA}/count/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}${header && "\r\n"}\r\n`, "latin1"));
    assert.deepEqual(statusesIn(came), [401], header.slice(0, 60));
    assert.match(came, /WWW-Authenticate: Bearer/i);
    assert.doesNotMatch(came, new RegExp(KEY, "i"));
  }
  assert.equal(asked.length, 0);
  await stands();
});

test("headers over Node's limit are 431, and many are no trouble", async (t) => {
  const { port, send, stands } = await serving(t);
  const huge = `GET /errors HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(MAX_HEADERS)}\r\n\r\n`;
  const [status] = statusesIn(await sendRaw(port, huge));
  // The sender may be cut off before it can read the answer.
  assert(status === 431 || status === undefined, `${status}`);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`X-${at}`, "x"]));
  assert.equal((await send(`${DATA}/count/tokens?${WHY}`, { headers: many })).status, 200);
  const tenants = Array.from({ length: 101 }, (_, at) => at).join();
  assert.equal((await send(`${DATA}/count/tokens?${WHY}`, { headers: { "X-Tenant-Id": tenants } })).status, 400);
  await stands();
});

test("a client that goes away cancels nothing that has begun", async (t) => {
  const { port, send, stands } = await serving(t);
  const body = JSON.stringify([{ type: "randomized", token_id: "left-alone", object: { fields: { name: "Jane" } } }]);
  const head = `POST ${DATA}/tokens?${WHY} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(head + body, () => socket.destroy()));
    socket.on("close", resolve).on("error", resolve);
  });
  let text = "[]";
  for (let tries = 0; text === "[]" && tries < 1_000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ({ text } = await send(`${DATA}/tokens?${WHY}&token_ids=left-alone`));
  }
  assert.match(text, /left-alone/);
  await stands();
});

test("openapi.json allows every expiry that the vault takes, and no other", async (t) => {
  const { send } = await serving(t);
  const { paths } = JSON.parse((await send("/openapi.json")).text);
  const { parameters } = paths[`${API}/data/collections/{collection}/tokens`].post;
  const { schema } = parameters.find((/** @type {{ name?: string }} */ { name }) => name === "expiration_secs");
  for (const longest of ["3153600000", "0000000001"]) {
    const { status } = await send(`${DATA}/tokens?${WHY}&expiration_secs=${longest}`, { method: "POST", body: "[]", headers: JSON_TYPE });
    assert.deepEqual([status, new RegExp(schema.pattern).test(longest)], [200, true], longest);
  }
  for (const tooLong of ["3153600001", "3153700000", "3200000000", "4000000000", "00000000001"]) {
    const { status } = await send(`${DATA}/tokens?${WHY}&expiration_secs=${tooLong}`, { method: "POST", body: "[]", headers: JSON_TYPE });
    assert.deepEqual([status, new RegExp(schema.pattern).test(tooLong)], [400, false], tooLong);
  }
});
