// @ts-check
// The tables of a PostgreSQL store, and its statements. `docs/stores/postgres.md` describes them.

import { isName } from "./store-options.js";

/** Bytes that PostgreSQL keeps of a name; what is longer it cuts, so that two names may become one. */
const LONGEST_SCHEMA = 63;
const LONGEST_NAME = LONGEST_SCHEMA - "_claims".length;

/**
 * The names of a store's tables and functions, quoted.
 * @param {string} table `name` or `schema.name`
 */
export function namesOf(table) {
  const parts = table.split(".");
  if (parts.length > 2 || !parts.every(isName) || table.includes("\0")) return undefined;
  const bytes = (/** @type {string | undefined} */ part) => new TextEncoder().encode(part).length;
  if (bytes(parts.at(-1)) > LONGEST_NAME || (parts.length === 2 && bytes(parts[0]) > LONGEST_SCHEMA)) return undefined;
  const quote = (/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`;
  const schema = parts.length === 2 ? `${quote(/** @type {string} */ (parts[0]))}.` : "";
  const name = /** @type {string} */ (parts.at(-1));
  return {
    rows: schema + quote(name),
    terms: schema + quote(`${name}_terms`),
    claims: schema + quote(`${name}_claims`),
    write: schema + quote(`${name}_write`),
    prune: schema + quote(`${name}_prune`),
    pruneIndex: quote(`${name}_prune`),
  };
}

/** @typedef {NonNullable<ReturnType<typeof namesOf>>} Names */

/**
 * Labels are compared by code unit, as `<` compares them in JavaScript: by a locale `a` stands before `B`.
 * A row's terms and claims stand in the row, where they are read, and in a table of their own, where they are found.
 * All is made in one statement, by one session at a time: `IF NOT EXISTS` by itself is no protection from another
 * process that does the same.
 * @param {Names} names
 */
export function migration({ rows, terms, claims, write, prune, pruneIndex }) {
  // What ends a text must not be in it, and a table may have any name.
  const [all, body] = ["migration", "body"].map((tag) => `$${tag}${"_".repeat(rows.length)}$`);
  return `
DO ${all} BEGIN
PERFORM pg_advisory_xact_lock(hashtext('vaultlet'));

CREATE TABLE IF NOT EXISTS ${rows} (
  key        text COLLATE "C" PRIMARY KEY,
  version    bigint NOT NULL,
  terms      text[] COLLATE "C" NOT NULL,
  claims     text[] COLLATE "C" NOT NULL,
  expires_at bigint,
  prune_at   bigint,
  sealed     bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS ${pruneIndex} ON ${rows} (prune_at) WHERE prune_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS ${terms} (
  term text COLLATE "C",
  key  text COLLATE "C",
  PRIMARY KEY (term, key)
);

CREATE TABLE IF NOT EXISTS ${claims} (
  claim text COLLATE "C" PRIMARY KEY,
  key   text COLLATE "C" NOT NULL
);

-- All changes or none: an exception takes back what the block has done.
-- A table grows faster than what the planner knows of it: it must not read one from end to end.
CREATE OR REPLACE FUNCTION ${write}(expected json, written json) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS ${body}
DECLARE
  keys text[] := ARRAY(SELECT value ->> 'key' FROM json_array_elements(expected));
  next ${rows}[] := ARRAY(SELECT r FROM json_populate_recordset(NULL::${rows}, written) AS r);
BEGIN
  -- In the order of the keys, so that two batches over the same rows do not wait for each other.
  PERFORM FROM ${rows} WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
  -- A statement of its own: it sees what was committed while the one before waited.
  IF EXISTS (
    SELECT FROM json_to_recordset(expected) AS e(key text, version bigint)
    LEFT JOIN ${rows} AS r USING (key)
    WHERE r.version IS DISTINCT FROM e.version
  ) THEN RETURN false; END IF;

  -- Claims are let go before any is taken: within the batch one may move from row to row.
  DELETE FROM ${claims} AS c USING (
    SELECT key, unnest(claims) AS claim FROM ${rows} WHERE key = ANY (keys)
    EXCEPT SELECT n.key, unnest(n.claims) FROM unnest(next) AS n
  ) AS gone WHERE c.claim = gone.claim;
  INSERT INTO ${claims} (key, claim)
    SELECT n.key, unnest(n.claims) AS claim FROM unnest(next) AS n
    EXCEPT SELECT key, unnest(claims) FROM ${rows} WHERE key = ANY (keys)
    ORDER BY claim;

  DELETE FROM ${terms} AS t USING (
    SELECT key, unnest(terms) AS term FROM ${rows} WHERE key = ANY (keys)
    EXCEPT SELECT n.key, unnest(n.terms) FROM unnest(next) AS n
  ) AS gone WHERE t.term = gone.term AND t.key = gone.key;
  INSERT INTO ${terms} (key, term)
    SELECT n.key, unnest(n.terms) AS term FROM unnest(next) AS n
    EXCEPT SELECT key, unnest(terms) FROM ${rows} WHERE key = ANY (keys)
    ORDER BY key, term;

  DELETE FROM ${rows} WHERE key = ANY (keys) AND key <> ALL (ARRAY(SELECT n.key FROM unnest(next) AS n));
  UPDATE ${rows} AS r
    SET (version, terms, claims, expires_at, prune_at, sealed) =
        (n.version, n.terms, n.claims, n.expires_at, n.prune_at, n.sealed)
    FROM unnest(next) AS n WHERE r.key = n.key;
  INSERT INTO ${rows}
    SELECT n.* FROM unnest(next) AS n
    JOIN json_to_recordset(expected) AS e(key text, version bigint) USING (key)
    WHERE e.version IS NULL ORDER BY key;
  RETURN true;
EXCEPTION
  WHEN unique_violation OR deadlock_detected OR serialization_failure THEN RETURN false;
END ${body};

CREATE OR REPLACE FUNCTION ${prune}(before bigint) RETURNS bigint
LANGUAGE sql SET enable_seqscan = off AS ${body}
  WITH pruned AS (
    DELETE FROM ${rows} WHERE prune_at < before RETURNING key, terms, claims
  ), no_terms AS (
    DELETE FROM ${terms} AS t USING (SELECT key, unnest(terms) AS term FROM pruned) AS gone
    WHERE t.term = gone.term AND t.key = gone.key
  ), no_claims AS (
    DELETE FROM ${claims} AS c USING (SELECT unnest(claims) AS claim FROM pruned) AS gone WHERE c.claim = gone.claim
  )
  SELECT count(*) FROM pruned
${body};
END ${all}`;
}

/** What a row is answered as: texts and doubles, which every client reads alike. */
const COLUMNS = `r.key, r.version::float8 AS version, array_to_string(r.terms, ',') AS terms,
  array_to_string(r.claims, ',') AS claims, r.expires_at::float8 AS expires_at, r.prune_at::float8 AS prune_at, r.sealed`;

/** `$1`: claims, separated by commas. @param {Names} names */
export const readByClaims = ({ rows, claims }) => `
SELECT ${COLUMNS} FROM ${rows} AS r WHERE r.key = ANY (ARRAY(
  SELECT c.key FROM ${claims} AS c WHERE c.claim = ANY (string_to_array($1::text, ','))
))`;

/** By state. `$1` is `now`. */
const STATES = {
  any: "$1::bigint IS NOT NULL",
  active: "(r.expires_at IS NULL OR r.expires_at > $1::bigint)",
  archived: "r.expires_at <= $1::bigint",
};

/**
 * `$1`: now. `$2`: the key before the page. `$3`: the most rows. From `$4` on: the terms.
 * @param {Names} names
 * @param {keyof typeof STATES} state
 * @param {number} count of the terms
 */
export function readByTerms({ rows, terms }, state, count) {
  const others = Array.from({ length: count - 1 }, (_, index) => `
  JOIN ${terms} AS t${index + 1} ON t${index + 1}.key = t0.key AND t${index + 1}.term = $${index + 5}::text`);
  return `
SELECT ${COLUMNS} FROM ${terms} AS t0${others.join("")}
  JOIN ${rows} AS r ON r.key = t0.key
WHERE t0.term = $4::text AND t0.key > $2::text AND ${STATES[state]}
ORDER BY t0.key LIMIT $3::bigint`;
}

/** @param {Names} names */
export const callWrite = ({ write }) => `SELECT ${write}($1::text::json, $2::text::json) AS landed`;

/** @param {Names} names */
export const callPrune = ({ prune }) => `SELECT ${prune}($1::bigint)::float8 AS pruned`;

/** What a server says of itself that makes it no place for a vault. */
export const SERVER = `
SELECT pg_is_in_recovery() AS replica, current_setting('fsync') AS fsync,
  current_setting('synchronous_commit') AS synchronous_commit, current_setting('full_page_writes') AS full_page_writes`;
