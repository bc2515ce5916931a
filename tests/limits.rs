//! Limits: what one call may take, at the parse and before anything is written.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

fn one(name: &str) -> Value {
    json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
    })
}

/// A vault with so many tokens `0`, `1`, … and a second one over the same store with these settings.
fn limited(tokens: usize, settings: Value, store: Value) -> (Rc<TestVault>, Rc<TestVault>) {
    let vault = TestVault::open();
    for name in 0..tokens {
        vault.token(one(&name.to_string()));
    }
    let limited = vault.beside(&Setup { settings, store, ..Setup::default() });
    vault.host.take_events();
    (vault, limited)
}

fn assert_over<T>(result: &Result<T, vaultlet::Error>, limit: &str) {
    assert_eq!(code(result), "VL1001");
    assert_eq!(context(result, "limit"), limit);
}

// Of a call.

#[test]
fn more_than_max_tokens_named_is_vl1001() {
    let (_, vault) = limited(3, json!({"maxTokens": 2}), json!({}));
    for ids in [json!(["0", "1", "2"]), json!(["x", "y", "z"])] {
        assert_over(&vault.rotate(json!({"tokenIds": ids})), "settings.maxTokens");
        assert_over(&vault.detokenize(json!({"tokenIds": ids})), "settings.maxTokens");
        let update = json!({"tokenIds": ids, "requestBody": {"tags": []}});
        assert_over(&vault.update(update), "settings.maxTokens");
    }
    assert!(!vault.host.has_written());
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["0", "1", "0"]}))), "ok");
}

#[test]
fn more_than_max_tokens_matched_is_vl1001() {
    let (_, vault) = limited(3, json!({"maxTokens": 2}), json!({}));
    assert_over(&vault.detokenize(json!({"tags": ["t"]})), "settings.maxTokens");
    let update = json!({"tags": ["t"], "requestBody": {"tags": []}});
    assert_over(&vault.update(update), "settings.maxTokens");
    assert!(!vault.host.has_written());
}

#[test]
fn more_than_max_tokens_matched_in_several_tenants_is_vl1001() {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 2})));
    for tenant in ["a", "b", "c"] {
        let fields = json!({"name": "Jane", "_tenant_id": tenant});
        vault.token(json!({"type": "randomized", "tags": ["t"], "object": {"fields": fields}}));
    }
    let result = vault.detokenize(json!({"tags": ["t"], "xTenantId": ["a", "b", "c"]}));
    assert_over(&result, "settings.maxTokens");
    assert_eq!(code(&vault.detokenize(json!({"tags": ["t"], "xTenantId": ["a", "c"]}))), "ok");
}

#[test]
fn more_than_max_tokens_made_is_vl1001() {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 2})));
    let body = json!([one("a"), one("b"), one("c")]);
    assert_over(&vault.tokenize(json!({"requestBody": body})), "settings.maxTokens");
    assert!(vault.host.store.rows().is_empty());
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [one("a"), one("b")]}))), "ok");
}

#[test]
fn ten_thousand_tokens_are_the_default() {
    let vault = TestVault::open();
    let ids: Vec<String> = (0..10_001).map(|id| id.to_string()).collect();
    assert_over(&vault.detokenize(json!({"tokenIds": ids})), "settings.maxTokens");
    let ids: Vec<String> = (0..10_000).map(|id| id.to_string()).collect();
    assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": ids}))), json!([]));
}

#[test]
fn more_than_max_bytes_of_rows_read_is_vl1001() {
    let (_, vault) = limited(3, json!({"maxBytes": 400}), json!({}));
    for query in [json!({"tokenIds": ["0", "1", "2"]}), json!({"tags": ["t"]})] {
        assert_over(&vault.detokenize(query), "settings.maxBytes");
    }
    assert_over(&vault.rotate(json!({"tokenIds": ["0", "1", "2"]})), "settings.maxBytes");
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["0"]}))), "ok");
}

#[test]
fn more_than_max_bytes_to_be_sealed_is_vl1001() {
    let (_, vault) = limited(1, json!({"maxBytes": 1_000}), json!({}));
    let long = json!({"fields": {"nickname": "x".repeat(900)}});
    let update = json!({"tokenIds": ["0"], "requestBody": {"object": long}});
    assert_over(&vault.update(update), "settings.maxBytes");
    let short = json!({"type": "randomized", "object": {"fields": {"nickname": "x".repeat(100)}}});
    assert_over(&vault.tokenize(json!({"requestBody": vec![short; 5]})), "settings.maxBytes");
    assert!(!vault.host.has_written());
}

#[test]
fn an_object_that_several_requests_share_counts_for_each() {
    let vault = TestVault::with(&Setup::settings(json!({"maxBytes": 10_000})));
    let object = json!({"fields": {"nickname": "x".repeat(3_000)}});
    let first = json!({"type": "randomized", "object": object});
    let shared = json!({"type": "randomized", "object": {"request_index": 0}});
    let body = json!([first, shared, shared, shared]);
    assert_over(&vault.tokenize(json!({"requestBody": body})), "settings.maxBytes");
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [first, shared]}))), "ok");
    let ciphertext = vault.ciphertext(json!({"object": object}));
    let first = json!({"type": "randomized", "object": {"encrypted": {"ciphertext": ciphertext}}});
    let body = json!([first, shared, shared, shared]);
    assert_over(&vault.tokenize(json!({"requestBody": body})), "settings.maxBytes");
}

#[test]
fn a_row_over_the_stores_max_row_bytes_is_vl1001() {
    let (_, vault) = limited(1, json!({}), json!({"maxRowBytes": 400}));
    let long = json!({"fields": {"nickname": "x".repeat(400)}});
    let update = json!({"tokenIds": ["0"], "requestBody": {"object": long}});
    assert_over(&vault.update(update), "store.maxRowBytes");
    let made = json!({"type": "randomized", "object": long});
    assert_over(&vault.tokenize(json!({"requestBody": [made]})), "store.maxRowBytes");
    assert!(!vault.host.has_written());
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["0"]}))), "ok");
}

#[test]
fn more_writes_than_the_stores_max_writes_are_vl1001() {
    let (_, vault) = limited(3, json!({}), json!({"maxWrites": 15}));
    assert_over(&vault.rotate(json!({"tokenIds": ["0", "1", "2"]})), "store.maxWrites");
    assert!(!vault.host.has_written());
    // One key, four terms, the claim that goes and the claim that comes.
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["0", "1"]}))), "ok");
    let (_, vault) = limited(1, json!({}), json!({"maxWrites": 6}));
    assert_over(&vault.rotate(json!({"tokenIds": ["0"]})), "store.maxWrites");
    let (_, vault) = limited(1, json!({}), json!({"maxWrites": 7}));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["0"]}))), "ok");
}

#[test]
fn a_limit_is_refused_before_the_call_is_audited_as_allowed() {
    let (_, vault) = limited(3, json!({}), json!({"maxWrites": 1}));
    assert_over(&vault.rotate(json!({"tokenIds": ["0"]})), "store.maxWrites");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events.first().unwrap()["decision"], "failed");
    assert_eq!(events.first().unwrap()["code"], "VL1001");
}

// At the parse.

#[test]
fn a_token_id_is_1_to_128_of_its_characters() {
    let vault = TestVault::open();
    let longest = "aZ09_-".repeat(21) + "ab";
    assert_eq!(vault.token(one(&longest)), longest);
    for bad in ["", "a b", "é", "a.b", "a/b", "a,b", &"a".repeat(129)] {
        let result = vault.tokenize(json!({"requestBody": [one("fine"), one(bad)]}));
        assert_eq!(code(&result), "PV1012", "{bad}");
        assert_eq!(context(&result, "field"), "requestBody[1].token_id");
        let result = vault.rotate(json!({"tokenIds": ["fine", bad]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "tokenIds[1]");
    }
}

#[test]
fn ten_tags_a_token_duplicates_collapsed() {
    let (_, vault) = limited(1, json!({}), json!({}));
    let tags: Vec<String> = (0..11).map(|tag| format!("tag {tag}")).collect();
    let update =
        |tags: &[String]| vault.update(json!({"tokenIds": ["0"], "requestBody": {"tags": tags}}));
    let result = update(&tags);
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody.tags");
    let (ten, _) = tags.split_at(10);
    assert_eq!(code(&update(&[ten, ten].concat())), "ok");
    assert_eq!(vault.tags("0").as_array().unwrap().len(), 10);
    let mut made = one("new");
    made["tags"] = json!(tags);
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [made]}))), "PV1012");
    let encrypted = json!({"tags": tags, "object": {"fields": {"name": "x"}}});
    assert_eq!(code(&vault.encrypt(json!({"requestBody": [encrypted]}))), "PV1012");
}

#[test]
fn a_tag_is_1_to_256_characters() {
    let (_, vault) = limited(1, json!({}), json!({}));
    for (tag, expected) in [
        ("\u{1F600}".repeat(256), "ok"),
        ("\u{1F600}".repeat(257), "PV1012"),
        (String::new(), "PV1012"),
    ] {
        let result = vault.update(json!({"tokenIds": ["0"], "requestBody": {"tags": [tag]}}));
        assert_eq!(code(&result), expected);
        if expected == "ok" {
            assert_eq!(vault.tags("0"), json!([tag]));
        }
    }
}

#[test]
fn scopes_and_tenants_are_at_most_256_characters() {
    let vault = TestVault::open();
    for (length, expected) in [(256, "ok"), (257, "PV1012")] {
        let name = "é".repeat(length);
        let mut made = one(&format!("scope-{length}"));
        made["scope"] = json!(name);
        assert_eq!(code(&vault.tokenize(json!({"requestBody": [made]}))), expected);
        let made = one(&format!("tenant-{length}"));
        let request = json!({"xTenantId": [name], "requestBody": [made]});
        assert_eq!(code(&vault.tokenize(request)), expected);
    }
}

#[test]
fn adhoc_reason_and_custom_audit_are_at_most_1024_characters() {
    let (_, vault) = limited(1, json!({}), json!({}));
    for member in ["adhocReason", "customAudit"] {
        for (length, expected) in [(1_024, "ok"), (1_025, "PV1012")] {
            let mut request = json!({"tokenIds": ["0"], "requestBody": {}});
            request[member] = json!("é".repeat(length));
            let result = vault.update(request);
            assert_eq!(code(&result), expected, "{member}");
            assert_eq!(context(&result, "field"), if expected == "ok" { "" } else { member });
        }
    }
}

#[test]
fn a_query_has_at_most_100_tenants_or_tags() {
    let vault = TestVault::open();
    for member in ["xTenantId", "tags"] {
        for (count, expected) in [(100, "ok"), (101, "PV1012")] {
            let items: Vec<String> = (0..count).map(|item| format!("item {item}")).collect();
            let mut request = json!({"tags": ["t"]});
            request[member] = json!(items);
            assert_eq!(code(&vault.detokenize(request.clone())), expected, "{member}");
            let found = if expected == "ok" { "PV3009" } else { expected };
            assert_eq!(code(&vault.delete(request)), found, "{member}");
        }
    }
}

#[test]
fn the_canonical_json_of_one_object_is_at_most_1_mib() {
    let vault = TestVault::open();
    let frame = r#"{"nickname":""}"#.len();
    for (length, expected) in [((1 << 20) - frame, "ok"), ((1 << 20) - frame + 1, "PV1012")] {
        let object = json!({"fields": {"nickname": "x".repeat(length)}});
        let made = json!({"type": "randomized", "object": object});
        assert_eq!(code(&vault.tokenize(json!({"requestBody": [made]}))), expected);
        assert_eq!(code(&vault.encrypt(json!({"requestBody": [{"object": object}]}))), expected);
    }
}
