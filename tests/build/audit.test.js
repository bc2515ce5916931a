// @ts-check
// `npm run audit` and how it gets cargo-deny, with a `cargo` and an `npm` that are played by a script: what it cannot
// ask is a failure with its remedy, and never passes.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const project = folder("vaultlet-audit-");
cpSync(fileURLToPath(new URL("../../pkg/build", import.meta.url)), join(project, "pkg", "build"), { recursive: true });
writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));

/** Plays cargo, cargo-deny and npm; `PLAYS` says what goes wrong. A shell starts faster than a Node. */
const player = String.raw`#!/bin/sh
line="$(basename "$0") $*"
echo "$line" >> calls.txt
plays() { case ",$PLAYS," in *",$1,"*) true;; *) false;; esac; }
fail() { printf "$1" >&2; exit 1; }
case "$line" in
  "cargo deny --version")
    if plays "no cargo-deny"; then fail "error: no such command"; fi
    if plays "an old cargo-deny"; then echo "cargo-deny 0.9.99"; else echo "cargo-deny 1.0.0"; fi;;
  "cargo-deny --version")
    echo "cargo-deny 0.20.2";;
  "cargo metadata"*)
    echo "{\"target_directory\":\"$PWD/target\"}";;
  "cargo install"*)
    if plays "no compiler"; then fail "error: linker not found"; fi
    mkdir -p target/tools/bin && cp "$0" target/tools/bin/cargo-deny;;
  *"fetch db")
    echo "$GIT_CONFIG_KEY_0=$GIT_CONFIG_VALUE_0" >> calls.txt
    if plays "no database"; then fail "[ERROR] failed to clone: []\nCloning into 'it'...\nfatal: no such host\n\n"; fi;;
  "cargo update --dry-run")
    if plays "no crates.io"; then fail "warning: spurious\nerror: no such index\n\nCaused by:\n  no such host\n"; fi;;
  *"check licenses bans sources")
    if plays "a licence"; then fail "error[rejected]: a licence\n"; fi;;
  *"check advisories")
    if plays "an advisory"; then fail "error[vulnerability]: a hole\n"; fi;;
  "npm audit"*)
    if plays "no npm"; then exit 1; fi
    if plays "no endpoint"; then echo '{"message":"405 Method Not Allowed - POST https://npm.example/bulk"}'; exit 1; fi
    if plays "no network"; then echo '{"error":{"code":"ENOTFOUND","summary":"no such host"}}'; exit 1; fi
    if plays "a hole"; then
      echo '{"vulnerabilities":{"toml":{"name":"toml","severity":"high","range":"<2","via":[
        {"title":"a hole","url":"https://npm.example/1"},"other"]}}}'
      exit 1
    fi
    echo '{"vulnerabilities":{}}';;
esac
`;
const bin = folder("vaultlet-cargo-");
for (const name of ["cargo", "npm"]) {
  writeFileSync(join(bin, name), player);
  chmodSync(join(bin, name), 0o755);
}

/** @param {string} prefix */
function folder(prefix) {
  const made = mkdtempSync(join(tmpdir(), prefix));
  after(() => rmSync(made, { recursive: true }));
  return made;
}

/**
 * A clone of the database as far as the audit looks at one.
 * @param {Date} date of its last change
 */
function clone(date) {
  const made = folder("vaultlet-advisories-");
  const env = { ...process.env, GIT_COMMITTER_DATE: date.toISOString() };
  const identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
  execFileSync("git", ["init", "--quiet", "--initial-branch", "main", made]);
  execFileSync("git", ["-C", made, ...identity, "commit", "--quiet", "--allow-empty", "--message", "all"], { env });
  return made;
}

/**
 * @param {string[]} args
 * @param {...string} plays
 */
function audit(args, ...plays) {
  for (const left of ["calls.txt", "target"]) rmSync(join(project, left), { recursive: true, force: true });
  const { npm_execpath: _, GIT_CONFIG_COUNT: __, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${bin}${delimiter}${process.env["PATH"]}`, PLAYS: plays.join(",") };
  const run = spawnSync(process.execPath, ["pkg/build/audit.js", ...args], { cwd: project, env, encoding: "utf8" });
  const calls = join(project, "calls.txt");
  return { ...run, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

test("it asks for all of it, and passes if nothing is known", () => {
  const { status, stdout, stderr, calls } = audit([]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /\n3 passed, 0 failed\n$/);
  for (const call of [
    "cargo deny --locked --workspace check licenses bans sources",
    "cargo deny fetch db",
    "cargo update --dry-run",
    "cargo deny --locked --workspace --offline check advisories",
    "npm audit --omit=dev --package-lock-only --json --fetch-retries=0",
  ]) {
    assert(calls.includes(call), call);
  }
});

test("what is known fails, and the rest is asked all the same", () => {
  for (const [play, message] of /** @type {[string, RegExp][]} */ ([
    ["a licence", /error\[rejected\]: a licence\n== licences, bans and sources: FAILED/],
    ["an advisory", /error\[vulnerability\]: a hole\n== advisories, crates: FAILED/],
    ["a hole", /high: toml <2: a hole \(https:\/\/npm\.example\/1\), other\n== advisories, npm packages: FAILED/],
  ])) {
    const { status, stdout, stderr } = audit([], play);
    assert.equal(status, 1, play);
    assert.match(stderr, message);
    assert.match(stdout, /\n2 passed, 1 failed\n$/);
  }
});

test("what cannot be asked fails in one line and its remedy", () => {
  for (const [play, message] of /** @type {[string, RegExp][]} */ ([
    ["no database", /^the RustSec database did not come: fatal: no such host\nremedy: .* --database FOLDER\n== .*\n$/],
    ["no crates.io", /^crates\.io did not say .* yanked: error: no such index\nremedy: .*\n== .*\n$/],
    ["no endpoint", /^the npm registry told of no advisories: 405 Method Not Allowed\nremedy: .*\n== .*\n$/],
    ["no network", /^the npm registry told of no advisories: no such host\nremedy: .*\n== .*\n$/],
    ["no npm", /^the npm registry told of no advisories: it did not answer\nremedy: .*\n== .*\n$/],
  ])) {
    const { status, stdout, stderr } = audit([], play);
    assert.equal(status, 1, play);
    assert.match(stderr, message);
    assert.match(stdout, /\n2 passed, 1 failed\n$/);
  }
});

test("a clone of the database is used in its place", () => {
  const made = clone(new Date());
  const { status, calls } = audit(["--database", made]);
  assert.equal(status, 0);
  assert(calls.includes(`url.${pathToFileURL(made)}.insteadOf=https://github.com/RustSec/advisory-db`));
});

test("a clone that is old, or none, is refused, and no other database is asked", () => {
  const old = clone(new Date(Date.now() - 100 * 24 * 60 * 60 * 1000));
  for (const [database, message] of /** @type {[string, RegExp][]} */ ([
    [old, /is older than 90 days: its last change is of \d{4}-\d\d-\d\d\nremedy: git clone /],
    [join(old, "none"), /is no clone of the RustSec database\nremedy: git clone /],
  ])) {
    const { status, stderr, calls } = audit(["--database", database]);
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert(!calls.includes("cargo deny fetch db"));
  }
});

test("a cargo-deny that is missing or too old is installed into the target folder, once", () => {
  for (const play of ["no cargo-deny", "an old cargo-deny"]) {
    const { status, stdout, calls } = audit([], play);
    assert.equal(status, 0, play);
    const tools = join(project, "target", "tools");
    assert.deepEqual(
      calls.filter((call) => call.startsWith("cargo install")),
      [`cargo install cargo-deny --version 0.20.2 --locked --force --root ${tools}`],
    );
    assert(calls.includes("cargo-deny --locked --workspace check licenses bans sources"));
    assert.match(stdout, /^set-up: installing cargo-deny 0\.20\.2 \(.*minutes.*\)\nset-up: cargo-deny is installed, in \d+ s$/m);
  }
});

test("without a cargo-deny nothing of the crates passes", () => {
  const { status, stdout, stderr } = audit([], "no cargo-deny", "no compiler");
  assert.equal(status, 1);
  assert.match(stderr, /installing cargo-deny 0\.20\.2 did not succeed\nremedy: .* C compiler\n/);
  assert.match(stdout, /\n1 passed, 2 failed\n$/);
});
