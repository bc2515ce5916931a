// @ts-check
// Stores that each break one rule of the contract, and the rules of the kit that must say so.

import { NaiveStore } from "./naive-store.js";

/** @import { Change, Query, Row, Store } from "vaultlet" */

/** @typedef {Extract<Query, { terms: string[] }>} TermsQuery */

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

/** @param {Row} row @returns {Row} */
const copyOf = (row) => ({ ...row, terms: [...row.terms], claims: [...row.claims], sealed: row.sealed.slice() });

/** @param {Change[]} changes */
const copyOfAll = (changes) => changes.map((change) => ({ ...change, row: change.row && copyOf(change.row) }));

/** A store that keeps the contract, in a form that is easily broken: every subclass changes one method. */
class Sound {
  naive = new NaiveStore();

  /** @param {Query} query @returns {Row[] | Promise<Row[]>} */
  read(query) {
    return this.naive.read(query).map(copyOf);
  }

  /** @param {Change[]} changes @returns {boolean | Promise<boolean>} */
  write(changes) {
    return this.naive.write(copyOfAll(changes));
  }

  /** @param {number} now @returns {number | Promise<number>} */
  prune(now) {
    return this.drop(({ pruneAt }) => pruneAt !== null && pruneAt < now);
  }

  /** @param {(row: Row) => boolean} isDue */
  drop(isDue) {
    const before = this.naive.rows.length;
    this.naive.rows = this.naive.rows.filter((row) => !isDue(row));
    return before - this.naive.rows.length;
  }

  /** @param {string} key */
  there(key) {
    return this.naive.rows.find((row) => row.key === key);
  }

  /** Makes changes that nothing was checked of. @param {Change[]} changes */
  force(changes) {
    const keys = new Set(changes.map(({ key }) => key));
    this.naive.rows = [
      ...this.naive.rows.filter(({ key }) => !keys.has(key)),
      ...copyOfAll(changes).flatMap(({ row }) => (row === null ? [] : [row])),
    ];
  }
}

/**
 * @param {Query} query
 * @param {(query: TermsQuery) => Partial<TermsQuery>} change
 * @returns {Query}
 */
const alter = (query, change) => ("claims" in query ? query : { ...query, ...change(query) });

/** What a store may do and still keep the contract: the kit must pass these. @type {Record<string, () => Store>} */
export const soundStores = {
  plain: () => new Sound(),
  "answers late": () =>
    new (class extends Sound {
      /** @param {Query} query */
      async read(query) {
        await pause();
        const rows = super.read(query);
        await pause();
        return rows;
      }
      /** @param {Change[]} changes */
      async write(changes) {
        await pause();
        const landed = super.write(changes);
        await pause();
        return landed;
      }
    })(),
  "answers sets and rows by claims in any order": () =>
    new (class extends Sound {
      /** @param {Query} query */
      read(query) {
        const rows = this.naive.read(query).map(copyOf);
        for (const row of rows) row.terms.reverse(), row.claims.reverse();
        return "claims" in query ? rows.reverse() : rows;
      }
    })(),
  "has limits": () =>
    Object.assign(
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const touched = changes.flatMap(({ key, row }) => {
            const rows = [this.there(key), row ?? undefined].filter((one) => one !== undefined);
            return [key, ...new Set(rows.flatMap(({ terms, claims }) => [...terms.map((t) => `t${t}`), ...claims.map((c) => `c${c}`)]))];
          });
          if (touched.length > 60) throw new Error(`${touched.length} items in one transaction`);
          if (changes.some(({ row }) => row !== null && row.sealed.length > 3_000)) throw new Error("a row is too large");
          return super.write(changes);
        }
      })(),
      { maxWrites: 60, maxRowBytes: 3_000 },
    ),
  "cannot prune": () => {
    const store = new Sound();
    return { read: (query) => store.read(query), write: (changes) => store.write(changes) };
  },
};

/**
 * By what is wrong with them: the store, and a part of the title of a rule that must fail.
 * @type {Record<string, { make: () => Store, rule: RegExp }>}
 */
export const brokenStores = {
  "cannot be asked for 64 terms": {
    rule: /all of 64 terms/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if ("terms" in query && query.terms.length >= 64) throw new Error("at most 64 tables in a join");
          return super.read(query);
        }
      })(),
  },
  "writes what it can of a batch": {
    rule: /lands whole, or not at all/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return changes.map((change) => super.write([change])).every(Boolean);
        }
      })(),
  },
  "leaves what it wrote before the change that fails": {
    rule: /lands whole, or not at all/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          if (super.write(changes)) return true;
          changes.every((change) => super.write([change]));
          return false;
        }
      })(),
  },
  "ignores versions": {
    rule: /a replacement needs the version/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return super.write(changes.map((change) => ({ ...change, expect: this.there(change.key)?.version ?? null })));
        }
      })(),
  },
  "takes any lower version": {
    rule: /a replacement needs the version/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const lenient = changes.map((change) => {
            const version = this.there(change.key)?.version;
            const older = change.expect !== null && version !== undefined && change.expect < version;
            return older ? { ...change, expect: version } : change;
          });
          return super.write(lenient);
        }
      })(),
  },
  "inserts over rows": {
    rule: /an insert needs that no row has the key/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const upserts = changes.map((change) =>
            change.expect === null ? { ...change, expect: this.there(change.key)?.version ?? null } : change,
          );
          return super.write(upserts);
        }
      })(),
  },
  "takes a deletion of nothing for done": {
    rule: /a deletion needs the version/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return super.write(changes.filter(({ key, row }) => row !== null || this.there(key) !== undefined));
        }
      })(),
  },
  "computes versions": {
    rule: /the store computes no version/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const counted = changes.map((change) => {
            const version = (this.there(change.key)?.version ?? change.row?.version ?? 0) + (change.expect === null ? 0 : 1);
            return { ...change, row: change.row && { ...change.row, version } };
          });
          return super.write(counted);
        }
      })(),
  },
  "keeps versions in 32 bits": {
    rule: /the store computes no version/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return super.write(changes.map((change) => ({ ...change, row: change.row && { ...change.row, version: change.row.version | 0 } })));
        }
      })(),
  },
  "keeps times as seconds": {
    rule: /a row comes back as it was written/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const inSeconds = (/** @type {number | null} */ time) => (time === null ? null : Math.floor(time / 1_000) * 1_000);
          return super.write(
            changes.map((change) => ({ ...change, row: change.row && { ...change.row, expiresAt: inSeconds(change.row.expiresAt) } })),
          );
        }
      })(),
  },
  "takes the time 0 for none": {
    rule: /a row comes back as it was written/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return super.write(changes.map((change) => ({ ...change, row: change.row && { ...change.row, expiresAt: change.row.expiresAt || null } })));
        }
      })(),
  },
  "answers a version as text": {
    rule: /a row comes back as it was written/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return this.naive.read(query).map((row) => ({ ...row, version: /** @type {any} */ (String(row.version)) }));
        }
      })(),
  },
  "answers bytes as a list": {
    rule: /a row comes back as it was written/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return this.naive.read(query).map((row) => ({ ...row, sealed: /** @type {any} */ (Array.from(row.sealed)) }));
        }
      })(),
  },
  "keeps bytes as text": {
    rule: /a row comes back as it was written/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          const asText = (/** @type {Uint8Array} */ bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes));
          return this.naive.read(query).map((row) => ({ ...row, sealed: asText(row.sealed) }));
        }
      })(),
  },
  "keeps the whole buffer of a view": {
    rule: /a view of a larger buffer/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return super.write(
            changes.map((change) => ({ ...change, row: change.row && { ...change.row, sealed: new Uint8Array(change.row.sealed.buffer) } })),
          );
        }
      })(),
  },
  "cuts rows at 64 kB": {
    rule: /rows of a megabyte/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return this.naive.read(query).map((row) => ({ ...copyOf(row), sealed: row.sealed.slice(0, 65_536) }));
        }
      })(),
  },
  "promises larger rows than it takes": {
    rule: /rows of a megabyte/,
    make: () =>
      Object.assign(
        new (class extends Sound {
          /** @param {Change[]} changes */
          write(changes) {
            if (changes.some(({ row }) => row !== null && row.sealed.length > 1_000)) throw new Error("too large");
            return super.write(changes);
          }
        })(),
        { maxRowBytes: 2_000 },
      ),
  },
  "promises rows of more than a megabyte, and does not take them": {
    rule: /`maxWrites` and `maxRowBytes`/,
    make: () =>
      Object.assign(
        new (class extends Sound {
          /** @param {Change[]} changes */
          write(changes) {
            if (changes.some(({ row }) => row !== null && row.sealed.length > 1_100_000)) throw new Error("too large");
            return super.write(changes);
          }
        })(),
        { maxRowBytes: 2_000_000 },
      ),
  },
  "promises rows whose terms and claims it does not count": {
    rule: /`maxWrites` and `maxRowBytes`/,
    make: () =>
      Object.assign(
        new (class extends Sound {
          /** @param {Change[]} changes */
          write(changes) {
            const isLarge = (/** @type {Row} */ { sealed, terms, claims }) => sealed.length + 23 * (terms.length + claims.length) > 2_500;
            if (changes.some(({ row }) => row !== null && isLarge(row))) throw new Error("too large");
            return super.write(changes);
          }
        })(),
        { maxRowBytes: 2_000 },
      ),
  },
  "promises larger batches than it takes": {
    rule: /`maxWrites` and `maxRowBytes`/,
    make: () =>
      Object.assign(
        new (class extends Sound {
          /** @param {Change[]} changes */
          write(changes) {
            if (changes.length > 25) throw new Error("too many");
            return super.write(changes);
          }
        })(),
        { maxWrites: 100 },
      ),
  },
  "says that it takes no row": {
    rule: /`maxWrites` and `maxRowBytes`/,
    make: () => Object.assign(new Sound(), { maxRowBytes: 0 }),
  },
  "keeps what it was handed": {
    rule: /may change without the store's noticing/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          return this.naive.write(changes);
        }
      })(),
  },
  "hands out what it keeps": {
    rule: /may change without the store's noticing/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return this.naive.read(query);
        }
      })(),
  },
  "compares claims without case": {
    rule: /every legal character/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const folded = this.naive.rows.flatMap(({ claims }) => claims.map((claim) => claim.toLowerCase()));
          const taken = changes.some(({ expect, row }) => expect === null && row?.claims.some((claim) => folded.includes(claim.toLowerCase())));
          return !taken && super.write(changes);
        }
      })(),
  },
  "takes a key for a claim": {
    rule: /a key, a term and a claim at once/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if (!("claims" in query)) return super.read(query);
          return this.naive.rows.filter(({ key, claims }) => [key, ...claims].some((label) => query.claims.includes(label))).map(copyOf);
        }
      })(),
  },
  "loses rows without terms": {
    rule: /no terms, no claims, or neither/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return this.naive.read(query).filter(({ terms }) => terms.length > 0).map(copyOf);
        }
      })(),
  },
  "does not check claims": {
    rule: /a claim that a row outside the batch holds/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          if (changes.some(({ key, expect }) => (this.there(key)?.version ?? null) !== expect)) return false;
          this.force(changes);
          return true;
        }
      })(),
  },
  "checks claims against the store alone": {
    rule: /no two rows of a batch may hold one claim/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const keys = new Set(changes.map(({ key }) => key));
          const outside = this.naive.rows.filter(({ key }) => !keys.has(key)).flatMap(({ claims }) => claims);
          if (changes.some(({ key, expect }) => (this.there(key)?.version ?? null) !== expect)) return false;
          if (changes.some(({ row }) => row?.claims.some((claim) => outside.includes(claim)))) return false;
          this.force(changes);
          return true;
        }
      })(),
  },
  "refuses a claim that moves": {
    rule: /a claim moves from row to row/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const moves = changes.some(({ key, row }) =>
            row?.claims.some((claim) => this.naive.rows.some((other) => other.key !== key && other.claims.includes(claim))),
          );
          return !moves && super.write(changes);
        }
      })(),
  },
  "makes its changes one after another": {
    rule: /whatever the order of the changes|exchange their claims/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          const before = this.naive.rows;
          if (changes.every((change) => super.write([change]))) return true;
          this.naive.rows = before;
          return false;
        }
      })(),
  },
  "never frees a claim": {
    rule: /a claim that was let go, or whose row was deleted, is free/,
    make: () =>
      new (class extends Sound {
        /** @type {Map<string, string>} */
        holders = new Map();
        /** @param {Change[]} changes */
        write(changes) {
          const keys = new Set(changes.map(({ key }) => key));
          for (const { row } of changes) {
            if (row?.claims.some((claim) => !keys.has(this.holders.get(claim) ?? row.key))) return false;
          }
          const landed = super.write(changes);
          if (landed) for (const { row } of changes) for (const claim of row?.claims ?? []) this.holders.set(claim, row?.key ?? "");
          return landed;
        }
      })(),
  },
  "answers a row once for each claim": {
    rule: /each row that holds any of them, once/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if (!("claims" in query)) return super.read(query);
          return query.claims.flatMap((claim) => this.naive.rows.filter(({ claims }) => claims.includes(claim))).map(copyOf);
        }
      })(),
  },
  "takes no claims for all": {
    rule: /a read by no claims/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return "claims" in query && query.claims.length === 0 ? this.naive.rows.map(copyOf) : super.read(query);
        }
      })(),
  },
  "looks at the first thousand claims": {
    rule: /thousands of claims/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read("claims" in query ? { claims: query.claims.slice(0, 1_000) } : query);
        }
      })(),
  },
  "answers rows with any of the terms": {
    rule: /the rows that have all of them/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          const found = query.terms.flatMap((term) => this.naive.read({ ...query, terms: [term] }));
          return [...new Set(found)].sort((one, other) => (one.key < other.key ? -1 : 1)).slice(0, query.limit).map(copyOf);
        }
      })(),
  },
  "looks at the first term": {
    rule: /the rows that have all of them/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read(alter(query, ({ terms }) => ({ terms: terms.slice(0, 1) })));
        }
      })(),
  },
  "keeps the terms of the first version": {
    rule: /a term that a row lost/,
    make: () =>
      new (class extends Sound {
        /** @type {Map<string, string[]>} */
        first = new Map();
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          const old = this.naive.rows.map((row) => ({ row, terms: this.first.get(row.key) ?? row.terms }));
          for (const { row } of old) if (!this.first.has(row.key)) this.first.set(row.key, row.terms);
          const lying = new NaiveStore();
          lying.rows = old.map(({ row, terms }) => ({ ...row, terms }));
          return lying.read(query).flatMap(({ key }) => this.there(key) ?? []).map(copyOf);
        }
        /** @param {Change[]} changes */
        write(changes) {
          for (const { row, expect } of changes) if (row !== null && expect === null) this.first.set(row.key, row.terms);
          return super.write(changes);
        }
      })(),
  },
  "orders by locale": {
    rule: /in the order of their keys, by code unit/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          const all = this.naive.read({ ...query, after: null, limit: Infinity });
          const sorted = all.sort((one, other) => one.key.localeCompare(other.key, "en"));
          const { after, limit } = query;
          const from = after === null ? sorted : sorted.filter(({ key }) => key.localeCompare(after, "en") > 0);
          return from.slice(0, limit).map(copyOf);
        }
      })(),
  },
  "orders by when rows came": {
    rule: /in the order of their keys, by code unit/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          const found = new Set(this.naive.read(query));
          return this.naive.rows.filter((row) => found.has(row)).map(copyOf);
        }
      })(),
  },
  "begins a page with the key": {
    rule: /pages of every size/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if ("claims" in query || query.after === null) return super.read(query);
          const { after, limit } = query;
          return this.naive.read({ ...query, after: null, limit: Infinity }).filter(({ key }) => key >= after).slice(0, limit).map(copyOf);
        }
      })(),
  },
  "answers one row more": {
    rule: /pages of every size/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read(alter(query, ({ limit }) => ({ limit: limit + 1 })));
        }
      })(),
  },
  "begins anew after a key that is gone": {
    rule: /a key that is not there/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read(alter(query, ({ after }) => ({ after: after !== null && this.there(after) === undefined ? null : after })));
        }
      })(),
  },
  "pages by number": {
    rule: /while others write between the pages/,
    make: () =>
      new (class extends Sound {
        /** @type {Map<string, number>} */
        position = new Map();
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          const start = query.after === null ? 0 : (this.position.get(query.after) ?? 0);
          const page = this.naive.read({ ...query, after: null, limit: Infinity }).slice(start, start + query.limit);
          page.forEach(({ key }, index) => this.position.set(key, start + index + 1));
          return page.map(copyOf);
        }
      })(),
  },
  "takes an expiry at `now` for active": {
    rule: /to the millisecond/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read(alter(query, ({ now }) => ({ now: now - 1 })));
        }
      })(),
  },
  "asks its own clock": {
    rule: /to the millisecond/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          return super.read(alter(query, () => ({ now: Date.now() })));
        }
      })(),
  },
  "counts what the state leaves out": {
    rule: /does not count towards the limit/,
    make: () =>
      new (class extends Sound {
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          const inState = new Set(this.naive.read({ ...query, limit: Infinity }));
          return this.naive.read({ ...query, state: "any" }).filter((row) => inState.has(row)).map(copyOf);
        }
      })(),
  },
  "prunes at the very time": {
    rule: /`prune` deletes the rows/,
    make: () =>
      new (class extends Sound {
        /** @param {number} now */
        prune(now) {
          return this.drop(({ pruneAt }) => pruneAt !== null && pruneAt <= now);
        }
      })(),
  },
  "prunes what has expired": {
    rule: /a row stays until its `pruneAt`/,
    make: () =>
      new (class extends Sound {
        /** @param {number} now */
        prune(now) {
          return this.drop(({ expiresAt }) => expiresAt !== null && expiresAt < now);
        }
      })(),
  },
  "miscounts what it pruned": {
    rule: /`prune` deletes the rows/,
    make: () =>
      new (class extends Sound {
        /** @param {number} now */
        prune(now) {
          return super.prune(now) && 1;
        }
      })(),
  },
  "reads from a replica": {
    rule: /a read after a write sees it/,
    make: () =>
      new (class extends Sound {
        replica = new NaiveStore();
        /** @param {Query} query */
        read(query) {
          return this.replica.read(query).map(copyOf);
        }
        /** @param {Change[]} changes */
        write(changes) {
          this.replica.rows = this.naive.rows;
          return super.write(changes);
        }
      })(),
  },
  "has an index that lags": {
    rule: /a read after a write sees it/,
    make: () =>
      new (class extends Sound {
        lagging = new NaiveStore();
        /** @param {Query} query */
        read(query) {
          if ("claims" in query) return super.read(query);
          return this.lagging.read(query).flatMap(({ key }) => this.there(key) ?? []).map(copyOf);
        }
        /** @param {Change[]} changes */
        write(changes) {
          this.lagging.rows = this.naive.rows;
          return super.write(changes);
        }
      })(),
  },
  "repeats a write by itself": {
    rule: /a write whose answer was lost|linearizable|needs that no row/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        write(changes) {
          super.write(changes);
          return super.write(changes);
        }
      })(),
  },
  "looks first and writes later": {
    rule: /no update is lost/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        async write(changes) {
          if (changes.some(({ key, expect }) => (this.there(key)?.version ?? null) !== expect)) return false;
          await pause();
          this.force(changes);
          return true;
        }
      })(),
  },
  "looks for claims first and writes later": {
    rule: /of many inserts with one claim, one lands/,
    make: () =>
      new (class extends Sound {
        /** @param {Change[]} changes */
        async write(changes) {
          const keys = new Set(changes.map(({ key }) => key));
          const outside = this.naive.rows.filter(({ key }) => !keys.has(key)).flatMap(({ claims }) => claims);
          if (changes.some(({ row }) => row?.claims.some((claim) => outside.includes(claim)))) return false;
          await pause();
          if (changes.some(({ key, expect }) => (this.there(key)?.version ?? null) !== expect)) return false;
          this.force(changes);
          return true;
        }
      })(),
  },
  "shows a batch by half": {
    rule: /read together|linearizable/,
    make: () =>
      new (class extends Sound {
        /** @type {Promise<unknown>} */
        last = Promise.resolve();
        /** @param {Change[]} changes */
        write(changes) {
          const mine = this.last.then(async () => {
            const trial = new NaiveStore();
            trial.rows = this.naive.rows;
            if (!trial.write(changes)) return false;
            for (const change of changes) {
              this.force([change]);
              await pause();
            }
            return true;
          });
          this.last = mine;
          return mine;
        }
      })(),
  },
  "deadlocks, and says so by throwing": {
    rule: /neither fail nor stand in each other's way/,
    make: () =>
      new (class extends Sound {
        busy = false;
        /** @param {Change[]} changes */
        async write(changes) {
          if (this.busy && changes.length > 1) throw new Error("deadlock detected");
          this.busy = true;
          await pause();
          this.busy = false;
          return super.write(changes);
        }
      })(),
  },
  "answers false though it wrote": {
    rule: /linearizable|needs that no row/,
    make: () =>
      new (class extends Sound {
        writes = 0;
        /** @param {Change[]} changes */
        write(changes) {
          this.writes += 1;
          const landed = super.write(changes);
          return landed && this.writes % 3 !== 0;
        }
      })(),
  },
  "answers reads of a moment ago, now and then": {
    rule: /linearizable|sees it/,
    make: () =>
      new (class extends Sound {
        before = new NaiveStore();
        reads = 0;
        /** @param {Query} query */
        read(query) {
          this.reads += 1;
          return (this.reads % 3 === 0 ? this.before : this.naive).read(query).map(copyOf);
        }
        /** @param {Change[]} changes */
        write(changes) {
          this.before.rows = this.naive.rows;
          return super.write(changes);
        }
      })(),
  },
};
