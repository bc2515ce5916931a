// @ts-check
// How Vercel's edge runtime has the wasm: compiled, by `?module`. It compiles nothing at run time.

import module from "../wasm/vaultlet_bg.wasm?module";

import { takeImported } from "./imported.js";

export { fetchAt as compileAt } from "./bytes.js";
export { remedy } from "./imported.js";

export const compile = async () => takeImported(module);
