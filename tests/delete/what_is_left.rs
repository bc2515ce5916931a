//! What is left of a deleted token: nothing.

use super::*;

#[test]
fn delete_answers_nothing() {
    let vault = vault_with_three();
    let request = json!({"collection": "customers", "reason": "Maintenance", "tokenIds": ["a"]});
    let request = request.to_string();
    let answer = pollster::block_on(vault.vault.call(&*vault.host, "tokens.delete", &request));
    assert!(answer.unwrap().is_empty());
}

#[test]
fn a_deleted_token_is_as_if_it_had_never_been() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        let id = vault.token(json!({
            "type": token_type, "tags": ["t"], "object": {"fields": {"email": "jane@example.com"}},
        }));
        succeeds(vault.delete(json!({"tokenIds": [id]})));
        assert!(vault.host.store.rows().is_empty(), "{token_type}");
        for options in [json!(["archived"]), json!(["include_aggregated_data"])] {
            for body in [json!({"token_ids": [id]}), json!({"tags": ["t"]})] {
                let request = json!({"options": options, "requestBody": body});
                assert_eq!(succeeds(vault.search(request)), json!([]));
            }
        }
        assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": [id]}))), json!([]));
        assert_eq!(code(&vault.rotate(json!({"tokenIds": [id]}))), "PV3087");
        let update = json!({"tokenIds": [id], "requestBody": {"tags": []}});
        assert_eq!(code(&vault.update(update)), "PV3009");
        assert_eq!(code(&vault.delete(json!({"tokenIds": [id]}))), "PV3009");
        assert_eq!(succeeds(vault.count(json!({})))["total"], 0);
    }
}

#[test]
fn the_token_id_is_free_again() {
    let vault = TestVault::open();
    let one = |token_type: &str, name: &str| json!({"type": token_type, "token_id": "mine", "object": {"fields": {"name": name}}});
    for token_type in ["randomized", "pci", "pci_oneway"] {
        vault.token(one(token_type, "Jane"));
        let taken = vault.tokenize(json!({"requestBody": [one("randomized", "Joe")]}));
        assert_eq!(code(&taken), "VL3010");
        let key = vault.host.store.rows().pop().unwrap().key;
        succeeds(vault.delete(json!({"tokenIds": ["mine"]})));
        vault.token(one("randomized", "Joe"));
        assert_eq!(vault.fields("mine"), json!({"name": "Joe"}));
        let anew = vault.row("mine");
        assert_ne!(anew.key, key, "row keys are never used again");
        assert_eq!(anew.version, 1);
        succeeds(vault.delete(json!({"tokenIds": ["mine"]})));
    }
}

#[test]
fn the_data_is_free_again() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let old = vault.email_token(token_type);
        let other = vault.token_of("pci", json!({"email": "joe@example.com"}));
        succeeds(vault.delete(json!({"tokenIds": [old]})));
        let new = vault.email_token(token_type);
        assert_ne!(new, old, "tokenizing the data again makes a new token");
        succeeds(vault.delete(json!({"tokenIds": [new]})));
        let moved = json!({"object": {"fields": {"email": "jane@example.com"}}});
        let moved = vault.update(json!({"tokenIds": [other], "requestBody": moved}));
        assert_eq!(code(&moved), "ok", "another token may take it");
    }
}

#[test]
fn a_deterministic_token_is_derived_afresh() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let old = vault.token(json!({"type": "deterministic", "tags": ["t"], "object": object}));
    vault.host.pass_seconds(60);
    succeeds(vault.delete(json!({"tokenIds": [old]})));
    assert_eq!(vault.email_token("deterministic"), old);
    let token = vault.metadata(&old)["tokens"][0].clone();
    assert_eq!(token["tags"], json!([]));
    assert_eq!(token["creation_time"], "2024-11-08T15:01:00.000Z");
}

#[test]
fn an_ensured_tag_is_free_again() {
    let vault = TestVault::open();
    let one = |name: &str, token_type: &str| {
        json!({
            "type": token_type, "token_id": name, "tags": ["only"],
            "ensure_unique_tenant_tags": ["only"], "object": {"fields": {"name": name}},
        })
    };
    vault.token(one("a", "randomized"));
    let taken = vault.tokenize(json!({"requestBody": [one("b", "pci")]}));
    assert_eq!(code(&taken), "VL3007");
    archive(&vault, "a");
    let archived = json!({"tags": ["only"], "options": ["archived"]});
    succeeds(vault.delete(archived));
    assert_eq!(vault.token(one("b", "pci")), "b");
}

#[test]
fn others_stay_as_they_were() {
    let vault = vault_with_three();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"transactionId": "t", "requestBody": [one]})));
    let key = vault.row("b").key;
    let mut expected = vault.host.store.rows();
    expected.retain(|row| row.key != key);
    succeeds(vault.delete(json!({"tokenIds": ["b"]})));
    assert_eq!(vault.host.store.rows(), expected, "transactions, too");
}

#[test]
fn all_go_in_one_batch_each_in_the_version_that_was_read() {
    let vault = vault_with_three();
    succeeds(vault.update(json!({"tokenIds": ["b"], "requestBody": {"tags": ["t", "u"]}})));
    let rows = vault.host.store.rows();
    vault.host.take_events();
    succeeds(vault.delete(json!({"tags": ["t"]})));
    let batches = vault.host.batches();
    assert_eq!(batches.len(), 1);
    let mut changes = batches.first().unwrap().clone();
    changes.sort_by_key(|change| change.key);
    for (change, row) in changes.iter().zip(&rows) {
        assert_eq!((change.key, change.expect), (row.key, Some(row.version)));
        assert!(change.row.is_none());
    }
    assert_eq!(changes.len(), 3);
}

#[test]
fn all_are_deleted_or_none() {
    let vault = vault_with_three();
    let other = Rc::clone(&vault);
    let before = vault.host.store.rows();
    vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
    assert_eq!(code(&other.delete(json!({"tags": ["t"]}))), "PV3218");
    vault.host.write_honestly();
    of_tenant(&vault, "e", "acme");
    let request = json!({"tokenIds": ["e", "a"], "xTenantId": ["acme"]});
    assert_eq!(code(&vault.delete(request)), "PV1006");
    succeeds(vault.delete(json!({"tokenIds": ["e"]})));
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn a_token_whose_data_is_damaged_or_has_no_more_type_can_be_deleted() {
    let vault = vault_with_three();
    let mut row = vault.row("a");
    let length: [u8; 4] = row.sealed.get(2..6).unwrap().try_into().unwrap();
    let body = 6 + usize::try_from(u32::from_be_bytes(length)).unwrap();
    *row.sealed.get_mut(body + 32).unwrap() ^= 1;
    vault.host.store.put(row);
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": ["a"]}))), INTEGRITY);
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"age": {"type": "INTEGER"}}}}),
        ..Setup::default()
    });
    succeeds(narrower.delete(json!({"tokenIds": ["a", "b"]})));
    assert_eq!(left(&vault), ["c"]);
}

#[test]
fn a_token_under_an_earlier_key_can_be_deleted() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    named(&vault, "a", &json!([]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    succeeds(later.delete(json!({"tokenIds": ["a"]})));
    assert!(vault.host.store.rows().is_empty());
}
