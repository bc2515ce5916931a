// @ts-check
// A second reader of the sealed formats, on node:crypto, written from docs/format.md and from nothing else.

import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** @import { Row } from "vaultlet" */
/** @typedef {{ xaes: Buffer, syntheticNonce: Buffer }} DataKey */
/** @typedef {{ index: Buffer, data: Map<string, DataKey> }} Keyring the data keys by their ID, in hex */
/** @typedef {string | null | string[] | number} BlindPart null is absent */

const FORMAT = 1;
const PURPOSE = { head: 1, body: 2, transaction: 3, ciphertext: 4 };
const TYPES = ["pci", "pci_oneway", "randomized", "deterministic"];
const KINDS = "token pci pci_oneway unique-tag transaction all collection tenant tag id request card-number card-id".split(" ");

/** Big-endian. @type {(value: number | bigint, length: number) => Buffer} */
const number = (value, length) => Buffer.from(BigInt.asUintN(8 * length, BigInt(value)).toString(16).padStart(2 * length, "0"), "hex");
/** @type {(value: number) => Buffer} */
const count = (value) => Buffer.concat(value < 128 ? [Buffer.of(value)] : [Buffer.of((value % 128) + 128), count(value >>> 7)]);
const text = (/** @type {string} */ value) => Buffer.concat([count(Buffer.byteLength(value)), Buffer.from(value)]);
const uuid = (/** @type {Buffer} */ bytes) => bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const utf8 = (/** @type {Buffer} */ bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const ofCollection = (/** @type {number} */ purpose, /** @type {string} */ collection) => Buffer.concat([Buffer.of(FORMAT, purpose), text(collection)]);
/** @type {(secret: Uint8Array, info: string, length: number) => Buffer} */
const hkdf = (secret, info, length) => Buffer.from(hkdfSync("sha256", secret, "", `vaultlet 1 ${info}`, length));
const hmac = (/** @type {Buffer} */ key, /** @type {Buffer[]} */ message) => createHmac("sha256", key).update(Buffer.concat(message)).digest();
const refuse = () => assert.fail("this does not open");
const isLuhn = (/** @type {string} */ id) => [...id].reduce((sum, digit, at) => sum + Number(at % 2 ? digit : "0246813579"[Number(digit)]), 0) % 10 === 0;

/** Reads fields one after the other. @param {Buffer} bytes */
function fieldsOf(bytes) {
  let at = 0;
  const take = (/** @type {number} */ length) => (at + length > bytes.length ? refuse() : bytes.subarray(at, (at += length)));
  const [u8, u32, time] = [() => take(1).readUInt8(), () => take(4).readUInt32BE(), () => Number(take(8).readBigInt64BE())];
  /** @type {(byte?: number) => number} */
  const count = (byte = u8()) => (byte < 128 ? byte : byte - 128 + 128 * (count() || refuse()));
  const [text, label] = [() => utf8(take(count())), () => utf8(take(22))];
  const list = (/** @type {() => any} */ item) => Array.from({ length: count() }, item);
  const rest = () => take(bytes.length - at);
  return { take, u8, u32, count, time, text, label, list, rest };
}

/** @type {(index: Uint8Array, data: Uint8Array[]) => Keyring} */
export function deriveKeyring(index, data) {
  const keyOf = (/** @type {Uint8Array} */ secret) => ({ xaes: hkdf(secret, "xaes-256-gcm", 32), syntheticNonce: hkdf(secret, "synthetic nonce", 32) });
  return { index: hkdf(index, "blind index", 32), data: new Map(data.map((secret) => [hkdf(secret, "key id", 8).toString("hex"), keyOf(secret)])) };
}

/** Opens a token's row. @param {Keyring} keyring @param {Row} row */
export function openToken(keyring, row) {
  const { plaintext, body } = openFirst(keyring, row, PURPOSE.head);
  const fields = fieldsOf(plaintext);
  const [first, createdAt] = [fields.u8(), fields.time()];
  const type = (first < 128 && TYPES[first & 7]) || refuse();
  const tokenId = first & 32 ? uuid(fields.take(16)) : fields.text();
  const [collection, scope, tenant] = [fields.text(), fields.text(), first & 8 ? fields.text() : null];
  const [dataClaim, cardNumber] = [first & 16 ? fields.label() : null, first & 64 ? fields.label() : null];
  const tags = fields.list(fields.text);
  if (fields.rest().some((byte) => byte !== 0)) refuse();
  const data = body && utf8(openPart(keyring, body, ofCollection(PURPOSE.body, collection)).plaintext);
  return { type, tokenId, collection, scope, tenant, tags, createdAt, dataClaim, cardNumber, data };
}

/** Opens a transaction's row. @param {Keyring} keyring @param {Row} row */
export function openTransaction(keyring, row) {
  const fields = fieldsOf(openFirst(keyring, row, PURPOSE.transaction).plaintext);
  const [requestHash, tokens] = [fields.label(), fields.count()];
  const checks = fields.list(() => {
    const [operation, resource, typed, type] = [fields.text(), fields.text(), fields.u8(), fields.text()];
    return { operation, resource, type: typed === 1 ? type : typed === 0 && type === "" ? null : refuse() };
  });
  const answer = fields.text();
  if (fields.rest().length > 0) refuse();
  return { requestHash, tokens, checks, answer };
}

/** Opens what `encrypt` answered. @param {Keyring} keyring @param {string} ciphertext @param {string} collection */
export function openCiphertext(keyring, ciphertext, collection) {
  const sealed = Buffer.from(ciphertext, "base64");
  const associatedData = ofCollection(PURPOSE.ciphertext, collection);
  const { key, nonce, plaintext } = sealed[0] === FORMAT ? openPart(keyring, sealed.subarray(1), associatedData) : refuse();
  const fields = fieldsOf(plaintext);
  const type = [undefined, "randomized", "deterministic"][fields.u8()] ?? refuse();
  const [flags, scope] = [[0, 1, 2, 3][fields.u8()] ?? refuse(), fields.text()];
  const [tenant, expiresAt] = [flags & 1 ? fields.text() : null, flags & 2 ? fields.time() : null];
  const tags = fields.list(fields.text);
  const message = [associatedData, plaintext].flatMap((bytes) => [number(bytes.length, 8), bytes]);
  const synthetic = hmac(key.syntheticNonce, message).subarray(0, 24);
  if (type === "deterministic" && !timingSafeEqual(synthetic, nonce)) refuse();
  return { type, scope, tenant, tags, expiresAt, data: utf8(fields.rest()) };
}

/** An entry of the blind index. @param {Keyring} keyring @param {string} kind @param {BlindPart[]} parts */
export const blind = (keyring, kind, parts) => digest(keyring, kind, parts).toString("base64url");

/** @param {Keyring} keyring @param {BlindPart[]} parts collection, tenant, scope, data */
export function deriveTokenId(keyring, parts) {
  const bytes = digest(keyring, "id", parts);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuid(bytes);
}

/** @param {Keyring} keyring @param {BlindPart[]} parts collection, tenant, scope, data, attempt @param {string} card */
export function deriveCardId(keyring, parts, card) {
  const five = String(digest(keyring, "card-id", parts).readUInt32BE() % 100_000).padStart(5, "0");
  return [..."0123456789"].map((sixth) => card.slice(0, 6) + five + sixth + card.slice(-4)).find(isLuhn);
}

/** @type {(keyring: Keyring, kind: string, parts: BlindPart[]) => Buffer} */
function digest(keyring, kind, parts) {
  const text = (/** @type {string} */ part) => [number(Buffer.byteLength(part), 4), Buffer.from(part)];
  const list = (/** @type {string[]} */ items) => [number(items.length, 4), ...items.flatMap(text)];
  const encoded = parts.flatMap((part) => (typeof part === "string" ? text(part) : Array.isArray(part) ? list(part) : number(part ?? 2 ** 32 - 1, 4)));
  return hmac(keyring.index, [Buffer.of(KINDS.indexOf(kind) + 1), ...encoded]).subarray(0, 16);
}

/** The head or the record of a row, and its body. @param {Keyring} keyring @param {Row} row @param {number} purpose */
function openFirst(keyring, row, purpose) {
  const fields = fieldsOf(Buffer.from(row.sealed));
  if (fields.u8() !== FORMAT || fields.u8() !== purpose) refuse();
  const [first, rest] = [fields.take(fields.u32()), fields.rest()];
  const body = rest.length > 0 ? rest : null;
  const times = [row.expiresAt, row.pruneAt].flatMap((time) => [number(time === null ? 0 : 1, 1), number(time ?? 0, 8)]);
  const sets = [row.terms, row.claims].flatMap((set) => [count(set.length), Buffer.from([...set].sort().join(""))]);
  const identity = body ? [Buffer.of(1), body.subarray(0, 32), body.subarray(-16)] : [Buffer.of(0)];
  const columns = [Buffer.of(FORMAT, purpose), Buffer.from(row.key), number(row.version, 8), ...times, ...sets, ...identity];
  return { plaintext: openPart(keyring, first, Buffer.concat(columns)).plaintext, body };
}

/** @param {Keyring} keyring @param {Buffer} part @param {Buffer} associatedData */
function openPart(keyring, part, associatedData) {
  const key = part.length < 48 ? refuse() : (keyring.data.get(part.toString("hex", 0, 8)) ?? refuse());
  const nonce = part.subarray(8, 32);
  const cipher = createDecipheriv("aes-256-gcm", deriveAesKey(key.xaes, nonce.subarray(0, 12)), nonce.subarray(12));
  cipher.setAAD(associatedData).setAuthTag(part.subarray(-16));
  return { key, nonce, plaintext: Buffer.concat([cipher.update(part.subarray(32, -16)), cipher.final()]) };
}

/** The key that XAES-256-GCM derives for the first half of a nonce. @param {Uint8Array} key @param {Uint8Array} prefix */
export function deriveAesKey(key, prefix) {
  const bits = (/** @type {Buffer} */ bytes) => BigInt(`0x${bytes.toString("hex")}`);
  const ecb = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  const encrypt = (/** @type {bigint} */ block) => ecb.update(number(block, 16));
  const l = bits(encrypt(0n));
  const k1 = BigInt.asUintN(128, l << 1n) ^ (l >> 127n ? 0b1000_0111n : 0n);
  const message = (/** @type {number} */ counter) => bits(Buffer.concat([Buffer.of(0, counter, 0x58, 0), prefix]));
  return Buffer.concat([encrypt(message(1) ^ k1), encrypt(message(2) ^ k1)]);
}
