// @ts-check
// openapi.json for one server: with what only those may know who may read its collections, and with a ciphertext of its
// own, for no document can say which texts open.

/**
 * @typedef {object} About
 * @property {{ name: string, properties: { name: string, data_type_name: string, is_nullable: boolean }[] }} collection the only one
 * @property {string} tenant the only one
 * @property {string[]} ciphertexts the tenant's, of the scope `default`
 * @property {string[]} blobs ciphertexts of bytes, likewise
 */

/** Numbers with the right check digit, which is more than a pattern can ask for. */
const CARDS = ["4111111111111111", "4111 1111 1111 1111", "5105-1051-0510-5100", "378282246310005", "6011111111111117"];

/** What shows a value of a type in another way than its mask does. @type {Record<string, string[]>} */
const TRANSFORMERS = { BLOB: ["size"], DATE_OF_BIRTH: ["age", "age_frac"] };

/**
 * @param {any} document
 * @param {About} about
 * @returns {any}
 */
export function ofThisServer(document, { collection: { properties }, tenant, ciphertexts, blobs }) {
  const named = structuredClone(document);
  const { schemas } = named.components;
  const namesOf = (/** @type {string} */ type) => properties.filter(({ data_type_name }) => data_type_name === type).map(({ name }) => name);
  const names = properties.map(({ name }) => name);
  const shown = properties.flatMap(({ name, data_type_name }) =>
    [name, ...["mask", ...(TRANSFORMERS[data_type_name] ?? [])].map((transformer) => `${name}.${transformer}`)]);
  const oneOf = (/** @type {string[]} */ texts) => ({ type: "string", enum: texts });

  schemas.CC_NUMBER = oneOf(CARDS);
  const values = Object.fromEntries(properties.map(({ name, data_type_name, is_nullable }) => {
    const type = { $ref: `#/components/schemas/${data_type_name}` };
    return [name, is_nullable ? { anyOf: [type, { type: "null" }] } : type];
  }));
  const { not } = schemas.Fields;
  schemas.Fields = { type: "object", properties: values, additionalProperties: false, not };
  schemas.ChangedFields = { type: "object", properties: values, additionalProperties: false };
  Object.assign(schemas.EncryptedObjectInput.properties, { ciphertext: oneOf(ciphertexts), scope: oneOf(["default"]) });
  for (const [name, { properties: members }] of /** @type {[string, any][]} */ (Object.entries(schemas))) {
    if (members?.props !== undefined) members.props.items = oneOf(name === "DecryptionRequest" ? shown : names);
    if (members?.fpprops !== undefined) members.fpprops.items = oneOf(namesOf("CC_NUMBER"));
  }
  for (const operation of Object.values(named.paths).flatMap((methods) => Object.values(methods))) {
    for (const { name, schema } of operation.parameters) {
      if (name === "X-Tenant-Id") Object.assign(schema, { items: oneOf([tenant]), maxItems: 1 });
      if (name === "scope" && operation.operationId === "decrypt-blob") schema.enum = ["default"];
      if (name === "prop") schema.enum = namesOf("BLOB");
      if (name === "props") schema.items = oneOf(shown);
    }
    if (operation.operationId === "decrypt-blob") operation.requestBody.content["application/octet-stream"].schema = oneOf(blobs);
  }
  return named;
}
