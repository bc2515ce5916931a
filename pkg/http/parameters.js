// @ts-check
// Reads what a request says beside its body: the query, the path's parts and the headers, each as the table of routes has
// it, into the parameters that the vault's methods take. What it means is the vault's to judge.

import { makeError } from "../error.js";
import { NAME } from "../json.js";
import { queryOf } from "./address.js";
import { Refusal, badRequest } from "./refusal.js";

/** @import { Operation, Parameter } from "./routes.js" */

/** Headers are bytes, and whoever sends others than these means some encoding that nobody has told. */
const VISIBLE = /^[\t -~]*$/;

const ENCODED = /[+%]/;

/** As long as a request that a vault takes, unless its host has set it to take more. */
const LONGEST_QUERY = 8 * 1024 * 1024;

/** The form is that of HTML: a plus is a space. @param {string} text */
function decode(text) {
  // Most texts are written as they are.
  if (!ENCODED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badRequest("query", "must be UTF-8 in percent-encoding");
  }
}

/**
 * Every value of every parameter that the operation has, in order, and the first name that it does not have: the others
 * are not kept, for they may be as many as anybody likes.
 * @param {string} query
 * @param {readonly Parameter[]} parameters
 */
function readQuery(query, parameters) {
  if (query.length > LONGEST_QUERY) throw new Refusal(414, "query", `must have at most ${LONGEST_QUERY} characters`);
  /** @type {Map<string, string[]>} */
  const values = new Map();
  /** @type {string | undefined} */
  let unknown;
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? "" : decode(pair.slice(at + 1));
    const before = values.get(name);
    if (before !== undefined) before.push(value);
    else if (parameters.some((parameter) => parameter.in === "query" && parameter.name === name)) values.set(name, [value]);
    else unknown ??= name;
  }
  return { values, unknown };
}

/** As many items as `split` makes where nothing is said. */
const ALL = 2 ** 32 - 1;

/**
 * The items of a list, which stand in one text or in several; an empty text has none. A query has room for a million, so
 * what can change no answer is left out before it costs anything: all that comes after an item which is empty, for that
 * alone has the vault refuse the list, and all that comes after one item too many.
 * @type {(parameter: Parameter, texts: string[]) => string[]}
 */
function itemsOf({ most, isSet }, texts) {
  const enough = most === undefined ? ALL : most + 1;
  /** @type {string[]} */
  const items = [];
  for (const text of texts) {
    if (text === "") continue;
    // In front of each item a comma: two of them are around an empty one.
    const end = `,${text}`.indexOf(",,");
    const taken = end === -1 ? text : text.slice(0, end);
    for (const item of taken.split(",", enough)) items.push(item);
    if (items.length >= enough || items.at(-1) === "") break;
  }
  return isSet ? [...new Set(items)] : items;
}

/** @type {(parameter: Parameter, values: string[]) => string | string[] | boolean} */
function read(parameter, values) {
  const { name, kind, meansNothing, schema } = parameter;
  if (kind === "list") {
    const items = itemsOf(parameter, values);
    if (meansNothing !== undefined) for (const item of items) checkTaken(name, item, schema, meansNothing);
    return items;
  }
  const [value = "", second] = values;
  if (second !== undefined) throw badRequest(name, "comes more than once");
  if (meansNothing !== undefined) checkTaken(name, value, schema, meansNothing);
  if (kind === "text") return value;
  if (value !== "true" && value !== "false") throw badRequest(name, "must be `true` or `false`");
  return value === "true";
}

/**
 * What is taken without an effect has to be what the public API knows.
 * @type {(name: string, value: string, schema: any, meansNothing: { but: readonly string[] }) => void}
 */
function checkTaken(name, value, { items, enum: known = items?.enum }, { but }) {
  if (but.includes(value)) throw makeError("PV2001", 501, `\`${name}\` asks for what is not here`, { feature: name });
  if (!known.includes(value)) throw badRequest(name, `must be ${known.map((/** @type {string} */ one) => `\`${one}\``).join(" or ")}`);
}

/**
 * The tenants: a list in one header, or in several, which are one. Spaces around a comma are HTTP's.
 * @type {(parameter: Parameter, value: string) => string[]}
 */
function readHeader(parameter, value) {
  if (!VISIBLE.test(value)) throw badRequest(parameter.name, "must be ASCII");
  return itemsOf(parameter, [value]).map((item) => item.trim());
}

/**
 * @param {Pick<Operation, "parameters">} operation
 * @param {Request} request
 * @param {Record<string, string>} parts of the path, decoded
 * @returns {Record<string, unknown>}
 */
export function readParameters({ parameters }, { url, headers }, parts) {
  /** @type {Record<string, unknown>} */
  const given = Object.create(null);
  const { values: query, unknown } = readQuery(queryOf(url), parameters);
  for (const parameter of parameters) {
    const { name, as, in: place } = parameter;
    /** @type {unknown} */
    let value;
    if (place === "path") value = parts[name];
    else if (place === "header") {
      const text = headers.get(name);
      value = text === null ? undefined : readHeader(parameter, text);
    } else {
      const values = query.get(name);
      value = values === undefined ? undefined : read(parameter, values);
    }
    if (value !== undefined && parameter.meansNothing === undefined) given[as] = value;
  }
  if (unknown !== undefined) {
    if (!NAME.test(unknown)) throw badRequest("query", "has a parameter that is not known here");
    throw badRequest(unknown, "is not a parameter of this operation");
  }
  return given;
}

const namesOfOperations = new WeakMap();

/**
 * How REST writes a path such as `tokenIds[3]` of the vault's parameters; bodies are written alike everywhere.
 * @type {(operation: Operation, path: string) => string}
 */
export function restPath(operation, path) {
  /** @type {Map<string, string>} */
  let names = namesOfOperations.get(operation);
  if (names === undefined) {
    names = new Map(operation.parameters.map(({ name, as }) => [as, name]));
    namesOfOperations.set(operation, names);
  }
  const [head = ""] = path.split(/[.[]/, 1);
  const name = names.get(head);
  return name === undefined ? path : name + path.slice(head.length);
}
