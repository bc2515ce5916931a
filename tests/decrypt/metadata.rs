//! What is told of a ciphertext beside its data.

use super::*;

#[test]
fn metadata_comes_only_when_asked_for_and_says_type_scope_expiration_and_tags() {
    let vault = TestVault::open();
    let sealed = json!({
        "scope": "billing", "tags": ["b", "a"], "object": {"fields": {"name": "Jane"}},
    });
    let request = json!({"xTenantId": ["acme"], "expirationSecs": "90", "requestBody": [sealed]});
    let ciphertext = succeeds(vault.encrypt(request))[0]["ciphertext"].clone();
    let request = of(ciphertext.as_str().unwrap());
    let plain = json!([{"fields": {"name": "Jane"}}]);
    assert_eq!(succeeds(decrypt(&vault, request.clone())), plain);
    let request = with(request, "options", json!(["include_metadata"]));
    let expected = json!([{
        "fields": {"name": "Jane"},
        "metadata": {
            "type": "randomized", "scope": "billing", "expiration": "2024-11-08T15:01:30.000Z",
            "tags": ["b", "a"],
        },
    }]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}

#[test]
fn metadata_without_an_expiry_and_tags_has_null_and_an_empty_list() {
    let vault = TestVault::open();
    let sealed = json!({"type": "deterministic", "object": {"fields": {"name": "Jane"}}});
    let request = json!({
        "options": ["include_metadata"],
        "requestBody": [with(one(&vault.ciphertext(sealed)), "props", json!(["phone"]))],
    });
    let expected = json!([{
        "fields": {},
        "metadata": {
            "type": "deterministic", "scope": "default", "expiration": null, "tags": [],
        },
    }]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}
