// @ts-check
// The race as a chart that is a table for each work: the bars are for the eye, the numbers for everybody.

import { element } from "../element.js";
import { TOKENS } from "./race.js";

/** @import { Result } from "./race.js" */

/** @param {Result[]} results */
export function chart(results) {
  const longest = Math.max(...results.flatMap(({ vaultlet, webcrypto }) => [vaultlet, webcrypto]));
  return element(
    "div",
    { class: "chart" },
    element("p", { class: "hint" }, `Microseconds (µs) a token, ${TOKENS} tokens a call; shorter is faster.`),
    ...results.map(({ work, vaultlet, webcrypto }) =>
      element(
        "table",
        {},
        element("caption", {}, element("span", { class: "work" }, work), ` ${ratio(webcrypto / vaultlet)}`),
        element("tbody", {}, lane("Vaultlet", vaultlet, longest), lane("WebCrypto", webcrypto, longest)),
      ),
    ),
  );
}

/** @param {string} name @param {number} micros @param {number} longest */
function lane(name, micros, longest) {
  const bar = element("span", { class: `bar ${name.toLowerCase()}`, "aria-hidden": "true" });
  bar.style.setProperty("--share", String(micros / longest));
  const number = element("span", { class: "number" }, `${micros.toFixed(1)} µs`);
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, bar, number));
}

/** @param {number} times */
const ratio = (times) => (times >= 1 ? `${times.toFixed(1)} times as fast` : `${(1 / times).toFixed(1)} times as slow`);
