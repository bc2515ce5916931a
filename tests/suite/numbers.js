// @ts-check
// Numbers as the wasm reads and writes them, which the engine does for it: the native tests cannot see that.

import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Hand } from "./rules.js" */

const { rule, rules } = gather("numbers");
export { rules as numbers };

const about = { collection: "measures", reason: /** @type {const} */ ("AppFunctionality") };

/** @param {Hand} hand */
async function openMeasures({ open }) {
  const vault = await open({ collections: { measures: { properties: { value: { type: "DOUBLE" }, inside: { type: "JSON" } } } } });
  return vault.as("jane").tokens;
}

/** @param {number} count */
function randomDoubles(count) {
  const bits = crypto.getRandomValues(new BigUint64Array(count));
  return [...new Float64Array(bits.buffer)].filter(Number.isFinite);
}

const edges = [
  ...[0, -0, 1, -1, 0.1, -0.1, 1.5, 1e15, 123456789012345.6, 2 ** 53 - 1, 1 - 2 ** 53, 4503599627370495.5, 123e-7],
  ...[2 ** 53, 2 ** 60, 2 ** 64, 12345678901234567890, 1e20, 1e21, 1e22, 1.23e67, -1e300, Number.MAX_VALUE],
  ...[1e-6, 1e-7, 2 ** -25, 5e-324, 2 ** -1022, Number.EPSILON, 1 + Number.EPSILON, Math.PI, 1e-300],
];

rule("every double comes back as it was, also inside of JSON", async (hand) => {
  const tokens = await openMeasures(hand);
  const values = [...edges, ...randomDoubles(4_000)];
  for (let from = 0; from < values.length; from += 500) {
    const some = values.slice(from, from + 500);
    const requestBody = some.map((value) => ({ type: /** @type {const} */ ("randomized"), object: { fields: { value, inside: { list: [value] } } } }));
    const tokenIds = (await tokens.tokenize({ ...about, requestBody })).map((made) => made.token_id);
    const answer = await tokens.detokenize({ ...about, tokenIds });
    // JSON has one zero.
    assert.deepEqual(answer.map((one) => one.fields?.["value"]), some.map((value) => value + 0));
    assert.deepEqual(answer.map((one) => one.fields?.["inside"]), some.map((value) => ({ list: [value + 0] })));
  }
});

rule("a number is its value, however it was computed", async (hand) => {
  const tokens = await openMeasures(hand);
  /** @param {unknown} value */
  const make = async (value) => {
    const object = { fields: { value } };
    const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object }] });
    return made?.token_id;
  };
  const one = await make(1);
  assert.equal(await make(1.0), one);
  assert.equal(await make(0.1 + 0.9), one);
  assert.notEqual(await make(1 + Number.EPSILON), one);
  const zero = await make(0);
  assert.equal(await make(-0), zero);
});

rule("what JSON has no number for is refused", async (hand) => {
  const tokens = await openMeasures(hand);
  for (const value of [NaN, Infinity, -Infinity]) {
    const requestBody = [{ type: /** @type {const} */ ("pci"), object: { fields: { value } } }];
    await assert.rejects(tokens.tokenize({ ...about, requestBody }), { code: "PV1012" }, String(value));
  }
});

rule("what is not one number is refused", async (hand) => {
  const tokens = await openMeasures(hand);
  for (const value of ["1", "0x1", true]) {
    const requestBody = [{ type: /** @type {const} */ ("pci"), object: { fields: { value } } }];
    await assert.rejects(tokens.tokenize({ ...about, requestBody }), { code: "PV3002" }, String(value));
  }
});
