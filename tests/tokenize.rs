//! Tokenize: every rule of the specification's section, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::START;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};

const ALL_TYPES: [&str; 4] = ["pci", "pci_oneway", "randomized", "deterministic"];
/// Types whose existing token is found by its data.
const REUSED: [&str; 3] = ["pci", "pci_oneway", "deterministic"];

fn jane() -> Value {
    json!({"fields": {"email": "jane@example.com"}})
}

fn joe() -> Value {
    json!({"fields": {"email": "joe@example.com"}})
}

fn ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap()).collect()
}

fn version(token_id: &str) -> usize {
    uuid::Uuid::try_parse(token_id).unwrap().get_version_num()
}

// The array.

#[test]
fn an_array_is_answered_in_order() {
    let vault = TestVault::open();
    let one = |name: &str| json!({"type": "randomized", "token_id": name, "object": jane()});
    // So many that no order of random row keys is theirs.
    let names = ["c", "a", "x", "b", "o", "y", "m", "f", "z", "e"];
    let answer = succeeds(vault.tokenize(json!({"requestBody": names.map(one)})));
    assert_eq!(ids(&answer), names);
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    vault.token(json!({"type": "randomized", "token_id": "taken", "object": jane()}));
    let before = vault.host.store.rows();
    let result = vault.tokenize(json!({"requestBody": [
        {"type": "randomized", "object": joe()},
        {"type": "randomized", "token_id": "taken", "object": joe()},
    ]}));
    assert_eq!(code(&result), "VL3010");
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn the_same_given_id_for_two_of_them_is_vl3010() {
    for token_type in ["pci", "pci_oneway", "randomized"] {
        let vault = TestVault::open();
        let result = vault.tokenize(json!({"requestBody": [
            {"type": token_type, "token_id": "same", "object": jane()},
            {"type": token_type, "token_id": "same", "object": joe()},
        ]}));
        assert_eq!(code(&result), "VL3010", "{token_type}");
    }
}

#[test]
fn the_same_ensured_tag_for_two_of_them_is_vl3007() {
    let vault = TestVault::open();
    let one = |object: Value| {
        json!({
            "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"], "object": object,
        })
    };
    let result = vault.tokenize(json!({"requestBody": [one(jane()), one(joe())]}));
    assert_eq!(code(&result), "VL3007");
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn a_tag_ensured_for_one_and_given_to_another_is_vl3007() {
    for first in [true, false] {
        let vault = TestVault::open();
        let ensuring = json!({
            "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"], "object": jane(),
        });
        let giving = json!({"type": "randomized", "tags": ["t"], "object": joe()});
        let body = if first { [ensuring, giving] } else { [giving, ensuring] };
        assert_eq!(code(&vault.tokenize(json!({"requestBody": body}))), "VL3007");
    }
}

#[test]
fn an_ensured_tag_on_another_token_is_vl3007() {
    let vault = TestVault::open();
    vault.token(json!({"type": "randomized", "tags": ["t"], "object": jane()}));
    for token_type in ALL_TYPES {
        let result = vault.tokenize(json!({"requestBody": [{
            "type": token_type, "tags": ["t"], "ensure_unique_tenant_tags": ["t"], "object": joe(),
        }]}));
        assert_eq!(code(&result), "VL3007", "{token_type}");
    }
}

#[test]
fn an_ensured_tag_on_an_archived_token_is_vl3007() {
    for ensured in [json!([]), json!(["t"])] {
        let vault = TestVault::open();
        let one = json!({
            "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ensured, "object": jane(),
        });
        succeeds(vault.tokenize(json!({"expirationSecs": "0", "requestBody": [one]})));
        for token_type in ALL_TYPES {
            let result = vault.tokenize(json!({"requestBody": [{
                "type": token_type, "tags": ["t"], "ensure_unique_tenant_tags": ["t"], "object": joe(),
            }]}));
            assert_eq!(code(&result), "VL3007", "{token_type}");
        }
    }
}

#[test]
fn the_same_ensured_tag_in_two_tenants_is_two_tags() {
    let vault = TestVault::open();
    let one = |tenant: &str| {
        json!({
            "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
            "object": {"fields": {"_tenant_id": tenant, "email": "jane@example.com"}},
        })
    };
    let result = vault.tokenize(json!({"requestBody": [one("acme"), one("bolt")]}));
    assert_eq!(code(&result), "ok");
}

#[test]
fn a_request_index_shares_another_requests_object() {
    let vault = TestVault::open();
    let answer = succeeds(vault.tokenize(json!({"requestBody": [
        {"type": "randomized", "object": {"request_index": 1}, "props": ["name"]},
        {"type": "randomized", "object": {"fields": {"name": "Jane", "email": "jane@example.com"}}},
        {"type": "pci", "object": {"request_index": 1}},
    ]})));
    let fields: Vec<Value> = ids(&answer).iter().map(|id| vault.fields(id)).collect();
    let whole = json!({"name": "Jane", "email": "jane@example.com"});
    assert_eq!(fields, [json!({"name": "Jane"}), whole.clone(), whole]);
}

#[test]
fn a_request_index_shares_a_ciphertext_too() {
    let vault = TestVault::open();
    let ciphertext = vault.ciphertext(json!({"object": jane()}));
    let answer = succeeds(vault.tokenize(json!({"requestBody": [
        {"type": "randomized", "object": {"encrypted": {"ciphertext": ciphertext}}},
        {"type": "randomized", "object": {"request_index": 0}},
    ]})));
    for id in ids(&answer) {
        assert_eq!(vault.fields(id), json!({"email": "jane@example.com"}));
    }
}

#[test]
fn a_bad_request_index_is_pv1012() {
    let vault = TestVault::open();
    for index in
        [json!(0), json!(2), json!(3), json!(-1), json!(0.5), json!("1"), json!(null), json!(1e300)]
    {
        let result = vault.tokenize(json!({"requestBody": [
            {"type": "randomized", "object": {"request_index": index}},
            {"type": "randomized", "object": jane()},
            {"type": "randomized", "object": {"request_index": 1}},
        ]}));
        assert_eq!(code(&result), "PV1012", "{index}");
        assert_eq!(context(&result, "field"), "requestBody[0].object.request_index");
    }
}

// What is not there.

#[test]
fn pointers_stored_objects_object_ids_and_global_pci_tokens_are_pv2001() {
    let vault = TestVault::open();
    for one in [
        json!({"type": "pointer", "object": jane()}),
        json!({"type": "randomized", "store_object": true, "object": jane()}),
        json!({"type": "randomized", "object": {"id": "1"}}),
        json!({"type": "pci", "scope": "global:x", "object": jane()}),
        json!({"type": "pci_oneway", "scope": "global:x", "object": jane()}),
    ] {
        let result = vault.tokenize(json!({"requestBody": [one.clone()]}));
        assert_eq!(code(&result), "PV2001", "{one}");
    }
    let stored = json!({"type": "randomized", "store_object": false, "object": jane()});
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [stored]}))), "ok");
}

#[test]
fn half_of_the_card_template_or_a_template_beside_a_given_id_is_pv1012() {
    let vault = TestVault::open();
    let card = json!({"fields": {"card": "4111111111111111"}});
    for one in [
        json!({"type": "pci", "fptemplate": "primary_account_number", "object": card}),
        json!({"type": "pci", "fpprops": ["card"], "object": card}),
        json!({
            "type": "pci", "fptemplate": "primary_account_number", "fpprops": ["card"],
            "token_id": "given", "object": card,
        }),
    ] {
        let result = vault.tokenize(json!({"requestBody": [one.clone()]}));
        assert_eq!(code(&result), "PV1012", "{one}");
    }
}

#[test]
fn an_unknown_or_missing_type_is_pv1012() {
    let vault = TestVault::open();
    for one in [json!({"type": "PCI", "object": jane()}), json!({"object": jane()})] {
        let result = vault.tokenize(json!({"requestBody": [one]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[0].type");
    }
}

#[test]
fn a_missing_object_is_pv1012() {
    let vault = TestVault::open();
    let result = vault.tokenize(json!({"requestBody": [{"type": "pci"}]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody[0].object");
}

// Randomized.

#[test]
fn a_randomized_token_gets_a_new_random_uuid_each_time() {
    let vault = TestVault::open();
    let (first, second) = (vault.email_token("randomized"), vault.email_token("randomized"));
    assert_ne!(first, second);
    assert_eq!((version(&first), version(&second)), (4, 4));
}

#[test]
fn a_given_id_must_be_free_else_vl3010() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "token_id": "given", "object": jane()});
    assert_eq!(vault.token(one.clone()), "given");
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [one]}))), "VL3010");
    succeeds(
        vault.update(json!({"tokenIds": ["given"], "expirationSecs": "0", "requestBody": {}})),
    );
    let again = json!({"type": "pci", "token_id": "given", "object": joe()});
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [again]}))), "VL3010", "archived or not");
}

#[test]
fn the_same_given_id_in_another_collection_is_free() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "token_id": "given", "object": jane()});
    vault.token(one.clone());
    let result = vault.tokenize(json!({"collection": "partners", "requestBody": [one]}));
    assert_eq!(code(&result), "ok");
}

#[test]
fn a_given_id_of_the_shape_of_a_version_8_uuid_is_pv1012_for_every_type_but_deterministic() {
    let vault = TestVault::open();
    let derived = vault.email_token("deterministic");
    assert_eq!(version(&derived), 8);
    for token_type in ["pci", "pci_oneway", "randomized"] {
        for id in [derived.clone(), derived.to_uppercase()] {
            let result = vault.tokenize(json!({"requestBody": [
                {"type": token_type, "token_id": id, "object": jane()},
            ]}));
            assert_eq!(code(&result), "PV1012", "{token_type}");
            assert_eq!(context(&result, "field"), "requestBody[0].token_id");
        }
    }
}

// Reuse.

#[test]
fn the_same_pci_data_gives_the_same_id() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let first = vault.token_of(token_type, json!({"name": "Jane", "age": 7}));
        assert_eq!(version(&first), 4);
        assert_eq!(vault.token_of(token_type, json!({"age": 7, "name": "Jane"})), first);
        assert_eq!(vault.token_of(token_type, json!({"age": 7.0, "name": "Jane"})), first);
        assert_ne!(vault.token_of(token_type, json!({"age": 7, "name": "jane"})), first);
        assert_ne!(vault.token_of(token_type, json!({"age": 7, "name": "Jane "})), first);
        assert_ne!(vault.token_of(token_type, json!({"name": "Jane"})), first);
    }
}

#[test]
fn the_same_pci_data_in_the_same_array_gives_the_same_id() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let answer = succeeds(vault.tokenize(json!({"requestBody": [
            {"type": token_type, "tags": ["a"], "object": jane()},
            {"type": token_type, "tags": ["b"], "object": jane()},
        ]})));
        let ids = ids(&answer);
        assert_eq!(ids.first(), ids.last());
        assert_eq!(vault.host.store.rows().len(), 1);
        let both = json!({"tags": ["a", "b"], "requestBody": {"tags": []}});
        assert_eq!(code(&vault.update(both)), "ok");
    }
}

#[test]
fn type_collection_tenant_and_scope_tell_reused_tokens_apart() {
    let vault = TestVault::open();
    let mut seen = Vec::new();
    for token_type in REUSED {
        for collection in ["customers", "partners"] {
            for tenant in [None, Some("acme")] {
                for scope in ["default", "other"] {
                    let one = json!({"type": token_type, "scope": scope, "object": jane()});
                    let mut request = json!({"collection": collection, "requestBody": [one]});
                    if let Some(tenant) = tenant {
                        request["xTenantId"] = json!([tenant]);
                    }
                    let first = succeeds(vault.tokenize(request.clone()));
                    assert_eq!(succeeds(vault.tokenize(request)), first);
                    seen.push(first[0]["token_id"].as_str().unwrap().to_owned());
                }
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 24);
}

#[test]
fn an_existing_tokens_tags_gain_the_new_ones() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let one = |tags: Value| json!({"type": token_type, "tags": tags, "object": jane()});
        let id = vault.token(one(json!(["a", "b"])));
        assert_eq!(vault.token(one(json!(["b", "c"]))), id);
        let all = json!({"tags": ["a", "b", "c"], "requestBody": {"tags": ["found"]}});
        assert_eq!(code(&vault.update(all)), "ok", "{token_type}");
    }
}

#[test]
fn more_tags_than_the_most_through_reuse_are_pv1012() {
    for token_type in REUSED {
        let vault = TestVault::with(&Setup::settings(json!({"maxTags": 3})));
        let one = |tags: Value| json!({"type": token_type, "tags": tags, "object": jane()});
        vault.token(one(json!(["a", "b"])));
        let result = vault.tokenize(json!({"requestBody": [one(json!(["c", "d"]))]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[0].tags");
        assert_eq!(vault.token(one(json!(["a", "b", "c"]))).len(), 36, "three are not too many");
    }
}

#[test]
fn a_token_with_more_tags_than_the_most_is_reused_as_long_as_it_gains_none() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let one = |tags: Value| json!({"type": token_type, "tags": tags, "object": jane()});
        let id = vault.token(one(json!(["a", "b", "c"])));
        let lowered = vault.beside(&Setup::settings(json!({"maxTags": 2})));
        assert_eq!(lowered.token(one(json!([]))), id, "{token_type}");
        assert_eq!(lowered.token(one(json!(["c", "a"]))), id, "{token_type}");
        let gaining = lowered.tokenize(json!({"requestBody": [one(json!(["d"]))]}));
        assert_eq!(code(&gaining), "PV1012", "{token_type}");
    }
}

#[test]
fn an_existing_tokens_expiry_becomes_the_given_one_even_if_earlier() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let tokenize = |expiration: &str| {
            let one = json!({"type": token_type, "object": jane()});
            succeeds(vault.tokenize(json!({"expirationSecs": expiration, "requestBody": [one]})));
            vault.host.store.rows().first().unwrap().expires_at
        };
        assert_eq!(tokenize("100"), Some(START + 100_000));
        assert_eq!(tokenize("10"), Some(START + 10_000));
        assert_eq!(tokenize(""), None);
        assert_eq!(tokenize("5"), Some(START + 5_000));
        assert_eq!(vault.host.store.rows().len(), 1);
    }
}

#[test]
fn an_existing_tokens_expiry_becomes_the_default_if_that_is_later() {
    for token_type in REUSED {
        let one = json!({"type": token_type, "object": jane()});
        let tokenize = |vault: &TestVault, request: Value| {
            succeeds(vault.tokenize(request));
            vault.host.store.rows().first().unwrap().expires_at
        };
        let vault = TestVault::with(&Setup::settings(json!({"tokenTtlSecs": 50})));
        let request = json!({"requestBody": [one]});
        let with = |expiration: &str| json!({"requestBody": [one], "expirationSecs": expiration});
        assert_eq!(tokenize(&vault, with("10")), Some(START + 10_000));
        assert_eq!(tokenize(&vault, request.clone()), Some(START + 50_000), "the default is later");
        assert_eq!(tokenize(&vault, with("100")), Some(START + 100_000));
        assert_eq!(
            tokenize(&vault, request.clone()),
            Some(START + 100_000),
            "the default is earlier"
        );
        assert_eq!(tokenize(&vault, with("")), None);
        assert_eq!(tokenize(&vault, request.clone()), None, "never is later than any time");
        let endless = vault.beside(&Setup::default());
        assert_eq!(tokenize(&vault, with("10")), Some(START + 10_000));
        assert_eq!(tokenize(&endless, request), None, "a default of never is later than any time");
    }
}

#[test]
fn an_archived_token_comes_back_to_life() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let one = json!({"type": token_type, "object": jane()});
        let id = vault.token(one.clone());
        succeeds(vault.update(json!({"tokenIds": [id], "expirationSecs": "0", "requestBody": {}})));
        vault.host.pass_seconds(5);
        assert_eq!(vault.token(one), id);
        assert_eq!(vault.row(&id).expires_at, None);
    }
}

#[test]
fn what_changes_nothing_writes_nothing() {
    for token_type in REUSED {
        let vault = TestVault::open();
        let one = json!({
            "type": token_type, "tags": ["a"], "ensure_unique_tenant_tags": ["a"], "object": jane(),
        });
        let id = vault.token(one.clone());
        vault.host.take_events();
        assert_eq!(vault.token(one), id);
        assert!(!vault.host.has_written(), "{token_type}");
    }
}

#[test]
fn creation_time_and_data_of_an_existing_token_stay() {
    for token_type in ["pci", "deterministic"] {
        let vault = TestVault::open();
        let id = vault.email_token(token_type);
        let created = vault.metadata(&id)["tokens"][0]["creation_time"].clone();
        vault.host.pass_seconds(60);
        vault.token(json!({"type": token_type, "tags": ["new"], "object": jane()}));
        assert_eq!(vault.metadata(&id)["tokens"][0]["creation_time"], created);
        assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
    }
}

#[test]
fn a_given_id_must_equal_the_existing_one_else_vl3010() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = TestVault::open();
        let one = |id: &str| {
            json!({"requestBody": [
                {"type": token_type, "token_id": id, "object": jane()},
            ]})
        };
        assert_eq!(code(&vault.tokenize(one("mine"))), "ok", "{token_type}");
        assert_eq!(code(&vault.tokenize(one("mine"))), "ok");
        assert_eq!(code(&vault.tokenize(one("other"))), "VL3010");
        assert_eq!(vault.email_token(token_type), "mine");
        let elsewhere = json!({"requestBody": [
            {"type": token_type, "token_id": "mine", "object": joe()},
        ]});
        assert_eq!(code(&vault.tokenize(elsewhere)), "VL3010", "the ID is another token's");
    }
}

#[test]
fn a_given_id_that_is_another_types_is_vl3010() {
    let vault = TestVault::open();
    vault.token(json!({"type": "pci", "token_id": "mine", "object": jane()}));
    let result = vault.tokenize(json!({"requestBody": [
        {"type": "pci_oneway", "token_id": "mine", "object": jane()},
    ]}));
    assert_eq!(code(&result), "VL3010");
}

// One-way.

#[test]
fn a_pci_oneway_token_keeps_no_data() {
    let vault = TestVault::open();
    vault.token_of("pci_oneway", json!({"name": "x".repeat(50_000)}));
    assert!(vault.host.store.rows().iter().all(|row| row.sealed.len() < 500));
}

// Deterministic.

#[test]
fn a_deterministic_id_is_derived_and_needs_no_store() {
    let vault = TestVault::open();
    let id = vault.email_token("deterministic");
    assert_eq!(version(&id), 8);
    vault.host.store.restore(&[]);
    assert_eq!(vault.email_token("deterministic"), id);
}

#[test]
fn a_global_scope_leaves_the_collection_out_of_a_deterministic_id() {
    let vault = TestVault::open();
    let id_in = |collection: &str, scope: &str| {
        let one = json!({"type": "deterministic", "scope": scope, "object": jane()});
        let answer =
            succeeds(vault.tokenize(json!({"collection": collection, "requestBody": [one]})));
        answer[0]["token_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id_in("customers", "global:x"), id_in("partners", "global:x"));
    assert_ne!(id_in("customers", "globalx"), id_in("partners", "globalx"));
    assert_ne!(id_in("customers", "global:x"), id_in("customers", "global:y"));
}

#[test]
fn a_given_id_must_equal_the_derived_one_else_vl3010() {
    let vault = TestVault::open();
    let one = |id: &str| {
        json!({"requestBody": [
            {"type": "deterministic", "token_id": id, "object": jane()},
        ]})
    };
    assert_eq!(code(&vault.tokenize(one("another"))), "VL3010");
    let derived = vault.email_token("deterministic");
    assert_eq!(code(&vault.tokenize(one(&derived))), "ok");
    vault.host.store.restore(&[]);
    assert_eq!(code(&vault.tokenize(one(&derived))), "ok", "whether the token exists or not");
}

// Expiry.

#[test]
fn absent_expiration_is_the_setting_else_never() {
    for token_type in ALL_TYPES {
        let vault = TestVault::open();
        vault.email_token(token_type);
        assert_eq!(vault.host.store.rows().first().unwrap().expires_at, None);
        let vault = TestVault::with(&Setup::settings(json!({"tokenTtlSecs": 50})));
        vault.email_token(token_type);
        assert_eq!(vault.host.store.rows().first().unwrap().expires_at, Some(START + 50_000));
        let vault = TestVault::with(&Setup::settings(json!({"tokenTtlSecs": 50})));
        let one = json!({"type": token_type, "object": jane()});
        succeeds(vault.tokenize(json!({"expirationSecs": "", "requestBody": [one]})));
        assert_eq!(vault.host.store.rows().first().unwrap().expires_at, None, "empty means never");
    }
}

// From ciphertext.

#[test]
fn data_comes_from_ciphertext_with_props() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "email": "jane@example.com"});
    let ciphertext = vault.ciphertext(json!({"scope": "elsewhere", "object": {"fields": fields}}));
    let encrypted = json!({"encrypted": {"ciphertext": ciphertext, "scope": "elsewhere"}});
    let id = vault.token(json!({"type": "pci", "props": ["email"], "object": encrypted}));
    assert_eq!(vault.fields(&id), json!({"email": "jane@example.com"}));
    assert_eq!(vault.metadata(&id)["scope"], "default");
    assert_eq!(vault.email_token("pci"), id, "the same data, however it came");
}

#[test]
fn a_ciphertext_that_does_not_open_has_another_scope_or_is_archived_is_refused_as_in_update() {
    let vault = TestVault::open();
    let answer = succeeds(vault.encrypt(json!({
        "expirationSecs": "10", "requestBody": [{"object": jane()}],
    })));
    let tokenize = |encrypted: Value| {
        let one = json!({"type": "pci", "object": {"encrypted": encrypted}});
        vault.tokenize(json!({"requestBody": [one]}))
    };
    let ciphertext = &answer[0]["ciphertext"];
    assert_eq!(code(&tokenize(json!({"ciphertext": "AAAA"}))), "VL3003");
    let other = json!({"ciphertext": ciphertext, "scope": "other"});
    assert_eq!(code(&tokenize(other)), "VL3004");
    vault.host.pass_seconds(10);
    assert_eq!(code(&tokenize(json!({"ciphertext": ciphertext}))), "PV3233");
    assert!(vault.host.store.rows().is_empty());
}

// Data.

#[test]
fn values_in_their_normal_form_are_kept_exactly_as_given() {
    let vault = TestVault::open();
    let fields = json!({
        "name": " Ｊan\u{e9} \u{0000} \"\\ \u{1F600} ", "nickname": "", "age": -9_007_199_254_740_991_i64,
        "score": 0.1, "email": "JANE@Example.com",
        "notes": {"b": [1, 2.5, null, true, {"__proto__": 1}], "a": "", "": 1e-7},
    });
    let id = vault.token_of("randomized", fields.clone());
    assert_eq!(vault.fields(&id), fields);
}

#[test]
fn a_null_of_a_nullable_property_counts_as_absent() {
    let vault = TestVault::open();
    let id = vault.token_of("pci", json!({"name": "Jane", "nickname": null}));
    assert_eq!(vault.fields(&id), json!({"name": "Jane"}));
    assert_eq!(vault.token_of("pci", json!({"name": "Jane"})), id);
}

#[test]
fn a_null_of_another_property_is_pv3002() {
    let vault = TestVault::open();
    for property in ["name", "notes"] {
        let result = vault.tokenize(json!({"requestBody": [
            {"type": "pci", "object": {"fields": {property: null}}},
        ]}));
        assert_eq!(code(&result), "PV3002", "{property}");
        assert_eq!(context(&result, "property"), property);
        let told = result.unwrap_err().to_string();
        assert!(told.contains("is null, and the property is not nullable"), "{told}");
    }
}

#[test]
fn at_least_one_value_must_remain() {
    let vault = TestVault::open();
    for fields in [json!({}), json!({"nickname": null}), json!({"_tenant_id": "acme"})] {
        let result = vault.tokenize(json!({"requestBody": [
            {"type": "pci", "object": {"fields": fields}},
        ]}));
        assert_eq!(code(&result), "PV1012");
    }
}

#[test]
fn a_property_that_the_collection_does_not_have_is_pv3004() {
    let vault = TestVault::open();
    for property in ["unknown", "no name", "EMAIL", ""] {
        let result = vault.tokenize(json!({"requestBody": [
            {"type": "pci", "object": {"fields": {property: "x"}}},
        ]}));
        assert_eq!(code(&result), "PV3004", "{property}");
    }
}

#[test]
fn a_value_that_is_not_of_its_type_is_pv3002() {
    let vault = TestVault::open();
    for fields in [
        json!({"email": "jane"}),
        json!({"ssn": "123"}),
        json!({"age": 1.5}),
        json!({"age": true}),
        json!({"name": 7}),
        json!({"card": "4111111111111112"}),
    ] {
        let result = vault.tokenize(json!({"requestBody": [
            {"type": "pci", "object": {"fields": fields}},
        ]}));
        assert_eq!(code(&result), "PV3002");
    }
}

#[test]
fn numbers_that_a_double_is_come_back_with_their_value() {
    let vault = TestVault::open();
    for value in ["1e22", "1.23e67", "1.7976931348623157e308", "1152921504606847000"] {
        let number: f64 = value.parse().unwrap();
        let id = vault.token_of("pci", json!({"score": number, "notes": {"deep": [number]}}));
        let request = format!(
            "{{\"collection\":\"customers\",\"reason\":\"Analytics\",\"requestBody\":[{{\"type\":\"pci\",\
             \"object\":{{\"fields\":{{\"score\":{value},\"notes\":{{\"deep\":[{value}]}}}}}}}}]}}"
        );
        let answer = succeeds(pollster::block_on(vault.call_text("tokens.tokenize", &request)));
        assert_eq!(answer, json!([{"token_id": id}]), "{value}");
        let fields = vault.fields(&id);
        assert_eq!(
            (fields["score"].as_f64(), fields["notes"]["deep"][0].as_f64()),
            (Some(number), Some(number))
        );
    }
}

#[test]
fn numbers_that_would_be_rounded_are_pv3002_anywhere() {
    let vault = TestVault::open();
    for value in ["9007199254740993", "-9007199254740993", "12345678901234567890", "1e309"] {
        for fields in [
            format!("{{\"age\":{value}}}"),
            format!("{{\"score\":{value}}}"),
            format!("{{\"notes\":{value}}}"),
            format!("{{\"notes\":{{\"deep\":[{{\"er\":{value}}}]}}}}"),
        ] {
            let request = format!(
                "{{\"collection\":\"customers\",\"reason\":\"Analytics\",\"requestBody\":\
                 [{{\"type\":\"pci\",\"object\":{{\"fields\":{fields}}}}}]}}"
            );
            let result = pollster::block_on(vault.call_text("tokens.tokenize", &request));
            assert_eq!(code(&result), "PV3002", "{request}");
        }
    }
}
