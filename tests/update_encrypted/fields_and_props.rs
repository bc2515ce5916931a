//! `fields` are laid over what the ciphertext holds, and `props` choose of both.

use super::*;

#[test]
fn fields_are_laid_over_what_the_ciphertext_holds() {
    let vault = TestVault::open();
    for (fields, expected) in [
        (json!({"name": "Joe"}), json!({"name": "Joe", "email": "jane@example.com"})),
        (
            json!({"ssn": "123-45-6789"}),
            json!({"name": "Jane", "email": "jane@example.com", "ssn": "123-45-6789"}),
        ),
        (
            json!({"email": "joe@example.com", "age": 7, "name": "Joe"}),
            json!({"name": "Joe", "email": "joe@example.com", "age": 7}),
        ),
    ] {
        assert_eq!(held(&vault, &updated(&vault, one(&jane(&vault), &fields))), expected);
    }
}

#[test]
fn empty_fields_change_no_value() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let new = updated(&vault, one(&old, &json!({})));
    assert_ne!(new, old);
    assert_eq!(decrypted(&vault, &new), decrypted(&vault, &old));
}

#[test]
fn a_value_is_replaced_whole() {
    let vault = TestVault::open();
    let notes = json!({"a": {"b": 1}, "c": 2});
    let old = vault.ciphertext(json!({"object": {"fields": {"notes": notes}}}));
    let new = updated(&vault, one(&old, &json!({"notes": {"a": {"d": 3}}})));
    assert_eq!(held(&vault, &new), json!({"notes": {"a": {"d": 3}}}));
}

#[test]
fn with_props_only_the_named_ones_survive_of_both() {
    let vault = TestVault::open();
    let fields = json!({"ssn": "123-45-6789", "phone": "5550100"});
    for (props, expected) in [
        (json!(["name"]), json!({"name": "Jane"})),
        (json!(["ssn"]), json!({"ssn": "123-45-6789"})),
        (json!(["phone", "email"]), json!({"phone": "5550100", "email": "jane@example.com"})),
        (json!(["name", "name"]), json!({"name": "Jane"})),
    ] {
        let body = with(one(&jane(&vault), &fields), "props", props);
        assert_eq!(held(&vault, &updated(&vault, body)), expected);
    }
}

#[test]
fn each_request_has_fields_and_props_of_its_own() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let bodies = json!([
        with(one(&old, &json!({"name": "Joe"})), "props", json!(["name"])),
        one(&old, &json!({})),
        with(one(&old, &json!({"age": 7})), "props", json!(["age", "email"])),
    ]);
    let answer = succeeds(update(&vault, json!({"requestBody": bodies})));
    let fields: Vec<Value> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|one| held(&vault, one["ciphertext"].as_str().unwrap()))
        .collect();
    let expected = [
        json!({"name": "Joe"}),
        json!({"name": "Jane", "email": "jane@example.com"}),
        json!({"age": 7, "email": "jane@example.com"}),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn props_that_neither_holds_are_left_out() {
    let vault = TestVault::open();
    let body = with(one(&jane(&vault), &json!({"age": 7})), "props", json!(["name", "ssn"]));
    assert_eq!(held(&vault, &updated(&vault, body)), json!({"name": "Jane"}));
    let body = with(one(&jane(&vault), &json!({"age": 7})), "props", json!(["ssn"]));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!((code(&result), context(&result, "field")), ("PV1012", "requestBody[0]".to_owned()));
}

#[test]
fn null_of_a_nullable_property_counts_as_absent() {
    let vault = TestVault::open();
    let old = vault.ciphertext(json!({"object": {"fields": {"name": "Jane", "nickname": "J"}}}));
    let new = updated(&vault, one(&old, &json!({"nickname": null, "name": "Joe"})));
    assert_eq!(held(&vault, &new), json!({"name": "Joe", "nickname": "J"}));
    let only = vault.ciphertext(json!({"object": {"fields": {"nickname": "J"}}}));
    let new = updated(&vault, one(&only, &json!({"nickname": null})));
    assert_eq!(held(&vault, &new), json!({"nickname": "J"}));
    let nowhere =
        with(one(&jane(&vault), &json!({"nickname": null})), "props", json!(["nickname"]));
    assert_eq!(code(&update(&vault, json!({"requestBody": [nowhere]}))), "PV1012");
    let not_nullable = one(&jane(&vault), &json!({"name": null}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [not_nullable]}))), "PV3002");
}

#[test]
fn the_old_ciphertext_still_opens() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let old = sealed(&vault, encryption_type);
        let before = decrypted(&vault, &old);
        updated(&vault, with(one(&old, &json!({"name": "Joe"})), "scope", json!("other")));
        assert_eq!(decrypted(&vault, &old), before);
    }
}

#[test]
fn the_new_ciphertext_is_an_input_like_any_other() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let body =
            with(one(&jane(&vault), &json!({"name": "Joe"})), "type", json!(encryption_type));
        let new = updated(&vault, with(body, "scope", json!("other")));
        let fields = json!({"name": "Joe", "email": "jane@example.com"});
        let object = json!({"encrypted": {"ciphertext": new, "scope": "other"}});

        let made = vault.token(json!({"type": "randomized", "object": object}));
        assert_eq!(vault.fields(&made), fields);
        let id = vault.email_token("pci");
        succeeds(vault.update(json!({"tokenIds": [id], "requestBody": {"object": object}})));
        assert_eq!(vault.fields(&id), fields);
        let row = vault.row(&id);
        vault.host.store.remove(&row.key);
        assert_eq!(held(&vault, &vault.ciphertext(json!({"object": object}))), fields);
        let again = json!({
            "encrypted_object": {"ciphertext": new, "scope": "other"}, "fields": {"age": 7},
        });
        assert_eq!(held(&vault, &updated(&vault, again))["age"], 7);
        let hash = |object: &Value| {
            succeeds(vault.call("crypto.hash", json!({"requestBody": [{"object": object}]})))
        };
        assert_eq!(hash(&object), hash(&json!({"fields": fields})));
    }
}
