// @ts-check
// One call of the reference vault: the steps that all operations share, as "Every operation, in this order" has them.

import { formsFor } from "./forms.js";
import { checksToday } from "./reference-input.js";
import { changesBetween, writesOf } from "./reference-rows.js";
import { findTransactionOf } from "./reference-transactions.js";
import { Refusal } from "./refusal.js";
import { canonical } from "./values.js";

/** @import { State, Transaction } from "./state.js" */
/** @import { Symbolic } from "./symbols.js" */
/** @import { Collections, Settings } from "./world.js" */

/**
 * @typedef {object} Happened what the host did in the call: the reference is told and does not guess
 * @property {number} now
 * @property {boolean} writable whether the store has a `write`
 * @property {boolean} readFailed whether a read failed before any write
 * @property {{ landed: boolean, said: boolean | "threw" }[] | "as told"} writes "as told": all of them landed
 * @property {boolean} readBackFailed whether the last read failed, after a write
 * @property {string} [named] the code of the error, if the call failed: of several problems of one step that one counts
 * @property {(request: any) => any} policy
 * @property {(event: any) => void} audit
 * @property {() => { collections: Collections } | undefined} reload
 */

/** What the vault made its host do cannot come of this call. */
export class Impossible extends Error {}

const reasons = [
  "AppFunctionality",
  "Analytics",
  "Notifications",
  "Marketing",
  "ThirdPartyMarketing",
  "FraudPreventionSecurityAndCompliance",
  "AccountManagement",
  "Maintenance",
  "DataSubjectRequest",
  "Other",
];

/** The operations that may write. */
const changing = ["tokens.tokenize", "tokens.update", "tokens.rotate", "tokens.delete"];

/**
 * Every name of a property in a request; where it may have a transformer, without that.
 * @param {string} action
 * @param {any} request
 * @returns {string[]}
 */
function propertyNames(action, { requestBody = [], props = [] }) {
  const bodies = [requestBody].flat();
  const picked = [...props, ...bodies.flatMap(({ props = [] }) => props)];
  if (["tokens.detokenize", "crypto.decrypt"].includes(action)) return picked.map((name) => name.split(".")[0]);
  const written = bodies.flatMap(({ object, fields = object?.fields ?? {}, fpprops = [] }) => [
    ...Object.keys(fields).filter((name) => name !== "_tenant_id"),
    ...fpprops,
  ]);
  return [...picked, ...written];
}

export class Call {
  /**
   * @param {State} state
   * @param {Settings} settings
   * @param {string} action
   * @param {unknown} caller
   * @param {Happened} happened
   */
  constructor(state, settings, action, caller, happened) {
    this.state = state;
    this.settings = settings;
    this.action = action;
    this.caller = caller;
    this.happened = happened;
    this.now = happened.now;
    this.landed = false;
    /** Whether this is a transaction again. */
    this.repeated = false;
    /** @type {object[]} */
    this.checks = [];
    this.vault = happened.writable ? "writing" : "reading";
    /** The request as it was written, and as it was read. @type {any} */
    this.written = undefined;
    /** @type {any} */
    this.request = undefined;
    this.collection = "";
    /** @type {Record<string, { type: string, nullable?: boolean }>} */
    this.properties = {};
    /** @type {string[]} */
    this.tenants = [];
    this.reason = "";
    /** Which of several problems of one step a vault names is nobody's business. @type {Refusal[]} */
    this.problems = [];
    this.report = (/** @type {Refusal} */ problem) => void this.problems.push(problem);
  }

  /** Refuses the call, if it has any problem so far. */
  settle() {
    const named = this.problems.find(({ code }) => code === this.happened.named) ?? this.problems[0];
    if (named !== undefined) throw new Refusal(named.code, named.context, this.problems);
  }

  /** Steps 1 to 3: the form, the collection, the reason. @param {any} parameters */
  read(parameters) {
    this.written = parameters;
    this.request = formsFor(this.settings.maxTags)[this.action]?.(parameters, "", this.report);
    this.settle();
    this.collection = this.request.collection;
    if (!/^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(this.collection)) throw new Refusal("PV1008");
    const collections = this.state.collections[this.vault] ?? {};
    const collection = Object.hasOwn(collections, this.collection) ? collections[this.collection] : undefined;
    if (collection === undefined) throw new Refusal("PV1004", { collection: this.collection });
    if (propertyNames(this.action, this.request).some((name) => !/^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(name)))
      throw new Refusal("PV3004");
    this.properties = collection.properties;
    const { tenantId, xTenantId = tenantId === undefined ? [] : [tenantId] } = this.request;
    this.tenants = xTenantId;
    this.reason = this.request.reason || (this.settings.forceAccessReason ? "" : "AppFunctionality");
    if (this.reason === "") throw new Refusal("PV1001", { reason: "" });
    if (!reasons.includes(this.reason)) throw new Refusal("PV1002");
    if (this.reason === "Other" && !this.request.adhocReason) throw new Refusal("VL1003");
  }

  /**
   * Step 4. Answers the transaction that this call repeats, if there is one.
   * @param {object} question
   * @param {string[]} question.capabilities
   * @param {string} question.input
   * @param {object[] | null} question.checks null where they show only once something was opened
   * @param {() => void} [question.look] looks at what the request writes; not before the last question was allowed
   * @param {() => object[] | null} [question.open] opens it, and answers the checks; null: there is nothing to ask
   * @param {() => void} [question.finish] looks at what was opened
   * @param {boolean} [question.storeless] whether the store is not asked
   * @returns {Transaction | undefined}
   */
  permit({ capabilities, input, checks, look, open, finish, storeless = false }) {
    const ask = (/** @type {object[]} */ checks) => this.#ask({ capabilities, input, checks });
    ask(checks ?? []);
    this.#reload();
    if (changing.includes(this.action) && !this.happened.writable) throw new Refusal("PV1026");
    if (checks !== null) look?.();
    // A transaction's row is read before anything is opened, and what `detokenize` opens are rows.
    if (this.request.transactionId !== undefined || input === "token") this.#failIfUnread();
    const found = storeless ? undefined : findTransactionOf(this);
    const repeated = found?.isRepeated ? found.transaction : undefined;
    this.repeated = repeated !== undefined;
    const opened = repeated ? checksToday(this, repeated.checks) : found && checks !== null ? null : (open?.() ?? null);
    if (checks === null && opened !== null) ask(opened);
    if (checks === null) look?.();
    // Who has no right to the properties is not told that another request has the transaction.
    if (found && !repeated) throw new Refusal("VL3009");
    if (!repeated) finish?.();
    this.#failIfUnread();
    this.checks = checks ?? opened ?? [];
    return repeated;
  }

  #failIfUnread() {
    if (this.happened.readFailed) throw new Refusal("PV1000", { callback: "store.read" });
  }

  /** @param {{ capabilities: string[], input: string, checks: object[] }} question */
  #ask({ capabilities, input, checks }) {
    this.checks = checks;
    /** @type {any} */
    let decision;
    try {
      decision = this.happened.policy({ ...this.#about(), action: this.action, capabilities, checks, input });
    } catch {
      throw new Refusal("PV1000", { callback: "policy" });
    }
    if (decision?.allow === true) return;
    /** @type {Record<string, string>} */
    const context = decision?.message === undefined ? {} : { because: decision.message };
    throw new Refusal(decision?.because === "capability" ? "PV1007" : "PV1006", context);
  }

  #about() {
    const { adhocReason } = this.request;
    return {
      caller: this.caller,
      collection: this.collection,
      tenantIds: this.tenants,
      reason: this.reason,
      ...(adhocReason === undefined ? {} : { adhocReason }),
    };
  }

  #reload() {
    if (!this.request.reloadCache) return;
    const reloaded = this.happened.reload();
    if (reloaded) this.state.collections[this.vault] = reloaded.collections;
  }

  /** Step 7. @param {string} decision @param {{ tokens?: number, code?: string }} rest */
  tell(decision, { tokens = 0, code }) {
    const { customAudit, transactionId = this.request.id } = this.request;
    const event = {
      ...this.#about(),
      action: this.action,
      ...(customAudit === undefined ? {} : { customAudit }),
      ...(transactionId === undefined ? {} : { transactionId }),
      decision,
      ...(code === undefined ? {} : { code }),
      checks: this.checks,
      tokens,
      time: this.now,
    };
    try {
      this.happened.audit(event);
    } catch {
      throw new Refusal("PV1000", { callback: "audit" });
    }
  }

  /** The changes of step 6, if the store takes so many. @param {State} before */
  changes(before) {
    const changes = changesBetween(before, this.state);
    const { maxWrites } = this.settings;
    if (writesOf(changes) > maxWrites)
      throw new Refusal("VL1001", { limit: "store.maxWrites", value: String(maxWrites) });
    return changes;
  }

  /** Step 8. @param {ReturnType<typeof changesBetween>} changes */
  write(changes) {
    const { writes, readBackFailed } = this.happened;
    if (changes.length === 0) {
      if (writes !== "as told" && writes.length > 0) throw new Impossible("a write where there is nothing to change");
      return;
    }
    if (writes === "as told") return;
    if (writes.length === 0)
      throw new Impossible(`no write, where there is something to change: ${JSON.stringify(changes)}`);
    if (writes.slice(0, -1).some(({ landed }) => landed)) throw new Impossible("a write after one that has landed");
    this.landed = writes.some(({ landed }) => landed);
    const last = writes.at(-1);
    if (last?.said === true) return;
    if (readBackFailed) throw new Refusal("PV1000", { outcome: "unknown" });
    if (this.landed) return;
    if (last?.said === "threw") throw new Refusal("PV1000", { callback: "store.write" });
    if (writes.length !== 10) throw new Impossible(`${writes.length} passes`);
    throw new Refusal("PV3218");
  }

  /** @param {Symbolic["form"]} form @param {Partial<Symbolic>} [rest] @returns {Symbolic} */
  symbol(form, rest = {}) {
    return { form, serial: this.serial(), real: null, ...rest };
  }

  /**
   * The symbol of what some data determines.
   * @param {Symbolic["form"]} form
   * @param {unknown[]} data
   * @param {Partial<Symbolic>} [rest]
   */
  derivedSymbol(form, data, rest) {
    const name = canonical([form, ...data]);
    const known = this.state.derived.get(name) ?? this.symbol(form, rest);
    this.state.derived.set(name, known);
    return known;
  }

  serial() {
    return (this.state.serial += 1);
  }

  /** The tokens of the collection. */
  tokens() {
    return this.state.tokens.filter(({ collection }) => collection === this.collection);
  }

  /** @param {{ expires: number | null }} record */
  isArchived({ expires }) {
    return expires !== null && expires <= this.now;
  }

  /** When something made now expires. @param {number | "never"} secs */
  after(secs) {
    return secs === "never" ? null : this.now + secs * 1_000;
  }

  /** @param {string | null} tenant */
  isOutside(tenant) {
    return this.tenants.length > 0 && (tenant === null || !this.tenants.includes(tenant));
  }

  /** @param {number} tokens */
  limit(tokens) {
    const { maxTokens } = this.settings;
    if (tokens > maxTokens)
      this.report(new Refusal("VL1001", { limit: "settings.maxTokens", value: String(maxTokens) }));
  }
}
