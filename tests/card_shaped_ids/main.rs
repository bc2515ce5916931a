//! Token IDs in the shape of a card's number: what they look like, what refuses them, and what
//! becomes of them.
//!
//! There are 100,000 of a shape, so chance meets a number that a test names, or an ID that is derived,
//! once in 100,000 draws. What must not meet has a vault of its own or is there before the draw, which
//! avoids it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod derived;
mod form;
#[expect(dead_code, reason = "each test file uses its part")]
#[path = "../memory_host/mod.rs"]
mod memory_host;
mod new_data;
mod other_callers;
mod refusals;
mod reuse;
mod rotation;
mod taken;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use serde_json::{Value, json};
use vaultlet::Error;

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
/// Types whose ID is drawn.
const DRAWN: [&str; 3] = ["pci", "pci_oneway", "randomized"];
const NUMBER: &str = "4111111111111111";
/// Of the same shape.
const OTHER_NUMBER: &str = "4111110000091111";
/// Of the same shape, and no ID of it: it has 19 digits.
const LONG_NUMBER: &str = "4111110000000021111";
/// Of another.
const FOREIGN_NUMBER: &str = "5500005555555559";

fn setup() -> Setup {
    let collections = json!({
        "customers": {"properties": {
            "card": {"type": "CC_NUMBER", "nullable": true},
            "second_card": {"type": "CC_NUMBER"},
            "name": {"type": "NAME"},
            "age": {"type": "INTEGER"},
        }},
        "partners": {"properties": {"card": {"type": "CC_NUMBER"}, "name": {"type": "NAME"}}},
    });
    Setup { collections, ..Setup::default() }
}

fn open() -> Rc<TestVault> {
    TestVault::with(&setup())
}

/// One request of an array, that asks for an ID in the shape of `card`.
fn shaped(mut one: Value) -> Value {
    one["fptemplate"] = json!("primary_account_number");
    one["fpprops"] = json!(["card"]);
    one
}

fn request(token_type: &str, fields: Value) -> Value {
    shaped(json!({"type": token_type, "object": {"fields": fields}}))
}

fn card() -> Value {
    json!({"card": NUMBER})
}

/// A token with an ID in the shape of [`NUMBER`].
fn card_token(vault: &TestVault, token_type: &str) -> String {
    vault.token(request(token_type, card()))
}

fn tokenize(vault: &TestVault, one: &Value) -> Result<Value, Error> {
    vault.tokenize(json!({"requestBody": [one]}))
}

fn hash(vault: &TestVault, one: &Value) -> Result<Value, Error> {
    vault.call("crypto.hash", json!({"requestBody": [one]}))
}

fn update_data(vault: &TestVault, token_id: &str, fields: Value) -> Result<Value, Error> {
    let object = json!({"fields": fields});
    vault.update(json!({"tokenIds": [token_id], "requestBody": {"object": object}}))
}

fn rotate(vault: &TestVault, token_id: &str) -> String {
    succeeds(vault.rotate(json!({"tokenIds": [token_id]})))[token_id].as_str().unwrap().to_owned()
}

fn ids(answer: &Value) -> Vec<String> {
    let id = |one: &Value| one["token_id"].as_str().unwrap().to_owned();
    answer.as_array().unwrap().iter().map(id).collect()
}

/// ISO/IEC 7812-1: from the right, every second digit counts twice, and its digits are added.
fn is_luhn(digits: &str) -> bool {
    let digit = |(place, digit): (usize, char)| {
        let value = digit.to_digit(10).unwrap() << (place % 2);
        value / 10 + value % 10
    };
    digits.chars().rev().enumerate().map(digit).sum::<u32>() % 10 == 0
}

/// A card's number of so many digits.
fn number_of(length: usize) -> String {
    let body = "402618935704821593".split_at(length - 1).0;
    (0..10).map(|check| format!("{body}{check}")).find(|number| is_luhn(number)).unwrap()
}

/// The ID in the shape of [`NUMBER`] with these five digits in its middle; the sixth is the check digit.
fn id_with(five: usize) -> String {
    let mut ids = (0..10).map(|sixth| format!("411111{five:05}{sixth}1111"));
    ids.find(|id| is_luhn(id)).unwrap()
}

fn has_shape(token_id: &str, number: &str) -> bool {
    token_id.len() == 16
        && token_id.bytes().all(|byte| byte.is_ascii_digit())
        && token_id.starts_with(number.split_at(6).0)
        && token_id.ends_with(number.split_at(number.len() - 4).1)
        && is_luhn(token_id)
        && token_id != number
}

fn is_uuid(token_id: &str) -> bool {
    uuid::Uuid::try_parse(token_id).is_ok()
}

/// Flips a bit of the data: what opens it finds that, and nothing else does.
fn damage_body(vault: &TestVault, token_id: &str) {
    let mut row = vault.row(token_id);
    let before_tag = row.sealed.len() - 20;
    row.sealed[before_tag] ^= 1;
    vault.host.store.put(row);
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": [token_id]}))), "VL5001");
}
