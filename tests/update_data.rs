//! Update of data, from fields and from ciphertext: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::START;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

/// A token for each type whose data may be updated.
const UPDATABLE: [&str; 3] = ["pci", "pci_oneway", "randomized"];

fn data_update(token_id: &str, fields: &Value) -> Value {
    json!({"tokenIds": [token_id], "requestBody": {"object": {"fields": fields}}})
}

fn encrypted_update(token_id: &str, encrypted: &Value) -> Value {
    json!({"tokenIds": [token_id], "requestBody": {"object": {"encrypted": encrypted}}})
}

fn tag_update(token_id: &str, tags: &[&str]) -> Value {
    json!({"tokenIds": [token_id], "requestBody": {"tags": tags}})
}

// Data.

#[test]
fn new_data_replaces_all_of_the_old() {
    for token_type in ["pci", "randomized"] {
        let vault = TestVault::open();
        let old = json!({"email": "jane@example.com", "name": "Jane Doe"});
        let id = vault.token_of(token_type, old);
        succeeds(vault.update(data_update(&id, &json!({"ssn": "123-45-6789"}))));
        assert_eq!(vault.fields(&id), json!({"ssn": "123-45-6789"}), "{token_type}");
    }
}

#[test]
fn id_type_scope_tags_expiry_tenant_and_creation_time_stay() {
    for token_type in ["pci", "randomized"] {
        let vault = TestVault::open();
        let answer = succeeds(vault.tokenize(json!({
            "xTenantId": ["acme"], "expirationSecs": "1000",
            "requestBody": [{
                "type": token_type, "scope": "billing", "tags": ["a", "b"],
                "object": {"fields": {"email": "jane@example.com"}},
            }],
        })));
        let id = answer[0]["token_id"].as_str().unwrap();
        let before = vault.metadata(id);
        vault.host.pass_seconds(77);
        succeeds(vault.update(data_update(id, &json!({"email": "joe@example.com"}))));
        assert_eq!(vault.metadata(id), before);
        assert_eq!(vault.fields(id), json!({"email": "joe@example.com"}));
    }
}

#[test]
fn a_data_update_of_several_tokens_is_vl3001() {
    let vault = TestVault::open();
    let ids = [vault.email_token("randomized"), vault.email_token("randomized")];
    let result = vault.update(json!({
        "tokenIds": ids, "requestBody": {"object": {"fields": {"email": "joe@example.com"}}},
    }));
    assert_eq!(code(&result), "VL3001");
    let result = vault.update(json!({
        "tokenIds": [ids.first().unwrap(), "unknown"],
        "requestBody": {"object": {"fields": {"email": "joe@example.com"}}},
    }));
    assert_eq!(code(&result), "ok", "what counts is how many are matched");
}

#[test]
fn a_data_update_by_a_tag_that_one_token_has_succeeds() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "jane@example.com"}});
    let id = vault.token(json!({"type": "randomized", "tags": ["t"], "object": object}));
    succeeds(vault.update(json!({
        "tags": ["t"], "requestBody": {"object": {"fields": {"email": "joe@example.com"}}},
    })));
    assert_eq!(vault.fields(&id), json!({"email": "joe@example.com"}));
}

#[test]
fn a_data_update_of_a_deterministic_token_is_vl3002() {
    let vault = TestVault::open();
    let id = vault.email_token("deterministic");
    let result = vault.update(data_update(&id, &json!({"email": "joe@example.com"})));
    assert_eq!(code(&result), "VL3002");
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
}

#[test]
fn a_data_update_of_each_other_type_succeeds() {
    for token_type in UPDATABLE {
        let vault = TestVault::open();
        let id = vault.email_token(token_type);
        let result = vault.update(data_update(&id, &json!({"email": "joe@example.com"})));
        assert_eq!(code(&result), "ok", "{token_type}");
    }
}

#[test]
fn a_pci_oneway_token_keeps_no_body_after_a_data_update() {
    let vault = TestVault::open();
    let id = vault.email_token("pci_oneway");
    let before = vault.row(&id).sealed.len();
    let long = json!({"name": "x".repeat(10_000)});
    succeeds(vault.update(data_update(&id, &long)));
    assert_eq!(vault.row(&id).sealed.len(), before);
}

#[test]
fn the_reuse_of_pci_tokens_follows_the_data() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let id = vault.email_token(token_type);
        succeeds(vault.update(data_update(&id, &json!({"email": "joe@example.com"}))));
        let new = vault.token_of(token_type, json!({"email": "joe@example.com"}));
        let old = vault.token_of(token_type, json!({"email": "jane@example.com"}));
        assert_eq!(new, id, "tokenizing the new data gives this ID");
        assert_ne!(old, id, "tokenizing the old data gives a new one");
    }
}

#[test]
fn data_that_another_token_holds_in_that_scope_is_vl3006_and_nothing_changes() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let id = vault.email_token(token_type);
        vault.token_of(token_type, json!({"email": "joe@example.com"}));
        let before = vault.host.store.rows();
        let result = vault.update(json!({
            "tokenIds": [id], "expirationSecs": "10",
            "requestBody": {"tags": ["a"], "object": {"fields": {"email": "joe@example.com"}}},
        }));
        assert_eq!(code(&result), "VL3006", "{token_type}");
        assert_eq!(vault.host.store.rows(), before);
    }
}

#[test]
fn data_that_an_archived_token_holds_is_vl3006_too() {
    let vault = TestVault::open();
    let id = vault.email_token("pci");
    let other = vault.token_of("pci", json!({"email": "joe@example.com"}));
    succeeds(vault.update(json!({"tokenIds": [other], "expirationSecs": "0", "requestBody": {}})));
    let result = vault.update(data_update(&id, &json!({"email": "joe@example.com"})));
    assert_eq!(code(&result), "VL3006");
}

#[test]
fn data_held_in_another_scope_tenant_type_or_collection_is_free() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "joe@example.com"}});
    vault.token(json!({"type": "pci", "scope": "other", "object": object}));
    vault.token(json!({"type": "pci_oneway", "object": object}));
    let one = json!({"type": "pci", "object": object});
    succeeds(vault.tokenize(json!({"xTenantId": ["acme"], "requestBody": [one]})));
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let id = vault.email_token("pci");
    let result = vault.update(data_update(&id, &json!({"email": "joe@example.com"})));
    assert_eq!(code(&result), "ok");
}

#[test]
fn two_randomized_tokens_may_hold_the_same_data() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    vault.token_of("randomized", json!({"email": "joe@example.com"}));
    let result = vault.update(data_update(&id, &json!({"email": "joe@example.com"})));
    assert_eq!(code(&result), "ok");
}

#[test]
fn data_and_metadata_in_one_request_land_together() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    vault.host.take_events();
    succeeds(vault.update(json!({
        "tokenIds": [id], "expirationSecs": "10",
        "requestBody": {"tags": ["a"], "object": {"fields": {"email": "joe@example.com"}}},
    })));
    assert_eq!(vault.host.batches().iter().map(Vec::len).collect::<Vec<usize>>(), [1]);
    assert_eq!(vault.fields(&id), json!({"email": "joe@example.com"}));
    assert_eq!(vault.tags(&id), json!(["a"]));
    assert_eq!(vault.row(&id).expires_at, Some(START + 10_000));
}

#[test]
fn data_and_metadata_in_one_request_fail_together() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let other = vault.email_token("randomized");
    succeeds(vault.update(tag_update(&other, &["t"])));
    let before = vault.host.store.rows();
    let result = vault.update(json!({
        "tokenIds": [id],
        "requestBody": {
            "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
            "object": {"fields": {"email": "joe@example.com"}},
        },
    }));
    assert_eq!(code(&result), "VL3007");
    assert_eq!(vault.host.store.rows(), before);
}

// The object of a data update.

#[test]
fn an_object_has_exactly_one_form() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let fields = json!({"email": "joe@example.com"});
    for object in [
        json!({}),
        json!({"fields": fields, "encrypted": {"ciphertext": "AA=="}}),
        json!({"fields": fields, "id": "1"}),
        json!({"fields": fields, "request_index": 0}),
        json!({"encrypted": {"ciphertext": "AA=="}, "id": "1"}),
        json!({"fields": null}),
        json!({"fields": fields, "encrypted": null}),
    ] {
        let result =
            vault.update(json!({"tokenIds": [id], "requestBody": {"object": object.clone()}}));
        assert_eq!(code(&result), "PV1012", "{object}");
    }
}

#[test]
fn an_object_id_is_pv2001() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let result = vault.update(json!({"tokenIds": [id], "requestBody": {"object": {"id": "1"}}}));
    assert_eq!(code(&result), "PV2001");
    let result = vault.update(json!({"tokenIds": [id], "requestBody": {"object": {"id": null}}}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody.object.id");
}

#[test]
fn a_request_index_is_pv1012_where_there_is_no_request_array() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let result =
        vault.update(json!({"tokenIds": [id], "requestBody": {"object": {"request_index": 0}}}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody.object.request_index");
}

#[test]
fn a_tenant_in_the_fields_of_an_update_is_pv1012() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let fields = json!({"_tenant_id": "acme", "email": "joe@example.com"});
    assert_eq!(code(&vault.update(data_update(&id, &fields))), "PV1012");
}

#[test]
fn several_tenants_may_be_listed_for_a_data_update_of_one_of_them() {
    let vault = TestVault::open();
    let fields = json!({"_tenant_id": "acme", "email": "jane@example.com"});
    let made = succeeds(vault.tokenize(json!({
        "xTenantId": ["acme", "globex"],
        "requestBody": [{"type": "randomized", "object": {"fields": fields}}],
    })));
    let mut update =
        data_update(made[0]["token_id"].as_str().unwrap(), &json!({"email": "new@example.com"}));
    update["xTenantId"] = json!(["globex", "acme"]);
    succeeds(vault.update(update.clone()));
    update["xTenantId"] = json!(["globex", "initech"]);
    assert_eq!(code(&vault.update(update)), "PV1006");
}

#[test]
fn props_pick_which_properties_become_the_new_data() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    succeeds(vault.update(json!({
        "tokenIds": [id],
        "requestBody": {
            "props": ["name"],
            "object": {"fields": {"name": "Joe Doe", "email": "joe@example.com"}},
        },
    })));
    assert_eq!(vault.fields(&id), json!({"name": "Joe Doe"}));
}

#[test]
fn props_that_the_fields_lack_or_hold_as_null_are_left_out() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let object = json!({"fields": {"name": "Joe Doe", "nickname": null}});
    let update = |props: Value| {
        vault.update(json!({"tokenIds": [id], "requestBody": {"props": props, "object": object}}))
    };
    succeeds(update(json!(["name", "ssn", "nickname"])));
    assert_eq!(vault.fields(&id), json!({"name": "Joe Doe"}));
    for nothing in [json!(["ssn"]), json!(["nickname", "ssn"])] {
        let result = update(nothing);
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody.object");
    }
    assert_eq!(vault.fields(&id), json!({"name": "Joe Doe"}));
}

#[test]
fn all_of_the_fields_is_checked_picked_or_not() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for (fields, expected) in [
        (json!({"name": "Joe", "email": "no address"}), "PV3002"),
        (json!({"name": "Joe", "ssn": null}), "PV3002"),
        (json!({"name": "Joe", "unknown": 1}), "PV3004"),
    ] {
        let body = json!({"props": ["name"], "object": {"fields": fields}});
        let result = vault.update(json!({"tokenIds": [id], "requestBody": body}));
        assert_eq!(code(&result), expected, "{body}");
    }
}

#[test]
fn props_unknown_to_the_collection_are_pv3004() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for prop in ["unknown", "not a name"] {
        let result = vault.update(json!({
            "tokenIds": [id],
            "requestBody": {"props": [prop], "object": {"fields": {"name": "Joe Doe"}}},
        }));
        assert_eq!(code(&result), "PV3004");
    }
}

#[test]
fn an_empty_list_of_props_is_pv1012() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let result = vault.update(json!({
        "tokenIds": [id], "requestBody": {"props": [], "object": {"fields": {"name": "Joe Doe"}}},
    }));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody.props");
}

// From ciphertext.

#[test]
fn data_comes_from_ciphertext_with_props_and_another_scope() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "joe@example.com", "name": "Joe", "ssn": "123456789"}});
    for encryption_type in ["randomized", "deterministic"] {
        for token_type in ["pci", "randomized"] {
            let ciphertext = vault.ciphertext(json!({
                "type": encryption_type, "scope": "elsewhere", "object": object,
            }));
            let id = vault.token_of(token_type, json!({"phone": "5550100"}));
            let scope = vault.metadata(&id)["scope"].clone();
            succeeds(vault.update(json!({
                "tokenIds": [id],
                "requestBody": {
                    "props": ["email", "ssn"],
                    "object": {"encrypted": {"ciphertext": ciphertext, "scope": "elsewhere"}},
                },
            })));
            let new = json!({"email": "joe@example.com", "ssn": "123456789"});
            assert_eq!(vault.fields(&id), new);
            assert_eq!(vault.metadata(&id)["scope"], scope, "the token keeps its own scope");
            let row = vault.row(&id);
            vault.host.store.remove(&row.key);
        }
    }
}

#[test]
fn the_reuse_of_pci_tokens_follows_data_from_ciphertext() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "joe@example.com"}});
    let ciphertext = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    let id = vault.email_token("pci");
    succeeds(vault.update(encrypted_update(&id, &json!({"ciphertext": ciphertext}))));
    assert_eq!(vault.token_of("pci", json!({"email": "joe@example.com"})), id);
}

#[test]
fn a_scope_that_is_not_given_is_the_one_the_ciphertext_carries() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "joe@example.com"}});
    let ciphertext = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    let id = vault.email_token("randomized");
    let result = vault.update(encrypted_update(&id, &json!({"ciphertext": ciphertext})));
    assert_eq!(code(&result), "ok");
}

#[test]
fn a_scope_that_is_not_the_ciphertexts_is_vl3004() {
    let vault = TestVault::open();
    let object = json!({"fields": {"email": "joe@example.com"}});
    let ciphertext = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    let id = vault.email_token("randomized");
    let encrypted = json!({"ciphertext": ciphertext, "scope": "default"});
    assert_eq!(code(&vault.update(encrypted_update(&id, &encrypted))), "VL3004");
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
}

#[test]
fn ciphertext_is_taken_in_standard_and_url_safe_base64_with_or_without_padding() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    for length in 0..12 {
        let name = "x".repeat(length + 1);
        let ciphertext = vault.ciphertext(json!({"object": {"fields": {"name": name}}}));
        let url_safe = ciphertext.replace('+', "-").replace('/', "_");
        for text in [&ciphertext, &url_safe] {
            for text in [text.as_str(), text.trim_end_matches('=')] {
                let result = vault.update(encrypted_update(&id, &json!({"ciphertext": text})));
                assert_eq!(code(&result), "ok", "{text}");
                assert_eq!(vault.fields(&id), json!({"name": name}));
            }
        }
    }
}

#[test]
fn ciphertext_that_does_not_open_is_vl3003_with_one_message_for_all() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let object = json!({"fields": {"email": "joe@example.com"}});
    let whole = vault.ciphertext(json!({"object": object}));
    let foreign = TestVault::with(&Setup::keys("2031", &["2031"]));
    let elsewhere = succeeds(vault.encrypt(json!({
        "collection": "partners", "requestBody": [{"object": object}],
    })));
    let mut texts = vec![
        String::new(),
        "AA==".to_owned(),
        "not base64!".to_owned(),
        format!("{whole}\n"),
        format!(" {whole}"),
        format!("{whole}===="),
        whole.get(..whole.len() / 2).unwrap().to_owned(),
        foreign.ciphertext(json!({"object": object})),
        elsewhere[0]["ciphertext"].as_str().unwrap().to_owned(),
    ];
    texts.extend((0..whole.len()).step_by(5).map(|at| altered_base64(&whole, at)));
    let mut messages: Vec<String> = texts
        .iter()
        .map(|text| {
            let error =
                vault.update(encrypted_update(&id, &json!({"ciphertext": text}))).unwrap_err();
            assert_eq!(error.code(), "VL3003", "{text}");
            serde_json::to_string(&error).unwrap()
        })
        .collect();
    messages.dedup();
    assert_eq!(messages.len(), 1);
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
}

/// Base64 text with the character at this place another one.
fn altered_base64(text: &str, at: usize) -> String {
    let another = |(place, character): (usize, char)| match character {
        '=' => '=',
        _ if place != at => character,
        'A' => 'B',
        _ => 'A',
    };
    let altered: String = text.char_indices().map(another).collect();
    if altered == text { format!("A{text}") } else { altered }
}

#[test]
fn a_sealed_body_or_head_is_no_ciphertext() {
    use base64ct::Encoding;
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let sealed = vault.row(&id).sealed;
    let head_length =
        usize::from(*sealed.get(5).unwrap()) + 256 * usize::from(*sealed.get(4).unwrap());
    let (first, body) = sealed.split_at(6 + head_length);
    for part in [first.get(6..).unwrap(), body] {
        let mut bytes = vec![1];
        bytes.extend_from_slice(part);
        let text = base64ct::Base64::encode_string(&bytes);
        let result = vault.update(encrypted_update(&id, &json!({"ciphertext": text})));
        assert_eq!(code(&result), "VL3003");
    }
}

#[test]
fn a_ciphertext_whose_expiry_has_come_is_pv3233() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let answer = succeeds(vault.encrypt(json!({
        "expirationSecs": "10",
        "requestBody": [{"object": {"fields": {"email": "joe@example.com"}}}],
    })));
    let encrypted = json!({"ciphertext": answer[0]["ciphertext"]});
    vault.host.set_time(START + 10_000);
    assert_eq!(code(&vault.update(encrypted_update(&id, &encrypted))), "PV3233");
    vault.host.set_time(START + 9_999);
    assert_eq!(code(&vault.update(encrypted_update(&id, &encrypted))), "ok");
}

#[test]
fn props_that_the_ciphertext_does_not_hold_are_left_out() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let ciphertext = vault.ciphertext(json!({"object": {"fields": {"email": "joe@example.com"}}}));
    let update = |props: Value| {
        let object = json!({"encrypted": {"ciphertext": ciphertext}});
        vault.update(json!({"tokenIds": [id], "requestBody": {"props": props, "object": object}}))
    };
    succeeds(update(json!(["ssn", "email"])));
    assert_eq!(vault.fields(&id), json!({"email": "joe@example.com"}));
    assert_eq!(code(&update(json!(["ssn"]))), "PV1012");
}

#[test]
fn a_ciphertexts_own_tags_and_expiry_do_not_pass_to_the_token() {
    let vault = TestVault::open();
    let id = vault.email_token("randomized");
    let answer = succeeds(vault.encrypt(json!({
        "expirationSecs": "10",
        "requestBody": [{"tags": ["sealed"], "object": {"fields": {"email": "joe@example.com"}}}],
    })));
    let encrypted = json!({"ciphertext": answer[0]["ciphertext"]});
    let before = vault.metadata(&id);
    succeeds(vault.update(encrypted_update(&id, &encrypted)));
    assert_eq!(vault.metadata(&id), before);
}

#[test]
fn a_ciphertext_under_an_earlier_key_still_opens() {
    let before = TestVault::with(&Setup::keys("2025", &["2025"]));
    let ciphertext = before.ciphertext(json!({"object": {"fields": {"email": "joe@example.com"}}}));
    let vault = TestVault::with(&Setup::keys("2026", &["2025", "2026"]));
    let id = vault.email_token("randomized");
    succeeds(vault.update(encrypted_update(&id, &json!({"ciphertext": ciphertext}))));
    assert_eq!(vault.fields(&id), json!({"email": "joe@example.com"}));
}
