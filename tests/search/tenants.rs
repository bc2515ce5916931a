//! Whose tokens may be found.

use super::*;

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
