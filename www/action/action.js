// @ts-check
// What all actions of the page share: a form, its calls as code, what the vault asks meanwhile, and what came of it.

import { VaultError } from "vaultlet";

import { element, find } from "../element.js";
import { NotYet } from "../desk.js";
import { codePanel, written } from "./code.js";
import { refusal } from "./refusal.js";
import { Trace } from "./trace.js";

/** @import { VaultClient } from "vaultlet" */
/** @import { Desk } from "../desk.js" */
/** @import { Watcher } from "../host/watched.js" */

/**
 * `as`: what a program does with the answer.
 * @typedef {{ method: string, parameters: any, as?: string }} Call
 */

/**
 * @typedef {object} Plan
 * @property {(form: FormData) => Call[]} calls what the code shows, and what runs; throws a `NotYet`
 * @property {(calls: Call[]) => Promise<void>} [before]
 * @property {() => Promise<void>} [after] runs whatever came of it
 * @property {(answers: any[], calls: Call[], trace: Trace) => Promise<Node[]> | Node[]} show
 * @property {(error: VaultError) => Promise<Node[] | undefined>} [showRefusal] where a refusal is what was to be seen
 */

/** The vault's questions go to the action whose calls are under way. */
export class Actions {
  #client;
  #desk;
  #done;
  /** Show the code of each action, as it would run now. @type {(() => void)[]} */
  #codes = [];
  /** @type {Trace | undefined} */
  #trace;
  /** One call after the other, so that each question has its call. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {() => VaultClient} client
   * @param {Desk} desk
   * @param {() => Promise<void>} done runs after each action
   */
  constructor(client, desk, done) {
    this.#client = client;
    this.#desk = desk;
    this.#done = done;
  }

  /** @type {Watcher} */
  ask(callback, question) {
    return this.#trace?.ask(callback, question) ?? (() => {});
  }

  /** Brings the form in `#id` to life. @param {string} id @param {Plan} plan */
  add(id, plan) {
    const place = find(`#${id}`, HTMLElement);
    const form = find("form", HTMLFormElement, place);
    const result = element("div", { class: "result", role: "status" });
    const trace = new Trace();
    const name = form.querySelector("button")?.textContent ?? id;
    const { panel, show } = codePanel(`The code: ${name}`);
    const doing = element("div", { class: "doing" });
    form.replaceWith(doing);
    doing.append(form, result);
    place.append(element("div", { class: "behind" }, panel, trace.panel));

    const showCode = () => {
      try {
        show(plan.calls(new FormData(form)).map(written).join("\n\n"));
      } catch (error) {
        if (!(error instanceof NotYet)) throw error;
        show(`// ${error.message}`);
      }
    };
    form.addEventListener("input", showCode);
    this.#desk.onChange(showCode);
    this.#codes.push(showCode);
    showCode();

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      result.ariaBusy = "true";
      this.#last = this.#last.then(async () => {
        trace.clear();
        this.#trace = trace;
        try {
          result.replaceChildren(...(await this.#run(plan, new FormData(form), trace)));
          this.#trace = undefined;
          // What one action has done may be what another goes on with: a lost reply is repeated.
          for (const show of this.#codes) show();
          await this.#done();
        } catch (error) {
          // The browser's database, most likely. The next action shall run all the same.
          result.replaceChildren(refusal(error));
        }
        result.ariaBusy = null;
        // A list beside it that has become shorter may have taken it away.
        result.scrollIntoView({ block: "nearest" });
      });
    });
  }

  /** @param {Plan} plan @param {FormData} form @param {Trace} trace @returns {Promise<Node[]>} */
  async #run(plan, form, trace) {
    /** @type {Call[]} */
    let calls = [];
    try {
      calls = plan.calls(form);
      await plan.before?.(calls);
      const answers = [];
      for (const call of calls) answers.push(await this.#make(call, trace));
      return await plan.show(answers, calls, trace);
    } catch (error) {
      const shown = error instanceof VaultError ? await plan.showRefusal?.(error) : undefined;
      return shown ?? [refusal(error)];
    } finally {
      await plan.after?.();
    }
  }

  /** @param {Call} call @param {Trace} trace */
  async #make({ method, parameters }, trace) {
    const [part = "", name = ""] = method.split(".");
    const end = trace.begin(method);
    try {
      const client = /** @type {any} */ (this.#client());
      const answer = await client[part][name](parameters);
      end("answered");
      return answer;
    } catch (error) {
      const refused = error instanceof VaultError && error.status < 500;
      end(`${refused ? "refused" : "failed"}${error instanceof VaultError ? `, ${error.code}` : ""}`, true);
      throw error;
    }
  }
}
