// @ts-check
// The stores that `--store` can name: what they keep outlives the server, and what is missing is told with its remedy.

import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import Database from "better-sqlite3";

import { freePort } from "../store/engines/free-port.js";
import { startPostgres } from "../store/engines/postgres.js";
import { jane, makeJane, serve, temporaryFolder, tokens, vaultlet } from "./vaultlet.js";

const { folder, write } = temporaryFolder();
const { stdout: keyring } = await vaultlet(["keys"]);
const keys = write("keys.json", keyring);
const node24 = createRequire(import.meta.url).resolve("node-24/bin/node");

/**
 * A server that ends, and another on the same store: the token that the first made, the second reads.
 * @param {string} store
 * @param {import("./vaultlet.js").Where} [where]
 */
async function survivesRestart(store, where) {
  const words = ["--keys", keys, "--store", store];
  const first = await serve(words, where);
  const [{ token_id }] = (await first.call("POST", tokens, makeJane)).body;
  assert.equal(await first.end(), 0);
  const second = await serve(words, where);
  const { status, body } = await second.call("GET", `${tokens}&token_ids=${token_id}`);
  assert.deepEqual([status, body], [200, [{ token_id, fields: { email: jane } }]]);
  assert.equal(await second.end(), 0);
  assert.equal(second.printed.stderr.replace(/^.*ExperimentalWarning.*\n.*trace-warnings.*\n/, ""), "");
  return second;
}

test("sqlite:FILE by better-sqlite3 outlives the server", async () => {
  const { screen } = await survivesRestart(`sqlite:${folder}/first.db`);
  assert(screen.includes(`  store         SQLite, ${folder}/first.db\n`), screen);
});

const modeOf = (/** @type {string} */ file) => (statSync(file).mode & 0o777).toString(8);

test("a SQLite file is made for its owner alone; one that is there keeps its mode", async () => {
  const file = `${folder}/own.db`;
  const store = ["--keys", keys, "--store", `sqlite:${file}`];
  for (const mode of [0o600, 0o640, 0o644]) {
    const server = await serve(store);
    assert.equal((await server.call("POST", tokens, makeJane)).status, 200);
    assert.equal(modeOf(file), mode.toString(8));
    assert.equal(await server.end(), 0);
    chmodSync(file, mode === 0o600 ? 0o640 : 0o644);
  }
});

test("postgres://… outlives the server, whose screen shows no password; a server that goes away is an error, and a line", async () => {
  const engine = await startPostgres();
  let isUp = true;
  after(() => (isUp ? engine.stop() : undefined));
  const { host, password } = new URL(engine.url);
  const { screen } = await survivesRestart(engine.url);
  assert(screen.includes(`  store         PostgreSQL, ${host}/vaults\n`) && !screen.includes(`:${password}@`), screen);

  const wrong = engine.url.replace("/vaults", "/nowhere");
  const refused = await vaultlet(["serve", "--keys", keys, "--store", wrong]);
  assert.deepEqual([refused.status, refused.stderr], [1, "vaultlet: `--store` PostgreSQL cannot be used (there is no such database, 3D000)\n"]);

  const server = await serve(["--keys", keys, "--store", engine.url]);
  assert.equal((await server.call("POST", tokens, makeJane)).status, 200);
  await engine.stop();
  isUp = false;
  await server.line(/trouble: an idle connection to the store \((57P01|ECONNRESET|no code)\)/);
  const { status, body } = await server.call("GET", `${tokens}&token_ids=a`);
  assert.deepEqual([status, body.error_code, body.context.callback], [500, "PV1000", "store.read"]);
  await server.line(/ 500 PV1000 store\.read /);
  await server.line(/ trouble: store\.read \((ECONNREFUSED|57P01|ECONNRESET)\)$/);
  assert.equal(await server.end(), 0);
});

test("a PostgreSQL that is not there, and a URL that is none", async () => {
  const url = `postgres://jane:secret@127.0.0.1:${await freePort()}/vaults`;
  const { status, stderr } = await vaultlet(["serve", "--keys", keys, "--store", url]);
  assert.deepEqual([status, stderr], [1, "vaultlet: `--store` PostgreSQL cannot be used (nobody listens at that host and port, ECONNREFUSED)\n"]);
  const encoded = "for `@ / ? # %` in a password write %40 %2F %3F %23 %25";
  const second = await vaultlet(["serve", "--keys", keys, "--store", "postgres://jane:secret@["]);
  assert.deepEqual([second.status, second.stderr], [1, `vaultlet: \`--store\` PostgreSQL cannot be used (it is no address; ${encoded}, ERR_INVALID_URL)\n`]);
  // What follows the first `@`, `/`, `?` or `#` is taken for the host, or for what comes behind it.
  const third = await vaultlet(["serve", "--keys", keys, "--store", "postgres://jane:sec/ret@127.0.0.1/vaults"]);
  assert.deepEqual([third.status, third.stderr], [1, `vaultlet: \`--store\` PostgreSQL cannot be used (it is no address; ${encoded}, ERR_INVALID_URL)\n`]);
});

test("what takes the connection and is no PostgreSQL", async (t) => {
  for (const answer of ["", "HTTP/1.1 400 Bad Request\r\n\r\n"]) {
    const other = createServer((socket) => void socket.on("error", () => {}).end(answer)).listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (other.address());
    const { status, stderr } = await vaultlet(["serve", "--keys", keys, "--store", `postgres://jane:secret@127.0.0.1:${port}/vaults`]);
    assert.deepEqual([status, stderr], [1, "vaultlet: `--store` PostgreSQL cannot be used (no answer, or none that fits: is that PostgreSQL, with this password, and with TLS if the address asks for it?)\n"]);
  }
});

test("a store that lasts needs keys, before anything is made", async () => {
  for (const store of [`sqlite:${folder}/keyless.db`, "postgres://127.0.0.1:1/vaults"]) {
    const { status, stderr } = await vaultlet(["serve", "--store", store]);
    const line = "vaultlet: `--keys` is missing: what a store keeps is lost without its keys; `vaultlet keys` makes a keyring\n";
    assert.deepEqual([status, stderr], [1, line]);
  }
});

test("a file that is no SQLite, one that is somebody else's, and one that cannot be made", async () => {
  const text = write("text.db", "no database at all, but long enough to be looked at".repeat(100));
  const others = join(folder, "others.db");
  new Database(others).exec("CREATE TABLE vaultlet (name TEXT)").close();
  for (const [file, problem] of [
    [others, "the SQLite file cannot be used (`options.table` must be another name: something else has it, or that of a table that belongs to it)"],
    [text, "the SQLite file cannot be used (it is no SQLite database, SQLITE_NOTADB)"],
    [folder, "the SQLite file cannot be used (it cannot be opened, or made, by this user, SQLITE_CANTOPEN)"],
    [`${folder}/none/vault.db`, "there is no folder for the SQLite file"],
  ]) {
    const { status, stderr } = await vaultlet(["serve", "--keys", keys, "--store", `sqlite:${file}`]);
    assert.deepEqual([status, stderr], [1, `vaultlet: \`--store\` ${problem}: ${file}\n`]);
  }
});

test("the wrong keys find nothing of what is there", async () => {
  const store = `sqlite:${folder}/keys.db`;
  const first = await serve(["--keys", keys, "--store", store]);
  const [{ token_id }] = (await first.call("POST", tokens, makeJane)).body;
  await first.end();
  const others = write("others.json", (await vaultlet(["keys"])).stdout);
  const second = await serve(["--keys", others, "--store", store]);
  assert.deepEqual((await second.call("GET", `${tokens}&token_ids=${token_id}`)).body, []);
});

/** The package where none of the engines' clients is installed, as a user may have it. */
function installAlone() {
  const modules = join(folder, "project", "node_modules");
  const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));
  const { resolve } = createRequire(join(pkg, "package.json"));
  cpSync(pkg, join(modules, "vaultlet"), { recursive: true, filter: (path) => !path.includes("node_modules") && !path.startsWith(join(pkg, "build")) });
  mkdirSync(join(modules, "@hono"));
  for (const name of ["hono", "@hono/node-server", "smol-toml"]) {
    const [folderOf = ""] = resolve(name).split(`/node_modules/${name}/`);
    symlinkSync(join(folderOf, "node_modules", name), join(modules, name));
  }
  return { cwd: join(folder, "project"), file: join(modules, "vaultlet", "bin", "vaultlet.js"), modules };
}

test("an engine's client that is not installed is named, with the command that installs it", async () => {
  const { modules, ...where } = installAlone();
  const serving = (/** @type {string} */ store) => vaultlet(["serve", "--keys", keys, "--store", store], where);
  const pg = await serving("postgres://127.0.0.1/vaults");
  assert.deepEqual([pg.status, pg.stderr], [1, "vaultlet: `--store` needs the package `pg`, which is not installed: npm install pg\n"]);
  if (process.getBuiltinModule?.("node:sqlite") === undefined) {
    const sqlite = await serving(`sqlite:${folder}/none.db`);
    const line = "vaultlet: `--store` needs the package `better-sqlite3`, which is not installed: npm install better-sqlite3@12\n";
    assert.deepEqual([sqlite.status, sqlite.stderr], [1, line]);
  }
  // Node 24 has SQLite itself.
  await survivesRestart(`sqlite:${folder}/node-24.db`, { ...where, node: node24 });
  assert.equal(modeOf(`${folder}/node-24.db`), "600");

  // What is installed and broken is not called missing.
  mkdirSync(join(modules, "pg"));
  writeFileSync(join(modules, "pg", "index.js"), 'throw Object.assign(new Error("secret"), { code: "EBROKEN" })');
  const broken = await serving("postgres://127.0.0.1/vaults");
  assert.deepEqual([broken.status, broken.stderr], [1, "vaultlet: `--store` the package `pg` is installed and cannot be loaded (EBROKEN)\n"]);
});

test("an engine's client is also found in the folder where the command runs, as with npx", async () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(join(elsewhere, "node_modules"), { recursive: true });
  const pg = dirname(dirname(createRequire(import.meta.url).resolve("pg")));
  symlinkSync(pg, join(elsewhere, "node_modules", "pg"));
  const file = join(folder, "project", "node_modules", "vaultlet", "bin", "vaultlet.js");
  writeFileSync(join(folder, "project", "node_modules", "pg", "index.js"), "");
  const other = join(folder, "npx");
  cpSync(join(folder, "project"), other, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith("/pg") });
  const store = `postgres://127.0.0.1:${await freePort()}/vaults`;
  const { stderr } = await vaultlet(["serve", "--keys", keys, "--store", store], { cwd: elsewhere, file: file.replace("/project/", "/npx/") });
  assert.equal(stderr, "vaultlet: `--store` PostgreSQL cannot be used (nobody listens at that host and port, ECONNREFUSED)\n");
});
