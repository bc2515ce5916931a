// @ts-check
// Code to read and to copy.

import { element } from "../element.js";
import { literal } from "./literal.js";

/** @import { Call } from "./action.js" */

/** A call as it stands in a program. @param {Call} call */
export function written({ method, parameters, as }) {
  const call = `await ${method}(${literal(parameters)});`;
  return as === undefined ? call : `${as} = ${call}`;
}

const TOKENS = /(\/\/.*)|("(?:[^"\\]|\\.)*")|\b(const|await|import|from|export|function|return|if|null|true|false)\b/g;

/** Colours comments, texts and keywords. @param {string} text @returns {(Node | string)[]} */
export function coloured(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = match[1] ? "comment" : match[2] ? "text" : "keyword";
    parts.push(text.slice(from, match.index), element("span", { class: kind }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** A panel of code. @param {string} title */
export function codePanel(title) {
  const shown = element("code");
  const copied = element("span", { class: "copied", role: "status" });
  const attributes = { type: "button", class: "quiet", "aria-label": `Copy: ${title}`, onclick: copyShown };
  const copy = element("button", attributes, "Copy");

  async function copyShown() {
    try {
      await navigator.clipboard.writeText(shown.textContent ?? "");
      copied.textContent = "Copied";
    } catch {
      // Not everywhere may a page write there.
      getSelection()?.selectAllChildren(shown);
      copied.textContent = "Selected: copy it with your keyboard";
    }
  }

  const head = element("div", { class: "panel-head" }, element("p", { class: "label" }, title), copied, copy);
  return {
    panel: element("div", { class: "panel code" }, head, element("pre", {}, shown)),
    /** @param {string} text */
    show(text) {
      if (shown.textContent === text) return;
      shown.replaceChildren(...coloured(text));
      copied.textContent = "";
    },
  };
}
