// @ts-check
// Inputs of the fuzz targets as lines and back, and that the committed corpora are as `npm run fuzz -- --minimise`
// writes them.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import fc from "fast-check";

import { readFiles, readLines, writeFiles, writeLines } from "../../pkg/build/fuzz-lines.js";

const fuzz = fileURLToPath(new URL("../../fuzz/", import.meta.url));

/** @param {(folder: string) => void} use */
function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-fuzz-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {Iterable<Uint8Array>} inputs each once, as sorted hex; the empty one has no line */
function asSet(inputs) {
  const hex = Array.from(inputs, (input) => Buffer.from(input).toString("hex"));
  return [...new Set(hex)].filter((input) => input !== "").sort();
}

test("any bytes come back from their line, and from their file", () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.string().map((text) => Buffer.from(text)));
  inFolder((folder) => {
    const file = join(folder, "inputs.txt");
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (inputs) => {
        writeLines(file, "a title", inputs.map((input) => Buffer.from(input)));
        assert.match(readFileSync(file, "latin1"), /^# a title\n\n[\n -~]*\n$/);
        assert.deepEqual(asSet(readLines(file)), asSet(inputs));
        const files = join(folder, "files");
        writeFiles(files, readLines(file));
        assert.deepEqual(asSet(readFiles(files)), asSet(inputs));
        rmSync(files, { recursive: true });
      }),
    );
  });
});

test("every byte has the form that the replay reads", () => {
  inFolder((folder) => {
    const file = join(folder, "inputs.txt");
    writeLines(file, "a title", [Buffer.from([0x23, 0x20, 0x7e, 0x5c, 0x7f, 0x0a, 0x00, 0xff])]);
    assert.equal(readFileSync(file, "latin1"), "# a title\n\n\\x23 ~\\\\\\x7f\\x0a\\x00\\xff\n");
    writeFileSync(file, "# a remark\r\n\r\n\\x23 ~\\\\\\x7f\r\n");
    assert.deepEqual(readLines(file), [Buffer.from([0x23, 0x20, 0x7e, 0x5c, 0x7f])]);
  });
});

for (const target of ["request", "row", "ciphertext"]) {
  test(`the corpus of ${target} is sorted, holds no line twice and no seed`, () => {
    const file = join(fuzz, "corpus", `${target}.txt`);
    const committed = readFileSync(file, "utf8");
    const inputs = readLines(file);
    assert(inputs.length > 0);
    inFolder((folder) => {
      const again = join(folder, "again.txt");
      writeLines(again, String(/^# (.*)$/m.exec(committed)?.[1]), inputs);
      assert.equal(readFileSync(again, "utf8"), committed);
    });
    const seeds = asSet(readLines(join(fuzz, "seeds", `${target}.txt`)));
    assert.deepEqual(asSet(inputs).filter((input) => seeds.includes(input)), []);
  });
}
