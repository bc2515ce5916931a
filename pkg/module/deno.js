// How Deno has the wasm: compiled, as a module of the program. So it needs no permission, neither to read nor to fetch.
// Not in the type check: TypeScript does not know `import source` yet.

import source module from "../wasm/vaultlet_bg.wasm";

import { takeImported } from "./imported.js";

export { fetchAt as compileAt } from "./bytes.js";
export { remedy } from "./imported.js";

export const compile = async () => takeImported(module);
