// @ts-check
// Where data comes from: `fields` or a ciphertext, which properties of it, for which tenant. What the request itself
// shows is checked when an input is read; a ciphertext is opened later.

import { checkCardShape } from "./reference-card.js";
import { Refusal } from "./refusal.js";
import { accepts, canonical, hasTransformer, normalForm } from "./values.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Ciphertext } from "./state.js" */

/**
 * @typedef {object} Input
 * @property {string[] | null} names its properties; null: they show once it is opened
 * @property {() => Data} open
 *
 * @typedef {{ data: Record<string, any>, tenant: string | null }} Data
 */

/**
 * @param {Call} call
 * @param {any} request with `object`, and perhaps `props`, `fptemplate` and `fpprops`
 * @param {{ tenants: "of the call" | "none" }} options
 * @returns {Input}
 */
export function readInput(call, request, options) {
  const input = readObject(call, request, options);
  checkCardShape(call, request, input.names);
  return input;
}

/**
 * @param {Call} call
 * @param {{ object: { fields?: any, encrypted?: any }, props?: string[] }} request
 * @param {{ tenants: "of the call" | "none" }} options
 * @returns {Input}
 */
function readObject(call, { object: { fields, encrypted }, props }, { tenants }) {
  if (encrypted !== undefined) {
    for (const name of props ?? []) propertyOf(call, name);
    const open = () => {
      const opened = openCiphertext(call, encrypted, { archived: false });
      return opened ? { data: pick(call, opened.data, props), tenant: opened.tenant } : { data: {}, tenant: null };
    };
    return { names: props ?? null, open };
  }
  const { _tenant_id: named, ...rest } = fields;
  const tenant = tenants === "none" ? null : tenantFor(call, named);
  const data = pick(call, checkFields(call, rest), props);
  return { names: Object.keys(data), open: () => ({ data, tenant }) };
}

/**
 * Checks the values against their types, and brings them to their normal forms; null counts as absent.
 * @param {Call} call
 * @param {Record<string, any>} fields
 */
export function checkFields(call, fields) {
  /** @type {Record<string, any>} */
  const given = {};
  for (const [name, value] of Object.entries(fields)) {
    const { type, nullable } = propertyOf(call, name);
    if (value === null && nullable) continue;
    if (type !== undefined && (value === null || !accepts(type, value)))
      call.report(new Refusal("PV3002", { property: name, type }));
    given[name] = type === undefined ? value : normalForm(type, value);
  }
  return given;
}

/** @param {Call} call @param {Record<string, any>} data @param {string[] | undefined} props */
export function pick(call, data, props) {
  const names = props ?? Object.keys(data);
  for (const name of names) {
    if (props) propertyOf(call, name);
    if (!Object.hasOwn(data, name)) call.report(new Refusal("VL3005", { property: name }));
  }
  if (names.length === 0) call.report(new Refusal("PV1012"));
  return Object.fromEntries(names.map((name) => [name, data[name]]));
}

/** @param {Call} call @param {string} name @returns {{ type?: string, nullable?: boolean }} */
export function propertyOf(call, name) {
  const property = Object.hasOwn(call.properties, name) ? call.properties[name] : undefined;
  if (property === undefined)
    call.report(new Refusal("PV3004", /^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(name) ? { property: name } : {}));
  return property ?? {};
}

/** @param {Call} call @param {string | undefined} named `_tenant_id` */
function tenantFor(call, named) {
  const { tenants } = call;
  if (named === undefined && tenants.length > 1) call.report(new Refusal("PV1012"));
  if (named !== undefined && tenants.length > 0 && !tenants.includes(named)) call.report(new Refusal("PV1006"));
  return named ?? tenants[0] ?? null;
}

/**
 * A property of `props`, perhaps with a transformer.
 * @param {Call} call
 * @param {string} prop
 */
export function readProjection(call, prop) {
  const [name = "", ...rest] = prop.split(".");
  const { type } = propertyOf(call, name);
  if (type === undefined || rest.length === 0) return { prop, name, type, transformer: null };
  const transformer = rest.join(".");
  if (!hasTransformer(type, transformer)) call.report(new Refusal("VL3013"));
  return { prop, name, type, transformer };
}

/**
 * @param {Call} call
 * @param {{ ciphertext: string, scope?: string }} encrypted
 * @param {{ archived: boolean }} wanted
 * @returns {Ciphertext | undefined} nothing, if that is a problem
 */
export function openCiphertext(call, { ciphertext, scope }, { archived }) {
  const bytes = plainBase64(ciphertext);
  const found = call.state.ciphertexts.find(({ id }) => id.real !== null && plainBase64(id.real) === bytes);
  if (!found || found.collection !== call.collection || call.isOutside(found.tenant))
    call.report(new Refusal("VL3003"));
  else if (scope !== undefined && scope !== found.scope) call.report(new Refusal("VL3004"));
  else if (call.isArchived(found) && !archived) call.report(new Refusal("PV3233"));
  else if (!call.isArchived(found) && archived) call.report(new Refusal("VL3012"));
  else return found;
  return undefined;
}

/** @param {string} text */
const plainBase64 = (text) =>
  text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");

/**
 * The checks of these operations on these properties, each once.
 * @param {Call} call
 * @param {string[]} operations
 * @param {string[]} props
 */
export function checksOn(call, operations, props) {
  /** @type {Map<string, object>} */
  const checks = new Map();
  for (const prop of props) {
    const [name = "", ...transformer] = prop.split(".");
    const type = [call.properties[name]?.type, ...transformer].join(".");
    for (const operation of operations) {
      const check = { operation, resource: `${call.collection}/properties/${prop}`, type };
      checks.set(canonical(check), check);
    }
  }
  return [...checks.values()];
}

/** The one check on tokens as such. @param {Call} call @param {string} operation */
export function checkOnTokens({ collection, request }, operation) {
  const archived = request.options?.includes("archived") ? "archived/" : "";
  return [{ operation, resource: `${collection}/${archived}tokens` }];
}

/**
 * Step 4 for an array of inputs. Answers their data, or the transaction that is repeated.
 * @param {Call} call
 * @param {Input[]} inputs
 * @param {{ capabilities: string[], operations: string[] }} rights
 */
export function permitInputs(call, inputs, { capabilities, operations }) {
  const names = inputs.every((input) => input.names !== null) ? inputs.flatMap((input) => input.names ?? []) : null;
  const bodies = [call.request.requestBody].flat();
  /** @type {Data[]} */
  let opened = [];
  const open = () => {
    opened = inputs.map((input) => input.open());
    call.settle();
    const shown = inputs.flatMap(({ names }, position) => names ?? Object.keys(opened[position]?.data ?? {}).sort());
    return checksOn(call, operations, shown);
  };
  const repeated = call.permit({
    capabilities,
    input: bodies.some(({ object }) => object.encrypted !== undefined) ? "encrypted" : "fields",
    checks: names && checksOn(call, operations, names),
    open,
  });
  return { repeated, opened };
}
