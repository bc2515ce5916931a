//! What is answered.

use super::*;

#[test]
fn an_array_is_answered_in_order_as_standard_base64() {
    let vault = TestVault::open();
    let bodies: Vec<Value> =
        ["b", "a", "c"].iter().map(|name| one(&jane(&vault), &json!({"name": name}))).collect();
    let answer = succeeds(update(&vault, json!({"requestBody": bodies})));
    let answers = answer.as_array().unwrap();
    let texts: Vec<&str> = answers.iter().map(|one| one["ciphertext"].as_str().unwrap()).collect();
    let names: Vec<Value> = texts.iter().map(|text| held(&vault, text)["name"].clone()).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert!(answers.iter().all(|one| one.as_object().unwrap().len() == 1));
    assert!(texts.iter().all(|text| Base64::decode_vec(text).is_ok()));
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({"name": "Joe"}));
    let bodies = json!([good, one("AAAA", &json!({"name": "Joe"}))]);
    assert_eq!(code(&update(&vault, json!({"requestBody": bodies}))), "VL3003");
}

#[test]
fn update_encrypted_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    let ciphertext = jane(&vault);
    vault.host.take_events();
    updated(&vault, one(&ciphertext, &json!({"name": "Joe"})));
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
    assert!(vault.host.store.rows().is_empty());
}
