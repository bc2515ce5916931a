// @ts-check
// The rival's sealed row: a head and a body, sealed apart, every column bound to the head.
//
//   format 1 | key ID 8 | nonce 12 | length of head 2 | head | tag 16 | key ID 8 | nonce 12 | body | tag 16
//   `------------------------ head -------------------------------´ `------------- body --------------´
//
// The head's associated data is a purpose, every other column of the row, and the body's key ID,
// nonce and tag. One scratch buffer serves for all of it: both ciphers copy what they are handed
// before they return, so the next row may overwrite it.
import { Buffer } from "node:buffer";
import { RivalError } from "./rival-request.js";

/** @typedef {Buffer<ArrayBuffer>} Bytes */
/**
 * @typedef {{ key: string, version: number, terms: string[], claims: string[], expiresAt: number | null,
 *   pruneAt: number | null, sealed: Uint8Array }} Row
 * @typedef {{ key: string, expect: number | null, row: Row | null }} Change
 * @typedef {{ tokenId: string, tenant: string | null, scope: string, created: number, tags: string[] }} Head
 */

export const KEY_ID_BYTES = 8;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const LABEL_LENGTH = 22;
export const HEAD_NONCE_AT = 1 + KEY_ID_BYTES;
export const HEAD_AT = HEAD_NONCE_AT + NONCE_BYTES + 2;
export const BODY_PREFIX = KEY_ID_BYTES + NONCE_BYTES;
const FORMAT = 1;
const RANDOMIZED = 1;
const ABSENT = 0xffff;
const SMALLEST = HEAD_AT + TAG_BYTES + BODY_PREFIX + TAG_BYTES;

const PURPOSE = "rival/head/1";
const NUMBERS_AT = PURPOSE.length;
const LABELS_AT = NUMBERS_AT + 3 * 8 + 2 * 2;
const MOST_LABELS = 64;
const scratch = Buffer.alloc(LABELS_AT + MOST_LABELS * LABEL_LENGTH + BODY_PREFIX + TAG_BYTES);
scratch.write(PURPOSE, 0, "latin1");
/** @type {Bytes[]} views of the scratch by length, for making one costs as much as filling it */
const views = [];

/** @returns {RivalError} */
export function altered() {
  return new RivalError("VL5001", "stored token failed its integrity check");
}

/** @param {string} name @returns {RivalError} */
export function misbehaved(name) {
  return new RivalError("PV1000", `\`${name}\` answered in the wrong shape`);
}

/** @param {unknown} value */
function isTime(value) {
  return value === null || Number.isSafeInteger(value);
}

/** Whether JavaScript's types are those of a row. @param {any} row @returns {row is Row} */
export function isRow(row) {
  return (
    typeof row === "object" &&
    row !== null &&
    typeof row.key === "string" &&
    Number.isSafeInteger(row.version) &&
    Array.isArray(row.terms) &&
    Array.isArray(row.claims) &&
    isTime(row.expiresAt) &&
    isTime(row.pruneAt) &&
    row.sealed instanceof Uint8Array
  );
}

/**
 * A set of labels as one text, in order.
 * @param {string[]} labels @returns {string}
 */
function joined(labels) {
  let text = "";
  let last = "";
  for (const label of labels) {
    if (typeof label !== "string" || label.length !== LABEL_LENGTH) throw altered();
    // The vault writes them sorted, so a store that keeps the order spares the copy.
    if (label <= last) return sorted(labels);
    text += label;
    last = label;
  }
  return text;
}

/** @param {string[]} labels @returns {string} */
function sorted(labels) {
  for (const label of labels) if (typeof label !== "string" || label.length !== LABEL_LENGTH) throw altered();
  if (new Set(labels).size !== labels.length) throw altered();
  return [...labels].sort().join("");
}

/**
 * What the head is bound to: all of the row but the head. Valid until the next call.
 * @param {Row} row with all of `sealed` in its place but the head
 * @param {number} bodyAt
 * @returns {Bytes}
 */
export function columns(row, bodyAt) {
  const { terms, claims, sealed } = row;
  const count = 1 + terms.length + claims.length;
  if (count > MOST_LABELS || row.key.length !== LABEL_LENGTH) throw altered();
  scratch.writeDoubleBE(row.version, NUMBERS_AT);
  scratch.writeDoubleBE(row.expiresAt ?? NaN, NUMBERS_AT + 8);
  scratch.writeDoubleBE(row.pruneAt ?? NaN, NUMBERS_AT + 16);
  scratch.writeUInt16BE(terms.length, NUMBERS_AT + 24);
  scratch.writeUInt16BE(claims.length, NUMBERS_AT + 26);
  // UTF-8 and not Latin-1, which would write two characters as one byte.
  let at = LABELS_AT + scratch.write(row.key + joined(terms) + joined(claims), LABELS_AT);
  for (let from = bodyAt; from < bodyAt + BODY_PREFIX; from += 1) scratch[at++] = /** @type {number} */ (sealed[from]);
  for (let from = sealed.length - TAG_BYTES; from < sealed.length; from += 1)
    scratch[at++] = /** @type {number} */ (sealed[from]);
  return (views[at] ??= scratch.subarray(0, at));
}

/**
 * Where the body of a stored row begins.
 * @param {Uint8Array} sealed @param {Uint8Array} keyId @returns {number}
 */
export function bodyStart(sealed, keyId) {
  if (sealed.length < SMALLEST || sealed[0] !== FORMAT) throw altered();
  for (let index = 0; index < KEY_ID_BYTES; index += 1) if (sealed[1 + index] !== keyId[index]) throw altered();
  const length = /** @type {number} */ (sealed[HEAD_AT - 2] << 8) | /** @type {number} */ (sealed[HEAD_AT - 1]);
  const bodyAt = HEAD_AT + length + TAG_BYTES;
  if (bodyAt + BODY_PREFIX + TAG_BYTES > sealed.length) throw altered();
  return bodyAt;
}

/**
 * The bytes of a new row with everything in place but the sealed head (and the body, if it is new).
 * @param {Uint8Array} keyId @param {Bytes} nonce @param {number} headLength @param {number} bodyLength all of the body, prefix and tag included
 * @returns {Bytes}
 */
export function blank(keyId, nonce, headLength, bodyLength) {
  const sealed = Buffer.allocUnsafe(HEAD_AT + headLength + TAG_BYTES + bodyLength);
  sealed[0] = FORMAT;
  for (let index = 0; index < KEY_ID_BYTES; index += 1) sealed[1 + index] = /** @type {number} */ (keyId[index]);
  for (let index = 0; index < NONCE_BYTES; index += 1)
    sealed[HEAD_NONCE_AT + index] = /** @type {number} */ (nonce[index]);
  sealed[HEAD_AT - 2] = headLength >>> 8;
  sealed[HEAD_AT - 1] = headLength;
  return sealed;
}

/** Whether it has not expired. @param {Row} row @param {number} now */
export function isActive({ expiresAt }, now) {
  return expiresAt === null || expiresAt > now;
}

// The head in the open: type 1 | length 1, token ID | created 8 | tenant | scope | tags; a text is a length (2) and UTF-8.
const ID_AT = 2;

/** @param {string[]} tags @returns {Bytes} */
export function tagsPart(tags) {
  const parts = [Buffer.from([tags.length])];
  for (const tag of tags) parts.push(textPart(tag));
  return Buffer.concat(parts);
}

/** @param {string | null} text @returns {Bytes} */
function textPart(text) {
  const bytes = Buffer.from(text ?? "", "utf8");
  const part = Buffer.allocUnsafe(2 + bytes.length);
  part.writeUInt16BE(text === null ? ABSENT : bytes.length, 0);
  bytes.copy(part, 2);
  return part;
}

/** @param {Head} head @returns {Bytes} */
export function headBytes({ tokenId, tenant, scope, created, tags }) {
  const start = Buffer.alloc(ID_AT + tokenId.length + 8);
  start[0] = RANDOMIZED;
  start[1] = tokenId.length;
  start.write(tokenId, ID_AT, "latin1");
  start.writeDoubleBE(created, ID_AT + tokenId.length);
  return Buffer.concat([start, textPart(tenant), textPart(scope), tagsPart(tags)]);
}

/** @param {Bytes} head @param {number} at */
function textEnd(head, at) {
  const length = head.readUInt16BE(at);
  return at + 2 + (length === ABSENT ? 0 : length);
}

/** @param {Bytes} head @param {number} at @returns {string | null} */
function textAt(head, at) {
  return head.readUInt16BE(at) === ABSENT ? null : head.toString("utf8", at + 2, textEnd(head, at));
}

/** @param {Bytes} head */
function tenantAt(head) {
  if (head[0] !== RANDOMIZED) throw altered();
  return ID_AT + /** @type {number} */ (head[1]) + 8;
}

/** @param {Bytes} head @returns {string | null} */
export function tenantOf(head) {
  return textAt(head, tenantAt(head));
}

/** Where the tags begin; they end the head. @param {Bytes} head */
export function tagsStart(head) {
  return textEnd(head, textEnd(head, tenantAt(head)));
}

/** @param {Bytes} head @returns {Head} */
export function readHead(head) {
  const scopeAt = textEnd(head, tenantAt(head));
  /** @type {string[]} */
  const tags = [];
  let at = tagsStart(head) + 1;
  while (at < head.length) {
    tags.push(/** @type {string} */ (textAt(head, at)));
    at = textEnd(head, at);
  }
  return {
    tokenId: head.toString("latin1", ID_AT, tenantAt(head) - 8),
    created: head.readDoubleBE(tenantAt(head) - 8),
    tenant: tenantOf(head),
    scope: textAt(head, scopeAt) ?? "",
    tags,
  };
}

/**
 * The head with another token ID. It may change the head that it is given.
 * @param {Bytes} head @param {string} tokenId @returns {Bytes}
 */
export function withTokenId(head, tokenId) {
  const idEnd = tenantAt(head) - 8;
  if (idEnd === ID_AT + tokenId.length) {
    head.write(tokenId, ID_AT, "latin1");
    return head;
  }
  const changed = Buffer.allocUnsafe(head.length - idEnd + ID_AT + tokenId.length);
  changed[0] = RANDOMIZED;
  changed[1] = tokenId.length;
  changed.write(tokenId, ID_AT, "latin1");
  head.copy(changed, ID_AT + tokenId.length, idEnd);
  return changed;
}

/** @param {Bytes} head @param {Bytes} tags @returns {Bytes} */
export function withTags(head, tags) {
  const at = tagsStart(head);
  const changed = Buffer.allocUnsafe(at + tags.length);
  head.copy(changed, 0, 0, at);
  tags.copy(changed, at);
  return changed;
}
