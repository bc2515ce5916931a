//! What is answered of each token.

use super::*;

#[test]
fn search_answers_metadata_only() {
    let vault = TestVault::open();
    vault.host.set_time(START + 120);
    let answer = succeeds(vault.tokenize(json!({
        "xTenantId": ["acme"], "expirationSecs": "90",
        "requestBody": [{
            "type": "pci", "scope": "billing", "tags": ["b", "a"], "token_id": "mine",
            "ensure_unique_tenant_tags": ["b"], "object": {"fields": {"name": "Jane"}},
        }],
    })));
    assert_eq!(answer, json!([{"token_id": "mine"}]));
    vault.host.pass_seconds(60);
    assert_eq!(
        succeeds(vault.search(json!({"requestBody": {"token_ids": ["mine"]}}))),
        json!([{
            "type": "pci", "scope": "billing", "token_id": "mine",
            "tokens": [{
                "creation_time": "2024-11-08T15:00:00.120Z",
                "expiration_time": "2024-11-08T15:01:30.120Z",
                "effective_expiration_time": "2024-11-08T15:01:30.120Z",
                "effective_tenant_id": "acme",
                "tags": ["b", "a"],
            }],
        }])
    );
}

#[test]
fn a_token_without_expiry_tenant_tags_and_scope_has_null_nothing_an_empty_list_and_default() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        let id = vault.email_token(token_type);
        assert_eq!(
            succeeds(vault.search(json!({"requestBody": {"token_ids": [id]}}))),
            json!([{
                "type": token_type, "scope": "default", "token_id": id,
                "tokens": [{
                    "creation_time": "2024-11-08T15:00:00.000Z", "expiration_time": null,
                    "effective_expiration_time": null, "tags": [],
                }],
            }])
        );
    }
}

#[test]
fn the_answer_is_what_detokenize_says_beside_the_data() {
    let vault = TestVault::open();
    for token_type in ["pci", "randomized", "deterministic"] {
        let id = vault.token(json!({
            "type": token_type, "scope": "s", "tags": ["t"],
            "object": {"fields": {"name": "Jane", "_tenant_id": "acme"}},
        }));
        let request = json!({"tokenIds": [id], "expirationSecs": "70", "requestBody": {}});
        succeeds(vault.update(request));
        vault.host.pass_seconds(1);
        let answer = succeeds(vault.search(json!({"requestBody": {"token_ids": [id]}})));
        assert_eq!(answer, json!([vault.metadata(&id)]));
    }
}

#[test]
fn aggregated_data_comes_when_asked_for() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    named(&vault, "b", &json!([]));
    let request = json!({"tokenIds": ["b"], "expirationSecs": "90", "requestBody": {}});
    succeeds(vault.update(request));
    let body = json!({"token_ids": ["a", "b"]});
    let plain = succeeds(vault.search(json!({"requestBody": body})));
    let with = json!({"options": ["include_aggregated_data"], "requestBody": body});
    let aggregated = succeeds(vault.search(with));
    assert_eq!(plain[0].get("agg"), None);
    let mut expected = plain;
    expected[0]["agg"] = json!({"max_effective_expiration_time": null});
    expected[1]["agg"] = json!({"max_effective_expiration_time": "2024-11-08T15:01:30.000Z"});
    assert_eq!(aggregated, expected);
}

#[test]
fn aggregated_data_of_archived_tokens() {
    let vault = TestVault::open();
    named(&vault, "a", &json!([]));
    archive(&vault, "a");
    vault.host.pass_seconds(5);
    let options = json!(["archived", "include_aggregated_data"]);
    let answer =
        succeeds(vault.search(json!({"options": options, "requestBody": {"token_ids": ["a"]}})));
    let archived = "2024-11-08T15:00:00.000Z";
    assert_eq!(answer[0]["tokens"][0]["expiration_time"], archived);
    assert_eq!(answer[0]["agg"], json!({"max_effective_expiration_time": archived}));
}

#[test]
fn nothing_of_the_data_is_answered_or_decrypted() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        vault.token(json!({
            "type": token_type, "tags": ["t"], "object": {"fields": {"email": "secret@example.com"}},
        }));
    }
    // The last byte but the tag of each body, where there is one, is altered: who decrypts it, fails.
    for mut row in vault.host.store.rows() {
        let length: [u8; 4] = row.sealed.get(2..6).unwrap().try_into().unwrap();
        let body = 6 + usize::try_from(u32::from_be_bytes(length)).unwrap();
        if let Some(byte) = row.sealed.get_mut(body + 32) {
            *byte ^= 1;
        }
        vault.host.store.put(row);
    }
    assert_eq!(code(&vault.detokenize(json!({"tags": ["t"]}))), INTEGRITY);
    let answer = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
    assert_eq!(answer.as_array().unwrap().len(), 4);
    assert!(!answer.to_string().contains("secret"));
}

#[test]
fn a_token_whose_properties_the_collection_has_no_more_is_found() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"age": {"type": "INTEGER"}}}}),
        ..Setup::default()
    });
    assert_eq!(found(&narrower, &json!({"tags": ["t"]})), ["a"]);
}

#[test]
fn it_finds_tokens_under_every_key_of_the_keyring() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    named(&vault, "old", &json!(["t"]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    named(&later, "new", &json!(["t"]));
    assert_eq!(found(&later, &json!({"token_ids": ["old", "new"]})), ["old", "new"]);
    assert_eq!(found(&later, &json!({"tags": ["t"]})).len(), 2);
}
