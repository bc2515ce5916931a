// @ts-check
// The option `wasm` in each of its forms, and what is none of them, in a runtime that this file does not know: some
// compile bytes, and some nothing at all.

import { VaultError, openVault } from "vaultlet";

import { exampleHost } from "../package/example-host.js";

/**
 * What the runtime brings.
 * @typedef {object} Brought
 * @property {Uint8Array<ArrayBuffer>} bytes of the wasm
 * @property {WebAssembly.Module} module
 * @property {WebAssembly.Module} other of another program
 */

/** What has to come of it, where bytes are compiled and where they are not. @typedef {readonly [RegExp, RegExp?]} Expected */

const OPENS = /^opens$/;
const REFUSED = /^PV1000 .*wasm may not be compiled here: hand in a `WebAssembly\.Module` as `wasm`/;
const FAILED = /^PV1000 .*the promise, `Response` or `URL` that was handed in as `wasm` failed$/;
/** Bytes that are the vault's. @type {Expected} */
const compiled = [OPENS, REFUSED];
/** @param {RegExp} says */
const noWasm = (says) => new RegExp(`^VL1000 \`wasm\` .*${says.source}`);
const ofNoKind = noWasm(/must be a `WebAssembly\.Module`, bytes, a `Response`, a `URL`, or a promise of one/);

const typed = { headers: { "content-type": "application/wasm" } };
const HTML = "<!doctype html><title>My app</title>";

/** @param {ArrayBufferLike} buffer @param {Uint8Array} bytes */
function filled(buffer, bytes) {
  const view = new Uint8Array(buffer, 0, bytes.length);
  view.set(bytes);
  return view;
}

/** A page that is not isolated makes no shared buffer but this one. @param {Uint8Array} bytes */
function shared(bytes) {
  const pages = Math.ceil(bytes.length / 65_536);
  return filled(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer, bytes);
}

/** @param {Uint8Array} bytes */
function resizable(bytes) {
  const make = /** @type {any} */ (ArrayBuffer);
  return filled(new make(bytes.length, { maxByteLength: bytes.length + 9 }), bytes);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function used(bytes) {
  const response = new Response(bytes, typed);
  await response.arrayBuffer();
  return response;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function locked(bytes) {
  const response = new Response(bytes, typed);
  response.body?.getReader();
  return response;
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const GONE = new Error("the network is gone");

/** A stream that ends before its time. @param {Uint8Array<ArrayBuffer>} bytes */
function brokenOff(bytes) {
  const chunks = [bytes.slice(0, 1_000)];
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.pop();
      if (chunk === undefined) controller.error(GONE);
      else controller.enqueue(chunk);
    },
  });
}

/** @param {Uint8Array} bytes */
const asText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

const REASON = new Error("the reason");

/** @type {[name: string, make: (brought: Brought) => any, ...expected: Expected][]} */
const cases = [
  ["a module", ({ module }) => module, OPENS],
  ["a promise of a module", ({ module }) => Promise.resolve(module), OPENS],
  ["a thenable of a module", ({ module }) => ({ then: (/** @type {Function} */ resolve) => resolve(module) }), OPENS],
  ["bytes", ({ bytes }) => bytes, ...compiled],
  ["a buffer", ({ bytes }) => bytes.buffer, ...compiled],
  ["a DataView", ({ bytes }) => new DataView(bytes.buffer), ...compiled],
  ["bytes that may be resized", ({ bytes }) => resizable(bytes), ...compiled],
  ["bytes that are shared", ({ bytes }) => shared(bytes), ...compiled],
  ["a response", ({ bytes }) => new Response(bytes, typed), ...compiled],
  ["a response of another type", ({ bytes }) => new Response(bytes, { headers: { "content-type": "text/plain" } }), ...compiled],
  [
    "a response whose type has a parameter",
    ({ bytes }) => new Response(bytes, { headers: { "content-type": "application/wasm; charset=utf-8" } }),
    ...compiled,
  ],
  ["an address that holds it", ({ bytes }) => new URL(`data:application/wasm;base64,${asText(bytes)}`), ...compiled],
  ["text", () => "https://example.com/vaultlet.wasm", ofNoKind],
  ["a number", () => 3, ofNoKind],
  ["a plain object", () => ({}), ofNoKind],
  ["a Proxy that was revoked", revoked, ofNoKind],
  ["a promise of text", () => Promise.resolve("wasm"), ofNoKind],
  ["no bytes", () => new Uint8Array(), noWasm(/no wasm/)],
  ["a page's bytes", () => new TextEncoder().encode(HTML), noWasm(/HTML came in its place/)],
  ["half of it", ({ bytes }) => bytes.slice(0, bytes.length >> 1), noWasm(/damaged/), REFUSED],
  ["another program", ({ other }) => other, noWasm(/another program/)],
  ["a page", () => new Response(HTML, { headers: { "content-type": "text/html" } }), noWasm(/HTML came in its place/)],
  ["a reply of 404", () => new Response(HTML, { status: 404, ...typed }), noWasm(/status 404/)],
  ["a reply that was read", ({ bytes }) => used(bytes), noWasm(/has been read already/)],
  // Bun says of it that it has been read.
  ["a reply that somebody reads", ({ bytes }) => locked(bytes), noWasm(/is being read|has been read/)],
  ["a reply that breaks off", ({ bytes }) => new Response(brokenOff(bytes), typed), FAILED, /^PV1000 /],
  ["an address where nothing is", () => new URL("file:///there/is/no/such.wasm"), FAILED],
  ["a promise that rejects", () => Promise.reject(REASON), FAILED],
];

/** Lets out nothing of what was handed in. */
const SECRET = /My app|the reason|such\.wasm|network is gone/;

/** @param {any} wasm */
async function outcome(wasm) {
  try {
    (await openVault(exampleHost({ wasm }))).close();
    return "opens";
  } catch (error) {
    if (!(error instanceof VaultError)) return `no error of the package: ${error}`;
    if (SECRET.test(JSON.stringify(error))) return `it says too much: ${error.message}`;
    const place = error.context["place"] ?? "";
    if (place !== (error.code === "VL1000" ? "wasm" : "")) return `its place is ${place}`;
    return `${error.code} ${error.message}`;
  }
}

/** How many things are tried. */
export const count = cases.length;

/**
 * Tries them all, one after the other, and after each that the next call works.
 * @param {Brought} brought
 * @param {"compiles" | "compiles nothing"} runtime
 * @returns {Promise<{ ran: number, failed: string[] }>}
 */
export async function tryGiven(brought, runtime) {
  /** @type {string[]} */
  const failed = [];
  const note = (/** @type {any} */ event) => {
    const reason = event?.reason ?? event;
    // workerd says so of its own stream, whoever reads it.
    if (reason !== GONE) failed.push(`unhandled: ${reason}`);
  };
  // The one or the other is there, or both.
  const { addEventListener, process } = /** @type {any} */ (globalThis);
  addEventListener?.call(globalThis, "unhandledrejection", note);
  process?.on?.("unhandledRejection", note);

  for (const [name, make, where, elsewhere = where] of cases) {
    const expected = runtime === "compiles" ? where : elsewhere;
    const found = await outcome(make(brought));
    if (!expected.test(found)) failed.push(`${name}: ${found}`);
    if ((await outcome(undefined)) !== "opens") failed.push(`${name}: the next call does not work`);
  }

  const response = new Response(brought.bytes, typed);
  const both = await Promise.all([outcome(response), outcome(Promise.resolve(response))]);
  const expected = runtime === "compiles" ? OPENS : REFUSED;
  if (!both.every((found) => expected.test(found))) failed.push(`two that share a response: ${both}`);

  // Refused for another reason, before anybody waits for it.
  const clock = /** @type {any} */ (1);
  const refused = await openVault(exampleHost({ wasm: Promise.reject(REASON), clock })).catch(({ context }) => context.place);
  if (refused !== "clock") failed.push(`a promise that nobody waits for: ${refused}`);

  // What is unhandled is told in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { ran: cases.length, failed };
}

/**
 * In a page whose policy for its content allows no wasm: each error says so, and what would.
 * @param {ArrayBuffer} bytes
 */
export async function tryRefused(bytes) {
  const ways = [undefined, bytes, new Response(bytes, typed), new Response(bytes)];
  const found = await Promise.all(ways.map(outcome));
  return { ran: ways.length, failed: found.filter((each) => !REFUSED.test(each) || !each.includes("'wasm-unsafe-eval'")) };
}
