// @ts-check
// The documents' examples, as someone would write them in TypeScript: they compile as they stand under its strictest
// options, in the versions that are about, for Node and for bundlers.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { blocksOf, readDocument, root } from "./code-blocks.js";

const compilers = ["typescript-5.9", "typescript"];
const resolutions = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];
const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  target: "es2022",
  lib: ["es2023", "dom", "dom.iterable"],
  types: ["node"],
};

// In the project, so that the package is found as a user finds it.
mkdirSync(new URL("target/", root), { recursive: true });
const folder = mkdtempSync(join(fileURLToPath(root), "target", "examples-"));
if (!process.env["KEEP"]) after(() => rmSync(folder, { recursive: true, force: true }));

const documents = ["README.md", "SECURITY.md", ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

/** What the examples in the declarations take for granted. */
const surroundings = `
import { VaultError, generateKeys, openVault, type Collections, type CryptoClient, type Keys, type Policy, type TokensClient } from "vaultlet";
import { memoryStore, type MemoryStore } from "vaultlet/store/memory";
import { iam, iamToml } from "vaultlet/policy/iam";
import { writeFile } from "node:fs/promises";
export const used = [VaultError, generateKeys, openVault, memoryStore, iam, iamToml, writeFile];
declare const keys: Keys, collections: Collections, store: MemoryStore, policy: Policy, tokens: TokensClient, crypto: CryptoClient, id: string;
`;

/** The examples of a declaration file, each on its own. @param {string} path */
const declaredExamples = (path) =>
  Array.from(
    readDocument(path).matchAll(/^( *)\* ```js\n(.*?)^ *\* ```$/gms),
    ([, , body = ""]) => `${surroundings}{\n${body.replaceAll(/^ *\* ?/gm, "").replaceAll(/^import .*$/gm, "")}\n}`,
  );

/** How an example that others import begins: `// NAME.js`. */
const FILE = /^\/\/ (\w+)\.js\n/;

/** @param {string} block */
function named(block) {
  const name = FILE.exec(block)?.[1];
  return name === undefined ? undefined : `${name}.ts`;
}

/** Every module that an example is. @type {Map<string, string>} */
const modules = new Map();
for (const path of documents) {
  for (const language of ["js", "ts"]) {
    const blocks = blocksOf(path, language);
    if (blocks.some((block) => named(block) !== undefined)) {
      // Files beside each other, those with a name for the others to import.
      blocks.forEach((block, index) => modules.set(named(block) ?? `${path}.${index}.ts`, block));
      continue;
    }
    // All of a document's, for they run as one.
    if (blocks.length > 0) modules.set(`${path}.${language}.mts`, blocks.join("\n"));
  }
}
modules.set("globals.ts", "declare global { const Deno: Served<Handler>, Bun: Served<{ fetch: Handler }> }\ntype Handler = (request: Request) => Promise<Response>;\ntype Served<Given> = { serve(given: Given): void };");
for (const path of ["pkg/index.d.ts", "pkg/host.d.ts", "pkg/tokens.d.ts", "pkg/ciphertexts.d.ts", "pkg/store/memory.d.ts", "pkg/policy/iam.d.ts"]) {
  declaredExamples(path).forEach((block, index) => modules.set(`${path}.${index}.mts`, block));
}
// What people write apart, and hand over later: its literals have been widened to text.
modules.set(
  "widened.mts",
  `
import { generateKeys, openVault, type AccessRequest, type Decision, type Policy, type Row, type Query, type Store } from "vaultlet";
const about = { collection: "customers", reason: "AppFunctionality" };
const request = { type: "pci", object: { fields: { email: "jane@example.com" } } };
const collections = { customers: { properties: { email: { type: "EMAIL" }, name: { type: "NAME", nullable: true } } } };
const rows: Row[] = [];
const atOnce = { read: (query: Query) => ("claims" in query ? rows : rows.slice(0, query.limit)), write: () => true };
const later: Store = { read: async () => rows, write: async () => rows.length === 0 };
const policy: Policy = ({ caller }) => ({ allow: (caller as { role: string }).role === "support" });
const asked = async ({ caller }: AccessRequest): Promise<Decision> => ({ allow: caller.role === "support", because: "capability" });
for (const store of [atOnce, later]) {
  for (const decide of [policy, asked, () => ({ allow: false })]) {
    const vault = await openVault({ keys: generateKeys(generateKeys()), collections, store, policy: decide });
    const { tokens, crypto } = vault.as({ role: "support" }, { requestId: "1" });
    await tokens.tokenize({ ...about, requestBody: [request] });
    await crypto.encrypt({ ...about, requestBody: [{ type: "randomized", object: request.object }] });
    vault.close();
  }
}
`,
);
for (const [path, code] of modules) writeFileSync(join(folder, path.replaceAll("/", "-")), `${code}\nexport {};\n`);

test("there are examples in every document that has any, and in the declarations", () => {
  for (const path of ["README.md.js.mts", "docs/api.md.js.mts", "docs/host.md.js.mts", "docs/host.md.ts.mts", "docs/iam.md.js.mts", "pkg/index.d.ts.0.mts"]) {
    assert(modules.has(path), path);
  }
});

for (const compiler of compilers) {
  for (const resolution of resolutions) {
    test(`${compiler}, ${resolution.moduleResolution}: every example compiles`, () => {
      const { bin, version } = JSON.parse(readFileSync(new URL(`node_modules/${compiler}/package.json`, root), "utf8"));
      assert.match(version, compiler === "typescript" ? /^7\./ : /^5\.9\./);
      const project = join(folder, `${resolution.moduleResolution}.json`);
      writeFileSync(project, JSON.stringify({ compilerOptions: { ...strict, ...resolution }, include: ["*.mts", "*.ts"] }));
      const program = fileURLToPath(new URL(`node_modules/${compiler}/${bin.tsc}`, root));
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--pretty", "false", "-p", project], { encoding: "utf8" });
      const lines = (stdout + stderr).split("\n").filter((line) => line !== "");
      // PGlite's declarations need others that it does not bring; the rest of them are held to everything.
      const ours = lines.filter((line) => !line.startsWith("node_modules/@electric-sql/pglite/"));
      assert.deepEqual(ours, []);
      assert(status === 0 || lines.length > 0, "the compiler did not run");
    });
  }
}
