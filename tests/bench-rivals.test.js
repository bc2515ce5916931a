// @ts-check
// The benchmark's rivals do the work that they are measured at: a rival that is fast because it is wrong proves nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { memoryStore } from "vaultlet/store/memory";
import { openNodeCryptoRival } from "../benches/rival-node-crypto.js";
import { openWebCryptoRival } from "../benches/rival-webcrypto.js";

/**
 * @typedef {import("../benches/rival-row.js").Row} Row
 * @typedef {import("../benches/rival-row.js").Change} Change
 * @typedef {import("../benches/rival.js").Configuration} Configuration
 * @typedef {{ data: Uint8Array, index: Uint8Array, keyId: Uint8Array }} Keys
 */

const collections = { customers: { properties: { name: { type: "NAME" }, email: { type: "EMAIL" } } } };
const fields = { name: "Patricia Farrington", email: "patfar@example.com" };
const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const named = { collection: "customers", reason: "AppFunctionality" };
const SECOND_BODY_BYTE = 1 + 8 + 12;

/** A store whose rows a test can see and change, and whose writes it can refuse. */
function openStore() {
  const inner = /** @type {any} */ (memoryStore());
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @type {{ read(query: { claims: string[] }): Promise<Row[]>, write(changes: Change[]): Promise<boolean> }} */
  const store = {
    read: (query) => inner.read(query),
    async write(changes) {
      const landed = await inner.write(changes);
      if (landed) for (const { key, row } of changes) row === null ? rows.delete(key) : rows.set(key, row);
      return landed;
    },
  };
  return { store, rows };
}

/** @param {Row} row @returns {Row} */
function copy(row) {
  return { ...row, terms: [...row.terms], claims: [...row.claims], sealed: new Uint8Array(row.sealed) };
}

/** @param {string} label another label */
function other(label) {
  return (label[0] === "A" ? "B" : "A") + label.slice(1);
}

for (const [suite, openRival] of Object.entries({
  "node:crypto": openNodeCryptoRival,
  WebCrypto: openWebCryptoRival,
})) {
  describe(`the rival on ${suite}`, () => {
    /** @param {Partial<Configuration> & { keys?: Keys }} [options] */
    async function open({
      keys = { keyId: randomBytes(8), data: randomBytes(32), index: randomBytes(32) },
      ...options
    } = {}) {
      const { store, rows } = openStore();
      const rival = await openRival(keys, { collections, store, policy: () => ({ allow: true }), ...options });
      const { tokens } = rival.as({ name: "test" });
      /** @param {number} count @param {object} [more] */
      async function make(count, more) {
        const requestBody = Array.from({ length: count }, () => ({
          type: "randomized",
          object: { fields },
          tags: ["a", "b"],
        }));
        return (await tokens.tokenize({ ...named, ...more, requestBody })).map(({ token_id }) => token_id);
      }
      return { store, rows, tokens, make, keys };
    }

    /**
     * A vault with 200 tokens, and the place of one whose claim comes after all its terms: there a term may become a
     * claim, and the labels in order are the same. The keys are random: some give no such token.
     * @param {number} [tries]
     * @returns {Promise<Awaited<ReturnType<typeof open>> & { ids: string[], at: number }>}
     */
    async function openWithClaimLast(tries = 100) {
      const vault = await open();
      const ids = await vault.make(200);
      const at = [...vault.rows.values()].findIndex(({ terms, claims }) => String(claims[0]) > String(terms.at(-1)));
      assert(at >= 0 || tries > 1, "no token whose claim comes last");
      return at < 0 ? openWithClaimLast(tries - 1) : { ...vault, ids, at };
    }

    /** The same vault over a store that answers what `twist` makes of the rows. @param {Keys} keys @param {Row[]} rows */
    async function over(keys, rows) {
      return (await open({ keys, store: { read: async () => rows, write: async () => true } })).tokens;
    }

    test("rotates to new random IDs, and carries all else over", async () => {
      const { tokens, make, rows } = await open();
      const ids = await make(3);
      const before = [...rows.values()].map(copy);
      const answer = await tokens.rotateTokens({ ...named, tokenIds: [ids[2], ids[0], ids[2]] });
      assert.deepEqual(Object.keys(answer), [ids[2], ids[0]]);
      for (const id of Object.values(answer)) assert.match(id, V4);
      assert.equal(new Set([...ids, ...Object.values(answer)]).size, 5);
      assert.deepEqual(await tokens.detokenize({ ...named, tokenIds: [ids[0], ids[2]] }), []);
      const found = await tokens.detokenize({ ...named, tokenIds: [...Object.values(answer), ids[1]] });
      assert.deepEqual(
        found.map(({ token_id }) => token_id),
        [...Object.values(answer), ids[1]],
      );
      for (const token of found) {
        assert.deepEqual(token.fields, fields);
        assert.deepEqual(token.tags, ["a", "b"]);
      }
      const bodyBytes = 8 + 12 + Buffer.byteLength(JSON.stringify(fields)) + 16;
      for (const row of before) {
        const after = /** @type {Row} */ (rows.get(row.key));
        assert.deepEqual(after.terms, row.terms);
        assert.deepEqual(
          Buffer.from(after.sealed.slice(-bodyBytes)),
          Buffer.from(row.sealed.slice(-bodyBytes)),
          "the body is not touched",
        );
        assert.equal(Buffer.compare(after.sealed, row.sealed) === 0, after.version === row.version);
      }
      assert.deepEqual(
        [...rows.values()].map(({ version }) => version),
        [2, 1, 2],
      );
    });

    test("rotates an ID of another length, and one that is a special key", async () => {
      const { tokens } = await open();
      const requestBody = [{ type: "randomized", token_id: "__proto__", object: { fields } }];
      await tokens.tokenize({ ...named, requestBody });
      const answer = await tokens.rotateTokens({ ...named, tokenIds: ["__proto__"] });
      assert.deepEqual(Object.keys(answer), ["__proto__"]);
      const [token] = await tokens.detokenize({ ...named, tokenIds: Object.values(answer) });
      assert.equal(token?.token_id, Object.values(answer)[0]);
      assert.deepEqual(token?.fields, fields);
    });

    test("updates tags and expiry", async () => {
      let now = 1_000_000;
      const { tokens, make, rows } = await open({ clock: () => now });
      const ids = await make(2);
      const terms = [...rows.values()].map((row) => row.terms);
      await tokens.updateTokens({
        ...named,
        tokenIds: ids,
        expirationSecs: "60",
        requestBody: { tags: ["b", "c", "d"] },
      });
      for (const token of await tokens.detokenize({ ...named, tokenIds: ids })) {
        assert.deepEqual(token, { token_id: token.token_id, fields, tags: ["b", "c", "d"], expiresAt: now + 60_000 });
      }
      for (const [index, row] of [...rows.values()].entries()) {
        assert.equal(row.expiresAt, now + 60_000);
        assert.equal(row.terms.length, 5);
        assert.equal(
          row.terms.filter((term) => terms[index]?.includes(term)).length,
          3,
          "all, the collection and the tag that stayed",
        );
      }
      const versions = [...rows.values()].map((row) => row.version);
      await tokens.updateTokens({
        ...named,
        tokenIds: ids,
        expirationSecs: "60",
        requestBody: { tags: ["b", "c", "d"] },
      });
      assert.deepEqual(
        [...rows.values()].map((row) => row.version),
        versions,
        "what changes nothing writes nothing",
      );
      now += 60_000;
      await assert.rejects(tokens.rotateTokens({ ...named, tokenIds: ids }), { code: "PV1033" });
      await assert.rejects(tokens.updateTokens({ ...named, tokenIds: ids, requestBody: { tags: [] } }), {
        code: "PV3009",
      });
    });

    test("updates the data of one token", async () => {
      const { tokens, make } = await open();
      const [id, second] = await make(2);
      const object = { fields: { email: "new@example.com" } };
      await tokens.updateTokens({ ...named, tokenIds: [id], requestBody: { object } });
      const [token, untouched] = await tokens.detokenize({ ...named, tokenIds: [id, second] });
      assert.deepEqual(token, { token_id: id, fields: object.fields, tags: ["a", "b"], expiresAt: null });
      assert.deepEqual(untouched?.fields, fields);
      await assert.rejects(tokens.updateTokens({ ...named, tokenIds: [id, second], requestBody: { object } }), {
        code: "VL3001",
      });
    });

    test("refuses a row in which any column was changed", async () => {
      const { tokens, rows, keys, ids, at } = await openWithClaimLast();
      const [id, second] = [ids[at], ids[at === 0 ? 1 : 0]];
      const [row, elsewhere] = /** @type {[Row, Row]} */ ([
        [...rows.values()][at],
        [...rows.values()][at === 0 ? 1 : 0],
      ]);
      const [claim] = /** @type {[string]} */ (row.claims);
      const terms = row.terms.slice(0, -1);
      const term = String(row.terms.at(-1));
      /** @type {Record<string, Partial<Row>>} */
      const changes = {
        key: { key: other(row.key) },
        version: { version: 2 },
        "a term": { terms: [...terms, other(term)].sort() },
        "a term less": { terms },
        "a term more": { terms: [...row.terms, other(term)].sort() },
        "a term twice": { terms: [...row.terms, term].sort() },
        "a claim more": { claims: [claim, other(claim)].sort() },
        "a term made a claim": { terms, claims: [claim, term].sort() },
        "a label outside Latin-1": {
          terms: [...terms, String.fromCharCode(0x100 + term.charCodeAt(0)) + term.slice(1)].sort(),
        },
        expiresAt: { expiresAt: 9e12 },
        pruneAt: { pruneAt: 9e12 },
        "another row's sealed": { sealed: elsewhere.sealed },
      };
      for (const [name, change] of Object.entries(changes)) {
        const rival = await over(keys, [{ ...copy(row), ...change }]);
        await assert.rejects(rival.rotateTokens({ ...named, tokenIds: [id] }), { code: "VL5001" }, name);
      }
      const { claims } = elsewhere;
      await assert.rejects(
        (await over(keys, [{ ...copy(row), claims }])).rotateTokens({ ...named, tokenIds: [second] }),
        { code: "VL5001" },
      );
      for (const answer of [[copy(elsewhere)], [copy(row), copy(row)]]) {
        const rival = await over(keys, answer);
        await assert.rejects(
          rival.rotateTokens({ ...named, tokenIds: [id, "absent"] }),
          { code: "VL5001" },
          "not what was asked",
        );
      }
      const shuffled = { ...copy(row), terms: [...row.terms].reverse() };
      assert.equal(
        Object.keys(await (await over(keys, [shuffled])).rotateTokens({ ...named, tokenIds: [id] })).length,
        1,
        "order means nothing",
      );
      await tokens.rotateTokens({ ...named, tokenIds: [id, second] });
    });

    test("refuses a row in which any byte was changed", async () => {
      const { make, rows, keys } = await open();
      const [id] = await make(1);
      const [row] = /** @type {[Row]} */ ([...rows.values()]);
      const bodyText = Buffer.byteLength(JSON.stringify(fields));
      for (let at = 0; at < row.sealed.length; at += 1) {
        const changed = copy(row);
        changed.sealed[at] = /** @type {number} */ (changed.sealed[at]) ^ 1;
        const rival = await over(keys, [changed]);
        const inBodyText = at >= row.sealed.length - 16 - bodyText && at < row.sealed.length - 16;
        if (!inBodyText)
          await assert.rejects(rival.rotateTokens({ ...named, tokenIds: [id] }), { code: "VL5001" }, `byte ${at}`);
        await assert.rejects(rival.detokenize({ ...named, tokenIds: [id] }), { code: "VL5001" }, `byte ${at}`);
      }
      for (const length of [0, SECOND_BODY_BYTE, row.sealed.length - 1]) {
        const rival = await over(keys, [{ ...copy(row), sealed: row.sealed.slice(0, length) }]);
        await assert.rejects(rival.rotateTokens({ ...named, tokenIds: [id] }), { code: "VL5001" }, `${length} bytes`);
      }
    });

    test("notices a write by somebody else, and tries again", async () => {
      const { store, make, keys, tokens } = await open();
      const [id] = await make(1);
      let writes = 0;
      /** @type {Configuration["store"]} */
      const raced = {
        read: (query) => store.read(query),
        async write(changes) {
          writes += 1;
          if (writes === 1) await tokens.updateTokens({ ...named, tokenIds: [id], requestBody: { tags: ["other"] } });
          return store.write(changes);
        },
      };
      const answer = await (await open({ keys, store: raced })).tokens.rotateTokens({ ...named, tokenIds: [id] });
      assert.equal(writes, 2);
      const [token] = await tokens.detokenize({ ...named, tokenIds: Object.values(answer) });
      assert.deepEqual(token?.tags, ["other"], "the other write is not lost");
    });

    test("gives up after three refused writes, and has changed nothing", async () => {
      const { store, make, keys, tokens } = await open();
      const [id] = await make(1);
      let writes = 0;
      const refusing = {
        read: store.read,
        write: async () => {
          writes += 1;
          return false;
        },
      };
      const rival = (await open({ keys, store: refusing })).tokens;
      await assert.rejects(rival.rotateTokens({ ...named, tokenIds: [id] }), { code: "PV3218" });
      await assert.rejects(rival.updateTokens({ ...named, tokenIds: [id], requestBody: { tags: [] } }), {
        code: "PV3218",
      });
      assert.equal(writes, 6);
      assert.equal((await tokens.detokenize({ ...named, tokenIds: [id] })).length, 1);
    });

    test("reads back after a write that failed", async () => {
      const { store, make, keys, tokens } = await open();
      const [id] = await make(1);
      const landing = {
        read: store.read,
        write: async (/** @type {Change[]} */ changes) => {
          await store.write(changes);
          throw new Error("lost");
        },
      };
      const answer = await (await open({ keys, store: landing })).tokens.rotateTokens({ ...named, tokenIds: [id] });
      assert.equal((await tokens.detokenize({ ...named, tokenIds: Object.values(answer) })).length, 1);
      const failing = {
        read: store.read,
        write: async () => {
          throw new Error("down");
        },
      };
      const rival = (await open({ keys, store: failing })).tokens;
      await assert.rejects(rival.rotateTokens({ ...named, tokenIds: Object.values(answer) }), /down/);
    });

    test("never uses a nonce twice", async () => {
      const { tokens, make, rows } = await open();
      let ids = await make(4);
      /** @type {Set<string>} */
      const seen = new Set();
      let parts = 0;
      const note = () => {
        for (const { sealed } of rows.values()) {
          const bodyAt = 1 + 8 + 12 + 2 + Buffer.from(sealed).readUInt16BE(21) + 16;
          for (const at of [9, bodyAt + 8]) seen.add(Buffer.from(sealed.slice(at, at + 12)).toString("hex"));
        }
      };
      note();
      parts += 8;
      for (let round = 0; round < 5; round += 1) {
        ids = Object.values(await tokens.rotateTokens({ ...named, tokenIds: ids }));
        note();
        await tokens.updateTokens({ ...named, tokenIds: ids, requestBody: { tags: [`round-${round}`] } });
        note();
        await tokens.updateTokens({ ...named, tokenIds: [ids[0]], requestBody: { object: { fields } } });
        note();
        parts += 4 + 4 + 2;
      }
      assert.equal(seen.size, parts);
    });

    test("shows the store nothing readable, and labels that are HMACs", async () => {
      const { make, rows, keys } = await open();
      // No name that a few letters of a label could spell.
      const [id] = await make(1, { xTenantId: ["acme of springfield"] });
      const [row] = /** @type {[Row]} */ ([...rows.values()]);
      const text = JSON.stringify(row) + Buffer.from(row.sealed).toString("latin1");
      for (const readable of [id, "acme of springfield", "customers", "patfar@", "Patricia"])
        assert.ok(!text.includes(/** @type {string} */ (readable)), readable);
      const parts = ["token", "customers", /** @type {string} */ (id)];
      const message = Buffer.concat(
        parts.map((part) => Buffer.concat([Buffer.from([0, part.length]), Buffer.from(part)])),
      );
      assert.equal(row.claims[0], createHmac("sha256", keys.index).update(message).digest("base64url").slice(0, 22));
      assert.deepEqual(
        row.terms.map((term) => term.length),
        [22, 22, 22, 22, 22],
      );
    });

    test("refuses what is not allowed before it reads", async () => {
      const { tokens, make, keys, store } = await open();
      const [id] = await make(1, { xTenantId: ["acme"] });
      const ok = { ...named, tokenIds: [id] };
      /** @type {[string, object][]} */
      const refused = [
        ["PV1012", { ...ok, extra: 1 }],
        ["PV1012", { ...ok, tokenIds: [] }],
        ["PV1012", { ...ok, tokenIds: ["a b"] }],
        ["PV1012", { ...ok, tokenIds: ["a".repeat(129)] }],
        ["PV1012", { ...ok, tokenIds: [7] }],
        ["PV1012", { ...ok, xTenantId: [] }],
        ["PV1004", { ...ok, collection: "nobody" }],
        ["PV1001", { ...ok, reason: "" }],
        ["PV1002", { ...ok, reason: "Fun" }],
        ["PV3087", { ...ok, tokenIds: [id, "absent"] }],
        ["PV1006", { ...ok, xTenantId: ["other"] }],
      ];
      for (const [code, parameters] of refused)
        await assert.rejects(tokens.rotateTokens(parameters), { code }, JSON.stringify(parameters));
      /** @type {[string, object][]} */
      const bodies = [
        ["PV1012", { tags: [""] }],
        ["PV1012", { tags: "a" }],
        ["PV1012", { extra: [] }],
        ["PV1012", { object: { fields, more: 1 } }],
        ["PV1012", { object: { fields: {} } }],
        ["PV3004", { object: { fields: { toString: "x" } } }],
        ["PV3002", { object: { fields: { email: "nobody" } } }],
        ["PV3002", { object: { fields: { email: null } } }],
      ];
      for (const [code, requestBody] of bodies)
        await assert.rejects(tokens.updateTokens({ ...ok, requestBody }), { code }, JSON.stringify(requestBody));
      for (const expirationSecs of ["-1", "1.5", 60, "99999999999", "3153600001"]) {
        await assert.rejects(tokens.updateTokens({ ...ok, expirationSecs, requestBody: {} }), { code: "PV1012" });
      }
      /** @type {object[]} */
      const questions = [];
      let reads = 0;
      const counting = {
        read: (/** @type {any} */ query) => {
          reads += 1;
          return store.read(query);
        },
        write: store.write,
      };
      const denied = await open({
        keys,
        store: counting,
        policy: async (question) => {
          questions.push(question);
          return { allow: 1 };
        },
      });
      await assert.rejects(denied.tokens.rotateTokens(ok), { code: "PV1006" });
      await assert.rejects(denied.tokens.updateTokens({ ...ok, requestBody: { object: { fields } } }), {
        code: "PV1006",
      });
      assert.equal(reads, 0);
      assert.deepEqual(questions, [
        {
          caller: { name: "test" },
          action: "tokens.rotate",
          capabilities: ["CapTokensWriter"],
          input: "none",
          collection: "customers",
          checks: [{ operation: "write", resource: "customers/tokens" }],
          tenantIds: [],
          reason: "AppFunctionality",
        },
        {
          caller: { name: "test" },
          action: "tokens.update",
          capabilities: ["CapTokensWriter"],
          input: "fields",
          collection: "customers",
          checks: [
            { operation: "tokenize", resource: "customers/properties/name", type: "NAME" },
            { operation: "tokenize", resource: "customers/properties/email", type: "EMAIL" },
          ],
          tenantIds: [],
          reason: "AppFunctionality",
        },
      ]);
    });
  });
}

test("each rival reads what the other wrote", async () => {
  const keys = { keyId: randomBytes(8), data: randomBytes(32), index: randomBytes(32) };
  const { store } = openStore();
  const configuration = { collections, store, policy: () => ({ allow: true }) };
  const node = (await openNodeCryptoRival(keys, configuration)).as(null).tokens;
  const web = (await openWebCryptoRival(keys, configuration)).as(null).tokens;
  const [made] = await node.tokenize({
    ...named,
    requestBody: [{ type: "randomized", object: { fields }, tags: ["a"] }],
  });
  const rotated = Object.values(await web.rotateTokens({ ...named, tokenIds: [made?.token_id] }));
  await node.updateTokens({ ...named, tokenIds: rotated, requestBody: { tags: ["ü"] } });
  const [token] = await web.detokenize({ ...named, tokenIds: rotated });
  assert.deepEqual(token, { token_id: rotated[0], fields, tags: ["ü"], expiresAt: null });
});
