// @ts-check
// Where a text stops being JSON, or names a member twice. `JSON.parse` says neither: it takes the last of two members,
// and its messages quote the text instead of naming the place.

/** @typedef {{ line: number, column: number, problem: string }} Fault */

const SPACE = /[ \t\n\r]*/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const ATOM = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** What may come next. */
const VALUE = "a value";
const FIRST = "a value or `]`";
const NAME = "a name in double quotes";
const NAME_OR_END = "a name in double quotes or `}`";
const MORE = "a comma or the end";

/**
 * Undefined for a text that is JSON and names no member twice.
 * @param {string} text
 * @returns {Fault | undefined}
 */
export function findFault(text) {
  /** The names of each object that is open; null for a list. @type {(Set<string> | null)[]} */
  const open = [];
  /** @type {string} */
  let wanted = VALUE;
  let at = skip(SPACE, text, 0);
  for (; at < text.length; at = skip(SPACE, text, at)) {
    const sign = text[at];
    const inside = open.at(-1);
    if (wanted === MORE) {
      if (inside === undefined) return faultAt(text, at, "something follows the end");
      if (sign === ",") wanted = inside === null ? VALUE : NAME;
      else if (sign === (inside === null ? "]" : "}")) open.pop();
      else break;
      at += 1;
    } else if ((sign === "}" && wanted === NAME_OR_END) || (sign === "]" && wanted === FIRST)) {
      open.pop();
      wanted = MORE;
      at += 1;
    } else if (wanted === NAME || wanted === NAME_OR_END) {
      const end = skip(TEXT, text, at);
      const colon = skip(SPACE, text, end);
      if (end === at) break;
      if (text[colon] !== ":") return faultAt(text, colon, "a colon should stand here");
      const name = JSON.parse(text.slice(at, end));
      if (inside?.has(name)) return faultAt(text, at, "this name is there already");
      inside?.add(name);
      wanted = VALUE;
      at = colon + 1;
    } else if (sign === "{" || sign === "[") {
      open.push(sign === "{" ? new Set() : null);
      wanted = sign === "{" ? NAME_OR_END : FIRST;
      at += 1;
    } else {
      const end = skip(sign === '"' ? TEXT : ATOM, text, at);
      if (end === at) break;
      wanted = MORE;
      at = end;
    }
  }
  if (at >= text.length && wanted === MORE && open.length === 0) return undefined;
  return faultAt(text, at, `is not JSON: ${wanted} should stand here`);
}

/** Where a pattern that begins at a place ends. @type {(pattern: RegExp, text: string, at: number) => number} */
function skip(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** @type {(text: string, at: number, problem: string) => Fault} */
function faultAt(text, at, problem) {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, problem };
}
