// @ts-check
// Import this before a vault is opened: every instance of the wasm has little memory, and traps where it needs more.

/** Pages of 64 kB that an instance may have. */
const MOST = 64;

/** The section of a wasm file that declares its memory. */
const MEMORY = 5;

const { compile } = WebAssembly;

WebAssembly.compile = async (source) => compile(limited(/** @type {Uint8Array<ArrayBuffer>} */ (source)));

/**
 * The same file, with a memory that has a most. It is `[sections]` after 8 bytes; a section is `[id, length, content]`,
 * and the content of this one `[1, 0, least]`; numbers are LEB128.
 * @param {Uint8Array} file
 */
function limited(file) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = file[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  for (;;) {
    const start = at;
    const id = file[at++];
    const end = number() + at;
    if (id !== MEMORY) {
      if (end >= file.length) throw new Error("the wasm declares no memory");
      at = end;
      continue;
    }
    const least = file.slice(at + 2, end);
    const section = Uint8Array.of(MEMORY, least.length + 3, 1, 1, ...least, MOST);
    return Buffer.concat([file.subarray(0, start), section, file.subarray(end)]);
  }
}
