// @ts-check
// The Redis store on a real server and a real cluster, with both clients: the kit, and what is Redis' own.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { VaultError } from "vaultlet";
import { redisStore } from "vaultlet/store/redis";
import { testStore } from "vaultlet/testing";

import { insert, makeLabel, makeRow, remove, replace } from "../../pkg/testing/rows.js";
import { ask, startRedis, startRedisCluster, until } from "./engines/redis.js";
import { testVaultOn } from "./vault-on-store.js";

/** @import { RedisClient, RedisOptions } from "vaultlet/store/redis" */

let prefixes = 0;

/** @param {RedisClient} client @param {RedisOptions} [options] */
async function fresh(client, options) {
  const store = redisStore(client, { prefix: `vault ${(prefixes += 1)}`, ...options });
  await store.migrate();
  return { store };
}

describe("one server", () => {
  /** @type {import("./engines/redis.js").Servers} */
  let server;
  /** @type {Redis} */
  let ioredis;
  /** @type {ReturnType<typeof createClient>} */
  let redis;
  let port = 0;

  before(async () => {
    server = await startRedis();
    port = /** @type {number} */ (server.ports[0]);
    ioredis = new Redis(port);
    redis = createClient({ url: `redis://127.0.0.1:${port}` });
    await redis.connect();
  });
  after(async () => {
    ioredis?.disconnect();
    redis?.destroy();
    await server?.stop();
  });

  testStore({ name: "ioredis", make: () => fresh(ioredis), test });
  testStore({ name: "redis", make: () => fresh(/** @type {any} */ (redis)), test });
  testVaultOn({ name: "ioredis", make: () => fresh(ioredis), test });
  testVaultOn({ name: "redis", make: () => fresh(/** @type {any} */ (redis)), test });

  test("a client that sends a write twice makes no landed write false", async () => {
    /** @type {any[]} */
    const answers = [];
    const twice = {
      async eval(/** @type {Parameters<Redis["eval"]>} */ ...parameters) {
        for (let time = 0; time < 2; time += 1) answers.push(await ioredis.eval(...parameters));
        return answers.at(-1);
      },
      pipeline: () => ioredis.pipeline(),
    };
    const { store } = await fresh(twice);
    const row = makeRow();
    answers.length = 0;
    assert.equal(await store.write([insert(row)]), true);
    assert.deepEqual(answers, [1, 1]);
    assert.equal(await store.write([insert(row)]), false, "the caller's own second write");
    assert.equal(await store.write([replace(row)]), true);
  });

  test("a connection that is cut after a write, and a client that resends it, lose and double nothing", async () => {
    const cut = new Redis(port, { autoResendUnfulfilledCommands: true, maxRetriesPerRequest: null, retryStrategy: () => 5 });
    const { store } = await fresh(cut);
    const busy = String(await ioredis.script("LOAD", "for i = 1, 3000000 do end return 1"));
    /** Answers whether the write was made, and made again because its answer was lost. */
    const writesTwice = async () => {
      const row = makeRow();
      const id = await cut.client("ID");
      await ioredis.config("RESETSTAT");
      // The server is at work until the write and the cut have come, and does the one before the other.
      const first = cut.evalsha(busy, 0).catch(() => {});
      const written = store.write([insert(row)]);
      await ioredis.client("KILL", "ID", id);
      assert.equal(await written, true);
      await first;
      const made = await ioredis.info("commandstats");
      assert.equal((await store.read({ claims: row.claims }))[0]?.version, 1);
      return made.includes("cmdstat_eval:calls=2,");
    };
    for (let tries = 1; !(await writesTwice()); tries += 1) assert(tries < 50, "each time it was cut too early or too late");
    cut.disconnect();
  });

  test("a page among many rows that are in another state looks at them in turns", async () => {
    const { store } = await fresh(ioredis);
    const term = makeLabel();
    const rows = Array.from({ length: 25_000 }, () => makeRow({ terms: [term], claims: [], expiresAt: 5 }));
    const active = Array.from({ length: 3 }, () => makeRow({ terms: [term] }));
    for (let start = 0; start < rows.length; start += 5_000) await store.write(rows.slice(start, start + 5_000).map(insert));
    await store.write(active.map(insert));
    const query = { terms: [term], state: /** @type {const} */ ("active"), now: 10, after: null };
    const keys = active.map(({ key }) => key).sort();
    assert.deepEqual((await store.read({ ...query, limit: 100 })).map(({ key }) => key), keys);
    assert.deepEqual((await store.read({ ...query, limit: 2 })).map(({ key }) => key), keys.slice(0, 2));
  });

  test("a batch of twenty thousand rows lands, and is found at once, with both clients", async () => {
    for (const client of [ioredis, /** @type {any} */ (redis)]) {
      const { store } = await fresh(client);
      const rows = Array.from({ length: 20_000 }, () => makeRow());
      assert.equal(await store.write(rows.map(insert)), true);
      assert.equal((await store.read({ claims: rows.flatMap(({ claims }) => claims) })).length, rows.length);
      assert.equal(await store.write(rows.map((row) => replace(row, { claims: [makeLabel()] }))), true);
      assert.deepEqual(await store.read({ claims: rows.slice(-1).flatMap(({ claims }) => claims) }), []);
    }
  });

  test("a row of which something is gone or altered is answered as it is, without an error of the engine's", async () => {
    const { store } = await fresh(ioredis, { prefix: "altered" });
    /** @type {[(key: string) => Promise<unknown>, Record<string, unknown>][]} */
    const alterations = [
      [(key) => ioredis.del(key), { key: null, version: null, terms: null, claims: null, expiresAt: undefined, pruneAt: undefined, sealed: null }],
      [(key) => ioredis.hset(key, "sealed", "?"), { sealed: "?" }],
      [(key) => ioredis.hdel(key, "terms"), { terms: null }],
      [(key) => ioredis.hset(key, "version", "x", "expires_at", "x"), { version: NaN, expiresAt: NaN }],
    ];
    for (const [alter, altered] of alterations) {
      const row = makeRow({ pruneAt: 1 });
      await store.write([insert(row)]);
      await alter(`{altered}:row:${row.key}`);
      const expected = [{ ...row, ...altered }];
      assert.deepEqual(await store.read({ claims: row.claims }), expected);
      for (const state of /** @type {const} */ (["any", "active"])) {
        assert.deepEqual(await store.read({ terms: row.terms, state, now: 5, after: null, limit: 5 }), expected);
      }
      assert.equal(await store.prune(5), 1);
    }
  });

  test("what was deleted leaves no key behind", async () => {
    const { store } = await fresh(ioredis, { prefix: "clean" });
    const rows = [makeRow({ pruneAt: 5 }), makeRow({ pruneAt: 9 })];
    await store.write(rows.map(insert));
    await store.write(rows.slice(0, 1).map(remove));
    assert.equal(await store.prune(10), 1);
    const left = (await ioredis.keys("{clean}*")).filter((key) => !key.startsWith("{clean}:write:"));
    assert.deepEqual(left, []);
    for (const key of await ioredis.keys("{clean}:write:*")) assert((await ioredis.pttl(key)) > 0, key);
  });

  test("replicas that do not answer in time leave a write's outcome unknown", async () => {
    const { store } = await fresh(ioredis, { waitReplicas: 1, waitMs: 20 });
    const row = makeRow();
    await assert.rejects(store.write([insert(row)]), /0 of 1 replicas/);
    await assert.rejects(store.read({ claims: row.claims }), /0 of 1 replicas/, "it has landed here, and may be lost");
    assert.equal(await store.write([insert(row)]), false, "what is refused waits for nobody");
  });

  test("after a failover, a client that learns of it by a script alone gets on", async () => {
    let knows = false;
    const moved = () => new Error("MOVED 0 127.0.0.1:1");
    const client = {
      async eval() {
        knows = true;
        return [];
      },
      pipeline: () => client,
      call: () => client,
      // As ioredis does: `WAIT` has succeeded, so that it does not send the rest again.
      exec: async () => (knows ? [[null, 1], [null, 1]] : [[moved(), null], [null, 1]]),
    };
    // A pipeline collects what is called on it.
    const pipelined = { ...client, pipeline: () => ({ eval: () => client, exec: client.exec }) };
    const store = redisStore(/** @type {any} */ (pipelined), { waitReplicas: 1 });
    const row = makeRow();
    await assert.rejects(store.write([insert(row)]), /MOVED/);
    assert.deepEqual(await store.read({ claims: row.claims }), []);
    assert.equal(await store.write([insert(row)]), true);
  });

  test("a server that drops keys when it is full is refused", async () => {
    await ask(port, "CONFIG", "SET", "maxmemory", "1gb");
    await ask(port, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await assert.rejects(redisStore(ioredis).migrate(), { code: "VL1000", message: /noeviction/ });
    await ask(port, "CONFIG", "SET", "maxmemory-policy", "noeviction");
    await redisStore(ioredis).migrate();
    await ask(port, "CONFIG", "SET", "maxmemory", "0");
  });

  test("a bad client or option is VL1000, and names the place", () => {
    /** @type {[unknown, unknown, string][]} */
    const mistakes = [
      [undefined, undefined, "client"],
      [null, {}, "client"],
      ["redis://localhost", {}, "client"],
      [{ eval: () => {} }, {}, "client"],
      [ioredis, { prefx: "a" }, "options.prefx"],
      [ioredis, { prefix: "" }, "options.prefix"],
      [ioredis, { prefix: 7 }, "options.prefix"],
      [ioredis, { prefix: "half a pair \ud800" }, "options.prefix"],
      [ioredis, { waitReplicas: -1 }, "options.waitReplicas"],
      [ioredis, { waitReplicas: 1.5 }, "options.waitReplicas"],
      [ioredis, { waitMs: 0 }, "options.waitMs"],
      [ioredis, null, "options"],
    ];
    for (const [client, options, place] of mistakes) {
      assert.throws(
        () => redisStore(/** @type {any} */ (client), /** @type {any} */ (options)),
        (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
        `${place}: ${JSON.stringify(options)}`,
      );
    }
  });
});

// A busy machine makes a replica late: how long is too long has its own test, above.
const WAITING = { waitReplicas: 1, waitMs: 30_000 };

describe("a cluster of three primaries and their replicas", () => {
  /** @type {import("./engines/redis.js").Servers} */
  let servers;
  /** @type {Cluster} */
  let ioredis;
  /** @type {ReturnType<typeof createCluster>} */
  let redis;

  before(async () => {
    // On a busy machine a node may be silent for longer than two seconds, also while the cluster is made, and keeps its
    // part here.
    servers = await startRedisCluster(["--cluster-node-timeout", "60000"]);
    ioredis = new Cluster(servers.ports.map((port) => ({ host: "127.0.0.1", port })));
    redis = createCluster({ rootNodes: servers.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    await redis.connect();
  });
  after(async () => {
    ioredis?.disconnect();
    redis?.destroy();
    await servers?.stop();
  });

  for (const [name, make] of /** @type {[string, () => ReturnType<typeof fresh>][]} */ ([
    ["ioredis, waiting for a replica", () => fresh(ioredis, WAITING)],
    ["redis, waiting for a replica", () => fresh(/** @type {any} */ (redis), WAITING)],
  ])) {
    testStore({ name, make, test });
    testVaultOn({ name, make, test });
  }

  test("what is on a primary alone is not read before its replicas have it", async () => {
    const name = `late${process.pid}`;
    const store = redisStore(ioredis, { prefix: name, waitReplicas: 1, waitMs: 100 });
    const patient = redisStore(ioredis, { prefix: name, ...WAITING });
    const [row, other] = [makeRow(), makeRow()];
    assert.equal(await patient.write([insert(row)]), true);
    // The first three are primaries.
    const replicas = [3, 4, 5];
    for (const index of replicas) servers.pause(index);
    try {
      await assert.rejects(store.write([insert(other)]), /0 of 1 replicas/);
      await assert.rejects(store.read({ claims: other.claims }), /0 of 1 replicas/);
    } finally {
      for (const index of replicas) servers.resume(index);
    }
    await until(async () => (await store.read({ claims: other.claims }).catch(() => [])).length === 1);
    assert.equal((await patient.read({ claims: row.claims })).length, 1);
  });

  test("a prefix with a hash tag of its own keeps it, and any other has all of its keys in one slot", async () => {
    for (const prefix of ["vault:{eu}", "vault:{us}", "{}plain", "{open", "{}empty{first}", "a}b", "{", `"q' \0 顧客`]) {
      const { store } = await fresh(ioredis, { prefix });
      const row = makeRow();
      assert.equal(await store.write([insert(row)]), true);
      assert.equal((await store.read({ claims: row.claims })).length, 1);
    }
  });
});
