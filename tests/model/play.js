// @ts-check
// Plays one sequence on the vault under test and on the reference, step by step, and throws where they differ.

import { isDeepStrictEqual } from "node:util";

import { describe, describeOutcome, differenceOf, differenceOfOutcome, distinct } from "./agreement.js";
import { concrete, spoil } from "./concrete.js";
import { methods } from "./methods.js";
import { ModelHost } from "./model-host.js";
import { Impossible } from "./reference-call.js";
import { rowsOf } from "./reference-rows.js";
import { runCall } from "./reference-vault.js";
import { emptyState } from "./state.js";
import { collections, decide, moreCollections, settings } from "./world.js";

/** @import { Vault } from "vaultlet" */
/** @import { Outcome } from "./agreement.js" */
/** @import { Spoiling } from "./concrete.js" */
/** @import { Coverage } from "./coverage.js" */
/** @import { Faults, Recorded } from "./model-host.js" */
/** @import { Happened } from "./reference-call.js" */
/** @import { Result } from "./reference-vault.js" */
/** @import { State } from "./state.js" */
/** @import { Learned } from "./symbols.js" */
/** @import { Settings } from "./world.js" */

/**
 * @typedef {object} Plan a call to be made
 * @property {string} action
 * @property {any} parameters with references in the place of token IDs and ciphertexts
 * @property {string} name the caller's
 * @property {boolean} [readOnly] whether it goes to the vault that cannot write
 * @property {Faults} [faults]
 * @property {Spoiling} [spoiling]
 *
 * @typedef {object} Again a call that was made before
 * @property {number} again how many calls ago
 * @property {"all" | "transactions"} of which calls are counted
 * @property {number} [after] milliseconds that pass before it
 * @property {Partial<Pick<Plan, "name" | "faults">>} but
 * @property {boolean} turned whether what is a set comes in another order, and for another reason
 *
 * @typedef {{ call: Plan } | Again | { atOnce: Plan[], schedule: number[] } | { wait: number } | { prune: true }} Step
 * @typedef {{ settings: string, steps: Step[] }} Sequence
 *
 * @typedef {Plan & { method: [group: "tokens" | "crypto", name: string], faults: Faults }} Call a plan made concrete
 * @typedef {{ call: Call, outcome: Outcome, recorded: Recorded }} Made
 *
 * @typedef {{ state: State, learned: Learned }} Possible where the reference may be
 *
 * @typedef {object} Options
 * @property {typeof ModelHost.open} open opens the vault under test
 * @property {Coverage} coverage
 * @property {(line: string) => void} [print] is told every step, readable
 */

/** @type {(line: string) => void} */
const silent = () => {};

/** The vault under test and the reference differ. */
export class Disagreement extends Error {}

/** @param {Sequence} sequence @param {Options} options */
export async function play({ settings: name, steps }, { open, coverage, print = silent }) {
  const chosen = settings[name];
  if (chosen === undefined) throw new Error(`no settings \`${name}\``);
  const player = new Player(chosen, await open(chosen), coverage, print);
  print(`settings ${name}`);
  for (const step of steps) await player.step(step);
}

class Player {
  #host;
  #vaults;
  #settings;
  #coverage;
  #print;
  /** Calls at once may leave open which came first. @type {Possible[]} */
  #possible = [{ state: emptyState(collections), learned: { reals: new Map(), order: new Set() } }];
  /** Every token ID that was answered. @type {string[]} */
  #seen = [];
  /** @type {Call[]} */
  #made = [];

  /**
   * @param {Settings} chosen
   * @param {Awaited<ReturnType<typeof ModelHost.open>>} opened
   * @param {Coverage} coverage
   * @param {(line: string) => void} print
   */
  constructor(chosen, { host, ...vaults }, coverage, print) {
    this.#settings = chosen;
    this.#host = host;
    this.#vaults = vaults;
    this.#coverage = coverage;
    this.#print = print;
  }

  /** @param {Step} step */
  async step(step) {
    if ("wait" in step) {
      this.#wait(step.wait);
    } else if ("prune" in step) {
      this.#prune();
    } else if ("again" in step) {
      await this.#again(step);
    } else if ("call" in step) {
      await this.#make([this.#concrete(step.call)]);
    } else {
      this.#print(`${step.atOnce.length} calls at once:`);
      const calls = step.atOnce.map((plan) => this.#concrete(plan));
      await this.#make(calls, step.schedule);
    }
  }

  /** @param {number} time */
  #wait(time) {
    this.#host.now += time;
    this.#print(`the clock moves on by ${time} ms`);
  }

  /** @param {Again} step */
  async #again({ again, of, after, but, turned }) {
    const among = this.#made.filter(({ parameters }) => of === "all" || parameters.transactionId !== undefined);
    const earlier = among[among.length - 1 - (again % Math.max(among.length, 1))];
    if (earlier === undefined) return;
    if (after !== undefined) this.#wait(after);
    await this.#make([{ ...turn(earlier, turned), name: but.name ?? earlier.name, faults: but.faults ?? {} }]);
  }

  #prune() {
    const { now, store } = this.#host;
    this.#print(`the store drops what may be dropped: ${store.prune(now)} rows`);
    const { archivedRetentionSecs } = this.#settings;
    const kept = (/** @type {number | null} */ end) => end === null || end >= now;
    for (const { state } of this.#possible) {
      state.transactions = state.transactions.filter(({ ends }) => kept(ends));
      state.tokens = state.tokens.filter(
        ({ expires }) =>
          expires === null || archivedRetentionSecs === null || kept(expires + archivedRetentionSecs * 1_000),
      );
    }
  }

  get #state() {
    return /** @type {Possible} */ (this.#possible[0]).state;
  }

  /** @param {Plan} plan @returns {Call} */
  #concrete(plan) {
    const { collection, xTenantId: tenants, options = [] } = plan.parameters;
    const known = {
      state: this.#state,
      seen: this.#seen,
      now: this.#host.now,
      collection,
      tenants,
      archived: options.includes("archived"),
    };
    const plain = concrete(plan.parameters, known);
    const parameters = plan.spoiling ? spoil(plain, plan.spoiling) : plain;
    const method = methods[plan.action];
    if (method === undefined) throw new Error(`no operation \`${plan.action}\``);
    return { ...plan, faults: plan.faults ?? {}, parameters, method };
  }

  /**
   * Makes one call, or several at once: then what comes out must be what comes out if one is made after the other, in
   * some order. None of so few is lost: whoever is refused a pass was overtaken by another that has landed.
   * @param {Call[]} calls
   * @param {number[]} [schedule]
   */
  async #make(calls, schedule = []) {
    this.#made.push(...calls);
    this.#host.schedule = [...schedule];
    const answers = await Promise.all(calls.map((call) => this.#host.call(this.#vaultFor(call), call)));
    const made = calls.map((call, position) => ({ call, .../** @type {(typeof answers)[0]} */ (answers[position]) }));
    made.forEach((each) => this.#show(each));
    let { agreeing, differing } = this.#compare(made);
    if (agreeing.length === 0 && (await this.#learnDerivedIds(made))) ({ agreeing, differing } = this.#compare(made));
    if (agreeing.length === 0) throw new Disagreement(differing.join("\nor "));
    this.#possible = distinct(agreeing);
    const repeated = agreeing.some((each) => each.repeated);
    this.#count(made, repeated);
  }

  /**
   * Where the reference may be after these calls, and how it differs where it cannot be. Only if it cannot be anywhere
   * when each call has seen all that came before it, one may have missed what others changed.
   * @param {Made[]} made
   */
  #compare(made) {
    const rows = this.#host.rows();
    const orders = ordersOf(made);
    const compare = (/** @type {number[][]} */ missed) => {
      const found = this.#possible.flatMap((possible) =>
        orders.flatMap((order) => missed.map((each) => this.#agrees(possible, order, rows, each))),
      );
      return {
        agreeing: found.flatMap((each) => ("differ" in each ? [] : each)),
        differing: found.flatMap((each) => ("differ" in each ? each.differ : [])),
      };
    };
    const serial = compare([made.map(() => 0)]);
    if (serial.agreeing.length > 0 || made.length < 2) return serial;
    return { agreeing: compare(missedBy(made.length)).agreeing, differing: serial.differing };
  }

  /**
   * Once in 100,000 times a card-shaped ID that data determines is another token's. The reference can tell once it
   * knows the ID, which is the hash of the data, whatever is stored: it is asked for, and must agree as well.
   * @param {Made[]} made
   * @returns {Promise<boolean>} whether there was anything to learn
   */
  async #learnDerivedIds(made) {
    const refused = made.filter(
      ({ call, outcome }) => call.action === "tokens.tokenize" && "error" in outcome && outcome.error.code === "VL3010",
    );
    for (const { call } of refused) {
      const hash = hashing(call);
      const answered = { call: hash, ...(await this.#host.call(this.#vaults.writing, hash)) };
      this.#show(answered);
      const found = this.#possible.map((possible) =>
        this.#agrees(possible, [answered], rowsOf(possible.state, this.#settings)),
      );
      this.#possible = found.flatMap((each) => ("differ" in each ? [] : each));
      if (this.#possible.length === 0) throw new Disagreement(JSON.stringify(found));
    }
    return refused.length > 0;
  }

  /** @param {Call} call @returns {Vault} */
  #vaultFor({ readOnly }) {
    return readOnly ? this.#vaults.reading : this.#vaults.writing;
  }

  /** @param {Made[]} made @param {boolean} repeated */
  #count(made, repeated) {
    for (const { call, outcome, recorded } of made) {
      if ("error" in outcome) {
        this.#coverage.count(call.action, outcome.error.code, "refused");
        continue;
      }
      const [way] = [
        ...(made.length > 1 ? ["at once"] : []),
        ...(repeated ? ["repeated"] : []),
        ...(recorded.writes.length > 1 ? ["second pass"] : []),
        "alone",
      ];
      this.#coverage.count(call.action, "success", way ?? "");
      this.#seen.push(...tokenIdsIn(outcome.answer).filter((id) => !this.#seen.includes(id)));
    }
  }

  /**
   * Whether the reference, making these calls in this order, answers what the vault answered.
   * @param {Possible} before
   * @param {Made[]} order
   * @param {string[]} rows what the store holds then
   * @param {number[]} [missed] how many of the calls just before it each has not seen
   * @returns {Possible & { repeated: boolean } | { differ: string }}
   */
  #agrees(before, order, rows, missed = []) {
    try {
      return this.#inOrder(before, order, rows, missed);
    } catch (error) {
      if (error instanceof Impossible) return { differ: error.message };
      throw error;
    }
  }

  /**
   * @param {Possible} before
   * @param {Made[]} order
   * @param {string[]} rows
   * @param {number[]} missed
   * @returns {Possible & { repeated: boolean } | { differ: string }}
   */
  #inOrder(before, order, rows, missed) {
    let { state } = before;
    /** What each call has found, if it has missed nothing. */
    const found = [state];
    const learned = { reals: new Map(before.learned.reals), order: new Set(before.learned.order) };
    let repeated = false;
    // A pass that is repeated may end in another way: what was asked and told by then has been asked and told.
    const atOnce = order.length > 1;
    /** @type {Result[]} */
    const results = [];
    for (const [position, made] of order.entries()) {
      const { call, outcome, recorded } = made;
      const named = "error" in outcome ? outcome.error.code : undefined;
      const unseen = missed[position] ?? 0;
      if (!mayMiss(call, order.slice(position - unseen, position))) throw new Impossible("a call that misses nothing");
      const seen = found[position - unseen] ?? state;
      const { result, questions, events, ...after } = this.#refer(seen, call, atOnce ? undefined : recorded, named);
      results.push(result);
      state = unseen === 0 ? after.state : joined(seen, after.state, state);
      found.push(state);
      repeated = "repeated" in result && result.repeated;
      const checks = { ordered: questions.length < 2 && call.action !== "tokens.detokenize" };
      const asked = recorded.questions.slice(0, atOnce ? questions.length : undefined);
      const differ =
        (deletedAtOnce(order, made, result) ? undefined : differenceOfOutcome(result, outcome, learned)) ??
        differenceOf("what the policy was asked", questions, asked, checks) ??
        (atOnce ? undefined : differenceOf("what the audit was told", events, recorded.events, checks));
      if (differ !== undefined) return { differ: [differ, ...results.map(describe)].join("\n  the reference: ") };
    }
    const expected = rowsOf(state, this.#settings);
    if (isDeepStrictEqual(expected, rows)) return { state, learned, repeated };
    return { differ: `the store holds\n  ${rows.join("\n  ")}\nand should hold\n  ${expected.join("\n  ")}` };
  }

  /**
   * The reference makes a call.
   * @param {State} before
   * @param {Call} call
   * @param {Recorded | undefined} recorded what the store did; undefined: it did all it was told
   * @param {string | undefined} named the code of the vault's error
   */
  #refer(before, { action, parameters, name, readOnly, faults }, recorded, named) {
    /** @type {any[]} */
    const questions = [];
    /** @type {any[]} */
    const events = [];
    /** @type {Happened} */
    const happened = {
      now: this.#host.now,
      writable: !readOnly,
      named,
      readFailed: recorded?.readFailed ?? false,
      readBackFailed: recorded?.readBackFailed ?? false,
      writes: recorded?.writes ?? "as told",
      policy: (request) => {
        if (questions.push(structuredClone(request)) - 1 === faults.policy) throw new Error("the policy's own words");
        return decide(request);
      },
      audit: (event) => {
        const position = events.push(structuredClone(event)) - 1;
        if (position >= (faults.audit ?? Infinity)) throw new Error("the audit's own words");
      },
      reload: () => ({ collections: moreCollections }),
    };
    const request = { action, parameters: JSON.parse(JSON.stringify(parameters)), caller: { name } };
    return { ...runCall(before, this.#settings, request, happened), questions, events };
  }

  /** @param {Made} made */
  #show({ call: { method, parameters, name, readOnly, faults }, outcome }) {
    if (this.#print === silent) return;
    const host = Object.keys(faults).length > 0 ? ` // the host: ${JSON.stringify(faults)}` : "";
    const client = `${readOnly ? "readOnly" : "vault"}.as("${name}")`;
    this.#print(`${client}.${method.join(".")}(${JSON.stringify(parameters)})${host}`);
    this.#print(`  → ${describeOutcome(outcome)}`);
  }
}

/**
 * The hash of all that a call tokenizes.
 * @param {Call} call
 * @returns {Call}
 */
function hashing({ parameters: { collection, xTenantId, requestBody } }) {
  const kept = ["object", "props", "scope", "fptemplate", "fpprops"];
  const ofData = (/** @type {object} */ request) =>
    Object.fromEntries(Object.entries(request).filter(([name]) => kept.includes(name)));
  const [action, reason] = ["crypto.hash", "AppFunctionality"];
  const parameters = { collection, reason, requestBody: requestBody.map(ofData), ...(xTenantId && { xTenantId }) };
  return { action, method: ["crypto", "hashObjects"], parameters, name: "admin", faults: {} };
}

/**
 * A request that is the same for a transaction: token IDs and tenants are sets.
 * @param {Call} call
 * @param {boolean} turned
 * @returns {Call}
 */
function turn(call, turned) {
  if (!turned) return call;
  const { tokenIds, xTenantId, ...rest } = call.parameters;
  const reversed = (/** @type {unknown} */ list) => (Array.isArray(list) ? [...list].reverse() : list);
  const parameters = { ...rest, reason: "Maintenance", customAudit: "again" };
  if (tokenIds !== undefined) parameters.tokenIds = reversed(tokenIds);
  if (xTenantId !== undefined) parameters.xTenantId = reversed(xTenantId);
  return { ...call, parameters };
}

/** @param {any} answer @returns {string[]} */
function tokenIdsIn(answer) {
  if (Array.isArray(answer)) return answer.flatMap((item) => item.token_id ?? []);
  const values = Object.values(answer ?? {});
  return values.every((value) => typeof value === "string") ? values : [];
}

/**
 * Of deletes at once that mean the same token each may say that it deleted it.
 * @param {Made[]} order
 * @param {Made} made
 * @param {Result} result
 */
function deletedAtOnce(order, made, result) {
  const deletes = order.filter(({ call, outcome }) => call.action === "tokens.delete" && "answer" in outcome);
  if (deletes.length < 2 || !deletes.includes(made)) return false;
  return "refusal" in result && result.refusal.code === "PV3009";
}

/**
 * Whether a call may have missed what others changed: it has read the tokens before them, all at one moment, and what it
 * did not find then, or need not write, nobody checks again. So it is where a query by tags, or by a state, does not
 * match one of two tokens: `joined` says what is checked all the same. Of calls that make tokens or move them, one alone.
 * @param {Call} call
 * @param {Made[]} unseen
 */
function mayMiss(call, unseen) {
  const plain = (/** @type {Call} */ { parameters: { transactionId, requestBody = [] } }) =>
    transactionId === undefined && [requestBody].flat().every(({ ensure_unique_tenant_tags: ensured }) => !ensured);
  const ofMetadata = (/** @type {Call} */ { action, parameters }) =>
    action === "tokens.delete" || (action === "tokens.update" && parameters.requestBody?.object === undefined);
  const all = [call, ...unseen.map((made) => made.call)];
  return unseen.length === 0 || (all.every(plain) && (ofMetadata(call) || all.slice(1).every(ofMetadata)));
}

/**
 * The state that a call leaves which has seen another than the one that it met. No token is changed by it that others
 * have changed meanwhile: its version tells.
 * @param {State} seen
 * @param {State} after
 * @param {State} met
 * @returns {State}
 */
function joined(seen, after, met) {
  const byKey = (/** @type {State} */ { tokens }) => new Map(tokens.map((token) => [token.key, token]));
  const [before, now, there] = [byKey(seen), byKey(after), byKey(met)];
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
    (key) => before.get(key)?.version !== now.get(key)?.version,
  );
  if (changed.some((key) => before.get(key)?.version !== there.get(key)?.version)) {
    throw new Impossible("a change of what another call has changed meanwhile");
  }
  const tokens = met.tokens.filter(({ key }) => !changed.includes(key));
  tokens.push(...changed.flatMap((key) => now.get(key) ?? []));
  const { serial } = after.serial > met.serial ? after : met;
  return { ...met, derived: new Map([...met.derived, ...after.derived]), serial, tokens };
}

/**
 * How many of those just before it each of so many calls may have missed, in every way but that none has missed any.
 * @param {number} calls
 * @returns {number[][]}
 */
function missedBy(calls) {
  const up = (/** @type {number} */ most) => Array.from({ length: most + 1 }, (_, count) => count);
  const all = up(calls - 1).reduce(
    (/** @type {number[][]} */ ways, position) => ways.flatMap((way) => up(position).map((count) => [...way, count])),
    [[]],
  );
  return all.filter((way) => way.some((count) => count > 0));
}

/**
 * All orders of these.
 * @template Each
 * @param {Each[]} all
 * @returns {Each[][]}
 */
function ordersOf(all) {
  if (all.length < 2) return [all];
  return all.flatMap((first, place) => ordersOf(all.toSpliced(place, 1)).map((rest) => [first, ...rest]));
}
