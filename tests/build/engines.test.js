// @ts-check
// How the set-up comes by the programs that the tests start, with an `apt-get` that is played by a script: what is
// missing is installed by root on Debian, and has a remedy everywhere else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

/** Plays apt-get: installs programs beside itself, unless it is to fail. */
const player = String.raw`#!/bin/sh
here="$(dirname "$0")"
echo "$*" >> "$here/calls.txt"
if [ "$PLAYS" = "no network" ]; then echo "could not resolve" >&2; exit 100; fi
if [ "$PLAYS" = "an empty package" ]; then exit 0; fi
for package in "$@"; do
  case "$package" in
    redis-server) for name in redis-server redis-cli; do printf '#!/bin/sh\n' > "$here/$name"; chmod 755 "$here/$name"; done;;
    python3-venv) printf '#!/bin/sh\n' > "$here/python3"; chmod 755 "$here/python3";;
    chromium | firefox-esr) printf '#!/bin/sh\n' > "$here/$package"; chmod 755 "$here/$package";;
  esac
done
`;

/** @type {string[]} */
const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/**
 * Runs the step where only an `apt-get` is there.
 * @param {string[]} names
 * @param {{ user?: number, plays?: string, times?: number, debian?: boolean }} [machine]
 */
function install(names, { user = 0, plays = "", times = 1, debian = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-engines-"));
  folders.push(folder);
  if (debian) {
    writeFileSync(join(folder, "apt-get"), player);
    chmodSync(join(folder, "apt-get"), 0o755);
  }
  const program = `
    process.getuid = () => ${user};
    const { installEngines } = await import(${JSON.stringify(new URL("../../pkg/build/engines.js", import.meta.url).href)});
    try {
      const did = Array.from({ length: ${times} }, () => installEngines(${JSON.stringify(names)}));
      console.log("RESULT " + JSON.stringify({ did }));
    } catch ({ message, remedy }) {
      console.log("RESULT " + JSON.stringify({ message, remedy }));
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
    // The shell that plays needs its own few programs.
    env: { PATH: `${folder}:${toolsOf()}`, PLAYS: plays, CHROMIUM: join(folder, "chromium"), FIREFOX: join(folder, "firefox-esr") },
  });
  const result = /^RESULT (.*)$/m.exec(stdout);
  assert(result?.[1], stdout + stderr);
  const log = join(folder, "calls.txt");
  const calls = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  return { ...JSON.parse(result[1]), calls, said: stdout };
}

/** A folder with the programs of the script, and no other: this machine's Redis would be found beside them. */
function toolsOf() {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-tools-"));
  folders.push(folder);
  for (const name of ["dirname", "chmod"]) {
    const script = `#!/bin/sh\nPATH=/usr/bin:/bin exec ${name} "$@"\n`;
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const everything = ["redis", "python", "chromium", "firefox"];

test("as root on Debian, what is missing is installed, one step each, and not again", () => {
  const { did, calls, said } = install(everything, { times: 2 });
  assert.deepEqual(did, [true, false]);
  const packages = calls.map((/** @type {string} */ call) => call.split(" ").at(-1));
  assert.deepEqual(packages, ["-qq", "redis-server", "python3-venv", "chromium", "firefox-esr"]);
  for (const what of ["Redis", "a Python with `venv`", "Chromium", "Firefox"]) assert(said.includes(`set-up: installing ${what}`), what);
});

test("only what is asked for is installed", () => {
  const { calls } = install(["redis"]);
  assert.equal(calls.length, 2);
  assert.deepEqual(install([]).did, [false]);
});

test("elsewhere, the failure names what is missing, and how to have it", () => {
  for (const machine of [{ user: 1000 }, { debian: false }]) {
    const { message, remedy, calls } = install(everything, machine);
    assert.deepEqual(calls, []);
    for (const what of ["Redis", "venv", "Chromium", "Firefox"]) assert.match(message, new RegExp(what));
    assert.match(remedy, /apt-get install redis-server python3-venv chromium firefox-esr/);
    assert.match(remedy, /CHROMIUM/);
  }
});

test("an installation that fails, or brings nothing, fails with its remedy", () => {
  assert.match(install(["redis"], { plays: "no network" }).remedy, /apt-get's message/);
  const { message, remedy } = install(["redis"], { plays: "an empty package" });
  assert.match(message, /redis-server/);
  assert.match(remedy, /on the PATH/);
});
