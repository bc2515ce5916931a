// @ts-check
// Compiles bytes and replies. What a server answers in the place of a missing file is told from wasm that a place refuses
// to compile: the one is the file's fault, the other the place's.

import { tagOf } from "../built-ins.js";

/** What was to be wasm is none. The message says what it is instead, and nothing of its content. */
export class NoWasm extends Error {}

/** Wasm may not be compiled here, or not from bytes. */
export class Refused extends Error {}

/** `\0asm` */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

const ALLOWED = "hand in a `WebAssembly.Module` as `wasm`, or, in a page, allow `'wasm-unsafe-eval'` in its `script-src`";

/** The least wasm there is: where it does not compile, nothing does. */
const EMPTY = Uint8Array.of(...MAGIC, 1, 0, 0, 0);

/** @type {(source: ArrayBufferView | ArrayBufferLike) => Promise<WebAssembly.Module>} */
export async function compileBytes(source) {
  const bytes = bytesOf(source);
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) {
    // `<!doctype` or `<html`: what a server for pages answers to whatever it does not find.
    throw new NoWasm(bytes[0] === 0x3c ? "HTML came in its place" : "what came in its place is no wasm");
  }
  return explained(() => WebAssembly.compile(bytes));
}

/**
 * A copy: engines compile no `DataView`, and not all of them what is shared or may be resized. What has been transferred is
 * empty, and some views of it throw.
 * @param {ArrayBufferView | ArrayBufferLike} source
 */
function bytesOf(source) {
  try {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    return new Uint8Array(bytes);
  } catch {
    return new Uint8Array();
  }
}

/**
 * Streamed where that is possible: only what is of this very type may be, without a parameter.
 * @type {(response: Response) => Promise<WebAssembly.Module>}
 */
export async function compileResponse(response) {
  if (!response.ok) throw new NoWasm(`the answer in its place has status ${Number(response.status)}`);
  if (response.bodyUsed) throw new NoWasm("the response in its place has been read already");
  if (response.body?.locked) throw new NoWasm("the response in its place is being read by somebody else");
  if (response.headers.get("content-type") === "application/wasm" && typeof WebAssembly.compileStreaming === "function") {
    try {
      return await explained(() => WebAssembly.compileStreaming(response));
    } catch (cause) {
      // One of another realm, or of a polyfill, is streamed by nobody, and can be read still.
      if (nameOf(cause) !== "TypeError" || response.bodyUsed) throw cause;
    }
  }
  // Awaited, here and below: workerd calls unhandled what is handled a microtask later.
  return await compileBytes(await response.arrayBuffer());
}

/** @param {URL} url */
export const fetchAt = async (url) => await compileResponse(await fetch(url));

/** @type {(compile: () => Promise<WebAssembly.Module>) => Promise<WebAssembly.Module>} */
async function explained(compile) {
  try {
    return await compile();
  } catch (cause) {
    if (nameOf(cause) !== "CompileError") throw cause;
    try {
      new WebAssembly.Module(EMPTY);
    } catch {
      throw new Refused(`wasm may not be compiled here: ${ALLOWED}`, { cause });
    }
    throw new NoWasm("what came in its place is damaged, or newer than this runtime", { cause });
  }
}

/** Errors may be of another realm. @param {unknown} error */
export const nameOf = (error) => (tagOf(error) === "[object Error]" ? /** @type {Error} */ (error).name : undefined);
