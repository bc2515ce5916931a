// @ts-check
// Strict reading. A reader takes a value and its path, and answers what it means; readers are put together from smaller
// ones, so that the form of a request reads like its type. A reader goes on after a problem: which of several problems
// a vault names first is nobody's business, so all of them are kept.

import { Refusal } from "./refusal.js";

/**
 * @typedef {(problem: Refusal) => void} Report
 * @typedef {{ (value: any, path: string, report: Report): any, required?: boolean }} Reader
 * @typedef {(members: any, pathOf: (name: string) => string, report: Report) => void} Holds what must hold between the
 *   members of an object; those that could not be read are absent
 */

/** A key that is no name is not repeated: it may be anything. */
const isName = /^[A-Za-z_][A-Za-z0-9_.]{0,80}$/;

/** @param {string} path */
export const malformed = (path) => new Refusal("PV1012", { field: path });

/** @type {(predicate: (value: any) => boolean) => Reader} */
const satisfying = (predicate) => (value, path, report) => {
  if (predicate(value)) return value;
  report(malformed(path));
  return undefined;
};

/** Text of so many code points. @type {(least: number, most: number) => Reader} */
export const text = (least, most) =>
  satisfying((value) => typeof value === "string" && [...value].length >= least && [...value].length <= most);

/** @type {(pattern: RegExp) => Reader} */
export const textLike = (pattern) => satisfying((value) => typeof value === "string" && pattern.test(value));

/** @type {(...values: string[]) => Reader} */
export const oneOf = (...values) => satisfying((value) => values.includes(value));

export const boolean = satisfying((value) => typeof value === "boolean");

export const index = satisfying((value) => Number.isInteger(value) && value >= 0);

/** Any object, its members unread. */
export const anyObject = satisfying(isObject);

/** What a vault without stored objects does not implement, whatever it is. @type {(reader: Reader) => Reader} */
export const notImplemented = (reader) => (value, path, report) => {
  report(new Refusal("PV2001"));
  reader(value, path, report);
};

/** @type {(item: Reader, least?: number, most?: number) => Reader} */
export const listOf =
  (item, least = 0, most = Infinity) =>
  (value, path, report) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return void report(malformed(path));
    return value.map((each, position) => item(each, `${path}[${position}]`, report));
  };

/**
 * A list read as a set: what comes twice counts once.
 * @type {(item: Reader, least?: number, most?: number) => Reader}
 */
export const setOf = (item, least, most = Infinity) => {
  const list = listOf(item, least);
  return (value, path, report) => {
    const set = new Set(list(value, path, report));
    if (set.size > most) report(malformed(path));
    return [...set];
  };
};

/** @type {(reader: Reader) => Reader} */
export const required = (reader) => {
  /** @type {Reader} */
  const read = (value, path, report) => reader(value, path, report);
  return Object.assign(read, { required: true });
};

/** An object of these members and no others. @type {(shape: Record<string, Reader>, holds?: Holds) => Reader} */
export const object = (shape, holds) => (value, path, report) => {
  const pathOf = (/** @type {string} */ name) => (path === "" ? name : `${path}.${name}`);
  if (!isObject(value)) return void report(malformed(path === "" ? "request" : path));
  for (const name of Object.keys(value).filter((name) => !Object.hasOwn(shape, name)))
    report(malformed(isName.test(name) ? pathOf(name) : path || "request"));
  /** @type {Record<string, any>} */
  const members = {};
  for (const [name, reader] of Object.entries(shape)) {
    if (Object.hasOwn(value, name)) members[name] = reader(value[name], pathOf(name), report);
    else if (reader.required) report(malformed(pathOf(name)));
  }
  holds?.(members, pathOf, report);
  return members;
};

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
