// @ts-check
// Writes a value as JavaScript, the way that a person would.

const WIDTH = 62;
/** A longer text is written by the name of its member, as a variable. */
const LONGEST = 80;

/** @param {unknown} value @param {string} [indent] @returns {string} */
export function literal(value, indent = "") {
  const flat = writeFlat(value);
  if (flat.length + indent.length <= WIDTH || typeof value !== "object" || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    // Around a single value brackets need no lines of their own, nor do braces around a single member.
    if (value.length === 1) return `[${literal(value[0], indent)}]`;
    return `[\n${value.map((each) => `${inner}${literal(each, inner)},\n`).join("")}${indent}]`;
  }
  const [[only, sole] = [], ...others] = Object.entries(value);
  if (only !== undefined && others.length === 0 && typeof sole === "object") return `{ ${only}: ${literal(sole, indent)} }`;
  const members = Object.entries(value).map(([name, each]) => `${inner}${member(name, each, literal(each, inner))},\n`);
  return `{\n${members.join("")}${indent}}`;
}

/** @param {unknown} value @returns {string} */
function writeFlat(value) {
  if (Array.isArray(value)) return `[${value.map(writeFlat).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) => member(name, each, writeFlat(each)));
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** @param {string} name @param {unknown} value @param {string} written */
const member = (name, value, written) => (typeof value === "string" && value.length > LONGEST ? name : `${name}: ${written}`);
