//! What only deterministic ciphertexts have, and have not.

use super::*;

#[test]
fn equal_results_are_equal_ciphertext_for_deterministic_and_never_for_randomized() {
    let vault = TestVault::open();
    let sources = [
        sealed(&vault, "deterministic"),
        sealed(&vault, "randomized"),
        vault.ciphertext(json!({"scope": "other", "object": {"fields": {"name": "Joe"}}})),
    ];
    let fields = json!({"email": "jo@example.com", "name": "Jo"});
    let results = |encryption_type: &str| -> BTreeSet<String> {
        let result = |source: &String| {
            let body = with(one(source, &fields), "type", json!(encryption_type));
            updated(&vault, with(body, "scope", json!("s")))
        };
        sources.iter().chain(&sources).map(result).collect()
    };
    let made = vault.ciphertext(json!({
        "type": "deterministic", "scope": "s", "object": {"fields": fields},
    }));
    assert_eq!(results("deterministic"), BTreeSet::from([made]), "and equal to what encrypt makes");
    assert_eq!(results("randomized").len(), 6);
}

#[test]
fn a_deterministic_ciphertext_updated_to_what_it_holds_is_itself() {
    let vault = TestVault::open();
    let old = sealed(&vault, "deterministic");
    assert_eq!(updated(&vault, one(&old, &json!({}))), old);
    assert_eq!(updated(&vault, one(&old, &json!({"name": "Jane"}))), old);
    assert_ne!(updated(&vault, one(&old, &json!({"name": "Jan"}))), old);
    assert_ne!(updated(&vault, with(one(&old, &json!({})), "scope", json!("other"))), old);
    assert_ne!(updated(&vault, with(one(&old, &json!({})), "type", json!("randomized"))), old);
}

#[test]
fn a_change_to_deterministic_of_a_ciphertext_with_tags_or_an_expiry_is_pv1012() {
    let vault = TestVault::open();
    for old in [
        expiring(&vault, "", &json!(["t"])),
        expiring(&vault, "10", &json!([])),
        expiring(&vault, "10", &json!(["t"])),
    ] {
        let body = with(one(&old, &json!({})), "type", json!("deterministic"));
        let result = update(&vault, json!({"requestBody": [one(&jane(&vault), &json!({})), body]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[1].type");
        let body = with(one(&old, &json!({})), "type", json!("randomized"));
        assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), "ok");
    }
    let body = with(one(&jane(&vault), &json!({})), "type", json!("deterministic"));
    assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), "ok");
}

#[test]
fn deterministic_takes_no_expiration_by_the_requests_type_before_the_policy_is_asked() {
    let vault = TestVault::open();
    let randomized = one(&jane(&vault), &json!({}));
    let deterministic = with(randomized.clone(), "type", json!("deterministic"));
    vault.host.take_events();
    for expiry in ["10", "0", ""] {
        let bodies = json!([randomized, deterministic]);
        let result = update(&vault, json!({"expirationSecs": expiry, "requestBody": bodies}));
        assert_eq!(code(&result), "PV1012", "{expiry}");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn deterministic_takes_no_expiration_by_the_sources_type_either() {
    let vault = TestVault::open();
    let old = sealed(&vault, "deterministic");
    for expiry in ["10", "0", ""] {
        let bodies = json!([one(&jane(&vault), &json!({})), one(&old, &json!({}))]);
        let result = update(&vault, json!({"expirationSecs": expiry, "requestBody": bodies}));
        assert_eq!(code(&result), "PV1012", "{expiry}");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
    let changed = with(one(&old, &json!({})), "type", json!("randomized"));
    let request = json!({"expirationSecs": "10", "requestBody": [changed]});
    let new = first(&succeeds(update(&vault, request)));
    assert_eq!(metadata(&vault, &new)["expiration"], "2024-11-08T15:00:10.000Z");
}
