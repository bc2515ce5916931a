//! Decrypt: every rule of the specification that concerns it, by name. Transformers have a file of
//! their own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod archived;
mod audit;
mod ciphertext;
mod limits;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod metadata;
mod policy;
mod props;
mod reload;
mod strict_parsing;
mod tenants;

use memory_host::START;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

fn decrypt(vault: &TestVault, request: Value) -> Result<Value, Error> {
    vault.call("crypto.decrypt", request)
}

/// One request of the array.
fn one(ciphertext: &str) -> Value {
    json!({"encrypted_object": {"ciphertext": ciphertext}})
}

fn of(ciphertext: &str) -> Value {
    json!({"requestBody": [one(ciphertext)]})
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

/// A ciphertext of a name, an e-mail address and a number.
fn jane(vault: &TestVault) -> String {
    vault.ciphertext(json!({"object": {"fields": {
        "name": "Jane", "email": "jane@example.com", "ssn": "123-45-6789",
    }}}))
}

/// A ciphertext with this expiry.
fn expiring(vault: &TestVault, seconds: &str) -> String {
    let one = json!({"object": {"fields": {"name": "Jane"}}});
    let answer = succeeds(vault.encrypt(json!({"expirationSecs": seconds, "requestBody": [one]})));
    answer[0]["ciphertext"].as_str().unwrap().to_owned()
}

/// A ciphertext of this tenant, or of none.
fn tenants(vault: &TestVault, tenant: Option<&str>) -> String {
    let mut fields = json!({"name": "Jane"});
    if let Some(tenant) = tenant {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.ciphertext(json!({"object": {"fields": fields}}))
}

/// The answer's text as it is: a parsed one has lost the order of its keys.
fn text(vault: &TestVault, request: &Value) -> String {
    let common = json!({"collection": "customers", "reason": "Analytics"});
    let mut whole = request.clone();
    whole.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
    let whole = whole.to_string();
    let answer = vault.vault.call(&*vault.host, "crypto.decrypt", &whole);
    pollster::block_on(answer).unwrap().as_str().to_owned()
}

fn property_check(name: &str, data_type: &str) -> Value {
    json!({
        "operation": "decrypt", "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}
