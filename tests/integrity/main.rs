//! A store that lies: rows altered, put together from others, or not an answer to the question.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bytes;
mod columns;
mod every_row_is_opened;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod mixed_rows;
mod other_answers;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use memory_host::{Asked, WriteFault, honest};
use proptest::prelude::*;
use serde_json::{Value, json};
use vaultlet::host::{Label, Row};

const INTEGRITY: &str = "VL5001";

/// A vault with one token `mine` that has every column filled.
fn vault_with_a_full_row(token_type: &str) -> Rc<TestVault> {
    let vault = TestVault::with(&Setup::settings(json!({"archivedRetentionSecs": 100})));
    succeeds(vault.tokenize(json!({
        "xTenantId": ["acme"], "expirationSecs": "1000",
        "requestBody": [{
            "type": token_type, "token_id": "mine", "tags": ["t", "u"],
            "ensure_unique_tenant_tags": ["u"], "object": {"fields": {"name": "Jane"}},
        }],
    })));
    vault
}

fn rotate(vault: &TestVault) -> &'static str {
    code(&vault.rotate(json!({"tokenIds": ["mine"]})))
}

fn update(vault: &TestVault) -> &'static str {
    code(&vault.update(json!({"tokenIds": ["mine"], "requestBody": {"tags": ["new"]}})))
}

fn update_data(vault: &TestVault) -> &'static str {
    let object = json!({"fields": {"name": "Joe"}});
    code(&vault.update(json!({"tokenIds": ["mine"], "requestBody": {"object": object}})))
}

fn detokenize(vault: &TestVault) -> &'static str {
    code(&vault.detokenize(json!({"tokenIds": ["mine"]})))
}

fn by_tag(vault: &TestVault) -> &'static str {
    code(&vault.detokenize(json!({"tags": ["t"]})))
}

fn search(vault: &TestVault) -> &'static str {
    code(&vault.search(json!({"requestBody": {"token_ids": ["mine"]}})))
}

fn delete(vault: &TestVault) -> &'static str {
    code(&vault.delete(json!({"tokenIds": ["mine"]})))
}

fn count(vault: &TestVault) -> &'static str {
    code(&vault.count(json!({})))
}

type Operation = fn(&TestVault) -> &'static str;

/// Those that name the token.
const BY_ID: [Operation; 6] = [rotate, update, update_data, detokenize, search, delete];
const ALL: [Operation; 8] =
    [rotate, update, update_data, detokenize, search, by_tag, count, delete];

fn some_label(seed: u8) -> Label {
    Label::from_bytes(&[seed; Label::LENGTH]).unwrap()
}

/// Where the first part of `sealed` ends and the body begins.
fn body_start(sealed: &[u8]) -> usize {
    let length: [u8; 4] = sealed.get(2..6).unwrap().try_into().unwrap();
    6 + usize::try_from(u32::from_be_bytes(length)).unwrap()
}

/// A vault with two full tokens, `mine` and `other`.
fn vault_with_two_rows() -> (Rc<TestVault>, Row, Row) {
    let vault = TestVault::open();
    for name in ["mine", "other"] {
        vault.token(json!({
            "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
        }));
    }
    let (mine, other) = (vault.row("mine"), vault.row("other"));
    (vault, mine, other)
}

/// Answers every read with this row.
fn move_answer(
    row: &Row,
) -> impl FnMut(&memory_host::MemoryHost, &Asked) -> memory_host::ReadAnswer + 'static {
    let row = row.clone();
    move |_, _| Ok(honest(vec![row.clone()]))
}
