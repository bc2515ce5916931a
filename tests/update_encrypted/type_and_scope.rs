//! What a new type and a new scope do, and what becomes of them where none is given.

use super::*;

#[test]
fn an_absent_type_and_an_absent_scope_keep_the_sources() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let old = vault.ciphertext(json!({
            "type": encryption_type, "scope": "billing", "object": {"fields": {"name": "Jane"}},
        }));
        let before = metadata(&vault, &old);
        let new = updated(&vault, one(&old, &json!({"name": "Joe"})));
        assert_eq!(metadata(&vault, &new), before);
        assert_eq!(before["type"], encryption_type);
        assert_eq!(before["scope"], "billing");
    }
}

#[test]
fn a_given_type_and_a_given_scope_are_the_new_ones() {
    let vault = TestVault::open();
    for old_type in BOTH_TYPES {
        for new_type in BOTH_TYPES {
            let body = with(one(&sealed(&vault, old_type), &json!({})), "type", json!(new_type));
            let new = updated(&vault, with(body, "scope", json!("other")));
            let said = metadata(&vault, &new);
            assert_eq!((&said["type"], &said["scope"]), (&json!(new_type), &json!("other")));
            let with_the_old_scope = json!({
                "encrypted_object": {"ciphertext": new, "scope": "default"}, "fields": {},
            });
            let result = update(&vault, json!({"requestBody": [with_the_old_scope]}));
            assert_eq!(code(&result), "VL3004");
        }
    }
}

#[test]
fn the_sources_scope_may_be_given_and_must_be_its_own_else_vl3004() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane"}});
    let old = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    for (scope, expected) in [("elsewhere", "ok"), ("default", "VL3004"), ("new", "VL3004")] {
        let body = json!({
            "encrypted_object": {"ciphertext": old, "scope": scope}, "fields": {}, "scope": "new",
        });
        assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), expected, "{scope}");
    }
}

#[test]
fn an_unknown_type_is_pv1012() {
    let vault = TestVault::open();
    for name in [json!("pci"), json!("Randomized"), json!(""), json!(1), Value::Null] {
        let body = with(one(&jane(&vault), &json!({})), "type", name);
        let result = update(&vault, json!({"requestBody": [body]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[0].type");
    }
}
