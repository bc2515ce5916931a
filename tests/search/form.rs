//! Requests that are not of the form.

use super::*;

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
fn an_empty_list_of_tenants_is_pv1012() {
    let vault = TestVault::open();
    let result = vault.search(json!({"requestBody": {"tags": ["t"]}, "xTenantId": []}));
    assert_eq!((code(&result), context(&result, "field")), ("PV1012", "xTenantId".to_owned()));
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
