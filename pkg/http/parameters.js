// @ts-check
// Reads what a request says beside its body: the query, the path's parts and the headers, each as the table of routes has
// it, into the parameters that the vault's methods take. What it means is the vault's to judge.

import { makeError } from "../error.js";
import { badRequest } from "./refusal.js";

/** @import { Operation, Parameter } from "./routes.js" */

/** What an error may repeat of a key that nobody knows: anything else may be personal data. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,80}$/;

/** Headers are bytes, and whoever sends others than these means some encoding that nobody has told. */
const VISIBLE = /^[\t -~]*$/;

const ENCODED = /[+%]/;

/** The form is that of HTML: a plus is a space. @param {string} text */
function decode(text) {
  // Most texts are written as they are.
  if (!ENCODED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch {
    throw badRequest("query", "must be UTF-8 in percent-encoding");
  }
}

/**
 * The query of a request's address, which is a whole one, as `URL` writes it. A `URL` made of it would say no more, and
 * cost as much as all that is read here.
 * @param {string} address
 */
function queryOf(address) {
  const [withoutFragment = ""] = address.split("#", 1);
  const at = withoutFragment.indexOf("?");
  return at === -1 ? "" : withoutFragment.slice(at + 1);
}

/**
 * Every value of every key, in order.
 * @param {string} query
 */
function readQuery(query) {
  /** @type {Map<string, string[]>} */
  const values = new Map();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? "" : decode(pair.slice(at + 1));
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  return values;
}

/** An empty text has no items. @param {string} text */
const itemsOf = (text) => (text === "" ? [] : text.split(","));

/** @type {(parameter: Parameter, values: string[]) => string | string[] | boolean} */
function read({ name, kind, meansNothing, schema }, values) {
  if (kind === "list") {
    const items = values.flatMap(itemsOf);
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
 * @type {(name: string, value: string) => string[]}
 */
function readHeader(name, value) {
  if (!VISIBLE.test(value)) throw badRequest(name, "must be ASCII");
  return itemsOf(value).map((item) => item.trim());
}

/**
 * @param {Operation} operation
 * @param {Request} request
 * @param {Record<string, string>} parts of the path, decoded
 * @returns {Record<string, unknown>}
 */
export function readParameters({ parameters }, { url, headers }, parts) {
  /** @type {Record<string, unknown>} */
  const given = Object.create(null);
  const query = readQuery(queryOf(url));
  for (const parameter of parameters) {
    const { name, as, in: place } = parameter;
    /** @type {unknown} */
    let value;
    if (place === "path") value = parts[name];
    else if (place === "header") {
      const text = headers.get(name);
      value = text === null ? undefined : readHeader(name, text);
    } else {
      const values = query.get(name);
      query.delete(name);
      value = values === undefined ? undefined : read(parameter, values);
    }
    if (value !== undefined && parameter.meansNothing === undefined) given[as] = value;
  }
  for (const name of query.keys()) {
    if (!NAME.test(name)) throw badRequest("query", "has a parameter that is not known here");
    throw badRequest(name, "is not a parameter of this operation");
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
