//! Ciphertexts that do not open, archived ones, and what the new ones are sealed with.

use super::*;

#[test]
fn a_ciphertext_that_does_not_open_is_vl3003() {
    let vault = TestVault::open();
    let whole = jane(&vault);
    let foreign = TestVault::with(&Setup::keys("2031", &["2031"]));
    let object = json!({"fields": {"name": "Jane"}});
    let elsewhere = json!({"collection": "partners", "requestBody": [{"object": object}]});
    let mut messages = Vec::new();
    for text in [
        String::new(),
        "AAAA".to_owned(),
        "not base64!".to_owned(),
        whole.get(..whole.len() - 4).unwrap().to_owned(),
        jane(&foreign),
        first(&succeeds(vault.encrypt(elsewhere))),
    ] {
        let error = update(&vault, json!({"requestBody": [one(&text, &json!({}))]})).unwrap_err();
        assert_eq!(error.code(), "VL3003", "{text}");
        messages.push(serde_json::to_string(&error).unwrap());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "one message for all");
}

#[test]
fn an_archived_ciphertext_is_pv3233_from_the_moment_of_its_expiry() {
    let vault = TestVault::open();
    let old = expiring(&vault, "10", &json!([]));
    let attempt = || {
        let request = json!({"expirationSecs": "", "requestBody": [one(&old, &json!({}))]});
        code(&update(&vault, request))
    };
    vault.host.set_time(START + 9_999);
    assert_eq!(attempt(), "ok");
    vault.host.set_time(START + 10_000);
    assert_eq!(attempt(), "PV3233");
}

#[test]
fn with_the_option_archived_only_archived_ones_and_an_active_one_is_vl3012() {
    let vault = TestVault::open();
    let archived = one(&expiring(&vault, "0", &json!([])), &json!({}));
    let active = one(&expiring(&vault, "10", &json!([])), &json!({}));
    let attempt = |bodies: Value| {
        code(&update(&vault, json!({"options": ["archived"], "requestBody": bodies})))
    };
    assert_eq!(attempt(json!([archived])), "ok");
    assert_eq!(attempt(json!([active])), "VL3012");
    assert_eq!(attempt(json!([archived, active])), "VL3012");
    assert_eq!(code(&update(&vault, json!({"requestBody": [active, archived]}))), "PV3233");
}

#[test]
fn an_archived_ciphertext_stays_archived_unless_expiration_revives_it() {
    let vault = TestVault::open();
    let old = expiring(&vault, "0", &json!(["t"]));
    let revive = |expiry: Option<&str>| {
        let body = json!([one(&old, &json!({"name": "Joe"}))]);
        let mut request = json!({"options": ["archived"], "requestBody": body});
        if let Some(expiry) = expiry {
            request["expirationSecs"] = json!(expiry);
        }
        first(&succeeds(update(&vault, request)))
    };
    let attempt =
        |text: &str| code(&update(&vault, json!({"requestBody": [one(text, &json!({}))]})));
    assert_eq!(attempt(&revive(None)), "PV3233");
    assert_eq!(attempt(&revive(Some("0"))), "PV3233");
    for (expiry, expected) in [("", Value::Null), ("10", json!("2024-11-08T15:00:10.000Z"))] {
        let new = revive(Some(expiry));
        assert_eq!(held(&vault, &new), json!({"name": "Joe"}));
        assert_eq!(metadata(&vault, &new)["expiration"], expected);
        assert_eq!(metadata(&vault, &new)["tags"], json!(["t"]));
    }
}

#[test]
fn the_new_ciphertext_is_under_the_primary_key() {
    let before = TestVault::with(&Setup::keys("2025", &["2025"]));
    let between = TestVault::with(&Setup::keys("2026", &["2025", "2026"]));
    let after = TestVault::with(&Setup::keys("2026", &["2026"]));
    for encryption_type in BOTH_TYPES {
        let old = sealed(&before, encryption_type);
        let new = updated(&between, one(&old, &json!({})));
        assert_eq!(held(&after, &new), json!({"name": "Jane", "email": "jane@example.com"}));
        assert_eq!(
            code(&update(&after, json!({"requestBody": [one(&old, &json!({}))]}))),
            "VL3003"
        );
    }
}

#[test]
fn no_two_new_ciphertexts_share_a_nonce() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let mut nonces = BTreeSet::new();
    for _ in 0..3 {
        let bodies: Vec<Value> = (0..20).map(|age| one(&old, &json!({"age": age}))).collect();
        let answer = succeeds(update(&vault, json!({"requestBody": bodies})));
        for one in answer.as_array().unwrap() {
            let bytes = Base64::decode_vec(one["ciphertext"].as_str().unwrap()).unwrap();
            nonces.insert(bytes.get(1..33).unwrap().to_vec());
        }
    }
    nonces.insert(Base64::decode_vec(&old).unwrap().get(1..33).unwrap().to_vec());
    assert_eq!(nonces.len(), 61, "key ID and nonce");
}
