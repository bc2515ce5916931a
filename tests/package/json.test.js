// @ts-check
// Nothing is lost on the way in: JSON text is what `JSON.stringify` makes of a value, or there is none, and the place of
// what would be lost is named.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import fc from "fast-check";

import { LEVELS, TOO_LONG, writeJson } from "../../pkg/json.js";

/** @param {unknown} value */
const write = (value) => writeJson(value, LEVELS, 1_000_000);

const throws = () => {
  throw new Error("jane.secret@example.com");
};

/** @param {number} levels */
function nested(levels) {
  /** @type {unknown} */
  let value = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

class Money {
  #cents = 5;
  toJSON() {
    return { cents: this.#cents };
  }
}
class Point {
  x = 1;
  y = 2;
}
class Tags extends Set {
  toJSON() {
    return [...this];
  }
}
class Fields extends Map {
  name = "Jane";
}
class Secret {
  #value = "Jane";
  get value() {
    return this.#value;
  }
}
class Day extends Date {
  /** @override */
  toJSON() {
    return "today";
  }
}
const cycle = { list: [/** @type {unknown} */ (undefined)] };
cycle.list[0] = cycle;
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

/** Its own prototype. @type {object} */
const endless = new Proxy({ a: 1 }, { getPrototypeOf: () => endless });
/** And one that ends in a `toJSON` so far up that nobody looks. */
let deep = { toJSON: () => 1 };
for (let classes = 0; classes < 1_000; classes += 1) deep = Object.create(deep);

/** @type {[string, unknown][]} */
const lost = [
  ["NaN", NaN],
  ["Number of text that is none", Number("1,75")],
  ["an infinity", -Infinity],
  ["a BigInt", 5n],
  ["a function", () => {}],
  ["a class", Point],
  ["a symbol", Symbol("name")],
  ["an invalid date", new Date("31/12/2024")],
  ["an invalid date of another realm", vm.runInNewContext("new Date(NaN)")],
  ["half a surrogate pair", "\ud83d"],
  ["the other half", "a\ude00b"],
  ["half a pair as a key", { "\ud83d": 1 }],
  ["a Map", new Map([["sms", false]])],
  ["a Map with a member", Object.assign(new Map(), { sms: false })],
  ["a Map of another realm", vm.runInNewContext("new Map([[1, 2]])")],
  ["an object of a class that is a Map", new Fields([["sms", false]])],
  ["a Set", new Set(["a"])],
  ["a WeakMap", new WeakMap()],
  ["a WeakSet", new WeakSet()],
  ["a WeakRef", new WeakRef({})],
  ["a RegExp", /a/],
  ["an Error", new Error("a")],
  ["an Error with members", Object.assign(new TypeError("a"), { code: "ENOENT" })],
  ["an Error of another realm", vm.runInNewContext("Object.assign(new Error(), { code: 1 })")],
  ["a Promise", Promise.resolve(1)],
  ["an ArrayBuffer", new ArrayBuffer(2)],
  ["a SharedArrayBuffer", new SharedArrayBuffer(2)],
  ["a DataView", new DataView(new ArrayBuffer(2))],
  ["bytes", new Uint8Array(2)],
  ["numbers", new Float64Array(2)],
  ["a Buffer, for all its `toJSON`", Buffer.from("Jane")],
  ["a URLSearchParams", new URLSearchParams("a=1")],
  ["Headers", new Headers({ a: "1" })],
  ["a FormData", new FormData()],
  ["a Blob", new Blob(["a"])],
  ["an iterator", [1].values()],
  ["a generator", (function* () {})()],
  ["an Intl object", new Intl.NumberFormat()],
  ["a boxed symbol", Object(Symbol())],
  ["a boxed BigInt", Object(5n)],
  ["a boxed NaN", Object(NaN)],
  ["an object that keeps all to itself", new Secret()],
  ["an object of an empty class", new (class {})()],
  ["a `toJSON` that answers undefined", { toJSON: () => undefined }],
  ["a `toJSON` that answers null, as of an invalid time", { toJSON: () => null }],
  ["a `toJSON` that answers NaN", { toJSON: () => NaN }],
  ["a `toJSON` that answers a Map", { toJSON: () => new Map() }],
  ["a `toJSON` that throws", { toJSON: throws }],
  ["a `toJSON` that cannot be read", Object.defineProperty({}, "toJSON", { get: throws })],
  ["a Proxy that throws", new Proxy({}, { ownKeys: throws })],
  ["a Proxy that was revoked", revoked],
  ["a Proxy that is its own prototype", endless],
  ["an object of a thousand classes", deep],
  ["a Proxy of a Map", new Proxy(new Map(), {})],
  ["a list with other members", Object.assign([1], { sms: false })],
  ["what a regular expression found", /(?<word>a)/.exec("a")],
];

for (const [name, value] of lost) {
  test(`refuses ${name}, wherever it stands`, () => {
    assert.equal(write(value).text, undefined);
    assert.equal(write(value).path, "");
    for (const [whole, path] of /** @type {[unknown, string][]} */ ([
      [{ requestBody: [{ ok: 1 }, { object: { fields: { note: value } } }] }, "requestBody[1].object.fields.note"],
      [{ list: [[1], ["a", value]] }, "list[1][1]"],
      [{ fields: { "jane@example.com": value } }, "fields"],
      [{ "jane@example.com": { note: value } }, ""],
      [{ fields: { toJSON: () => ({ note: [value] }) } }, "fields.note[0]"],
    ])) {
      const written = write(whole);
      assert.equal(written.path, path);
      assert(written.problem && !/jane|a\b.*\bb/i.test(written.problem.replace(/is a \w+/, "")), written.problem);
    }
  });
}

/** @type {[string, unknown, string][]} */
const placed = [
  ["undefined in a list", { list: [1, undefined] }, "list[1]"],
  ["a hole in a list", { list: [1, , 3] }, "list[1]"], // eslint-disable-line no-sparse-arrays
  ["a list of a billion holes", { list: Object.assign([], { length: 1e9 }) }, "list[0]"],
  ["a list with one far away", { list: Object.assign([1], { 4e9: 1 }) }, "list[1]"],
  ["a list of a billion, by a Proxy", { list: new Proxy([], { get: (_, key) => (key === "length" ? 1e9 : undefined) }) }, "list[0]"],
  ["a cycle", { a: cycle }, "a.list[0]"],
  ["an object in itself", { a: { b: cycle } }, "a.b.list[0]"],
  ["a getter that throws", { a: { get note() { return throws(); } } }, "a.note"], // prettier-ignore
  ["an item that throws", { a: Object.defineProperty([1], 0, { get: throws }) }, "a[0]"],
];
for (const [name, value, path] of placed) {
  test(`refuses ${name} and names it`, () => {
    const written = write(value);
    assert.equal(written.text, undefined);
    assert.equal(written.path, path);
    assert(!JSON.stringify(written).includes("jane"));
  });
}

test("takes as many levels as the core's reader, and no more", () => {
  assert.equal(write(nested(LEVELS)).text, JSON.stringify(nested(LEVELS)));
  const { problem, path } = write({ list: [1, nested(200)] });
  assert.match(String(problem), /127/);
  assert.match(String(path), /^list\[1\]\.a\[0\]\.a/);
});

const shared = { email: "jane@example.com" };
/** @type {[string, unknown][]} */
const carried = [
  ["nothing", null],
  ["texts", ['"', "\\", "\n\u0000\u001f", "é😀\u2028", "", "</script>"]],
  ["numbers", [0, -0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53]],
  ["members that are undefined", { a: undefined, b: 1, c: undefined }],
  ["keys of any kind", { "": 1, "a b": 2, é: 3, 7: 4, toJSON: 5, constructor: 6, length: 7 }],
  ["`__proto__` as a key", JSON.parse('{"__proto__": {"a": 1}, "a": 2}')],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ["empty ones", [{}, [], Object.create(null)]],
  ["a shared object", [shared, shared, { shared }]],
  ["a date", { at: new Date(0) }],
  ["a date of another realm", vm.runInNewContext("new Date(0)")],
  ["a date of a class with another text", new Day(0)],
  ["a URL", { home: new URL("https://example.com/a") }],
  ["an object of a class with its `toJSON`", [new Money()]],
  ["a Set of a class with its `toJSON`", new Tags(["a", "b"])],
  ["an object with its own `toJSON`", { toJSON: () => ({ a: [1] }) }],
  ["a `toJSON` that answers a list", { toJSON: () => [1, { toJSON: () => 2 }] }],
  ["an error of a class with its `toJSON`", new (class extends Error { toJSON() { return { code: 1 }; } })()], // prettier-ignore
  ["an object of a class", new Point()],
  ["an object that inherits", Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })],
  ["objects and lists of another realm", vm.runInNewContext('({ a: [1, { b: "c" }], d: new Object() })')],
  ["boxed ones", [Object("a"), Object(1), Object(true)]],
  ["what is hidden from JSON", Object.defineProperties({ a: 1 }, { hidden: { value: 3 }, [Symbol("s")]: { value: 2 } })],
  ["Proxies", new Proxy({ a: new Proxy([1], {}) }, {})],
  ["arguments", (/** @type {(...all: number[]) => unknown} */ (function () { return arguments; }))(1, 2)], // prettier-ignore
];
for (const [name, value] of carried) {
  test(`writes ${name} as JSON.stringify does`, () => {
    for (const whole of [value, { requestBody: [value] }]) assert.equal(write(whole).text, JSON.stringify(whole));
  });
}

test("writes any JSON value as JSON.stringify does", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => assert.equal(write(value).text, JSON.stringify(value))));
});

test("what was looked at is what is written: each member is read once", () => {
  let reads = 0;
  const value = { get amount() { return (reads += 1) === 1 ? 5 : NaN; } }; // prettier-ignore
  assert.equal(write({ value }).text, '{"value":{"amount":5}}');
  assert.equal(reads, 1);
});

test("a `toJSON` that somebody has planted on a built-in is not used", (context) => {
  const planted = [Object, Array, Map, Set, Error, URLSearchParams, Headers, String, BigInt, Date].map(({ prototype }) => {
    const before = Object.getOwnPropertyDescriptor(prototype, "toJSON");
    Object.defineProperty(prototype, "toJSON", { value: () => "planted", configurable: true, writable: true });
    return { prototype, before };
  });
  context.after(() => {
    for (const { prototype, before } of planted) {
      if (before === undefined) Reflect.deleteProperty(prototype, "toJSON");
      else Object.defineProperty(prototype, "toJSON", before);
    }
  });
  const plain = { a: [1, { b: "c" }], at: new Date(0), boxed: Object("d"), point: new Point() };
  const text = '{"a":[1,{"b":"c"}],"at":"1970-01-01T00:00:00.000Z","boxed":"d","point":{"x":1,"y":2}}';
  assert.equal(write(plain).text, text);
  const others = [new Map([[1, 2]]), new Set([1]), new Error("a"), 5n, new URLSearchParams("a=1"), new Headers({ a: "1" })];
  for (const value of others) assert.equal(write({ value }).path, "value");
  assert.equal(write([new Money()]).text, '[{"cents":5}]');
});

test("members that somebody has planted on Object.prototype are not there", (context) => {
  const names = ["a", "value", "requestBody"];
  for (const name of names) {
    const planted = { __proto__: null, get: () => "planted", set() {}, configurable: true };
    Object.defineProperty(Object.prototype, name, planted);
  }
  context.after(() => names.forEach((name) => Reflect.deleteProperty(Object.prototype, name)));
  assert.equal(write({ b: 1, list: [{}] }).text, '{"b":1,"list":[{}]}');
  assert.equal(write(JSON.parse('{"a": 1, "value": {"set": 2}}')).text, '{"a":1,"value":{"set":2}}');
});

test("what grows without an end is given up as soon as it is too long", () => {
  /** @type {unknown} */
  let value = "ten letters";
  for (let level = 0; level < 40; level += 1) value = [value, value, value, value];
  assert.deepEqual(writeJson(value, LEVELS, 10_000).problem, TOO_LONG);
  assert.equal(writeJson("a".repeat(9_998), LEVELS, 10_000).problem, undefined);
  assert.equal(writeJson(Array(5_001).fill(1), LEVELS, 10_000).problem, TOO_LONG);
});

test("what no text names is not dropped: symbols that are keys, and members of what stands for a text or a number", () => {
  const key = Symbol("a");
  const hidden = Object.defineProperty({ b: 1 }, key, { value: 1 });
  assert.equal(write({ hidden }).text, '{"hidden":{"b":1}}');
  const date = new Date(0);
  for (const [value, path] of /** @type {[unknown, string][]} */ ([
    [{ [key]: 1 }, ""],
    [{ a: { b: 1, [key]: undefined } }, "a"],
    [{ a: [{ [key]: 1 }] }, "a[0]"],
    [{ a: Object.assign([1], { [key]: 1 }) }, "a"],
    [{ a: Object.assign(new Date(0), { note: "b" }) }, "a"],
    [{ a: Object.assign(new Date(0), { [key]: 1 }) }, "a"],
    [{ a: Object.assign(Object("text"), { note: "b" }) }, "a"],
    [{ a: Object.assign(Object(7), { note: "b" }) }, "a"],
    [{ a: Object.assign(Object(true), { note: "b" }) }, "a"],
  ])) {
    const written = write(value);
    assert.equal(written.text, undefined);
    assert.equal(written.path, path);
  }
  assert.equal(write([date, Object("text"), Object(""), Object(7), Object(false)]).text, '["1970-01-01T00:00:00.000Z","text","",7,false]');
});
