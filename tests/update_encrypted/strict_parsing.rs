//! Requests that are not of the form.

use super::*;

#[test]
fn what_is_not_of_the_form_is_pv1012_naming_its_path() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({}));
    let without = |member: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(member);
        json!([good, body])
    };
    let changed = |member: &str, value: Value| json!([good, with(good.clone(), member, value)]);
    vault.host.take_events();
    for (body, field) in [
        (json!({}), "requestBody"),
        (Value::Null, "requestBody"),
        (json!([good, null]), "requestBody[1]"),
        (without("encrypted_object"), "requestBody[1].encrypted_object"),
        (without("fields"), "requestBody[1].fields"),
        (changed("fields", Value::Null), "requestBody[1].fields"),
        (changed("fields", json!([])), "requestBody[1].fields"),
        (changed("fields", json!("name")), "requestBody[1].fields"),
        (changed("encrypted_object", Value::Null), "requestBody[1].encrypted_object"),
        (changed("encrypted_object", json!("AAAA")), "requestBody[1].encrypted_object"),
        (changed("encrypted_object", json!({})), "requestBody[1].encrypted_object.ciphertext"),
        (
            changed("encrypted_object", json!({"ciphertext": 7})),
            "requestBody[1].encrypted_object.ciphertext",
        ),
        (
            changed("encrypted_object", json!({"ciphertext": "AAAA", "scope": null})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            changed("encrypted_object", json!({"ciphertext": "AAAA", "tags": []})),
            "requestBody[1].encrypted_object.tags",
        ),
        (changed("props", json!([])), "requestBody[1].props"),
        (changed("props", Value::Null), "requestBody[1].props"),
        (changed("props", json!("name")), "requestBody[1].props"),
        (changed("props", json!(["name", null])), "requestBody[1].props[1]"),
        (changed("scope", Value::Null), "requestBody[1].scope"),
        (changed("scope", json!("")), "requestBody[1].scope"),
        (changed("scope", json!("x".repeat(257))), "requestBody[1].scope"),
        (changed("scope", json!(["s"])), "requestBody[1].scope"),
        (changed("object", json!({"fields": {}})), "requestBody[1].object"),
        (changed("token_id", json!("t")), "requestBody[1].token_id"),
        (changed("expirationSecs", json!("10")), "requestBody[1].expirationSecs"),
    ] {
        let result = update(&vault, json!({"requestBody": body}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty(), "and neither policy nor audit hears of it");
}

#[test]
fn parameters_that_update_encrypted_does_not_have_are_pv1012() {
    let vault = TestVault::open();
    let request = json!({"requestBody": [one(&jane(&vault), &json!({}))]});
    for (member, value, field) in [
        ("props", json!(["name"]), "props"),
        ("fields", json!({}), "fields"),
        ("scope", json!("s"), "scope"),
        ("tokenIds", json!(["a"]), "tokenIds"),
        ("tags", json!(["a"]), "tags"),
        ("transactionId", json!("t"), "transactionId"),
        ("options", Value::Null, "options"),
        ("options", json!(["include_metadata"]), "options[0]"),
        ("options", json!(["archived", "archive"]), "options[1]"),
        ("xTenantId", json!([]), "xTenantId"),
    ] {
        let result = update(&vault, with(request.clone(), member, value));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    let missing = update(&vault, json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
}
