/**
 * The wasm file of the package, for a bundler or runtime that hides it: hand it to `openVault` as `wasm`. What an import
 * of it brings is theirs to say: a `WebAssembly.Module` (Cloudflare, and Vercel with `?module`), or its address
 * (`?url` of Vite, the loader `file` of esbuild), which `openVault` takes as `new URL(address, import.meta.url)`.
 */
declare const wasm: any;
export default wasm;
