//! What the policy is asked, and when.

use super::*;

#[test]
fn update_encrypted_asks_for_both_capabilities_and_two_checks_on_each_property() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    let body = with(one(&old, &json!({"ssn": "123456789"})), "props", json!(["ssn", "name"]));
    succeeds(update(&vault, json!({"requestBody": [body], "reason": "Maintenance"})));
    let expected = json!({
        "action": "crypto.updateEncrypted",
        "capabilities": ["CapCryptoDecrypter", "CapCryptoEncrypter"], "input": "encrypted",
        "collection": "customers", "tenantIds": [], "reason": "Maintenance",
        "checks": checks(&[("ssn", "SSN"), ("name", "NAME")]),
    });
    assert_eq!(vault.host.questions(), [expected], "once, for the request shows the properties");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn without_props_the_policy_is_asked_twice_first_with_no_checks() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    updated(&vault, one(&old, &json!({"ssn": "123456789", "name": "Joe"})));
    let second = checks(&[("email", "EMAIL"), ("name", "NAME"), ("ssn", "SSN")]);
    assert_eq!(checks_asked(&vault), [json!([]), second]);
    let questions = vault.host.questions();
    let both = json!(["CapCryptoDecrypter", "CapCryptoEncrypter"]);
    assert!(questions.iter().all(|question| question["capabilities"] == both));
    assert!(questions.iter().all(|question| question["input"] == "encrypted"));
}

#[test]
fn checks_are_the_union_over_the_array_each_once_in_order_of_first_appearance() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrowed =
        |props: Value| with(one(&old, &json!({"ssn": "123456789", "age": 7})), "props", props);
    let first = narrowed(json!(["name", "age", "ssn"]));
    let second = narrowed(json!(["ssn", "email", "name"]));
    vault.host.take_events();
    succeeds(update(&vault, json!({"requestBody": [first, second]})));
    let mut union = vec![("name", "NAME"), ("age", "INTEGER"), ("ssn", "SSN"), ("email", "EMAIL")];
    assert_eq!(checks_asked(&vault), [checks(&union)]);
    vault.host.take_events();
    let whole = one(&old, &json!({"phone": "5550100"}));
    succeeds(update(&vault, json!({"requestBody": [first, whole]})));
    union.push(("phone", "PHONE_NUMBER"));
    assert_eq!(checks_asked(&vault), [json!([]), checks(&union)]);
}

#[test]
fn neither_of_the_two_rights_is_the_other() {
    for refused in ["decrypt", "encrypt"] {
        for props in [None, Some(json!(["name"]))] {
            let vault = TestVault::open();
            let mut body = one(&jane(&vault), &json!({"name": "Joe"}));
            if let Some(props) = props {
                body["props"] = props;
            }
            vault.host.on_decide(move |question| {
                let checks = question["checks"].as_array().unwrap();
                let denied = checks.iter().any(|check| check["operation"] == refused);
                Ok(if denied { Decision::Denied(None) } else { Decision::Allow })
            });
            let result = update(&vault, json!({"requestBody": [body]}));
            assert_eq!(code(&result), "PV1006", "{refused}");
        }
    }
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.deny_resource("customers/properties/email");
    vault.host.take_events();
    let body = one(&old, &json!({"name": "Joe"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), "PV1006");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["decision"], "denied");
    let replaced = one(&old, &json!({"email": "joe@example.com"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [replaced]}))), "PV1006");
    let narrowed = with(body, "props", json!(["name"]));
    let result = update(&vault, json!({"requestBody": [narrowed]}));
    assert_eq!(code(&result), "ok", "what does not survive needs no right");
}

#[test]
fn no_ciphertext_is_opened_before_the_capabilities_were_granted() {
    let vault = TestVault::open();
    let deterministic = sealed(&vault, "deterministic");
    for (body, allowed) in [
        (one("AAAA", &json!({})), "VL3003"),
        (with(one("AAAA", &json!({})), "props", json!(["name"])), "VL3003"),
        (with(one(&jane(&vault), &json!({})), "props", json!(["age"])), "PV1012"),
        (one(&deterministic, &json!({})), "PV1012"),
    ] {
        let mut request = json!({"requestBody": [body]});
        if allowed == "PV1012" {
            request["expirationSecs"] = json!("10");
        }
        vault.host.take_events();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
        assert_eq!(code(&update(&vault, request.clone())), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        vault.host.allow_everything();
        assert_eq!(code(&update(&vault, request)), allowed);
    }
}

#[test]
fn what_the_request_shows_is_checked_after_the_policy_has_allowed() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let good = with(one(&ciphertext, &json!({})), "props", json!(["name"]));
    for (fields, props, expected) in [
        (json!({"email": "no address"}), None, "PV3002"),
        (json!({"email": "no address"}), Some(json!(["name"])), "PV3002"),
        (json!({"age": 9_007_199_254_740_992_i64}), None, "PV3002"),
        (json!({"unknown": 1}), None, "PV3004"),
        (json!({}), Some(json!(["unknown"])), "PV3004"),
    ] {
        vault.host.take_events();
        let mut body = one(&ciphertext, &fields);
        let mut steps = vec!["decide", "decide", "audit"];
        if let Some(props) = props {
            body["props"] = props;
            steps.remove(0);
        }
        let result = update(&vault, json!({"requestBody": [good, body]}));
        assert_eq!(code(&result), expected, "{fields}");
        assert_eq!(vault.host.take_steps(), steps, "a refusal there is audited");
    }
}

#[test]
fn a_refused_value_is_not_in_the_error() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"ssn": "Zq7 Marker"}));
    let error = update(&vault, json!({"requestBody": [body]})).unwrap_err();
    let context = [("property", "ssn"), ("type", "SSN"), ("field", "requestBody[0]")];
    assert_eq!(error.context(), context.map(|(name, value)| (name, value.to_owned())));
    assert!(
        !format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap()).contains("Marker")
    );
}
