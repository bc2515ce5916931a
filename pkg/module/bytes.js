// @ts-check
// Compiles bytes and replies. What a server answers in the place of a missing file is told from wasm that a place refuses
// to compile: the one is the file's fault, the other the place's.

import { setBytes, startsWith, tagOf } from "../built-ins.js";

/** Why there is no module. `cause` is what the runtime threw, if it did. */
export class Unusable extends Error {}

/** What was to be wasm is none. The message says what it is instead, and nothing of its content. */
export class NoWasm extends Unusable {}

/** Wasm may not be compiled here, or not from bytes. */
export class Refused extends Unusable {}

/** `\0asm` */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

const ALLOWED = "hand in a `WebAssembly.Module` as `wasm`, or, in a page, allow `'wasm-unsafe-eval'` in its `script-src`";

/** The least wasm there is: where it does not compile, nothing does. */
const EMPTY = Uint8Array.of(...MAGIC, 1, 0, 0, 0);

/** @type {(bytes: BufferSource) => Promise<WebAssembly.Module>} */
export async function compileBytes(bytes) {
  const head = new Uint8Array(MAGIC.length);
  if (bytes.byteLength >= EMPTY.length) setBytes(head, headOf(bytes));
  if (MAGIC.some((byte, at) => head[at] !== byte)) {
    // `<!doctype` or `<html`: what a server for pages answers to whatever it does not find.
    throw new NoWasm(head[0] === 0x3c ? "HTML came in its place" : "what came in its place is no wasm");
  }
  return explained(() => WebAssembly.compile(bytes));
}

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

/** @param {BufferSource} bytes */
const headOf = (bytes) =>
  ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, MAGIC.length)
    : new Uint8Array(bytes, 0, MAGIC.length);

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
