//! Encrypt and decrypt a blob: the rules that are theirs alone. They share all else with encrypt and decrypt.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Event, START};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

/// Base64 of `vault`.
const PHOTO: &str = "dmF1bHQ=";

fn vault() -> Rc<TestVault> {
    vault_with(json!({}))
}

fn vault_with(settings: Value) -> Rc<TestVault> {
    let collections = json!({"customers": {"properties": {
        "photo": {"type": "BLOB"}, "scan": {"type": "BLOB"}, "name": {"type": "NAME"},
    }}});
    TestVault::with(&Setup { collections, settings, ..Setup::default() })
}

fn with(mut request: Value, others: Value) -> Value {
    let Value::Object(others) = others else { return request };
    request.as_object_mut().unwrap().extend(others);
    request
}

/// Encrypts the photo, with these parameters beside it.
fn encrypt(vault: &TestVault, others: Value) -> Result<Value, Error> {
    vault.call("crypto.encryptBlob", with(json!({"prop": "photo", "requestBody": PHOTO}), others))
}

fn sealed(vault: &TestVault, others: Value) -> Value {
    succeeds(encrypt(vault, others))
}

fn decrypt(vault: &TestVault, ciphertext: &Value, others: Value) -> Result<Value, Error> {
    let request = json!({"prop": "photo", "requestBody": ciphertext});
    vault.call("crypto.decryptBlob", with(request, others))
}

#[test]
fn what_was_encrypted_is_decrypted_and_is_one_with_encrypts_ciphertexts() {
    let vault = vault();
    let ciphertext = sealed(&vault, json!({"scope": "s", "tags": ["a"], "expirationSecs": "9"}));
    assert_eq!(succeeds(decrypt(&vault, &ciphertext, json!({}))), PHOTO);
    let request = json!({
        "options": ["include_metadata"],
        "requestBody": [{"encrypted_object": {"ciphertext": ciphertext}}],
    });
    let opened = succeeds(vault.call("crypto.decrypt", request));
    let metadata = json!({
        "type": "randomized", "scope": "s", "tags": ["a"], "expiration": "2024-11-08T15:00:09.000Z",
    });
    assert_eq!(opened, json!([{"fields": {"photo": PHOTO}, "metadata": metadata}]));

    let fields = json!({"photo": PHOTO, "name": "Jane"});
    let ciphertext = json!(vault.ciphertext(json!({"object": {"fields": fields}})));
    assert_eq!(succeeds(decrypt(&vault, &ciphertext, json!({}))), PHOTO);
    let without = decrypt(&vault, &ciphertext, json!({"prop": "scan"}));
    assert_eq!((code(&without), &*context(&without, "field")), ("PV1012", "prop"));
}

#[test]
fn a_property_of_another_type_is_pv3002_and_an_unknown_one_pv3004() {
    let vault = vault();
    let ciphertext = sealed(&vault, json!({}));
    for (prop, expected) in
        [("name", "PV3002"), ("nothing", "PV3004"), ("photo.size", "PV3004"), ("", "PV3004")]
    {
        let about = json!({"prop": prop});
        for result in [encrypt(&vault, about.clone()), decrypt(&vault, &ciphertext, about)] {
            assert_eq!(code(&result), expected, "{prop}");
            if prop == "name" {
                assert_eq!(context(&result, "property"), "name");
                assert_eq!(context(&result, "type"), "NAME");
            }
        }
    }
}

#[test]
fn the_policy_is_asked_as_of_encrypt_and_decrypt_and_before_anything_is_looked_at() {
    let vault = vault();
    let ciphertext = sealed(&vault, json!({}));
    vault.host.take_events();
    sealed(&vault, json!({"xTenantId": ["acme"]}));
    succeeds(decrypt(&vault, &ciphertext, json!({})));
    let questions = vault.host.questions();
    let check = |operation: &str| {
        json!([{
            "operation": operation, "resource": "customers/properties/photo", "type": "BLOB",
        }])
    };
    for (question, action, capability, check, input) in [
        (0, "crypto.encryptBlob", "CapCryptoEncrypter", check("encrypt"), "fields"),
        (1, "crypto.decryptBlob", "CapCryptoDecrypter", check("decrypt"), "encrypted"),
    ] {
        let question = &questions[question];
        assert_eq!(question["action"], action);
        assert_eq!(question["capabilities"], json!([capability]));
        assert_eq!(question["checks"], check);
        assert_eq!(question["input"], input);
    }
    assert_eq!(questions.len(), 2);
    assert_eq!(vault.host.take_steps(), ["decide", "audit", "decide", "audit"]);

    vault.host.on_decide(|_| Ok(Decision::Denied(None)));
    for others in [
        json!({}),
        json!({"prop": "name"}),
        json!({"prop": "nothing"}),
        json!({"requestBody": "no base64"}),
        json!({"xTenantId": ["acme", "globex"]}),
    ] {
        assert_eq!(code(&encrypt(&vault, others.clone())), "PV1006", "{others}");
        assert_eq!(code(&decrypt(&vault, &ciphertext, others.clone())), "PV1006", "{others}");
        assert_eq!(vault.host.take_steps(), ["decide", "audit", "decide", "audit"]);
    }
}

#[test]
fn the_audit_is_told_of_one_and_no_byte_of_it() {
    let vault = vault();
    let ciphertext = sealed(&vault, json!({"tags": "secret-tag"}));
    succeeds(decrypt(&vault, &ciphertext, json!({})));
    for event in vault.host.audit_events() {
        assert_eq!(event["tokens"], 1);
        assert_eq!(event["decision"], "allowed");
        let told = event.to_string();
        assert!(!told.contains(PHOTO) && !told.contains("secret-tag"), "{told}");
    }
    assert_eq!(vault.host.audit_events().len(), 2);
}

#[test]
fn a_value_is_bounded_by_the_request_and_not_by_the_1_mib_of_an_object() {
    let vault = vault();
    let large = "AAAA".repeat(1 << 19);
    let ciphertext = sealed(&vault, json!({"requestBody": large}));
    assert_eq!(succeeds(decrypt(&vault, &ciphertext, json!({}))), *large);
    let object = json!({"requestBody": [{"object": {"fields": {"photo": large}}}]});
    assert_eq!(code(&vault.encrypt(object)), "PV1012");
    let none = sealed(&vault, json!({"requestBody": ""}));
    assert_eq!(succeeds(decrypt(&vault, &none, json!({}))), "");

    let small = vault_with(json!({"maxBytes": 100}));
    let result = encrypt(&small, json!({"requestBody": "AAAA".repeat(25)}));
    assert_eq!((code(&result), &*context(&result, "limit")), ("VL1001", "settings.maxBytes"));
}

#[test]
fn what_is_no_base64_or_of_another_type_by_now_is_pv3002() {
    let vault = vault();
    for bad in ["=", "AA", "a b=", "--__"] {
        let result = encrypt(&vault, json!({"requestBody": bad}));
        assert_eq!((code(&result), &*context(&result, "type")), ("PV3002", "BLOB"), "{bad}");
    }
    let text = json!({"customers": {"properties": {"photo": {"type": "STRING"}}}});
    let before = vault.beside(&Setup { collections: text, ..Setup::default() });
    let fields = json!({"object": {"fields": {"photo": "no base64"}}});
    let result = decrypt(&vault, &json!(before.ciphertext(fields)), json!({}));
    assert_eq!(code(&result), "PV3002");
}

#[test]
fn a_ciphertext_belongs_to_the_one_tenant_of_the_request() {
    let vault = vault();
    let acme = sealed(&vault, json!({"xTenantId": ["acme"]}));
    assert_eq!(succeeds(decrypt(&vault, &acme, json!({"xTenantId": ["acme", "globex"]}))), PHOTO);
    assert_eq!(code(&decrypt(&vault, &acme, json!({"xTenantId": ["globex"]}))), "VL3003");
    let nobodys = sealed(&vault, json!({}));
    assert_eq!(code(&decrypt(&vault, &nobodys, json!({"xTenantId": ["acme"]}))), "VL3003");
    let several = encrypt(&vault, json!({"xTenantId": ["acme", "globex"]}));
    assert_eq!((code(&several), &*context(&several, "field")), ("PV1012", "xTenantId"));
}

#[test]
fn scope_and_expiry_are_those_of_decrypt() {
    let vault = vault();
    let ciphertext = sealed(&vault, json!({"scope": "s", "expirationSecs": "10"}));
    assert_eq!(code(&decrypt(&vault, &ciphertext, json!({"scope": "s"}))), "ok");
    assert_eq!(code(&decrypt(&vault, &ciphertext, json!({"scope": "other"}))), "VL3004");
    let archived = json!({"options": ["archived"]});
    assert_eq!(code(&decrypt(&vault, &ciphertext, archived.clone())), "VL3012");
    vault.host.set_time(START + 10_000);
    assert_eq!(code(&decrypt(&vault, &ciphertext, json!({}))), "PV3233");
    assert_eq!(succeeds(decrypt(&vault, &ciphertext, archived)), PHOTO);
    let unknown = decrypt(&vault, &ciphertext, json!({"options": ["include_metadata"]}));
    assert_eq!(code(&unknown), "PV1012");
    assert_eq!(code(&decrypt(&vault, &json!("AAAA"), json!({}))), "VL3003");
}

#[test]
fn tags_are_a_list_or_a_text_with_commas_and_at_most_ten() {
    let vault = vault();
    let tags = |given: Value| {
        let request = json!({
            "options": ["include_metadata"],
            "requestBody": [{"encrypted_object": {"ciphertext": sealed(&vault, json!({"tags": given}))}}],
        });
        succeeds(vault.call("crypto.decrypt", request))[0]["metadata"]["tags"].clone()
    };
    assert_eq!(tags(json!(["b", "a,c", "b"])), json!(["b", "a,c"]));
    assert_eq!(tags(json!("b,a,b, c")), json!(["b", "a", " c"]));
    assert_eq!(tags(json!("")), json!([]));
    assert_eq!(tags(json!([])), json!([]));
    for (bad, field) in [
        (json!("a,,b"), "tags"),
        (json!(","), "tags"),
        (json!(["a", ""]), "tags[1]"),
        (json!(7), "tags"),
        (json!(null), "tags"),
        (json!("1,2,3,4,5,6,7,8,9,10,11"), "tags"),
    ] {
        let result = encrypt(&vault, json!({"tags": bad}));
        assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", field), "{bad}");
    }
}

#[test]
fn deterministic_takes_neither_tags_nor_an_expiry() {
    let vault = vault();
    let deterministic = |others| encrypt(&vault, with(json!({"type": "deterministic"}), others));
    assert_eq!(succeeds(deterministic(json!({}))), succeeds(deterministic(json!({"tags": ""}))));
    for (others, field) in
        [(json!({"tags": "a"}), "tags"), (json!({"expirationSecs": ""}), "expirationSecs")]
    {
        let result = deterministic(others);
        assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", field));
    }
    assert_ne!(sealed(&vault, json!({})), sealed(&vault, json!({})));
}

#[test]
fn parameters_are_strict() {
    let vault = vault();
    for (others, field) in [
        (json!({"props": ["photo"]}), "props"),
        (json!({"prop": null}), "prop"),
        (json!({"requestBody": {"object": {}}}), "requestBody"),
        (json!({"requestBody": null}), "requestBody"),
        (json!({"type": "pci"}), "type"),
    ] {
        let result = encrypt(&vault, others.clone());
        assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", field), "{others}");
    }
    let missing = vault.call("crypto.encryptBlob", json!({"prop": "photo"}));
    assert_eq!(context(&missing, "field"), "requestBody");
    let missing = vault.call("crypto.decryptBlob", json!({"requestBody": "AAAA"}));
    assert_eq!(context(&missing, "field"), "prop");
    assert!(!vault.host.take_events().iter().any(|event| matches!(event, Event::Decide(_))));
}
