//! Reading collections: what is answered of one and of all, what the policy is asked, what the audit is told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::host::Decision;

fn vault() -> Rc<TestVault> {
    let collections = json!({
        "customers": {"properties": {
            "name": {"type": "NAME"}, "email": {"type": "EMAIL", "nullable": true},
        }},
        "partners": {"properties": {}},
    });
    TestVault::with(&Setup { collections, ..Setup::default() })
}

fn read(vault: &TestVault, request: Value) -> Result<Value, vaultlet::Error> {
    pollster::block_on(vault.call_text("collections.read", &request.to_string()))
}

fn customers() -> Value {
    json!({"name": "customers", "type": "PERSONS", "properties": [
        {"name": "email", "data_type_name": "EMAIL", "is_nullable": true},
        {"name": "name", "data_type_name": "NAME", "is_nullable": false},
    ]})
}

#[test]
fn one_is_answered_or_all_in_the_order_of_the_configuration() {
    let vault = vault();
    assert_eq!(succeeds(read(&vault, json!({"collection": "customers"}))), customers());
    let partners = json!({"name": "partners", "type": "PERSONS", "properties": []});
    assert_eq!(succeeds(read(&vault, json!({"collection": ""}))), json!([customers(), partners]));
}

#[test]
fn the_policy_is_asked_for_the_capability_alone_and_the_audit_is_told() {
    let vault = vault();
    for name in ["", "customers"] {
        vault.host.take_events();
        succeeds(read(&vault, json!({"collection": name, "xTenantId": ["acme"]})));
        let question = json!({
            "action": "collections.read", "capabilities": ["CapCollectionsReader"], "checks": [],
            "input": "none", "collection": name, "tenantIds": ["acme"], "reason": "AppFunctionality",
        });
        assert_eq!(vault.host.questions(), [question]);
        let event = vault.host.audit_events()[0].clone();
        for (member, value) in [
            ("action", json!("collections.read")),
            ("collection", json!(name)),
            ("decision", json!("allowed")),
            ("checks", json!([])),
            ("tokens", json!(0)),
            ("reason", json!("AppFunctionality")),
        ] {
            assert_eq!(event[member], value, "{member}");
        }
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
    let given = json!({"collection": "", "reason": "Other", "adhocReason": "a look"});
    succeeds(read(&vault, given));
    assert_eq!(vault.host.questions()[0]["reason"], "Other");
    assert_eq!(vault.host.questions()[0]["adhocReason"], "a look");
}

#[test]
fn a_reason_that_is_given_must_be_one_and_a_denial_is_audited() {
    let vault = vault();
    for (request, expected) in [
        (json!({"collection": "", "reason": "Nope"}), "PV1002"),
        (json!({"collection": "", "reason": "Other"}), "VL1003"),
        (json!({"collection": "unknown"}), "PV1004"),
        (json!({"collection": "no name"}), "PV1008"),
        (json!({}), "PV1012"),
        (json!({"collection": "", "tokenIds": []}), "PV1012"),
    ] {
        assert_eq!(code(&read(&vault, request.clone())), expected, "{request}");
    }
    assert!(vault.host.take_steps().is_empty());
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    assert_eq!(code(&read(&vault, json!({"collection": ""}))), "PV1007");
    assert_eq!(vault.host.audit_events()[0]["decision"], "denied");
    assert_eq!(vault.host.audit_events()[0]["code"], "PV1007");
}

#[test]
fn what_a_reload_answers_holds_from_the_next_call() {
    let vault = vault();
    let reloaded = json!({"customers": {"properties": {"age": {"type": "INTEGER"}}}});
    vault.host.on_reload(Ok(Some(reloaded.to_string())));
    let request = json!({"collection": "", "reloadCache": true});
    assert_eq!(succeeds(read(&vault, request))[0], customers());
    let later = succeeds(read(&vault, json!({"collection": ""})));
    assert_eq!(later[0]["properties"][0]["name"], "age");
    assert_eq!(later.as_array().unwrap().len(), 1);
    assert_eq!(context(&read(&vault, json!({"collection": "partners"})), "collection"), "partners");
}
