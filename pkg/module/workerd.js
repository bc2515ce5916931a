// @ts-check
// How workerd (Cloudflare) has the wasm: compiled, as a module of the Worker. It compiles nothing at run time.

import module from "../wasm/vaultlet_bg.wasm";

import { takeImported } from "./imported.js";

export { fetchAt as compileAt } from "./bytes.js";
export { remedy } from "./imported.js";

export const compile = async () => takeImported(module);
