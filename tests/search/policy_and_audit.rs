//! What the policy is asked, and what the audit is told.

use super::*;

#[test]
fn search_asks_for_the_reader_and_read_on_the_tokens() {
    let vault = TestVault::open();
    let mut request = json!({
        "xTenantId": ["acme", "bolt"], "reason": "Other", "adhocReason": "because",
        "requestBody": {"tags": ["t"]},
    });
    succeeds(vault.search(request.clone()));
    let mut expected = json!({
        "action": "tokens.search", "capabilities": ["CapTokensReader"], "input": "none",
        "collection": "customers", "tenantIds": ["acme", "bolt"], "reason": "Other",
        "adhocReason": "because",
        "checks": [{"operation": "read", "resource": "customers/tokens"}],
    });
    assert_eq!(vault.host.questions(), [expected.clone()]);
    vault.host.take_events();
    request["options"] = json!(["archived", "include_aggregated_data"]);
    succeeds(vault.search(request));
    expected["checks"] = json!([{"operation": "read", "resource": "customers/archived/tokens"}]);
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn a_right_to_the_tokens_is_none_to_the_archived_ones_nor_the_other_way_round() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    archive(&vault, "a");
    let active = json!({"requestBody": {"token_ids": ["a"]}});
    let archived = json!({"requestBody": {"token_ids": ["a"]}, "options": ["archived"]});
    vault.host.deny_resource("customers/archived/tokens");
    assert_eq!(succeeds(vault.search(active.clone())), json!([]));
    assert_eq!(code(&vault.search(archived.clone())), "PV1006");
    vault.host.deny_resource("customers/tokens");
    assert_eq!(code(&vault.search(active)), "PV1006");
    assert_eq!(code(&vault.search(archived)), "ok");
}

#[test]
fn without_the_capability_nothing_is_read() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    vault.host.take_events();
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]}), json!({})] {
        assert_eq!(code(&vault.search(json!({"requestBody": body}))), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
}

#[test]
fn the_audit_is_told_how_many_before_they_are_answered() {
    let vault = TestVault::open();
    for name in ["a", "b", "c"] {
        named(&vault, name, &json!(["t"]));
    }
    vault.host.take_events();
    for (body, tokens) in [
        (json!({"token_ids": ["a", "c", "unknown", "a"]}), 2),
        (json!({"tags": ["t"]}), 3),
        (json!({"tags": ["unknown"]}), 0),
        (json!({}), 0),
    ] {
        succeeds(vault.search(json!({"customAudit": "note", "requestBody": body})));
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1, "{body}");
        let mut event = events.first().unwrap().clone();
        event.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(
            event,
            json!({
                "time": START, "action": "tokens.search", "collection": "customers", "tenantIds": [],
                "reason": "AppFunctionality", "customAudit": "note", "decision": "allowed",
                "checks": [{"operation": "read", "resource": "customers/tokens"}], "tokens": tokens,
            })
        );
        assert_eq!(vault.host.take_steps().last(), Some(&"audit"));
    }
    vault.host.on_audit(|_| Err(thrown()));
    let result = vault.search(json!({"requestBody": {"tags": ["t"]}}));
    assert_eq!((code(&result), context(&result, "callback")), ("PV1000", "audit".to_owned()));
}

#[test]
fn search_works_on_a_read_only_store() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    assert_eq!(found(&reader, &json!({"token_ids": ["a"]})), ["a"]);
    assert_eq!(found(&reader, &json!({"tags": ["t"]})), ["a"]);
}
