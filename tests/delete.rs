//! Delete: every rule of the specification, by name. Who else may be at work at the same time, and what
//! goes wrong with a write, is in `delete_at_once.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::named_tokens::{archive, left, named, vault_with_three};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Event, START, WriteFault, honest, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;
use vaultlet::host::{Decision, Row};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
const INTEGRITY: &str = "VL5001";

/// A token of a tenant, or of none, with the tag `t`.
fn of_tenant(vault: &TestVault, name: &str, tenant: &str) -> String {
    let mut fields = json!({"name": name});
    if !tenant.is_empty() {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": fields},
    }))
}

// Its form.

#[test]
fn the_query_is_in_the_parameters_and_there_is_no_body() {
    let vault = vault_with_three();
    for member in ["token_ids", "object_ids", "tenant_id", "requestBody", "unknown"] {
        let mut request = json!({"tokenIds": ["a"]});
        request[member] = json!(["a"]);
        let result = vault.delete(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn delete_takes_no_parameter_of_another_operation() {
    let vault = vault_with_three();
    for (member, value) in [
        ("expirationSecs", json!("0")),
        ("props", json!(["name"])),
        ("transactionId", json!("t")),
        ("id", json!("t")),
        ("additionalHeaders", json!({})),
    ] {
        let result = vault.delete(json!({"tokenIds": ["a"], member: value}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn a_wrong_type_is_pv1012_naming_its_path_and_null_is_one() {
    let vault = vault_with_three();
    for (member, wrong, path) in [
        ("tokenIds", json!("a"), "tokenIds"),
        ("tokenIds", json!(null), "tokenIds"),
        ("tokenIds", json!(["a", null]), "tokenIds[1]"),
        ("tokenIds", json!(["a b"]), "tokenIds[0]"),
        ("tokenIds", json!([""]), "tokenIds[0]"),
        ("tags", json!("t"), "tags"),
        ("tags", json!(null), "tags"),
        ("tags", json!([1]), "tags[0]"),
        ("tags", json!(["t", ""]), "tags[1]"),
        ("objectIds", json!("o"), "objectIds"),
        ("objectIds", json!(null), "objectIds"),
        ("tenantId", json!(["acme"]), "tenantId"),
        ("tenantId", json!(null), "tenantId"),
        ("tenantId", json!(""), "tenantId"),
        ("tenantId", json!("é".repeat(257)), "tenantId"),
        ("xTenantId", json!("acme"), "xTenantId"),
        ("options", json!("archived"), "options"),
        ("options", json!(null), "options"),
        ("options", json!(["include_aggregated_data"]), "options[0]"),
        ("options", json!(["archived", "include_metadata"]), "options[1]"),
    ] {
        let mut request = json!({"tokenIds": ["a"]});
        request[member] = wrong;
        let result = vault.delete(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", path.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty());
    let longest = json!({"tokenIds": ["a"], "tenantId": "é".repeat(256)});
    assert_eq!(code(&vault.delete(longest)), "PV1006");
}

#[test]
fn an_empty_list_is_pv1012_for_a_filter_that_came_out_empty_must_not_widen_a_query() {
    let vault = vault_with_three();
    for member in ["tokenIds", "tags", "objectIds", "xTenantId", "options"] {
        let mut request = json!({"tokenIds": ["a"], "tags": ["t"]});
        request[member] = json!([]);
        let result = vault.delete(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn object_ids_are_pv2001() {
    let vault = vault_with_three();
    for request in [json!({"objectIds": ["1"]}), json!({"objectIds": ["1"], "tokenIds": ["a"]})] {
        let result = vault.delete(request);
        assert_eq!((code(&result), result.as_ref().unwrap_err().status()), ("PV2001", 501));
        assert_eq!(context(&result, "feature"), "objectIds");
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

// Which tokens.

#[test]
fn no_query_parameter_at_all_or_nothing_matched_is_pv3009() {
    let vault = vault_with_three();
    for request in [
        json!({}),
        json!({"options": ["archived"]}),
        json!({"tenantId": "acme"}),
        json!({"xTenantId": ["acme"]}),
        json!({"tokenIds": ["unknown"]}),
        json!({"tags": ["unknown"]}),
        json!({"tags": ["t", "unknown"]}),
        json!({"tokenIds": ["a"], "tags": ["unknown"]}),
        json!({"tokenIds": ["a"], "options": ["archived"]}),
        json!({"tags": ["t"], "options": ["archived"]}),
        json!({"collection": "partners", "tokenIds": ["a"]}),
        json!({"collection": "partners", "tags": ["t"]}),
    ] {
        let result = vault.delete(request.clone());
        assert_eq!(code(&result), "PV3009", "{request}");
        assert_eq!(result.unwrap_err().status(), 404);
    }
    assert!(!vault.host.has_written());
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn no_query_parameter_at_all_reads_nothing() {
    let vault = vault_with_three();
    assert_eq!(code(&vault.delete(json!({}))), "PV3009");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn ids_are_ored_tags_are_anded_and_the_groups_are_anded() {
    for (request, expected) in [
        (json!({"tokenIds": ["a", "c"]}), vec!["b", "d"]),
        (json!({"tokenIds": ["c", "unknown", "c"]}), vec!["a", "b", "d"]),
        (json!({"tags": ["t"]}), vec!["d"]),
        (json!({"tags": ["t", "u"]}), vec!["a", "c", "d"]),
        (json!({"tags": ["u"]}), vec!["a", "c"]),
        (json!({"tokenIds": ["a", "b"], "tags": ["u"]}), vec!["a", "c", "d"]),
        (json!({"tokenIds": ["a", "d", "b", "c"], "tags": ["t", "t"]}), vec!["d"]),
    ] {
        let vault = TestVault::open();
        for (name, tags) in [
            ("a", json!(["t"])),
            ("b", json!(["t", "u"])),
            ("c", json!(["v", "t"])),
            ("d", json!(["u"])),
        ] {
            named(&vault, name, &tags);
        }
        succeeds(vault.delete(request.clone()));
        assert_eq!(left(&vault), expected, "{request}");
    }
}

#[test]
fn active_tokens_or_with_the_option_only_archived_ones() {
    for query in [json!({"tokenIds": ["a", "b", "c"]}), json!({"tags": ["t"]})] {
        let vault = vault_with_three();
        archive(&vault, "b");
        let mut request = query.clone();
        succeeds(vault.delete(request.clone()));
        assert_eq!(left(&vault), ["b"], "{request}");
        assert_eq!(code(&vault.delete(request.clone())), "PV3009");
        request["options"] = json!(["archived"]);
        succeeds(vault.delete(request));
        assert_eq!(left(&vault), [""; 0]);
        let vault = vault_with_three();
        archive(&vault, "b");
        let mut request = query;
        request["options"] = json!(["archived", "archived"]);
        succeeds(vault.delete(request));
        assert_eq!(left(&vault), ["a", "c"]);
    }
}

#[test]
fn archived_means_that_the_expiry_time_has_come() {
    for query in [json!({"tokenIds": ["a"]}), json!({"tags": ["t"]})] {
        for (time, active) in [(9_999, true), (10_000, false)] {
            let vault = TestVault::open();
            named(&vault, "a", &json!(["t"]));
            let expiry = json!({"tokenIds": ["a"], "expirationSecs": "10", "requestBody": {}});
            succeeds(vault.update(expiry));
            vault.host.set_time(START + time);
            let mut request = query.clone();
            assert_eq!(vault.delete(request.clone()).is_ok(), active, "{query} at {time}");
            request["options"] = json!(["archived"]);
            assert_eq!(vault.delete(request).is_ok(), !active, "{query} at {time}");
        }
    }
}

// What is left.

#[test]
fn delete_answers_nothing() {
    let vault = vault_with_three();
    let request = json!({"collection": "customers", "reason": "Maintenance", "tokenIds": ["a"]});
    let request = request.to_string();
    let answer = pollster::block_on(vault.vault.call(&*vault.host, "tokens.delete", &request));
    assert!(answer.unwrap().is_empty());
}

#[test]
fn a_deleted_token_is_as_if_it_had_never_been() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        let id = vault.token(json!({
            "type": token_type, "tags": ["t"], "object": {"fields": {"email": "jane@example.com"}},
        }));
        succeeds(vault.delete(json!({"tokenIds": [id]})));
        assert!(vault.host.store.rows().is_empty(), "{token_type}");
        for options in [json!(["archived"]), json!(["include_aggregated_data"])] {
            for body in [json!({"token_ids": [id]}), json!({"tags": ["t"]})] {
                let request = json!({"options": options, "requestBody": body});
                assert_eq!(succeeds(vault.search(request)), json!([]));
            }
        }
        assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": [id]}))), json!([]));
        assert_eq!(code(&vault.rotate(json!({"tokenIds": [id]}))), "PV3087");
        let update = json!({"tokenIds": [id], "requestBody": {"tags": []}});
        assert_eq!(code(&vault.update(update)), "PV3009");
        assert_eq!(code(&vault.delete(json!({"tokenIds": [id]}))), "PV3009");
        assert_eq!(succeeds(vault.count(json!({})))["total"], 0);
    }
}

#[test]
fn the_token_id_is_free_again() {
    let vault = TestVault::open();
    let one = |token_type: &str, name: &str| json!({"type": token_type, "token_id": "mine", "object": {"fields": {"name": name}}});
    for token_type in ["randomized", "pci", "pci_oneway"] {
        vault.token(one(token_type, "Jane"));
        let taken = vault.tokenize(json!({"requestBody": [one("randomized", "Joe")]}));
        assert_eq!(code(&taken), "VL3010");
        let key = vault.host.store.rows().pop().unwrap().key;
        succeeds(vault.delete(json!({"tokenIds": ["mine"]})));
        vault.token(one("randomized", "Joe"));
        assert_eq!(vault.fields("mine"), json!({"name": "Joe"}));
        let anew = vault.row("mine");
        assert_ne!(anew.key, key, "row keys are never used again");
        assert_eq!(anew.version, 1);
        succeeds(vault.delete(json!({"tokenIds": ["mine"]})));
    }
}

#[test]
fn the_data_is_free_again() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let old = vault.email_token(token_type);
        let other = vault.token_of("pci", json!({"email": "joe@example.com"}));
        succeeds(vault.delete(json!({"tokenIds": [old]})));
        let new = vault.email_token(token_type);
        assert_ne!(new, old, "tokenizing the data again makes a new token");
        succeeds(vault.delete(json!({"tokenIds": [new]})));
        let moved = json!({"object": {"fields": {"email": "jane@example.com"}}});
        let moved = vault.update(json!({"tokenIds": [other], "requestBody": moved}));
        assert_eq!(code(&moved), "ok", "another token may take it");
    }
}

#[test]
fn a_deterministic_token_is_derived_afresh() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let old = vault.token(json!({"type": "deterministic", "tags": ["t"], "object": object}));
    vault.host.pass_seconds(60);
    succeeds(vault.delete(json!({"tokenIds": [old]})));
    assert_eq!(vault.email_token("deterministic"), old);
    let token = vault.metadata(&old)["tokens"][0].clone();
    assert_eq!(token["tags"], json!([]));
    assert_eq!(token["creation_time"], "2024-11-08T15:01:00Z");
}

#[test]
fn an_ensured_tag_is_free_again() {
    let vault = TestVault::open();
    let one = |name: &str, token_type: &str| {
        json!({
            "type": token_type, "token_id": name, "tags": ["only"],
            "ensure_unique_tenant_tags": ["only"], "object": {"fields": {"name": name}},
        })
    };
    vault.token(one("a", "randomized"));
    let taken = vault.tokenize(json!({"requestBody": [one("b", "pci")]}));
    assert_eq!(code(&taken), "VL3007");
    archive(&vault, "a");
    let archived = json!({"tags": ["only"], "options": ["archived"]});
    succeeds(vault.delete(archived));
    assert_eq!(vault.token(one("b", "pci")), "b");
}

#[test]
fn others_stay_as_they_were() {
    let vault = vault_with_three();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"transactionId": "t", "requestBody": [one]})));
    let key = vault.row("b").key;
    let mut expected = vault.host.store.rows();
    expected.retain(|row| row.key != key);
    succeeds(vault.delete(json!({"tokenIds": ["b"]})));
    assert_eq!(vault.host.store.rows(), expected, "transactions, too");
}

#[test]
fn all_go_in_one_batch_each_in_the_version_that_was_read() {
    let vault = vault_with_three();
    succeeds(vault.update(json!({"tokenIds": ["b"], "requestBody": {"tags": ["t", "u"]}})));
    let rows = vault.host.store.rows();
    vault.host.take_events();
    succeeds(vault.delete(json!({"tags": ["t"]})));
    let batches = vault.host.batches();
    assert_eq!(batches.len(), 1);
    let mut changes = batches.first().unwrap().clone();
    changes.sort_by_key(|change| change.key);
    for (change, row) in changes.iter().zip(&rows) {
        assert_eq!((change.key, change.expect), (row.key, Some(row.version)));
        assert!(change.row.is_none());
    }
    assert_eq!(changes.len(), 3);
}

#[test]
fn all_are_deleted_or_none() {
    let vault = vault_with_three();
    let other = Rc::clone(&vault);
    let before = vault.host.store.rows();
    vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
    assert_eq!(code(&other.delete(json!({"tags": ["t"]}))), "PV3218");
    vault.host.write_honestly();
    of_tenant(&vault, "e", "acme");
    let request = json!({"tokenIds": ["e", "a"], "xTenantId": ["acme"]});
    assert_eq!(code(&vault.delete(request)), "PV1006");
    succeeds(vault.delete(json!({"tokenIds": ["e"]})));
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn a_token_whose_data_is_damaged_or_has_no_more_type_can_be_deleted() {
    let vault = vault_with_three();
    let mut row = vault.row("a");
    let length: [u8; 4] = row.sealed.get(2..6).unwrap().try_into().unwrap();
    let body = 6 + usize::try_from(u32::from_be_bytes(length)).unwrap();
    *row.sealed.get_mut(body + 32).unwrap() ^= 1;
    vault.host.store.put(row);
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["a"]}))), INTEGRITY);
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"age": {"type": "INTEGER"}}}}),
        ..Setup::default()
    });
    succeeds(narrower.delete(json!({"tokenIds": ["a", "b"]})));
    assert_eq!(left(&vault), ["c"]);
}

#[test]
fn a_token_under_an_earlier_key_can_be_deleted() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    named(&vault, "a", &json!([]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    succeeds(later.delete(json!({"tokenIds": ["a"]})));
    assert!(vault.host.store.rows().is_empty());
}

// Policy and audit.

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

// Tenants.

/// Tokens `a` of acme, `b` of bolt, `c` of core, and `d` of none.
fn vault_with_tenants() -> Rc<TestVault> {
    let vault = TestVault::open();
    for (name, tenant) in [("a", "acme"), ("b", "bolt"), ("c", "core"), ("d", "")] {
        of_tenant(&vault, name, tenant);
    }
    vault.host.take_events();
    vault
}

fn delete_confined(vault: &TestVault, query: &Value, lists: &Value) -> &'static str {
    let mut request = query.clone();
    for (member, value) in lists.as_object().unwrap() {
        request[member] = value.clone();
    }
    code(&vault.delete(request))
}

#[test]
fn by_id_a_token_outside_a_list_fails_the_whole_request_with_pv1006() {
    for (lists, inside, outside) in [
        (json!({"xTenantId": ["acme"]}), "a", vec!["b", "c", "d"]),
        (json!({"tenantId": "acme"}), "a", vec!["b", "c", "d"]),
        (json!({"xTenantId": ["bolt", "acme"], "tenantId": "acme"}), "a", vec!["b", "c", "d"]),
        (json!({"xTenantId": ["acme", "core"], "tenantId": "core"}), "c", vec!["a", "b", "d"]),
    ] {
        let vault = vault_with_tenants();
        for id in outside {
            for ids in [json!([id]), json!([inside, id]), json!([id, inside, "unknown"])] {
                let query = json!({"tokenIds": ids});
                assert_eq!(delete_confined(&vault, &query, &lists), "PV1006", "{ids} {lists}");
            }
            let untagged = json!({"tokenIds": [id], "tags": ["unknown"]});
            assert_eq!(delete_confined(&vault, &untagged, &lists), "PV1006");
        }
        assert_eq!(left(&vault), ["a", "b", "c", "d"]);
        let query = json!({"tokenIds": [inside, "unknown"]});
        assert_eq!(delete_confined(&vault, &query, &lists), "ok", "{lists}");
        assert!(!left(&vault).contains(&inside.to_owned()));
        assert_eq!(left(&vault).len(), 3);
    }
}

#[test]
fn by_tags_only_tokens_within_every_list_are_deleted() {
    for (lists, expected) in [
        (json!({}), ""),
        (json!({"xTenantId": ["acme"]}), "bcd"),
        (json!({"xTenantId": ["acme", "core", "acme"]}), "bd"),
        (json!({"tenantId": "bolt"}), "acd"),
        (json!({"xTenantId": ["acme", "bolt"], "tenantId": "bolt"}), "acd"),
        (json!({"xTenantId": ["bolt"], "tenantId": "bolt"}), "acd"),
    ] {
        let vault = vault_with_tenants();
        assert_eq!(delete_confined(&vault, &json!({"tags": ["t"]}), &lists), "ok");
        assert_eq!(left(&vault).concat(), expected, "{lists}");
    }
}

#[test]
fn lists_that_have_no_tenant_in_common_leave_nothing() {
    let vault = vault_with_tenants();
    let lists = json!({"xTenantId": ["acme", "bolt"], "tenantId": "core"});
    for id in ["a", "b", "c", "d"] {
        let query = json!({"tokenIds": [id]});
        assert_eq!(delete_confined(&vault, &query, &lists), "PV1006", "{id}");
    }
    vault.host.take_events();
    assert_eq!(delete_confined(&vault, &json!({"tags": ["t"]}), &lists), "PV3009");
    assert_eq!(delete_confined(&vault, &json!({"tokenIds": ["unknown"]}), &lists), "PV3009");
    assert!(!vault.host.has_written());
    assert_eq!(left(&vault), ["a", "b", "c", "d"]);
}

#[test]
fn a_tenant_that_no_token_has_is_no_list_of_all() {
    let vault = vault_with_tenants();
    for lists in [json!({"tenantId": "unknown"}), json!({"xTenantId": ["unknown"]})] {
        assert_eq!(delete_confined(&vault, &json!({"tags": ["t"]}), &lists), "PV3009");
    }
    assert_eq!(left(&vault), ["a", "b", "c", "d"]);
}

#[test]
fn for_a_named_id_the_refusals_come_in_the_order_unknown_tenant_archived() {
    let vault = vault_with_tenants();
    for id in ["a", "b"] {
        archive(&vault, id);
    }
    for lists in [
        json!({"xTenantId": ["acme"]}),
        json!({"tenantId": "acme"}),
        json!({"xTenantId": ["bolt", "acme"], "tenantId": "acme"}),
    ] {
        for (ids, active, archived) in [
            (json!(["unknown"]), "PV3009", "PV3009"),
            (json!(["b"]), "PV1006", "PV1006"),
            (json!(["unknown", "b"]), "PV1006", "PV1006"),
            (json!(["a", "b"]), "PV1006", "PV1006"),
            (json!(["c"]), "PV1006", "PV1006"),
            (json!(["a"]), "PV3009", "ok"),
        ] {
            let query = json!({"tokenIds": ids});
            assert_eq!(delete_confined(&vault, &query, &lists), active, "{ids} {lists}");
            let rows = vault.host.store.rows();
            let query = json!({"tokenIds": ids, "options": ["archived"]});
            assert_eq!(delete_confined(&vault, &query, &lists), archived, "{ids} {lists}");
            vault.host.store.restore(&rows);
        }
    }
}

#[test]
fn the_policy_and_the_audit_see_the_list() {
    for (lists, expected) in [
        (json!({}), json!([])),
        (json!({"xTenantId": ["bolt", "acme", "bolt"]}), json!(["bolt", "acme"])),
        (json!({"tenantId": "acme"}), json!(["acme"])),
        // All that the caller listed: the request is confined to no more than this.
        (json!({"xTenantId": ["bolt", "acme"], "tenantId": "acme"}), json!(["bolt", "acme"])),
    ] {
        let vault = vault_with_tenants();
        assert_eq!(delete_confined(&vault, &json!({"tags": ["t"]}), &lists), "ok");
        assert_eq!(vault.host.questions().pop().unwrap()["tenantIds"], expected, "{lists}");
        assert_eq!(vault.host.audit_events().pop().unwrap()["tenantIds"], expected, "{lists}");
    }
}

#[test]
fn a_tenant_refused_is_audited_as_denied() {
    let vault = vault_with_tenants();
    let query = json!({"tokenIds": ["b"]});
    assert_eq!(delete_confined(&vault, &query, &json!({"tenantId": "acme"})), "PV1006");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events.first().unwrap()["decision"], "denied");
}

// Limits.

#[test]
fn more_than_max_tokens_named_or_matched_is_vl1001() {
    let vault = vault_with_three();
    let limited = vault.beside(&Setup::settings(json!({"maxTokens": 2})));
    for request in [
        json!({"tokenIds": ["a", "b", "c"]}),
        json!({"tokenIds": ["x", "y", "z"]}),
        json!({"tags": ["t"]}),
    ] {
        let result = limited.delete(request);
        assert_eq!(code(&result), "VL1001");
        assert_eq!(context(&result, "limit"), "settings.maxTokens");
    }
    assert!(!vault.host.has_written());
    succeeds(limited.delete(json!({"tokenIds": ["a", "b", "a"]})));
    assert_eq!(left(&vault), ["c"]);
}

#[test]
fn more_than_max_tokens_matched_in_several_tenants_is_vl1001() {
    let vault = vault_with_tenants();
    let limited = vault.beside(&Setup::settings(json!({"maxTokens": 2})));
    let query = json!({"tags": ["t"]});
    let lists = json!({"xTenantId": ["acme", "bolt", "core"]});
    assert_eq!(delete_confined(&limited, &query, &lists), "VL1001");
    let one = json!({"xTenantId": ["acme", "bolt", "core"], "tenantId": "bolt"});
    assert_eq!(delete_confined(&limited, &query, &one), "ok", "none but bolt's are matched");
}

#[test]
fn more_than_max_bytes_of_rows_read_is_vl1001() {
    for query in [json!({"tokenIds": ["a", "b", "c"]}), json!({"tags": ["t"]})] {
        let vault = vault_with_three();
        let all: usize = vault.host.store.rows().iter().map(|row| row.sealed.len()).sum();
        let limited = vault.beside(&Setup::settings(json!({"maxBytes": all - 1})));
        let result = limited.delete(query.clone());
        assert_eq!(
            (code(&result), context(&result, "limit")),
            ("VL1001", "settings.maxBytes".into())
        );
        let limited = vault.beside(&Setup::settings(json!({"maxBytes": all})));
        assert_eq!(code(&limited.delete(query)), "ok");
    }
}

#[test]
fn more_writes_than_the_stores_max_writes_are_vl1001() {
    // For each row one key, four terms and one claim.
    for (most, tokens, expected) in
        [(5, 1, "VL1001"), (6, 1, "ok"), (11, 2, "VL1001"), (12, 2, "ok"), (18, 3, "ok")]
    {
        let vault = vault_with_three();
        let limited = vault.beside(&Setup::store(json!({"maxWrites": most})));
        let ids = ["a", "b", "c"].get(..tokens).unwrap();
        let result = limited.delete(json!({"tokenIds": ids}));
        assert_eq!(code(&result), expected, "{most}");
        if result.is_err() {
            assert_eq!(context(&result, "limit"), "store.maxWrites");
            let events = vault.host.audit_events();
            assert_eq!(events.len(), 1, "no event says that it was allowed");
            assert_eq!(events.first().unwrap()["code"], "VL1001");
            assert!(!vault.host.has_written());
        }
    }
}

// A store that lies.

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let vault = vault_with_three();
    named(&vault, "untagged", &json!([]));
    let one = json!({
        "type": "randomized", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "x"}},
    });
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let [a, b, untagged] = ["a", "b", "untagged"].map(|id| vault.row(id));
    let known: Vec<_> =
        ["a", "b", "c", "untagged"].into_iter().map(|id| vault.row(id).key).collect();
    let foreign =
        vault.host.store.rows().into_iter().find(|row| !known.contains(&row.key)).unwrap();
    let mut reversed = vec![a.clone(), b.clone()];
    reversed.sort_by_key(|row| core::cmp::Reverse(row.key));
    let by_id = json!({"tokenIds": ["a"]});
    let by_tag = json!({"tags": ["t"]});
    let lies = [
        (&by_id, vec![b.clone()]),
        (&by_id, vec![a.clone(), b]),
        (&by_id, vec![a.clone(), a.clone()]),
        (&by_id, vec![foreign.clone()]),
        (&by_tag, vec![untagged]),
        (&by_tag, vec![a.clone(), a.clone()]),
        (&by_tag, reversed),
        (&by_tag, vec![foreign]),
    ];
    let before = vault.host.store.rows();
    vault.host.take_events();
    for (query, lie) in lies {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        assert_eq!(code(&vault.delete(query.clone())), INTEGRITY, "{query}");
    }
    vault.host.on_read(|_, _| Ok(vec![None]));
    for query in [&by_id, &by_tag] {
        assert_eq!(code(&vault.delete(query.clone())), INTEGRITY);
    }
    vault.host.on_read(move |_, _| Ok(honest(vec![a.clone()])));
    let archived = json!({"tags": ["t"], "options": ["archived"]});
    assert_eq!(code(&vault.delete(archived)), INTEGRITY);
    let confined = json!({"tags": ["t"], "tenantId": "acme"});
    assert_eq!(code(&vault.delete(confined)), INTEGRITY);
    assert!(!vault.host.has_written());
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn an_altered_row_is_vl5001_and_stops_the_deletion_of_all() {
    let vault = vault_with_three();
    let b = vault.row("b");
    let mut altered: Vec<Row> = (0..100)
        .map(|at| {
            let mut row = b.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: 2, ..b.clone() });
    altered.push(Row { expires_at: Some(START + 1), ..b.clone() });
    altered.push(Row { sealed: vault.row("c").sealed, ..b });
    for row in altered {
        vault.host.store.put(row);
        for query in [json!({"tokenIds": ["a", "b"]}), json!({"tags": ["t"]})] {
            assert_eq!(code(&vault.delete(query)), INTEGRITY);
        }
    }
    assert!(!vault.host.has_written());
}

#[test]
fn no_event_or_error_of_a_delete_names_a_token() {
    let vault = vault_with_three();
    named(&vault, "secret-id", &json!(["secret-tag"]));
    vault.host.take_events();
    for request in [
        json!({"tokenIds": ["secret-other"], "tags": ["secret-tag"]}),
        json!({"tokenIds": ["secret-id"], "xTenantId": ["acme"]}),
        json!({"tokenIds": ["secret-id", "a"], "tags": ["secret-tag"]}),
    ] {
        if let Err(error) = vault.delete(request) {
            assert!(!format!("{error:?} {error} {}", error.to_json()).contains("secret"));
        }
    }
    let told = |event: &Event| match event {
        Event::Audit(event) | Event::Decide(event) => Some(event.to_string()),
        _ => None,
    };
    let told: String = vault.host.take_events().iter().filter_map(told).collect();
    assert!(!told.contains("secret"), "{told}");
}
