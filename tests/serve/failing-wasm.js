// @ts-check
// Loaded before the command by `node --import`: at SIGUSR2 an import of the wasm fails, once, as one that the runtime
// refuses would, which ends the vault. With WASM_STAYS_BROKEN no instance comes about after that.

const { instantiate } = WebAssembly;
let isArmed = false;
let hasFailed = false;

process.on("SIGUSR2", () => {
  isArmed = true;
  // Nothing that the command prints.
  process.stderr.write("armed\n");
});

/** @param {Function} run */
const failing = (run) => (/** @type {unknown[]} */ ...given) => {
  if (isArmed) {
    isArmed = false;
    hasFailed = true;
    throw new Error("jane.secret@example.com");
  }
  return run(...given);
};

WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {WebAssembly.Module} */ module, /** @type {Record<string, Record<string, Function>>} */ imports) => {
    if (hasFailed && process.env["WASM_STAYS_BROKEN"]) throw new Error("jane.secret@example.com");
    const wrapped = Object.entries(imports).map(([name, members]) => [
      name,
      Object.fromEntries(Object.entries(members).map(([each, value]) => [each, typeof value === "function" ? failing(value) : value])),
    ]);
    return instantiate(module, Object.fromEntries(wrapped));
  }
);
