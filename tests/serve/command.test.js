// @ts-check
// The words of the command: what it prints, and what it refuses, each with one line and an exit code.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { parse as parseToml } from "smol-toml";

import { openExample } from "../package/example-host.js";
import { binary, vaultlet } from "./vaultlet.js";

test("`vaultlet keys` prints a keyring that opens a vault, another each time, and nothing else", async () => {
  const [first, second] = await Promise.all([vaultlet(["keys"]), vaultlet(["keys"])]);
  assert.deepEqual([first.status, first.stderr], [0, ""]);
  const keys = JSON.parse(first.stdout);
  assert.deepEqual(Object.keys(keys).sort(), ["data", "index", "primary"]);
  await openExample({ keys });
  assert.notEqual(first.stdout, second.stdout);
});

test("a key that cannot be written, as on a disk that is full, is told, and the exit code is 1", () => {
  for (const words of [["keys"], ["api-key", "Webapp"]]) {
    // Open, and only to be read.
    const unwritable = openSync(binary, "r");
    const { status, stderr } = spawnSync(process.execPath, [binary, ...words], { stdio: ["ignore", unwritable, "pipe"], encoding: "utf8" });
    closeSync(unwritable);
    assert.deepEqual([status, stderr], [1, "vaultlet: standard output cannot be written (EBADF)\n"]);
  }
});

test("`vaultlet api-key USER` prints a new key, and its line, in which the key is not", async () => {
  const { status, stdout, stderr } = await vaultlet(["api-key", "Webapp"]);
  assert.deepEqual([status, stderr], [0, ""]);
  const [key = ""] = /vaultlet_[\w-]{43}/.exec(stdout) ?? [];
  const hash = createHash("sha256").update(key).digest("hex");
  assert(stdout.includes(`\n  Webapp = "${hash}"\n`), stdout);
  assert(stdout.includes(`\n  "Webapp": "${hash}"\n`), stdout);
  assert.equal(stdout.split(key).length, 2);
  const spaced = await vaultlet(["api-key", 'my "app"']);
  assert.match(spaced.stdout, /^ {2}"my \\"app\\"" = "[0-9a-f]{64}"$/m);
});

test("both lines are what they are said to be, whatever the name", async () => {
  for (const name of ["__proto__", "a\nb", "a\u007fb", "\u001b[31m", "a\\b", "é😀", "a.b", " "]) {
    const { stdout } = await vaultlet(["api-key", name]);
    const [, toml = ""] = /TOML:\n {2}(.*)\n/.exec(stdout) ?? [];
    const [, json = ""] = /JSON:\n {2}(.*)\n/.exec(stdout) ?? [];
    assert.deepEqual([Object.keys(parseToml(toml)), Object.keys(JSON.parse(`{${json}}`))], [[name], [name]], stdout);
  }
});

test("the help fits one screen, and names every option", async () => {
  for (const words of [["--help"], ["-h"], ["help"], ["serve", "--help"], ["serve", "--port", "9", "-h"]]) {
    const { status, stdout, stderr } = await vaultlet(words);
    assert.deepEqual([status, stderr], [0, ""], words.join(" "));
    const lines = stdout.trimEnd().split("\n");
    assert(lines.length <= 40 && lines.every((line) => line.length <= 90), stdout);
    for (const option of ["port", "host", "collections", "iam", "api-keys", "keys", "store", "audit", "log", "max-body"]) {
      assert(lines.some((line) => line.trimStart().startsWith(`--${option} `)), option);
    }
  }
});

test("`vaultlet --version` prints the package's", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.deepEqual(await vaultlet(["--version"]), { status: 0, stdout: `${version}\n`, stderr: "" });
});

/** @type {[words: string[], line: string][]} */
const refused = [
  [[], "a command is missing: serve, keys, api-key"],
  [["sevre"], "the first word is no command of `vaultlet`"],
  [["constructor"], "the first word is no command of `vaultlet`"],
  [["keys", "keys.json"], "`vaultlet keys` takes no more words"],
  [["api-key"], "`vaultlet api-key USER` needs the user's name"],
  [["api-key", "a", "b"], "`vaultlet api-key USER` takes one name"],
  [["api-key", "-x"], "the user's name is empty, is `*`, or begins with `-`"],
  [["api-key", "*"], "the user's name is empty, is `*`, or begins with `-`"],
];

for (const [words, line] of refused) {
  test(`\`vaultlet ${words.join(" ")}\` is refused in one line`, async () => {
    const expected = `vaultlet: ${line} (\`vaultlet --help\` has all of it)\n`;
    assert.deepEqual(await vaultlet(words), { status: 2, stdout: "", stderr: expected });
  });
}
