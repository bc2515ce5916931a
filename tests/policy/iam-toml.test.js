// @ts-check
// `iamToml`: a file in the forms of the public system's, what is no TOML, and what only TOML can say.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";

import { VaultError } from "vaultlet";
import { iam, iamToml } from "vaultlet/policy/iam";

import { ask } from "./questions.js";

/** @import { Capability, Check, Reason } from "vaultlet" */

/**
 * What is asked of the file, and what comes of it.
 * @typedef {[user: string, capability: Capability | null, operation: string, about: string, reason: Reason, expected: string]} Row
 */

const text = readFileSync(new URL("public-forms.toml", import.meta.url), "utf8");

/** The types of the properties that the rows name. @type {Record<string, string>} */
const types = { mail: "EMAIL", tax: "SSN", "tax.mask": "SSN.mask", card: "CC_NUMBER", "card.mask": "CC_NUMBER.mask" };

/** @type {(policy: ReturnType<typeof iam>, row: Row) => string} */
function outcomeOf(policy, [name, capability, operation, about, reason]) {
  const [collection = "", , property = ""] = about.split("/");
  const type = types[property];
  /** @type {Check} */
  const check = { operation, resource: about, ...(type !== undefined && { type }) };
  const capabilities = capability === null ? [] : [capability];
  const decision = policy(ask({ caller: { name }, capabilities, checks: [check], collection, reason }));
  return decision.allow ? "allowed" : String(decision.because);
}

/** @type {Row[]} */
const rows = [
  // A type in lower case reaches the properties of that type.
  ["Webshop", "CapTokensWriter", "tokenize", "customers/properties/mail", "AppFunctionality", "allowed"],
  ["Webshop", "CapTokensDetokenizer", "read", "customers/properties/mail", "AccountManagement", "allowed"],
  ["Webshop", "CapTokensWriter", "tokenize", "customers/properties/mail", "Marketing", "policy"],
  ["Webshop", "CapCryptoDecrypter", "decrypt", "customers/properties/mail", "AppFunctionality", "capability"],
  // So does a denial in lower case: `PolBuiltIn` allows to read every property of customers, `PolNoSsn` denies SSNs.
  ["Webshop", null, "read", "customers/properties/mail", "Marketing", "allowed"],
  ["Webshop", null, "read", "customers/properties/tax", "Marketing", "policy"],
  ["Webshop", null, "read", "customers/properties/tax.mask", "Marketing", "allowed"],
  // The mask, and not the value.
  ["Webshop", "CapTokensDetokenizer", "detokenize", "orders/properties/card.mask", "Other", "allowed"],
  ["Webshop", "CapTokensDetokenizer", "detokenize", "orders/properties/card", "Other", "policy"],
  // Tokens, as `customers/tokens/*` and as `customers/archived/tokens`.
  ["Keeper", "CapTokensWriter", "write", "customers/tokens", "Maintenance", "allowed"],
  ["Keeper", "CapTokensReader", "stats", "customers/tokens", "DataSubjectRequest", "allowed"],
  ["Keeper", "CapTokensWriter", "delete", "customers/archived/tokens", "Maintenance", "allowed"],
  ["Keeper", "CapTokensWriter", "write", "customers/tokens", "Analytics", "policy"],
  ["Keeper", "CapTokensWriter", "write", "orders/tokens", "Maintenance", "policy"],
  // A delegation gives `Keeper`'s rights to nobody.
  ["Webshop", "CapTokensWriter", "write", "customers/tokens", "Maintenance", "policy"],
  ["Archive", "CapCryptoDecrypter", "decrypt", "orders/properties/tax", "Other", "allowed"],
  ["Archive", "CapTokensWriter", "tokenize", "orders/properties/tax", "Other", "policy"],
  ["Operator", "CapTokensWriter", "write", "customers/tokens", "Maintenance", "capability"],
  ["Operator", null, "write", "customers/tokens", "Maintenance", "policy"],
  ["Former", "CapCryptoDecrypter", "decrypt", "orders/properties/tax", "Other", "capability"],
  // An identity provider is no user.
  ["Staff", null, "read", "customers/properties/mail", "Marketing", "capability"],
];

for (const row of rows) {
  test(`the public forms: ${row.filter(Boolean).join(", ")}`, () => assert.equal(outcomeOf(iamToml(text), row), row[5]));
}

test("a file with a byte order mark, and one with the line ends of Windows", () => {
  for (const form of [`\ufeff${text}`, text.replaceAll("\n", "\r\n")]) {
    for (const row of rows) assert.equal(outcomeOf(iamToml(form), row), row[5]);
  }
});

const minimal = `
[users]
jane = { role = "R" }

[roles.R]
policies = ["P"]

[policies.P]
policy_type = "allow"
operations = ["read"]
reasons = ["*"]
resources = ["customers/tokens"]
`;

test("the TOML form says what the object form says", () => {
  const object = iam({
    users: { jane: { role: "R" } },
    roles: { R: { policies: ["P"] } },
    policies: { P: { policy_type: "allow", operations: ["read"], reasons: ["*"], resources: ["customers/tokens"] } },
  });
  for (const operation of ["read", "write"]) {
    const question = ask({ checks: [{ operation, resource: "customers/tokens" }] });
    assert.deepEqual(iamToml(minimal)(question), object(question));
    assert.equal(iamToml(minimal)(question).allow, operation === "read");
  }
});

/** @type {(load: () => unknown, place: string, problem: string) => void} */
const refuses = (load, place, problem) =>
  assert.throws(load, (error) => {
    assert(error instanceof VaultError, inspect(error));
    assert.deepEqual([error.code, error.status, { ...error.context }], ["VL1000", 400, { place }]);
    assert.equal(error.message, `\`${place}\` ${problem}`);
    assert.equal(error.cause, undefined);
    return true;
  });

for (const [what, toml, line] of /** @type {[string, string, number][]} */ ([
  ["a line that is none", `${minimal}\nnot toml`, 14],
  ["a text without its end", minimal.replace('"read"]', '"read]'), 10],
  ["a list without its end", `${minimal}tags = ["a"`, 13],
  ["a table twice", `${minimal}[roles.R]`, 13],
  ["a key twice", minimal.replace("reasons", "operations"), 11],
  ["JSON", '{"users": {}}', 1],
])) {
  test(`what is no TOML, ${what}, is refused with its line and column`, () => {
    assert.throws(
      () => iamToml(toml),
      (error) => {
        assert(error instanceof VaultError, inspect(error));
        // The column is the parser's to say.
        const place = error.context["place"] ?? "";
        assert.match(place, new RegExp(`^line ${line}, column [1-9]\\d*$`));
        refuses(() => iamToml(toml), place, "is not TOML");
        return true;
      },
    );
  });
}

test("no word of a file that is no TOML is in the error", () => {
  const secret = "correct-horse-battery-staple";
  assert.throws(
    () => iamToml(`[idps.Staff.conf]\nclient_secret = "${secret}\n`),
    (error) => {
      assert(!inspect(error, { depth: null, showHidden: true }).includes(secret));
      assert(!JSON.stringify(error).includes(secret));
      return true;
    },
  );
});

for (const [name, given] of /** @type {[string, unknown][]} */ ([
  ["nothing", undefined],
  ["null", null],
  ["an object", { users: {}, roles: {}, policies: {} }],
  ["bytes", new TextEncoder().encode(minimal)],
])) {
  test(`${name} is no text`, () => {
    refuses(() => iamToml(/** @type {any} */ (given)), "text", "must be the text of a TOML file");
  });
}

for (const [what, toml, place, problem] of /** @type {[string, string, string, string][]} */ ([
  ["an empty file", "", "policies", "is missing"],
  ["a date", minimal.replace('"R" }', '"R", disabled = 2024-05-01 }'), "users.jane.disabled", "must be true or false"],
  ["a date for a table", minimal.replace('{ role = "R" }', "2024-05-01"), "users.jane", "must be an object"],
  ["a number", minimal.replace('["read"]', '["read", 1]'), "policies.P.operations[1]", "must be text"],
  ["not a number", minimal.replace('["*"]', "nan"), "policies.P.reasons", "must be a list"],
  ["a list of tables", minimal.replace("[roles.R]", "[[roles.R]]"), "roles.R", "must be an object"],
  ["a list of sections", minimal.replace("[users]", "[[users]]"), "users", "must be an object"],
  ["a section that is text", `idps = "none"\n${minimal}`, "idps", "must be an object"],
  ["a key at the top", `users_file = "users.toml"\n${minimal}`, "configuration.users_file", "is not a known key"],
  ["a dotted key", minimal.replace("reasons =", "reasons.all ="), "policies.P.reasons", "must be a list"],
  ["a quoted name with a dot", minimal.replace("jane", '"jane.doe"').replace('"R" }', '"X" }'), "users.jane.doe.role", "is no known role"],
  ["a key of a prototype", `${minimal}__proto__ = 1`, "policies.P.__proto__", "is not a known key"],
  ["a table of a prototype", `${minimal}[__proto__]\nusers = 1`, "configuration.__proto__", "is not a known key"],
])) {
  test(`TOML that is no configuration: ${what}`, () => refuses(() => iamToml(toml), place, problem));
}

test("the parser is imported where `iamToml` needs it, and by nothing else of the package but its command", () => {
  const folder = new URL("../../pkg/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".js") && !/^(?:bin|wasm|build|node_modules)\//.test(path));
  /** @param {RegExp} specifier */
  const importing = (specifier) => files.filter((path) => specifier.test(readFileSync(new URL(path, folder), "utf8")));
  assert.deepEqual(importing(/"smol-toml"/), ["policy/toml.js"]);
  assert.deepEqual(importing(/"\.\/toml\.js"/), ["policy/iam.js"]);
  // Which reasons there are, and nothing that reads a configuration.
  assert.deepEqual(importing(/"[./]+policy\//), ["http/routes.js"]);
  assert.match(readFileSync(new URL("http/routes.js", folder), "utf8"), /^import \{ REASONS \} from "\.\.\/policy\/names\.js";$/m);
  assert(files.includes("index.js") && files.includes("store/memory.js"));
});
