// @ts-check
// Compiles bytes and replies. What a server answers in the place of a missing file is told from wasm that a place refuses
// to compile: the one is the file's fault, the other the place's.

import { startsWith, tagOf } from "../built-ins.js";

/** What was to be wasm is none. The message says what it is instead, and nothing of its content. */
export class NoWasm extends Error {}

/** Wasm may not be compiled here, or not from bytes. */
export class Refused extends Error {}

/** `\0asm` */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

const ALLOWED = "hand in a `WebAssembly.Module` as `wasm`, or, in a page, allow `'wasm-unsafe-eval'` in its `script-src`";

/** The least wasm there is: where it does not compile, nothing does. */
const EMPTY = Uint8Array.of(...MAGIC, 1, 0, 0, 0);

/** @type {(source: BufferSource) => Promise<WebAssembly.Module>} */
export async function compileBytes(source) {
  const bytes = bytesOf(source);
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) {
    // `<!doctype` or `<html`: what a server for pages answers to whatever it does not find.
    throw new NoWasm(bytes[0] === 0x3c ? "HTML came in its place" : "what came in its place is no wasm");
  }
  return explained(() => WebAssembly.compile(bytes));
}

/** Some engines compile no `DataView`. A buffer that has been transferred is empty. @param {BufferSource} source */
const bytesOf = (source) =>
  source.byteLength === 0
    ? new Uint8Array()
    : ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);

/**
 * Streamed where that is possible: only what is of this type may be.
 * @type {(response: Response) => Promise<WebAssembly.Module>}
 */
export async function compileResponse(response) {
  if (!response.ok) throw new NoWasm(`the answer in its place has status ${Number(response.status)}`);
  if (response.bodyUsed) throw new NoWasm("the response in its place has been read already");
  const type = response.headers.get("content-type") ?? "";
  if (startsWith(type, "application/wasm") && typeof WebAssembly.compileStreaming === "function") {
    return explained(() => WebAssembly.compileStreaming(response));
  }
  return compileBytes(await response.arrayBuffer());
}

/** @param {URL} url */
export const fetchAt = async (url) => compileResponse(await fetch(url));

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
const nameOf = (error) => (tagOf(error) === "[object Error]" ? /** @type {Error} */ (error).name : undefined);
