// @ts-check
// The store on DynamoDB: conditional transactions, and consistent reads only. Types: `dynamodb.d.ts`.

import { badConfiguration } from "../error.js";
import { actionsOf, claimKey, holderOf, rowKey, termPartition, toRow } from "./dynamodb-items.js";
import { asksForClaims, isInState } from "./queries.js";
import { hasMethods, markOf, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { DynamoDbClient } from "./dynamodb.js" */
/** @import { Item } from "./dynamodb-items.js" */

const METHODS = ["transactWriteItems", "transactGetItems", "batchGetItem", "query", "scan", "describeTable", "createTable"];

/** Actions that one transaction takes, and items that one read takes, be it a transaction or a batch. */
const MOST_ITEMS = 100;

/** Bytes that one transaction takes. */
const MOST_BYTES = 4 << 20;

/** Claims that are asked for at once: with the rows that hold them, they fit in one transaction. */
const MOST_CLAIMS = MOST_ITEMS / 2;

/** Keys of one page, at most: a rare term is found beside a common one by what their pages reach. */
const MOST_KEYS = 1_000;

/** Keys that have a term, and whether there may be more. @typedef {{ term: string, keys: string[], goesOn: boolean }} Page */

/** How often a read is repeated that writes stood in the way of; a page then stays as it is, row by row. */
const ATTEMPTS = 20;

/** Nothing of a transaction has happened that was cancelled for one of these: another was first. */
const REFUSALS = ["ConditionalCheckFailed", "TransactionConflict"];

/** @type {typeof import("./dynamodb.js").dynamodbStore} */
export function dynamodbStore(client, options) {
  const { table } = optionsOf(options, "table");
  if (typeof table !== "string" || !/^[\w.-]{3,255}$/.test(table)) {
    throw badConfiguration("options.table", "must be a name of 3 to 255 of `A-Za-z0-9_.-`");
  }
  if (!hasMethods(client, ...METHODS)) throw badConfiguration("client", "must be a `DynamoDB` of `@aws-sdk/client-dynamodb`");
  return new DynamoDbStore(client, table);
}

class DynamoDbStore {
  maxWrites = MOST_ITEMS;
  /** An item has 400 kB; a row's other columns take some of it. */
  maxRowBytes = 400_000;
  #client;
  #table;

  /** @param {DynamoDbClient} client @param {string} table */
  constructor(client, table) {
    this.#client = client;
    this.#table = table;
  }

  async migrate() {
    const description = (await this.#describe()) ?? (await this.#create());
    const keys = description.KeySchema.map((/** @type {any} */ { AttributeName, KeyType }) => `${AttributeName} ${KeyType}`);
    if (keys.join() !== "pk HASH,sk RANGE") {
      throw badConfiguration("options.table", "must be a table with the partition key `pk` and the sort key `sk`");
    }
    if ((description.Replicas?.length ?? 0) > 0) {
      throw badConfiguration("options.table", "must not be a global table: its replicas lag, and transactions end at a region");
    }
  }

  /** @param {Query} query @returns {Promise<Row[]>} */
  async read(query) {
    return asksForClaims(query) ? this.#readByClaims(query.claims) : this.#readByTerms(query);
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} */
  async write(changes) {
    const replaced = changes.filter(({ expect }) => expect !== null);
    const before = await this.#rowsOf(replaced.map(({ key }) => key));
    if (replaced.some(({ key, expect }) => before.get(key)?.version !== expect)) return false;
    return this.#transact(changes, before);
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    let pruned = 0;
    /** @type {Item | undefined} */
    let from;
    do {
      const page = await this.#client.scan({
        TableName: this.#table,
        ConsistentRead: true,
        FilterExpression: "prune_at < :now",
        ExpressionAttributeValues: { ":now": { N: String(now) } },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      });
      for (const row of (page.Items ?? []).map(toRow)) {
        // One that has been written since is looked at when it is met again.
        if (await this.#transact([{ key: row.key, expect: row.version, row: null }], new Map([[row.key, row]]))) pruned += 1;
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return pruned;
  }

  /** @type {(changes: Change[], before: Map<string, Row>) => Promise<boolean>} */
  async #transact(changes, before) {
    const actions = actionsOf(this.#table, changes, before);
    if (actions === undefined) return false;
    if (actions.length === 0) return true;
    const bytes = changes.reduce((sum, { row }) => sum + (row?.sealed.length ?? 0), 0);
    if (actions.length > MOST_ITEMS) throw tooLarge(`has ${MOST_ITEMS} items, and this batch needs ${actions.length}`);
    if (bytes > MOST_BYTES) throw tooLarge(`has 4 MB, and the rows of this batch have ${bytes} bytes`);
    try {
      // With a token of its own: where the client sends it again, it is made once, and answered as the first time.
      await this.#client.transactWriteItems({ TransactItems: actions, ClientRequestToken: crypto.randomUUID() });
      return true;
    } catch (error) {
      if (reasonsOf(error).some((reason) => REFUSALS.includes(reason))) return false;
      throw error;
    }
  }

  /** @param {string[]} claims @returns {Promise<Row[]>} */
  async #readByClaims(claims) {
    for (let attempt = 1; ; attempt += 1) {
      const parts = await Promise.all(chunksOf(claims, MOST_CLAIMS).map((chunk) => this.#holdersOf(chunk)));
      const rows = new Map(parts.flat().map((row) => [row.key, row]));
      const held = Array.from(rows.values(), (row) => row.claims).flat();
      // More than fit in one transaction are read at several moments: a claim may have moved between them.
      if (new Set(held).size === held.length || attempt === ATTEMPTS) return Array.from(rows.values());
    }
  }

  /** The rows that hold some of the claims, all of them at one moment. @param {string[]} claims @returns {Promise<Row[]>} */
  async #holdersOf(claims) {
    /** @type {string[]} */
    let keys = [];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const items = await this.#snapshot([...claims.map(claimKey), ...keys.map(rowKey)]);
      if (items === undefined) {
        const half = Math.ceil(claims.length / 2);
        return (await Promise.all([claims.slice(0, half), claims.slice(half)].map((part) => this.#holdersOf(part)))).flat();
      }
      const holders = new Set(items.slice(0, claims.length).flatMap((item) => holderOf(item) ?? []));
      const rows = items.slice(claims.length).flatMap((item) => (item === undefined ? [] : [toRow(item)]));
      const found = rows.filter(({ key }) => holders.has(key));
      if (found.length === holders.size) return found;
      keys = Array.from(holders);
      await pause(attempt - 1);
    }
    throw new Error(`claims that were read ${ATTEMPTS} times moved each time`);
  }

  /** @param {Extract<Query, { terms: string[] }>} query @returns {Promise<Row[]>} */
  async #readByTerms({ terms, state, now, after, limit }) {
    /** @type {Row[]} */
    const found = [];
    const size = Math.min(MOST_KEYS, Math.max(limit, MOST_ITEMS));
    let asked = terms;
    let from = after ?? "";
    for (;;) {
      const pages = await Promise.all(asked.map((term) => this.#page(term, from, size)));
      const page = pages.reduce((one, other) => (isRarer(other, one) ? other : one));
      // From here on it alone is asked.
      asked = [page.term];
      for (const row of await this.#rowsOfPage(page, from, size)) {
        if (!terms.every((term) => row.terms.includes(term)) || !isInState(row, state, now)) continue;
        found.push(row);
        if (found.length === limit) return found;
      }
      if (!page.goesOn) return found;
      from = reach(page);
    }
  }

  /**
   * A page's rows in their order. Where they fit in one transaction, they are as they were at one moment, and so is the
   * page: it is the same before and after.
   * @param {Page} page
   * @param {string} from
   * @param {number} size
   */
  async #rowsOfPage(page, from, size) {
    for (let attempt = 1; ; attempt += 1) {
      const { term, keys } = page;
      const items = keys.length > MOST_ITEMS ? undefined : await this.#snapshot(keys.map(rowKey));
      if (items === undefined) {
        const rows = await this.#rowsOf(keys);
        return keys.flatMap((key) => rows.get(key) ?? []);
      }
      const again = await this.#page(term, from, size);
      const isSame = again.keys.join() === keys.join() && again.goesOn === page.goesOn;
      if (isSame || attempt === ATTEMPTS) return items.flatMap((item) => (item === undefined ? [] : [toRow(item)]));
      page.keys = again.keys;
      page.goesOn = again.goesOn;
      await pause(attempt);
    }
  }

  /** @type {(term: string, after: string, limit: number) => Promise<Page>} */
  async #page(term, after, limit) {
    const { Items = [], LastEvaluatedKey } = await this.#client.query({
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: after === "" ? "pk = :term" : "pk = :term AND sk > :after",
      ExpressionAttributeValues: { ":term": { S: termPartition(term) }, ...(after === "" ? {} : { ":after": { S: after } }) },
      Limit: limit,
    });
    return { term, keys: Items.map(({ sk }) => sk.S), goesOn: LastEvaluatedKey !== undefined };
  }

  /** Rows by key, each as it is when it is read. @param {string[]} keys */
  async #rowsOf(keys) {
    const parts = await Promise.all(chunksOf(keys, MOST_ITEMS).map((chunk) => this.#batch(chunk.map(rowKey))));
    return new Map(parts.flat().map(toRow).map((row) => [row.key, row]));
  }

  /** Items that are there, in any order. @param {Item[]} keys @returns {Promise<Item[]>} */
  async #batch(keys) {
    /** @type {Item[]} */
    const items = [];
    let left = keys;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error(`DynamoDB left items unread ${ATTEMPTS} times`);
      await pause(attempt);
      const answer = await this.#client.batchGetItem({ RequestItems: { [this.#table]: { Keys: left, ConsistentRead: true } } });
      items.push(...(answer.Responses?.[this.#table] ?? []));
      left = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return items;
  }

  /**
   * Items as they were at one moment, in the order of the keys; nothing where they are too large for one transaction.
   * @param {Item[]} keys
   * @returns {Promise<(Item | undefined)[] | undefined>}
   */
  async #snapshot(keys) {
    if (keys.length === 0) return [];
    for (let attempt = 1; ; attempt += 1) {
      try {
        const TransactItems = keys.map((Key) => ({ Get: { TableName: this.#table, Key } }));
        const { Responses = [] } = await this.#client.transactGetItems({ TransactItems });
        return Responses.map(({ Item }) => Item);
      } catch (error) {
        const reasons = reasonsOf(error);
        const isTooLarge = markOf(error, "name") === "ValidationException" || reasons.includes("ValidationError");
        if (isTooLarge && keys.length > 2) return undefined;
        if (attempt === ATTEMPTS || !reasons.includes("TransactionConflict")) throw error;
        await pause(attempt);
      }
    }
  }

  async #describe() {
    try {
      return (await this.#client.describeTable({ TableName: this.#table })).Table;
    } catch (error) {
      if (markOf(error, "name") === "ResourceNotFoundException") return undefined;
      throw error;
    }
  }

  async #create() {
    const names = ["pk", "sk"];
    try {
      await this.#client.createTable({
        TableName: this.#table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" })),
      });
    } catch (error) {
      // Another process was first.
      if (markOf(error, "name") !== "ResourceInUseException") throw error;
    }
    for (let attempt = 1; ; attempt += 1) {
      const description = await this.#describe();
      if (description?.TableStatus === "ACTIVE") return description;
      if (attempt === 10 * ATTEMPTS) throw new Error("the table was made and does not become active");
      await pause(ATTEMPTS);
    }
  }
}

/** How far a page has seen all of its term: its last key, or beyond every key. @param {Page} page */
const reach = ({ keys, goesOn }) => (goesOn ? /** @type {string} */ (keys.at(-1)) : "~");

/** The page that reaches further is that of a rarer term. @type {(one: Page, other: Page) => boolean} */
const isRarer = (one, other) => reach(one) > reach(other) || (reach(one) === reach(other) && one.keys.length < other.keys.length);

/** Why a transaction was cancelled. @param {unknown} error @returns {string[]} */
function reasonsOf(error) {
  const reasons = markOf(error, "CancellationReasons");
  return Array.isArray(reasons) ? reasons.map((reason) => String(markOf(reason, "Code"))) : [];
}

/** @type {<T>(list: T[], size: number) => T[][]} */
const chunksOf = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** @param {string} problem */
const tooLarge = (problem) => new RangeError(`a transaction of DynamoDB ${problem}`);

/** Longer with each attempt, and never as long as another's: not at all before the first. @param {number} attempt */
const pause = (attempt) => (attempt === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * Math.min(attempt, 20))));
