//! Rotate: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{TestVault, code, context, succeeds};
use serde_json::{Value, json};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];

fn rotated(vault: &Rc<TestVault>, token_id: &str) -> String {
    succeeds(vault.rotate(json!({"tokenIds": [token_id]})))[token_id].as_str().unwrap().to_owned()
}

fn is_uuid_v4(text: &str) -> bool {
    uuid::Uuid::try_parse(text)
        .is_ok_and(|uuid| uuid.get_version_num() == 4 && uuid.hyphenated().to_string() == text)
}

#[test]
fn token_ids_are_required() {
    let vault = TestVault::open();
    let result = vault.rotate(json!({}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "tokenIds");
}

#[test]
fn rotate_takes_no_body_tags_options_or_expiration() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for member in ["requestBody", "tags", "options", "expirationSecs", "objectIds", "props"] {
        let mut request = json!({"tokenIds": [id]});
        request.as_object_mut().unwrap().insert(member.to_owned(), json!([]));
        let result = vault.rotate(request);
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), member);
    }
}

#[test]
fn each_gets_a_new_random_uuid_whatever_its_type_and_whoever_chose_the_old_id() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        let old = vault.email_token(token_type);
        let new = rotated(&vault, &old);
        assert!(is_uuid_v4(&new), "{new}");
        assert_ne!(new, old);
    }
    let given = vault.token(json!({
        "type": "randomized", "token_id": "chosen", "object": {"fields": {"name": "Jane"}},
    }));
    assert!(is_uuid_v4(&rotated(&vault, &given)));
}

#[test]
fn rotate_answers_old_to_new_in_the_order_asked() {
    let vault = TestVault::open();
    let make = |name: &str| {
        vault.token(json!({
            "type": "randomized", "token_id": name, "object": {"fields": {"name": "Jane"}},
        }))
    };
    // So many that no order of random row keys is theirs.
    let ids = ["z", "a", "m", "b", "o", "y", "c", "f", "x", "e"].map(make);
    let request = json!({"collection": "customers", "reason": "Maintenance", "tokenIds": ids});
    let text =
        pollster::block_on(vault.vault.call(&*vault.host, "tokens.rotate", &request.to_string()));
    let text = text.unwrap();
    let places: Vec<usize> =
        ids.iter().map(|id| text.find(&format!("\"{id}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn ids_named_twice_count_once() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let answer = succeeds(vault.rotate(json!({"tokenIds": [id, id]})));
    assert_eq!(answer.as_object().unwrap().len(), 1);
    assert_eq!(vault.host.store.rows().len(), 1);
}

#[test]
fn legal_ids_that_javascript_knows_are_safe_keys() {
    let vault = TestVault::open();
    for id in ["__proto__", "constructor", "0", "-"] {
        vault.token(json!({
            "type": "randomized", "token_id": id, "object": {"fields": {"name": "Jane"}},
        }));
        assert!(is_uuid_v4(&rotated(&vault, id)));
    }
}

#[test]
fn unknown_ids_fail_all_with_pv3087_listing_them_by_comma() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let before = vault.host.store.rows();
    let result = vault.rotate(json!({"tokenIds": ["one", id, "two"]}));
    assert_eq!(code(&result), "PV3087");
    assert_eq!(result.as_ref().unwrap_err().status(), 404);
    assert_eq!(context(&result, "token_ids"), "one,two");
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn a_token_of_another_collection_is_unknown() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    let answer = succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let result = vault.rotate(json!({"tokenIds": [answer[0]["token_id"]]}));
    assert_eq!(code(&result), "PV3087");
}

#[test]
fn an_archived_token_fails_all_with_pv1033() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let archived = vault.email_token("randomized");
    succeeds(
        vault.update(json!({"tokenIds": [archived], "expirationSecs": "0", "requestBody": {}})),
    );
    let before = vault.host.store.rows();
    let result = vault.rotate(json!({"tokenIds": [id, archived]}));
    assert_eq!(code(&result), "PV1033");
    assert_eq!(result.unwrap_err().status(), 410);
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn all_rotate_in_one_batch() {
    let vault = TestVault::open();
    let ids: Vec<String> = ALL_TYPES.map(|token_type| vault.email_token(token_type)).to_vec();
    vault.host.take_events();
    succeeds(vault.rotate(json!({"tokenIds": ids})));
    assert_eq!(vault.host.batches().iter().map(Vec::len).collect::<Vec<usize>>(), [4]);
}

#[test]
fn type_data_scope_tags_expiry_tenant_and_creation_time_carry_over() {
    for token_type in ["pci", "randomized", "deterministic"] {
        let vault = TestVault::open();
        let answer = succeeds(vault.tokenize(json!({
            "xTenantId": ["acme"], "expirationSecs": "1000",
            "requestBody": [{
                "type": token_type, "scope": "billing", "tags": ["a", "b"],
                "object": {"fields": {"email": "jane@example.com", "age": 7}},
            }],
        })));
        let old = answer[0]["token_id"].as_str().unwrap();
        let mut before = vault.metadata(old);
        vault.host.pass_seconds(10);
        let new = rotated(&vault, old);
        before["token_id"] = Value::from(new.clone());
        assert_eq!(vault.metadata(&new), before);
        assert_eq!(vault.fields(&new), json!({"email": "jane@example.com", "age": 7}));
    }
}

#[test]
fn tags_still_find_a_rotated_token() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let old = vault.token(json!({"type": "randomized", "tags": ["t"], "object": object}));
    let new = rotated(&vault, &old);
    let answer = succeeds(vault.detokenize(json!({"tags": ["t"]})));
    assert_eq!(answer, json!([{"token_id": new, "fields": {"email": "jane@example.com"}}]));
}

#[test]
fn unique_claims_carry_over() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let old = vault.token(json!({
        "type": "pci", "tags": ["t"], "ensure_unique_tenant_tags": ["t"], "object": object,
    }));
    let before = vault.row(&old);
    let own = vault.claim(&old);
    let new = rotated(&vault, &old);
    let mut expected = before.claims;
    expected.retain(|claim| *claim != own);
    expected.push(vault.claim(&new));
    expected.sort_unstable();
    assert_eq!(vault.row(&new).claims, expected, "its own claim moved, and no other");
}

#[test]
fn a_later_tokenize_of_the_same_pci_data_returns_the_new_id() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let old = vault.email_token(token_type);
        let new = rotated(&vault, &old);
        assert_eq!(vault.email_token(token_type), new);
    }
}

#[test]
fn tokenizing_the_data_of_a_rotated_deterministic_token_derives_the_old_id_afresh() {
    let vault = TestVault::open();
    let old = vault.email_token("deterministic");
    let new = rotated(&vault, &old);
    assert_eq!(vault.fields(&old), Value::Null, "found under its new ID only");
    assert_eq!(vault.email_token("deterministic"), old);
    assert_eq!(vault.fields(&new), vault.fields(&old));
    assert_eq!(vault.host.store.rows().len(), 2, "a new token");
}

#[test]
fn afterwards_the_old_id_is_as_if_it_had_never_been() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        let old = vault.token(json!({
            "type": token_type, "tags": ["t"], "object": {"fields": {"email": "jane@example.com"}},
        }));
        rotated(&vault, &old);
        assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": [old]}))), json!([]));
        assert_eq!(code(&vault.rotate(json!({"tokenIds": [old]}))), "PV3087");
        let update = json!({"tokenIds": [old], "requestBody": {"tags": []}});
        assert_eq!(code(&vault.update(update)), "PV3009");
        if token_type != "deterministic" {
            let given = json!({
                "type": "randomized", "token_id": old, "object": {"fields": {"name": "Jane"}},
            });
            assert_eq!(vault.token(given), old, "the ID is free");
        }
    }
}

#[test]
fn a_rotated_token_keeps_its_row_key_and_its_body_as_it_was_sealed() {
    let vault = TestVault::open();
    let old = vault.email_token("randomized");
    let before = vault.row(&old);
    let after = vault.row(&rotated(&vault, &old));
    assert_eq!(after.key, before.key);
    assert_eq!(after.version, before.version + 1);
    let body = |sealed: &[u8]| {
        let length =
            usize::from(*sealed.get(4).unwrap()) * 256 + usize::from(*sealed.get(5).unwrap());
        sealed.get(6 + length..).unwrap().to_vec()
    };
    assert!(!body(&before.sealed).is_empty());
    assert_eq!(body(&after.sealed), body(&before.sealed));
}

#[test]
fn a_rotated_token_rotates_again() {
    let vault = TestVault::open();
    let mut id = vault.email_token("pci");
    for _ in 0..5 {
        id = rotated(&vault, &id);
    }
    assert_eq!(vault.email_token("pci"), id);
    assert_eq!(vault.row(&id).version, 6);
}
