// @ts-check
// A resource of a policy: a glob over what the vault asks about.

import { endsWith, lowerCase, ownOf, split, startsWith } from "../built-ins.js";
import { badConfiguration } from "../error.js";

/** @import { Check } from "../index.js" */

/** Whether it covers what a check asks about. @typedef {(asked: Asked) => boolean} Resource */

/**
 * What a check asks about, in parts: its resource, and its type as a resource.
 * @typedef {{ resource: string[], type: string[] | null }} Asked
 */

/**
 * What comes before a part's `*`, and what after; in one without, `tail` is null.
 * @typedef {{ head: string, tail: string | null }} Part
 */

const COLLECTION = /^[\w*]+$/;
/** Of a property or a type, with its transformer if there is one. */
const NAME = /^[\w*]+(?:\.[\w*]+)?$/;

/** What the vault asks about. A part that is text is always the same. @type {(string | RegExp)[][]} */
const FORMS = [
  [COLLECTION, "tokens"],
  [COLLECTION, "archived", "tokens"],
  [COLLECTION, "properties", NAME],
  [COLLECTION, "types", NAME],
];

/** How they are written. */
const WRITTEN = "`C/tokens`, `C/archived/tokens`, `C/properties/NAME`, `C/types/TYPE` (C is a collection) and `*`";

/**
 * A resource that the vault never asks about is refused: a policy that denies it would deny nothing.
 * @param {string} text
 * @param {string} place
 * @returns {Resource}
 */
export function readResource(text, place) {
  if (text === "*") return () => true;
  // In the public system tokens have a third part, which it ignores. As `*` it promises nothing that would not hold.
  const texts = text.replace(/^([^/]+(?:\/archived)?\/tokens)\/\*$/, "$1").split("/");
  if (texts.some((part) => /\*.*\*/.test(part))) throw badConfiguration(place, "has two `*` in one part");
  if (!FORMS.some((form) => couldBe(texts, form))) {
    throw badConfiguration(place, `is nothing that the vault asks about: the forms are ${WRITTEN}`);
  }
  const parts = texts.map(readPart);
  const folded = texts.map((part, index) => readPart(index === 2 ? part.toLowerCase() : part));
  return ({ resource, type }) => covers(parts, resource) || (type !== null && covers(folded, type));
}

/** Whether one of them covers it. @type {(asked: Asked, resources: Resource[]) => boolean} */
export function isCovered(asked, resources) {
  for (let at = 0; at < resources.length; at += 1) {
    if (resources[at]?.(asked)) return true;
  }
  return false;
}

/**
 * The public system's files write types in lower case. A policy that denies one must not miss it for that.
 * @type {(check: Check, collection: string) => Asked}
 */
export function askedBy(check, collection) {
  // A property that the collection lacks is asked about without a type.
  const type = ownOf(check, "type");
  return {
    resource: split(check.resource, "/"),
    type: typeof type === "string" ? [collection, "types", lowerCase(type)] : null,
  };
}

/** @type {(texts: string[], form: (string | RegExp)[]) => boolean} */
function couldBe(texts, form) {
  const fits = (/** @type {string} */ text, /** @type {number} */ index) => {
    const asked = form[index];
    return typeof asked === "string" ? matches(readPart(text), asked) : asked?.test(text);
  };
  return texts.length === form.length && texts.every(fits);
}

/** @type {(text: string) => Part} */
function readPart(text) {
  const [head = "", tail = null] = text.split("*");
  return { head, tail };
}

/** @type {(parts: Part[], texts: string[]) => boolean} */
function covers(parts, texts) {
  for (let at = 0; at < parts.length; at += 1) {
    if (!matches(/** @type {Part} */ (parts[at]), texts[at] ?? "")) return false;
  }
  return parts.length === texts.length;
}

/** @type {(part: Part, text: string) => boolean} */
function matches({ head, tail }, text) {
  if (tail === null) return text === head;
  return text.length >= head.length + tail.length && startsWith(text, head) && endsWith(text, tail);
}
