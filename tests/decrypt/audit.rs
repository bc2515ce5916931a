//! The events.

use super::*;

#[test]
fn one_event_counts_the_ciphertexts_and_shows_the_checks_that_were_asked_last() {
    let vault = TestVault::open();
    let bodies = [one(&jane(&vault)), one(&tenants(&vault, None))];
    vault.host.take_events();
    succeeds(decrypt(&vault, json!({"requestBody": bodies, "customAudit": "a note"})));
    let mut event = vault.host.audit_events().pop().unwrap();
    event.as_object_mut().unwrap().remove("id").unwrap();
    let expected = json!({
        "time": START, "action": "crypto.decrypt", "collection": "customers", "tenantIds": [],
        "reason": "AppFunctionality", "customAudit": "a note", "decision": "allowed",
        "checks": [
            property_check("email", "EMAIL"),
            property_check("name", "NAME"),
            property_check("ssn", "SSN"),
        ],
        "tokens": 2,
    });
    assert_eq!(event, expected);
    assert_eq!(vault.host.audit_events().len(), 1);
}

#[test]
fn a_ciphertext_that_is_refused_is_a_failed_event_with_the_code() {
    let vault = TestVault::open();
    let wrong_scope = json!({"ciphertext": jane(&vault), "scope": "other"});
    for (body, expected) in [
        (one("AAAA"), "VL3003"),
        (json!({"encrypted_object": wrong_scope}), "VL3004"),
        (one(&expiring(&vault, "0")), "PV3233"),
    ] {
        vault.host.take_events();
        assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body]}))), expected);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["decision"], &events[0]["code"]),
            (&json!("failed"), &json!(expected))
        );
        assert_eq!(events[0]["tokens"], 0);
    }
}
