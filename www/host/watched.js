// @ts-check
// The host as the vault has it, watched: each question is told when it is asked, and its answer when there is one.

/** @import { Audit, Policy, Store } from "vaultlet" */

/**
 * @typedef {"policy" | "store.read" | "store.write" | "audit"} Callback
 * @typedef {{ answer: unknown } | { failure: unknown }} Outcome
 * @typedef {(callback: Callback, question: any) => (outcome: Outcome) => void} Watcher told of the question, then of its end
 */

/**
 * @param {{ store: Required<Pick<Store, "read" | "write">>, policy: Policy, audit: Audit }} host
 * @param {Watcher} watcher
 */
export function watched({ store, policy, audit }, watcher) {
  /**
   * @template Question, Answer
   * @param {Callback} callback
   * @param {(question: Question) => Answer | Promise<Answer>} ask
   */
  const watch = (callback, ask) => async (/** @type {Question} */ question) => {
    const ended = watcher(callback, question);
    try {
      const answer = await ask(question);
      ended({ answer });
      return answer;
    } catch (failure) {
      ended({ failure });
      throw failure;
    }
  };
  return {
    store: {
      read: watch("store.read", (/** @type {import("vaultlet").Query} */ query) => store.read(query)),
      write: watch("store.write", (/** @type {import("vaultlet").Change[]} */ changes) => store.write(changes)),
    },
    policy: watch("policy", policy),
    audit: watch("audit", audit),
  };
}
