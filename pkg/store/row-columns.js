// @ts-check
// What an engine answers for the columns of a row. Somebody may have altered them: what is of another kind than a store
// writes is answered as it is, and the vault refuses the row. Nothing here throws, nor makes bytes that were not there.

import { Uint8Array, fromBase64, isArray, isBytes, split, tagOf } from "../built-ins.js";

/** A list with commas. @param {any} labels @returns {string[]} */
export const labelsOf = (labels) => (typeof labels !== "string" ? labels : labels === "" ? [] : split(labels, ","));

/** Some drivers answer all whole numbers as `bigint`. @param {any} value */
export const numberOf = (value) => (typeof value === "bigint" ? Number(value) : value);

/** Bytes of its own, which drivers answer as such, as an ArrayBuffer, as a list, or, where there are none, as nothing. @param {any} value */
export function bytesOf(value) {
  if (value === null || value === undefined) return new Uint8Array(0);
  return isBytes(value) || isArray(value) || tagOf(value) === "[object ArrayBuffer]" ? new Uint8Array(value) : value;
}

/** A number as Redis and DynamoDB have it: as text. What is none is a number that no row has. @param {any} text @returns {any} */
export const numberFromText = (text) => (typeof text === "string" ? Number(text) : text);

/** @param {any} text */
export function bytesFromBase64(text) {
  if (typeof text !== "string") return text;
  try {
    return Uint8Array.from(fromBase64(text), (unit) => unit.charCodeAt(0));
  } catch {
    return text;
  }
}
