// @ts-check
// Makes a call of a plan. A plan says "the third token"; only when it is played is it known which one that is.

/** @import { State } from "./state.js" */
/** @import { Symbolic } from "./symbols.js" */

/**
 * Stands for a token ID or a ciphertext in a plan.
 * @typedef {{ $token: number, of: "living" | "seen" }} TokenReference
 * @typedef {"it is" | "URL-safe" | "unpadded" | "altered" | "truncated"} Spelling
 * @typedef {{ $ciphertext: number, as: Spelling }} CiphertextReference
 *
 * How a request is spoilt: which place of it, and what is done there.
 * @typedef {{ place: number, how: string }} Spoiling
 */

/**
 * What a reference may stand for, in a call that names these tenants and options.
 * @typedef {object} Known
 * @property {State} state
 * @property {string[]} seen
 * @property {number} now
 * @property {string} collection
 * @property {unknown} tenants
 * @property {boolean} archived
 */

/** @param {any} template @param {Known} known @returns {any} */
export function concrete(template, known) {
  if (typeof template !== "object" || template === null) return template;
  if ("$token" in template) return tokenOf(template, known);
  if ("$ciphertext" in template) return ciphertextOf(template, known);
  if (Array.isArray(template)) return template.map((item) => concrete(item, known));
  const members = Object.entries(template).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, concrete(member, known)]));
}

/**
 * Those that the call can use; now and then, and where there are none, any others.
 * @template {{ id: Symbolic, collection: string, tenant: string | null, expires: number | null }} Each
 * @param {Each[]} all
 * @param {number} pick
 * @param {Known} known
 * @returns {string | undefined}
 */
function choose(all, pick, { now, collection, tenants, archived }) {
  const usable = all.filter(
    ({ tenant, expires, ...each }) =>
      each.collection === collection &&
      (!Array.isArray(tenants) || tenants.includes(tenant)) &&
      (expires !== null && expires <= now) === archived,
  );
  const among = usable.length > 0 && pick % 20 !== 19 ? usable : all;
  return among[pick % Math.max(among.length, 1)]?.id.real ?? undefined;
}

/** @param {TokenReference} reference @param {Known} known */
function tokenOf({ $token, of }, known) {
  const { seen } = known;
  const living = of === "living" ? choose(known.state.tokens, $token, known) : undefined;
  return living ?? seen[$token % Math.max(seen.length, 1)] ?? "nobody";
}

/** @param {CiphertextReference} reference @param {Known} known */
function ciphertextOf({ $ciphertext, as }, known) {
  const real = choose(known.state.ciphertexts, $ciphertext, known) ?? "AAAA";
  switch (as) {
    case "it is":
      return real;
    case "URL-safe":
      return real.replaceAll("+", "-").replaceAll("/", "_");
    case "unpadded":
      return real.replaceAll("=", "");
    case "truncated":
      return real.slice(0, -8);
    case "altered": {
      const position = ($ciphertext * 7) % Math.max(real.length - 4, 1);
      return real.slice(0, position) + (real[position] === "A" ? "B" : "A") + real.slice(position + 1);
    }
  }
}

/** What a place of a request can be replaced by. @type {Record<string, unknown>} */
const replacements = {
  null: null,
  "a number": 5,
  "a fraction": 0.5,
  "a boolean": true,
  "an empty text": "",
  "a text": "x",
  "a text of blanks": "no name",
  "the longest label": "\u{1f600}".repeat(256),
  "a label too long": "\u{1f600}".repeat(257),
  "a text much too long": "x".repeat(1_025),
  "an empty list": [],
  "a list of null": [null],
  "an empty object": {},
  "a whole number beyond the safe ones": 2 ** 53,
};

/** The ways in which a request can be spoilt. */
export const spoilings = [...Object.keys(replacements), "left out", "an unknown key beside it", "a key that is no name", "twice"];

/**
 * A spoilt copy of a request.
 * @param {any} parameters
 * @param {Spoiling} spoiling
 */
export function spoil(parameters, { place, how }) {
  const spoilt = structuredClone(parameters);
  const places = placesIn(spoilt);
  const [holder, key] = /** @type {[any, string]} */ (places[place % places.length] ?? [spoilt, "collection"]);
  const isList = Array.isArray(holder);
  switch (how) {
    case "left out":
      if (isList) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case "an unknown key beside it":
      if (isList) holder.push({ unknown: 1 });
      else holder.unknown = 1;
      break;
    case "a key that is no name":
      if (!isList) holder["jane@example.com"] = 1;
      break;
    case "twice":
      if (isList) holder.push(structuredClone(holder[Number(key)]));
      else holder[key] = [holder[key], holder[key]];
      break;
    default:
      holder[key] = replacements[how];
  }
  return spoilt;
}

/** Every member of every object and list. @param {any} value @returns {[holder: any, key: string][]} */
function placesIn(value) {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [/** @type {[any, string]} */ ([value, key]), ...placesIn(value[key])]);
}
