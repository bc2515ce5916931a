// @ts-check
// The wasm under watch: how much memory it has taken, and what was thrown across its boundary. Import this before a
// vault is opened: a process loads the wasm once.

/**
 * All that was thrown into the wasm or out of it, with the name of the import or export.
 * @type {{ name: string, error: unknown }[]}
 */
export const crossings = [];

/** @type {(reason: Error) => void} */
let reportCrossing = () => {};

/** @type {Promise<never>} */
const firstCrossing = new Promise((_, reject) => (reportCrossing = reject));
firstCrossing.catch(() => {});

/**
 * Waits for calls, or for the first throw across the boundary: the call that it meets never ends.
 * @param {Promise<void>} calls
 */
export const orCrossing = (calls) => Promise.race([calls, firstCrossing]);

/** @type {Record<string, any>} */
let exports = {};

/** What a leak would make grow: the memory, and the table of what the wasm holds of JavaScript's. */
export const measure = () => ({
  memory: /** @type {number} */ (exports["memory"].buffer.byteLength),
  table: /** @type {number} */ (exports["__wbindgen_externrefs"].length),
});

/** @type {any} */
const { instantiate } = WebAssembly;

WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {unknown} */ module, /** @type {Record<string, object>} */ imports) => {
    const modules = Object.entries(imports).map(([name, functions]) => [name, watched(functions)]);
    const instance = await instantiate(module, Object.fromEntries(modules));
    exports = watched(instance.exports);
    return { exports };
  }
);

/**
 * The same functions, and whatever else, with a note of all that they throw.
 * @param {object} functions
 * @returns {Record<string, unknown>}
 */
const watched = (functions) =>
  Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [name, typeof value === "function" ? watch(name, value) : value]),
  );

/** @type {(name: string, call: Function) => Function} */
const watch = (name, call) => (/** @type {unknown[]} */ ...parameters) => {
  try {
    return call(...parameters);
  } catch (error) {
    crossings.push({ name, error });
    reportCrossing(new Error(`\`${name}\` threw`, { cause: error }));
    throw error;
  }
};
