//! What is answered.

use super::*;

#[test]
fn an_array_is_answered_in_order_with_all_that_the_ciphertexts_hold() {
    let vault = TestVault::open();
    let bodies: Vec<Value> = ["b", "a", "c"]
        .iter()
        .map(|name| one(&vault.ciphertext(json!({"object": {"fields": {"name": name}}}))))
        .collect();
    let answer = succeeds(decrypt(&vault, json!({"requestBody": bodies})));
    let expected =
        json!([{"fields": {"name": "b"}}, {"fields": {"name": "a"}}, {"fields": {"name": "c"}}]);
    assert_eq!(answer, expected);
}

#[test]
fn one_ciphertext_may_come_twice() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrow = |prop: &str| with(one(&ciphertext), "props", json!([prop]));
    let request = json!({"requestBody": [narrow("name"), narrow("email")]});
    let expected = json!([{"fields": {"name": "Jane"}}, {"fields": {"email": "jane@example.com"}}]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}

#[test]
fn values_come_back_exactly_as_they_were_given() {
    let vault = TestVault::open();
    let fields = json!({
        "name": " Jä\u{301}ne \u{1F600}\n\"x\" ", "nickname": "", "age": 9_007_199_254_740_991_i64,
        "score": -0.000_000_125, "notes": {"b": [1, null, {"a": "é"}], "": false, "a": []},
        "ssn": "123 45 6789", "email": "Jane@EXAMPLE.com",
    });
    for encryption_type in ["randomized", "deterministic"] {
        let ciphertext =
            vault.ciphertext(json!({"type": encryption_type, "object": {"fields": fields}}));
        assert_eq!(succeeds(decrypt(&vault, of(&ciphertext)))[0]["fields"], fields);
    }
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let bodies = json!([one(&jane(&vault)), one("AAAA"), one(&jane(&vault))]);
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": bodies}))), "VL3003");
}

#[test]
fn decrypt_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::open();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    let ciphertext = jane(&vault);
    vault.host.take_events();
    succeeds(decrypt(&reader, of(&ciphertext)));
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
    succeeds(decrypt(&reader, with(of(&ciphertext), "options", json!(["include_metadata"]))));
    assert!(vault.host.reads().is_empty() && vault.host.store.rows().is_empty());
}
