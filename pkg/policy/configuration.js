// @ts-check
// Reads a configuration, and refuses what it cannot mean. Nothing of the object given is kept.

import { setHas, tagOf } from "../built-ins.js";
import { badConfiguration, placeOf } from "../error.js";
import { CAPABILITIES, OPERATIONS, REASONS } from "./names.js";
import { readResource } from "./resource.js";

/** @import { Resource } from "./resource.js" */

/** What a list names; null is all, `"*"`. @typedef {Set<string> | null} Names */

/** @typedef {{ allows: boolean, operations: Names, reasons: Names, resources: Resource[] }} Policy */

/** @typedef {{ capabilities: Names, policies: Policy[] }} Role */

/** No `tenants`: the user is confined to none. @typedef {{ role: Role, disabled: boolean, tenants: Set<string> | null }} User */

/** @type {(names: Names, name: string) => boolean} */
export const isNamed = (names, name) => names === null || setHas(names, name);

/**
 * The users by name.
 * @param {unknown} configuration
 * @returns {Map<string, User>}
 */
export function readConfiguration(configuration) {
  const empty = { users: undefined, roles: undefined, policies: undefined, idps: undefined };
  const given = readMembers(configuration, "configuration", empty);
  // Identity providers are the host's affair: their members are not looked at.
  if (given.idps !== undefined) entriesOf(given.idps, "idps");
  const policies = readEach(given.policies, "policies", readPolicy);
  const roleNames = entriesOf(given.roles, "roles").map(([name]) => name);
  const roles = readEach(given.roles, "roles", (role, place) => readRole(role, place, policies, roleNames));
  return readEach(given.users, "users", (user, place) => readUser(user, place, roles));
}

/** @type {(value: unknown, place: string) => Policy} */
function readPolicy(value, place) {
  const empty = { policy_type: undefined, operations: undefined, reasons: undefined, resources: undefined };
  const { policy_type, operations, reasons, resources } = readMembers(value, place, empty);
  if (policy_type !== "allow" && policy_type !== "deny") {
    throw refusal(policy_type, `${place}.policy_type`, "must be `allow` or `deny`");
  }
  for (const [name, list] of Object.entries({ operations, reasons, resources })) {
    // A policy that denies nothing is a mistake, and nobody would notice it.
    if (Array.isArray(list) && list.length === 0) throw badConfiguration(`${place}.${name}`, "must not be empty");
  }
  return {
    allows: policy_type === "allow",
    operations: readNames(operations, `${place}.operations`, OPERATIONS, `operation: ${listed(OPERATIONS)}`),
    reasons: readNames(reasons, `${place}.reasons`, REASONS, `reason: ${listed(REASONS)}`),
    resources: readList(resources, `${place}.resources`, (entry, at) => readResource(readText(entry, at), at)),
  };
}

/** @type {(value: unknown, place: string, policies: Map<string, Policy>, roleNames: string[]) => Role} */
function readRole(value, place, policies, roleNames) {
  const empty = { capabilities: [], policies: [], trusted_roles: [] };
  const given = readMembers(value, place, empty);
  const named = readNames(given.policies, `${place}.policies`, [...policies.keys()], "policy");
  // Who may act for whom is the host's affair, but a role that does not exist is a mistake.
  readNames(given.trusted_roles, `${place}.trusted_roles`, roleNames, "role");
  return {
    capabilities: readNames(given.capabilities, `${place}.capabilities`, CAPABILITIES, "capability; docs/iam.md lists them"),
    policies: [...policies].filter(([name]) => isNamed(named, name)).map(([, policy]) => policy),
  };
}

/** @type {(value: unknown, place: string, roles: Map<string, Role>) => User} */
function readUser(value, place, roles) {
  const empty = { role: undefined, disabled: false, tenants: undefined };
  const given = readMembers(value, place, empty);
  const role = roles.get(readText(given.role, `${place}.role`));
  if (role === undefined) throw badConfiguration(`${place}.role`, "is no known role");
  const { disabled, tenants } = given;
  if (typeof disabled !== "boolean") throw badConfiguration(`${place}.disabled`, "must be true or false");
  return {
    role,
    disabled,
    tenants: tenants === undefined ? null : new Set(readList(tenants, `${place}.tenants`, readText)),
  };
}

/**
 * The members of a section, by name.
 * @template T
 * @param {unknown} value
 * @param {string} section
 * @param {(value: unknown, place: string) => T} read
 * @returns {Map<string, T>}
 */
function readEach(value, section, read) {
  /** @type {Map<string, T>} */
  const members = new Map();
  for (const [name, member] of entriesOf(value, section)) {
    const place = placeOf(section, name);
    if (name === "" || name === "*") throw badConfiguration(`${section}.${name}`, "cannot be a name");
    members.set(name, read(member, place));
  }
  return members;
}

/**
 * The members of an object that has these and no others. What is absent is as it is in `empty`.
 * @template {Record<string, unknown>} T
 * @param {unknown} value
 * @param {string} place
 * @param {T} empty
 * @returns {Record<keyof T, unknown>}
 */
function readMembers(value, place, empty) {
  const entries = entriesOf(value, place);
  for (const [name] of entries) {
    if (!Object.hasOwn(empty, name)) throw unknownKey(place, name);
  }
  return { ...empty, ...Object.fromEntries(entries) };
}

/**
 * What is `undefined` counts as absent.
 * @param {unknown} value
 * @param {string} place
 */
function entriesOf(value, place) {
  // A `Map` has entries as well, but none that would be seen here.
  if (tagOf(value) !== "[object Object]") throw refusal(value, place, "must be an object");
  return Object.entries(Object(value)).filter(([, member]) => member !== undefined);
}

/** @type {(names: string[]) => string} */
const listed = (names) => names.map((name) => `\`${name}\``).join(", ");

/** @type {(value: unknown, place: string, known: string[], kind: string) => Names} */
function readNames(value, place, known, kind) {
  const names = readList(value, place, (entry, at) => {
    const name = readText(entry, at);
    if (name !== "*" && !known.includes(name)) throw badConfiguration(at, `is no known ${kind}`);
    return name;
  });
  return names.includes("*") ? null : new Set(names);
}

/**
 * @template T
 * @param {unknown} value
 * @param {string} place
 * @param {(entry: unknown, place: string) => T} read
 * @returns {T[]}
 */
function readList(value, place, read) {
  if (!Array.isArray(value)) throw refusal(value, place, "must be a list");
  // Not `map`, which passes over a hole.
  return Array.from(value, (entry, index) => read(entry, `${place}[${index}]`));
}

/** @type {(value: unknown, place: string) => string} */
function readText(value, place) {
  if (typeof value !== "string") throw refusal(value, place, "must be text");
  return value;
}

/** @type {(place: string, name: string) => Error} */
function unknownKey(place, name) {
  const known = placeOf(place, name);
  return badConfiguration(known, known === place ? "has an unknown key" : "is not a known key");
}

/** @type {(value: unknown, place: string, problem: string) => Error} */
function refusal(value, place, problem) {
  return badConfiguration(place, value === undefined ? "is missing" : problem);
}
