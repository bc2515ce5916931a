// @ts-check
// A person's data, as the forms have it and as the page shows it.

import { element, pairs } from "../element.js";
import { properties } from "../host/collections.js";

/** What was typed; what was left empty is left out. @param {FormData} form */
export function fieldsOf(form) {
  const typed = properties.map((name) => [name, String(form.get(name)).trim()]);
  return Object.fromEntries(typed.filter(([, value]) => value !== ""));
}

/** @param {Record<string, unknown>} fields */
export const dataList = (fields) => pairs(inOrder(fields));

/** In the order of the forms. @param {Record<string, unknown>} fields @returns {[string, string][]} */
export function inOrder(fields) {
  const place = (/** @type {string} */ name) => properties.findIndex((property) => name.startsWith(property));
  const known = Object.keys(fields).filter((name) => place(name) >= 0);
  known.sort((a, b) => place(a) - place(b));
  const others = Object.keys(fields).filter((name) => place(name) < 0);
  return [...known, ...others].map((name) => [name, String(fields[name])]);
}

/** @param {...(Node | string)} children */
export const paragraph = (...children) => element("p", {}, ...children);

/** @param {...(Node | string)} children */
export const headline = (...children) => element("p", { class: "what" }, ...children);
