// @ts-check
// The table of masks in docs/api.md against the core: each type's sample, tokenized and shown by its mask.

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { readDocument } from "./code-blocks.js";

/** @import { DataType } from "vaultlet" */

const notText = new Set(["INTEGER", "DOUBLE", "BOOLEAN", "JSON"]);

const rows = Array.from(
  readDocument("docs/api.md").matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$/gm),
  ([, types = "", sample = "", mask = ""]) => ({ types: types.replaceAll("`", "").split(", "), sample, mask }),
);
const samples = rows.flatMap(({ types, sample, mask }) => types.map((type) => ({ type, sample, mask })));

test("every type has a sample in the table", () => {
  const declared = readDocument("pkg/host.d.ts").match(/type DataType =([^;]+);/)?.[1] ?? "";
  const types = Array.from(declared.matchAll(/"([A-Z_]+)"/g), ([, type]) => type);
  assert.equal(types.length, 28);
  assert.deepEqual(samples.map(({ type }) => type).sort(), types.sort());
});

test("each sample's mask is what the table says", async () => {
  const properties = Object.fromEntries(samples.map(({ type }) => [type, { type: /** @type {DataType} */ (type), nullable: true }]));
  const vault = await openVault({
    keys: generateKeys(),
    collections: { samples: { properties } },
    store: memoryStore(),
    policy: () => ({ allow: true }),
  });
  const { tokenize, detokenize } = vault.as("reader").tokens;
  const about = { collection: "samples", reason: /** @type {const} */ ("Maintenance") };
  const fields = Object.fromEntries(
    samples.map(({ type, sample }) => [type, notText.has(type) ? JSON.parse(sample) : sample]),
  );
  const [made] = await tokenize({ ...about, requestBody: [{ type: "randomized", object: { fields } }] });
  const props = samples.map(({ type }) => `${type}.mask`);
  const [shown] = await detokenize({ ...about, tokenIds: [made?.token_id ?? ""], props });
  assert.deepEqual(
    shown?.fields,
    Object.fromEntries(samples.map(({ type, mask }) => [`${type}.mask`, type === "JSON" ? JSON.parse(mask) : mask])),
  );
});
