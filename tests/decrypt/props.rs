//! Which properties `props` shows.

use super::*;

#[test]
fn props_narrow_and_what_a_ciphertext_does_not_hold_is_left_out() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrow = |props: Value| {
        let body = with(one(&ciphertext), "props", props);
        succeeds(decrypt(&vault, json!({"requestBody": [body]})))[0]["fields"].clone()
    };
    assert_eq!(narrow(json!(["email"])), json!({"email": "jane@example.com"}));
    assert_eq!(narrow(json!(["phone", "name"])), json!({"name": "Jane"}));
    assert_eq!(narrow(json!(["phone"])), json!({}));
}

#[test]
fn each_request_has_props_of_its_own() {
    let vault = TestVault::open();
    let bodies = json!([
        with(one(&jane(&vault)), "props", json!(["name"])),
        with(one(&tenants(&vault, None)), "props", json!(["ssn"])),
        with(one(&jane(&vault)), "props", json!(["ssn", "phone"])),
    ]);
    let expected =
        json!([{"fields": {"name": "Jane"}}, {"fields": {}}, {"fields": {"ssn": "123-45-6789"}}]);
    assert_eq!(succeeds(decrypt(&vault, json!({"requestBody": bodies}))), expected);
}

#[test]
fn fields_are_answered_in_the_order_of_props_each_once() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let props = json!(["ssn", "name", "phone", "ssn", "email", "name"]);
    let request = json!({"requestBody": [with(one(&ciphertext), "props", props)]});
    let expected = r#"[{"fields":{"ssn":"123-45-6789","name":"Jane","email":"jane@example.com"}}]"#;
    assert_eq!(text(&vault, &request), expected);
}

#[test]
fn props_unknown_to_the_collection_are_pv3004_after_the_policy_has_allowed() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    for (prop, steps) in [
        ("unknown", &["decide", "decide", "audit"][..]),
        ("not a name", &[]),
        ("", &[]),
        ("_tenant_id", &[]),
    ] {
        vault.host.take_events();
        let second = with(one(&ciphertext), "props", json!(["name", prop]));
        let result = decrypt(&vault, json!({"requestBody": [one(&ciphertext), second]}));
        assert_eq!(code(&result), "PV3004", "{prop}");
        assert_eq!(vault.host.take_steps(), steps, "what can be no name is refused at once");
    }
    let unopened = with(one("AAAA"), "props", json!(["unknown"]));
    let result = decrypt(&vault, json!({"requestBody": [unopened]}));
    assert_eq!(code(&result), "PV3004", "before it is opened");
}
