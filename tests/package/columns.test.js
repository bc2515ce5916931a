// @ts-check
// Rows in columns, both ways, and what a careless or hostile store may answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import fc from "fast-check";

import { OverLimit, WrongShape } from "../../pkg/callback.js";
import { packRows, splitLabels, unpackChanges } from "../../pkg/columns.js";

/** @import { Change, Row } from "vaultlet" */

/** @param {string} letter */
const label = (letter) => letter.repeat(22);

/**
 * @param {object} [overrides]
 * @returns {any}
 */
const row = (overrides) => ({
  key: label("k"),
  version: 3,
  terms: [label("s"), label("t")],
  claims: [label("c")],
  expiresAt: 1_800_000_000_000,
  pruneAt: null,
  sealed: Uint8Array.of(1, 2, 3),
  ...overrides,
});

/** @param {unknown} answer */
const pack = (answer) => {
  const packed = packRows(answer, 10, Infinity);
  assert(!(packed instanceof WrongShape) && !(packed instanceof OverLimit), "no rows");
  return { ...packed, labels: new TextDecoder().decode(packed.labels) };
};

test("packs rows as the boundary's page says", () => {
  const { labels, numbers, sealed } = pack([
    row(),
    row({ key: label("l"), terms: [], claims: [], expiresAt: null, pruneAt: 5, sealed: Uint8Array.of(9) }),
  ]);
  assert.equal(labels, label("k") + label("s") + label("t") + label("c") + label("l"));
  assert.deepEqual([...numbers], [3, 1_800_000_000_000, NaN, 2, 1, 3, 3, NaN, 5, 0, 0, 1]);
  assert.deepEqual([...sealed], [1, 2, 3, 9]);
  assert.deepEqual(pack([]), { labels: "", numbers: new Float64Array(0), sealed: new Uint8Array(0) });
});

for (const [name, answer, problem] of /** @type {[string, unknown, string][]} */ ([
  ["null", null, "rows must be a list"],
  ["nothing", undefined, "rows must be a list"],
  ["text", "rows", "rows must be a list"],
  ["one row", row(), "rows must be a list"],
  ["an iterable that is no list", new Set([row()]), "rows must be a list"],
  ["a list of null", [null], "rows[0] must be an object"],
  ["a list with a hole", [row(), , row()], "rows[1] must be an object"],
  ["a key that is a number", [row({ key: 7 })], "rows[0].key must be text"],
  ["no key", [row({ key: undefined })], "rows[0].key must be text"],
  ["a version that is text", [row(), row(), row(), row({ version: "3" })], "rows[3].version must be a number"],
  ["a version that is a BigInt", [row({ version: 3n })], "rows[0].version must be a number"],
  ["a version that is inherited", [Object.assign(Object.create({ version: 3 }), { ...row(), version: undefined })], "rows[0].version must be a number"],
  ["an expiry that is undefined", [row({ expiresAt: undefined })], "rows[0].expiresAt must be a number or null"],
  ["an expiry that is a Date", [row({ expiresAt: new Date() })], "rows[0].expiresAt must be a number or null"],
  ["a pruning time that is text", [row({ pruneAt: "5" })], "rows[0].pruneAt must be a number or null"],
  ["terms that are text", [row({ terms: label("t") })], "rows[0].terms must be a list"],
  ["a term that is null", [row({ terms: [label("t"), null] })], "rows[0].terms[1] must be text"],
  ["claims that are a Set", [row({ claims: new Set() })], "rows[0].claims must be a list"],
  ["a claim that is a number", [row({ claims: [1] })], "rows[0].claims[0] must be text"],
  ["sealed bytes as text", [row({ sealed: "AQID" })], "rows[0].sealed must be a Uint8Array"],
  ["sealed bytes as an ArrayBuffer", [row({ sealed: new ArrayBuffer(3) })], "rows[0].sealed must be a Uint8Array"],
  ["sealed bytes as another typed array", [row({ sealed: new Int8Array(3) })], "rows[0].sealed must be a Uint8Array"],
  ["sealed bytes as a list", [row({ sealed: [1, 2, 3] })], "rows[0].sealed must be a Uint8Array"],
  ["sealed bytes as a forged object", [row({ sealed: { [Symbol.toStringTag]: "Uint8Array", length: 3 } })], "rows[0].sealed must be a Uint8Array"],
])) {
  test(`refuses as the wrong shape, and says where: ${name}`, () => {
    assert.deepEqual(packRows(answer, 10, Infinity), new WrongShape(problem));
  });
}

test("of more rows than can answer, one too many is packed and the rest is not looked at", () => {
  const rows = [row(), row(), row(), /** @type {any} */ (null)];
  const packed = packRows(rows, 2, Infinity);
  assert("numbers" in packed);
  assert.equal(packed.numbers.length, 3 * 6);
});

test("a row of more than 64 terms or claims crosses as one that is not the vault's, without them", () => {
  const many = Array.from({ length: 65 }, () => label("m"));
  for (const wide of [row({ terms: many }), row({ claims: many }), row({ terms: new Array(1e9) })]) {
    const { labels, numbers } = pack([wide, row()]);
    assert.equal(labels, label("k") + label("k") + label("s") + label("t") + label("c"));
    assert.deepEqual([...numbers].slice(0, 6), [Infinity, 1_800_000_000_000, NaN, 0, 0, 3]);
  }
  const { numbers } = pack([row({ terms: many.slice(1), claims: many.slice(1) })]);
  assert.deepEqual([...numbers].slice(3), [64, 64, 3]);
});

test("of more bytes than the call may read nothing is copied, nor is a row beyond them looked at", () => {
  const rows = [row(), row({ sealed: new Uint8Array(5) })];
  assert("sealed" in packRows(rows, 10, 8));
  assert.deepEqual(packRows([...rows, null], 10, 7), new OverLimit(7));
  const lying = Object.defineProperty(new Uint8Array(8), "length", { value: 0 });
  assert.deepEqual(packRows([row({ sealed: lying })], 10, 7), new OverLimit(7));
});

test("sends a number that is no safe integer as Infinity, never as the NaN that stands for null", () => {
  for (const number of [NaN, Infinity, -Infinity, 1.5, 2 ** 53]) {
    const { numbers } = pack([row({ version: number, expiresAt: number, pruneAt: number })]);
    assert.deepEqual([...numbers.subarray(0, 3)], [Infinity, Infinity, Infinity]);
  }
});

test("sends a label of another length as exclamation marks, and keeps every other in its place", () => {
  const none = "!".repeat(22);
  const after = label("k") + label("s") + label("t") + label("c");
  for (const wrong of ["", "k".repeat(21), "k".repeat(23), "k".repeat(44)]) {
    const rows = [row({ key: wrong, terms: [wrong], claims: [wrong] }), row()];
    assert.equal(pack(rows).labels, none.repeat(3) + after);
  }
  // What is no ASCII is of the right length where it has 22 UTF-16 units.
  for (const [foreign, sent] of [["é".repeat(22), none], ["k".repeat(21) + "\ud800", "k".repeat(21) + "!"], ["😀".repeat(11), none]]) {
    assert.equal(pack([row({ key: foreign, terms: [], claims: [] }), row()]).labels, sent + after);
  }
});

test("takes bytes of another realm, and a Buffer", () => {
  const foreign = runInNewContext("Uint8Array.of(7, 8)");
  assert.deepEqual([...pack([row({ sealed: foreign }), row({ sealed: Buffer.from([9]) })]).sealed], [7, 8, 9]);
});

test("reads each property once: what was checked is what crosses", () => {
  let reads = 0;
  const shifting = row();
  for (const name of Object.keys(shifting)) {
    const value = shifting[name];
    let read = false;
    Object.defineProperty(shifting, name, {
      get() {
        reads += 1;
        const first = !read;
        read = true;
        return first ? value : null;
      },
    });
  }
  assert.equal(pack([shifting]).labels.length, 4 * 22);
  assert.equal(reads, 7);
});

test("a getter or a Proxy that throws is the host's own throw", () => {
  const own = new Error("the host's own");
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();
  const throwing = new Proxy(row(), {
    get() {
      throw own;
    },
  });
  assert.throws(() => packRows([throwing], 10, Infinity), own);
  assert.throws(() => packRows(revoked, 10, Infinity), TypeError);
});

test("a packed row holds nothing that the store may change later", () => {
  const kept = row();
  const { sealed } = pack([kept]);
  kept.sealed.fill(0);
  assert.deepEqual([...sealed], [1, 2, 3]);
});

/** Changes in columns, as the wasm sends them. @param {Change[]} changes */
const columnsOf = (changes) => {
  const nullable = (/** @type {number | null} */ value) => value ?? NaN;
  return {
    labels: changes.map(({ key, row }) => [key, ...(row?.terms ?? []), ...(row?.claims ?? [])].join("")).join(""),
    numbers: Float64Array.from(
      changes.flatMap(({ expect, row }) => [
        nullable(expect),
        ...(row === null
          ? [NaN, NaN, NaN, 0, 0, 0]
          : [
              row.version,
              nullable(row.expiresAt),
              nullable(row.pruneAt),
              row.terms.length,
              row.claims.length,
              row.sealed.length,
            ]),
      ]),
    ),
    sealed: Uint8Array.from(changes.flatMap(({ row }) => [...(row?.sealed ?? [])])),
  };
};

const anyLabel = fc.string({ minLength: 22, maxLength: 22, unit: fc.constantFrom(..."AZaz09-_") });
const anyTime = fc.option(fc.nat());
const anyRow = fc.record({
  version: fc.integer({ min: 1 }),
  terms: fc.array(anyLabel, { maxLength: 4 }),
  claims: fc.array(anyLabel, { maxLength: 4 }),
  expiresAt: anyTime,
  pruneAt: anyTime,
  sealed: fc.uint8Array({ maxLength: 40 }),
});
const anyChange = fc
  .record({ key: anyLabel, expect: fc.option(fc.integer({ min: 1 })), row: fc.option(anyRow) })
  .map(({ key, expect, row }) => ({ key, expect, row: row === null ? null : { key, ...row } }));

test("unpacks every change as it was, a deletion included", () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 5 }), (changes) => {
      const { labels, numbers, sealed } = columnsOf(changes);
      assert.deepEqual(unpackChanges(labels, numbers, sealed), changes);
    }),
  );
});

test("what is packed unpacks to the same rows", () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 5 }), (rows) => {
      const keyed = rows.map((each) => ({ key: label("k"), ...each }));
      const { labels, numbers, sealed } = pack(keyed);
      const asChanges = keyed.flatMap((_, index) => [NaN, ...numbers.subarray(index * 6, index * 6 + 6)]);
      const unpacked = unpackChanges(labels, Float64Array.from(asChanges), sealed);
      assert.deepEqual(
        unpacked.map(({ row }) => row),
        keyed,
      );
    }),
  );
});

test("an unpacked row's bytes are its own: no view of what was passed in, no memory shared between rows", () => {
  const changes = ["k", "l"].map((letter) => ({
    key: label(letter),
    expect: null,
    row: row({ key: label(letter), sealed: new Uint8Array(100).fill(7) }),
  }));
  const { labels, numbers, sealed } = columnsOf(changes);
  const [first, second] = unpackChanges(labels, numbers, sealed);
  sealed.fill(0);
  assert(first?.row && second?.row);
  assert.equal(first.row.sealed[0], 7);
  assert.equal(first.row.sealed.buffer.byteLength, 100);
  assert.notEqual(first.row.sealed.buffer, second.row.sealed.buffer);
});

test("splits labels", () => {
  assert.deepEqual(splitLabels(label("a") + label("b")), [label("a"), label("b")]);
  assert.deepEqual(splitLabels(""), []);
});
