// @ts-check
// The tables of a PostgreSQL store, and its statements. `docs/stores/postgres.md` describes them.

import { isName } from "./store-options.js";

/** Bytes that PostgreSQL keeps of a name; what is longer it cuts, so that two names may become one. */
const LONGEST_SCHEMA = 63;
const LONGEST_NAME = LONGEST_SCHEMA - "_claims".length;

/** Characters of a name that may have more bytes than that. */
const SHORTENED = 40;

/**
 * The names of a store's tables and functions, quoted.
 * @param {string} table `name` or `schema.name`
 * @param {string | null} [usual] the schema of what has none
 */
export function namesOf(table, usual = null) {
  const parts = table.split(".");
  if (parts.length > 2 || !parts.every(isName) || table.includes("\0")) return undefined;
  const name = fitted(/** @type {string} */ (parts.at(-1)));
  const given = parts.length === 2 ? /** @type {string} */ (parts[0]) : usual;
  if (name === undefined || (given !== null && bytesOf(given) > LONGEST_SCHEMA)) return undefined;
  const schema = given === null ? "" : `${quote(given)}.`;
  return {
    rows: schema + quote(name),
    terms: schema + quote(`${name}_terms`),
    claims: schema + quote(`${name}_claims`),
    write: schema + quote(`${name}_write`),
    prune: schema + quote(`${name}_prune`),
    pruneIndex: quote(`${name}_prune`),
    /** The index, as it is found. */
    pruned: schema + quote(`${name}_prune`),
  };
}

const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

/** @param {string} name */
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/**
 * A name that PostgreSQL keeps whole. One of many bytes and few characters keeps its beginning, and ends with a digest of
 * all of it (FNV-1a, 64 bits).
 * @param {string} name
 */
function fitted(name) {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= LONGEST_NAME) return name;
  const characters = Array.from(name);
  if (characters.length > SHORTENED) return undefined;
  let digest = 0xcbf29ce484222325n;
  for (const byte of bytes) digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 0x100000001b3n);
  const end = `_${digest.toString(16).padStart(16, "0")}`;
  while (bytesOf(characters.join("")) > LONGEST_NAME - end.length) characters.pop();
  return characters.join("") + end;
}

/** @param {string} text */
const literal = (text) => ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** @typedef {NonNullable<ReturnType<typeof namesOf>>} Names */

/**
 * Labels are compared by code unit, as `<` compares them in JavaScript: by a locale `a` stands before `B`.
 * A row's terms and claims stand in the row, where they are read, and in a table of their own, where they are found.
 * All is made in one statement, by one session at a time: `IF NOT EXISTS` by itself is no protection from another
 * process that does the same. The functions name the schema: without it a table called `int4` is no type, and one called
 * `pg_class` is the engine's.
 * @param {Names} names with the schema
 * @param {Names} found as reads and writes use them
 */
export function migration(names, found) {
  const { rows, terms, claims, write, prune, pruneIndex, pruned } = names;
  // What ends a text must not be in it, and a table may have any name.
  const [all, body] = ["migration", "body"].map((tag) => `$${tag}${"_".repeat(rows.length)}$`);
  return `
DO ${all} BEGIN
PERFORM pg_advisory_xact_lock(hashtext('vaultlet'));

-- Two stores may want one name: "tokens", and one that is called "tokens_terms".
IF EXISTS (
  SELECT FROM (VALUES
    (${relation(rows)}, 'rp', NULL, '{key,version,terms,claims,expires_at,prune_at,sealed}'::text[]),
    (${relation(terms)}, 'rp', NULL, '{term,key}'),
    (${relation(claims)}, 'rp', NULL, '{claim,key}'),
    (${relation(pruned)}, 'iI', ${relation(rows)}, '{}')
  ) AS w(relation, kinds, indexed, columns)
  JOIN pg_class AS c ON c.oid = w.relation
  WHERE position(c.relkind IN w.kinds) = 0
    OR w.indexed <> (SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid = c.oid)
    OR EXISTS (SELECT FROM unnest(w.columns) AS n WHERE n NOT IN (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = c.oid))
) THEN RAISE EXCEPTION USING ERRCODE = '${OTHERS}'; END IF;

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
LANGUAGE plpgsql SET enable_seqscan = off AS ${body}${writing(names)}${body};

CREATE OR REPLACE FUNCTION ${prune}(before bigint) RETURNS bigint
LANGUAGE sql SET enable_seqscan = off AS ${body}${pruning(names)}${body};

IF ${isHidden(names, found)} THEN RAISE EXCEPTION USING ERRCODE = '${OTHERS}'; END IF;
END ${all}`;
}

/** What the function of a write does. @param {Names} names with the schema */
const writing = ({ rows, terms, claims }) => `
DECLARE
  keys text[] := ARRAY(SELECT value ->> 'key' FROM json_array_elements(expected));
  next ${rows}[] := ARRAY(SELECT r FROM json_populate_recordset(NULL::${rows}, written) AS r);
BEGIN
  -- In the order of the keys, so that two batches over the same rows do not wait for each other.
  PERFORM FROM ${rows} AS r WHERE r.key = ANY (keys) ORDER BY r.key FOR UPDATE;
  -- A statement of its own: it sees what was committed while the one before waited.
  IF EXISTS (
    SELECT FROM json_to_recordset(expected) AS e(key text, version bigint)
    LEFT JOIN ${rows} AS r USING (key)
    WHERE r.version IS DISTINCT FROM e.version
  ) THEN RETURN false; END IF;

  -- Claims are let go before any is taken: within the batch one may move from row to row.
  DELETE FROM ${claims} AS c USING (
    SELECT r.key, unnest(r.claims) AS claim FROM ${rows} AS r WHERE r.key = ANY (keys)
    EXCEPT SELECT n.key, unnest(n.claims) FROM unnest(next) AS n
  ) AS gone WHERE c.claim = gone.claim;
  INSERT INTO ${claims} (key, claim)
    SELECT n.key, unnest(n.claims) AS claim FROM unnest(next) AS n
    EXCEPT SELECT r.key, unnest(r.claims) FROM ${rows} AS r WHERE r.key = ANY (keys)
    ORDER BY claim;

  DELETE FROM ${terms} AS t USING (
    SELECT r.key, unnest(r.terms) AS term FROM ${rows} AS r WHERE r.key = ANY (keys)
    EXCEPT SELECT n.key, unnest(n.terms) FROM unnest(next) AS n
  ) AS gone WHERE t.term = gone.term AND t.key = gone.key;
  INSERT INTO ${terms} (key, term)
    SELECT n.key, unnest(n.terms) AS term FROM unnest(next) AS n
    EXCEPT SELECT r.key, unnest(r.terms) FROM ${rows} AS r WHERE r.key = ANY (keys)
    ORDER BY key, term;

  DELETE FROM ${rows} AS r WHERE r.key = ANY (keys) AND r.key <> ALL (ARRAY(SELECT n.key FROM unnest(next) AS n));
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
END `;

/** What the function of a prune does. @param {Names} names with the schema */
const pruning = ({ rows, terms, claims }) => `
  WITH pruned AS (
    DELETE FROM ${rows} AS r WHERE r.prune_at < before RETURNING r.key, r.terms, r.claims
  ), no_terms AS (
    DELETE FROM ${terms} AS t USING (SELECT key, unnest(terms) AS term FROM pruned) AS gone
    WHERE t.term = gone.term AND t.key = gone.key
  ), no_claims AS (
    DELETE FROM ${claims} AS c USING (SELECT unnest(claims) AS claim FROM pruned) AS gone WHERE c.claim = gone.claim
  )
  SELECT count(*) FROM pruned
`;

/** What whoever reads and writes may do with each table. */
const RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/**
 * Whether all is there that a migration makes, as this version makes it, and this user may use it.
 * @param {Names} names with the schema
 * @param {Names} found as reads and writes use them
 * @returns {[string, unknown[]]} the statement and its values
 */
export function isMigrated(names, found) {
  const { rows, terms, claims, write, prune, pruned } = names;
  const functions = [[`${write}(json,json)`, "$1"], [`${prune}(bigint)`, "$2"]];
  const parts = [
    ...[rows, terms, claims].flatMap((table) => RIGHTS.map((right) => `has_table_privilege(${relation(table)}, '${right}')`)),
    ...functions.map(([name = "", source]) => `EXISTS (
    SELECT FROM pg_proc AS p
    WHERE p.oid = to_regprocedure(${literal(name)}) AND p.prosrc = ${source} AND has_function_privilege(p.oid, 'EXECUTE')
  )`),
    `${relation(pruned)} IS NOT NULL`,
    `NOT ${isHidden(names, found)}`,
  ];
  return [`SELECT coalesce(${parts.join("\n  AND ")}, false) AS migrated`, [writing(names), pruning(names)]];
}

/** Whether a name without a schema finds another table first: one of the engine's own. @type {(names: Names, found: Names) => string} */
const isHidden = ({ rows, terms, claims }, found) =>
  `(${relation(found.rows)} IS DISTINCT FROM ${relation(rows)} OR ${relation(found.terms)} IS DISTINCT FROM ${relation(terms)}
  OR ${relation(found.claims)} IS DISTINCT FROM ${relation(claims)})`;

/** @param {string} name quoted */
const relation = (name) => `to_regclass(${literal(name)})`;

/** SQLSTATE of the store's own: something else has a name that it needs. */
export const OTHERS = "VL100";

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

/** Terms that are joined, so that the planner may begin with the rarest; it takes seconds for a hundred. */
const JOINED = 6;

/**
 * @param {Names} names
 * @param {keyof typeof STATES} state
 * @param {{ terms: [string, ...string[]], now: number, after: string | null, limit: number }} query
 * @returns {[text: string, values: (string | number)[]]}
 */
export function readByTerms({ rows, terms }, state, { terms: asked, now, after, limit }) {
  const joined = asked.slice(0, JOINED);
  const others = asked.slice(JOINED);
  const joins = joined.slice(1).map((_, index) => `
  JOIN ${terms} AS t${index + 1} ON t${index + 1}.key = t0.key AND t${index + 1}.term = $${index + 5}::text`);
  const next = joined.length + 4;
  const has = `
  AND (SELECT count(*) FROM ${terms} AS o WHERE o.term = ANY (string_to_array($${next}::text, ',')) AND o.key = t0.key) = $${next + 1}::bigint`;
  const text = `
SELECT ${COLUMNS} FROM ${terms} AS t0${joins.join("")}
  JOIN ${rows} AS r ON r.key = t0.key
WHERE t0.term = $4::text AND t0.key > $2::text AND ${STATES[state]}${others.length > 0 ? has : ""}
ORDER BY t0.key LIMIT $3::bigint`;
  return [text, [now, after ?? "", limit, ...joined, ...(others.length > 0 ? [others.join(), others.length] : [])]];
}

/** @param {Names} names */
export const callWrite = ({ write }) => `SELECT ${write}($1::text::json, $2::text::json) AS landed`;

/** @param {Names} names */
export const callPrune = ({ prune }) => `SELECT ${prune}($1::bigint)::float8 AS pruned`;

/** What a server says of itself: the schema of new tables, and what makes it no place for a vault. */
export const SERVER = `
SELECT current_schema() AS schema, pg_is_in_recovery() AS replica, current_setting('fsync') AS fsync,
  current_setting('synchronous_commit') AS synchronous_commit, current_setting('full_page_writes') AS full_page_writes`;
