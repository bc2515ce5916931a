// @ts-check
// The wasm under watch: how much memory its instances have taken, and what was thrown across their boundary. Import
// this before vaultlet: that takes `WebAssembly.instantiate` as it finds it.

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

let watching = true;

/**
 * Runs what may end an instance: to leave one that is over, an error is thrown through it.
 * @template T
 * @param {() => Promise<T>} run
 */
export async function unwatched(run) {
  watching = false;
  try {
    return await run();
  } finally {
    watching = true;
  }
}

/**
 * The memory of every instance that was made, and its table, and how large they were when they were last measured.
 * @type {{ memory: WeakRef<any>, table: WeakRef<any>, bytes: number, entries: number }[]}
 */
const instances = [];

/** How many there were when it was first measured: the others come and go. @type {number | undefined} */
let lasting;

/**
 * What a leak would make grow: the memory, and the table of what the wasm holds of JavaScript's. An instance that has been
 * swept since counts as it was, for else one that goes late would hide that another has grown.
 */
export function measure() {
  lasting ??= instances.length;
  const sum = { memory: 0, table: 0 };
  for (const instance of instances.slice(0, lasting)) {
    instance.bytes = instance.memory.deref()?.buffer.byteLength ?? instance.bytes;
    instance.entries = instance.table.deref()?.length ?? instance.entries;
    sum.memory += instance.bytes;
    sum.table += instance.entries;
  }
  return sum;
}

/** Of those that come and go, the ones that are gone: a list of them would grow. @param {number} from */
function forgetSwept(from) {
  const left = instances.splice(from).filter(({ memory }) => memory.deref() !== undefined);
  instances.push(...left);
}

/** How many instances there still are; only after a sweep does it say much. */
export const alive = () => instances.filter(({ memory }) => memory.deref() !== undefined).length;

/** @type {any} */
const { instantiate } = WebAssembly;

WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {unknown} */ module, /** @type {Record<string, object>} */ imports) => {
    const modules = Object.entries(imports).map(([name, functions]) => [name, watched(functions)]);
    const instance = await instantiate(module, Object.fromEntries(modules));
    const { memory, __wbindgen_externrefs: table } = instance.exports;
    instances.push({ memory: new WeakRef(memory), table: new WeakRef(table), bytes: 0, entries: 0 });
    if (lasting !== undefined && instances.length % 1_000 === 0) forgetSwept(lasting);
    return { exports: watched(instance.exports) };
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
    if (!watching) throw error;
    crossings.push({ name, error });
    reportCrossing(new Error(`\`${name}\` threw`, { cause: error }));
    throw error;
  }
};
