//! What the policy is asked, and when.

use super::*;

#[test]
fn decrypt_asks_for_the_decrypter_and_decrypt_on_each_property() {
    let vault = TestVault::open();
    let ciphertext = tenants(&vault, Some("acme"));
    vault.host.take_events();
    let request = json!({
        "xTenantId": ["acme"], "reason": "Other", "adhocReason": "because",
        "requestBody": [with(one(&ciphertext), "props", json!(["ssn", "name"]))],
    });
    succeeds(decrypt(&vault, request));
    let expected = json!({
        "action": "crypto.decrypt", "capabilities": ["CapCryptoDecrypter"], "input": "encrypted",
        "collection": "customers", "tenantIds": ["acme"], "reason": "Other", "adhocReason": "because",
        "checks": [property_check("ssn", "SSN"), property_check("name", "NAME")],
    });
    assert_eq!(vault.host.questions(), [expected], "once, for the request shows the properties");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn checks_are_the_union_over_the_array_each_once_in_order_of_first_appearance() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.take_events();
    let narrow = |props: Value| with(one(&ciphertext), "props", props);
    let bodies = [narrow(json!(["phone", "name"])), narrow(json!(["name", "email", "phone"]))];
    succeeds(decrypt(&vault, json!({"requestBody": bodies})));
    let union = json!([
        property_check("phone", "PHONE_NUMBER"),
        property_check("name", "NAME"),
        property_check("email", "EMAIL"),
    ]);
    assert_eq!(checks_asked(&vault), [union]);
}

#[test]
fn without_props_the_policy_is_asked_twice_first_with_no_checks() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.take_events();
    succeeds(decrypt(&vault, of(&ciphertext)));
    let second = json!([
        property_check("email", "EMAIL"),
        property_check("name", "NAME"),
        property_check("ssn", "SSN"),
    ]);
    assert_eq!(checks_asked(&vault), [json!([]), second]);
    let questions = vault.host.questions();
    assert!(questions.iter().all(|question| question["input"] == "encrypted"));
    assert!(
        questions.iter().all(|question| question["capabilities"] == json!(["CapCryptoDecrypter"]))
    );
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
}

#[test]
fn one_request_without_props_among_others_asks_twice_for_the_union() {
    let vault = TestVault::open();
    let narrowed = with(one(&jane(&vault)), "props", json!(["phone", "ssn"]));
    let whole = one(&jane(&vault));
    vault.host.take_events();
    succeeds(decrypt(&vault, json!({"requestBody": [narrowed, whole]})));
    let union = json!([
        property_check("phone", "PHONE_NUMBER"),
        property_check("ssn", "SSN"),
        property_check("email", "EMAIL"),
        property_check("name", "NAME"),
    ]);
    assert_eq!(checks_asked(&vault), [json!([]), union]);
}

#[test]
fn no_ciphertext_is_opened_before_the_capability_was_granted() {
    let vault = TestVault::open();
    for props in [None, Some(json!(["name"]))] {
        let mut body = one("AAAA");
        if let Some(props) = props {
            body["props"] = props;
        }
        let request = json!({"requestBody": [body]});
        vault.host.take_events();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
        assert_eq!(code(&decrypt(&vault, request.clone())), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        vault.host.on_decide(|_| Ok(Decision::Denied(None)));
        assert_eq!(code(&decrypt(&vault, request.clone())), "PV1006");
        vault.host.allow_everything();
        assert_eq!(code(&decrypt(&vault, request)), "VL3003");
    }
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.deny_resource("customers/properties/ssn");
    vault.host.take_events();
    assert_eq!(code(&decrypt(&vault, of(&ciphertext))), "PV1006");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["decision"], "denied");
    assert_eq!(events[0]["checks"].as_array().unwrap().len(), 3);
    let narrowed = |props: Value| {
        decrypt(&vault, json!({"requestBody": [with(one(&ciphertext), "props", props)]}))
    };
    assert_eq!(code(&narrowed(json!(["name", "email"]))), "ok", "what is not shown needs no right");
    assert_eq!(code(&narrowed(json!(["name", "ssn"]))), "PV1006");
}

#[test]
fn a_right_is_needed_for_each_of_the_props_held_or_not() {
    let vault = TestVault::open();
    let ciphertext = tenants(&vault, None);
    vault.host.deny_resource("customers/properties/ssn");
    let body = with(one(&ciphertext), "props", json!(["name", "ssn"]));
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body]}))), "PV1006");
}
