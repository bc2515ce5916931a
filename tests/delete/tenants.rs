//! Whose tokens may be deleted.

use super::*;

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
