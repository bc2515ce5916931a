// @ts-check
// A new ID for a token; and the same when the reply gets lost on the way.

import { NotYet } from "../desk.js";
import { element } from "../element.js";
import { about } from "../host/collections.js";
import { change } from "../host/kept.js";
import { headline, paragraph } from "./data.js";
import { idOf } from "./make.js";
import { readingOf } from "./read.js";

/** @import { Plan } from "../action/action.js" */
/** @import { Trace } from "../action/trace.js" */
/** @import { Desk } from "../desk.js" */
/** @import { Kept } from "../host/kept.js" */
/** @import { Vaults } from "../host/vault.js" */

/** @param {object} parameters */
const rotation = (parameters) => ({
  as: "const rotated",
  method: "tokens.rotateTokens",
  parameters: { ...about, ...parameters },
});

/** @param {Record<string, string>} rotated */
const mapOf = (rotated) =>
  element(
    "ul",
    { class: "map" },
    ...Object.entries(rotated).map(([old, fresh]) =>
      element("li", {}, element("del", {}, old), arrow(), element("ins", {}, fresh)),
    ),
  );

const arrow = () => element("span", { role: "img", "aria-label": "is now" }, " → ");

/** @type {(desk: Desk) => Plan} */
export const rotate = (desk) => ({
  calls: () => [rotation({ tokenIds: [desk.token] }), { ...readingOf(desk.token), as: "const old" }],
  async show([rotated, old]) {
    await desk.replace(rotated);
    return [
      headline("The token has a new ID"),
      mapOf(rotated),
      paragraph(
        old.length === 0
          ? "Asked for the old ID, the vault answers an empty list: it is dead. The data came along; read it in step 2."
          : "The old ID still answers, which must not be.",
      ),
    ];
  },
});

/** The rotation whose reply was lost; kept, because a caller who forgets it has lost the token. */
export class LostReply {
  #desk;
  #line;
  /** @type {Kept["rotation"]} */
  #lost;
  /** For the next rotation. The code shows it before it runs. */
  #transactionId = transactionId();

  /** @param {Desk} desk @param {Vaults["line"]} line @param {Kept["rotation"]} lost */
  constructor(desk, line, lost) {
    this.#desk = desk;
    this.#line = line;
    this.#lost = lost;
  }

  /** @type {() => Plan} */
  lose() {
    /** @type {Kept["rotation"]} */
    let previous = null;
    return {
      calls: () => {
        const { token } = this.#desk;
        if (this.#lost?.tokenIds.includes(token)) return [rotation(this.#lost)];
        return [rotation({ tokenIds: [token], transactionId: this.#transactionId })];
      },
      before: async ([call]) => {
        const { tokenIds, transactionId: used } = call?.parameters;
        previous = this.#lost;
        // Before the call, not after it: afterwards may be too late.
        await this.#keep({ tokenIds, transactionId: used });
        if (used === this.#transactionId) this.#transactionId = transactionId();
        this.#line.breakLine();
      },
      after: async () => this.#line.mendLine(),
      show: (answers, calls, trace) => this.#showMap(answers, trace),
      showRefusal: async (error) => {
        if (error.context["outcome"] !== "unknown") {
          await this.#keep(previous);
          return undefined;
        }
        return [
          headline("The reply is lost, as planned."),
          paragraph(
            "The error says so: the outcome is unknown. The old ID is dead already, and nobody has heard of the new one.",
          ),
          element("p", { class: "hint" }, element("code", {}, error.code), " · outcome ", element("code", {}, "unknown")),
        ];
      },
    };
  }

  /** @type {() => Plan} */
  repeat() {
    return {
      calls: () => {
        if (this.#lost === null) throw new NotYet("No reply has been lost yet. Lose one first, just above.");
        return [rotation(this.#lost)];
      },
      show: (answers, calls, trace) => this.#showMap(answers, trace),
    };
  }

  /** @param {any[]} answers @param {Trace} trace */
  async #showMap([rotated], trace) {
    await this.#desk.replace(rotated);
    const wrote = trace.callbacks.includes("store.write");
    return [
      headline("The map that was lost"),
      mapOf(rotated),
      paragraph(
        wrote
          ? "The first call had not arrived, so this one rotated the token."
          : "Nothing was written this time, as the list of questions shows. Repeat it as often as you like, for a day: " +
              "the map stays the same.",
      ),
    ];
  }

  /** @param {Kept["rotation"]} rotation */
  async #keep(rotation) {
    this.#lost = await change("rotation", () => rotation);
  }
}

/** Not everywhere is there a `crypto.randomUUID`: a page from another machine without TLS has none. */
function transactionId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
