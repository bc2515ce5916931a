// @ts-check
// Where data comes from: `fields` or a ciphertext, which properties of it, for which tenant. Nothing but names is looked
// at before the policy has allowed; where names show only in a ciphertext, nothing else before it has allowed twice.

import { checkCardShape } from "./reference-card.js";
import { Refusal } from "./refusal.js";
import { accepts, canonical, hasTransformer, normalForm } from "./values.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Ciphertext, Transaction } from "./state.js" */

/**
 * @typedef {{ data: Record<string, any>, tenant: string | null }} Data
 *
 * @typedef {object} Request with an input
 * @property {{ fields?: any, encrypted?: { ciphertext: string, scope?: string } }} object
 * @property {string[]} [props]
 * @property {string} [fptemplate]
 * @property {string[]} [fpprops]
 *
 * @typedef {object} Rights
 * @property {string[]} capabilities
 * @property {(request: any) => string[]} operations what must be allowed on each property of a request's input
 * @property {boolean} [tenants] whether the data gets a tenant
 * @property {boolean} [storeless] whether the store is not asked
 */

/**
 * Step 4 for an array of inputs. Answers their data, or the transaction that is repeated.
 * @param {Call} call
 * @param {Request[]} requests
 * @param {Rights} rights
 * @returns {{ repeated: Transaction | undefined, opened: Data[] }}
 */
export function permitInputs(call, requests, { capabilities, operations, tenants = true, storeless = false }) {
  const known = requests.map(namesWritten);
  /** @type {(Ciphertext | undefined)[]} */
  let ciphertexts = [];
  /** @type {(Data | undefined)[]} */
  let written = [];
  const checks = (/** @type {(string[] | null)[]} */ names) =>
    union(requests.map((request, position) => checksOn(call, operations(request), names[position] ?? [])));
  const namesHeld = () => known.map((names, position) => names ?? Object.keys(ciphertexts[position]?.data ?? {}).sort());
  const isEncrypted = (/** @type {Request} */ { object }) => object.encrypted !== undefined;

  const repeated = call.permit({
    capabilities,
    input: requests.length === 0 ? "none" : requests.some(isEncrypted) ? "encrypted" : "fields",
    checks: known.includes(null) ? null : checks(known),
    storeless,
    look: () => {
      call.limit(requests.length);
      for (const name of [...requests.flatMap(namesOf), ...namesHeld().flat()]) propertyOf(call, name);
      call.settle();
      const data = requests.map(({ object, props }) => object.fields && readFields(call, object.fields, props));
      call.settle();
      written = requests.map(({ object: { fields } }, position) => {
        if (fields === undefined) return undefined;
        return { data: data[position], tenant: tenants ? tenantFor(call, fields._tenant_id) : null };
      });
      call.settle();
    },
    open: () => {
      ciphertexts = requests.map(({ object: { encrypted } }) => encrypted && openCiphertext(call, encrypted));
      call.settle();
      return checks(namesHeld());
    },
    finish: () => {
      written = requests.map(({ props }, position) => {
        const held = ciphertexts[position];
        return held ? { data: pick(call, held.data, props), tenant: held.tenant } : written[position];
      });
      call.settle();
      for (const [position, { object }] of requests.entries())
        checkCiphertext(call, object.encrypted, ciphertexts[position], { archived: false });
      call.settle();
      for (const request of requests) checkCardShape(call, request);
      call.settle();
    },
  });
  return { repeated, opened: /** @type {Data[]} */ (written) };
}

/** The properties that are asked about, as far as the request shows them. @param {Request} request */
function namesWritten({ object: { fields }, props }) {
  return props ?? (fields ? Object.keys(withoutTenant(fields)).filter((name) => fields[name] !== null) : null);
}

/** Every name of a property that the request writes. @param {Request} request */
const namesOf = ({ object: { fields = {} }, props = [], fpprops = [] }) => [
  ...Object.keys(withoutTenant(fields)),
  ...props,
  ...fpprops,
];

/** @param {Record<string, any>} fields */
function withoutTenant({ _tenant_id: _, ...fields }) {
  return fields;
}

/** @param {Call} call @param {Record<string, any>} fields @param {string[] | undefined} props */
const readFields = (call, fields, props) => pick(call, checkFields(call, withoutTenant(fields)), props);

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

/** What is not there is left out. @param {Call} call @param {Record<string, any>} data @param {string[] | undefined} props */
export function pick(call, data, props) {
  const entries = Object.entries(data).filter(([name]) => props?.includes(name) ?? true);
  if (entries.length === 0) call.report(new Refusal("PV1012"));
  return Object.fromEntries(entries);
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
 * @param {{ ciphertext: string }} encrypted
 * @returns {Ciphertext | undefined} nothing, if that is a problem
 */
export function openCiphertext(call, { ciphertext }) {
  const bytes = plainBase64(ciphertext);
  const found = call.state.ciphertexts.find(({ id }) => id.real !== null && plainBase64(id.real) === bytes);
  if (found && found.collection === call.collection && !call.isOutside(found.tenant)) return found;
  call.report(new Refusal("VL3003"));
  return undefined;
}

/**
 * Whether a ciphertext that opened may be used.
 * @param {Call} call
 * @param {{ scope?: string } | undefined} asked
 * @param {Ciphertext | undefined} found
 * @param {{ archived: boolean }} wanted
 */
export function checkCiphertext(call, asked, found, { archived }) {
  if (asked === undefined || found === undefined) return;
  if (asked.scope !== undefined && asked.scope !== found.scope) call.report(new Refusal("VL3004"));
  else if (call.isArchived(found) && !archived) call.report(new Refusal("PV3233"));
  else if (!call.isArchived(found) && archived) call.report(new Refusal("VL3012"));
}

/** @param {string} text */
const plainBase64 = (text) =>
  text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");

/**
 * The checks of these operations on these properties, each once. What the collection does not have has no type.
 * @param {Call} call
 * @param {string[]} operations
 * @param {string[]} props
 */
export function checksOn(call, operations, props) {
  return union([
    props.flatMap((prop) => {
      const [name = "", ...rest] = prop.split(".");
      const transformer = /^[A-Za-z0-9_]{1,40}$/.test(rest.join(".")) ? rest : [];
      const type = typeOf(call, name);
      const about = { resource: `${call.collection}/properties/${[name, ...transformer].join(".")}` };
      const typed = type === undefined ? about : { ...about, type: [type, ...transformer].join(".") };
      return operations.map((operation) => ({ operation, ...typed }));
    }),
  ]);
}

/** @param {Call} call @param {string} name */
const typeOf = ({ properties }, name) => (Object.hasOwn(properties, name) ? properties[name]?.type : undefined);

/** Checks that were asked before, with the types of today. @param {Call} call @param {any[]} checks */
export const checksToday = (call, checks) =>
  checks.flatMap((check) => {
    const [, kind, name] = check.resource.split("/");
    return kind === "properties" ? checksOn(call, [check.operation], [name]) : check;
  });

/** Each once. @param {object[][]} checks @returns {object[]} */
const union = (checks) => [...new Map(checks.flat().map((check) => [canonical(check), check])).values()];

/** The one check on tokens as such. @param {Call} call @param {string} operation */
export function checkOnTokens({ collection, request }, operation) {
  const archived = request.options?.includes("archived") ? "archived/" : "";
  return [{ operation, resource: `${collection}/${archived}tokens` }];
}
