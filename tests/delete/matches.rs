//! Which tokens a query means.

use super::*;

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
