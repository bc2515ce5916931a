// @ts-check
// What the suite expects, in a few lines that run everywhere: the names and the strictness of `node:assert/strict`.

/**
 * @typedef {object} Assertions
 * @property {(found: unknown, expected: unknown, message?: string) => void} equal the same value, as `Object.is` says
 * @property {(found: unknown, other: unknown, message?: string) => void} notEqual
 * @property {(found: unknown, expected: unknown, message?: string) => void} deepEqual the same plain data
 * @property {(text: unknown, pattern: RegExp, message?: string) => void} match
 * @property {(call: unknown, expected: Expected, message?: string) => Promise<void>} rejects
 * @typedef {((condition: unknown, message?: string) => asserts condition) & Assertions} Assert
 * @typedef {Record<string, unknown> | ((error: any) => boolean)} Expected members that the error has, or what says true of it
 */

/** @param {boolean} holds @param {string} says @param {string} [message] */
function must(holds, says, message) {
  if (!holds) throw new Error(message === undefined ? says : `${message}: ${says}`);
}

/** @param {unknown} value */
function shown(value) {
  if (value instanceof Error) return String(value);
  try {
    return String(JSON.stringify(value, (_, member) => (member === undefined ? "undefined" : member))).slice(0, 500);
  } catch {
    return typeof value;
  }
}

/** @type {(one: any, other: any) => boolean} */
function same(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other) || ArrayBuffer.isView(one) !== ArrayBuffer.isView(other)) return false;
  const names = Object.keys(one);
  if (Object.keys(other).length !== names.length || one.length !== other.length) return false;
  return names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]));
}

/** @type {Assert} */
export const assert = Object.assign(
  /** @type {(condition: unknown, message?: string) => asserts condition} */
  (condition, message) => must(Boolean(condition), "it does not hold", message),
  /** @type {Assertions} */ ({
    equal: (found, expected, message) => must(Object.is(found, expected), `${shown(found)} is not ${shown(expected)}`, message),
    notEqual: (found, other, message) => must(!Object.is(found, other), `it is ${shown(other)}`, message),
    deepEqual: (found, expected, message) => must(same(found, expected), `${shown(found)} is not ${shown(expected)}`, message),
    match: (text, pattern, message) => must(typeof text === "string" && pattern.test(text), `${shown(text)} does not match ${pattern}`, message),
    async rejects(call, expected, message) {
      let answer;
      try {
        answer = await call;
      } catch (error) {
        if (typeof expected === "function") return must(expected(error), `${error} is another error`, message);
        for (const [name, value] of Object.entries(expected)) {
          const found = /** @type {any} */ (error)?.[name];
          must(same(found, value), `${error} has as \`${name}\` ${shown(found)}, and not ${shown(value)}`, message);
        }
        return;
      }
      must(false, `it was answered: ${shown(answer)}`, message);
    },
  }),
);
