//! Requests that are not of the form.

use super::*;

#[test]
fn the_query_is_in_the_parameters_and_there_is_no_body() {
    let vault = vault_with_three();
    for member in ["token_ids", "object_ids", "tenant_id", "requestBody", "unknown"] {
        let mut request = json!({"tokenIds": ["a"]});
        request[member] = json!(["a"]);
        let result = vault.delete(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn delete_takes_no_parameter_of_another_operation() {
    let vault = vault_with_three();
    for (member, value) in [
        ("expirationSecs", json!("0")),
        ("props", json!(["name"])),
        ("transactionId", json!("t")),
        ("id", json!("t")),
        ("additionalHeaders", json!({})),
    ] {
        let result = vault.delete(json!({"tokenIds": ["a"], member: value}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn a_wrong_type_is_pv1012_naming_its_path_and_null_is_one() {
    let vault = vault_with_three();
    for (member, wrong, path) in [
        ("tokenIds", json!("a"), "tokenIds"),
        ("tokenIds", json!(null), "tokenIds"),
        ("tokenIds", json!(["a", null]), "tokenIds[1]"),
        ("tokenIds", json!(["a b"]), "tokenIds[0]"),
        ("tokenIds", json!([""]), "tokenIds[0]"),
        ("tags", json!("t"), "tags"),
        ("tags", json!(null), "tags"),
        ("tags", json!([1]), "tags[0]"),
        ("tags", json!(["t", ""]), "tags[1]"),
        ("objectIds", json!("o"), "objectIds"),
        ("objectIds", json!(null), "objectIds"),
        ("tenantId", json!(["acme"]), "tenantId"),
        ("tenantId", json!(null), "tenantId"),
        ("tenantId", json!(""), "tenantId"),
        ("tenantId", json!("é".repeat(257)), "tenantId"),
        ("xTenantId", json!("acme"), "xTenantId"),
        ("options", json!("archived"), "options"),
        ("options", json!(null), "options"),
        ("options", json!(["include_aggregated_data"]), "options[0]"),
        ("options", json!(["archived", "include_metadata"]), "options[1]"),
    ] {
        let mut request = json!({"tokenIds": ["a"]});
        request[member] = wrong;
        let result = vault.delete(request);
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", path.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty());
    let longest = json!({"tokenIds": ["a"], "tenantId": "é".repeat(256)});
    assert_eq!(code(&vault.delete(longest)), "PV1006");
}

#[test]
fn a_filter_that_came_out_empty_does_not_widen_a_query() {
    let vault = vault_with_three();
    for (member, expected) in [
        ("tokenIds", "PV3009"),
        ("tags", "PV3009"),
        ("objectIds", "PV2001"),
        ("xTenantId", "PV1012"),
    ] {
        let mut request = json!({"tokenIds": ["a"], "tags": ["t"]});
        request[member] = json!([]);
        assert_eq!(code(&vault.delete(request)), expected, "{member}");
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn object_ids_are_pv2001() {
    let vault = vault_with_three();
    for request in [json!({"objectIds": ["1"]}), json!({"objectIds": ["1"], "tokenIds": ["a"]})] {
        let result = vault.delete(request);
        assert_eq!((code(&result), result.as_ref().unwrap_err().status()), ("PV2001", 501));
        assert_eq!(context(&result, "feature"), "objectIds");
    }
    assert_eq!(left(&vault), ["a", "b", "c"]);
}
