// @ts-check
// What a host hands to a store: its options, its client, its errors. What somebody put on `Object.prototype` is none of
// theirs.

import { namesOf, providedBy } from "../built-ins.js";
import { badConfiguration, placeOf } from "../error.js";
import { membersOf } from "../options.js";

/**
 * The options themselves, without what they would inherit.
 * @type {(options: unknown, ...known: string[]) => Record<string, unknown>}
 */
export function optionsOf(options, ...known) {
  const given = membersOf(options, "options");
  for (const name of namesOf(given)) {
    if (known.includes(name)) continue;
    const place = placeOf("options", name);
    throw badConfiguration(place, place === "options" ? "has an unknown option" : "is not a known option");
  }
  return { __proto__: null, ...given };
}

/**
 * Whether a client has methods of these names: its own, or those of its class. One that does not let itself be asked has none.
 * @type {(client: unknown, ...names: string[]) => boolean}
 */
export function hasMethods(client, ...names) {
  try {
    return names.every((name) => typeof providedBy(client, name) === "function");
  } catch {
    return false;
  }
}

/**
 * Whether it is a text that an engine keeps as it is: half of a surrogate pair becomes another character on the way, and
 * two names would be one.
 * @param {unknown} text
 * @returns {text is string}
 */
export const isName = (text) => typeof text === "string" && text !== "" && !/\p{Surrogate}/u.test(text);

/** What an engine's error is marked with. @type {(error: unknown, name: string) => unknown} */
export const markOf = (error, name) => providedBy(error, name);
