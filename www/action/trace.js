// @ts-check
// What the vault asks its host during the calls of an action, as it happens and in order.

import { element } from "../element.js";
import { outcomeInWords, questionInFull, questionInWords } from "./question.js";

/** @import { Callback, Watcher } from "../host/watched.js" */

export class Trace {
  #list = element("div", { class: "calls" });
  panel = element(
    "div",
    { class: "panel trace" },
    element("p", { class: "label" }, "What the vault asks its host"),
    this.#list,
  );
  /** @type {HTMLOListElement | undefined} */
  #questions;
  /** What has been asked, in order. @type {Callback[]} */
  callbacks = [];

  constructor() {
    this.#list.append(element("p", { class: "hint" }, "Nothing yet."));
  }

  clear() {
    this.#list.replaceChildren();
    this.callbacks = [];
  }

  /** A call begins. Answers what tells of its end. @param {string} method */
  begin(method) {
    const end = element("span", { class: "end" });
    const questions = element("ol", { "aria-label": `Questions of ${method}` });
    this.#questions = questions;
    this.#list.append(element("p", { class: "call" }, element("code", {}, method), end), questions);
    return (/** @type {string} */ text, failed = false) => {
      end.textContent = text;
      end.classList.toggle("failed", failed);
    };
  }

  /** @type {Watcher} */
  ask(callback, question) {
    this.callbacks.push(callback);
    const answer = element("span", { class: "answer" }, "…");
    const line = element(
      "summary",
      {},
      element("span", { class: `callback ${callback.split(".")[0]}` }, callback),
      element("span", { class: "asked" }, questionInWords(callback, question)),
      answer,
    );
    // The host may keep what it was handed, and the vault never touches it again; only the caller is the host's own.
    const full = element("pre", {}, element("code", {}, questionInFull(question)));
    this.#questions?.append(element("li", {}, element("details", {}, line, full)));
    return (outcome) => {
      answer.textContent = outcomeInWords(callback, outcome);
      const refused = "failure" in outcome || outcome.answer === false || isDenial(outcome.answer);
      answer.classList.toggle("failed", refused);
    };
  }
}

/** @param {unknown} answer */
const isDenial = (answer) => typeof answer === "object" && answer !== null && "allow" in answer && answer.allow === false;
