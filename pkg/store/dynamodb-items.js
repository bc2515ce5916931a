// @ts-check
// The items of a DynamoDB store's table, by partition and sort key. `docs/stores/dynamodb.md` describes them.
//
//   row#KEY      -      a row: its columns
//   claim#CLAIM  -      the key of the row that holds it
//   term#TERM    KEY    nothing: DynamoDB keeps a partition in the order of its sort keys' bytes

import { bytesOf, labelsOf, numberFromText } from "./row-columns.js";

/** @import { Change, Row } from "../index.js" */

/** @typedef {Record<string, any>} Item as the client takes it: `{ S: "text" }` */

/** Where an item stands that is alone in its partition. */
const ALONE = "-";

/** @type {(partition: string, sort: string) => Item} */
const keyOf = (partition, sort) => ({ pk: { S: partition }, sk: { S: sort } });

/** @param {string} key */
export const rowKey = (key) => keyOf(`row#${key}`, ALONE);
/** @param {string} claim */
export const claimKey = (claim) => keyOf(`claim#${claim}`, ALONE);
/** @param {string} term */
export const termPartition = (term) => `term#${term}`;

/** An item's own address, to compare it by. @param {Item} item */
const addressOf = ({ pk, sk }) => `${pk.S} ${sk.S}`;

/** The key of the row that holds a claim. @param {Item | undefined} item @returns {string | undefined} */
export const holderOf = (item) => item?.["key"]?.S;

/** An attribute may be gone, or of another type. @param {Item} item @returns {any} */
export function toRow({ key, version, terms, claims, expires_at, prune_at, sealed }) {
  return {
    key: key?.S,
    version: numberFromText(version?.N),
    terms: labelsOf(terms?.S),
    claims: labelsOf(claims?.S),
    expiresAt: expires_at === undefined ? null : numberFromText(expires_at.N),
    pruneAt: prune_at === undefined ? null : numberFromText(prune_at.N),
    sealed: sealed?.B === undefined ? undefined : bytesOf(sealed.B),
  };
}

/** @param {Row} row @returns {Item} */
function fromRow({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  return {
    ...rowKey(key),
    key: { S: key },
    version: { N: String(version) },
    terms: { S: terms.join() },
    claims: { S: claims.join() },
    ...(expiresAt === null ? {} : { expires_at: { N: String(expiresAt) } }),
    ...(pruneAt === null ? {} : { prune_at: { N: String(pruneAt) } }),
    sealed: { B: new Uint8Array(sealed) },
  };
}

/**
 * A batch as the actions of one transaction, each on an item of its own; none where two rows would hold one claim.
 * @param {string} table
 * @param {Change[]} changes
 * @param {Map<string, Row>} before the rows as they are at the versions expected
 */
export function actionsOf(table, changes, before) {
  /** By the address of the item. @type {Map<string, Item>} */
  const actions = new Map();
  const put = (/** @type {Item} */ item, /** @type {Item} */ condition = {}) =>
    actions.set(addressOf(item), { Put: { TableName: table, Item: item, ...condition } });
  const remove = (/** @type {Item} */ key, /** @type {Item} */ condition = {}) =>
    actions.set(addressOf(key), { Delete: { TableName: table, Key: key, ...condition } });

  /** What the batch's rows hold until then. @type {Map<string, string>} */
  const held = new Map();
  for (const { key, expect, row } of changes) {
    const was = before.get(key);
    const condition =
      expect === null ? ABSENT : { ConditionExpression: "version = :version", ExpressionAttributeValues: { ":version": { N: String(expect) } } };
    if (row === null) remove(rowKey(key), condition);
    else put(fromRow(row), condition);
    for (const claim of was?.claims ?? []) {
      held.set(claim, key);
      remove(claimKey(claim));
    }
    for (const term of was?.terms ?? []) if (!row?.terms.includes(term)) remove(keyOf(termPartition(term), key));
    for (const term of row?.terms ?? []) if (!was?.terms.includes(term)) put(keyOf(termPartition(term), key));
  }

  const taken = new Set();
  for (const { key, row } of changes) {
    for (const claim of row?.claims ?? []) {
      if (taken.has(claim)) return undefined;
      taken.add(claim);
      const item = { ...claimKey(claim), key: { S: key } };
      // Of its holder within the batch the version is asked for: it cannot have let go of it since it was read.
      if (held.get(claim) === key) actions.delete(addressOf(item));
      else put(item, held.has(claim) ? {} : ABSENT);
    }
  }
  return Array.from(actions.values());
}

const ABSENT = { ConditionExpression: "attribute_not_exists(pk)" };
