// @ts-check
// docs/datatypes.md against the core: each type's examples are accepted, kept and refused as the tables say, and each
// sample is shown by its mask.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { readDocument } from "./code-blocks.js";

/** @import { DataType } from "vaultlet" */

const document = readDocument("docs/datatypes.md");
const about = { collection: "samples", reason: /** @type {const} */ ("Maintenance") };

const declared = readDocument("pkg/host.d.ts").match(/type DataType =([^;]+);/)?.[1] ?? "";
const types = Array.from(declared.matchAll(/"([A-Z_]+)"/g), ([, type]) => /** @type {DataType} */ (type));
const notText = new Set(["INTEGER", "DOUBLE", "BOOLEAN", "JSON"]);

/** The rows of the table with this head, as the texts of their cells. @param {string} head */
function rowsOf(head) {
  const [, table = ""] = document.split(`${head}\n|---|---|---|${head.split("|").length === 6 ? "---|" : ""}\n`);
  const lines = table.split("\n");
  return lines.slice(0, lines.indexOf("")).map((line) => line.split("|").slice(1, -1));
}

/** The code spans of a cell, each with what an arrow behind it points to. @param {string | undefined} cell */
const spansOf = (cell) => Array.from((cell ?? "").matchAll(/`([^`]+)`(?: → `([^`]+)`)?/g), ([, span = "", kept = span]) => [span, kept]);

/** A value as the document writes it: texts as they are, or in JSON. @param {string} type @param {string} written */
const valueOf = (type, written) => (notText.has(type) || /^(".*"|[[{].*|true|\d)$/.test(written) ? JSON.parse(written) : written);

async function openSamples() {
  const properties = Object.fromEntries(types.map((type) => [type, { type }]));
  const vault = await openVault({
    keys: generateKeys(),
    collections: { samples: { properties } },
    store: memoryStore(),
    policy: () => ({ allow: true }),
  });
  const { tokens } = vault.as("reader");
  /** @param {Record<string, unknown>} fields */
  const tokenize = async (fields) => {
    const [made] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object: { fields } }] });
    return made?.token_id ?? "";
  };
  return { tokens, tokenize };
}

test("every type is in each table", () => {
  assert.equal(types.length, 28);
  for (const head of ["| type | accepts | is kept |", "| type | accepts, for example | refuses |", "| type | `mask` | of | is |"]) {
    const named = rowsOf(head).flatMap(([cell]) => spansOf(cell).map(([type]) => type));
    assert.deepEqual(named.sort(), [...types].sort(), head);
  }
});

test("each example is accepted, kept or refused as the table says", async () => {
  const { tokens, tokenize } = await openSamples();
  for (const [types, accepted, refused] of rowsOf("| type | accepts, for example | refuses |")) {
    const [[type = ""] = []] = spansOf(types);
    assert(spansOf(accepted).length > 0 && spansOf(refused).length > 0, type);
    for (const [given = "", kept = ""] of spansOf(accepted)) {
      const tokenIds = [await tokenize({ [type]: valueOf(type, given) })];
      const [answer] = await tokens.detokenize({ ...about, tokenIds });
      assert.deepEqual(answer?.fields, { [type]: valueOf(type, kept) }, `${type} ${given}`);
    }
    for (const [given = ""] of spansOf(refused)) {
      await assert.rejects(tokenize({ [type]: valueOf(type, given) }), { code: "PV3002" }, `${type} ${given}`);
    }
  }
});

test("each form of a timestamp is accepted", async () => {
  const { tokenize } = await openSamples();
  const forms = document.match(/^\| form \| for example \|\n\|---\|---\|\n((?:\|.*\n)+)/m)?.[1] ?? "";
  const samples = spansOf(forms);
  assert.equal(samples.length, 11);
  for (const [TIMESTAMP] of samples) await tokenize({ TIMESTAMP });
});

test("each sample's mask is what the table says", async () => {
  const { tokens, tokenize } = await openSamples();
  const samples = rowsOf("| type | `mask` | of | is |").flatMap(([types, , of, is]) => {
    const [[sample = ""] = [], [mask = ""] = []] = [spansOf(of)[0], spansOf(is)[0]];
    return spansOf(types).map(([type = ""]) => ({ type, sample, mask }));
  });
  const fields = samples.map(({ type, sample }) => [type, notText.has(type) ? JSON.parse(sample) : sample]);
  const tokenIds = [await tokenize(Object.fromEntries(fields))];
  const [shown] = await tokens.detokenize({ ...about, tokenIds, props: samples.map(({ type }) => `${type}.mask`) });
  assert.deepEqual(
    shown?.fields,
    Object.fromEntries(samples.map(({ type, mask }) => [`${type}.mask`, type === "JSON" ? JSON.parse(mask) : mask])),
  );
});
