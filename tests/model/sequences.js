// @ts-check
// Random sequences: calls of several callers, the same call again, several at once, hosts that misbehave, and time.

import fc from "fast-check";

import { spoilings } from "./concrete.js";
import { combine, commonFields, mostly, record, tag, wait } from "./pools.js";
import { requestOf } from "./requests.js";
import { callers, settings } from "./world.js";

/** @import { Arbitrary } from "fast-check" */
/** @import { Plan, Sequence, Step } from "./play.js" */

const anyCaller = fc.constantFrom(...callers);

const faults = fc.oneof(
  fc.constant({ writes: Array(10).fill("refuses") }),
  fc.record({ writes: fc.array(fc.constantFrom("refuses", "refuses after writing"), { minLength: 1, maxLength: 3 }) }),
  record(
    {
      writes: fc.constantFrom(
        ["throws"],
        ["throws after writing"],
        ["refuses", "throws after writing"],
        ["refuses after writing"],
      ),
    },
    { read: [5, fc.constant("after a write")] },
  ),
  fc.constant({ read: "first" }),
  fc.record({ policy: fc.nat({ max: 1 }) }),
  fc.record({ audit: fc.nat({ max: 1 }) }),
);

/** @type {Arbitrary<Plan>} */
const anyPlan = combine(
  requestOf(),
  record(
    { name: mostly(fc.constant("admin"), 5, anyCaller, 1) },
    {
      readOnly: [1, fc.constantFrom(true, false, false)],
      faults: [2, faults],
      spoiling: [1, fc.record({ place: fc.nat({ max: 200 }), how: fc.constantFrom(...spoilings) })],
    },
  ),
);

/** @param {Plan} plan */
const bodiesOf = ({ parameters: { requestBody = [] } }) => [requestBody].flat();

/** The tags that a call ensures. @param {Plan} plan */
const ensuredBy = (plan) => bodiesOf(plan).flatMap(({ ensure_unique_tenant_tags: tags = [] }) => tags);

/** @param {Plan} plan */
const isTokenize = ({ action }) => action === "tokens.tokenize";

/** How often a call may ask for the tokens of a tag, or of a tenant; or for those of named ones that have a tag. @param {Plan} plan */
function readsByTags(plan) {
  const { tokenIds, tags, xTenantId = [] } = plan.parameters;
  const named = isTokenize(plan) || tokenIds !== undefined || bodiesOf(plan)[0]?.token_ids !== undefined;
  return ensuredBy(plan).length + (named ? Number(tags !== undefined) : Math.max(xTenantId.length, 1));
}

/** Whether a call changes what it finds by tags. @param {Plan} plan */
const changesByTags = ({ action, parameters: { tokenIds, tags } }) =>
  (action === "tokens.update" || action === "tokens.delete") && (tokenIds === undefined || tags !== undefined);

/** New data, ensured tags and transactions are looked up by themselves. @param {Plan} plan */
const looksOnce = (plan) =>
  readsByTags(plan) < 2 &&
  ensuredBy(plan).length === 0 &&
  plan.parameters.transactionId === undefined &&
  (plan.action !== "tokens.update" || bodiesOf(plan)[0]?.object === undefined);

/**
 * Whether the reference can tell how calls at once may end. Each that looks once has found the tokens as they were at
 * some moment. A call that looks several times has no such moment, so of these are left out:
 * - several reads by tags
 * - an array that gives tags, and answers tokens that it need not write, beside a change of what a tag finds
 * @param {Plan[]} plans
 */
function areForeseen(plans) {
  if (plans.every(looksOnce)) return true;
  const reads = plans.reduce((sum, plan) => sum + readsByTags(plan), 0);
  const array = plans.some((plan) => isTokenize(plan) && bodiesOf(plan).length > 1);
  return reads < 2 && !(array && plans.some(changesByTags));
}

/** A call with nothing wrong around it. @type {(actions?: string[]) => Arbitrary<Plan>} */
const calm = (actions) => combine(requestOf(actions), fc.constant({ name: "admin" }));

const tokenize = calm(["tokens.tokenize"]);
const changing = fc.oneof(tokenize, calm(["tokens.update"]), calm(["tokens.rotate"]), calm(["tokens.delete"]));

/** Two calls that mean the same tokens, where they name any. */
const clashing = fc.tuple(changing, fc.oneof(changing, calm())).map(([one, other]) => {
  const { tokenIds } = one.parameters;
  if (tokenIds === undefined || other.parameters.tokenIds === undefined) return [one, other];
  return [one, { ...other, parameters: { ...other.parameters, tokenIds } }];
});
const twins = changing.map((plan) => [plan, plan]);

/** Calls that mean the same tokens, where they name any; a burst on few of them. */
const burst = fc.array(changing, { minLength: 3, maxLength: 4 }).map((plans) => {
  const tokenIds = plans.find(({ parameters }) => parameters.tokenIds !== undefined)?.parameters.tokenIds;
  return plans.map((plan) => {
    if (plan.parameters.tokenIds === undefined) return plan;
    return { ...plan, parameters: { ...plan.parameters, tokenIds } };
  });
});
const same = fc.tuple(changing, fc.integer({ min: 3, max: 4 })).map(([plan, count]) => Array(count).fill(plan));
const atOnce = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(calm(), calm()) },
  { weight: 3, arbitrary: clashing },
  { weight: 1, arbitrary: twins },
  { weight: 2, arbitrary: burst },
  { weight: 1, arbitrary: same },
);

/** @type {Arbitrary<Step>} */
const anyStep = fc.oneof(
  { weight: 30, arbitrary: fc.record({ call: anyPlan }) },
  {
    weight: 8,
    arbitrary: record(
      {
        again: fc.nat({ max: 3 }),
        of: fc.constantFrom("transactions", "all"),
        but: record({}, { name: [1, anyCaller], faults: [1, faults] }),
        turned: fc.boolean(),
      },
      { after: [4, wait] },
    ),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      atOnce: atOnce.filter(areForeseen),
      schedule: fc.array(fc.nat({ max: 6 }), { maxLength: 16 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ wait }) },
  { weight: 1, arbitrary: fc.constant({ prune: /** @type {const} */ (true) }) },
);

/** @type {(action: string, requests: Arbitrary<any[]>, expirationSecs?: Arbitrary<any>) => Arbitrary<Step>} */
function plainCall(action, requests, expirationSecs = fc.constant(undefined)) {
  const parameters = fc.record({
    collection: fc.constant("customers"),
    reason: fc.constant("AppFunctionality"),
    requestBody: requests,
    expirationSecs,
  });
  return fc.record({ call: fc.record({ action: fc.constant(action), name: fc.constant("admin"), parameters }) });
}

const plainObject = fc.record({ fields: commonFields });
const plainToken = fc.record({
  type: fc.constantFrom("pci", "randomized", "deterministic", "pci_oneway"),
  object: plainObject,
  tags: fc.uniqueArray(tag, { maxLength: 2 }),
});

/** Something to begin with: tokens, and ciphertexts. */
const beginning = fc.tuple(
  plainCall("tokens.tokenize", fc.array(plainToken, { minLength: 2, maxLength: 3 })),
  plainCall(
    "crypto.encrypt",
    fc.array(fc.record({ object: plainObject }), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(undefined, undefined, "0", "5"),
  ),
);

/** @type {Arbitrary<Sequence>} */
export const anySequence = fc.record({
  settings: fc.constantFrom(...Object.keys(settings)),
  steps: fc
    .tuple(beginning, fc.array(anyStep, { minLength: 1, maxLength: 24, size: "max" }))
    .map(([first, rest]) => [...first, ...rest]),
});
