//! Tenants: what confines a request, and which tenant a token belongs to.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::test_vault::{TestVault, code, context, succeeds};
use serde_json::{Value, json};

/// Makes a token of a tenant, or of none.
fn token(vault: &TestVault, name: &str, tenant: Option<&str>) -> String {
    let mut fields = json!({"name": name});
    if let Some(tenant) = tenant {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.token(json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": fields},
    }))
}

fn tenant_of(vault: &TestVault, token_id: &str) -> Value {
    let token = vault.metadata(token_id)["tokens"][0].clone();
    token.get("effective_tenant_id").cloned().unwrap_or_default()
}

fn tokenize(vault: &TestVault, tenants: &Value, fields: &Value) -> Result<Value, vaultlet::Error> {
    let mut request =
        json!({"requestBody": [{"type": "randomized", "object": {"fields": fields}}]});
    if !tenants.is_null() {
        request["xTenantId"] = tenants.clone();
    }
    vault.tokenize(request)
}

#[test]
fn one_tenant_listed_gives_the_token_to_that_tenant() {
    let vault = TestVault::open();
    let answer = succeeds(tokenize(&vault, &json!(["acme"]), &json!({"name": "Jane"})));
    assert_eq!(tenant_of(&vault, answer[0]["token_id"].as_str().unwrap()), "acme");
}

#[test]
fn of_several_tenants_the_fields_must_name_one_else_pv1012() {
    let vault = TestVault::open();
    let tenants = json!(["acme", "bolt"]);
    let result = tokenize(&vault, &tenants, &json!({"name": "Jane"}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody[0].object.fields._tenant_id");
    let fields = json!({"name": "Jane", "_tenant_id": "bolt"});
    let answer = succeeds(tokenize(&vault, &tenants, &fields));
    assert_eq!(tenant_of(&vault, answer[0]["token_id"].as_str().unwrap()), "bolt");
}

#[test]
fn where_none_is_listed_the_fields_may_name_one() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let answer = succeeds(tokenize(&vault, &Value::Null, &fields));
    assert_eq!(tenant_of(&vault, answer[0]["token_id"].as_str().unwrap()), "acme");
    let answer = succeeds(tokenize(&vault, &Value::Null, &json!({"name": "Jane"})));
    assert_eq!(tenant_of(&vault, answer[0]["token_id"].as_str().unwrap()), Value::Null);
}

#[test]
fn a_tenant_in_the_fields_outside_the_list_is_pv1006() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "evil"});
    for tenants in [json!(["acme"]), json!(["acme", "bolt"])] {
        let result = tokenize(&vault, &tenants, &fields);
        assert_eq!(code(&result), "PV1006");
        assert_eq!(result.unwrap_err().status(), 403);
    }
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn the_tenant_field_is_no_data_needs_no_check_and_is_not_answered() {
    let vault = TestVault::open();
    let id = token(&vault, "mine", Some("acme"));
    let question = vault.host.questions().pop().unwrap();
    assert_eq!(question["checks"].as_array().unwrap().len(), 1);
    assert_eq!(vault.fields(&id), json!({"name": "mine"}));
}

#[test]
fn the_tenant_field_must_be_text_of_1_to_256_characters() {
    let vault = TestVault::open();
    for tenant in [json!(null), json!(""), json!(1), json!("x".repeat(257))] {
        let result = tokenize(&vault, &Value::Null, &json!({"name": "Jane", "_tenant_id": tenant}));
        assert_eq!(code(&result), "PV1012");
    }
    let longest = json!({"name": "Jane", "_tenant_id": "é".repeat(256)});
    assert_eq!(code(&tokenize(&vault, &Value::Null, &longest)), "ok");
}

#[test]
fn by_token_id_a_token_outside_the_list_fails_the_whole_request_with_pv1006() {
    for outside in [Some("bolt"), None] {
        let vault = TestVault::open();
        token(&vault, "mine", Some("acme"));
        token(&vault, "theirs", outside);
        let before = vault.host.store.rows();
        let ids = json!(["mine", "theirs"]);
        let update =
            json!({"tokenIds": ids, "xTenantId": ["acme"], "requestBody": {"tags": ["x"]}});
        assert_eq!(code(&vault.update(update)), "PV1006");
        let request = json!({"tokenIds": ids, "xTenantId": ["acme"]});
        assert_eq!(code(&vault.rotate(request.clone())), "PV1006");
        assert_eq!(code(&vault.detokenize(request)), "PV1006");
        assert_eq!(vault.host.store.rows(), before);
    }
}

#[test]
fn a_named_token_outside_the_list_is_pv1006_even_if_its_tags_would_not_match() {
    let vault = TestVault::open();
    token(&vault, "theirs", Some("bolt"));
    let result =
        vault.detokenize(json!({"tokenIds": ["theirs"], "tags": ["other"], "xTenantId": ["acme"]}));
    assert_eq!(code(&result), "PV1006");
}

#[test]
fn by_tags_only_tokens_of_the_listed_tenants_match() {
    let vault = TestVault::open();
    token(&vault, "a", Some("acme"));
    token(&vault, "b", Some("bolt"));
    token(&vault, "c", Some("core"));
    token(&vault, "none", None);
    let matched = |tenants: Value| {
        let mut request = json!({"tags": ["t"]});
        if !tenants.is_null() {
            request["xTenantId"] = tenants;
        }
        let answer = succeeds(vault.detokenize(request));
        let mut ids: Vec<String> = answer
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["token_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(matched(json!(["acme"])), ["a"]);
    assert_eq!(matched(json!(["bolt", "core"])), ["b", "c"]);
    assert_eq!(matched(json!(["bolt", "bolt"])), ["b"]);
    assert_eq!(matched(Value::Null), ["a", "b", "c", "none"]);
}

#[test]
fn by_tags_of_several_tenants_answers_come_by_row_key() {
    let vault = TestVault::open();
    // So many of each that random row keys do not part the tenants.
    for place in 0..20 {
        token(&vault, &format!("acme-{place}"), Some("acme"));
        token(&vault, &format!("bolt-{place}"), Some("bolt"));
    }
    let answer = succeeds(vault.detokenize(json!({"tags": ["t"], "xTenantId": ["bolt", "acme"]})));
    let ids = answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap());
    let keys: Vec<_> = ids.map(|id| vault.row(id).key).collect();
    assert_eq!(keys.len(), 40);
    assert!(keys.is_sorted());
}

#[test]
fn an_update_by_tags_changes_only_tokens_of_the_listed_tenants() {
    let vault = TestVault::open();
    token(&vault, "a", Some("acme"));
    token(&vault, "b", Some("bolt"));
    succeeds(
        vault.update(json!({"tags": ["t"], "xTenantId": ["acme"], "requestBody": {"tags": ["u"]}})),
    );
    assert_eq!(vault.tags("a"), json!(["u"]));
    assert_eq!(vault.tags("b"), json!(["t"]));
}

#[test]
fn for_a_named_id_the_refusals_come_in_the_order_unknown_tenant_archived() {
    let vault = TestVault::open();
    token(&vault, "mine", Some("acme"));
    token(&vault, "theirs", Some("bolt"));
    let archive = json!({"tokenIds": ["mine", "theirs"], "expirationSecs": "0", "requestBody": {}});
    succeeds(vault.update(archive));
    let rotate = |ids: Value| vault.rotate(json!({"tokenIds": ids, "xTenantId": ["acme"]}));
    assert_eq!(code(&rotate(json!(["mine"]))), "PV1033");
    assert_eq!(code(&rotate(json!(["theirs"]))), "PV1006", "it is archived too");
    assert_eq!(code(&rotate(json!(["mine", "theirs"]))), "PV1006");
    assert_eq!(code(&rotate(json!(["theirs", "unknown"]))), "PV3087");
    let detokenize = vault.detokenize(json!({"tokenIds": ["theirs"], "xTenantId": ["acme"]}));
    assert_eq!(code(&detokenize), "PV1006");
}

// Ciphertext.

#[test]
fn encrypt_gives_the_ciphertext_its_tenant_as_tokenize_does() {
    let vault = TestVault::open();
    let encrypt = |tenants: Value, fields: Value| {
        let mut request = json!({"requestBody": [{"object": {"fields": fields}}]});
        if !tenants.is_null() {
            request["xTenantId"] = tenants;
        }
        vault.encrypt(request)
    };
    let named = json!({"name": "Jane", "_tenant_id": "acme"});
    assert_eq!(code(&encrypt(json!(["acme", "bolt"]), json!({"name": "Jane"}))), "PV1012");
    assert_eq!(code(&encrypt(json!(["bolt"]), named.clone())), "PV1006");
    for (tenants, fields) in [(json!(["acme"]), json!({"name": "Jane"})), (Value::Null, named)] {
        let ciphertext = succeeds(encrypt(tenants, fields))[0]["ciphertext"].clone();
        let id = vault.token(json!({
            "type": "randomized", "object": {"encrypted": {"ciphertext": ciphertext}},
        }));
        assert_eq!(tenant_of(&vault, &id), "acme", "where none is listed, the ciphertext's");
    }
}

#[test]
fn using_a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003() {
    let vault = TestVault::open();
    token(&vault, "mine", Some("acme"));
    for fields in [json!({"name": "Jane", "_tenant_id": "bolt"}), json!({"name": "Jane"})] {
        let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
        let object = json!({"encrypted": {"ciphertext": ciphertext}});
        let update = json!({
            "tokenIds": ["mine"], "xTenantId": ["acme"], "requestBody": {"object": object},
        });
        assert_eq!(code(&vault.update(update)), "VL3003");
        let one = json!({"type": "pci", "object": object});
        let result = vault.tokenize(json!({"xTenantId": ["acme", "core"], "requestBody": [one]}));
        assert_eq!(code(&result), "VL3003");
        let result =
            vault.encrypt(json!({"xTenantId": ["acme"], "requestBody": [{"object": object}]}));
        assert_eq!(code(&result), "VL3003");
    }
    assert_eq!(vault.fields("mine"), json!({"name": "mine"}));
}

#[test]
fn a_ciphertext_of_a_listed_tenant_gives_the_token_its_tenant() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "bolt"});
    let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
    let one = json!({"type": "pci", "object": {"encrypted": {"ciphertext": ciphertext}}});
    let answer =
        succeeds(vault.tokenize(json!({"xTenantId": ["acme", "bolt"], "requestBody": [one]})));
    assert_eq!(tenant_of(&vault, answer[0]["token_id"].as_str().unwrap()), "bolt");
}

#[test]
fn an_update_keeps_the_tokens_tenant_whatever_the_ciphertexts() {
    let vault = TestVault::open();
    token(&vault, "mine", Some("acme"));
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
    succeeds(vault.update(json!({
        "tokenIds": ["mine"], "xTenantId": ["acme"],
        "requestBody": {"object": {"encrypted": {"ciphertext": ciphertext}}},
    })));
    assert_eq!(tenant_of(&vault, "mine"), "acme");
    assert_eq!(vault.fields("mine"), json!({"name": "Jane"}));
}

// The list.

#[test]
fn an_empty_list_of_tenants_is_pv1012() {
    let vault = TestVault::open();
    token(&vault, "mine", Some("acme"));
    let result = vault.rotate(json!({"tokenIds": ["mine"], "xTenantId": []}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "xTenantId");
}

#[test]
fn the_policy_sees_the_list() {
    let vault = TestVault::open();
    token(&vault, "mine", Some("acme"));
    vault.host.take_events();
    succeeds(vault.rotate(json!({"tokenIds": ["mine"], "xTenantId": ["bolt", "acme"]})));
    assert_eq!(vault.host.questions().pop().unwrap()["tenantIds"], json!(["bolt", "acme"]));
}
