// @ts-check
// The error codes stand in four places: the core, the declarations, the package's own errors, and docs/errors.md.
// Here they are held against each other.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const page = read("docs/errors.md");

/** What the core answers: code and status of every variant. */
const answered = new Map(
  matches(read("src/error.rs"), /\(\s*"((?:PV|VL)\d{4})",\s*(\d{3}),/g).map(([code = "", status]) => [code, status]),
);

/** What callers are told to expect. */
const declarations = matches(read("pkg/error-codes.d.ts"), /\/\*\* (\d{3})\. [^*]+\*\/\s*\| "(\w+)"/g);
const declared = new Map(declarations.map(([status, code = ""]) => [code, status]));

/** What is explained. */
const sections = matches(
  page,
  /^### (\w+)\n\*\*Status (\d{3}) · (public API|Vaultlet's own)\*\*$/gm,
);
const documented = new Map(sections.map(([code = "", status, owner]) => [code, { status, owner }]));

test("each list was found, and no code comes twice in docs/errors.md", () => {
  for (const list of [answered, declared, documented]) assert(list.size > 25, `${list.size} codes`);
  assert.equal(sections.length, documented.size);
  assert.equal(sections.length, page.match(/^### /gm)?.length, "a heading that is not of the page's form");
  assert.equal(declared.size, read("pkg/error-codes.d.ts").match(/\| "/g)?.length, "a declared code without its status");
});

test("docs/errors.md and the declarations list the same codes, with the same statuses, in the same order", () => {
  assert.deepEqual(
    [...documented].map(([code, { status }]) => [code, status]),
    [...declared],
  );
});

/** What the package answers by itself. */
const own = ["pkg/error.js", "pkg/calls.js", "pkg/load.js", "pkg/http.js"].flatMap((file) => matches(read(file), /"((?:PV|VL)\d{4})", (\d{3})/g));

test("what the core and the package answer is documented with its status, and nothing else is", () => {
  assert.deepEqual(
    [...documented].map(([code, { status }]) => `${code} ${status}`).sort(),
    [...new Set([...answered, ...own].map(([code, status]) => `${code} ${status}`))].sort(),
  );
});

test("`PV` codes are marked as the public API's, `VL` codes as ours", () => {
  for (const [code, { owner }] of documented) {
    assert.equal(owner, code.startsWith("PV") ? "public API" : "Vaultlet's own", code);
  }
});

test("docs/api.md names every code that a call can end in", () => {
  const api = read("docs/api.md");
  for (const code of documented.keys()) {
    // The one is of the configuration, the other of HTTP.
    if (code !== "VL1000" && code !== "PV1005") assert(api.includes(code), code);
  }
});

test("each code has the anchor that `error_url` names", () => {
  for (const code of documented.keys()) assert(page.includes(`<a id="${code}"></a>\n### ${code}\n`), code);
});

test("each code says when, and what to do", () => {
  for (const section of page.split(/^<a id=/m).slice(1)) {
    assert.match(section, /^When: \S/m);
    assert.match(section, /^Do: \S/m);
  }
});

/**
 * The groups of each match.
 * @param {string} text
 * @param {RegExp} pattern
 * @returns {(string | undefined)[][]}
 */
function matches(text, pattern) {
  return Array.from(text.matchAll(pattern), ([, ...groups]) => groups);
}
