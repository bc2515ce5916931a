//! Update of metadata, and which tokens an update means: every rule by name. Data: `update_data.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::START;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];

fn data_update(token_id: &str, fields: &Value) -> Value {
    json!({"tokenIds": [token_id], "requestBody": {"object": {"fields": fields}}})
}

fn tag_update(token_id: &str, tags: &[&str]) -> Value {
    json!({"tokenIds": [token_id], "requestBody": {"tags": tags}})
}

// Answers and the query.

#[test]
fn update_answers_nothing() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    assert_eq!(succeeds(vault.update(tag_update(&id, &["a"]))), Value::Null);
}

#[test]
fn update_without_any_query_parameter_is_pv3009() {
    let vault = TestVault::open();
    vault.email_token("randomized");
    let result = vault.update(json!({"requestBody": {"tags": ["a"]}}));
    assert_eq!(code(&result), "PV3009");
}

#[test]
fn update_that_matches_nothing_is_pv3009() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for query in [
        json!({"tokenIds": ["unknown"], "requestBody": {"tags": ["a"]}}),
        json!({"tags": ["unknown"], "requestBody": {"tags": ["a"]}}),
        json!({"tokenIds": [id], "tags": ["unknown"], "requestBody": {"tags": ["a"]}}),
        data_update("unknown", &json!({"email": "joe@example.com"})),
    ] {
        assert_eq!(code(&vault.update(query.clone())), "PV3009", "{query}");
    }
}

#[test]
fn unknown_ids_beside_known_ones_match_nothing() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let request = json!({"tokenIds": ["unknown", id], "requestBody": {"tags": ["a"]}});
    succeeds(vault.update(request));
    assert_eq!(vault.tags(&id), json!(["a"]));
}

#[test]
fn ids_are_ored_tags_are_anded_and_the_groups_are_anded() {
    let vault = TestVault::open();
    let tagged = |name: &str, tags: Value| {
        vault.token(json!({
            "type": "randomized", "token_id": name, "tags": tags,
            "object": {"fields": {"email": "jane@example.com"}},
        }))
    };
    let (ab, a, b, outside) = (
        tagged("ab", json!(["a", "b"])),
        tagged("a", json!(["a"])),
        tagged("b", json!(["b"])),
        tagged("outside", json!(["a", "b"])),
    );
    let request = json!({
        "tokenIds": [ab, a, b], "tags": ["a", "b"], "requestBody": {"tags": ["found"]},
    });
    succeeds(vault.update(request));
    assert_eq!(vault.tags(&ab), json!(["found"]));
    assert_eq!(vault.tags(&a), json!(["a"]));
    assert_eq!(vault.tags(&b), json!(["b"]));
    assert_eq!(vault.tags(&outside), json!(["a", "b"]));
}

#[test]
fn ids_named_twice_count_once() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let request = json!({
        "tokenIds": [id, id],
        "requestBody": {"object": {"fields": {"email": "joe@example.com"}}},
    });
    succeeds(vault.update(request));
    assert_eq!(vault.fields(&id), json!({"email": "joe@example.com"}));
}

#[test]
fn active_tokens_only_or_with_the_option_archived_ones_only() {
    let vault = TestVault::open();
    let tagged = || {
        let object = json!({"fields": {"email": "jane@example.com"}});
        vault.token(json!({"type": "randomized", "tags": ["t"], "object": object}))
    };
    let active = tagged();
    let archived = tagged();
    succeeds(
        vault.update(json!({"tokenIds": [archived], "expirationSecs": "0", "requestBody": {}})),
    );
    succeeds(vault.update(json!({"tags": ["t"], "requestBody": {"tags": ["t", "was active"]}})));
    let request = json!({
        "tags": ["t"], "options": ["archived"], "expirationSecs": "",
        "requestBody": {"tags": ["t", "was archived"]},
    });
    succeeds(vault.update(request));
    assert_eq!(vault.tags(&active), json!(["t", "was active"]));
    assert_eq!(vault.tags(&archived), json!(["t", "was archived"]));
}

#[test]
fn an_archived_token_named_by_id_is_not_matched_without_the_option() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "0", "requestBody": {}})));
    assert_eq!(code(&vault.update(tag_update(&id, &["a"]))), "PV3009");
}

#[test]
fn object_ids_are_pv2001() {
    let vault = TestVault::open();
    let result = vault.update(json!({"objectIds": ["1"], "requestBody": {"tags": []}}));
    assert_eq!(code(&result), "PV2001");
}

#[test]
fn a_query_by_tags_finds_every_token_over_several_pages() {
    let vault = TestVault::open();
    let one = json!({
        "type": "randomized", "tags": ["many"], "object": {"fields": {"nickname": "n"}},
    });
    let answer = succeeds(vault.tokenize(json!({"requestBody": vec![one; 1_203]})));
    succeeds(vault.update(json!({"tags": ["many"], "requestBody": {"tags": ["moved"]}})));
    assert_eq!(answer.as_array().unwrap().len(), 1_203);
    assert!(vault.host.store.rows().iter().all(|row| row.version == 2));
    assert_eq!(vault.host.store.rows().len(), 1_203);
}

// What changes nothing.

#[test]
fn a_request_that_changes_nothing_writes_nothing() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        let object = json!({"fields": {"email": "jane@example.com"}});
        let id = vault.token(json!({
            "type": token_type, "tags": ["a"], "ensure_unique_tenant_tags": ["a"], "object": object,
        }));
        vault.host.take_events();
        for request in [
            json!({"tokenIds": [id], "requestBody": {}}),
            json!({"tokenIds": [id], "expirationSecs": "", "requestBody": {}}),
            json!({"tokenIds": [id], "requestBody": {"tags": ["a"], "ensure_unique_tenant_tags": ["a"]}}),
        ] {
            assert_eq!(succeeds(vault.update(request)), Value::Null);
        }
        assert!(!vault.host.has_written(), "{token_type}");
    }
}

#[test]
fn a_data_update_to_the_data_that_a_pci_token_holds_writes_nothing() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let id = vault.email_token(token_type);
        vault.host.take_events();
        succeeds(vault.update(data_update(&id, &json!({"email": "jane@example.com"}))));
        assert!(!vault.host.has_written(), "{token_type}");
    }
}

// Metadata.

#[test]
fn tags_replace_the_tags_of_any_type() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        let object = json!({"fields": {"email": "jane@example.com"}});
        let id = vault.token(json!({"type": token_type, "tags": ["a", "b"], "object": object}));
        succeeds(vault.update(tag_update(&id, &["c"])));
        succeeds(vault.update(json!({"tags": ["c"], "requestBody": {"tags": ["d"]}})));
        let gone = vault.update(json!({"tags": ["a"], "requestBody": {"tags": ["e"]}}));
        assert_eq!(code(&gone), "PV3009", "{token_type}");
    }
}

#[test]
fn empty_tags_take_all_tags_away() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let id = vault.token(json!({"type": "randomized", "tags": ["a", "b"], "object": object}));
    succeeds(vault.update(tag_update(&id, &[])));
    assert_eq!(vault.tags(&id), json!([]));
}

#[test]
fn tags_of_several_tokens_change_at_once() {
    let vault = TestVault::open();
    let ids: Vec<String> = ALL_TYPES.map(|token_type| vault.email_token(token_type)).to_vec();
    vault.host.take_events();
    succeeds(vault.update(json!({"tokenIds": ids, "requestBody": {"tags": ["all"]}})));
    let batches = vault.host.batches();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<usize>>(), [4]);
}

#[test]
fn absent_tags_and_absent_expiration_stay() {
    let vault = TestVault::open();
    let answer = succeeds(vault.tokenize(json!({
        "expirationSecs": "100",
        "requestBody": [{
            "type": "randomized", "tags": ["a"], "object": {"fields": {"email": "jane@example.com"}},
        }],
    })));
    let id = answer[0]["token_id"].as_str().unwrap();
    let before = vault.metadata(id);
    succeeds(vault.update(data_update(id, &json!({"email": "joe@example.com"}))));
    assert_eq!(vault.metadata(id), before);
}

#[test]
fn expiration_counts_from_now_in_seconds() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    vault.host.pass_seconds(50);
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "10", "requestBody": {}})));
    assert_eq!(vault.row(&id).expires_at, Some(START + 60_000));
    vault.host.set_time(START + 59_999);
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
    vault.host.set_time(START + 60_000);
    assert_eq!(vault.fields(&id), Value::Null, "archived means that the expiry time has come");
}

#[test]
fn expiration_zero_archives_now_and_empty_means_never() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "0", "requestBody": {}})));
    assert_eq!(vault.fields(&id), Value::Null);
    let request = json!({
        "tokenIds": [id], "options": ["archived"], "expirationSecs": "", "requestBody": {},
    });
    succeeds(vault.update(request));
    assert_eq!(vault.row(&id).expires_at, None);
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
}

#[test]
fn expiration_of_a_hundred_years_is_the_longest() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let expire = |text: &str| {
        vault.update(json!({"tokenIds": [id], "expirationSecs": text, "requestBody": {}}))
    };
    assert_eq!(code(&expire("3153600000")), "ok");
    assert_eq!(vault.row(&id).expires_at, Some(START + 3_153_600_000_000));
    for refused in
        ["3153600001", "9999999999", "00000000001", "-1", "+1", "1.0", " 1", "1 ", "never", "١"]
    {
        let result = expire(refused);
        assert_eq!(code(&result), "PV1012", "{refused}");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
    let number = vault.update(json!({"tokenIds": [id], "expirationSecs": 1, "requestBody": {}}));
    assert_eq!(code(&number), "PV1012");
}

#[test]
fn prune_time_follows_the_expiry_by_the_retention() {
    let vault = TestVault::with(&Setup::settings(json!({"archivedRetentionSecs": 30})));
    let id = vault.email_token("randomized");
    assert_eq!(vault.row(&id).prune_at, None);
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "10", "requestBody": {}})));
    assert_eq!(vault.row(&id).prune_at, Some(START + 40_000));
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "", "requestBody": {}})));
    assert_eq!(vault.row(&id).prune_at, None);
    let kept = vault.beside(&Setup::default());
    succeeds(kept.update(json!({"tokenIds": [id], "expirationSecs": "10", "requestBody": {}})));
    assert_eq!(vault.row(&id).prune_at, None, "without a retention a token is kept for ever");
}

// Unique tags.

fn ensure(token_id: &str, tag: &str) -> Value {
    json!({
        "tokenIds": [token_id],
        "requestBody": {"tags": [tag], "ensure_unique_tenant_tags": [tag]},
    })
}

#[test]
fn ensured_tags_outside_of_tags_are_pv1012() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for body in [
        json!({"tags": ["a"], "ensure_unique_tenant_tags": ["b"]}),
        json!({"ensure_unique_tenant_tags": ["b"]}),
    ] {
        let result = vault.update(json!({"tokenIds": [id], "requestBody": body}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody.ensure_unique_tenant_tags");
    }
}

#[test]
fn an_ensured_tag_on_another_token_is_vl3007_active_or_archived() {
    let vault = TestVault::open();
    let other = vault.email_token("randomized");
    let id = vault.email_token("randomized");
    succeeds(vault.update(tag_update(&other, &["t"])));
    assert_eq!(code(&vault.update(ensure(&id, "t"))), "VL3007");
    succeeds(vault.update(json!({"tokenIds": [other], "expirationSecs": "0", "requestBody": {}})));
    assert_eq!(code(&vault.update(ensure(&id, "t"))), "VL3007");
    assert_eq!(vault.tags(&id), json!([]));
}

#[test]
fn an_ensured_tag_on_a_token_of_another_tenant_or_collection_does_not_matter() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"xTenantId": ["acme"], "requestBody": [one]})));
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let id = vault.email_token("randomized");
    assert_eq!(code(&vault.update(ensure(&id, "t"))), "ok");
}

#[test]
fn an_ensured_tag_of_several_matched_tokens_is_vl3007() {
    let vault = TestVault::open();
    let ids = [vault.email_token("randomized"), vault.email_token("randomized")];
    let request = json!({
        "tokenIds": ids, "requestBody": {"tags": ["t"], "ensure_unique_tenant_tags": ["t"]},
    });
    assert_eq!(code(&vault.update(request)), "VL3007");
}

#[test]
fn a_token_may_ensure_a_tag_that_it_has_itself() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(tag_update(&id, &["t"])));
    succeeds(vault.update(ensure(&id, "t")));
    assert_eq!(vault.row(&id).claims.len(), 2, "its own claim and the tag's");
}

#[test]
fn a_later_request_that_does_not_ensure_a_tag_may_put_it_elsewhere() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(ensure(&id, "t")));
    let other = vault.email_token("randomized");
    assert_eq!(code(&vault.update(tag_update(&other, &["t"]))), "ok");
}

#[test]
fn the_unique_claims_are_those_of_the_last_request_that_set_the_tags() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(ensure(&id, "t")));
    succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "10", "requestBody": {}})));
    assert_eq!(vault.row(&id).claims.len(), 2, "an expiry sets no tags");
    succeeds(vault.update(tag_update(&id, &["t"])));
    assert_eq!(vault.row(&id).claims.len(), 1, "the tags were set without ensuring any");
}

#[test]
fn an_ensured_tag_is_free_again_after_it_was_taken_away() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let other = vault.email_token("randomized");
    succeeds(vault.update(ensure(&id, "t")));
    assert_eq!(code(&vault.update(ensure(&other, "t"))), "VL3007");
    succeeds(vault.update(tag_update(&id, &[])));
    assert_eq!(code(&vault.update(ensure(&other, "t"))), "ok");
}
