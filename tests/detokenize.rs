//! Detokenize: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

fn named(vault: &TestVault, name: &str, tags: &Value) -> String {
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": tags,
        "object": {"fields": {"name": name, "email": "jane@example.com"}},
    }))
}

fn answered_ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap()).collect()
}

#[test]
fn no_query_parameter_at_all_answers_an_empty_list() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    assert_eq!(succeeds(vault.detokenize(json!({}))), json!([]));
}

#[test]
fn nothing_matched_answers_an_empty_list() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for query in [
        json!({"tokenIds": ["unknown"]}),
        json!({"tags": ["unknown"]}),
        json!({"tokenIds": ["a"], "tags": ["unknown"]}),
    ] {
        assert_eq!(succeeds(vault.detokenize(query)), json!([]));
    }
}

#[test]
fn answers_come_in_the_order_of_the_ids_asked_for() {
    let vault = TestVault::open();
    for name in ["a", "b", "c", "d"] {
        named(&vault, name, &json!(["t"]));
    }
    for order in [["d", "a", "c", "b"], ["b", "c", "a", "d"]] {
        let answer = succeeds(vault.detokenize(json!({"tokenIds": order})));
        assert_eq!(answered_ids(&answer), order);
        let answer = succeeds(vault.detokenize(json!({"tokenIds": order, "tags": ["t"]})));
        assert_eq!(answered_ids(&answer), order);
    }
}

#[test]
fn answers_come_by_row_key_when_only_tags_were_given() {
    let vault = TestVault::open();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        named(&vault, name, &json!(["t"]));
    }
    let answer = succeeds(vault.detokenize(json!({"tags": ["t"]})));
    let keys: Vec<_> = answered_ids(&answer).iter().map(|id| vault.row(id).key).collect();
    assert_eq!(keys.len(), 10);
    assert!(keys.is_sorted());
}

#[test]
fn a_query_by_tags_means_tokens_that_have_all_of_them() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "ab", &json!(["t", "u"]));
    let answer = succeeds(vault.detokenize(json!({"tags": ["t", "u"]})));
    assert_eq!(answered_ids(&answer), ["ab"]);
}

#[test]
fn ids_named_twice_are_answered_once() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    let answer = succeeds(vault.detokenize(json!({"tokenIds": ["a", "a"]})));
    assert_eq!(answered_ids(&answer), ["a"]);
}

#[test]
fn archived_tokens_are_not_answered() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    succeeds(vault.update(json!({"tokenIds": ["a"], "expirationSecs": "0", "requestBody": {}})));
    assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": ["a"]}))), json!([]));
    assert_eq!(succeeds(vault.detokenize(json!({"tags": ["t"]}))), json!([]));
}

#[test]
fn the_option_archived_is_pv1012() {
    let vault = TestVault::open();
    let result = vault.detokenize(json!({"tokenIds": ["a"], "options": ["archived"]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "options[0]");
}

#[test]
fn object_ids_are_pv2001() {
    let vault = TestVault::open();
    assert_eq!(code(&vault.detokenize(json!({"objectIds": ["1"]}))), "PV2001");
}

#[test]
fn props_narrow_and_what_a_token_does_not_hold_is_left_out() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    let narrow = |props: Value| {
        succeeds(vault.detokenize(json!({"tokenIds": ["a"], "props": props})))[0]["fields"].clone()
    };
    assert_eq!(narrow(json!(["email"])), json!({"email": "jane@example.com"}));
    assert_eq!(narrow(json!(["ssn", "name"])), json!({"name": "a"}));
    assert_eq!(narrow(json!(["ssn"])), json!({}));
}

#[test]
fn props_unknown_to_the_collection_are_pv3004() {
    let vault = TestVault::open();
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["a"], "props": ["unknown"]}))), "PV3004");
}

#[test]
fn an_empty_list_of_props_is_pv1012() {
    let vault = TestVault::open();
    let result = vault.detokenize(json!({"tokenIds": ["a"], "props": []}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "props");
}

#[test]
fn metadata_comes_only_when_asked_for() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    let answer = succeeds(vault.detokenize(json!({"tokenIds": ["a"]})));
    assert_eq!(
        answer,
        json!([{"token_id": "a", "fields": {"name": "a", "email": "jane@example.com"}}])
    );
}

#[test]
fn metadata_says_type_scope_id_times_tenant_and_tags() {
    let vault = TestVault::open();
    let answer = succeeds(vault.tokenize(json!({
        "xTenantId": ["acme"], "expirationSecs": "90",
        "requestBody": [{
            "type": "pci", "scope": "billing", "tags": ["b", "a"], "token_id": "mine",
            "object": {"fields": {"name": "Jane"}},
        }],
    })));
    assert_eq!(answer, json!([{"token_id": "mine"}]));
    assert_eq!(
        vault.metadata("mine"),
        json!({
            "type": "pci", "scope": "billing", "token_id": "mine",
            "tokens": [{
                "creation_time": "2024-11-08T15:00:00.000Z",
                "expiration_time": "2024-11-08T15:01:30.000Z",
                "effective_expiration_time": "2024-11-08T15:01:30.000Z",
                "effective_tenant_id": "acme",
                "tags": ["b", "a"],
            }],
        })
    );
}

#[test]
fn metadata_of_a_token_without_expiry_and_tenant_has_null_and_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    let token = vault.metadata("a")["tokens"][0].clone();
    assert_eq!(token["expiration_time"], Value::Null);
    assert_eq!(token["effective_expiration_time"], Value::Null);
    assert_eq!(token.get("effective_tenant_id"), None);
}

#[test]
fn a_pci_oneway_token_named_by_id_is_vl3008() {
    let vault = TestVault::open();
    let id = vault.email_token("pci_oneway");
    named(&vault, "a", &json!([]));
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": [id]}))), "VL3008");
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["a", id]}))), "VL3008");
}

#[test]
fn a_pci_oneway_token_met_by_tags_is_left_out() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane"}});
    vault.token(json!({"type": "pci_oneway", "tags": ["t"], "object": object}));
    named(&vault, "a", &json!(["t"]));
    let answer = succeeds(vault.detokenize(json!({"tags": ["t"]})));
    assert_eq!(answered_ids(&answer), ["a"]);
}

#[test]
fn tokens_of_another_collection_are_not_found() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for query in [json!({"tokenIds": ["a"]}), json!({"tags": ["t"]})] {
        let mut query = query;
        query["collection"] = json!("partners");
        assert_eq!(succeeds(vault.detokenize(query)), json!([]));
    }
}

#[test]
fn detokenize_works_on_a_read_only_store() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    assert_eq!(reader.fields("a"), json!({"name": "a", "email": "jane@example.com"}));
}

#[test]
fn another_index_key_finds_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let secrets: Vec<u8> = [[9; 32], [8; 32]].concat();
    let configuration = json!({
        "primary": "k", "data": ["k"], "store": {},
        "collections": {"customers": {"properties": {"name": {"type": "NAME"}}}},
    });
    let stranger = vaultlet::Vault::open(&configuration.to_string(), &secrets).unwrap();
    for query in [json!({"tokenIds": ["a"]}), json!({"tags": ["t"]})] {
        let mut query = query;
        query["collection"] = json!("customers");
        query["reason"] = json!("Analytics");
        let answer = pollster::block_on(stranger.call(
            &*vault.host,
            "tokens.detokenize",
            &query.to_string(),
        ));
        assert_eq!(answer.unwrap().as_str(), "[]");
    }
}
