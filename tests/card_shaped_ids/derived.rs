//! IDs that are derived: of `deterministic` tokens, and of hashes.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::memory_host::test_vault::{TestVault, code, succeeds};
use crate::{
    DRAWN, NUMBER, card, card_token, damage_body, has_shape, hash, ids, is_uuid, open, request,
    rotate, shaped, tokenize,
};

#[test]
fn a_deterministic_id_is_the_same_each_time_and_that_of_the_hash() {
    let vault = open();
    let one = request("deterministic", json!({"card": NUMBER, "name": "Jane"}));
    let mut object = one.clone();
    object.as_object_mut().unwrap().remove("type");
    let hashed = ids(&succeeds(hash(&vault, &object)));
    assert!(vault.host.store.rows().is_empty(), "a hash stores nothing");
    assert!(has_shape(&hashed[0], NUMBER));
    let id = vault.token(one.clone());
    assert_eq!(id, hashed[0]);
    vault.host.take_events();
    assert_eq!(vault.token(one.clone()), id);
    assert!(!vault.host.has_written(), "what changes nothing writes nothing");
    let mut tagged = one;
    tagged["tags"] = json!(["t"]);
    assert_eq!(vault.token(tagged), id);
    assert_eq!(vault.tags(&id), json!(["t"]));
    assert_eq!(vault.host.store.rows().len(), 1);
    assert_eq!(ids(&succeeds(hash(&vault, &object))), hashed, "whatever is stored");
}

#[test]
fn equal_deterministic_data_twice_in_an_array_is_one_token() {
    let vault = open();
    let one = request("deterministic", card());
    let made = ids(&succeeds(vault.tokenize(json!({"requestBody": [one, one]}))));
    assert_eq!(made[0], made[1]);
    assert_eq!(vault.host.store.rows().len(), 1);
}

#[test]
fn data_scope_tenant_and_collection_tell_deterministic_ids_apart() {
    let vault = open();
    let made = |collection: &str, scope: &str, tenants: Value, fields: Value| {
        let mut object = shaped(json!({"scope": scope, "object": {"fields": fields}}));
        let mut request = json!({"collection": collection, "requestBody": [object]});
        if tenants != json!([]) {
            request["xTenantId"] = tenants;
        }
        let hashed = ids(&succeeds(vault.call("crypto.hash", request.clone())));
        object["type"] = json!("deterministic");
        request["requestBody"] = json!([object]);
        assert_eq!(ids(&succeeds(vault.tokenize(request))), hashed);
        hashed.into_iter().next().unwrap()
    };
    let none = json!([]);
    let local: HashSet<String> = [
        made("customers", "default", none.clone(), card()),
        made("customers", "other", none.clone(), card()),
        made("customers", "default", json!(["acme"]), card()),
        made("customers", "default", json!(["bolt"]), card()),
        made("partners", "default", none.clone(), card()),
        made("customers", "default", none.clone(), json!({"card": NUMBER, "name": "Jane"})),
        made("customers", "default", none.clone(), json!({"card": NUMBER, "name": "Joe"})),
        made("customers", "global:x", none.clone(), card()),
        made("customers", "global:y", none.clone(), card()),
        made("customers", "global:x", json!(["acme"]), card()),
    ]
    .into();
    assert_eq!(local.len(), 10);
    assert_eq!(
        made("partners", "global:x", none.clone(), card()),
        made("customers", "global:x", none, card()),
        "a global scope reaches over all collections",
    );
}

#[test]
fn the_same_deterministic_data_without_a_template_is_another_token() {
    let vault = open();
    let shaped_id = card_token(&vault, "deterministic");
    let uuid = vault.token_of("deterministic", card());
    assert!(is_uuid(&uuid));
    assert_eq!(vault.host.store.rows().len(), 2);
    let given = json!({
        "type": "deterministic", "token_id": shaped_id, "object": {"fields": card()},
    });
    assert_eq!(code(&tokenize(&vault, &given)), "VL3010", "not the one that this data has");
}

/// The ID that the deterministic token of [`NUMBER`] has.
fn derived(vault: &TestVault) -> String {
    let object = shaped(json!({"object": {"fields": card()}}));
    ids(&succeeds(hash(vault, &object))).remove(0)
}

#[test]
fn a_derived_id_that_a_token_of_another_type_holds_is_vl3010() {
    for token_type in DRAWN {
        let vault = open();
        let id = derived(&vault);
        let squatter = json!({"type": token_type, "token_id": id, "object": {"fields": card()}});
        let one = request("deterministic", card());
        for array in [[&squatter, &one], [&one, &squatter]] {
            let result = vault.tokenize(json!({"requestBody": array}));
            assert_eq!(code(&result), "VL3010", "{token_type}, in one array");
            assert!(vault.host.store.rows().is_empty());
        }
        assert_eq!(vault.token(squatter), id);
        let before = vault.host.store.rows();
        assert_eq!(code(&tokenize(&vault, &one)), "VL3010", "{token_type}");
        assert_eq!(vault.host.store.rows(), before);
        assert_eq!(derived(&vault), id, "a hash is the same, whoever holds it");
        let new = rotate(&vault, &id);
        assert!(is_uuid(&new), "an ID that was given has no shape to keep");
        assert_eq!(vault.token(one), id, "free again");
    }
}

/// Two requests that differ in one thing and whose derived IDs are the same: with 100,000 IDs of a
/// shape, a few hundred requests have some.
fn two_of_one_id(vault: &TestVault, variant: impl Fn(usize) -> Value) -> [Value; 2] {
    let requests: Vec<Value> = (0..1_500).map(&variant).collect();
    let answer = succeeds(vault.call("crypto.hash", json!({"requestBody": requests})));
    let mut seen = HashMap::new();
    let two = ids(&answer).into_iter().zip(requests).find_map(|(id, request)| {
        seen.insert(id, request.clone()).map(|earlier| [earlier, request])
    });
    two.unwrap().map(|mut one| {
        one["type"] = json!("deterministic");
        one
    })
}

fn assert_one_or_the_other(variant: impl Fn(usize) -> Value) {
    let vault = open();
    let two = two_of_one_id(&vault, variant);
    let result = vault.tokenize(json!({"requestBody": two}));
    assert_eq!(code(&result), "VL3010", "in one array");
    assert!(vault.host.store.rows().is_empty());
    let [one, other] = two;
    let id = vault.token(one.clone());
    let before = vault.host.store.rows();
    let mut tagged = other;
    tagged["tags"] = json!(["t"]);
    assert_eq!(code(&tokenize(&vault, &tagged)), "VL3010");
    assert_eq!(vault.host.store.rows(), before);
    assert_eq!(vault.token(one), id, "its own data still has it");
}

#[test]
fn a_derived_id_that_other_data_holds_is_vl3010() {
    assert_one_or_the_other(|age| {
        shaped(json!({"object": {"fields": {"card": NUMBER, "age": age}}}))
    });
}

#[test]
fn a_derived_id_that_the_same_data_of_another_scope_holds_is_vl3010() {
    assert_one_or_the_other(|scope| {
        shaped(json!({"scope": format!("scope {scope}"), "object": {"fields": card()}}))
    });
}

#[test]
fn a_derived_id_that_the_same_data_of_another_tenant_holds_is_vl3010() {
    assert_one_or_the_other(|tenant| {
        let tenant = format!("tenant {tenant}");
        shaped(json!({"object": {"fields": {"_tenant_id": tenant, "card": NUMBER}}}))
    });
}

#[test]
fn data_that_was_damaged_under_a_derived_id_is_vl5001_and_not_another_token() {
    let vault = open();
    let id = card_token(&vault, "deterministic");
    damage_body(&vault, &id);
    assert_eq!(code(&tokenize(&vault, &request("deterministic", card()))), "VL5001");
}
