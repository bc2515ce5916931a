//! What the policy is asked, what the audit is told, and that nothing happens before either.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, WriteFault, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;
use vaultlet::host::Decision;

const CHANGING: [&str; 4] = ["tokens.tokenize", "tokens.update", "tokens.rotate", "tokens.delete"];

/// A request of each operation that succeeds on a vault which has a token `mine`, made by the
/// transaction `made`.
fn requests() -> [(&'static str, Value); 12] {
    let object = json!({"fields": {"name": "Joe"}});
    // It opens in every vault that has the same keys.
    let sealed = json!({"ciphertext": TestVault::open().ciphertext(json!({"object": object}))});
    let over = json!({"encrypted_object": sealed, "fields": {"name": "Jim"}});
    [
        ("tokens.tokenize", json!({"requestBody": [{"type": "randomized", "object": object}]})),
        ("tokens.detokenize", json!({"tokenIds": ["mine"]})),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"object": object}})),
        ("tokens.rotate", json!({"tokenIds": ["mine"]})),
        ("tokens.search", json!({"requestBody": {"token_ids": ["mine"]}})),
        ("tokens.delete", json!({"tokenIds": ["mine"]})),
        ("tokens.count", json!({})),
        ("tokens.transaction", json!({"id": "made"})),
        ("crypto.encrypt", json!({"requestBody": [{"object": object}]})),
        ("crypto.decrypt", json!({"requestBody": [{"encrypted_object": sealed}]})),
        ("crypto.updateEncrypted", json!({"requestBody": [over]})),
        ("crypto.hash", json!({"requestBody": [{"object": object}]})),
    ]
}

/// A vault that has a token `mine`, its record empty.
fn vault_with_a_token() -> std::rc::Rc<TestVault> {
    let vault = TestVault::open();
    let one = json!({
        "type": "randomized", "token_id": "mine",
        "object": {"fields": {"name": "Jane", "email": "jane@example.com"}},
    });
    succeeds(vault.tokenize(json!({"transactionId": "made", "requestBody": [one]})));
    vault.host.take_events();
    vault
}

fn property_check(operation: &str, name: &str, data_type: &str) -> Value {
    json!({
        "operation": operation, "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

// What is asked.

#[test]
fn tokenize_asks_for_the_writer_and_tokenize_on_each_property() {
    let vault = TestVault::open();
    // Text, for `json!` sorts keys.
    let text = r#"{"collection": "customers", "xTenantId": ["acme"], "reason": "Other",
        "adhocReason": "because", "requestBody": [
            {"type": "pci", "object": {"fields": {"ssn": "123456789", "email": "j@example.com"}}},
            {"type": "pci", "object": {"fields": {"name": "Jane", "ssn": "123456780"}}}]}"#;
    succeeds(pollster::block_on(vault.call_text("tokens.tokenize", text)));
    let expected = json!({
        "action": "tokens.tokenize", "capabilities": ["CapTokensWriter"], "input": "fields",
        "collection": "customers", "tenantIds": ["acme"], "reason": "Other", "adhocReason": "because",
        "checks": [
            property_check("tokenize", "ssn", "SSN"),
            property_check("tokenize", "email", "EMAIL"),
            property_check("tokenize", "name", "NAME"),
        ],
    });
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn checks_come_in_order_of_first_appearance_with_a_tenant_among_the_fields() {
    let vault = TestVault::open();
    let text = r#"{"collection": "customers", "reason": "Analytics", "requestBody": [{"type": "pci",
        "object": {"fields": {"ssn": "123456789", "_tenant_id": "acme", "name": "J", "phone": "5550100",
        "email": "j@example.com"}}}]}"#;
    pollster::block_on(vault.call_text("tokens.tokenize", text)).unwrap();
    let question = vault.host.questions().pop().unwrap();
    let resources: Vec<&str> = question["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["resource"].as_str().unwrap())
        .collect();
    assert_eq!(
        resources,
        [
            "customers/properties/ssn",
            "customers/properties/name",
            "customers/properties/phone",
            "customers/properties/email",
        ]
    );
}

#[test]
fn only_the_properties_that_props_pick_are_checked() {
    let vault = vault_with_a_token();
    succeeds(vault.update(json!({
        "tokenIds": ["mine"],
        "requestBody": {
            "props": ["name"], "object": {"fields": {"name": "Joe", "ssn": "123456789"}},
        },
    })));
    let question = vault.host.questions().pop().unwrap();
    assert_eq!(question["checks"], json!([property_check("tokenize", "name", "NAME")]));
}

#[test]
fn update_of_metadata_asks_for_write_on_the_tokens() {
    let vault = vault_with_a_token();
    succeeds(vault.update(json!({"tokenIds": ["mine"], "requestBody": {"tags": ["a"]}})));
    let question = vault.host.questions().pop().unwrap();
    assert_eq!(question["capabilities"], json!(["CapTokensWriter"]));
    assert_eq!(question["input"], "none");
    assert_eq!(question["checks"], json!([{"operation": "write", "resource": "customers/tokens"}]));
}

#[test]
fn update_of_data_or_of_both_asks_for_tokenize_on_each_property_alone() {
    for tags in [None, Some(json!(["a"]))] {
        let vault = vault_with_a_token();
        let mut body = json!({"object": {"fields": {"name": "Joe"}}});
        if let Some(tags) = tags {
            body["tags"] = tags;
        }
        succeeds(vault.update(json!({"tokenIds": ["mine"], "requestBody": body})));
        let question = vault.host.questions().pop().unwrap();
        assert_eq!(question["checks"], json!([property_check("tokenize", "name", "NAME")]));
        assert_eq!(question["input"], "fields");
    }
}

#[test]
fn the_archived_tokens_are_a_resource_of_their_own() {
    let vault = vault_with_a_token();
    let result = vault.update(json!({
        "tokenIds": ["mine"], "options": ["archived"], "requestBody": {"tags": ["a"]},
    }));
    assert_eq!(code(&result), "PV3009");
    let question = vault.host.questions().pop().unwrap();
    let expected = json!([{"operation": "write", "resource": "customers/archived/tokens"}]);
    assert_eq!(question["checks"], expected);
}

#[test]
fn rotate_asks_for_the_writer_and_write_on_the_tokens() {
    let vault = vault_with_a_token();
    succeeds(vault.rotate(json!({"tokenIds": ["mine"]})));
    let expected = json!({
        "action": "tokens.rotate", "capabilities": ["CapTokensWriter"], "input": "none",
        "collection": "customers", "tenantIds": [], "reason": "AppFunctionality",
        "checks": [{"operation": "write", "resource": "customers/tokens"}],
    });
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn detokenize_asks_for_detokenize_and_read_on_each_property() {
    let vault = vault_with_a_token();
    succeeds(vault.detokenize(json!({"tokenIds": ["mine"], "props": ["email"]})));
    let question = vault.host.questions().pop().unwrap();
    assert_eq!(question["capabilities"], json!(["CapTokensDetokenizer"]));
    assert_eq!(question["input"], "token");
    let expected = json!([
        property_check("detokenize", "email", "EMAIL"),
        property_check("read", "email", "EMAIL")
    ]);
    assert_eq!(question["checks"], expected);
}

#[test]
fn encrypt_asks_for_the_encrypter_and_encrypt_on_each_property() {
    let vault = TestVault::open();
    vault.ciphertext(json!({"object": {"fields": {"name": "Jane"}}}));
    let question = vault.host.questions().pop().unwrap();
    assert_eq!(question["capabilities"], json!(["CapCryptoEncrypter"]));
    assert_eq!(question["checks"], json!([property_check("encrypt", "name", "NAME")]));
}

// Asked twice.

#[test]
fn detokenize_without_props_asks_twice() {
    let vault = vault_with_a_token();
    succeeds(vault.detokenize(json!({"tokenIds": ["mine"]})));
    let checks: Vec<Value> =
        vault.host.questions().iter().map(|question| question["checks"].clone()).collect();
    let second = json!([
        property_check("detokenize", "email", "EMAIL"),
        property_check("read", "email", "EMAIL"),
        property_check("detokenize", "name", "NAME"),
        property_check("read", "name", "NAME"),
    ]);
    assert_eq!(checks, [json!([]), second]);
    assert_eq!(vault.host.take_steps(), ["decide", "read", "decide", "audit"]);
}

#[test]
fn ciphertext_without_props_asks_twice_for_each_operation() {
    for (operation, step) in [("tokens.tokenize", "tokenize"), ("crypto.encrypt", "encrypt")] {
        let vault = vault_with_a_token();
        let object = json!({"fields": {"name": "Jane", "email": "jane@example.com"}});
        let ciphertext = vault.ciphertext(json!({"object": object}));
        vault.host.take_events();
        let mut one = json!({"object": {"encrypted": {"ciphertext": ciphertext}}});
        if operation == "tokens.tokenize" {
            one["type"] = json!("pci");
        }
        let shown = json!({"type": one.get("type"), "object": {"fields": {"ssn": "123456789"}}});
        let mut shown = shown;
        if operation != "tokens.tokenize" {
            shown.as_object_mut().unwrap().remove("type");
        }
        succeeds(vault.call(operation, json!({"requestBody": [shown, one]})));
        let questions = vault.host.questions();
        let checks: Vec<Value> =
            questions.iter().map(|question| question["checks"].clone()).collect();
        let union = json!([
            property_check(step, "ssn", "SSN"),
            property_check(step, "email", "EMAIL"),
            property_check(step, "name", "NAME"),
        ]);
        assert_eq!(checks, [json!([]), union]);
        assert!(questions.iter().all(|question| question["input"] == "encrypted"));
    }
}

#[test]
fn update_from_ciphertext_without_props_asks_twice_before_anything_is_written() {
    let vault = vault_with_a_token();
    let ciphertext = vault.ciphertext(json!({"object": {"fields": {"ssn": "123456789"}}}));
    vault.host.take_events();
    succeeds(vault.update(json!({
        "tokenIds": ["mine"], "requestBody": {"object": {"encrypted": {"ciphertext": ciphertext}}},
    })));
    let checks: Vec<Value> =
        vault.host.questions().iter().map(|question| question["checks"].clone()).collect();
    assert_eq!(checks, [json!([]), json!([property_check("tokenize", "ssn", "SSN")])]);
    let steps = vault.host.take_steps();
    assert_eq!(steps, ["decide", "decide", "read", "audit", "write"]);
}

#[test]
fn ciphertext_with_props_asks_once() {
    let vault = vault_with_a_token();
    let ciphertext = vault.ciphertext(json!({"object": {"fields": {"ssn": "123456789"}}}));
    vault.host.take_events();
    succeeds(vault.update(json!({
        "tokenIds": ["mine"],
        "requestBody": {"props": ["ssn"], "object": {"encrypted": {"ciphertext": ciphertext}}},
    })));
    let questions = vault.host.questions();
    assert_eq!(questions.len(), 1);
    let checks = questions.first().unwrap()["checks"].clone();
    assert_eq!(checks, json!([property_check("tokenize", "ssn", "SSN")]));
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006_and_nothing_changes() {
    let vault = vault_with_a_token();
    let ciphertext =
        vault.ciphertext(json!({"object": {"fields": {"name": "Joe", "ssn": "123456789"}}}));
    let encrypted = json!({"encrypted": {"ciphertext": ciphertext}});
    let before = vault.host.store.rows();
    vault.host.deny_resource("customers/properties/ssn");
    let tokenize = json!({"requestBody": [{"type": "pci", "object": encrypted}]});
    for (operation, request) in [
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"object": encrypted}})),
        ("tokens.tokenize", tokenize),
        ("crypto.encrypt", json!({"requestBody": [{"object": encrypted}]})),
    ] {
        vault.host.take_events();
        assert_eq!(code(&vault.call(operation, request)), "PV1006", "{operation}");
        assert!(!vault.host.has_written());
        let decisions: Vec<Value> =
            vault.host.audit_events().iter().map(|event| event["decision"].clone()).collect();
        assert_eq!(decisions, ["denied"]);
    }
    assert_eq!(vault.host.store.rows(), before);
    let narrowed = json!({
        "tokenIds": ["mine"], "requestBody": {"props": ["name"], "object": encrypted},
    });
    assert_eq!(code(&vault.update(narrowed)), "ok", "what is not used needs no right");
}

#[test]
fn a_caller_refused_a_property_that_only_the_token_holds_gets_pv1006() {
    let vault = vault_with_a_token();
    vault.host.deny_resource("customers/properties/email");
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["mine"]}))), "PV1006");
    let narrowed = vault.detokenize(json!({"tokenIds": ["mine"], "props": ["name"]}));
    assert_eq!(succeeds(narrowed), json!([{"token_id": "mine", "fields": {"name": "Jane"}}]));
}

// Refusals.

#[test]
fn nothing_of_the_store_is_read_before_the_capability_was_granted() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(Some("no".to_owned()))));
        let result = vault.call(operation, request);
        assert_eq!(code(&result), "PV1007", "{operation}");
        assert_eq!(context(&result, "because"), "no");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
}

#[test]
fn a_ciphertext_that_does_not_open_is_not_noticed_before_the_capability_was_granted() {
    let vault = vault_with_a_token();
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    let object = json!({"encrypted": {"ciphertext": "AAAA"}});
    let result = vault.update(json!({"tokenIds": ["mine"], "requestBody": {"object": object}}));
    assert_eq!(code(&result), "PV1007");
}

#[test]
fn a_denial_by_policy_is_pv1006_and_nothing_happens() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        let before = vault.host.store.rows();
        vault.host.on_decide(|_| Ok(Decision::Denied(Some("not today".to_owned()))));
        let result = vault.call(operation, request);
        assert_eq!(code(&result), "PV1006", "{operation}");
        assert_eq!(context(&result, "because"), "not today");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        assert_eq!(vault.host.store.rows(), before);
    }
}

#[test]
fn a_policy_that_throws_is_pv1000_and_nothing_happens() {
    for (fault, expected) in [(thrown(), "PV1000"), (Fault::TimedOut, "PV1009")] {
        for (operation, request) in requests() {
            let vault = vault_with_a_token();
            let fault = fault.clone();
            vault.host.on_decide(move |_| Err(fault.clone()));
            let result = vault.call(operation, request);
            assert_eq!(code(&result), expected, "{operation}");
            assert_eq!(context(&result, "callback"), "policy");
            assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        }
    }
}

#[test]
fn values_that_the_request_shows_are_checked_after_the_policy_has_allowed() {
    let vault = vault_with_a_token();
    for (fields, expected) in [
        (json!({"email": "no address"}), "PV3002"),
        (json!({"unknown": 1}), "PV3004"),
        (json!({}), "PV1012"),
    ] {
        vault.host.take_events();
        let object = json!({"fields": fields});
        let result = vault.update(json!({"tokenIds": ["mine"], "requestBody": {"object": object}}));
        assert_eq!(code(&result), expected);
        assert_eq!(vault.host.take_steps(), ["decide", "audit"], "a refusal there is audited");
    }
}

#[test]
fn a_changing_operation_on_a_store_without_write_is_pv1026_after_the_capability() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        let reader = vault.beside(&Setup::store(json!({"writable": false})));
        let result = reader.call(operation, request);
        if CHANGING.contains(&operation) {
            assert_eq!(code(&result), "PV1026", "{operation}");
            assert_eq!(result.unwrap_err().status(), 405);
            assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        } else {
            assert_eq!(code(&result), "ok", "{operation}");
        }
    }
}

#[test]
fn a_refused_caller_learns_nothing_of_a_read_only_store() {
    let vault = vault_with_a_token();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    assert_eq!(code(&reader.rotate(json!({"tokenIds": ["mine"]}))), "PV1007");
}

// Reload.

fn without_name() -> String {
    json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}}).to_string()
}

#[test]
fn reload_runs_after_the_capability_was_granted() {
    let vault = vault_with_a_token();
    succeeds(vault.rotate(json!({"tokenIds": ["mine"], "reloadCache": true})));
    assert_eq!(vault.host.take_steps(), ["decide", "reload", "read", "audit", "write"]);
    succeeds(vault.encrypt(json!({
        "reloadCache": false, "requestBody": [{"object": {"fields": {"name": "Jane"}}}],
    })));
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn reload_does_not_run_for_a_refused_caller() {
    let vault = vault_with_a_token();
    vault.host.on_decide(|_| Ok(Decision::Denied(None)));
    let result = vault.rotate(json!({"tokenIds": ["mine"], "reloadCache": true}));
    assert_eq!(code(&result), "PV1006");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn reload_runs_before_a_read_only_store_is_refused() {
    let vault = vault_with_a_token();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    let result = reader.rotate(json!({"tokenIds": ["mine"], "reloadCache": true}));
    assert_eq!(code(&result), "PV1026");
    assert_eq!(vault.host.take_steps(), ["decide", "reload", "audit"]);
}

#[test]
fn reloaded_collections_hold_from_the_next_call() {
    let vault = TestVault::open();
    vault.host.on_reload(Ok(Some(without_name())));
    let request = json!({"requestBody": [{"object": {"fields": {"name": "Jane"}}}]});
    let mut reloading = request.clone();
    reloading["reloadCache"] = json!(true);
    assert_eq!(code(&vault.encrypt(reloading)), "ok", "the call itself sees the old ones");
    assert_eq!(code(&vault.encrypt(request)), "PV3004");
}

#[test]
fn a_reload_that_answers_nothing_keeps_the_collections() {
    let vault = TestVault::open();
    let request = json!({
        "reloadCache": true, "requestBody": [{"object": {"fields": {"name": "Jane"}}}],
    });
    assert_eq!(code(&vault.encrypt(request.clone())), "ok");
    assert_eq!(code(&vault.encrypt(request)), "ok");
}

#[test]
fn a_reload_that_fails_or_answers_no_collections_is_an_error_and_nothing_happens() {
    for (answer, expected) in [
        (Err(thrown()), "PV1000"),
        (Err(Fault::TimedOut), "PV1009"),
        (Err(Fault::WrongShape), "PV1000"),
        (Ok(Some("{".to_owned())), "PV1000"),
        (
            Ok(Some(r#"{"customers": {"properties": {"name": {"type": "no type"}}}}"#.to_owned())),
            "PV1000",
        ),
    ] {
        let vault = vault_with_a_token();
        let before = vault.host.store.rows();
        vault.host.on_reload(answer);
        let result = vault.rotate(json!({"tokenIds": ["mine"], "reloadCache": true}));
        assert_eq!(code(&result), expected);
        assert_eq!(context(&result, "callback"), "reload");
        assert_eq!(vault.host.store.rows(), before);
        assert_eq!(vault.fields("mine")["name"], "Jane", "the old collections stand");
    }
}

// The audit.

#[test]
fn one_allowed_event_for_each_call_before_any_effect() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        succeeds(vault.call(operation, request));
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1, "{operation}");
        let event = events.first().unwrap();
        assert_eq!(event["decision"], "allowed");
        assert_eq!(event["action"], operation);
        assert_eq!(event["tokens"], 1);
        assert_eq!(event.get("code"), None);
        let steps = vault.host.take_steps();
        let last = steps.last().copied();
        let expected = if CHANGING.contains(&operation) { "write" } else { "audit" };
        assert_eq!(last, Some(expected), "{steps:?}");
    }
}

#[test]
fn an_event_says_who_asked_for_what_and_never_a_value_or_an_id() {
    let vault = TestVault::open();
    let token = vault.token(json!({
        "type": "randomized", "token_id": "secret-id",
        "object": {"fields": {"_tenant_id": "acme", "email": "secret@example.com"}},
    }));
    vault.host.take_events();
    succeeds(vault.update(json!({
        "tokenIds": [token], "xTenantId": ["acme"], "reason": "Other", "adhocReason": "a reason",
        "customAudit": "a note", "transactionId": "t-1",
        "requestBody": {
            "tags": ["secret-tag"], "object": {"fields": {"email": "secret2@example.com"}},
        },
    })));
    let mut event = vault.host.audit_events().pop().unwrap();
    let id = event.as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36);
    assert_eq!(
        event,
        json!({
            "time": START, "action": "tokens.update", "collection": "customers", "tenantIds": ["acme"],
            "reason": "Other", "adhocReason": "a reason", "customAudit": "a note", "transactionId": "t-1",
            "decision": "allowed", "checks": [property_check("tokenize", "email", "EMAIL")], "tokens": 1,
        })
    );
    assert!(!event.to_string().contains("secret"));
}

#[test]
fn an_event_counts_the_tokens_that_the_call_concerns() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"name": "Jane"}}});
    let answer = succeeds(vault.tokenize(json!({"requestBody": [one, one, one]})));
    let ids: Vec<&Value> =
        answer.as_array().unwrap().iter().map(|one| &one["token_id"]).take(2).collect();
    succeeds(vault.update(json!({"tags": ["t"], "requestBody": {"tags": ["t", "u"]}})));
    succeeds(vault.detokenize(json!({"tokenIds": ids})));
    succeeds(vault.rotate(json!({"tokenIds": ids})));
    succeeds(vault.detokenize(json!({"tokenIds": ["unknown"]})));
    let counts: Vec<Value> =
        vault.host.audit_events().iter().map(|event| event["tokens"].clone()).collect();
    assert_eq!(counts, [3, 3, 2, 2, 0]);
}

#[test]
fn an_events_id_is_random_for_each_call() {
    let vault = vault_with_a_token();
    succeeds(vault.detokenize(json!({"tokenIds": ["mine"]})));
    succeeds(vault.detokenize(json!({"tokenIds": ["mine"]})));
    let events = vault.host.audit_events();
    let ids: Vec<&Value> = events.iter().map(|event| &event["id"]).collect();
    assert_ne!(ids.first(), ids.last());
}

#[test]
fn a_failing_audit_is_pv1000_and_nothing_happens() {
    for (fault, expected) in [(thrown(), "PV1000"), (Fault::TimedOut, "PV1009")] {
        for (operation, request) in requests() {
            let vault = vault_with_a_token();
            let before = vault.host.store.rows();
            let fault = fault.clone();
            vault.host.on_audit(move |_| Err(fault.clone()));
            let result = vault.call(operation, request);
            assert_eq!(code(&result), expected, "{operation}");
            assert_eq!(context(&result, "callback"), "audit");
            assert!(!vault.host.has_written());
            assert_eq!(vault.host.store.rows(), before);
        }
    }
}

#[test]
fn a_call_that_ends_in_an_error_sends_one_event_with_the_code() {
    let vault = vault_with_a_token();
    vault.token(
        json!({"type": "randomized", "token_id": "other", "object": {"fields": {"name": "J"}}}),
    );
    for (request, expected) in [
        (json!({"tokenIds": ["unknown"], "requestBody": {}}), "PV3009"),
        (
            json!({"tokenIds": ["mine"], "requestBody": {"object": {"fields": {"age": "x"}}}}),
            "PV3002",
        ),
        (
            json!({"tokenIds": ["mine", "other"], "requestBody": {"object": {"fields": {"name": "J"}}}}),
            "VL3001",
        ),
    ] {
        vault.host.take_events();
        assert_eq!(code(&vault.update(request)), expected);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        let event = events.first().unwrap();
        assert_eq!(event["decision"], "failed");
        assert_eq!(event["code"], expected);
    }
}

#[test]
fn a_refusal_for_capability_policy_or_tenant_is_a_denied_event() {
    let refusals: [(Decision, &str); 2] =
        [(Decision::MissingCapability(None), "PV1007"), (Decision::Denied(None), "PV1006")];
    for (decision, expected) in refusals {
        let vault = vault_with_a_token();
        vault.host.on_decide(move |_| Ok(decision.clone()));
        assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), expected);
        let event = vault.host.audit_events().pop().unwrap();
        assert_eq!(
            (event["decision"].clone(), event["code"].clone()),
            (json!("denied"), json!(expected))
        );
    }
    let vault = vault_with_a_token();
    let result = vault.rotate(json!({"tokenIds": ["mine"], "xTenantId": ["acme"]}));
    assert_eq!(code(&result), "PV1006");
    let event = vault.host.audit_events().pop().unwrap();
    assert_eq!(event["decision"], "denied");
}

#[test]
fn a_call_that_fails_after_its_audit_sends_a_second_event() {
    let vault = vault_with_a_token();
    vault.host.fail_every_write(WriteFault::ThrowsUnwritten);
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), "PV1000");
    let events = vault.host.audit_events();
    let decisions: Vec<&str> =
        events.iter().map(|event| event["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["allowed", "failed"]);
    assert_eq!(events.last().unwrap()["code"], "PV1000");
}

#[test]
fn if_the_audit_of_an_error_fails_too_the_first_error_stands() {
    let vault = vault_with_a_token();
    vault.host.on_audit(|_| Err(thrown()));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["unknown"]}))), "PV3087");
    vault.host.fail_clock(thrown());
    vault.host.on_decide(|_| Ok(Decision::Denied(None)));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), "PV1006");
}

#[test]
fn an_error_before_the_reason_was_accepted_is_not_audited() {
    let vault = vault_with_a_token();
    for request in [
        json!({"tokenIds": ["no ID"]}),
        json!({"tokenIds": ["mine"], "collection": "unknown"}),
        json!({"tokenIds": ["mine"], "reason": "Because"}),
        json!({"tokenIds": ["mine"], "reason": ""}),
    ] {
        assert!(vault.rotate(request).is_err());
    }
    assert!(vault.host.take_steps().is_empty(), "and the policy is not asked");
}

#[test]
fn a_repeated_pass_is_audited_once() {
    let vault = vault_with_a_token();
    vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten; 2]);
    succeeds(vault.rotate(json!({"tokenIds": ["mine"]})));
    assert_eq!(vault.host.audit_events().len(), 1);
    assert_eq!(vault.host.batches().len(), 3);
}

fn tagged(name: &str) -> Value {
    json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
    })
}

#[test]
fn a_later_pass_that_concerns_another_number_of_tokens_is_told_again_before_it_is_written() {
    for operation in ["tokens.update", "tokens.delete"] {
        let vault = TestVault::open();
        vault.token(tagged("a"));
        let other = std::rc::Rc::clone(&vault);
        vault.host.before_next_write(move || {
            let all: Vec<Value> = (0..50).map(|name| tagged(&name.to_string())).collect();
            succeeds(other.tokenize(json!({"requestBody": all})));
            succeeds(
                other.update(json!({"tokenIds": ["a"], "expirationSecs": "9", "requestBody": {}})),
            );
            other.host.take_events();
        });
        let mut request = json!({"tags": ["t"]});
        if operation == "tokens.update" {
            request["requestBody"] = json!({"tags": ["t", "u"]});
        }
        succeeds(vault.call(operation, request));
        let events = vault.host.audit_events();
        // Of the first pass, the record is gone: it told of one.
        assert_eq!(events.len(), 1, "{operation}");
        assert_eq!((&events[0]["decision"], &events[0]["tokens"]), (&json!("allowed"), &json!(51)));
        assert!(vault.host.take_steps().ends_with(&["audit", "write"]), "{operation}");
    }
}

#[test]
fn if_the_audit_fails_when_it_is_told_again_nothing_is_written() {
    let vault = TestVault::open();
    vault.token(tagged("a"));
    let other = std::rc::Rc::clone(&vault);
    vault.host.before_next_write(move || {
        other.token(tagged("b"));
        succeeds(
            other.update(json!({"tokenIds": ["a"], "expirationSecs": "9", "requestBody": {}})),
        );
        other.host.on_audit(|event| match event["tokens"].as_u64() {
            Some(2) => Err(thrown()),
            _ => Ok(()),
        });
    });
    let result = vault.delete(json!({"tags": ["t"]}));
    assert_eq!((code(&result), context(&result, "callback")), ("PV1000", "audit".to_owned()));
    assert_eq!(vault.host.store.rows().len(), 2);
}

#[test]
fn a_vault_without_audit_makes_no_event() {
    let secrets: Vec<u8> = [[9; 32], [8; 32]].concat();
    let configuration = json!({
        "primary": "k", "data": ["k"], "store": {}, "audits": false,
        "collections": {"customers": {"properties": {"name": {"type": "NAME"}}}},
    });
    let silent = vaultlet::Vault::open(&configuration.to_string(), &secrets).unwrap();
    let host = memory_host::MemoryHost::new();
    let request = json!({
        "collection": "customers", "reason": "Analytics",
        "requestBody": [{"object": {"fields": {"name": "Jane"}}}],
    });
    pollster::block_on(silent.call(&host, "crypto.encrypt", &request.to_string())).unwrap();
    assert_eq!(host.take_steps(), ["decide"]);
}

// The clock.

#[test]
fn the_clock_is_read_once_for_each_pass() {
    let vault = vault_with_a_token();
    let clock_reads = |vault: &TestVault| {
        let events = vault.host.take_events();
        events.iter().filter(|event| matches!(event, memory_host::Event::Clock)).count()
    };
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        succeeds(vault.call(operation, request));
        assert_eq!(clock_reads(&vault), 1, "{operation}");
    }
    vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten]);
    succeeds(vault.rotate(json!({"tokenIds": ["mine"]})));
    assert_eq!(clock_reads(&vault), 2);
}

#[test]
fn a_clock_that_fails_or_tells_no_time_is_pv1000() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        vault.host.fail_clock(thrown());
        let result = vault.call(operation, request.clone());
        assert_eq!(code(&result), "PV1000", "{operation}");
        assert_eq!(context(&result, "callback"), "clock");
        for time in [-1, i64::MIN, i64::MAX] {
            let vault = vault_with_a_token();
            vault.host.set_time(time);
            let result = vault.call(operation, request.clone());
            assert_eq!(code(&result), "PV1000");
            assert_eq!(context(&result, "callback"), "clock");
            assert!(!vault.host.has_written());
        }
    }
}
