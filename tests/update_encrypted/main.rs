//! Update encrypted: every rule of the specification that concerns it, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod audit;
mod ciphertext;
mod deterministic;
mod fields_and_props;
mod limits;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod policy;
mod reload;
mod strict_parsing;
mod tags_tenant_and_expiry;
mod type_and_scope;

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, thrown};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

const BOTH_TYPES: [&str; 2] = ["randomized", "deterministic"];

fn update(vault: &TestVault, request: Value) -> Result<Value, Error> {
    vault.call("crypto.updateEncrypted", request)
}

/// One request of the array.
fn one(ciphertext: &str, fields: &Value) -> Value {
    json!({"encrypted_object": {"ciphertext": ciphertext}, "fields": fields})
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

/// The ciphertext that one request makes.
fn updated(vault: &TestVault, one: Value) -> String {
    first(&succeeds(update(vault, json!({"requestBody": [one]}))))
}

fn first(answer: &Value) -> String {
    answer[0]["ciphertext"].as_str().unwrap().to_owned()
}

/// A ciphertext of a name and an e-mail address.
fn jane(vault: &TestVault) -> String {
    sealed(vault, "randomized")
}

fn sealed(vault: &TestVault, encryption_type: &str) -> String {
    vault.ciphertext(json!({
        "type": encryption_type,
        "object": {"fields": {"name": "Jane", "email": "jane@example.com"}},
    }))
}

/// A ciphertext with this expiry and these tags.
fn expiring(vault: &TestVault, seconds: &str, tags: &Value) -> String {
    let one = json!({"tags": tags, "object": {"fields": {"name": "Jane"}}});
    first(&succeeds(vault.encrypt(json!({"expirationSecs": seconds, "requestBody": [one]}))))
}

/// What decrypt says of an active ciphertext.
fn decrypted(vault: &TestVault, ciphertext: &str) -> Value {
    let body = json!([{"encrypted_object": {"ciphertext": ciphertext}}]);
    let request = json!({"options": ["include_metadata"], "requestBody": body});
    succeeds(vault.call("crypto.decrypt", request))[0].clone()
}

fn held(vault: &TestVault, ciphertext: &str) -> Value {
    decrypted(vault, ciphertext)["fields"].clone()
}

fn metadata(vault: &TestVault, ciphertext: &str) -> Value {
    decrypted(vault, ciphertext)["metadata"].clone()
}

fn check(operation: &str, name: &str, data_type: &str) -> Value {
    json!({
        "operation": operation, "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

/// Both checks of each of these properties.
fn checks(properties: &[(&str, &str)]) -> Value {
    let both = |(name, data_type): &(&str, &str)| {
        [check("decrypt", name, data_type), check("encrypt", name, data_type)]
    };
    properties.iter().flat_map(both).collect()
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}
