//! New data under a card-shaped ID, which stays.

use serde_json::{Map, Value, json};

use crate::memory_host::test_vault::{Setup, TestVault, code, succeeds};
use crate::{
    DRAWN, FOREIGN_NUMBER, NUMBER, OTHER_NUMBER, card, card_token, has_shape, id_with, is_uuid,
    number_of, open, request, rotate, update_data,
};

/// A token whose ID is not this one, which is taken while it is drawn.
fn token_not_called(vault: &TestVault, taken: &str, one: Value) -> String {
    let squatter =
        json!({"type": "randomized", "token_id": taken, "object": {"fields": {"age": 1}}});
    assert_eq!(vault.token(squatter), taken);
    let id = vault.token(one);
    succeeds(vault.delete(json!({"tokenIds": [taken]})));
    id
}

#[test]
fn new_data_leaves_the_id_and_its_shape() {
    for token_type in DRAWN {
        let vault = open();
        let id = token_not_called(&vault, OTHER_NUMBER, request(token_type, card()));
        // Beside the data, the last number of the shape, which the next ID is not.
        for (fields, avoided) in [
            (json!({"card": OTHER_NUMBER}), OTHER_NUMBER),
            (json!({"card": FOREIGN_NUMBER}), OTHER_NUMBER),
            (json!({"name": "Jane"}), OTHER_NUMBER),
            (json!({"card": number_of(13), "name": "Jane"}), OTHER_NUMBER),
            (json!({"card": "4111-1111-1111-1111"}), NUMBER),
            (json!({"card": null, "age": 7}), NUMBER),
        ] {
            assert_eq!(code(&update_data(&vault, &id, fields.clone())), "ok", "{fields}");
            let held = vault.host.store.rows();
            assert_eq!(held.len(), 1);
            let new = rotate(&vault, &id);
            assert!(has_shape(&new, avoided), "{token_type}: {new} after {fields}");
            vault.host.store.restore(&held);
        }
    }
}

#[test]
fn the_reuse_of_a_card_shaped_pci_token_follows_its_data() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = open();
        let id = card_token(&vault, token_type);
        succeeds(update_data(&vault, &id, json!({"card": FOREIGN_NUMBER})));
        assert_eq!(vault.token(request(token_type, json!({"card": FOREIGN_NUMBER}))), id);
        assert_ne!(card_token(&vault, token_type), id);
        let taken = update_data(&vault, &id, card());
        assert_eq!(code(&taken), "VL3006", "{token_type}");
    }
}

#[test]
fn new_data_that_would_make_the_cards_number_its_own_token_id_is_vl3011() {
    for token_type in DRAWN {
        let vault = open();
        let id = card_token(&vault, token_type);
        let spaced = format!("{} {}", id.split_at(4).0, id.split_at(4).1);
        let before = vault.host.store.rows();
        for (property, text) in [("card", &id), ("card", &spaced), ("second_card", &id)] {
            let fields = json!({property: text, "name": "Jane"});
            let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
            for object in
                [json!({"fields": fields}), json!({"encrypted": {"ciphertext": ciphertext}})]
            {
                let body = json!({"tags": ["t"], "object": object});
                let result = vault.update(json!({"tokenIds": [id], "requestBody": body}));
                assert_eq!(code(&result), "VL3011", "{token_type}, {property}");
                assert_eq!(result.unwrap_err().status(), 400);
            }
        }
        assert_eq!(vault.host.store.rows(), before, "data and tags together, or neither");
        let body = json!({"props": ["name"], "object": {"fields": {"card": id, "name": "Jane"}}});
        let result = vault.update(json!({"tokenIds": [id], "requestBody": body}));
        assert_eq!(code(&result), "ok", "a card that is left out");
        let moved = rotate(&vault, &id);
        assert_eq!(
            code(&update_data(&vault, &moved, json!({"card": id}))),
            "ok",
            "under another ID"
        );
    }
}

/// The ID avoids the number that it is drawn for, and may hit another of the data. That is no reason to
/// refuse the data that the token has.
#[test]
fn the_data_that_a_token_has_already_is_never_refused() {
    let others: Vec<String> = (0..200).map(|middle| id_with(middle * 499)).collect();
    let names: Vec<String> = (0..200).map(|number| format!("card_{number}")).collect();
    let properties: Map<String, Value> = [&"card".to_owned(), &"age".to_owned()]
        .into_iter()
        .chain(&names)
        .map(|name| {
            (name.clone(), json!({"type": if name == "age" { "INTEGER" } else { "CC_NUMBER" }}))
        })
        .collect();
    let collections = json!({"customers": {"properties": properties}});
    let vault = TestVault::with(&Setup { collections, ..Setup::default() });
    let mut fields: Map<String, Value> =
        names.iter().cloned().zip(others.iter().map(|it| json!(it))).collect();
    fields.insert("card".to_owned(), json!(NUMBER));
    // One ID in 500 hits one of the numbers.
    let hit = (0..20_000_usize).find_map(|age| {
        fields.insert("age".to_owned(), json!(age));
        let id = vault.token(request("pci", json!(fields)));
        others.contains(&id).then_some(id)
    });
    let id = hit.unwrap();
    let result = update_data(&vault, &id, json!(fields));
    assert_eq!(code(&result), "ok", "its own data");
    let body = json!({"tags": ["t"], "object": {"fields": fields}});
    assert_eq!(
        code(&vault.update(json!({"tokenIds": [id], "requestBody": body}))),
        "ok",
        "and tags"
    );
    fields.insert("age".to_owned(), json!(-1));
    assert_eq!(code(&update_data(&vault, &id, json!(fields))), "VL3011", "other data");
}

#[test]
fn an_id_that_only_looks_like_a_cards_number_may_be_its_own_cards() {
    let vault = open();
    let given =
        json!({"type": "randomized", "token_id": NUMBER, "object": {"fields": {"name": "Jane"}}});
    assert_eq!(vault.token(given), NUMBER);
    assert_eq!(code(&update_data(&vault, NUMBER, card())), "ok");
    assert!(is_uuid(&rotate(&vault, NUMBER)));
}

#[test]
fn an_update_to_the_same_pci_data_writes_nothing() {
    for fields in [
        card(),
        json!({"card": NUMBER, "second_card": FOREIGN_NUMBER}),
        json!({"card": NUMBER, "second_card": OTHER_NUMBER}),
    ] {
        let vault = open();
        let id = token_not_called(&vault, OTHER_NUMBER, request("pci", fields.clone()));
        vault.host.take_events();
        succeeds(update_data(&vault, &id, fields.clone()));
        assert!(!vault.host.has_written(), "{fields}");
    }
}

#[test]
fn a_deterministic_token_takes_no_new_data_whatever_its_id() {
    let vault = open();
    let id = card_token(&vault, "deterministic");
    assert_eq!(code(&update_data(&vault, &id, json!({"card": id}))), "VL3002");
}
