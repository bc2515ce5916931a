//! Requests that are not of the form.

use super::*;

#[test]
fn what_is_not_of_the_form_is_pv1012_naming_its_path() {
    let vault = TestVault::open();
    let good = one(&jane(&vault));
    vault.host.take_events();
    let object = |object: Value| json!([good, {"encrypted_object": object}]);
    for (body, field) in [
        (json!({}), "requestBody"),
        (Value::Null, "requestBody"),
        (json!("text"), "requestBody"),
        (json!([good, null]), "requestBody[1]"),
        (json!([good, [good]]), "requestBody[1]"),
        (json!([{}]), "requestBody[0].encrypted_object"),
        (json!([{"props": ["name"]}]), "requestBody[0].encrypted_object"),
        (object(Value::Null), "requestBody[1].encrypted_object"),
        (object(json!("AAAA")), "requestBody[1].encrypted_object"),
        (object(json!({})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"scope": "s"})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"ciphertext": null})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"ciphertext": ["AAAA"]})), "requestBody[1].encrypted_object.ciphertext"),
        (
            object(json!({"ciphertext": "AAAA", "scope": null})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "scope": ""})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "scope": "x".repeat(257)})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "unknown": 1})),
            "requestBody[1].encrypted_object.unknown",
        ),
        (json!([good, with(good.clone(), "props", json!([]))]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", Value::Null)]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", json!("name"))]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", json!(["name", 1]))]), "requestBody[1].props[1]"),
        (json!([with(good.clone(), "props", json!([null]))]), "requestBody[0].props[0]"),
        (json!([with(good.clone(), "scope", json!("s"))]), "requestBody[0].scope"),
        (json!([with(good.clone(), "type", json!("randomized"))]), "requestBody[0].type"),
        (json!([with(good.clone(), "fields", json!({}))]), "requestBody[0].fields"),
        (json!([with(good.clone(), "object", json!({}))]), "requestBody[0].object"),
        (json!([with(good.clone(), "options", json!(["archived"]))]), "requestBody[0].options"),
    ] {
        let result = decrypt(&vault, json!({"requestBody": body}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty(), "and neither policy nor audit hears of it");
}

#[test]
fn parameters_that_decrypt_does_not_have_are_pv1012() {
    let vault = TestVault::open();
    let request = of(&jane(&vault));
    for (member, value, field) in [
        ("props", json!(["name"]), "props"),
        ("tokenIds", json!(["a"]), "tokenIds"),
        ("tags", json!(["a"]), "tags"),
        ("expirationSecs", json!("10"), "expirationSecs"),
        ("transactionId", json!("t"), "transactionId"),
        ("encrypted_object", json!({}), "encrypted_object"),
        ("options", Value::Null, "options"),
        ("options", json!("archived"), "options"),
        ("options", json!([null]), "options[0]"),
        ("options", json!(["archived", "include_aggregated_data"]), "options[1]"),
        ("options", json!(["Archived"]), "options[0]"),
        ("xTenantId", json!([]), "xTenantId"),
        ("requestBody", Value::Null, "requestBody"),
    ] {
        let result = decrypt(&vault, with(request.clone(), member, value));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    let missing = decrypt(&vault, json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
}

#[test]
fn a_scope_of_256_characters_can_be_given() {
    let vault = TestVault::open();
    let scope = "\u{1F600}".repeat(256);
    let object = json!({"fields": {"name": "Jane"}});
    let ciphertext = vault.ciphertext(json!({"scope": scope, "object": object}));
    let body = json!([{"encrypted_object": {"ciphertext": ciphertext, "scope": scope}}]);
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": body}))), "ok");
}
