//! Whose ciphertexts may be opened.

use super::*;

#[test]
fn a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003_and_none_is_outside_every_list() {
    let vault = TestVault::open();
    for (tenant, list, expected) in [
        (Some("acme"), json!(["acme"]), "ok"),
        (Some("acme"), json!(["bolt", "acme"]), "ok"),
        (Some("acme"), json!(["bolt"]), "VL3003"),
        (Some("acme"), json!(["Acme", "acm", "acme "]), "VL3003"),
        (Some("acme"), Value::Null, "ok"),
        (None, json!(["acme"]), "VL3003"),
        (None, Value::Null, "ok"),
    ] {
        let mut request = of(&tenants(&vault, tenant));
        if !list.is_null() {
            request["xTenantId"] = list.clone();
        }
        assert_eq!(code(&decrypt(&vault, request)), expected, "{tenant:?} {list}");
    }
}

#[test]
fn one_ciphertext_of_another_tenant_fails_the_whole_array() {
    let vault = TestVault::open();
    let bodies = json!([one(&tenants(&vault, Some("acme"))), one(&tenants(&vault, Some("bolt")))]);
    let request = json!({"xTenantId": ["acme"], "requestBody": bodies});
    assert_eq!(code(&decrypt(&vault, request)), "VL3003");
}

#[test]
fn the_tenant_is_not_among_the_fields() {
    let vault = TestVault::open();
    let answer = succeeds(decrypt(&vault, of(&tenants(&vault, Some("acme")))));
    assert_eq!(answer, json!([{"fields": {"name": "Jane"}}]));
}

#[test]
fn the_refusals_of_a_ciphertext_come_in_the_order_tenant_scope_archived() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let sealed = json!({"scope": "elsewhere", "object": {"fields": fields}});
    let request = json!({"expirationSecs": "0", "requestBody": [sealed]});
    let ciphertext = succeeds(vault.encrypt(request))[0]["ciphertext"].clone();
    let refusal = |tenant: &str, scope: &str| {
        let object = json!({"ciphertext": ciphertext, "scope": scope});
        let body = json!([{"encrypted_object": object}]);
        code(&decrypt(&vault, json!({"xTenantId": [tenant], "requestBody": body})))
    };
    assert_eq!(refusal("bolt", "default"), "VL3003");
    assert_eq!(refusal("acme", "default"), "VL3004");
    assert_eq!(refusal("acme", "elsewhere"), "PV3233");
}
