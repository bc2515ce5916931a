// @ts-check
// docs/iam.md and `iam.d.ts` against the package: examples, tables and lists.

import assert from "node:assert/strict";
import { test } from "node:test";

import { iam } from "vaultlet/policy/iam";

import { CAPABILITIES, OPERATIONS, REASONS } from "../../pkg/policy/names.js";
import { blocksOf, claimsOf, readDocument, runModule } from "../docs/code-blocks.js";
import { ask, capabilities, questions } from "./questions.js";

/** @import { Check } from "vaultlet" */

const page = readDocument("docs/iam.md");
const declarations = readDocument("pkg/policy/iam.d.ts");

test("the examples in docs/iam.md run as they stand, and print what they claim", () => {
  const blocks = blocksOf("docs/iam.md", "js");
  assert.equal(blocks.length, 3);
  const code = blocks.join("\n");
  const claims = claimsOf(code.replaceAll(/^  console/gm, "console"));
  assert.equal(claims.length, code.match(/console\.log/g)?.length, "a `console.log` without its claim");
  const { status, stderr, printed } = runModule(code);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.deepEqual(printed, claims);
});

test("the examples in iam.d.ts run as they stand", () => {
  const examples = Array.from(declarations.matchAll(/^ \* ```js\n(.*?)^ \* ```$/gms), ([, body = ""]) =>
    body.replaceAll(/^ \* ?/gm, ""),
  );
  assert.equal(examples.length, 2);
  for (const example of examples) {
    const { status, stderr } = runModule(`${example}\nif (policy({ caller: null }).allow !== false) throw new Error();`);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  }
});

/** @type {Record<string, string>} */
const types = { email: "EMAIL", ssn: "SSN", "ssn.mask": "SSN.mask" };

test("each resource in the table of docs/iam.md reaches what it says, and nothing else", () => {
  const [head = "", , ...rows] = /^\| resource \|.*?\n\n/ms.exec(page)?.[0].trimEnd().split("\n") ?? [];
  const [, ...asked] = cellsOf(head);
  assert.equal(asked.length, 6);
  assert(rows.length >= 15);
  for (const row of rows) {
    const [resource = "", ...reached] = cellsOf(row);
    for (const [column, about] of asked.entries()) {
      const [collection = "", kind, name = ""] = about.split("/");
      /** @type {Check} */
      const check = { operation: "read", resource: about, ...(kind === "properties" ? { type: types[name] ?? "" } : {}) };
      for (const policy_type of /** @type {const} */ (["allow", "deny"])) {
        const decision = iam({
          users: { jane: { role: "R" } },
          roles: { R: { policies: ["*"] } },
          policies: {
            [policy_type]: { policy_type, operations: ["read"], reasons: ["*"], resources: [resource] },
            ...(policy_type === "deny" && {
              all: { policy_type: "allow", operations: ["*"], reasons: ["*"], resources: ["*"] },
            }),
          },
        })(ask({ collection, checks: [check] }));
        const expected = (reached[column] === "yes") === (policy_type === "allow");
        assert.equal(decision.allow, expected, `${policy_type} ${resource}: ${about}`);
      }
    }
  }
});

/** @param {string} row */
const cellsOf = (row) => row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""));

/** The members of a union of texts. @type {(text: string, name: string) => string[]} */
function unionOf(text, name) {
  const body = new RegExp(`^export type ${name} =\\n(.*?);$`, "ms").exec(text)?.[1] ?? "";
  return Array.from(body.matchAll(/^  \| "(\w+)"/gm), ([, member = ""]) => member);
}

test("the names that are declared are those that are taken", () => {
  const host = readDocument("pkg/host.d.ts");
  assert.deepEqual(unionOf(host, "Capability"), capabilities);
  assert.deepEqual([...capabilities, ...unionOf(declarations, "IamCapability")], CAPABILITIES);
  assert.deepEqual(unionOf(declarations, "IamOperation"), OPERATIONS);
  assert.deepEqual(unionOf(readDocument("pkg/tokens.d.ts"), "Reason"), REASONS);
  assert.equal(new Set(CAPABILITIES).size, CAPABILITIES.length);
});

test("docs/iam.md lists the operations that are taken", () => {
  const row = /^\| \| `operations` \|.*$/m.exec(page)?.[0] ?? "";
  assert.deepEqual(Array.from(row.matchAll(/`(\w+)`/g), ([, name]) => name).slice(1), OPERATIONS);
});

/** @param {string} text */
const namesIn = (text) => Array.from(text.matchAll(/`([\w.]+)`/g), ([, name = ""]) => name);

/** Where an action is not called as the client's method is. @type {Record<string, string>} */
const actions = {
  "tokens.updateTokens": "tokens.update",
  "tokens.rotateTokens": "tokens.rotate",
  "tokens.searchTokens": "tokens.search",
  "tokens.deleteTokens": "tokens.delete",
  "tokens.getTokensCount": "tokens.count",
  "tokens.getByTransactionId": "tokens.transaction",
  "crypto.hashObjects": "crypto.hash",
};

test("docs/iam.md says of each call which capabilities and operations it takes, and lists all that are known", () => {
  const [section = ""] = /^## Capabilities and operations\n.*?(?=^## )/ms.exec(page) ?? [];
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  const written = rows.flatMap((row) => {
    const [, calls = "", taken = "", operations = ""] = row.split("|");
    const on = / on (tokens|properties) $/.exec(operations)?.[1];
    return namesIn(calls).map((call) => [actions[call] ?? call, ...namesIn(taken), ...namesIn(operations), on].join(" "));
  });
  const asked = questions.map(({ action, capabilities, checks }) => {
    const operations = new Set(checks.map(({ operation }) => operation));
    return [action, ...capabilities, ...operations, checks[0]?.resource.endsWith("tokens") ? "tokens" : "properties"].join(" ");
  });
  assert.deepEqual(written.sort(), [...new Set(asked)].sort());
  const never = namesIn(/^Known, .*/ms.exec(section)?.[0] ?? "").filter((name) => name.startsWith("Cap"));
  assert.deepEqual(never, CAPABILITIES.filter((name) => !capabilities.some((asked) => asked === name)));
  for (const name of capabilities) assert(section.includes(`\`${name}\``), name);
});
