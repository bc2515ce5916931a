// @ts-check
// The DynamoDB store on moto: the kit, a vault, and what is DynamoDB's own, which moto does not do by itself.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { VaultError } from "vaultlet";
import { dynamodbStore } from "vaultlet/store/dynamodb";
import { testStore } from "vaultlet/testing";

import { insert, makeLabel, makeLabels, makeRow, remove, replace } from "../../pkg/testing/rows.js";
import { startDynamoDb } from "./engines/dynamodb.js";
import { testVaultOn } from "./vault-on-store.js";

/** @import { DynamoDbClient } from "vaultlet/store/dynamodb" */

/** @type {Awaited<ReturnType<typeof startDynamoDb>>} */
let server;

before(async () => void (server = await startDynamoDb()));
after(() => server?.stop());

/** DynamoDB says of a full page that there may be more; moto only where there is more. @param {any} input */
async function query(input) {
  const answer = await server.client.query(input);
  const { pk, sk } = answer.Items?.at(-1) ?? {};
  return answer.Items?.length === input.Limit ? { ...answer, LastEvaluatedKey: { pk, sk } } : answer;
}

let tables = 0;

/** @param {Partial<DynamoDbClient>} [others] methods in the place of the client's */
async function fresh(others) {
  const table = `Tokens-${(tables += 1)}`;
  const { client } = server;
  const methods = /** @type {const} */ (["transactWriteItems", "transactGetItems", "batchGetItem", "query", "scan", "describeTable", "createTable"]);
  const calls = Object.fromEntries(methods.map((name) => [name, client[name].bind(client)]));
  const store = dynamodbStore(/** @type {DynamoDbClient} */ ({ ...calls, query, ...others }), { table });
  await store.migrate();
  return { store, table, close: async () => void (await client.deleteTable({ TableName: table })) };
}

testStore({ name: "DynamoDB", make: () => fresh(), test });
testVaultOn({ name: "DynamoDB", make: () => fresh(), test });

/** An error as the client throws it. @param {string} name @param {string[]} [codes] why a transaction was cancelled */
const failure = (name, codes) => Object.assign(new Error(name), { name, ...(codes && { CancellationReasons: codes.map((Code) => ({ Code })) }) });

describe("what is DynamoDB's own", () => {
  test("a transaction that another one conflicts with is refused, and one that was not made for another reason throws", async () => {
    /** @type {Error | undefined} */
    let next;
    const { store } = await fresh({
      async transactWriteItems(input) {
        if (next === undefined) return server.client.transactWriteItems(input);
        throw next;
      },
    });
    for (const codes of [["None", "ConditionalCheckFailed"], ["TransactionConflict"], ["ThrottlingError", "TransactionConflict"]]) {
      next = failure("TransactionCanceledException", codes);
      assert.equal(await store.write([insert(makeRow())]), false, codes.join());
    }
    for (const error of [
      failure("TransactionCanceledException", ["None", "ThrottlingError"]),
      failure("TransactionCanceledException", ["ValidationError"]),
      failure("TransactionInProgressException"),
      failure("TimeoutError"),
    ]) {
      next = error;
      await assert.rejects(async () => store.write([insert(makeRow())]), error);
    }
    next = undefined;
    assert.equal(await store.write([insert(makeRow())]), true);
  });

  test("each write has a token of its own, by which DynamoDB knows it again where the client repeats it", async () => {
    /** @type {string[]} */
    const given = [];
    const { store } = await fresh({
      async transactWriteItems(input) {
        given.push(input.ClientRequestToken);
        return server.client.transactWriteItems(input);
      },
    });
    const row = makeRow();
    assert.equal(await store.write([insert(row)]), true);
    assert.equal(await store.write([replace(row)]), true);
    assert.equal(new Set(given).size, 2);
    for (const token of given) assert.match(token, /^[\w-]{36}$/);
  });

  test("reads are consistent, each of them", async () => {
    /** @type {any[]} */
    const asked = [];
    /** @type {<Input, Answer>(ask: (input: Input) => Answer) => (input: Input) => Answer} */
    const watch = (ask) => (input) => (asked.push(input), ask(input));
    const { client } = server;
    const { store } = await fresh({
      query: watch(query),
      scan: watch((input) => client.scan(input)),
      batchGetItem: watch((/** @type {any} */ input) => client.batchGetItem(input)),
    });
    const row = makeRow({ pruneAt: 5 });
    await store.write([insert(row)]);
    await store.write([replace(row)]);
    await store.read({ terms: row.terms, state: "any", now: 0, after: null, limit: 10 });
    await store.prune(9);
    assert(asked.length > 3);
    for (const { ConsistentRead, RequestItems = {} } of asked) {
      assert([ConsistentRead, ...Object.values(RequestItems).map((request) => request.ConsistentRead)].includes(true));
    }
  });

  test("a read that writes conflict with is repeated; another failure is thrown", async () => {
    let [conflicts, asked] = [3, 0];
    const { store } = await fresh({
      async transactGetItems(input) {
        asked += 1;
        if ((conflicts -= 1) >= 0) throw failure("TransactionCanceledException", ["TransactionConflict"]);
        return server.client.transactGetItems(input);
      },
    });
    const row = makeRow();
    await store.write([insert(row)]);
    assert.equal((await store.read({ claims: row.claims })).length, 1);
    assert.equal(asked, 3 + 2, "three that were repeated, one for the claim, and one for both");
    const broken = await fresh({ transactGetItems: () => Promise.reject(failure("TimeoutError")) });
    await assert.rejects(async () => broken.store.read({ claims: row.claims }), { name: "TimeoutError" });
  });

  test("rows that are too large together for one transaction are read in parts", async () => {
    const { store } = await fresh({
      // DynamoDB counts their bytes; moto does not.
      async transactGetItems(input) {
        const answer = await server.client.transactGetItems(input);
        const bytes = (answer.Responses ?? []).reduce((sum, { Item }) => sum + (Item?.["sealed"]?.B?.length ?? 0), 0);
        if (bytes > 1_000) throw failure("ValidationException");
        return answer;
      },
    });
    const term = makeLabel();
    const rows = Array.from({ length: 9 }, () => makeRow({ terms: [term], sealed: new Uint8Array(300) }));
    assert.equal(await store.write(rows.map(insert)), true);
    const keys = rows.map(({ key }) => key).sort();
    const held = await store.read({ claims: rows.flatMap(({ claims }) => claims) });
    assert.deepEqual(held.map(({ key }) => key).sort(), keys);
    const tagged = await store.read({ terms: [term], state: "any", now: 0, after: null, limit: 100 });
    assert.deepEqual(tagged.map(({ key }) => key), keys);
  });

  test("what a batch left unread is read", async () => {
    let left = 2;
    const { store } = await fresh({
      async batchGetItem(input) {
        const [[table = "", { Keys, ...others }] = []] = /** @type {[string, any][]} */ (Object.entries(input.RequestItems));
        if ((left -= 1) < 0 || Keys.length < 2) return server.client.batchGetItem(input);
        const answer = await server.client.batchGetItem({ RequestItems: { [table]: { ...others, Keys: Keys.slice(0, 1) } } });
        return { ...answer, UnprocessedKeys: { [table]: { ...others, Keys: Keys.slice(1) } } };
      },
    });
    const rows = Array.from({ length: 5 }, () => makeRow());
    assert.equal(await store.write(rows.map(insert)), true);
    assert.equal(await store.write(rows.map((row) => replace(row))), true);
    assert(left < 0);
  });

  test("a rare term is found beside a common one, whichever is named first, without reading all", async () => {
    let read = 0;
    const { store } = await fresh({
      async query(input) {
        const answer = await query(input);
        read += answer.Items?.length ?? 0;
        return answer;
      },
    });
    const [common, rare] = /** @type {[string, string]} */ (makeLabels(2));
    const rows = Array.from({ length: 1_500 }, (_, index) => makeRow({ claims: [], terms: index % 500 === 0 ? [common, rare] : [common] }));
    for (let start = 0; start < rows.length; start += 33) assert.equal(await store.write(rows.slice(start, start + 33).map(insert)), true);
    for (const terms of [[common, rare], [rare, common]]) {
      read = 0;
      assert.equal((await store.read({ terms, state: "any", now: 0, after: null, limit: 10 })).length, 3);
      assert(read < 200, `${read} items read`);
    }
  });

  test("a batch of more than 100 items, or of more than 4 MB, is refused before it is sent", async () => {
    let sent = 0;
    const { store } = await fresh({ transactWriteItems: async () => void (sent += 1) });
    const many = Array.from({ length: 34 }, () => makeRow());
    await assert.rejects(async () => store.write(many.map(insert)), { message: /100 items/ });
    const large = Array.from({ length: 11 }, () => makeRow({ sealed: new Uint8Array(400_000) }));
    await assert.rejects(async () => store.write(large.map(insert)), { message: /4 MB/ });
    assert.equal(sent, 0);
  });

  test("what was deleted leaves no item behind", async () => {
    const { store, table } = await fresh();
    const rows = [makeRow({ pruneAt: 5, terms: makeLabels(3) }), makeRow({ pruneAt: 9 })];
    await store.write(rows.map(insert));
    await store.write(rows.slice(0, 1).map(remove));
    assert.equal(await store.prune(10), 1);
    assert.equal((await server.client.scan({ TableName: table })).Count, 0);
  });

  test("several processes may migrate at once, and again; another's table is refused", async () => {
    const { client } = server;
    const migrate = () => dynamodbStore(client, { table: "shared" }).migrate();
    await Promise.all(Array.from({ length: 5 }, migrate));
    await migrate();
    await client.createTable({
      TableName: "others",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    await assert.rejects(dynamodbStore(client, { table: "others" }).migrate(), { code: "VL1000", context: { place: "options.table" } });
    const described = async (/** @type {any} */ input) => {
      const { Table } = await client.describeTable(input);
      return { Table: { ...Table, Replicas: [{ RegionName: "us-east-1" }] } };
    };
    await assert.rejects(fresh({ describeTable: described }), { code: "VL1000", message: /global table/ });
  });

  test("a bad client, option or name is VL1000, and names the place", () => {
    const { client } = server;
    /** @type {[unknown, unknown, string][]} */
    const mistakes = [
      [undefined, { table: "tokens" }, "client"],
      [{}, { table: "tokens" }, "client"],
      [new DynamoDBClient({ region: "eu-central-1" }), { table: "tokens" }, "client"],
      [client, undefined, "options"],
      [client, {}, "options.table"],
      [client, { table: "to" }, "options.table"],
      [client, { table: "a b c" }, "options.table"],
      [client, { table: "x".repeat(256) }, "options.table"],
      [client, { table: "tokens", tabel: "tokens" }, "options.tabel"],
    ];
    for (const [given, options, place] of mistakes) {
      assert.throws(
        () => dynamodbStore(/** @type {any} */ (given), /** @type {any} */ (options)),
        (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
        `${place}: ${JSON.stringify(options)}`,
      );
    }
  });
});
