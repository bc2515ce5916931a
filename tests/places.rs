//! Which part of a request an error is about: one of a batch is named by its place, and nothing of it is repeated.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::Error;

const CARD: &str = "4111111111111111";

fn fields(fields: Value) -> Value {
    json!({"type": "randomized", "object": {"fields": fields}})
}

fn with(mut one: Value, others: Value) -> Value {
    let Value::Object(others) = others else { return one };
    one.as_object_mut().unwrap().extend(others);
    one
}

fn good() -> Value {
    fields(json!({"name": "Jane"}))
}

/// Code and place of an error; its text must not have the value `secret`.
fn told(result: Result<Value, Error>) -> (&'static str, String) {
    let (code, field) = (code(&result), context(&result, "field"));
    let text = serde_json::to_string(&result.unwrap_err()).unwrap();
    assert!(!text.contains("secret"), "{text}");
    (code, field)
}

fn at(code: &'static str, field: &str) -> (&'static str, String) {
    (code, field.to_owned())
}

fn vault() -> Rc<TestVault> {
    TestVault::with(&Setup::settings(json!({"maxTokens": 100})))
}

#[test]
fn a_bad_object_of_tokenize_encrypt_and_hash_is_named() {
    let vault = vault();
    let expired =
        json!({"expirationSecs": "0", "requestBody": [{"object": {"fields": {"name": "J"}}}]});
    let expired = succeeds(vault.encrypt(expired))[0]["ciphertext"].clone();
    let sealed = vault.ciphertext(json!({"object": {"fields": {"name": "J"}}}));
    let out_of = |encrypted: Value| json!({"object": {"encrypted": encrypted}});
    for (bad, expected) in [
        (json!({"object": {"fields": {"email": "secret"}}}), "PV3002"),
        (json!({"object": {"fields": {"nothing": "secret"}}}), "PV3004"),
        (json!({"object": {"fields": {"name": "J"}}, "props": ["nothing"]}), "PV3004"),
        (out_of(json!({"ciphertext": "secret"})), "VL3003"),
        (out_of(json!({"ciphertext": sealed, "scope": "secret"})), "VL3004"),
        (out_of(json!({"ciphertext": expired})), "PV3233"),
    ] {
        for (operation, one) in [
            ("tokens.tokenize", with(bad.clone(), json!({"type": "randomized"}))),
            ("crypto.encrypt", bad.clone()),
            ("crypto.hash", bad.clone()),
        ] {
            let plain = json!({"object": {"fields": {"name": "Jane"}}});
            let first = if operation == "tokens.tokenize" { good() } else { plain };
            let result = vault.call(operation, json!({"requestBody": [first, one]}));
            assert_eq!(told(result), at(expected, "requestBody[1].object"), "{operation} {bad}");
        }
    }
    let id = vault.email_token("randomized");
    let object = json!({"fields": {"email": "secret"}});
    let update = json!({"tokenIds": [id], "requestBody": {"object": object}});
    assert_eq!(told(vault.update(update)), at("PV3002", "requestBody.object"));
    // Of an object that another request means too, it is where it is written.
    let same = json!({"type": "randomized", "object": {"request_index": 1}});
    let result = vault.tokenize(json!({"requestBody": [same, fields(json!({"email": "secret"}))]}));
    assert_eq!(told(result), at("PV3002", "requestBody[1].object"));
}

#[test]
fn a_bad_ciphertext_of_decrypt_and_update_encrypted_is_named() {
    let vault = vault();
    let active = vault.ciphertext(json!({"object": {"fields": {"name": "J"}}}));
    let one = |others: Value| with(json!({"encrypted_object": {"ciphertext": active}}), others);
    for (bad, expected) in [
        (json!({"encrypted_object": {"ciphertext": "secret"}}), "VL3003"),
        (json!({"encrypted_object": {"ciphertext": active, "scope": "secret"}}), "VL3004"),
        (json!({"props": ["nothing"]}), "PV3004"),
    ] {
        for (operation, others) in [
            ("crypto.decrypt", json!({})),
            ("crypto.updateEncrypted", json!({"fields": {"name": "K"}})),
        ] {
            let body = [one(others.clone()), with(one(others), bad.clone())];
            let result = vault.call(operation, json!({"requestBody": body}));
            let (code, field) = told(result);
            assert_eq!(code, expected, "{operation} {bad}");
            assert!(field.starts_with("requestBody[1]"), "{operation} {bad} {field}");
        }
    }
    let mask = json!({"requestBody": [one(json!({})), one(json!({"props": ["name.age"]}))]});
    let named = json!({"requestBody": [one(json!({"props": ["name"]})), one(json!({"props": ["name.age"]}))]});
    for request in [mask, named] {
        assert_eq!(told(vault.call("crypto.decrypt", request)), at("VL3013", "requestBody[1]"));
    }
    let archived = json!({"options": ["archived"], "requestBody": [one(json!({}))]});
    assert_eq!(told(vault.call("crypto.decrypt", archived)), at("VL3012", "requestBody[0]"));
}

#[test]
fn a_taken_id_a_taken_tag_and_a_card_template_that_does_not_fit_are_named() {
    let vault = vault();
    let named = |id: &str| with(good(), json!({"token_id": id}));
    vault.token(named("secret"));
    let result = vault.tokenize(json!({"requestBody": [good(), named("free"), named("secret")]}));
    assert_eq!(told(result), at("VL3010", "requestBody[2]"));
    let twice = json!({"requestBody": [good(), named("a"), named("b"), good(), named("a")]});
    assert_eq!(told(vault.tokenize(twice)), at("VL3010", "requestBody[4]"));

    let ensuring =
        |tag: &str| with(good(), json!({"tags": [tag], "ensure_unique_tenant_tags": [tag]}));
    let twice =
        json!({"requestBody": [good(), ensuring("secret"), ensuring("b"), ensuring("secret")]});
    assert_eq!(told(vault.tokenize(twice)), at("VL3007", "requestBody[3]"));
    let tagged = with(good(), json!({"tags": ["secret"]}));
    let within = json!({"requestBody": [tagged.clone(), good(), ensuring("secret")]});
    assert_eq!(told(vault.tokenize(within)), at("VL3007", "requestBody[2]"));
    vault.token(tagged);
    let taken = json!({"requestBody": [good(), ensuring("b"), ensuring("secret")]});
    assert_eq!(told(vault.tokenize(taken)), at("VL3007", "requestBody[2]"));
    vault.token(ensuring("secret-2"));
    let taken = json!({"requestBody": [good(), ensuring("secret-2")]});
    assert_eq!(told(vault.tokenize(taken)), at("VL3007", "requestBody[1]"));

    let template = |property: &str, values: Value| {
        let template = json!({"fptemplate": "primary_account_number", "fpprops": [property]});
        with(json!({"type": "pci", "object": {"fields": values}}), template)
    };
    let both = json!({"card": CARD, "name": "Jane"});
    let fits = template("card", both.clone());
    for bad in [template("name", both), template("card", json!({"name": "Jane"}))] {
        let result = vault.tokenize(json!({"requestBody": [fits, bad]}));
        assert_eq!(told(result), at("VL3011", "requestBody[1]"));
        let hashes = [fits.clone(), bad].map(|mut one| {
            one.as_object_mut().unwrap().remove("type");
            one
        });
        let result = vault.call("crypto.hash", json!({"requestBody": hashes}));
        assert_eq!(told(result), at("VL3011", "requestBody[1]"));
    }
}

#[test]
fn an_archived_token_and_a_one_way_token_are_named_by_where_the_caller_wrote_them() {
    let vault = vault();
    let active = vault.token(with(good(), json!({"token_id": "active"})));
    let old = with(good(), json!({"token_id": "secret"}));
    succeeds(vault.tokenize(json!({"expirationSecs": "0", "requestBody": [old]})));
    let ids = json!([active, active, "secret", active]);
    assert_eq!(told(vault.rotate(json!({"tokenIds": ids}))), at("PV1033", "tokenIds[2]"));
    let ids = json!([active, "secret"]);
    assert_eq!(told(vault.rotate(json!({"tokenIds": ids}))), at("PV1033", "tokenIds[1]"));

    let one_way =
        json!({"type": "pci_oneway", "token_id": "secret-2", "object": {"fields": {"name": "J"}}});
    vault.token(one_way);
    for (ids, place) in [
        (json!(["unknown", active, active, "secret-2"]), "tokenIds[3]"),
        (json!(["secret-2"]), "tokenIds[0]"),
    ] {
        for props in [json!({}), json!({"props": ["name"]})] {
            let result = vault.detokenize(with(json!({"tokenIds": ids}), props));
            assert_eq!(told(result), at("VL3008", place));
        }
    }
}
