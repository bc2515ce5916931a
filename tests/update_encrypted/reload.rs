//! Collections that have changed since the ciphertext was made.

use super::*;

#[test]
fn a_property_removed_by_a_reload_is_pv3004() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrower = json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}});
    vault.host.on_reload(Ok(Some(narrower.to_string())));
    let body = one(&old, &json!({"email": "joe@example.com"}));
    let reloading = json!({"reloadCache": true, "requestBody": [body]});
    assert_eq!(code(&update(&vault, reloading)), "ok", "the call itself sees the old ones");
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!((code(&result), context(&result, "property")), ("PV3004", "name".to_owned()));
    let named = one(&old, &json!({"name": "Joe"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [named]}))), "PV3004");
}

#[test]
fn props_leave_out_a_property_removed_by_a_reload() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}}),
        ..Setup::default()
    });
    let body = with(one(&old, &json!({})), "props", json!(["email"]));
    assert_eq!(held(&narrower, &updated(&narrower, body)), json!({"email": "jane@example.com"}));
}

#[test]
fn a_held_value_that_is_not_of_its_propertys_type_since_a_reload_is_pv3002() {
    let vault = TestVault::open();
    let old = vault.ciphertext(json!({"object": {"fields": {"name": "Zq7 Marker"}}}));
    let changed = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"name": {"type": "SSN"}}}}),
        ..Setup::default()
    });
    let error = update(&changed, json!({"requestBody": [one(&old, &json!({}))]})).unwrap_err();
    assert_eq!(error.code(), "PV3002");
    assert!(
        !format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap()).contains("Marker")
    );
}
