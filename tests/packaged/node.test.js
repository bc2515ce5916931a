// @ts-check
// The installed package in Node, in every version that is about: imported, and required.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { DONE, install, outcome, project, tool } from "./installed.js";

/** @type {import("./installed.js").Installed} */
let installed;

before(async () => {
  installed = await install();
});

/** The version's first number, and the program. @type {[string, () => string][]} */
const versions = [
  [process.versions.node, () => process.execPath],
  ["22", () => tool("node-22/bin/node")],
  ["24", () => tool("node-24/bin/node")],
  ["26", () => tool("node-26/bin/node")],
];

// With a policy whose parser is a package that came along.
const imported = `
  import * as core from "vaultlet";
  import { iamToml } from "vaultlet/policy/iam";
  import { testStore } from "vaultlet/testing";
  import { session } from "./session.js";

  const policy = iamToml(\`
    [users.signup]
    role = "Clerk"

    [roles.Clerk]
    capabilities = ["CapTokensWriter", "CapTokensDetokenizer"]
    policies = ["All"]

    [policies.All]
    policy_type = "allow"
    operations = ["*"]
    reasons = ["*"]
    resources = ["*"]
  \`);
  console.log(import.meta.resolve("vaultlet"));
  console.log(Object.keys(core).join(" "), typeof testStore);
  console.log(await session({ policy }));
`;

const required = `
  const { openVault, generateKeys } = require("vaultlet");
  const { memoryStore } = require("vaultlet/store/memory");
  const { session } = require("./session.js");
  console.log(typeof openVault, typeof generateKeys, typeof memoryStore);
  session().then(console.log);`;

for (const [version, program] of versions) {
  test(`Node ${version}: imported`, async () => {
    const folder = project(installed, `esm-${version}`, { "main.js": imported });
    const { status, stdout, stderr } = await outcome(program(), ["main.js"], { cwd: folder });
    assert.equal(stderr, "");
    const entry = pathToFileURL(join(installed.folder, "node_modules", "vaultlet", "index.js"));
    assert.equal(stdout, `${entry}\nVaultError generateKeys openVault function\n${DONE}\n`);
    assert.equal(status, 0);
  });

  test(`Node ${version}: required`, async () => {
    const folder = project(installed, `cjs-${version}`, { "main.cjs": required });
    const { status, stdout, stderr } = await outcome(program(), ["main.cjs"], { cwd: folder });
    assert.equal(stdout, `function function function\n${DONE}\n`);
    assert.equal(status, 0, stderr);
  });
}
