//! A list that came out empty matches nothing, and never widens a query: the page that has no rows. The policy
//! and the audit are asked as always, the store is not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

/// A vault with a token `mine`, tagged `a`.
fn vault() -> Rc<TestVault> {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane"}});
    vault.token(json!({"type": "randomized", "token_id": "mine", "tags": ["a"], "object": object}));
    vault.host.take_events();
    vault
}

/// Requests with an empty list, and what they answer.
fn requests() -> Vec<(&'static str, Value, Result<Value, &'static str>)> {
    let fields = json!({"object": {"fields": {"name": "Joe"}}});
    let mut requests = vec![
        ("tokens.rotate", json!({"tokenIds": []}), Ok(json!({}))),
        ("tokens.tokenize", json!({"requestBody": []}), Ok(json!([]))),
        ("crypto.encrypt", json!({"requestBody": []}), Ok(json!([]))),
        ("crypto.decrypt", json!({"requestBody": []}), Ok(json!([]))),
        ("crypto.updateEncrypted", json!({"requestBody": []}), Ok(json!([]))),
        ("crypto.hash", json!({"requestBody": []}), Ok(json!([]))),
        ("tokens.search", json!({"requestBody": {"token_ids": []}}), Ok(json!([]))),
        ("tokens.search", json!({"requestBody": {"tags": []}}), Ok(json!([]))),
        (
            "tokens.search",
            json!({"requestBody": {"token_ids": ["mine"], "tags": []}}),
            Ok(json!([])),
        ),
    ];
    for query in [
        json!({"tokenIds": []}),
        json!({"tags": []}),
        json!({"tokenIds": [], "tags": ["a"]}),
        json!({"tokenIds": ["mine"], "tags": []}),
    ] {
        let with_body = |body: &Value| {
            let mut request = query.clone();
            request["requestBody"] = body.clone();
            request
        };
        requests.push(("tokens.detokenize", query.clone(), Ok(json!([]))));
        requests.push(("tokens.delete", query.clone(), Err("PV3009")));
        requests.push(("tokens.update", with_body(&fields), Err("PV3009")));
        requests.push(("tokens.update", with_body(&json!({"tags": ["b"]})), Err("PV3009")));
    }
    requests
}

#[test]
fn an_empty_list_matches_nothing_and_the_store_is_not_asked() {
    for (operation, request, expected) in requests() {
        let vault = vault();
        let result = vault.call(operation, request.clone());
        assert_eq!(
            result.as_ref().map_err(vaultlet::Error::code),
            expected.as_ref().map_err(|code| *code),
            "{operation} {request}"
        );
        let steps = vault.host.take_steps();
        assert_eq!(steps, ["decide", "audit"], "{operation} {request}");
        assert_eq!(vault.tags("mine"), json!(["a"]), "nothing changed: {operation} {request}");
    }
}

#[test]
fn with_a_transaction_id_nothing_is_kept_and_nothing_is_looked_up() {
    for (operation, request, expected) in requests() {
        if !["tokens.tokenize", "tokens.update", "tokens.rotate"].contains(&operation) {
            continue;
        }
        let vault = vault();
        let mut request = request;
        request["transactionId"] = json!("t");
        for _ in 0..2 {
            let result = vault.call(operation, request.clone());
            assert_eq!(
                result.as_ref().map_err(vaultlet::Error::code),
                expected.as_ref().map_err(|code| *code),
                "{operation} {request}"
            );
            assert_eq!(vault.host.take_steps(), ["decide", "audit"], "{operation} {request}");
        }
        assert_eq!(vault.host.store.rows().len(), 1, "{operation} {request}");
    }
}

#[test]
fn the_audit_is_told_of_no_token() {
    let vault = vault();
    succeeds(vault.rotate(json!({"tokenIds": [], "transactionId": "t"})));
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    let event = events.first().unwrap();
    assert_eq!((&event["decision"], &event["tokens"]), (&json!("allowed"), &json!(0)));
}

#[test]
fn an_array_without_requests_brings_no_data() {
    let vault = vault();
    for (operation, input) in [
        ("tokens.tokenize", "none"),
        ("crypto.encrypt", "none"),
        ("crypto.hash", "none"),
        ("crypto.decrypt", "encrypted"),
        ("crypto.updateEncrypted", "encrypted"),
    ] {
        vault.host.take_events();
        succeeds(vault.call(operation, json!({"requestBody": []})));
        let questions = vault.host.questions();
        assert_eq!(questions.len(), 1, "{operation}");
        assert_eq!(
            (&questions.first().unwrap()["input"], &questions.first().unwrap()["checks"]),
            (&json!(input), &json!([]))
        );
    }
}

#[test]
fn an_update_of_nothing_looks_at_its_data_all_the_same() {
    let vault = vault();
    for (object, expected) in [
        (json!({"fields": {"unknown": 1}}), "PV3004"),
        (json!({"fields": {"email": "no address"}}), "PV3002"),
        (json!({"encrypted": {"ciphertext": "AAAA"}}), "VL3003"),
    ] {
        let request = json!({"tokenIds": [], "requestBody": {"object": object}});
        assert_eq!(code(&vault.update(request)), expected, "{object}");
    }
}

#[test]
fn a_read_only_store_is_told_first() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": []}))), "PV1026");
    assert_eq!(code(&vault.tokenize(json!({"requestBody": []}))), "PV1026");
    assert_eq!(code(&vault.delete(json!({"tags": []}))), "PV1026");
    assert_eq!(code(&vault.encrypt(json!({"requestBody": []}))), "ok");
}

#[test]
fn no_options_are_none() {
    let vault = vault();
    let encrypted =
        json!({"ciphertext": vault.ciphertext(json!({"object": {"fields": {"name": "Joe"}}}))});
    for (operation, request) in [
        ("tokens.detokenize", json!({"tokenIds": ["mine"]})),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {}})),
        ("tokens.search", json!({"requestBody": {"token_ids": ["mine"]}})),
        ("crypto.decrypt", json!({"requestBody": [{"encrypted_object": encrypted}]})),
        (
            "crypto.updateEncrypted",
            json!({"requestBody": [{"encrypted_object": encrypted, "fields": {}}]}),
        ),
        ("tokens.delete", json!({"tokenIds": ["mine"]})),
    ] {
        let mut request = request;
        request["options"] = json!([]);
        let answer = succeeds(vault.call(operation, request));
        assert_ne!(answer, json!([]), "the active ones: {operation}");
    }
}

#[test]
fn no_objects_are_not_implemented_like_any() {
    let vault = vault();
    for (operation, request) in [
        ("tokens.detokenize", json!({"objectIds": []})),
        ("tokens.update", json!({"objectIds": [], "requestBody": {}})),
        ("tokens.delete", json!({"objectIds": [], "tokenIds": ["mine"]})),
        ("tokens.search", json!({"requestBody": {"object_ids": []}})),
    ] {
        assert_eq!(code(&vault.call(operation, request)), "PV2001", "{operation}");
        assert_eq!(vault.host.take_steps().len(), 0);
    }
}

#[test]
fn no_tenants_and_no_props_are_pv1012_for_they_would_be_all_or_none() {
    let vault = vault();
    for (operation, request) in [
        ("tokens.detokenize", json!({"tokenIds": ["mine"], "props": []})),
        (
            "tokens.update",
            json!({"tokenIds": ["mine"], "requestBody": {"object": {"fields": {"name": "J"}}, "props": []}}),
        ),
        ("tokens.count", json!({"xTenantId": []})),
        ("tokens.rotate", json!({"tokenIds": [], "xTenantId": []})),
    ] {
        let result = vault.call(operation, request.clone());
        assert_eq!(code(&result), "PV1012", "{request}");
        assert!(
            ["props", "requestBody.props", "xTenantId"]
                .contains(&context(&result, "field").as_str())
        );
    }
}

#[test]
fn no_tags_in_a_body_are_no_tags() {
    let vault = vault();
    let object = json!({"fields": {"name": "Joe"}});
    let id = vault.token(json!({"type": "randomized", "tags": [], "object": object}));
    assert_eq!(vault.tags(&id), json!([]));
    let one = json!({"type": "deterministic", "tags": [], "object": object});
    succeeds(vault.encrypt(json!({"requestBody": [one]})));
    succeeds(vault.update(json!({"tokenIds": ["mine"], "requestBody": {"tags": []}})));
    assert_eq!(vault.tags("mine"), json!([]));
}
