//! What the policy is asked, and what the audit is told.

use super::*;

#[test]
fn delete_asks_for_the_writer_and_delete_on_the_tokens() {
    let vault = vault_with_three();
    archive(&vault, "b");
    vault.host.take_events();
    succeeds(vault.delete(json!({
        "tokenIds": ["a"], "reason": "Other", "adhocReason": "because",
    })));
    let mut expected = json!({
        "action": "tokens.delete", "capabilities": ["CapTokensWriter"], "input": "none",
        "collection": "customers", "tenantIds": [], "reason": "Other", "adhocReason": "because",
        "checks": [{"operation": "delete", "resource": "customers/tokens"}],
    });
    assert_eq!(vault.host.questions(), [expected.clone()]);
    vault.host.take_events();
    succeeds(vault.delete(json!({"tokenIds": ["b"], "options": ["archived"]})));
    expected["reason"] = json!("AppFunctionality");
    expected.as_object_mut().unwrap().remove("adhocReason");
    expected["checks"] = json!([{"operation": "delete", "resource": "customers/archived/tokens"}]);
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn a_right_to_the_tokens_is_none_to_the_archived_ones_nor_the_other_way_round() {
    let vault = vault_with_three();
    archive(&vault, "b");
    vault.host.deny_resource("customers/archived/tokens");
    let archived = json!({"tags": ["t"], "options": ["archived"]});
    assert_eq!(code(&vault.delete(archived.clone())), "PV1006");
    succeeds(vault.delete(json!({"tokenIds": ["a"]})));
    vault.host.deny_resource("customers/tokens");
    assert_eq!(code(&vault.delete(json!({"tags": ["t"]}))), "PV1006");
    succeeds(vault.delete(archived));
    vault.host.allow_everything();
    assert_eq!(left(&vault), ["c"]);
}

#[test]
fn without_the_right_nothing_is_read_and_nothing_deleted() {
    for (decision, expected) in
        [(Decision::MissingCapability(None), "PV1007"), (Decision::Denied(None), "PV1006")]
    {
        let vault = vault_with_three();
        vault.host.on_decide(move |_| Ok(decision.clone()));
        for request in [json!({"tokenIds": ["a"]}), json!({"tags": ["t"]}), json!({})] {
            assert_eq!(code(&vault.delete(request)), expected);
            let event = vault.host.audit_events().pop().unwrap();
            assert_eq!(event["decision"], "denied");
            assert_eq!(event["code"], expected);
            assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        }
        vault.host.allow_everything();
        assert_eq!(left(&vault), ["a", "b", "c"]);
    }
}

#[test]
fn the_audit_is_told_how_many_before_they_are_deleted() {
    let vault = vault_with_three();
    let request = json!({"tokenIds": ["a", "c", "unknown", "a"], "customAudit": "note"});
    succeeds(vault.delete(request));
    let mut event = vault.host.audit_events().pop().unwrap();
    event.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(
        event,
        json!({
            "time": START, "action": "tokens.delete", "collection": "customers", "tenantIds": [],
            "reason": "AppFunctionality", "customAudit": "note", "decision": "allowed",
            "checks": [{"operation": "delete", "resource": "customers/tokens"}], "tokens": 2,
        })
    );
    assert_eq!(vault.host.take_steps(), ["decide", "read", "audit", "write"]);
}

#[test]
fn an_audit_that_fails_deletes_nothing() {
    for (fault, expected) in [(thrown(), "PV1000"), (Fault::TimedOut, "PV1009")] {
        let vault = vault_with_three();
        vault.host.on_audit(move |_| Err(fault.clone()));
        for request in [json!({"tokenIds": ["a"]}), json!({"tags": ["t"]})] {
            let result = vault.delete(request);
            assert_eq!((code(&result), context(&result, "callback")), (expected, "audit".into()));
        }
        assert!(!vault.host.has_written());
        vault.host.on_audit(|_| Ok(()));
        assert_eq!(left(&vault), ["a", "b", "c"]);
    }
}

#[test]
fn a_delete_that_matches_nothing_or_whose_write_fails_is_audited_as_failed() {
    let vault = vault_with_three();
    assert_eq!(code(&vault.delete(json!({"tags": ["unknown"]}))), "PV3009");
    let told = |vault: &TestVault| {
        let events = vault.host.audit_events();
        vault.host.take_events();
        let told = |event: &Value| {
            let code = event.get("code").cloned().unwrap_or_default();
            json!([event["decision"], code, event["tokens"]])
        };
        events.iter().map(told).collect::<Vec<Value>>()
    };
    assert_eq!(told(&vault), [json!(["failed", "PV3009", 0])]);
    vault.host.fail_next_writes(&[WriteFault::ThrowsUnwritten]);
    assert_eq!(code(&vault.delete(json!({"tags": ["t"]}))), "PV1000");
    assert_eq!(told(&vault), [json!(["allowed", null, 3]), json!(["failed", "PV1000", 3])]);
    vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten; 2]);
    succeeds(vault.delete(json!({"tags": ["t"]})));
    assert_eq!(told(&vault), [json!(["allowed", null, 3])], "once, however many passes");
}

#[test]
fn on_a_read_only_store_it_is_pv1026_after_the_capability() {
    let vault = vault_with_three();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    for request in [json!({"tokenIds": ["a"]}), json!({"tags": ["unknown"]}), json!({})] {
        let result = reader.delete(request);
        assert_eq!((code(&result), result.as_ref().unwrap_err().status()), ("PV1026", 405));
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    assert_eq!(code(&reader.delete(json!({"tokenIds": ["a"]}))), "PV1007");
}
