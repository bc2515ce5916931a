// @ts-check
// Makes elements. Text goes in as text and never as HTML.

/**
 * A listener for `onclick` and its like; `true` for an attribute without a value; what is false or undefined is left out.
 * @typedef {Record<string, string | number | boolean | undefined | ((event: Event) => unknown)>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * The element that the page has.
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @param {ParentNode} [within]
 * @returns {Kind}
 */
export function find(selector, kind, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no \`${selector}\``);
  return found;
}

/**
 * Names with what belongs to each.
 * @param {Iterable<[string, Node | string]>} pairs
 */
export function pairs(pairs) {
  const list = element("dl", { class: "pairs" });
  for (const [name, value] of pairs) list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return list;
}

/** An ID or other text for machines. @param {string} text */
export const code = (text) => element("code", {}, text);
