//! Search: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, honest, thrown};
use serde_json::{Value, json};
use vaultlet::host::{Decision, Label, Row};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
const INTEGRITY: &str = "VL5001";

fn named(vault: &TestVault, name: &str, tags: &Value) -> String {
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": tags, "object": {"fields": {"name": name}},
    }))
}

fn archive(vault: &TestVault, token_id: &str) {
    let request = json!({"tokenIds": [token_id], "expirationSecs": "0", "requestBody": {}});
    succeeds(vault.update(request));
}

fn answered_ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap()).collect()
}

/// The IDs that a search with this body answers, in their order.
fn found(vault: &TestVault, body: &Value) -> Vec<String> {
    let answer = succeeds(vault.search(json!({"requestBody": body})));
    answered_ids(&answer).into_iter().map(str::to_owned).collect()
}

fn found_archived(vault: &TestVault, body: &Value) -> Vec<String> {
    let request = json!({"options": ["archived"], "requestBody": body});
    answered_ids(&succeeds(vault.search(request))).into_iter().map(str::to_owned).collect()
}

// Its form.

#[test]
fn a_search_has_a_body() {
    let vault = TestVault::open();
    let missing = vault.search(json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
    for body in [json!(null), json!([]), json!([{"tags": ["t"]}]), json!("text"), json!(7)] {
        let result = vault.search(json!({"requestBody": body}));
        assert_eq!(code(&result), "PV1012", "{body}");
        assert_eq!(context(&result, "field"), "requestBody");
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn the_query_is_in_the_body_under_its_rest_names() {
    let vault = TestVault::open();
    for (member, value) in [
        ("tokenIds", json!(["a"])),
        ("token_ids", json!(["a"])),
        ("tags", json!(["t"])),
        ("objectIds", json!(["o"])),
        ("object_ids", json!(["o"])),
    ] {
        let mut request = json!({"requestBody": {}});
        request[member] = value.clone();
        let result = vault.search(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
        if member.contains("Ids") {
            let result = vault.search(json!({"requestBody": {member: value}}));
            assert_eq!(code(&result), "PV1012", "{member}");
            assert_eq!(context(&result, "field"), format!("requestBody.{member}"));
        }
    }
    for member in ["options", "xTenantId", "reason", "collection", "props", "unknown"] {
        let result = vault.search(json!({"requestBody": {member: ["t"]}}));
        assert_eq!(code(&result), "PV1012", "{member}");
        assert_eq!(context(&result, "field"), format!("requestBody.{member}"));
    }
}

#[test]
fn a_wrong_type_in_the_query_is_pv1012_naming_its_path_and_null_is_one() {
    let vault = TestVault::open();
    for (member, wrong, path) in [
        ("token_ids", json!("a"), "token_ids"),
        ("token_ids", json!({"a": 1}), "token_ids"),
        ("token_ids", json!(null), "token_ids"),
        ("token_ids", json!(["a", null]), "token_ids[1]"),
        ("token_ids", json!([1]), "token_ids[0]"),
        ("token_ids", json!([""]), "token_ids[0]"),
        ("token_ids", json!(["a", "a b"]), "token_ids[1]"),
        ("token_ids", json!(["a".repeat(129)]), "token_ids[0]"),
        ("tags", json!("t"), "tags"),
        ("tags", json!(null), "tags"),
        ("tags", json!([["t"]]), "tags[0]"),
        ("tags", json!([""]), "tags[0]"),
        ("tags", json!(["t", "é".repeat(257)]), "tags[1]"),
        ("object_ids", json!("o"), "object_ids"),
        ("object_ids", json!(null), "object_ids"),
        ("object_ids", json!([1]), "object_ids[0]"),
    ] {
        let result = vault.search(json!({"requestBody": {member: wrong}}));
        assert_eq!(code(&result), "PV1012", "{path}");
        assert_eq!(context(&result, "field"), format!("requestBody.{path}"));
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn an_empty_list_is_pv1012_wherever_it_stands() {
    let vault = TestVault::open();
    for member in ["token_ids", "tags", "object_ids"] {
        let mut body = json!({"token_ids": ["a"], "tags": ["t"]});
        body[member] = json!([]);
        let result = vault.search(json!({"requestBody": body}));
        assert_eq!(code(&result), "PV1012", "{member}");
        assert_eq!(context(&result, "field"), format!("requestBody.{member}"));
    }
    for member in ["options", "xTenantId"] {
        let result = vault.search(json!({"requestBody": {"tags": ["t"]}, member: []}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
}

#[test]
fn object_ids_are_pv2001() {
    let vault = TestVault::open();
    for body in [json!({"object_ids": ["1"]}), json!({"object_ids": ["1"], "tags": ["t"]})] {
        let result = vault.search(json!({"requestBody": body}));
        assert_eq!(code(&result), "PV2001");
        assert_eq!(result.as_ref().unwrap_err().status(), 501);
        assert_eq!(context(&result, "feature"), "object_ids");
    }
}

#[test]
fn search_has_the_options_archived_and_include_aggregated_data_and_no_others() {
    let vault = TestVault::open();
    for options in [
        json!(["archived"]),
        json!(["include_aggregated_data"]),
        json!(["include_aggregated_data", "archived"]),
        json!(["archived", "archived"]),
    ] {
        let result = vault.search(json!({"requestBody": {"tags": ["t"]}, "options": options}));
        assert_eq!(code(&result), "ok", "{options}");
    }
    for (options, path) in [
        (json!(["include_metadata"]), "options[0]"),
        (json!(["archived", "Archived"]), "options[1]"),
        (json!(["active"]), "options[0]"),
        (json!([null]), "options[0]"),
        (json!("archived"), "options"),
        (json!(null), "options"),
    ] {
        let result = vault.search(json!({"requestBody": {"tags": ["t"]}, "options": options}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", path.to_owned()));
    }
}

#[test]
fn search_takes_no_parameter_of_another_operation() {
    let vault = TestVault::open();
    for (member, value) in [
        ("expirationSecs", json!("1")),
        ("props", json!(["name"])),
        ("transactionId", json!("t")),
        ("tenantId", json!("acme")),
        ("id", json!("t")),
        ("additionalHeaders", json!({})),
    ] {
        let result = vault.search(json!({"requestBody": {"tags": ["t"]}, member: value}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
}

#[test]
fn a_search_has_at_most_100_tags() {
    let vault = TestVault::open();
    for (count, expected) in [(100, "ok"), (101, "PV1012")] {
        let tags: Vec<String> = (0..count).map(|tag| format!("tag {tag}")).collect();
        let result = vault.search(json!({"requestBody": {"tags": tags}}));
        assert_eq!(code(&result), expected);
    }
}

// Which tokens.

#[test]
fn no_query_parameter_at_all_answers_an_empty_list_and_reads_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    vault.host.take_events();
    assert_eq!(succeeds(vault.search(json!({"requestBody": {}}))), json!([]));
    let archived = json!({"requestBody": {}, "options": ["archived"], "xTenantId": ["acme"]});
    assert_eq!(succeeds(vault.search(archived)), json!([]));
    assert_eq!(vault.host.take_steps(), ["decide", "audit", "decide", "audit"]);
}

#[test]
fn nothing_matched_answers_an_empty_list() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for body in [
        json!({"token_ids": ["unknown"]}),
        json!({"tags": ["unknown"]}),
        json!({"tags": ["t", "unknown"]}),
        json!({"token_ids": ["a"], "tags": ["unknown"]}),
        json!({"token_ids": ["unknown"], "tags": ["t"]}),
    ] {
        assert_eq!(succeeds(vault.search(json!({"requestBody": body}))), json!([]), "{body}");
    }
}

#[test]
fn ids_are_ored_tags_are_anded_and_the_groups_are_anded() {
    let vault = TestVault::open();
    named(&vault, "none", &json!([]));
    named(&vault, "t", &json!(["t"]));
    named(&vault, "u", &json!(["u"]));
    named(&vault, "tu", &json!(["t", "u"]));
    for (body, expected) in [
        (json!({"token_ids": ["none", "u"]}), vec!["none", "u"]),
        (json!({"tags": ["t", "u"]}), vec!["tu"]),
        (json!({"token_ids": ["none", "t", "u", "tu"], "tags": ["u"]}), vec!["u", "tu"]),
        (json!({"token_ids": ["none", "t", "tu"], "tags": ["u", "t"]}), vec!["tu"]),
    ] {
        assert_eq!(found(&vault, &body), expected, "{body}");
    }
    let mut tagged = found(&vault, &json!({"tags": ["t"]}));
    tagged.sort_unstable();
    assert_eq!(tagged, ["t", "tu"]);
}

#[test]
fn ids_and_tags_named_twice_count_once_and_unknown_ids_match_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    let body = json!({"token_ids": ["unknown", "b", "a", "b", "other"], "tags": ["t", "t"]});
    assert_eq!(found(&vault, &body), ["b", "a"]);
    let tagged = found(&vault, &json!({"tags": ["t", "t"]}));
    assert_eq!(tagged.len(), 2);
}

#[test]
fn answers_come_in_the_order_of_the_ids_asked_for_or_by_row_key() {
    let vault = TestVault::open();
    for name in ["a", "b", "c", "d", "e", "f"] {
        named(&vault, name, &json!(["t"]));
    }
    for order in [["d", "a", "c", "b"], ["b", "c", "a", "d"]] {
        assert_eq!(found(&vault, &json!({"token_ids": order})), order);
        assert_eq!(found(&vault, &json!({"token_ids": order, "tags": ["t"]})), order);
    }
    let tagged = found(&vault, &json!({"tags": ["t"]}));
    let keys: Vec<Label> = tagged.iter().map(|id| vault.row(id).key).collect();
    assert_eq!(keys.len(), 6);
    assert!(keys.is_sorted());
}

#[test]
fn active_tokens_or_with_the_option_only_archived_ones() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    archive(&vault, "b");
    for body in [json!({"token_ids": ["a", "b"]}), json!({"tags": ["t"]})] {
        assert_eq!(found(&vault, &body), ["a"], "{body}");
        assert_eq!(found_archived(&vault, &body), ["b"], "{body}");
    }
}

#[test]
fn archived_means_that_the_expiry_time_has_come() {
    let vault = TestVault::open();
    let one = json!({
        "type": "pci", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "Jane"}},
    });
    succeeds(vault.tokenize(json!({"expirationSecs": "10", "requestBody": [one]})));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        for (time, active) in [(9_999, true), (10_000, false), (10_001, false)] {
            vault.host.set_time(START + time);
            assert_eq!(found(&vault, &body).len(), usize::from(active), "{body} at {time}");
            assert_eq!(found_archived(&vault, &body).len(), usize::from(!active), "{body} {time}");
        }
    }
}

#[test]
fn tokens_of_every_type_are_answered_one_way_ones_too() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        let object = json!({"fields": {"name": "Jane"}});
        let id = vault.token(json!({"type": token_type, "tags": [token_type], "object": object}));
        for body in [json!({"token_ids": [id]}), json!({"tags": [token_type]})] {
            let answer = succeeds(vault.search(json!({"requestBody": body})));
            assert_eq!(answered_ids(&answer), [id.as_str()]);
            assert_eq!(answer[0]["type"], token_type);
        }
    }
}

#[test]
fn tokens_of_another_collection_are_not_found() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        let request = json!({"collection": "partners", "requestBody": body});
        assert_eq!(succeeds(vault.search(request)), json!([]));
    }
}

#[test]
fn a_rotated_token_is_found_by_its_new_id_and_its_tags_and_a_deleted_one_by_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let new = succeeds(vault.rotate(json!({"tokenIds": ["a"]})))["a"].as_str().unwrap().to_owned();
    assert_eq!(found(&vault, &json!({"token_ids": ["a"]})), [""; 0]);
    assert_eq!(found(&vault, &json!({"token_ids": [new]})), [new.as_str()]);
    assert_eq!(found(&vault, &json!({"tags": ["t"]})), [new.as_str()]);
    succeeds(vault.delete(json!({"tokenIds": [new]})));
    for body in [json!({"token_ids": [new]}), json!({"tags": ["t"]})] {
        assert_eq!(found(&vault, &body), [""; 0]);
        assert_eq!(found_archived(&vault, &body), [""; 0]);
    }
}

// What it answers.

#[test]
fn search_answers_metadata_only() {
    let vault = TestVault::open();
    vault.host.set_time(START + 120);
    let answer = succeeds(vault.tokenize(json!({
        "xTenantId": ["acme"], "expirationSecs": "90",
        "requestBody": [{
            "type": "pci", "scope": "billing", "tags": ["b", "a"], "token_id": "mine",
            "ensure_unique_tenant_tags": ["b"], "object": {"fields": {"name": "Jane"}},
        }],
    })));
    assert_eq!(answer, json!([{"token_id": "mine"}]));
    vault.host.pass_seconds(60);
    assert_eq!(
        succeeds(vault.search(json!({"requestBody": {"token_ids": ["mine"]}}))),
        json!([{
            "type": "pci", "scope": "billing", "token_id": "mine",
            "tokens": [{
                "creation_time": "2024-11-08T15:00:00.12Z",
                "expiration_time": "2024-11-08T15:01:30.12Z",
                "effective_expiration_time": "2024-11-08T15:01:30.12Z",
                "effective_tenant_id": "acme",
                "tags": ["b", "a"],
            }],
        }])
    );
}

#[test]
fn a_token_without_expiry_tenant_tags_and_scope_has_null_nothing_an_empty_list_and_default() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        let id = vault.email_token(token_type);
        assert_eq!(
            succeeds(vault.search(json!({"requestBody": {"token_ids": [id]}}))),
            json!([{
                "type": token_type, "scope": "default", "token_id": id,
                "tokens": [{
                    "creation_time": "2024-11-08T15:00:00Z", "expiration_time": null,
                    "effective_expiration_time": null, "tags": [],
                }],
            }])
        );
    }
}

#[test]
fn the_answer_is_what_detokenize_says_beside_the_data() {
    let vault = TestVault::open();
    for token_type in ["pci", "randomized", "deterministic"] {
        let id = vault.token(json!({
            "type": token_type, "scope": "s", "tags": ["t"],
            "object": {"fields": {"name": "Jane", "_tenant_id": "acme"}},
        }));
        let request = json!({"tokenIds": [id], "expirationSecs": "70", "requestBody": {}});
        succeeds(vault.update(request));
        vault.host.pass_seconds(1);
        let answer = succeeds(vault.search(json!({"requestBody": {"token_ids": [id]}})));
        assert_eq!(answer, json!([vault.metadata(&id)]));
    }
}

#[test]
fn aggregated_data_comes_when_asked_for() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    named(&vault, "b", &json!([]));
    let request = json!({"tokenIds": ["b"], "expirationSecs": "90", "requestBody": {}});
    succeeds(vault.update(request));
    let body = json!({"token_ids": ["a", "b"]});
    let plain = succeeds(vault.search(json!({"requestBody": body})));
    let with = json!({"options": ["include_aggregated_data"], "requestBody": body});
    let aggregated = succeeds(vault.search(with));
    assert_eq!(plain[0].get("agg"), None);
    let mut expected = plain;
    expected[0]["agg"] = json!({"max_effective_expiration_time": null});
    expected[1]["agg"] = json!({"max_effective_expiration_time": "2024-11-08T15:01:30Z"});
    assert_eq!(aggregated, expected);
}

#[test]
fn aggregated_data_of_archived_tokens() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    archive(&vault, "a");
    vault.host.pass_seconds(5);
    let options = json!(["archived", "include_aggregated_data"]);
    let answer =
        succeeds(vault.search(json!({"options": options, "requestBody": {"token_ids": ["a"]}})));
    let archived = "2024-11-08T15:00:00Z";
    assert_eq!(answer[0]["tokens"][0]["expiration_time"], archived);
    assert_eq!(answer[0]["agg"], json!({"max_effective_expiration_time": archived}));
}

#[test]
fn nothing_of_the_data_is_answered_or_decrypted() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        vault.token(json!({
            "type": token_type, "tags": ["t"], "object": {"fields": {"email": "secret@example.com"}},
        }));
    }
    // The last byte but the tag of each body, where there is one, is altered: who decrypts it, fails.
    for mut row in vault.host.store.rows() {
        let length: [u8; 4] = row.sealed.get(2..6).unwrap().try_into().unwrap();
        let body = 6 + usize::try_from(u32::from_be_bytes(length)).unwrap();
        if let Some(byte) = row.sealed.get_mut(body + 32) {
            *byte ^= 1;
        }
        vault.host.store.put(row);
    }
    assert_eq!(code(&vault.detokenize(json!({"tags": ["t"]}))), INTEGRITY);
    let answer = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
    assert_eq!(answer.as_array().unwrap().len(), 4);
    assert!(!answer.to_string().contains("secret"));
}

#[test]
fn a_token_whose_properties_the_collection_has_no_more_is_found() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"age": {"type": "INTEGER"}}}}),
        ..Setup::default()
    });
    assert_eq!(found(&narrower, &json!({"tags": ["t"]})), ["a"]);
}

#[test]
fn it_finds_tokens_under_every_key_of_the_keyring() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    named(&vault, "old", &json!(["t"]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    named(&later, "new", &json!(["t"]));
    assert_eq!(found(&later, &json!({"token_ids": ["old", "new"]})), ["old", "new"]);
    assert_eq!(found(&later, &json!({"tags": ["t"]})).len(), 2);
}

// Policy and audit.

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

// Tenants.

fn of_tenant(vault: &TestVault, name: &str, tenant: &str) {
    let mut fields = json!({"name": name});
    if !tenant.is_empty() {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": fields},
    }));
}

#[test]
fn by_id_a_token_outside_the_list_fails_the_whole_request_with_pv1006() {
    let vault = TestVault::open();
    for (name, tenant) in [("mine", "acme"), ("theirs", "bolt"), ("nobodys", "")] {
        of_tenant(&vault, name, tenant);
    }
    let search = |ids: Value, options: Value, tags: Value| {
        let mut request = json!({"xTenantId": ["acme", "core"], "requestBody": {"token_ids": ids}});
        if !options.is_null() {
            request["options"] = options;
        }
        if !tags.is_null() {
            request["requestBody"]["tags"] = tags;
        }
        vault.search(request)
    };
    for outside in ["theirs", "nobodys"] {
        for ids in [json!([outside]), json!(["mine", outside, "unknown"])] {
            assert_eq!(code(&search(ids.clone(), Value::Null, Value::Null)), "PV1006");
            assert_eq!(code(&search(ids.clone(), json!(["archived"]), Value::Null)), "PV1006");
            assert_eq!(code(&search(ids, Value::Null, json!(["unknown"]))), "PV1006");
        }
    }
    let inside = search(json!(["mine", "unknown"]), Value::Null, Value::Null);
    assert_eq!(answered_ids(&succeeds(inside)), ["mine"]);
    archive(&vault, "mine");
    archive(&vault, "theirs");
    assert_eq!(code(&search(json!(["theirs"]), Value::Null, Value::Null)), "PV1006");
    let archived = search(json!(["mine"]), Value::Null, Value::Null);
    assert_eq!(succeeds(archived), json!([]), "an archived one only matches nothing");
}

#[test]
fn by_tags_only_tokens_of_the_listed_tenants_are_found_by_row_key() {
    let vault = TestVault::open();
    for (name, tenant) in
        [("a", "acme"), ("b", "bolt"), ("c", "core"), ("d", "acme"), ("e", "bolt"), ("n", "")]
    {
        of_tenant(&vault, name, tenant);
    }
    let search = |tenants: Value| {
        let request = json!({"xTenantId": tenants, "requestBody": {"tags": ["t"]}});
        let answer = succeeds(vault.search(request));
        answered_ids(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    assert_eq!(search(json!(["core"])), ["c"]);
    assert_eq!(search(json!(["unknown"])), [""; 0]);
    assert_eq!(sorted(search(json!(["bolt", "core", "bolt"]))), ["b", "c", "e"]);
    assert_eq!(sorted(found(&vault, &json!({"tags": ["t"]}))), ["a", "b", "c", "d", "e", "n"]);
    // So many of each that random row keys do not part the tenants.
    for place in 0..20 {
        of_tenant(&vault, &format!("acme-{place}"), "acme");
        of_tenant(&vault, &format!("bolt-{place}"), "bolt");
    }
    let found = search(json!(["bolt", "acme"]));
    let keys: Vec<Label> = found.iter().map(|id| vault.row(id).key).collect();
    assert_eq!(keys.len(), 44);
    assert!(keys.is_sorted());
}

#[test]
fn a_tag_and_a_tenant_of_one_name_are_two_things() {
    let vault = TestVault::open();
    for (name, tenant, tag) in
        [("a", "same", "same"), ("b", "same", "other"), ("c", "other", "same"), ("d", "", "same")]
    {
        let mut fields = json!({"name": name});
        if !tenant.is_empty() {
            fields["_tenant_id"] = json!(tenant);
        }
        vault.token(json!({
            "type": "randomized", "token_id": name, "tags": [tag], "object": {"fields": fields},
        }));
    }
    for (tag, tenants, expected) in [
        ("same", json!(["same"]), "a"),
        ("other", json!(["same"]), "b"),
        ("same", json!(["other"]), "c"),
    ] {
        let request = json!({"xTenantId": tenants, "requestBody": {"tags": [tag]}});
        assert_eq!(answered_ids(&succeeds(vault.search(request))), [expected]);
    }
}

// Limits.

#[test]
fn more_than_max_tokens_named_or_matched_is_vl1001() {
    let vault = TestVault::open();
    for (name, tenant) in [("a", "acme"), ("b", "bolt"), ("c", "core")] {
        of_tenant(&vault, name, tenant);
    }
    let limited = vault.beside(&Setup::settings(json!({"maxTokens": 2})));
    let tenants = json!(["acme", "bolt", "core"]);
    for request in [
        json!({"requestBody": {"token_ids": ["a", "b", "c"]}}),
        json!({"requestBody": {"token_ids": ["x", "y", "z"]}}),
        json!({"requestBody": {"tags": ["t"]}}),
        json!({"requestBody": {"tags": ["t"]}, "xTenantId": tenants}),
    ] {
        let result = limited.search(request);
        assert_eq!(code(&result), "VL1001");
        assert_eq!(context(&result, "limit"), "settings.maxTokens");
    }
    assert_eq!(found(&limited, &json!({"token_ids": ["a", "b", "a"]})), ["a", "b"]);
    let two = json!({"requestBody": {"tags": ["t"]}, "xTenantId": ["acme", "core"]});
    assert_eq!(code(&limited.search(two)), "ok");
}

#[test]
fn more_than_max_bytes_of_rows_is_vl1001() {
    let vault = TestVault::open();
    for name in ["a", "b", "c"] {
        named(&vault, name, &json!(["t"]));
    }
    let all: usize = vault.host.store.rows().iter().map(|row| row.sealed.len()).sum();
    for (bytes, expected) in [(all, "ok"), (all - 1, "VL1001")] {
        let limited = vault.beside(&Setup::settings(json!({"maxBytes": bytes})));
        for body in [json!({"token_ids": ["a", "b", "c"]}), json!({"tags": ["t"]})] {
            assert_eq!(code(&limited.search(json!({"requestBody": body}))), expected);
        }
    }
}

// A store that lies.

/// Two tokens with the tag `t`, one without, and one of another collection.
fn vault_with_rows() -> (Rc<TestVault>, [Row; 4]) {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    named(&vault, "untagged", &json!([]));
    let one = json!({
        "type": "randomized", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "x"}},
    });
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let [a, b, untagged] = ["a", "b", "untagged"].map(|id| vault.row(id));
    let known = [a.key, b.key, untagged.key];
    let foreign = vault.host.store.rows().into_iter().find(|row| !known.contains(&row.key));
    (vault, [a, b, untagged, foreign.unwrap()])
}

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let (vault, rows) = vault_with_rows();
    let [a, b, untagged, foreign] = &rows;
    let mut sorted = [a.clone(), b.clone()];
    sorted.sort_by_key(|row| row.key);
    let reversed: Vec<Row> = sorted.iter().rev().cloned().collect();
    let lies: [(&str, Value, Vec<Row>); 9] = [
        ("another token", json!({"token_ids": ["a"]}), vec![b.clone()]),
        ("one more", json!({"token_ids": ["a"]}), vec![a.clone(), b.clone()]),
        ("one twice", json!({"token_ids": ["a"]}), vec![a.clone(), a.clone()]),
        ("another collection's by ID", json!({"token_ids": ["a"]}), vec![foreign.clone()]),
        ("no such tag", json!({"tags": ["t"]}), vec![untagged.clone()]),
        ("one twice by tag", json!({"tags": ["t"]}), vec![a.clone(), a.clone()]),
        ("out of order", json!({"tags": ["t"]}), reversed),
        ("another collection's", json!({"tags": ["t"]}), vec![foreign.clone()]),
        ("all", json!({"tags": ["t"]}), rows.to_vec()),
    ];
    for (what, body, lie) in lies {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        let result = vault.search(json!({"requestBody": body}));
        assert_eq!(code(&result), INTEGRITY, "{what}");
    }
    vault.host.on_read(|_, _| Ok(vec![None]));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        assert_eq!(code(&vault.search(json!({"requestBody": body}))), INTEGRITY);
    }
}

#[test]
fn genuine_rows_of_the_wrong_state_or_tenant_are_vl5001() {
    let (vault, [active, ..]) = vault_with_rows();
    vault.host.on_read(move |_, _| Ok(honest(vec![active.clone()])));
    let archived = json!({"options": ["archived"], "requestBody": {"tags": ["t"]}});
    assert_eq!(code(&vault.search(archived)), INTEGRITY);
    let confined = json!({"xTenantId": ["acme"], "requestBody": {"tags": ["t"]}});
    assert_eq!(code(&vault.search(confined)), INTEGRITY);
    vault.host.read_honestly();
    archive(&vault, "a");
    let archived = vault.row("a");
    vault.host.on_read(move |_, _| Ok(honest(vec![archived.clone()])));
    assert_eq!(code(&vault.search(json!({"requestBody": {"tags": ["t"]}}))), INTEGRITY);
    assert_eq!(succeeds(vault.search(json!({"requestBody": {"token_ids": ["a"]}}))), json!([]));
}

#[test]
fn an_altered_row_is_vl5001_and_never_skipped() {
    let (vault, [a, b, ..]) = vault_with_rows();
    let mut altered: Vec<Row> = (0..100)
        .map(|at| {
            let mut row = b.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: b.version + 1, ..b.clone() });
    altered.push(Row { expires_at: Some(START + 1), ..b.clone() });
    altered.push(Row { prune_at: Some(START), ..b.clone() });
    altered.push(Row { sealed: a.sealed, ..b.clone() });
    for (place, row) in altered.into_iter().enumerate() {
        vault.host.store.put(row);
        for body in [json!({"token_ids": ["a", "b"]}), json!({"tags": ["t"]})] {
            let result = vault.search(json!({"requestBody": body}));
            assert_eq!(code(&result), INTEGRITY, "{place}");
        }
    }
}
