//! Count: how many tokens a collection has. More of them than one read returns are in `paging.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::named_tokens::of_tenant;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Asked, START, honest, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;
use vaultlet::host::{Decision, Row, State};

const INTEGRITY: &str = "VL5001";

fn archive(vault: &TestVault, query: Value) {
    let mut request = query;
    request["expirationSecs"] = json!("0");
    request["requestBody"] = json!({});
    succeeds(vault.update(request));
}

fn counted(active: usize, archived: usize) -> Value {
    json!({"active": active, "archived": archived, "total": active + archived})
}

/// Tokens `a` and `b` of acme, `c` of bolt, `d` of none; `b` and `d` are archived.
fn vault_with_tenants() -> Rc<TestVault> {
    let vault = TestVault::open();
    for (name, tenant) in [("a", "acme"), ("b", "acme"), ("c", "bolt"), ("d", "")] {
        of_tenant(&vault, name, tenant);
    }
    archive(&vault, json!({"tokenIds": ["b", "d"]}));
    vault.host.take_events();
    vault
}

// Its form.

#[test]
fn count_takes_no_query_options_or_body() {
    let vault = vault_with_tenants();
    for (member, value) in [
        ("tokenIds", json!(["a"])),
        ("tags", json!(["t"])),
        ("objectIds", json!(["o"])),
        ("options", json!(["archived"])),
        ("tenantId", json!("acme")),
        ("requestBody", json!({})),
        ("props", json!(["name"])),
        ("expirationSecs", json!("1")),
        ("transactionId", json!("t")),
        ("id", json!("t")),
        ("additionalHeaders", json!({})),
        ("unknown", json!(null)),
    ] {
        let result = vault.count(json!({member: value}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    for wrong in [json!([]), json!("acme"), json!(null), json!([""]), json!([1])] {
        let result = vault.count(json!({"xTenantId": wrong}));
        assert_eq!(code(&result), "PV1012");
        assert!(context(&result, "field").starts_with("xTenantId"));
    }
    assert!(vault.host.take_steps().is_empty());
}

// What it counts.

#[test]
fn count_answers_active_archived_and_total() {
    let vault = TestVault::open();
    assert_eq!(succeeds(vault.count(json!({}))), counted(0, 0));
    let vault = vault_with_tenants();
    assert_eq!(succeeds(vault.count(json!({}))), counted(2, 2));
}

#[test]
fn tokens_of_every_type_count_and_those_of_another_collection_and_transactions_do_not() {
    let vault = TestVault::open();
    for token_type in ["pci", "pci_oneway", "randomized", "deterministic"] {
        let object = json!({"fields": {"name": "Jane"}});
        let body = json!([{"type": token_type, "object": object}]);
        let request = json!({"transactionId": token_type, "requestBody": body});
        succeeds(vault.tokenize(request));
    }
    let one = json!({"type": "pci", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    assert_eq!(vault.host.store.rows().len(), 9);
    assert_eq!(succeeds(vault.count(json!({}))), counted(4, 0));
    assert_eq!(succeeds(vault.count(json!({"collection": "partners"}))), counted(1, 0));
}

#[test]
fn archived_means_that_the_expiry_time_has_come() {
    let vault = TestVault::open();
    of_tenant(&vault, "a", "");
    let expiry = json!({"tokenIds": ["a"], "expirationSecs": "10", "requestBody": {}});
    succeeds(vault.update(expiry));
    for (time, expected) in [(0, counted(1, 0)), (9_999, counted(1, 0)), (10_000, counted(0, 1))] {
        vault.host.set_time(START + time);
        assert_eq!(succeeds(vault.count(json!({}))), expected, "{time}");
    }
    let never = json!({
        "tokenIds": ["a"], "options": ["archived"], "expirationSecs": "", "requestBody": {},
    });
    succeeds(vault.update(never));
    assert_eq!(succeeds(vault.count(json!({}))), counted(1, 0), "it came back to life");
}

#[test]
fn a_rotated_token_counts_once_and_a_deleted_one_no_more() {
    let vault = vault_with_tenants();
    succeeds(vault.rotate(json!({"tokenIds": ["a", "c"]})));
    assert_eq!(succeeds(vault.count(json!({}))), counted(2, 2));
    succeeds(vault.delete(json!({"tags": ["t"], "xTenantId": ["bolt"]})));
    assert_eq!(succeeds(vault.count(json!({}))), counted(1, 2));
    succeeds(vault.delete(json!({"tags": ["t"], "options": ["archived"]})));
    assert_eq!(succeeds(vault.count(json!({}))), counted(1, 0));
}

#[test]
fn count_is_confined_like_a_query_by_tags() {
    let vault = vault_with_tenants();
    for (tenants, expected) in [
        (json!(["acme"]), counted(1, 1)),
        (json!(["bolt"]), counted(1, 0)),
        (json!(["acme", "bolt"]), counted(2, 1)),
        (json!(["bolt", "unknown", "bolt"]), counted(1, 0)),
        (json!(["unknown"]), counted(0, 0)),
    ] {
        assert_eq!(succeeds(vault.count(json!({"xTenantId": tenants}))), expected, "{tenants}");
    }
    let partners = json!({"collection": "partners", "xTenantId": ["acme"]});
    assert_eq!(succeeds(vault.count(partners)), counted(0, 0));
}

#[test]
fn as_many_tenants_may_be_listed_as_a_query_takes() {
    let vault = TestVault::open();
    let tenants: Vec<String> = (0..100).map(|tenant| format!("tenant {tenant}")).collect();
    for tenant in &tenants {
        of_tenant(&vault, &tenant.replace(' ', "-"), tenant);
    }
    of_tenant(&vault, "nobodys", "");
    assert_eq!(succeeds(vault.count(json!({"xTenantId": tenants}))), counted(100, 0));
    let search = json!({"xTenantId": tenants, "requestBody": {"tags": ["t"]}});
    assert_eq!(succeeds(vault.search(search)).as_array().unwrap().len(), 100);
}

#[test]
fn tokens_under_every_key_of_the_keyring_count() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    of_tenant(&vault, "old", "");
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    of_tenant(&later, "new", "");
    assert_eq!(succeeds(later.count(json!({}))), counted(2, 0));
    assert_eq!(code(&vault.count(json!({}))), INTEGRITY, "the key of one is not there");
}

// Policy and audit.

#[test]
fn count_asks_for_the_reader_and_stats_on_the_tokens() {
    let vault = vault_with_tenants();
    succeeds(vault.count(json!({
        "xTenantId": ["acme", "bolt"], "reason": "Other", "adhocReason": "because",
    })));
    let expected = json!({
        "action": "tokens.count", "capabilities": ["CapTokensReader"], "input": "none",
        "collection": "customers", "tenantIds": ["acme", "bolt"], "reason": "Other",
        "adhocReason": "because",
        "checks": [{"operation": "stats", "resource": "customers/tokens"}],
    });
    assert_eq!(vault.host.questions(), [expected]);
}

#[test]
fn without_the_right_nothing_is_read() {
    for (decision, expected) in
        [(Decision::MissingCapability(None), "PV1007"), (Decision::Denied(None), "PV1006")]
    {
        let vault = vault_with_tenants();
        vault.host.on_decide(move |_| Ok(decision.clone()));
        assert_eq!(code(&vault.count(json!({}))), expected);
        assert_eq!(vault.host.audit_events().pop().unwrap()["decision"], "denied");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
}

#[test]
fn the_audit_is_told_how_many_before_they_are_answered() {
    let vault = vault_with_tenants();
    for (request, tokens) in
        [(json!({}), 4), (json!({"xTenantId": ["acme"]}), 2), (json!({"xTenantId": ["x"]}), 0)]
    {
        vault.host.take_events();
        succeeds(vault.count(request.clone()));
        let mut event = vault.host.audit_events().pop().unwrap();
        event.as_object_mut().unwrap().remove("id").unwrap();
        let tenants = request.get("xTenantId").cloned().unwrap_or(json!([]));
        assert_eq!(
            event,
            json!({
                "time": START, "action": "tokens.count", "collection": "customers",
                "tenantIds": tenants, "reason": "AppFunctionality", "decision": "allowed",
                "checks": [{"operation": "stats", "resource": "customers/tokens"}],
                "tokens": tokens,
            })
        );
        assert_eq!(vault.host.take_steps(), ["decide", "read", "audit"]);
    }
    vault.host.on_audit(|_| Err(thrown()));
    let result = vault.count(json!({}));
    assert_eq!((code(&result), context(&result, "callback")), ("PV1000", "audit".to_owned()));
}

#[test]
fn count_works_on_a_read_only_store() {
    let vault = vault_with_tenants();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    assert_eq!(succeeds(reader.count(json!({}))), counted(2, 2));
}

// A store that lies.

#[test]
fn an_altered_row_is_vl5001_and_never_counted_nor_skipped() {
    let vault = vault_with_tenants();
    let genuine = vault.row("a");
    let mut altered: Vec<Row> = (0..100)
        .map(|at| {
            let mut row = genuine.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: 2, ..genuine.clone() });
    altered.push(Row { expires_at: Some(START), ..genuine.clone() });
    altered.push(Row { prune_at: Some(START), ..genuine.clone() });
    altered.push(Row { sealed: vault.row("c").sealed, ..genuine.clone() });
    for (place, row) in altered.into_iter().enumerate() {
        vault.host.store.put(row);
        for request in [json!({}), json!({"xTenantId": ["bolt", "acme"]})] {
            assert_eq!(code(&vault.count(request)), INTEGRITY, "{place}");
        }
        assert_eq!(code(&vault.count(json!({"xTenantId": ["bolt"]}))), "ok", "it reads no others");
    }
}

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let vault = vault_with_tenants();
    let one = json!({"type": "pci", "object": {"fields": {"name": "Jane"}}});
    let body = json!([one]);
    let request = json!({"collection": "partners", "transactionId": "t", "requestBody": body});
    succeeds(vault.tokenize(request));
    let rows = vault.host.store.rows();
    let known = ["a", "b", "c", "d"].map(|id| vault.row(id));
    let strangers: Vec<&Row> =
        rows.iter().filter(|row| known.iter().all(|known| known.key != row.key)).collect();
    assert_eq!(strangers.len(), 2, "another collection's token, and a transaction");
    let mut sorted = known.to_vec();
    sorted.sort_by_key(|row| row.key);
    let reversed: Vec<Row> = sorted.iter().rev().cloned().collect();
    let twice: Vec<Row> = sorted.iter().chain(sorted.last()).cloned().collect();
    let first_again: Vec<Row> = sorted.iter().chain(sorted.first()).cloned().collect();
    let mut lies = vec![reversed, twice, first_again];
    lies.extend(strangers.into_iter().map(|row| vec![row.clone()]));
    for lie in lies {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        assert_eq!(code(&vault.count(json!({}))), INTEGRITY);
    }
    vault.host.on_read(|_, _| Ok(vec![None]));
    assert_eq!(code(&vault.count(json!({}))), INTEGRITY);
    let [_, _, of_bolt, of_none] = known;
    for stranger in [of_bolt, of_none] {
        vault.host.on_read(move |_, _| Ok(honest(vec![stranger.clone()])));
        assert_eq!(code(&vault.count(json!({"xTenantId": ["acme"]}))), INTEGRITY);
    }
}

#[test]
fn it_asks_for_both_states_at_once() {
    let vault = vault_with_tenants();
    succeeds(vault.count(json!({})));
    let states: Vec<State> = vault
        .host
        .reads()
        .iter()
        .map(|asked| match asked {
            Asked::Terms(query) => query.state,
            Asked::Claims(_) => State::Active,
        })
        .collect();
    assert_eq!(states, [State::Any], "a token that is archived meanwhile is in one of them");
}

#[test]
fn pages_of_large_rows_are_asked_for_again_with_half_as_many() {
    let vault = TestVault::open();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        of_tenant(&vault, name, "acme");
    }
    vault.host.on_read(|host, asked| match asked {
        Asked::Terms(query) if query.limit > 3 => Err(Fault::OverLimit(1 << 26)),
        _ => Ok(honest(host.store.answer(asked))),
    });
    assert_eq!(succeeds(vault.call("tokens.count", json!({}))), counted(7, 0));
}

#[test]
fn one_row_that_is_too_large_is_vl1001() {
    let vault = vault_with_tenants();
    vault.host.on_read(|_, _| Err(Fault::OverLimit(1 << 26)));
    assert_eq!(code(&vault.call("tokens.count", json!({}))), "VL1001");
}
