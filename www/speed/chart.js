// @ts-check
// The race as a chart that is a table: the bars are for the eye, the numbers for everybody.

import { element } from "../element.js";
import { TOKENS } from "./race.js";

/** @import { Result } from "./race.js" */

/** @param {Result[]} results */
export function chart(results) {
  const longest = Math.max(...results.flatMap(({ vaultlet, webcrypto }) => [vaultlet, webcrypto]));
  const table = element(
    "table",
    { class: "chart" },
    element("caption", {}, `Microseconds a token, ${TOKENS} tokens a call; shorter is faster`),
    element(
      "thead",
      {},
      element("tr", {}, ...["Work", "Done by", "Time", "Vaultlet is"].map((name) => element("th", { scope: "col" }, name))),
    ),
  );
  for (const { work, vaultlet, webcrypto } of results) {
    table.append(
      element(
        "tbody",
        {},
        element("tr", {}, element("th", { scope: "rowgroup", rowspan: 2 }, work), ...lane("Vaultlet", vaultlet, longest), ratio(webcrypto / vaultlet)),
        element("tr", {}, ...lane("WebCrypto", webcrypto, longest)),
      ),
    );
  }
  return table;
}

/** @param {string} name @param {number} micros @param {number} longest @returns {HTMLElement[]} */
function lane(name, micros, longest) {
  const bar = element("span", { class: `bar ${name.toLowerCase()}`, "aria-hidden": "true" });
  bar.style.setProperty("--share", String(micros / longest));
  return [element("th", { scope: "row" }, name), element("td", { class: "time" }, bar, element("span", { class: "number" }, micros.toFixed(1)))];
}

/** @param {number} times */
const ratio = (times) =>
  element("td", { class: "ratio", rowspan: 2 }, times >= 1 ? `${times.toFixed(1)} times as fast` : `${(1 / times).toFixed(1)} times as slow`);
