//! Tokens of the types whose ID is drawn: a new one each time, or the one that the data has.

use std::collections::HashSet;

use serde_json::json;

use crate::memory_host::test_vault::{code, succeeds};
use crate::{NUMBER, card, card_token, has_shape, ids, is_uuid, open, request, rotate};

#[test]
fn a_randomized_token_gets_another_id_each_time() {
    let vault = open();
    let made: HashSet<String> = (0..20).map(|_| card_token(&vault, "randomized")).collect();
    assert_eq!(made.len(), 20);
    assert_eq!(vault.host.store.rows().len(), 20);
}

#[test]
fn the_same_pci_data_gives_the_same_card_shaped_id() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = open();
        let id = card_token(&vault, token_type);
        assert_eq!(card_token(&vault, token_type), id);
        assert_eq!(vault.token_of(token_type, card()), id, "asked for without a template too");
        let dashed = vault.token(request(token_type, json!({"card": "4111-1111-1111-1111"})));
        assert_eq!(dashed, id, "it is the same card");
        for change in [json!({"scope": "other"}), json!({"type": "randomized"})] {
            let mut one = request(token_type, card());
            one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_ne!(vault.token(one), id);
        }
        let in_tenant =
            json!({"xTenantId": ["acme"], "requestBody": [request(token_type, card())]});
        assert_ne!(ids(&succeeds(vault.tokenize(in_tenant)))[0], id);
    }
}

#[test]
fn an_existing_pci_token_keeps_the_id_it_has() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = open();
        let uuid = vault.token_of(token_type, card());
        assert!(is_uuid(&uuid));
        vault.host.take_events();
        assert_eq!(card_token(&vault, token_type), uuid, "{token_type}");
        assert!(!vault.host.has_written(), "nothing changed");
        succeeds(
            vault.update(json!({"tokenIds": [uuid], "expirationSecs": "0", "requestBody": {}})),
        );
        assert_eq!(card_token(&vault, token_type), uuid, "archived, and back to life");
        assert!(is_uuid(&rotate(&vault, &uuid)), "it never was card-shaped");

        let given = json!({
            "type": token_type, "token_id": "given", "scope": "s", "object": {"fields": card()},
        });
        assert_eq!(vault.token(given), "given");
        let mut one = request(token_type, card());
        one["scope"] = json!("s");
        assert_eq!(vault.token(one), "given");
    }
}

#[test]
fn equal_pci_data_twice_in_an_array_is_one_token_with_the_id_of_the_first() {
    for token_type in ["pci", "pci_oneway"] {
        let with = request(token_type, card());
        let without = json!({"type": token_type, "object": {"fields": card()}});
        let mut tagged = with.clone();
        tagged["tags"] = json!(["t"]);
        for (array, first_is_shaped) in [
            ([&with, &with, &with], true),
            ([&with, &without, &tagged], true),
            ([&without, &with, &tagged], false),
        ] {
            let vault = open();
            let made = ids(&succeeds(vault.tokenize(json!({"requestBody": array}))));
            assert_eq!(made, vec![made[0].clone(); 3]);
            assert_eq!(has_shape(&made[0], NUMBER), first_is_shaped);
            assert_eq!(is_uuid(&made[0]), !first_is_shaped);
            assert_eq!(vault.host.store.rows().len(), 1);
            let new = rotate(&vault, &made[0]);
            assert_eq!(has_shape(&new, NUMBER), first_is_shaped);
        }
        let vault = open();
        let mut given = without.clone();
        given["token_id"] = json!("given");
        let made = succeeds(vault.tokenize(json!({"requestBody": [given, with]})));
        assert_eq!(ids(&made), ["given", "given"]);
        let vault = open();
        assert_eq!(code(&vault.tokenize(json!({"requestBody": [with, given]}))), "VL3010");
    }
}
