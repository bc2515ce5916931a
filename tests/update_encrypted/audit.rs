//! The events.

use super::*;

#[test]
fn one_event_counts_the_ciphertexts_and_shows_the_checks_that_were_asked_last() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    let bodies = [one(&old, &json!({"name": "Joe"})), one(&old, &json!({}))];
    succeeds(update(&vault, json!({"requestBody": bodies})));
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["action"], "crypto.updateEncrypted");
    assert_eq!((&event["decision"], &event["tokens"]), (&json!("allowed"), &json!(2)));
    assert_eq!(event["checks"], checks(&[("email", "EMAIL"), ("name", "NAME")]));
    assert_eq!(event.get("code"), None);
}

#[test]
fn a_call_that_ends_in_an_error_sends_one_event_with_the_code() {
    let vault = TestVault::open();
    let old = jane(&vault);
    for (body, expected) in [
        (one("AAAA", &json!({})), "VL3003"),
        (with(one(&old, &json!({})), "props", json!(["age"])), "PV1012"),
        (one(&expiring(&vault, "0", &json!([])), &json!({})), "PV3233"),
    ] {
        vault.host.take_events();
        assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), expected);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["decision"], &events[0]["code"]),
            (&json!("failed"), &json!(expected))
        );
    }
}

#[test]
fn a_failing_audit_answers_nothing() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"name": "Joe"}));
    vault.host.on_audit(|_| Err(thrown()));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(code(&result), "PV1000");
    assert_eq!(context(&result, "callback"), "audit");
}
