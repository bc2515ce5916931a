// @ts-check
// The store contract in its plainest form: one list of rows, searched from end to end. What the memory store is held
// against; its speed is no concern.

/** @import { Change, Query, Row } from "vaultlet" */

export class NaiveStore {
  /** @type {Row[]} */
  rows = [];

  /**
   * @param {Query} query
   * @returns {Row[]} in any order for a query by claims
   */
  read(query) {
    if ("claims" in query) return this.rows.filter((row) => row.claims.some((claim) => query.claims.includes(claim)));
    const { terms, state, now, after, limit } = query;
    return this.rows
      .filter((row) => terms.every((term) => row.terms.includes(term)))
      .filter(({ expiresAt }) => {
        const active = expiresAt === null || expiresAt > now;
        return state === "any" || (state === "active" ? active : !active);
      })
      .filter(({ key }) => after === null || key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  /**
   * @param {Change[]} changes
   * @returns {boolean}
   */
  write(changes) {
    for (const { key, expect } of changes) {
      const version = this.rows.find((row) => row.key === key)?.version ?? null;
      if (version !== expect) return false;
    }
    const after = [
      ...this.rows.filter(({ key }) => !changes.some((change) => change.key === key)),
      ...changes.flatMap(({ row }) => (row === null ? [] : [row])),
    ];
    const claims = after.flatMap((row) => row.claims);
    if (new Set(claims).size < claims.length) return false;
    this.rows = after;
    return true;
  }
}
