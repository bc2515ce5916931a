// @ts-check
// Tries the option `wasm`, as a program: prints what came of it.

import { readFileSync } from "node:fs";

import { tryGiven } from "./given.js";

const bytes = new Uint8Array(readFileSync(new URL("../../pkg/wasm/vaultlet_bg.wasm", import.meta.url)));
const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
console.log(JSON.stringify(await tryGiven({ bytes, module: new WebAssembly.Module(bytes), other }, "compiles")));
