//! Rotation: another ID of the same shape, and no data is opened for it.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::memory_host::test_vault::{Setup, TestVault, code, succeeds};
use crate::{
    ALL_TYPES, FOREIGN_NUMBER, NUMBER, OTHER_NUMBER, card, card_token, damage_body, has_shape,
    is_uuid, number_of, open, request, rotate, setup,
};

#[test]
fn each_rotation_gives_another_id_of_the_same_shape() {
    for token_type in ALL_TYPES {
        for number in [NUMBER.to_owned(), number_of(13), number_of(19)] {
            let vault = open();
            let mut id = vault.token(request(token_type, json!({"card": number})));
            for _ in 0..5 {
                let new = rotate(&vault, &id);
                assert!(has_shape(&new, &number), "{token_type}: {new}");
                assert_ne!(new, id);
                assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": [id]}))), json!([]));
                id = new;
            }
            assert_eq!(vault.row(&id).version, 6);
            if token_type.starts_with("pci") {
                let again = vault.token(request(token_type, json!({"card": number})));
                assert_eq!(again, id, "the reuse follows");
            }
        }
    }
}

#[test]
fn a_rotated_deterministic_token_leaves_its_derived_id_free() {
    let vault = open();
    let old = card_token(&vault, "deterministic");
    let new = rotate(&vault, &old);
    assert_eq!(card_token(&vault, "deterministic"), old, "derived afresh, as a new token");
    assert_eq!(vault.fields(&new), card());
    assert_eq!(vault.host.store.rows().len(), 2);
}

#[test]
fn card_shaped_and_other_ids_rotate_together_each_to_its_kind_in_the_order_asked() {
    let vault = open();
    let given = json!({"type": "randomized", "token_id": "given", "object": {"fields": card()}});
    let looks_like =
        json!({"type": "randomized", "token_id": OTHER_NUMBER, "object": {"fields": card()}});
    let foreign = request("pci", json!({"card": FOREIGN_NUMBER}));
    let (looks_like, derived) = (vault.token(looks_like), card_token(&vault, "deterministic"));
    let old = [
        card_token(&vault, "randomized"),
        vault.token_of("pci", card()),
        vault.token(foreign),
        looks_like,
        derived,
        vault.token(given),
        card_token(&vault, "pci_oneway"),
    ];
    let kinds = [Some(NUMBER), None, Some(FOREIGN_NUMBER), None, Some(NUMBER), None, Some(NUMBER)];
    for order in [[0, 1, 2, 3, 4, 5, 6], [6, 3, 0, 5, 2, 1, 4]] {
        let vault_before = vault.host.store.rows();
        let asked: Vec<&String> = order.iter().map(|place| &old[*place]).collect();
        let request =
            json!({"collection": "customers", "reason": "Maintenance", "tokenIds": asked});
        let text = pollster::block_on(vault.vault.call(
            &*vault.host,
            "tokens.rotate",
            &request.to_string(),
        ));
        let text = text.unwrap();
        let places: Vec<usize> =
            asked.iter().map(|id| text.find(&format!("\"{id}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        let new: HashSet<&str> = order
            .iter()
            .map(|place| {
                let new = answer[&old[*place]].as_str().unwrap();
                match kinds[*place] {
                    Some(number) => assert!(has_shape(new, number), "{new}"),
                    None => assert!(is_uuid(new), "{new}"),
                }
                new
            })
            .collect();
        assert_eq!(new.len(), 7);
        vault.host.store.restore(&vault_before);
    }
}

#[test]
fn each_token_gets_its_own_new_id() {
    let vault = open();
    let tokens: Vec<(String, Value)> = (0..9)
        .map(|age| {
            let number = [NUMBER, FOREIGN_NUMBER, OTHER_NUMBER][age % 3];
            let fields = json!({"card": number, "age": age});
            let id = if age % 2 == 0 {
                vault.token(request("randomized", fields.clone()))
            } else {
                vault.token_of("randomized", fields.clone())
            };
            (id, fields)
        })
        .collect();
    let asked: Vec<&String> = tokens.iter().map(|(id, _)| id).collect();
    let answer = succeeds(vault.rotate(json!({"tokenIds": asked})));
    for (old, fields) in &tokens {
        assert_eq!(vault.fields(answer[old].as_str().unwrap()), *fields);
    }
}

#[test]
fn rotation_opens_no_body() {
    for token_type in ["pci", "randomized", "deterministic"] {
        let vault = open();
        let id = card_token(&vault, token_type);
        damage_body(&vault, &id);
        let new = rotate(&vault, &id);
        assert!(has_shape(&new, NUMBER), "{token_type}");
        assert_eq!(code(&vault.detokenize(json!({"tokenIds": [new]}))), "VL5001");
    }
}

#[test]
fn changed_tags_and_expiry_leave_the_shape() {
    let vault = open();
    let id = card_token(&vault, "pci");
    let update = json!({"tokenIds": [id], "expirationSecs": "9", "requestBody": {"tags": ["t"]}});
    succeeds(vault.update(update));
    let mut again = request("pci", card());
    again["tags"] = json!(["u"]);
    assert_eq!(vault.token(again), id);
    assert!(has_shape(&rotate(&vault, &id), NUMBER));
}

#[test]
fn an_earlier_key_and_its_successor_rotate_alike() {
    let keys = |primary, data| Setup { primary, data, ..setup() };
    let vault = TestVault::with(&keys("2025", &["2025"]));
    let id = card_token(&vault, "randomized");
    let later = vault.beside(&keys("2026", &["2025", "2026"]));
    let new = rotate(&later, &id);
    assert!(has_shape(&new, NUMBER));
    let only_new = vault.beside(&keys("2026", &["2026"]));
    assert_eq!(only_new.fields(&new), card());
    assert!(has_shape(&rotate(&only_new, &new), NUMBER));
}
