//! Encrypt: every rule of the specification's section that this vault has, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use base64ct::{Base64, Encoding};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

fn jane() -> Value {
    json!({"fields": {"email": "jane@example.com", "name": "Jane"}})
}

/// What a ciphertext holds, seen by making a token of it.
fn held(vault: &TestVault, ciphertext: &Value) -> Value {
    let object = json!({"encrypted": {"ciphertext": ciphertext}});
    let id = vault.token(json!({"type": "randomized", "object": object}));
    vault.fields(&id)
}

#[test]
fn an_array_is_answered_in_order_as_standard_base64() {
    let vault = TestVault::open();
    let one = |name: &str| json!({"object": {"fields": {"name": name}}});
    let answer = succeeds(vault.encrypt(json!({"requestBody": [one("b"), one("a"), one("c")]})));
    let answers = answer.as_array().unwrap();
    let names: Vec<Value> = answers.iter().map(|one| held(&vault, &one["ciphertext"])).collect();
    assert_eq!(names, [json!({"name": "b"}), json!({"name": "a"}), json!({"name": "c"})]);
    for one in answers {
        assert_eq!(one.as_object().unwrap().len(), 1);
        assert!(Base64::decode_vec(one["ciphertext"].as_str().unwrap()).is_ok());
    }
}

#[test]
fn an_empty_array_is_pv1012() {
    let vault = TestVault::open();
    assert_eq!(code(&vault.encrypt(json!({"requestBody": []}))), "PV1012");
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let bad = json!({"object": {"fields": {"email": "no address"}}});
    let result = vault.encrypt(json!({"requestBody": [{"object": jane()}, bad]}));
    assert_eq!(code(&result), "PV3002");
}

#[test]
fn encrypt_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    vault.ciphertext(json!({"object": jane()}));
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn props_pick_what_is_sealed() {
    let vault = TestVault::open();
    let ciphertext = vault.ciphertext(json!({"props": ["name"], "object": jane()}));
    assert_eq!(held(&vault, &json!(ciphertext)), json!({"name": "Jane"}));
    let missing = json!({"props": ["ssn"], "object": jane()});
    assert_eq!(code(&vault.encrypt(json!({"requestBody": [missing]}))), "VL3005");
}

#[test]
fn randomized_is_the_default_and_never_gives_equal_ciphertext() {
    let vault = TestVault::open();
    let one = json!({"object": jane()});
    let explicit = json!({"type": "randomized", "object": jane()});
    let mut texts: Vec<String> =
        [&one, &one, &explicit, &explicit].map(|one| vault.ciphertext(one.clone())).to_vec();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 4);
}

#[test]
fn equal_data_scope_tenant_collection_and_primary_key_give_equal_deterministic_ciphertext() {
    let encrypt = |vault: &TestVault, request: &Value| {
        let answer = succeeds(vault.encrypt(request.clone()));
        answer[0]["ciphertext"].as_str().unwrap().to_owned()
    };
    let one = json!({"type": "deterministic", "object": jane()});
    let base = json!({"requestBody": [one]});
    let vault = TestVault::open();
    let first = encrypt(&vault, &base);
    assert_eq!(encrypt(&vault, &base), first);
    let reordered = json!({"requestBody": [{
        "type": "deterministic", "scope": "default",
        "object": {"fields": {"name": "Jane", "email": "jane@example.com"}},
    }]});
    assert_eq!(encrypt(&vault, &reordered), first);

    let mut different = vec![first];
    different.push(encrypt(
        &vault,
        &json!({"requestBody": [{
            "type": "deterministic", "object": {"fields": {"name": "Joe"}},
        }]}),
    ));
    different.push(encrypt(
        &vault,
        &json!({"requestBody": [{
            "type": "deterministic", "scope": "other", "object": jane(),
        }]}),
    ));
    different.push(encrypt(&vault, &json!({"xTenantId": ["acme"], "requestBody": [one]})));
    different.push(encrypt(&vault, &json!({"collection": "partners", "requestBody": [one]})));
    different.push(encrypt(&TestVault::with(&Setup::keys("2025", &["2025", "2026"])), &base));
    different.push(vault.ciphertext(json!({"type": "randomized", "object": jane()})));
    let count = different.len();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), count);
}

#[test]
fn deterministic_takes_no_tags_and_no_expiration() {
    let vault = TestVault::open();
    let tagged = json!({"type": "deterministic", "tags": ["t"], "object": jane()});
    let result = vault.encrypt(json!({"requestBody": [tagged]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody[0].tags");
    let one = json!({"type": "deterministic", "object": jane()});
    for expiration in ["10", ""] {
        let result = vault.encrypt(json!({"expirationSecs": expiration, "requestBody": [one]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
}

#[test]
fn an_unknown_type_is_pv1012() {
    let vault = TestVault::open();
    for name in ["pci", "Randomized", ""] {
        let one = json!({"type": name, "object": jane()});
        assert_eq!(code(&vault.encrypt(json!({"requestBody": [one]}))), "PV1012");
    }
}

#[test]
fn token_parameters_are_unknown_keys() {
    let vault = TestVault::open();
    for member in ["token_id", "ensure_unique_tenant_tags", "fptemplate", "store_object"] {
        let mut one = json!({"object": jane()});
        one.as_object_mut().unwrap().insert(member.to_owned(), json!("x"));
        let result = vault.encrypt(json!({"requestBody": [one]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), format!("requestBody[0].{member}"));
    }
    let result = vault.encrypt(json!({"transactionId": "t", "requestBody": [{"object": jane()}]}));
    assert_eq!(code(&result), "PV1012");
}

#[test]
fn a_ciphertext_is_made_of_another_ciphertext() {
    let vault = TestVault::open();
    let inner = vault.ciphertext(json!({"scope": "inner", "object": jane()}));
    let outer = vault.ciphertext(json!({
        "type": "deterministic", "props": ["name"],
        "object": {"encrypted": {"ciphertext": inner, "scope": "inner"}},
    }));
    assert_eq!(held(&vault, &json!(outer)), json!({"name": "Jane"}));
    let plain =
        vault.ciphertext(json!({"type": "deterministic", "object": {"fields": {"name": "Jane"}}}));
    assert_eq!(outer, plain);
}

#[test]
fn the_layout_is_one_format_byte_then_one_part() {
    let vault = TestVault::open();
    let bytes = Base64::decode_vec(&vault.ciphertext(json!({"object": jane()}))).unwrap();
    let other = Base64::decode_vec(&vault.ciphertext(json!({"object": jane()}))).unwrap();
    assert_eq!(bytes.first(), Some(&1));
    assert_eq!(bytes.get(1..9), other.get(1..9), "the key ID");
    assert_ne!(bytes.get(9..33), other.get(9..33), "the nonce");
    assert_eq!(bytes.len(), other.len());
}

#[test]
fn an_ordinary_vault_shows_nothing_readable() {
    let vault = TestVault::open();
    let bytes = Base64::decode_vec(&vault.ciphertext(json!({
        "scope": "visible-scope", "tags": ["visible-tag"], "object": jane(),
    })))
    .unwrap();
    // With its quotes: four letters alone are among random bytes now and then.
    for word in [r#""Jane""#, "jane@example.com", "visible-scope", "visible-tag", "customers"] {
        let seen = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!seen, "{word}");
    }
}
