// The codes of errors, and their form in the REST API.

/** The body of an error in the REST API. */
export interface ErrorBody {
  error_code: ErrorCode;
  message: string;
  context: Readonly<Record<string, string>>;
  error_url: string;
}

/** `PV…` codes have their meaning in the public API; `VL…` codes are Vaultlet's own. */
export type ErrorCode =
  /** 500. A callback of the host threw or answered the wrong shape, or the runtime failed. */
  | "PV1000"
  /** 400. The reason is missing. */
  | "PV1001"
  /** 400. The reason is not one of the known ones. */
  | "PV1002"
  /** 404. The collection is unknown. */
  | "PV1004"
  /** 401. Over HTTP: nobody knows the caller. */
  | "PV1005"
  /** 403. The policy refuses, or a tenant is outside the list. */
  | "PV1006"
  /** 403. The caller lacks a capability. */
  | "PV1007"
  /** 400. The collection's name is not of the form of names. */
  | "PV1008"
  /** 503. A callback of the host did not answer in time. */
  | "PV1009"
  /** 400. The request is not of the API's form; `context.field` names the place. */
  | "PV1012"
  /** 405. The store has no `write`. */
  | "PV1026"
  /** 410. A named token is archived. */
  | "PV1033"
  /** 501. Not part of a vault that stores no objects. */
  | "PV2001"
  /** 400. A value is not of its property's type. */
  | "PV3002"
  /** 404. The collection has no such property. */
  | "PV3004"
  /** 404. The query matches no token, or there is none. */
  | "PV3009"
  /** 404. Some of the named tokens do not exist; `context.token_ids` lists them. */
  | "PV3087"
  /** 409. Others kept writing the same tokens. */
  | "PV3218"
  /** 400. The ciphertext is archived. */
  | "PV3233"
  /** 400. The configuration cannot be used; `context.place` names the place. */
  | "VL1000"
  /** 400. More than the vault or its store takes in one call. */
  | "VL1001"
  /** 503. More bytes of requests are under way than the vault takes. */
  | "VL1002"
  /** 404. The reason `Other` without an ad-hoc reason. */
  | "VL1003"
  /** 400. A data update must match exactly one token. */
  | "VL3001"
  /** 400. The data of a token of this type cannot be updated. */
  | "VL3002"
  /** 400. The ciphertext does not open. */
  | "VL3003"
  /** 400. The ciphertext was sealed with another scope. */
  | "VL3004"
  /** 409. Another token already holds this data in the scope. */
  | "VL3006"
  /** 409. A tag that must be unique is on another token. */
  | "VL3007"
  /** 400. A one-way token was named for detokenizing. */
  | "VL3008"
  /** 409. The transaction ID was used with another request. */
  | "VL3009"
  /** 409. The given token ID is another token's, or not the one that this data has. */
  | "VL3010"
  /** 400. No card-shaped ID can be made of this. */
  | "VL3011"
  /** 400. The ciphertext is active, and only archived ones were asked for. */
  | "VL3012"
  /** 400. The transformer is unknown. */
  | "VL3013"
  /** 500. A stored row was altered, is under a key that the vault does not have, or does not answer the question. */
  | "VL5001"
  /** 500. The vault is closed, or its wasm has failed. */
  | "VL5002";
