// @ts-check
// Who calls, and with which token: the bar that stays in sight.

import { element, find } from "./element.js";
import { change, read } from "./host/kept.js";
import { callers } from "./host/policy.js";

/** @import { Caller } from "./host/policy.js" */

/** What the visitor has still to do. */
export class NotYet extends Error {}

export class Desk {
  #bar = find("#desk", HTMLElement);
  #select = find("#token", HTMLSelectElement);
  /** @type {string[]} */
  #tokens = [];
  /** @type {(() => void)[]} */
  #listeners = [];

  constructor() {
    this.#bar.addEventListener("change", () => this.#tell());
  }

  /** Runs when the caller or the token in hand becomes another. @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get caller() {
    const { value } = find("input[name=caller]:checked", HTMLInputElement, this.#bar);
    return callers[/** @type {Caller} */ (value)];
  }

  /** The token in hand. */
  get token() {
    if (this.#select.value === "") throw new NotYet("There is no token in hand. Make one first, in step 1.");
    return this.#select.value;
  }

  /** All token IDs that the page keeps, the one in hand first. */
  get tokens() {
    const inHand = this.#select.value;
    return [...this.#tokens].sort((a, b) => Number(b === inHand) - Number(a === inHand));
  }

  /** Keeps a token and takes it in hand. Answers whether it is new. @param {string} token */
  async take(token) {
    let isNew = false;
    const tokens = await change("tokens", (kept) => {
      isNew = !kept.includes(token);
      return isNew ? [token, ...kept] : kept;
    });
    this.#show(tokens, token);
    return isNew;
  }

  /** @param {Record<string, string>} rotated new IDs by the old ones */
  async replace(rotated) {
    const inHand = this.#select.value;
    const tokens = await change("tokens", (kept) => kept.map((token) => rotated[token] ?? token));
    this.#show(tokens, rotated[inHand] ?? inHand);
  }

  /** Reads again what is kept: another tab may have changed it. */
  async refresh() {
    this.#show(await read("tokens"), this.#select.value);
  }

  /** @param {string[]} tokens @param {string} inHand */
  #show(tokens, inHand) {
    this.#tokens = tokens;
    const options = tokens.map((token) => element("option", { value: token }, token));
    if (options.length === 0) options.push(element("option", { value: "" }, "none yet"));
    this.#select.replaceChildren(...options);
    this.#select.value = tokens.includes(inHand) ? inHand : (tokens[0] ?? "");
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
