//! Get by transaction ID: which tokens a tokenize with that ID answered.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, honest, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;
use vaultlet::host::{Decision, Row};

const INTEGRITY: &str = "VL5001";
const DAY: i64 = 86_400;

fn one(token_type: &str, name: &str) -> Value {
    json!({"type": token_type, "tags": ["t"], "object": {"fields": {"name": name}}})
}

/// Tokenizes under this transaction ID, and answers the token IDs.
fn tokenize(vault: &TestVault, id: &str, body: &Value) -> Value {
    let request = json!({"transactionId": id, "requestBody": body});
    let answer = succeeds(vault.tokenize(request));
    answer.as_array().unwrap().iter().map(|token| token["token_id"].clone()).collect()
}

fn get(vault: &TestVault, id: &str) -> Value {
    succeeds(vault.get_by_transaction_id(json!({"id": id})))
}

fn none() -> Value {
    json!({"ref_ids": []})
}

/// A vault with a transaction `known` of two tokens, its record empty; and their IDs.
fn vault_with_a_transaction() -> (Rc<TestVault>, Value) {
    let vault = TestVault::open();
    let ids = tokenize(&vault, "known", &json!([one("randomized", "Jane"), one("pci", "Joe")]));
    vault.host.take_events();
    (vault, ids)
}

fn transaction_row(vault: &TestVault) -> Row {
    vault.host.store.rows().into_iter().find(|row| row.prune_at.is_some()).unwrap()
}

// Its form.

#[test]
fn the_id_is_required_text_of_1_to_256_characters() {
    let (vault, _) = vault_with_a_transaction();
    let missing = vault.get_by_transaction_id(json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "id".to_owned()));
    for (id, expected) in [
        (json!("é".repeat(256)), "ok"),
        (json!("é".repeat(257)), "PV1012"),
        (json!(""), "PV1012"),
        (json!(null), "PV1012"),
        (json!(7), "PV1012"),
        (json!(["known"]), "PV1012"),
    ] {
        let result = vault.get_by_transaction_id(json!({"id": id}));
        assert_eq!(code(&result), expected, "{id}");
        assert_eq!(context(&result, "field"), if expected == "ok" { "" } else { "id" });
    }
}

#[test]
fn it_takes_no_other_parameter() {
    let (vault, _) = vault_with_a_transaction();
    for (member, value) in [
        ("transactionId", json!("known")),
        ("transaction_id", json!("known")),
        ("tokenIds", json!(["a"])),
        ("tags", json!(["t"])),
        ("objectIds", json!(["o"])),
        ("options", json!(["archived"])),
        ("tenantId", json!("acme")),
        ("requestBody", json!({})),
        ("expirationSecs", json!("1")),
        ("additionalHeaders", json!({})),
    ] {
        let result = vault.get_by_transaction_id(json!({"id": "known", member: value}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty());
}

// What it answers.

#[test]
fn a_known_one_answers_the_tokens_in_the_order_of_the_requests() {
    let vault = TestVault::open();
    let names = ["z", "a", "m", "b"];
    let body: Vec<Value> = names
        .iter()
        .map(|name| {
            let mut one = one("randomized", name);
            one["token_id"] = json!(name);
            one
        })
        .collect();
    tokenize(&vault, "known", &json!(body));
    assert_eq!(get(&vault, "known"), json!({"ref_ids": names}));
}

#[test]
fn tokens_of_every_type_made_or_found_are_in_it() {
    let vault = TestVault::open();
    let found = vault.token(one("pci", "Jane"));
    let types = ["randomized", "pci_oneway", "deterministic", "pci"];
    let body: Vec<Value> = types.iter().map(|token_type| one(token_type, "Jane")).collect();
    let ids = tokenize(&vault, "known", &json!(body));
    assert_eq!(ids[3], found);
    assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
}

#[test]
fn a_token_that_several_requests_answered_is_there_for_each() {
    let vault = TestVault::open();
    let body = json!([one("pci", "Jane"), one("randomized", "Jane"), one("pci", "Jane")]);
    let ids = tokenize(&vault, "known", &body);
    assert_eq!(ids[0], ids[2]);
    assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
}

#[test]
fn an_unknown_one_answers_an_empty_list() {
    let (vault, _) = vault_with_a_transaction();
    for id in ["unknown", "Known", "known ", "KNOWN"] {
        assert_eq!(get(&vault, id), none());
    }
    assert_eq!(get(&TestVault::open(), "known"), none());
}

#[test]
fn it_is_answered_as_often_as_it_is_asked_and_after_replays() {
    let (vault, ids) = vault_with_a_transaction();
    let body = json!([one("randomized", "Jane"), one("pci", "Joe")]);
    let rows = vault.host.store.rows();
    for _ in 0..2 {
        assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
        assert_eq!(tokenize(&vault, "known", &body), ids, "a replay");
    }
    assert_eq!(vault.host.store.rows(), rows);
}

#[test]
fn they_are_those_of_that_moment() {
    let (vault, ids) = vault_with_a_transaction();
    succeeds(vault.rotate(json!({"tokenIds": [ids[0]]})));
    succeeds(vault.delete(json!({"tokenIds": [ids[1]]})));
    assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
}

#[test]
fn a_tokenize_that_failed_left_nothing() {
    let (vault, _) = vault_with_a_transaction();
    let mut given = one("randomized", "Jane");
    given["token_id"] = json!("mine");
    vault.token(given.clone());
    let request = json!({"transactionId": "failed", "requestBody": [one("pci", "x"), given]});
    assert_eq!(code(&vault.tokenize(request)), "VL3010");
    assert_eq!(get(&vault, "failed"), none());
}

#[test]
fn the_transactions_of_other_operations_are_not_found() {
    let (vault, ids) = vault_with_a_transaction();
    for (operation, request) in [
        ("tokens.rotate", json!({"tokenIds": [ids[0]]})),
        ("tokens.update", json!({"tokenIds": [ids[1]], "requestBody": {"tags": ["u"]}})),
    ] {
        let mut request = request;
        request["transactionId"] = json!("other");
        succeeds(vault.call(operation, request));
        assert_eq!(get(&vault, "other"), none(), "{operation}");
    }
    let fresh = tokenize(&vault, "other", &json!([one("randomized", "Ann")]));
    assert_eq!(get(&vault, "other"), json!({"ref_ids": fresh}), "and do not stand in its way");
}

#[test]
fn it_belongs_to_the_collection_and_to_the_calls_tenants() {
    let vault = TestVault::open();
    let make = |request: Value| {
        let mut request = request;
        request["transactionId"] = json!("known");
        request["requestBody"] = json!([{
            "type": "randomized", "object": {"fields": {"name": "Jane", "_tenant_id": "acme"}},
        }]);
        json!([succeeds(vault.tokenize(request))[0]["token_id"]])
    };
    let get = |request: Value| {
        let mut request = request;
        request["id"] = json!("known");
        succeeds(vault.get_by_transaction_id(request))["ref_ids"].clone()
    };
    let confined = make(json!({"xTenantId": ["acme"]}));
    assert_eq!(get(json!({"xTenantId": ["acme"]})), confined);
    assert_eq!(get(json!({"xTenantId": ["acme", "acme"]})), confined);
    for request in [
        json!({}),
        json!({"xTenantId": ["bolt"]}),
        json!({"xTenantId": ["acme", "bolt"]}),
        json!({"xTenantId": ["acme"], "collection": "partners"}),
        json!({"collection": "partners"}),
    ] {
        assert_eq!(get(request.clone()), json!([]), "{request}");
    }
    let of_two = make(json!({"xTenantId": ["bolt", "acme"]}));
    assert_eq!(get(json!({"xTenantId": ["acme", "bolt"]})), of_two, "as sets");
    assert_eq!(get(json!({"xTenantId": ["acme"]})), confined);
    let of_all = make(json!({}));
    assert_eq!(get(json!({})), of_all);
    let elsewhere = make(json!({"collection": "partners"}));
    assert_eq!(get(json!({"collection": "partners"})), elsewhere);
}

#[test]
fn after_its_time_it_is_unknown() {
    let (vault, ids) = vault_with_a_transaction();
    vault.host.set_time(START + DAY * 1_000 - 1);
    assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
    vault.host.set_time(START + DAY * 1_000);
    assert_eq!(get(&vault, "known"), none());
    let again = tokenize(&vault, "known", &json!([one("randomized", "Ann")]));
    assert_eq!(get(&vault, "known"), json!({"ref_ids": again}), "the row was replaced");
    vault.host.pass_seconds(DAY + 1);
    vault.host.store.remove(&transaction_row(&vault).key);
    assert_eq!(get(&vault, "known"), none(), "the store may have pruned it");
}

#[test]
fn it_is_kept_for_the_setting_transaction_ttl_secs() {
    let vault = TestVault::with(&Setup::settings(json!({"transactionTtlSecs": 5})));
    let ids = tokenize(&vault, "known", &json!([one("randomized", "Jane")]));
    vault.host.pass_seconds(4);
    assert_eq!(get(&vault, "known"), json!({"ref_ids": ids}));
    vault.host.pass_seconds(1);
    assert_eq!(get(&vault, "known"), none());
}

#[test]
fn a_vault_with_another_primary_key_finds_it() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    let ids = tokenize(&vault, "known", &json!([one("randomized", "Jane")]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    assert_eq!(get(&later, "known"), json!({"ref_ids": ids}));
    let without = vault.beside(&Setup::keys("2026", &["2026"]));
    assert_eq!(code(&without.get_by_transaction_id(json!({"id": "known"}))), INTEGRITY);
}

#[test]
fn it_works_on_a_read_only_store() {
    let (vault, ids) = vault_with_a_transaction();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    assert_eq!(get(&reader, "known"), json!({"ref_ids": ids}));
}

// Policy and audit.

#[test]
fn it_asks_for_its_own_reader_and_read_on_the_tokens() {
    let (vault, _) = vault_with_a_transaction();
    succeeds(vault.get_by_transaction_id(json!({
        "id": "known", "xTenantId": ["acme"], "reason": "Other", "adhocReason": "because",
    })));
    let expected = json!({
        "action": "tokens.transaction", "capabilities": ["CapTransactionIdReader"],
        "input": "none", "collection": "customers", "tenantIds": ["acme"], "reason": "Other",
        "adhocReason": "because",
        "checks": [{"operation": "read", "resource": "customers/tokens"}],
    });
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn without_the_right_nothing_is_read() {
    for (decision, expected) in
        [(Decision::MissingCapability(None), "PV1007"), (Decision::Denied(None), "PV1006")]
    {
        let (vault, _) = vault_with_a_transaction();
        vault.host.on_decide(move |_| Ok(decision.clone()));
        assert_eq!(code(&vault.get_by_transaction_id(json!({"id": "known"}))), expected);
        assert_eq!(vault.host.audit_events().pop().unwrap()["decision"], "denied");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
}

#[test]
fn the_audit_is_told_how_many_before_they_are_answered() {
    let (vault, _) = vault_with_a_transaction();
    for (id, tokens) in [("known", 2), ("unknown", 0)] {
        vault.host.take_events();
        get(&vault, id);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        let mut event = events.first().unwrap().clone();
        event.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(
            event,
            json!({
                "time": START, "action": "tokens.transaction", "collection": "customers",
                "tenantIds": [], "reason": "AppFunctionality", "transactionId": id,
                "decision": "allowed",
                "checks": [{"operation": "read", "resource": "customers/tokens"}],
                "tokens": tokens,
            })
        );
        assert_eq!(vault.host.take_steps(), ["decide", "read", "audit"]);
    }
    vault.host.on_audit(|_| Err(thrown()));
    let result = vault.get_by_transaction_id(json!({"id": "known"}));
    assert_eq!((code(&result), context(&result, "callback")), ("PV1000", "audit".to_owned()));
}

// A store that fails or lies.

#[test]
fn a_read_that_fails_is_the_reads_error() {
    for (fault, expected) in
        [(thrown(), "PV1000"), (Fault::WrongShape, "PV1000"), (Fault::TimedOut, "PV1009")]
    {
        let (vault, _) = vault_with_a_transaction();
        vault.host.fail_reads(&fault);
        let result = vault.get_by_transaction_id(json!({"id": "known"}));
        assert_eq!((code(&result), context(&result, "callback")), (expected, "store.read".into()));
    }
}

#[test]
fn an_altered_row_is_vl5001() {
    let (vault, _) = vault_with_a_transaction();
    let row = transaction_row(&vault);
    let mut altered: Vec<Row> = (0..row.sealed.len())
        .map(|at| {
            let mut row = row.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: 2, ..row.clone() });
    altered.push(Row { prune_at: row.prune_at.map(|end| end + 1), ..row.clone() });
    altered.push(Row { prune_at: None, ..row.clone() });
    altered.push(Row { expires_at: Some(START), ..row.clone() });
    altered.push(Row { terms: vec![row.key], ..row });
    for (place, row) in altered.into_iter().enumerate() {
        vault.host.store.put(row);
        let result = vault.get_by_transaction_id(json!({"id": "known"}));
        assert_eq!(code(&result), INTEGRITY, "{place}");
    }
}

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let (vault, ids) = vault_with_a_transaction();
    let own = transaction_row(&vault);
    tokenize(&vault, "other", &json!([one("randomized", "Ann")]));
    let other = vault
        .host
        .store
        .rows()
        .into_iter()
        .find(|row| row.prune_at.is_some() && row.key != own.key)
        .unwrap();
    let token = vault.row(ids[0].as_str().unwrap());
    let claims = own.claims.clone();
    for lie in [
        vec![other.clone()],
        vec![own.clone(), other.clone()],
        vec![own.clone(), own.clone()],
        vec![token.clone()],
        vec![Row { claims: claims.clone(), ..other }],
        vec![Row { claims, ..token }],
    ] {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        let result = vault.get_by_transaction_id(json!({"id": "known"}));
        assert_eq!(code(&result), INTEGRITY);
    }
    vault.host.on_read(move |_, _| Ok(vec![None]));
    assert_eq!(code(&vault.get_by_transaction_id(json!({"id": "known"}))), INTEGRITY);
}
