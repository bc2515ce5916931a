// @ts-check
// The installed package's declarations, for those who write TypeScript: in both compilers that are about, under the
// strictest options, with both ways to find modules, and with no more declarations around than the project asks for.
// The declarations are checked themselves (`skipLibCheck` is off).

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import { DONE, outcome, project, root, run, tool, unpack } from "./installed.js";

/** @type {import("./installed.js").Installed} */
let installed;

before(async () => {
  installed = await unpack();
});

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  target: "es2022",
  noEmit: true,
};

/** The older compiler takes ten times as long, so it sees one home of each kind: both ways to find modules, with and without a DOM. */
const older = ["Node, nodenext", "a page, bundler", "nothing around, nodenext"];

/** Where a program is at home: what it is compiled with. @type {Record<string, object>} */
const homes = {
  "Node, nodenext": { module: "nodenext", moduleResolution: "nodenext", lib: ["es2023"], types: ["node"] },
  "Node, bundler": { module: "esnext", moduleResolution: "bundler", lib: ["es2023"], types: ["node"] },
  "a page, bundler": { module: "preserve", moduleResolution: "bundler", lib: ["es2023", "dom", "dom.iterable"], types: [] },
  "a worker, bundler": { module: "esnext", moduleResolution: "bundler", lib: ["es2023", "webworker"], types: [] },
  "nothing around, nodenext": { module: "nodenext", moduleResolution: "nodenext", lib: ["es2023"], types: [] },
  "nothing around, bundler": { module: "esnext", moduleResolution: "bundler", lib: ["es2023"], types: [] },
};

const program = `
import { VaultError, generateKeys, openVault, type AccessRequest, type Collections, type Decision, type Store, type Vault, type VaultOptions } from "vaultlet";
import { iam, iamToml } from "vaultlet/policy/iam";
import { d1Store } from "vaultlet/store/d1";
import { durableObjectStore } from "vaultlet/store/durable-object";
import { indexedDbStore } from "vaultlet/store/indexeddb";
import { memoryStore } from "vaultlet/store/memory";
import { postgresStore } from "vaultlet/store/postgres";
import { redisStore } from "vaultlet/store/redis";
import { sqliteStore } from "vaultlet/store/sqlite";
import { testStore } from "vaultlet/testing";

export const all = [iam, iamToml, d1Store, durableObjectStore, indexedDbStore, postgresStore, redisStore, sqliteStore, testStore];

const collections: Collections = { customers: { properties: { email: { type: "EMAIL" } } } };
const store: Store = memoryStore();
const policy = ({ caller }: AccessRequest): Decision => ({ allow: caller.name === "signup" });
const options: VaultOptions = { keys: generateKeys(), collections, store, policy };

export async function session(): Promise<string> {
  const vault: Vault = await openVault(options);
  const { tokens } = vault.as({ name: "signup" });
  const about = { collection: "customers", reason: "AppFunctionality" } as const;
  const object = { fields: { email: "jane@example.com" } };
  const [{ token_id }] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object }] });
  const rotated = await tokens.rotateTokens({ ...about, tokenIds: [token_id] });
  const id = rotated[token_id] ?? "";
  const [found] = await tokens.detokenize({ ...about, tokenIds: [id] });
  const left = await tokens.detokenize({ ...about, tokenIds: [token_id] });
  return \`done: \${JSON.stringify({ email: found?.fields["email"], rotated: id !== token_id, left: left.length })}\`;
}

export const codeOf = (error: unknown): string | undefined => (error instanceof VaultError ? error.code : undefined);

// Were anything of it \`any\`, these would be no errors.
export async function mistakes(vault: Vault): Promise<void> {
  // @ts-expect-error
  await openVault({ ...options, polcy: policy });
  // @ts-expect-error
  await openVault({ ...options, clock: undefined, store: 3 });
  // @ts-expect-error
  await vault.as("signup").tokens.rotateTokens({ collection: "customers", reason: "AppFunctionality", tokenIds: "one" });
  // @ts-expect-error
  generateKeys().data.length;
  // @ts-expect-error
  postgresStore({});
  // @ts-expect-error
  sqliteStore(undefined);
  // @ts-expect-error
  iamToml(3);
}
`;

const commonjs = `
import vaultlet = require("vaultlet");
const keys: vaultlet.Keys = vaultlet.generateKeys();
export = keys;
`;

/** @param {string} compiler */
function programOf(compiler) {
  const { bin, version } = JSON.parse(readFileSync(join(root, "node_modules", compiler, "package.json"), "utf8"));
  assert.match(version, compiler === "typescript" ? /^7\./ : /^5\.9\./);
  return tool(join(compiler, bin.tsc));
}

describe("the declarations", { concurrency: 2 }, () => {
  for (const compiler of ["typescript-5.9", "typescript"]) {
    for (const [home, options] of Object.entries(homes)) {
      if (compiler === "typescript-5.9" && !older.includes(home)) continue;
      test(`${compiler}: ${home}`, async () => {
        const name = `${compiler} ${home}`.replaceAll(/[^\w.]+/g, "-");
        const folder = project(installed, name, { "program.ts": program }, ["@types/node", "undici-types"]);
        if (home.endsWith("nodenext")) writeFileSync(join(folder, "required.cts"), commonjs);
        const include = ["*.ts", "*.cts"];
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...options }, include }));
        const { status, stdout, stderr } = await outcome(process.execPath, [programOf(compiler), "--pretty", "false"], { cwd: folder });
        assert.equal(stdout + stderr, "");
        assert.equal(status, 0);
      });
    }
  }

  test("the program that was checked runs, as TypeScript (Node 24)", async () => {
    const code = `${program}\nconsole.log(await session());`;
    const folder = project(installed, "runs", { "program.ts": code });
    assert.equal(await run(tool("node-24/bin/node"), ["program.ts"], { cwd: folder }), `${DONE}\n`);
  });
});
