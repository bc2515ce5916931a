//! Search: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answers;
mod form;
mod limits;
mod lying_store;
mod matches;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod policy_and_audit;
mod tenants;

use std::rc::Rc;

use memory_host::named_tokens::of_tenant;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, honest, thrown};
use serde_json::{Value, json};
use vaultlet::host::{Decision, Label, Row};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
const INTEGRITY: &str = "VL5001";

fn named(vault: &TestVault, name: &str, tags: &Value) -> String {
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": tags, "object": {"fields": {"name": name}},
    }))
}

fn archive(vault: &TestVault, token_id: &str) {
    let request = json!({"tokenIds": [token_id], "expirationSecs": "0", "requestBody": {}});
    succeeds(vault.update(request));
}

fn answered_ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap()).collect()
}

/// The IDs that a search with this body answers, in their order.
fn found(vault: &TestVault, body: &Value) -> Vec<String> {
    let answer = succeeds(vault.search(json!({"requestBody": body})));
    answered_ids(&answer).into_iter().map(str::to_owned).collect()
}

fn found_archived(vault: &TestVault, body: &Value) -> Vec<String> {
    let request = json!({"options": ["archived"], "requestBody": body});
    answered_ids(&succeeds(vault.search(request))).into_iter().map(str::to_owned).collect()
}
