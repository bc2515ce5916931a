//! Too many, or too much.

use super::*;

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
