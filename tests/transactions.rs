//! Transaction IDs: a repeated call answers the same and changes nothing.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::cell::RefCell;
use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::two_callers::{Schedule, run_two};
use memory_host::{Asked, START, WriteFault, honest, thrown};
use serde_json::{Value, json};
use vaultlet::host::Decision;

const DAY: i64 = 86_400;

/// A request with a transaction ID for each operation that takes one, on a vault with `mine`.
fn requests() -> [(&'static str, Value); 5] {
    let object = json!({"fields": {"name": "Joe"}});
    let one = json!({"type": "randomized", "object": object});
    [
        ("tokens.rotate", json!({"transactionId": "t", "tokenIds": ["mine"]})),
        ("tokens.tokenize", json!({"transactionId": "t", "requestBody": [one, one]})),
        (
            "tokens.update",
            json!({"transactionId": "t", "tokenIds": ["mine"], "requestBody": {"object": object}}),
        ),
        (
            "tokens.update",
            json!({"transactionId": "t", "tags": ["t"], "requestBody": {"tags": ["moved"]}}),
        ),
        (
            "tokens.update",
            json!({
                "transactionId": "t", "tokenIds": ["mine"], "expirationSecs": "0", "requestBody": {},
            }),
        ),
    ]
}

fn with_a_token(vault: Rc<TestVault>) -> Rc<TestVault> {
    vault.token(json!({
        "type": "pci", "token_id": "mine", "tags": ["t"], "object": {"fields": {"name": "Jane"}},
    }));
    vault.host.take_events();
    vault
}

fn vault_with_a_token() -> Rc<TestVault> {
    with_a_token(TestVault::open())
}

fn transaction_rows(vault: &TestVault) -> usize {
    vault.host.store.rows().iter().filter(|row| row.prune_at.is_some()).count()
}

// Replays.

#[test]
fn the_same_request_again_answers_the_same_and_changes_nothing() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        let first = succeeds(vault.call(operation, request.clone()));
        let rows = vault.host.store.rows();
        vault.host.pass_seconds(100);
        vault.host.take_events();
        for _ in 0..3 {
            assert_eq!(succeeds(vault.call(operation, request.clone())), first, "{operation}");
        }
        assert!(!vault.host.has_written());
        assert_eq!(vault.host.store.rows(), rows);
    }
}

#[test]
fn without_a_transaction_id_the_same_request_again_is_another_call() {
    let vault = vault_with_a_token();
    succeeds(vault.rotate(json!({"tokenIds": ["mine"]})));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), "PV3087");
}

#[test]
fn a_caller_whose_reply_was_lost_repeats_the_call_and_loses_nothing() {
    for (operation, request) in requests() {
        for fault in [
            WriteFault::ThrowsWritten,
            WriteFault::TimesOutWritten,
            WriteFault::TimesOutAndLandsLater,
        ] {
            let vault = vault_with_a_token();
            vault.host.fail_next_writes(&[fault]);
            vault.host.fail_reads_after_a_write(&thrown());
            let lost = vault.call(operation, request.clone());
            assert_eq!(context(&lost, "outcome"), "unknown");
            vault.host.read_honestly();
            vault.host.land_late_writes();
            let rows = vault.host.store.rows();
            assert_eq!(
                code(&vault.call(operation, request.clone())),
                "ok",
                "{operation} {fault:?}"
            );
            assert_eq!(vault.host.store.rows(), rows, "it had landed, and does not land again");
        }
    }
}

#[test]
fn a_call_that_has_not_landed_lands_when_it_is_repeated() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        vault.host.fail_next_writes(&[WriteFault::TimesOutUnwritten]);
        assert_eq!(code(&vault.call(operation, request.clone())), "PV1009");
        assert_eq!(transaction_rows(&vault), 0);
        assert_eq!(code(&vault.call(operation, request)), "ok", "{operation}");
        assert_eq!(transaction_rows(&vault), 1);
    }
}

#[test]
fn a_late_write_and_the_repeated_call_do_not_both_land() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        vault.host.fail_next_writes(&[WriteFault::TimesOutAndLandsLater]);
        assert_eq!(code(&vault.call(operation, request.clone())), "PV1009");
        let answer = succeeds(vault.call(operation, request.clone()));
        let rows = vault.host.store.rows();
        assert_eq!(vault.host.land_late_writes(), [false], "{operation}");
        assert_eq!(vault.host.store.rows(), rows);
        assert_eq!(succeeds(vault.call(operation, request)), answer);
    }
}

#[test]
fn token_ids_and_tenants_are_compared_as_sets() {
    let vault = TestVault::open();
    for name in ["a", "b"] {
        vault.token(json!({
            "type": "randomized", "token_id": name,
            "object": {"fields": {"name": name, "_tenant_id": "acme"}},
        }));
    }
    let first = succeeds(vault.rotate(json!({
        "transactionId": "t", "tokenIds": ["a", "b"], "xTenantId": ["acme", "bolt"],
    })));
    let again = succeeds(vault.rotate(json!({
        "transactionId": "t", "tokenIds": ["b", "a", "b"], "xTenantId": ["bolt", "acme"],
    })));
    assert_eq!(again, first);
}

#[test]
fn key_order_reason_and_notes_do_not_make_another_request() {
    let vault = vault_with_a_token();
    let first = succeeds(vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine"]})));
    let text = r#"{"tokenIds":["mine"],"reason":"Other","adhocReason":"x","customAudit":"y",
        "transactionId":"t","reloadCache":true,"collection":"customers"}"#;
    let again = pollster::block_on(vault.call_text("tokens.rotate", text));
    assert_eq!(succeeds(again), first);
}

// Another request.

#[test]
fn with_another_request_it_is_vl3009() {
    let vault = vault_with_a_token();
    let base = json!({
        "transactionId": "t", "tokenIds": ["mine"], "expirationSecs": "100",
        "requestBody": {"tags": ["a"], "object": {"fields": {"name": "Joe"}}},
    });
    succeeds(vault.update(base.clone()));
    let before = vault.host.store.rows();
    for (member, value) in [
        ("tokenIds", json!(["other"])),
        ("tokenIds", json!(["mine", "other"])),
        ("tags", json!(["t"])),
        ("expirationSecs", json!("101")),
        ("expirationSecs", json!("")),
        ("options", json!(["archived"])),
        ("requestBody", json!({"tags": ["b"], "object": {"fields": {"name": "Joe"}}})),
        ("requestBody", json!({"tags": ["a"], "object": {"fields": {"name": "Jim"}}})),
        ("requestBody", json!({"tags": ["a"]})),
    ] {
        let mut request = base.clone();
        request[member] = value;
        let result = vault.update(request);
        assert_eq!(code(&result), "VL3009", "{member}");
        assert_eq!(result.unwrap_err().status(), 409);
    }
    assert_eq!(vault.host.store.rows(), before);
    assert_eq!(code(&vault.update(base)), "ok");
}

#[test]
fn with_another_body_it_is_vl3009_for_tokenize_and_rotate() {
    let vault = vault_with_a_token();
    let one = |name: &str| json!({"type": "pci", "object": {"fields": {"name": name}}});
    let tokenize = |body: Value| vault.tokenize(json!({"transactionId": "t", "requestBody": body}));
    succeeds(tokenize(json!([one("a"), one("b")])));
    for body in [json!([one("b"), one("a")]), json!([one("a")]), json!([one("a"), one("c")])] {
        assert_eq!(code(&tokenize(body)), "VL3009");
    }
    succeeds(vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine"]})));
    let other = vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine", "other"]}));
    assert_eq!(code(&other), "VL3009");
}

#[test]
fn vl3009_comes_before_any_error_from_the_tokens() {
    let vault = vault_with_a_token();
    succeeds(vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine"]})));
    let result = vault.rotate(json!({"transactionId": "t", "tokenIds": ["never was"]}));
    assert_eq!(code(&result), "PV1012", "that is no ID");
    let result = vault.rotate(json!({"transactionId": "t", "tokenIds": ["never-was"]}));
    assert_eq!(code(&result), "VL3009");
}

// Whom it belongs to.

#[test]
fn it_belongs_to_the_operation_the_collection_and_the_requests_tenants() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    let calls = [
        ("tokens.tokenize", json!({"requestBody": [one]})),
        ("tokens.tokenize", json!({"collection": "partners", "requestBody": [one]})),
        ("tokens.tokenize", json!({"xTenantId": ["acme"], "requestBody": [one]})),
        ("tokens.tokenize", json!({"xTenantId": ["bolt"], "requestBody": [one]})),
    ];
    let mut answers = Vec::new();
    for (operation, request) in calls {
        let mut request = request;
        request["transactionId"] = json!("t");
        answers.push(succeeds(vault.call(operation, request))[0]["token_id"].clone());
    }
    let count = answers.len();
    answers.dedup();
    assert_eq!(answers.len(), count, "none of them found another's");
    let id = answers.first().unwrap();
    let rotated = vault.rotate(json!({"transactionId": "t", "tokenIds": [id]}));
    assert_eq!(code(&rotated), "ok", "another operation");
    assert_eq!(transaction_rows(&vault), 5);
}

#[test]
fn another_tenant_with_another_body_is_not_told_that_the_id_is_used() {
    let vault = TestVault::open();
    let one = |name: &str| json!({"type": "randomized", "object": {"fields": {"name": name}}});
    let acme = json!({"transactionId": "t", "xTenantId": ["acme"], "requestBody": [one("a")]});
    let bolt = json!({"transactionId": "t", "xTenantId": ["bolt"], "requestBody": [one("b")]});
    succeeds(vault.tokenize(acme));
    assert_eq!(code(&vault.tokenize(bolt)), "ok");
}

// Its time.

#[test]
fn a_row_whose_time_has_come_counts_as_absent_and_is_replaced() {
    let vault = vault_with_a_token();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Joe"}}});
    let request = json!({"transactionId": "t", "requestBody": [one]});
    let first = succeeds(vault.tokenize(request.clone()));
    vault.host.set_time(START + DAY * 1_000 - 1);
    assert_eq!(succeeds(vault.tokenize(request.clone())), first);
    vault.host.set_time(START + DAY * 1_000);
    let second = succeeds(vault.tokenize(request.clone()));
    assert_ne!(second, first);
    assert_eq!(transaction_rows(&vault), 1, "it was replaced");
    assert_eq!(succeeds(vault.tokenize(request.clone())), second);
    vault.host.pass_seconds(DAY);
    let other = json!({"type": "randomized", "object": {"fields": {"name": "Jim"}}});
    let another = vault.tokenize(json!({"transactionId": "t", "requestBody": [other]}));
    assert_eq!(code(&another), "ok", "another request is no conflict after its time");
}

#[test]
fn a_row_that_the_store_has_pruned_is_absent() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Joe"}}});
    let request = json!({"transactionId": "t", "requestBody": [one]});
    let first = succeeds(vault.tokenize(request.clone()));
    let record = vault.host.store.rows().into_iter().find(|row| row.prune_at.is_some()).unwrap();
    vault.host.pass_seconds(DAY + 1);
    vault.host.store.remove(&record.key);
    assert_ne!(succeeds(vault.tokenize(request)), first);
}

#[test]
fn it_is_kept_for_the_setting_transaction_ttl_secs() {
    let vault = with_a_token(TestVault::with(&Setup::settings(json!({"transactionTtlSecs": 5}))));
    let request = json!({"transactionId": "t", "tokenIds": ["mine"]});
    succeeds(vault.rotate(request.clone()));
    vault.host.pass_seconds(4);
    assert_eq!(code(&vault.rotate(request.clone())), "ok");
    vault.host.pass_seconds(1);
    assert_eq!(code(&vault.rotate(request)), "PV3087");
}

#[test]
fn it_is_written_also_when_nothing_else_changes() {
    let vault = vault_with_a_token();
    let request = json!({"transactionId": "t", "tokenIds": ["mine"], "requestBody": {}});
    succeeds(vault.update(request.clone()));
    assert_eq!(transaction_rows(&vault), 1);
    let one = json!({"type": "pci", "object": {"fields": {"name": "Jane"}}});
    let answer = succeeds(vault.tokenize(json!({"transactionId": "t", "requestBody": [one]})));
    assert_eq!(answer, json!([{"token_id": "mine"}]));
    assert_eq!(transaction_rows(&vault), 2);
    assert_eq!(vault.row("mine").version, 1);
    vault.host.take_events();
    succeeds(vault.update(request));
    assert!(!vault.host.has_written());
}

#[test]
fn it_lands_in_the_same_batch() {
    for (operation, request) in requests() {
        let vault = vault_with_a_token();
        succeeds(vault.call(operation, request));
        assert_eq!(vault.host.batches().len(), 1, "{operation}");
    }
}

#[test]
fn a_failed_call_leaves_no_transaction() {
    let vault = vault_with_a_token();
    let request = json!({"transactionId": "t", "tokenIds": ["mine", "unknown"]});
    assert_eq!(code(&vault.rotate(request.clone())), "PV3087");
    vault.token(json!({
        "type": "randomized", "token_id": "unknown", "object": {"fields": {"name": "x"}},
    }));
    assert_eq!(code(&vault.rotate(request)), "ok", "it can be repeated when its cause is gone");
}

#[test]
fn its_row_shows_neither_the_id_nor_the_answer() {
    let vault = vault_with_a_token();
    let request = json!({"transactionId": "visible-transaction", "tokenIds": ["mine"]});
    let new = succeeds(vault.rotate(request))["mine"].as_str().unwrap().to_owned();
    let record = vault.host.store.rows().into_iter().find(|row| row.prune_at.is_some()).unwrap();
    // With its quotes: four letters alone are among random bytes now and then.
    for word in ["visible-transaction", r#""mine""#, new.as_str(), "customers"] {
        assert!(
            !record.sealed.windows(word.len()).any(|window| window == word.as_bytes()),
            "{word}"
        );
    }
    assert_eq!((record.terms.len(), record.claims.len()), (1, 1));
    assert_eq!((record.version, record.expires_at), (1, None));
    assert_eq!(record.prune_at, Some(START + DAY * 1_000));
}

// Read after the tokens.

#[test]
fn an_error_from_the_tokens_is_not_answered_before_the_row_was_read_after_them() {
    // The very same call lands between the first look at the transaction and the tokens.
    let given = json!({"type": "pci", "token_id": "given", "object": {"fields": {"name": "Joe"}}});
    let mut calls = requests().to_vec();
    calls.retain(|(operation, _)| *operation != "tokens.tokenize");
    calls.push(("tokens.tokenize", json!({"transactionId": "t", "requestBody": [given]})));
    for (operation, request) in calls {
        let vault = vault_with_a_token();
        let (twin, same) = (Rc::clone(&vault), request.clone());
        let landed = Rc::new(RefCell::new(None));
        let keep = Rc::clone(&landed);
        vault.host.before_next_read(|| ());
        vault.host.before_next_read(move || {
            keep.replace(Some(succeeds(twin.call(operation, same))));
        });
        let answer = succeeds(vault.call(operation, request.clone()));
        assert_eq!(Some(answer), landed.take(), "{operation}");
        assert_eq!(transaction_rows(&vault), 1);
        let most = vault.host.store.rows().iter().map(|row| row.version).max();
        assert!(most <= Some(2), "{request}: it landed once");
    }
}

#[test]
fn an_error_from_the_tokens_is_not_answered_when_the_row_cannot_be_read_after_them() {
    let vault = vault_with_a_token();
    let request = json!({"transactionId": "t", "tokenIds": ["mine"]});
    let (twin, same) = (Rc::clone(&vault), request.clone());
    vault.host.before_next_read(|| ());
    vault.host.before_next_read(move || {
        succeeds(twin.rotate(same));
        let mut reads = 0;
        twin.host.on_read(move |host, asked| {
            reads += 1;
            if reads == 1 { Ok(honest(host.store.answer(asked))) } else { Err(thrown()) }
        });
    });
    let result = vault.rotate(request);
    assert_eq!(code(&result), "PV1000", "`PV3087` would say that the token is lost");
    assert_eq!(context(&result, "callback"), "store.read");
}

#[test]
fn another_request_that_lands_meanwhile_is_vl3009_and_not_an_error_from_the_tokens() {
    let vault = vault_with_a_token();
    let twin = Rc::clone(&vault);
    vault.host.before_next_read(|| ());
    vault.host.before_next_read(move || {
        succeeds(twin.rotate(json!({"transactionId": "t", "tokenIds": ["mine"]})));
    });
    vault.token(json!({"type": "pci", "token_id": "two", "object": {"fields": {"name": "x"}}}));
    let result = vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine", "two"]}));
    assert_eq!(code(&result), "VL3009");
}

#[test]
fn two_identical_calls_at_once_answer_the_same_and_land_once_in_every_interleaving() {
    for (operation, request) in requests() {
        let text = {
            let mut request = request;
            request["collection"] = json!("customers");
            request["reason"] = json!("Maintenance");
            request.to_string()
        };
        let vault = vault_with_a_token();
        let prepared = vault.host.store.rows();
        Schedule::try_all(9, |schedule| {
            vault.host.store.restore(&prepared);
            let (first, second) = run_two(
                &vault.host,
                schedule,
                vault.call_text(operation, &text),
                vault.call_text(operation, &text),
            );
            assert_eq!(succeeds(first), succeeds(second), "{operation} {schedule:?}");
            assert_eq!(transaction_rows(&vault), 1);
            let most = vault.host.store.rows().iter().map(|row| row.version).max();
            assert!(most <= Some(2), "{operation} {schedule:?}");
            let expected = if operation == "tokens.tokenize" { 4 } else { 2 };
            assert_eq!(vault.host.store.rows().len(), expected);
            vault.host.take_events();
        });
    }
}

// What a replay passes.

#[test]
fn a_replay_passes_the_policy_and_the_audit() {
    let vault = vault_with_a_token();
    let request = json!({"transactionId": "t", "tokenIds": ["mine"]});
    succeeds(vault.rotate(request.clone()));
    vault.host.take_events();
    succeeds(vault.rotate(request.clone()));
    let event = vault.host.audit_events().pop().unwrap();
    assert_eq!((event["decision"].clone(), event["tokens"].clone()), (json!("allowed"), json!(1)));
    assert_eq!(vault.host.take_steps(), ["decide", "read", "audit"]);
    vault.host.on_audit(|_| Err(thrown()));
    assert_eq!(code(&vault.rotate(request.clone())), "PV1000");
    vault.host.on_audit(|_| Ok(()));
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    assert_eq!(code(&vault.rotate(request.clone())), "PV1007");
    vault.host.allow_everything();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    assert_eq!(code(&reader.rotate(request.clone())), "PV1026");
    assert_eq!(code(&vault.rotate(request)), "ok");
}

/// A request from ciphertext for tokenize and for update.
fn encrypted_requests(ciphertext: &str) -> [(&'static str, Value); 2] {
    let object = json!({"encrypted": {"ciphertext": ciphertext}});
    let one = json!({"type": "pci", "object": object});
    [
        ("tokens.tokenize", json!({"transactionId": "t", "requestBody": [one]})),
        (
            "tokens.update",
            json!({"transactionId": "t", "tokenIds": ["mine"], "requestBody": {"object": object}}),
        ),
    ]
}

#[test]
fn a_replay_opens_no_ciphertext() {
    let earlier = TestVault::with(&Setup::keys("2025", &["2025"]));
    let ciphertext = earlier.ciphertext(json!({"object": {"fields": {"ssn": "123456789"}}}));
    for (operation, request) in encrypted_requests(&ciphertext) {
        let vault = with_a_token(TestVault::with(&Setup::keys("2026", &["2025", "2026"])));
        let first = succeeds(vault.call(operation, request.clone()));
        let without = vault.beside(&Setup::keys("2026", &["2026"]));
        assert_eq!(succeeds(without.call(operation, request.clone())), first, "{operation}");
        let mut fresh = request;
        fresh["transactionId"] = json!("another");
        assert_eq!(code(&without.call(operation, fresh)), "VL3003", "the key is gone indeed");
    }
}

#[test]
fn a_replay_answers_though_the_ciphertexts_expiry_has_come() {
    let vault = vault_with_a_token();
    let answer = succeeds(vault.encrypt(json!({
        "expirationSecs": "10", "requestBody": [{"object": {"fields": {"ssn": "123456789"}}}],
    })));
    let ciphertext = answer[0]["ciphertext"].as_str().unwrap();
    for (operation, request) in encrypted_requests(ciphertext) {
        vault.host.set_time(START);
        let first = succeeds(vault.call(operation, request.clone()));
        vault.host.pass_seconds(60);
        assert_eq!(succeeds(vault.call(operation, request)), first, "{operation}");
        vault.host.store.remove(&vault.row(&answer_id(&first)).key);
    }
}

fn answer_id(answer: &Value) -> String {
    answer[0]["token_id"].as_str().unwrap_or("mine").to_owned()
}

#[test]
fn no_error_from_opening_an_input_is_answered_before_the_row_has_been_read() {
    let vault = vault_with_a_token();
    let [_, (operation, request)] = encrypted_requests("AAAA");
    assert_eq!(code(&vault.call(operation, request)), "VL3003");
    let steps = vault.host.take_steps();
    assert_eq!(
        steps.iter().filter(|step| **step == "read").count(),
        2,
        "before, and after: {steps:?}"
    );
}

#[test]
fn the_row_keeps_the_checks_that_were_asked_and_the_second_question_asks_those() {
    let vault = vault_with_a_token();
    let ciphertext =
        vault.ciphertext(json!({"object": {"fields": {"ssn": "123456789", "name": "Joe"}}}));
    for (operation, request) in encrypted_requests(&ciphertext) {
        vault.host.allow_everything();
        vault.host.take_events();
        succeeds(vault.call(operation, request.clone()));
        let first = vault.host.questions();
        vault.host.take_events();
        succeeds(vault.call(operation, request.clone()));
        assert_eq!(vault.host.questions(), first, "{operation}: the same two questions");
        assert_eq!(first.len(), 2);
        vault.host.deny_resource("customers/properties/ssn");
        assert_eq!(code(&vault.call(operation, request)), "PV1006");
        vault.host.allow_everything();
        let _ = vault.host.store.rows().iter().map(|row| vault.host.store.remove(&row.key)).count();
        with_a_token(Rc::clone(&vault));
    }
}

#[test]
fn the_second_question_of_a_replay_has_the_types_of_today() {
    let vault = vault_with_a_token();
    let ciphertext =
        vault.ciphertext(json!({"object": {"fields": {"ssn": "123456789", "name": "Joe"}}}));
    let today = json!({"customers": {"properties": {
        "email": {"type": "EMAIL"}, "name": {"type": "ADDRESS"},
    }}});
    let later = vault.beside(&Setup { collections: today, ..Setup::default() });
    for (operation, request) in encrypted_requests(&ciphertext) {
        let first = succeeds(vault.call(operation, request.clone()));
        vault.host.take_events();
        assert_eq!(succeeds(later.call(operation, request.clone())), first, "{operation}");
        let questions = vault.host.questions();
        let expected = json!([
            {"operation": "tokenize", "resource": "customers/properties/name", "type": "ADDRESS"},
            {"operation": "tokenize", "resource": "customers/properties/ssn"},
        ]);
        assert_eq!(questions.last().unwrap()["checks"], expected, "{operation}");
        assert_eq!(vault.host.audit_events().pop().unwrap()["checks"], expected, "{operation}");
        vault.host.store.remove(&vault.row(&answer_id(&first)).key);
    }
}

#[test]
fn a_replay_is_refused_what_its_fields_may_not_say_today_after_the_second_question() {
    let vault = vault_with_a_token();
    let ciphertext = vault.ciphertext(json!({"object": {"fields": {"name": "Joe"}}}));
    let sealed = json!({"type": "pci", "object": {"encrypted": {"ciphertext": ciphertext}}});
    let shown = json!({"type": "pci", "object": {"fields": {"ssn": "123456789"}}});
    let today = json!({"customers": {"properties": {"name": {"type": "NAME"}}}});
    let later = vault.beside(&Setup { collections: today, ..Setup::default() });
    for (bodies, questions) in [(json!([shown]), 1), (json!([shown, sealed]), 2)] {
        let request = json!({"transactionId": format!("{questions}"), "requestBody": bodies});
        succeeds(vault.tokenize(request.clone()));
        vault.host.take_events();
        assert_eq!(code(&later.tokenize(request)), "PV3004", "{bodies}");
        assert_eq!(vault.host.questions().len(), questions, "{bodies}");
    }
}

#[test]
fn a_row_that_lands_while_the_input_does_not_open_is_answered_after_the_second_question() {
    for allowed in [true, false] {
        let vault = vault_with_a_token();
        let answer = succeeds(vault.encrypt(json!({
            "expirationSecs": "10", "requestBody": [{"object": {"fields": {"ssn": "123456789"}}}],
        })));
        let [(operation, request), _] =
            encrypted_requests(answer[0]["ciphertext"].as_str().unwrap());
        // Another process makes the call while this one, which has found no row, opens an expired input.
        let (other, same) = (Rc::clone(&vault), request.clone());
        let landed = Rc::new(RefCell::new(Value::Null));
        let told = Rc::clone(&landed);
        let mut reads = 0;
        vault.host.on_read(move |host, asked| {
            reads += 1;
            if reads == 2 {
                host.set_time(START);
                told.replace(succeeds(other.call("tokens.tokenize", same.clone())));
                host.pass_seconds(60);
                if !allowed {
                    host.deny_resource("customers/properties/ssn");
                }
            }
            Ok(honest(host.store.answer(asked)))
        });
        vault.host.pass_seconds(60);
        let result = vault.call(operation, request);
        if allowed {
            assert_eq!(succeeds(result), landed.take());
        } else {
            assert_eq!(code(&result), "PV1006");
        }
    }
}

#[test]
fn a_replay_by_a_vault_with_another_primary_key_is_the_same() {
    let vault = with_a_token(TestVault::with(&Setup::keys("2025", &["2025"])));
    let request = json!({"transactionId": "t", "tokenIds": ["mine"]});
    let first = succeeds(vault.rotate(request.clone()));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    assert_eq!(succeeds(later.rotate(request)), first);
}

// Its form.

#[test]
fn a_transaction_id_is_1_to_256_characters() {
    let vault = vault_with_a_token();
    for (id, expected) in [
        (json!("é".repeat(256)), "ok"),
        (json!("é".repeat(257)), "PV1012"),
        (json!(""), "PV1012"),
        (json!(null), "PV1012"),
        (json!(7), "PV1012"),
    ] {
        let result =
            vault.update(json!({"transactionId": id, "tokenIds": ["mine"], "requestBody": {}}));
        assert_eq!(code(&result), expected, "{id}");
    }
}

#[test]
fn operations_that_only_read_take_no_transaction_id() {
    let vault = vault_with_a_token();
    let result = vault.detokenize(json!({"transactionId": "t", "tokenIds": ["mine"]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "transactionId");
}

#[test]
fn the_rows_of_a_transaction_are_asked_for_by_one_claim() {
    let vault = vault_with_a_token();
    succeeds(vault.rotate(json!({"transactionId": "t", "tokenIds": ["mine"]})));
    let reads = vault.host.reads();
    let claims: Vec<usize> = reads
        .iter()
        .map(|asked| match asked {
            Asked::Claims(claims) => claims.len(),
            Asked::Terms(_) => 0,
        })
        .collect();
    assert_eq!(claims, [1, 1]);
}
