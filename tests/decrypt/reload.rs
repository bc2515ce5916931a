//! Collections that have changed since the ciphertext was made.

use super::*;

#[test]
fn a_property_removed_by_a_reload_is_pv3004_unless_props_leave_it_out() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrower = json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}});
    vault.host.on_reload(Ok(Some(narrower.to_string())));
    let reloading = with(of(&ciphertext), "reloadCache", json!(true));
    assert_eq!(code(&decrypt(&vault, reloading)), "ok", "the call itself sees the old ones");
    let result = decrypt(&vault, of(&ciphertext));
    assert_eq!(code(&result), "PV3004");
    let narrowed = |prop: &str| {
        let body = with(one(&ciphertext), "props", json!([prop]));
        decrypt(&vault, json!({"requestBody": [body]}))
    };
    assert_eq!(code(&narrowed("name")), "PV3004");
    let expected = json!([{"fields": {"email": "jane@example.com"}}]);
    assert_eq!(succeeds(narrowed("email")), expected);
}
