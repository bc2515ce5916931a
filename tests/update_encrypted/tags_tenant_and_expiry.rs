//! What stays of the old ciphertext beside its data, and what may change.

use super::*;

#[test]
fn tags_stay_and_cannot_be_given() {
    let vault = TestVault::open();
    let old = expiring(&vault, "", &json!(["b", "a"]));
    let new = updated(&vault, with(one(&old, &json!({"name": "Joe"})), "scope", json!("other")));
    assert_eq!(metadata(&vault, &new)["tags"], json!(["b", "a"]));
    let body = with(one(&old, &json!({})), "tags", json!([]));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(
        (code(&result), context(&result, "field")),
        ("PV1012", "requestBody[0].tags".to_owned())
    );
}

#[test]
fn the_expiry_stays_unless_another_is_given() {
    let vault = TestVault::open();
    for (old, given, expected) in [
        ("90", None, json!("2024-11-08T15:01:30.000Z")),
        ("", None, Value::Null),
        ("90", Some(""), Value::Null),
        ("90", Some("10"), json!("2024-11-08T15:01:00.000Z")),
        ("", Some("10"), json!("2024-11-08T15:01:00.000Z")),
        ("90", Some("3153600000"), json!("2124-10-15T15:00:50.000Z")),
    ] {
        vault.host.set_time(START);
        let source = expiring(&vault, old, &json!(["t"]));
        vault.host.pass_seconds(50);
        let mut request = json!({"requestBody": [one(&source, &json!({"name": "Joe"}))]});
        if let Some(given) = given {
            request["expirationSecs"] = json!(given);
        }
        let new = first(&succeeds(update(&vault, request)));
        let said = metadata(&vault, &new);
        assert_eq!(
            (&said["expiration"], &said["tags"]),
            (&expected, &json!(["t"])),
            "{old} {given:?}"
        );
    }
}

#[test]
fn expiration_zero_archives_the_new_ciphertext_now_and_not_the_old_one() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let request = json!({"expirationSecs": "0", "requestBody": [one(&old, &json!({}))]});
    let new = first(&succeeds(update(&vault, request)));
    let again = |text: &str| code(&update(&vault, json!({"requestBody": [one(text, &json!({}))]})));
    assert_eq!(again(&new), "PV3233");
    assert_eq!(again(&old), "ok");
}

#[test]
fn an_expiry_that_cannot_be_is_pv1012() {
    let vault = TestVault::open();
    for expiry in
        [json!("3153600001"), json!("-1"), json!("1.0"), json!(" 1"), json!(10), Value::Null]
    {
        let body = json!([one(&jane(&vault), &json!({}))]);
        let result = update(&vault, json!({"expirationSecs": expiry, "requestBody": body}));
        assert_eq!(code(&result), "PV1012", "{expiry}");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
}

#[test]
fn the_default_expiry_of_tokens_is_not_that_of_ciphertexts() {
    let vault = TestVault::with(&Setup::settings(json!({"tokenTtlSecs": 10})));
    let new = updated(&vault, one(&jane(&vault), &json!({"name": "Joe"})));
    assert_eq!(metadata(&vault, &new)["expiration"], Value::Null);
}

#[test]
fn the_tenant_stays() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let old = vault.ciphertext(json!({"object": {"fields": fields}}));
    for list in [Value::Null, json!(["acme"]), json!(["bolt", "acme"])] {
        let mut request = json!({"requestBody": [one(&old, &json!({"name": "Joe"}))]});
        if !list.is_null() {
            request["xTenantId"] = list;
        }
        let new = first(&succeeds(update(&vault, request)));
        for (tenant, expected) in [("acme", "ok"), ("bolt", "VL3003")] {
            let request = json!({"xTenantId": [tenant], "requestBody": [one(&new, &json!({}))]});
            assert_eq!(code(&update(&vault, request)), expected);
        }
        assert_eq!(held(&vault, &new), json!({"name": "Joe"}), "it is not among the fields");
    }
}

#[test]
fn a_ciphertext_of_no_tenant_is_given_none() {
    let vault = TestVault::open();
    let new = updated(&vault, one(&jane(&vault), &json!({"name": "Joe"})));
    let request = json!({"xTenantId": ["acme"], "requestBody": [one(&new, &json!({}))]});
    assert_eq!(code(&update(&vault, request)), "VL3003");
}

#[test]
fn a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003_and_none_is_outside_every_list() {
    let vault = TestVault::open();
    for tenant in [Some("bolt"), None] {
        let mut fields = json!({"name": "Jane"});
        if let Some(tenant) = tenant {
            fields["_tenant_id"] = json!(tenant);
        }
        let old = vault.ciphertext(json!({"object": {"fields": fields}}));
        let request =
            json!({"xTenantId": ["acme", "core"], "requestBody": [one(&old, &json!({}))]});
        assert_eq!(code(&update(&vault, request)), "VL3003", "{tenant:?}");
    }
}

#[test]
fn a_tenant_among_the_fields_is_pv1012_before_anything_else() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({}));
    vault.host.take_events();
    for tenant in [json!("acme"), json!(""), Value::Null] {
        let fields = json!({"_tenant_id": tenant, "name": "Joe"});
        let request = json!({"xTenantId": ["acme"], "requestBody": [good, one("AAAA", &fields)]});
        let result = update(&vault, request);
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[1].fields._tenant_id");
    }
    assert!(vault.host.take_steps().is_empty());
    let props = with(good, "props", json!(["_tenant_id"]));
    assert_eq!(code(&update(&vault, json!({"requestBody": [props]}))), "PV3004");
}
