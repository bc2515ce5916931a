// @ts-check
// Links between the documents lead somewhere, and no document says where it was written.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { readDocument, root } from "./code-blocks.js";

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
];

test("the documents are there", () => {
  for (const path of ["README.md", "CHANGELOG.md", "SECURITY.md", "docs/api.md", "docs/errors.md", "docs/host.md"]) {
    assert(documents.includes(path), path);
  }
  assert.match(readDocument("LICENSE"), /Apache License\n\s+Version 2\.0, January 2004[^]+END OF TERMS AND CONDITIONS/);
});

for (const path of documents) {
  test(`every link in ${path} leads somewhere`, () => {
    const text = readDocument(path);
    for (const [, target = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target.startsWith("https://")) continue;
      const [file = "", anchor] = target.split("#");
      const place = file === "" ? new URL(path, root) : new URL(file, new URL(path, root));
      assert(existsSync(place), `${target}: no such file`);
      if (anchor === undefined) continue;
      assert(place.pathname.endsWith(".md"), `${target}: an anchor into what is no document`);
      assert(anchorsOf(readDocument(place.href)).has(anchor), `${target}: no such anchor`);
    }
  });

  test(`${path} names no path of a machine, and no folder outside the project`, () => {
    assert.doesNotMatch(readDocument(path), /\/(?:work|root|tmp|home)\/|\.\.\/(?:\.\.\/)*(?:shared|reference)\b/);
  });
}

/** @param {string} text */
function anchorsOf(text) {
  const ids = Array.from(text.matchAll(/<a id="([^"]+)">/g), ([, id = ""]) => id);
  const headings = Array.from(withoutCode(text).matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => slug(heading));
  return new Set([...ids, ...headings]);
}

/**
 * As GitHub makes them.
 * @param {string} heading
 */
function slug(heading) {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** @param {string} text */
function withoutCode(text) {
  return text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));
}
