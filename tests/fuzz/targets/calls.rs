//! The calls that the targets make.

use serde_json::{Value, json};

/// The operations, as the policy names them.
pub(super) const OPERATIONS: [&str; 12] = [
    "tokens.tokenize",
    "tokens.detokenize",
    "tokens.update",
    "tokens.rotate",
    "tokens.search",
    "tokens.delete",
    "tokens.count",
    "tokens.transaction",
    "crypto.encrypt",
    "crypto.decrypt",
    "crypto.updateEncrypted",
    "crypto.hash",
];

/// A request of `customers` with these parameters.
pub(super) fn about(mut parameters: Value) -> String {
    let members = parameters.as_object_mut().unwrap();
    members.insert("collection".to_owned(), "customers".into());
    members.insert("reason".to_owned(), "AppFunctionality".into());
    parameters.to_string()
}

/// The data types of the public API.
pub(super) const DATA_TYPES: [&str; 28] = [
    "STRING",
    "LONG_TEXT",
    "ADDRESS",
    "TENANT_ID",
    "OBJECT_ID",
    "NAME",
    "CC_HOLDER_NAME",
    "GENDER",
    "EMAIL",
    "EMAIL_STRICT",
    "PHONE_NUMBER",
    "SSN",
    "ZIP_CODE_US",
    "BAN",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING",
    "CC_NUMBER",
    "CC_EXPIRATION_STRING",
    "CC_CVV",
    "DATE",
    "DATE_OF_BIRTH",
    "TIMESTAMP",
    "URL",
    "INTEGER",
    "DOUBLE",
    "BOOLEAN",
    "BLOB",
    "JSON",
];

/// The property of `customers` that has a data type.
pub(super) fn property_of(data_type: &str) -> String {
    data_type.to_lowercase()
}

/// Every property, and none as it is.
fn all_transformed() -> Vec<String> {
    let masks = DATA_TYPES.map(|data_type| [&property_of(data_type), ".mask"].concat());
    let others = ["blob.size", "date_of_birth.age", "date_of_birth.age_frac"];
    masks.into_iter().chain(others.map(str::to_owned)).collect()
}

/// Whether a call with these parameters shows nothing as it is.
pub(super) fn shows_nothing_plain(parameters: &Value) -> bool {
    let props = [&parameters["props"], &parameters["requestBody"][0]["props"]];
    props.into_iter().any(|props| *props == json!(all_transformed()))
}

/// How far a call opens the row that it concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    Head,
    HeadAndBody,
    Record,
}

/// The parameters of the call that makes `mine`, and the transaction `landed`.
pub(super) fn making_mine() -> Value {
    json!({"transactionId": "landed", "requestBody": [{
        "type": "randomized", "token_id": "mine", "tags": ["t", "u"], "ensure_unique_tenant_tags": ["u"],
        "object": {"fields": {"name": "Ann", "email": "ann@example.com", "cc_number": "4580458045804580"}},
    }]})
}

/// Calls that concern one row: that of `mine`, or of the transaction `landed`.
pub(super) fn on_rows() -> Vec<(&'static str, Value, Opens)> {
    let details = json!(["include_metadata", "include_aggregated_data"]);
    let unique = json!({"tags": ["v"], "ensure_unique_tenant_tags": ["v"]});
    let data = json!({"object": {"fields": {"name": "Zoe"}}});
    vec![
        (
            "tokens.detokenize",
            json!({"tokenIds": ["mine"], "options": details}),
            Opens::HeadAndBody,
        ),
        (
            "tokens.detokenize",
            json!({"tokenIds": ["mine"], "props": all_transformed()}),
            Opens::HeadAndBody,
        ),
        ("tokens.detokenize", json!({"tags": ["u"]}), Opens::HeadAndBody),
        ("tokens.rotate", json!({"tokenIds": ["mine"]}), Opens::Head),
        (
            "tokens.update",
            json!({"tokenIds": ["mine"], "expirationSecs": "", "requestBody": {"tags": []}}),
            Opens::Head,
        ),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": unique}), Opens::Head),
        ("tokens.update", json!({"tags": ["u"], "requestBody": data}), Opens::Head),
        ("tokens.search", json!({"requestBody": {"token_ids": ["mine"]}}), Opens::Head),
        ("tokens.search", json!({"requestBody": {"tags": ["u"]}}), Opens::Head),
        ("tokens.delete", json!({"tokenIds": ["mine"]}), Opens::Head),
        ("tokens.delete", json!({"tags": ["t", "u"]}), Opens::Head),
        ("tokens.count", json!({}), Opens::Head),
        ("tokens.tokenize", making_mine(), Opens::Record),
        ("tokens.transaction", json!({"id": "landed"}), Opens::Record),
    ]
}

/// Calls that open this ciphertext.
pub(super) fn on_ciphertexts(ciphertext: &str, scope: Option<&str>) -> Vec<(&'static str, Value)> {
    let mut encrypted = json!({"ciphertext": ciphertext});
    if let Some(scope) = scope {
        encrypted["scope"] = scope.into();
    }
    let object = json!({"encrypted": encrypted});
    let whole = json!({"object": object});
    let of_name = json!({"object": object, "props": ["name"]});
    let pci = json!({"type": "pci", "object": object});
    let card =
        json!({"object": object, "fptemplate": "primary_account_number", "fpprops": ["cc_number"]});
    let archived = json!(["archived", "include_metadata"]);
    let transformed = json!({"encrypted_object": encrypted, "props": all_transformed()});
    let change = json!({"encrypted_object": encrypted, "fields": {"name": "Zoe"}});
    let retyped = json!({"type": "deterministic", "encrypted_object": encrypted, "fields": {}, "props": ["name"], "scope": "s"});
    let encrypted = json!({"encrypted_object": encrypted});
    vec![
        ("crypto.encrypt", json!({"requestBody": [whole]})),
        ("crypto.encrypt", json!({"requestBody": [of_name], "xTenantId": ["acme"]})),
        ("crypto.decrypt", json!({"requestBody": [encrypted], "options": ["include_metadata"]})),
        ("crypto.decrypt", json!({"requestBody": [transformed]})),
        ("crypto.decrypt", json!({"requestBody": [encrypted], "options": archived})),
        ("crypto.updateEncrypted", json!({"requestBody": [change], "expirationSecs": "9"})),
        ("crypto.updateEncrypted", json!({"requestBody": [retyped]})),
        ("crypto.hash", json!({"requestBody": [whole]})),
        ("crypto.hash", json!({"requestBody": [card]})),
        ("tokens.tokenize", json!({"requestBody": [pci]})),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": whole})),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": of_name})),
    ]
}
