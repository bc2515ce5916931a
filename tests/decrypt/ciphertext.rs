//! Ciphertexts that do not open.

use super::*;

#[test]
fn ciphertext_is_taken_in_standard_and_url_safe_base64_with_or_without_padding() {
    let vault = TestVault::open();
    for length in 1..13 {
        let fields = json!({"name": "x".repeat(length)});
        let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
        let url_safe = ciphertext.replace('+', "-").replace('/', "_");
        for text in [&ciphertext, &url_safe] {
            for text in [text.as_str(), text.trim_end_matches('=')] {
                assert_eq!(succeeds(decrypt(&vault, of(text)))[0]["fields"], fields, "{text}");
            }
        }
    }
}

#[test]
fn ciphertext_that_does_not_open_is_vl3003_with_one_message_for_all() {
    let vault = TestVault::open();
    let whole = jane(&vault);
    let foreign = TestVault::with(&Setup::keys("2031", &["2031"]));
    let object = json!({"fields": {"name": "Jane"}});
    let elsewhere = json!({"collection": "partners", "requestBody": [{"object": object}]});
    let elsewhere = succeeds(vault.encrypt(elsewhere))[0]["ciphertext"].clone();
    let mut texts = vec![
        String::new(),
        "AA==".to_owned(),
        "not base64!".to_owned(),
        format!("{whole}\n"),
        format!(" {whole}"),
        format!("{whole}===="),
        whole.get(..whole.len() / 2).unwrap().to_owned(),
        jane(&foreign),
        elsewhere.as_str().unwrap().to_owned(),
    ];
    texts.extend((0..whole.len() - 4).step_by(7).map(|at| altered_base64(&whole, at)));
    for options in [None, Some("archived"), Some("include_metadata")] {
        let mut messages = Vec::new();
        for text in &texts {
            let mut request = of(text);
            if let Some(option) = options {
                request["options"] = json!([option]);
            }
            let error = decrypt(&vault, request).unwrap_err();
            assert_eq!((error.code(), error.status()), ("VL3003", 400), "{text}");
            messages.push(serde_json::to_string(&error).unwrap());
        }
        messages.dedup();
        assert_eq!(messages.len(), 1);
    }
}

/// Base64 text with the character at this place another one.
fn altered_base64(text: &str, at: usize) -> String {
    let another = |(place, character): (usize, char)| match character {
        _ if place != at => character,
        'A' => 'B',
        _ => 'A',
    };
    text.char_indices().map(another).collect()
}

#[test]
fn a_scope_that_is_given_must_be_the_ciphertexts_else_vl3004() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane"}});
    let ciphertext = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    for (scope, expected) in [
        (None, "ok"),
        (Some("elsewhere"), "ok"),
        (Some("default"), "VL3004"),
        (Some("Elsewhere"), "VL3004"),
        (Some("elsewhere "), "VL3004"),
    ] {
        let mut body = one(&ciphertext);
        if let Some(scope) = scope {
            body["encrypted_object"]["scope"] = json!(scope);
        }
        assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body]}))), expected, "{scope:?}");
    }
}

#[test]
fn a_ciphertext_under_an_earlier_key_still_opens_and_one_under_a_dropped_key_is_vl3003() {
    let before = TestVault::with(&Setup::keys("2025", &["2025"]));
    for encryption_type in ["randomized", "deterministic"] {
        let object = json!({"fields": {"name": "Jane"}});
        let ciphertext = before.ciphertext(json!({"type": encryption_type, "object": object}));
        let vault = TestVault::with(&Setup::keys("2026", &["2025", "2026"]));
        assert_eq!(succeeds(decrypt(&vault, of(&ciphertext)))[0]["fields"]["name"], "Jane");
        let vault = TestVault::with(&Setup::keys("2026", &["2026"]));
        assert_eq!(code(&decrypt(&vault, of(&ciphertext))), "VL3003");
    }
}
