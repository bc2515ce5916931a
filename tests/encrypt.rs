//! Encrypt: every rule of the specification's section that this vault has, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use base64ct::{Base64, Encoding};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::host::Decision;

fn jane() -> Value {
    json!({"fields": {"email": "jane@example.com", "name": "Jane"}})
}

/// What a ciphertext holds, seen by making a token of it.
fn held(vault: &TestVault, ciphertext: &Value) -> Value {
    let object = json!({"encrypted": {"ciphertext": ciphertext}});
    let id = vault.token(json!({"type": "randomized", "object": object}));
    vault.fields(&id)
}

#[test]
fn an_array_is_answered_in_order_as_standard_base64() {
    let vault = TestVault::open();
    let one = |name: &str| json!({"object": {"fields": {"name": name}}});
    let answer = succeeds(vault.encrypt(json!({"requestBody": [one("b"), one("a"), one("c")]})));
    let answers = answer.as_array().unwrap();
    let names: Vec<Value> = answers.iter().map(|one| held(&vault, &one["ciphertext"])).collect();
    assert_eq!(names, [json!({"name": "b"}), json!({"name": "a"}), json!({"name": "c"})]);
    for one in answers {
        assert_eq!(one.as_object().unwrap().len(), 1);
        assert!(Base64::decode_vec(one["ciphertext"].as_str().unwrap()).is_ok());
    }
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let bad = json!({"object": {"fields": {"email": "no address"}}});
    let result = vault.encrypt(json!({"requestBody": [{"object": jane()}, bad]}));
    assert_eq!(code(&result), "PV3002");
}

#[test]
fn encrypt_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    vault.ciphertext(json!({"object": jane()}));
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn props_pick_what_is_sealed() {
    let vault = TestVault::open();
    let ciphertext = vault.ciphertext(json!({"props": ["name"], "object": jane()}));
    assert_eq!(held(&vault, &json!(ciphertext)), json!({"name": "Jane"}));
    let null_among_them = json!({
        "props": ["name", "nickname", "ssn"], "object": {"fields": {"name": "Jane", "nickname": null}},
    });
    let ciphertext = vault.ciphertext(null_among_them);
    assert_eq!(held(&vault, &json!(ciphertext)), json!({"name": "Jane"}));
    let nothing = json!({"props": ["ssn"], "object": jane()});
    assert_eq!(code(&vault.encrypt(json!({"requestBody": [nothing]}))), "PV1012");
}

#[test]
fn randomized_is_the_default_and_never_gives_equal_ciphertext() {
    let vault = TestVault::open();
    let one = json!({"object": jane()});
    let explicit = json!({"type": "randomized", "object": jane()});
    let mut texts: Vec<String> =
        [&one, &one, &explicit, &explicit].map(|one| vault.ciphertext(one.clone())).to_vec();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 4);
}

#[test]
fn equal_data_scope_tenant_collection_and_primary_key_give_equal_deterministic_ciphertext() {
    let encrypt = |vault: &TestVault, request: &Value| {
        let answer = succeeds(vault.encrypt(request.clone()));
        answer[0]["ciphertext"].as_str().unwrap().to_owned()
    };
    let one = json!({"type": "deterministic", "object": jane()});
    let base = json!({"requestBody": [one]});
    let vault = TestVault::open();
    let first = encrypt(&vault, &base);
    assert_eq!(encrypt(&vault, &base), first);
    let reordered = json!({"requestBody": [{
        "type": "deterministic", "scope": "default",
        "object": {"fields": {"name": "Jane", "email": "jane@example.com"}},
    }]});
    assert_eq!(encrypt(&vault, &reordered), first);

    let mut different = vec![first];
    different.push(encrypt(
        &vault,
        &json!({"requestBody": [{
            "type": "deterministic", "object": {"fields": {"name": "Joe"}},
        }]}),
    ));
    different.push(encrypt(
        &vault,
        &json!({"requestBody": [{
            "type": "deterministic", "scope": "other", "object": jane(),
        }]}),
    ));
    different.push(encrypt(&vault, &json!({"xTenantId": ["acme"], "requestBody": [one]})));
    different.push(encrypt(&vault, &json!({"collection": "partners", "requestBody": [one]})));
    different.push(encrypt(&TestVault::with(&Setup::keys("2025", &["2025", "2026"])), &base));
    different.push(vault.ciphertext(json!({"type": "randomized", "object": jane()})));
    let count = different.len();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), count);
}

#[test]
fn deterministic_takes_no_tags_and_no_expiration() {
    let vault = TestVault::open();
    let tagged = json!({"type": "deterministic", "tags": ["t"], "object": jane()});
    let result = vault.encrypt(json!({"requestBody": [tagged]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(context(&result, "field"), "requestBody[0].tags");
    let one = json!({"type": "deterministic", "object": jane()});
    for expiration in ["10", ""] {
        let result = vault.encrypt(json!({"expirationSecs": expiration, "requestBody": [one]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
}

#[test]
fn an_unknown_type_is_pv1012() {
    let vault = TestVault::open();
    for name in ["pci", "Randomized", ""] {
        let one = json!({"type": name, "object": jane()});
        assert_eq!(code(&vault.encrypt(json!({"requestBody": [one]}))), "PV1012");
    }
}

#[test]
fn token_parameters_are_unknown_keys() {
    let vault = TestVault::open();
    for member in ["token_id", "ensure_unique_tenant_tags", "fptemplate", "store_object"] {
        let mut one = json!({"object": jane()});
        one.as_object_mut().unwrap().insert(member.to_owned(), json!("x"));
        let result = vault.encrypt(json!({"requestBody": [one]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), format!("requestBody[0].{member}"));
    }
    let result = vault.encrypt(json!({"transactionId": "t", "requestBody": [{"object": jane()}]}));
    assert_eq!(code(&result), "PV1012");
}

#[test]
fn a_ciphertext_is_made_of_another_ciphertext() {
    let vault = TestVault::open();
    let inner = vault.ciphertext(json!({"scope": "inner", "object": jane()}));
    let outer = vault.ciphertext(json!({
        "type": "deterministic", "props": ["name"],
        "object": {"encrypted": {"ciphertext": inner, "scope": "inner"}},
    }));
    assert_eq!(held(&vault, &json!(outer)), json!({"name": "Jane"}));
    let plain =
        vault.ciphertext(json!({"type": "deterministic", "object": {"fields": {"name": "Jane"}}}));
    assert_eq!(outer, plain);
}

#[test]
fn the_layout_is_one_format_byte_then_one_part() {
    let vault = TestVault::open();
    let bytes = Base64::decode_vec(&vault.ciphertext(json!({"object": jane()}))).unwrap();
    let other = Base64::decode_vec(&vault.ciphertext(json!({"object": jane()}))).unwrap();
    assert_eq!(bytes.first(), Some(&1));
    assert_eq!(bytes.get(1..9), other.get(1..9), "the key ID");
    assert_ne!(bytes.get(9..33), other.get(9..33), "the nonce");
    assert_eq!(bytes.len(), other.len());
}

#[test]
fn an_ordinary_vault_shows_nothing_readable() {
    let vault = TestVault::open();
    let bytes = Base64::decode_vec(&vault.ciphertext(json!({
        "scope": "visible-scope", "tags": ["visible-tag"], "object": jane(),
    })))
    .unwrap();
    // With its quotes: four letters alone are among random bytes now and then.
    for word in [r#""Jane""#, "jane@example.com", "visible-scope", "visible-tag", "customers"] {
        let seen = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!seen, "{word}");
    }
}

// Out of a ciphertext.

/// The last question's checks, as `operation resource`.
fn checks_asked(vault: &TestVault) -> Vec<String> {
    let question = vault.host.questions().pop().unwrap();
    let checks = question["checks"].as_array().unwrap();
    let text = |check: &Value| {
        let resource = check["resource"].as_str().unwrap();
        format!("{} {}", check["operation"].as_str().unwrap(), resource.rsplit('/').next().unwrap())
    };
    checks.iter().map(text).collect()
}

#[test]
fn deterministic_out_of_a_ciphertext_needs_decrypt_just_before_encrypt_and_the_decrypter() {
    let vault = TestVault::open();
    let sealed = json!({"encrypted": {"ciphertext": vault.ciphertext(json!({"object": jane()}))}});
    let fields = json!({"fields": {"ssn": "123456789"}});
    let deterministic = |object: &Value| json!({"type": "deterministic", "object": object});
    let shared =
        json!({"type": "deterministic", "object": {"request_index": 0}, "props": ["name"]});
    for (bodies, expected) in [
        (
            json!([deterministic(&sealed)]),
            vec!["decrypt email", "encrypt email", "decrypt name", "encrypt name"],
        ),
        (
            json!([{"type": "deterministic", "object": sealed, "props": ["ssn", "name"]}]),
            vec!["decrypt ssn", "encrypt ssn", "decrypt name", "encrypt name"],
        ),
        (
            json!([{"object": sealed, "props": ["email"]}, shared]),
            vec!["encrypt email", "decrypt name", "encrypt name"],
        ),
        (
            json!([deterministic(&fields), {"type": "deterministic", "object": sealed, "props": ["name"]}]),
            vec!["encrypt ssn", "decrypt name", "encrypt name"],
        ),
    ] {
        vault.host.take_events();
        succeeds(vault.encrypt(json!({"requestBody": bodies})));
        assert_eq!(checks_asked(&vault), expected, "{bodies}");
        for question in vault.host.questions() {
            let both = json!(["CapCryptoDecrypter", "CapCryptoEncrypter"]);
            assert_eq!(question["capabilities"], both, "{bodies}");
        }
    }
}

#[test]
fn what_cannot_be_compared_with_guesses_needs_no_decrypt() {
    let vault = TestVault::open();
    let sealed = json!({"encrypted": {"ciphertext": vault.ciphertext(json!({"object": jane()}))}});
    let shared = json!({"object": {"request_index": 0}});
    for bodies in [
        json!([{"object": sealed}]),
        json!([{"object": sealed, "type": "randomized"}]),
        json!([{"object": sealed}, shared]),
        json!([{"object": jane(), "type": "deterministic"}]),
    ] {
        vault.host.take_events();
        succeeds(vault.encrypt(json!({"requestBody": bodies})));
        let asked = checks_asked(&vault);
        assert!(asked.iter().all(|check| check.starts_with("encrypt")), "{bodies}");
        let question = vault.host.questions().pop().unwrap();
        assert_eq!(question["capabilities"], json!(["CapCryptoEncrypter"]), "{bodies}");
    }
}

#[test]
fn without_decrypt_on_a_property_its_deterministic_ciphertext_is_refused() {
    let vault = TestVault::open();
    let sealed = json!({"encrypted": {"ciphertext": vault.ciphertext(json!({"object": jane()}))}});
    vault.host.on_decide(|question| {
        let denied = question["checks"].as_array().is_some_and(|checks| {
            checks.iter().any(|check| {
                check["operation"] == "decrypt" && check["resource"] == "customers/properties/email"
            })
        });
        Ok(if denied { Decision::Denied(None) } else { Decision::Allow })
    });
    let attempt = |one: Value| code(&vault.encrypt(json!({"requestBody": [one]})));
    let deterministic = json!({"type": "deterministic", "object": sealed});
    assert_eq!(attempt(deterministic.clone()), "PV1006");
    assert_eq!(
        attempt(json!({"type": "deterministic", "object": sealed, "props": ["email"]})),
        "PV1006"
    );
    assert_eq!(
        attempt(json!({"type": "deterministic", "object": sealed, "props": ["name"]})),
        "ok"
    );
    assert_eq!(attempt(json!({"object": sealed})), "ok");
    assert_eq!(attempt(json!({"type": "deterministic", "object": jane()})), "ok");
}
