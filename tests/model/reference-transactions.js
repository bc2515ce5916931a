// @ts-check
// Transaction IDs: the same request again answers the same.

import { canonical } from "./values.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Done } from "./reference-vault.js" */
/** @import { Transaction } from "./state.js" */

/** What a transaction ID belongs to. @param {Call} call @param {string} action @param {string} id */
const nameOf = ({ collection, tenants }, action, id) => canonical([action, collection, [...tenants].sort(), id]);

/** What two requests must share to be the same: all but who asks and why, as it was written. @param {Call} call */
function contentOf({
  written: { requestBody = null, tokenIds = [], tags = null, expirationSecs = null, options = null },
}) {
  return canonical({ requestBody, tokenIds: [...new Set(tokenIds)].sort(), tags, expirationSecs, options });
}

/**
 * The transaction of an operation, while its time has not come.
 * @param {Call} call
 * @param {string} action
 * @param {string} id
 */
export function findTransaction(call, action, id) {
  const name = nameOf(call, action, id);
  return call.state.transactions.find((each) => each.name === name && each.ends > call.now);
}

/** The transaction that a call names, and whether the call repeats it. @param {Call} call */
export function findTransactionOf(call) {
  const { transactionId } = call.request;
  const transaction = transactionId === undefined ? undefined : findTransaction(call, call.action, transactionId);
  return transaction && { transaction, isRepeated: transaction.request === contentOf(call) };
}

/** Keeps what a call with a transaction ID answers. @param {Call} call @param {Done} done @returns {Done} */
export function keep(call, { answer, tokens }) {
  const { action, checks, now, request, settings, state } = call;
  if (request.transactionId === undefined) return { answer, tokens };
  const name = nameOf(call, action, request.transactionId);
  const ends = now + settings.transactionTtlSecs * 1_000;
  // One whose time has come is replaced.
  state.transactions = state.transactions.filter((each) => each.name !== name);
  state.transactions.push({ key: call.serial(), name, request: contentOf(call), answer, checks, tokens, ends });
  return { answer, tokens };
}
