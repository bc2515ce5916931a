//! Too many, or too much.

use super::*;

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
