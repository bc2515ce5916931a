// @ts-check
// A wasm that could be the vault's, of another version: it exports `core_call`, and wants an import that nobody gives it.

export const anotherVersion = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0, 7, 13, 1, 9],
  ...new TextEncoder().encode("core_call"),
  ...[0, 0],
);
