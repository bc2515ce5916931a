//! Update encrypted: every rule of the specification that concerns it, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding};
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, thrown};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

const BOTH_TYPES: [&str; 2] = ["randomized", "deterministic"];

fn update(vault: &TestVault, request: Value) -> Result<Value, Error> {
    vault.call("crypto.updateEncrypted", request)
}

/// One request of the array.
fn one(ciphertext: &str, fields: &Value) -> Value {
    json!({"encrypted_object": {"ciphertext": ciphertext}, "fields": fields})
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

/// The ciphertext that one request makes.
fn updated(vault: &TestVault, one: Value) -> String {
    first(&succeeds(update(vault, json!({"requestBody": [one]}))))
}

fn first(answer: &Value) -> String {
    answer[0]["ciphertext"].as_str().unwrap().to_owned()
}

/// A ciphertext of a name and an e-mail address.
fn jane(vault: &TestVault) -> String {
    sealed(vault, "randomized")
}

fn sealed(vault: &TestVault, encryption_type: &str) -> String {
    vault.ciphertext(json!({
        "type": encryption_type,
        "object": {"fields": {"name": "Jane", "email": "jane@example.com"}},
    }))
}

/// A ciphertext with this expiry and these tags.
fn expiring(vault: &TestVault, seconds: &str, tags: &Value) -> String {
    let one = json!({"tags": tags, "object": {"fields": {"name": "Jane"}}});
    first(&succeeds(vault.encrypt(json!({"expirationSecs": seconds, "requestBody": [one]}))))
}

/// What decrypt says of an active ciphertext.
fn decrypted(vault: &TestVault, ciphertext: &str) -> Value {
    let body = json!([{"encrypted_object": {"ciphertext": ciphertext}}]);
    let request = json!({"options": ["include_metadata"], "requestBody": body});
    succeeds(vault.call("crypto.decrypt", request))[0].clone()
}

fn held(vault: &TestVault, ciphertext: &str) -> Value {
    decrypted(vault, ciphertext)["fields"].clone()
}

fn metadata(vault: &TestVault, ciphertext: &str) -> Value {
    decrypted(vault, ciphertext)["metadata"].clone()
}

fn check(operation: &str, name: &str, data_type: &str) -> Value {
    json!({
        "operation": operation, "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

/// Both checks of each of these properties.
fn checks(properties: &[(&str, &str)]) -> Value {
    let both = |(name, data_type): &(&str, &str)| {
        [check("decrypt", name, data_type), check("encrypt", name, data_type)]
    };
    properties.iter().flat_map(both).collect()
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}

// Answers.

#[test]
fn an_array_is_answered_in_order_as_standard_base64() {
    let vault = TestVault::open();
    let bodies: Vec<Value> =
        ["b", "a", "c"].iter().map(|name| one(&jane(&vault), &json!({"name": name}))).collect();
    let answer = succeeds(update(&vault, json!({"requestBody": bodies})));
    let answers = answer.as_array().unwrap();
    let texts: Vec<&str> = answers.iter().map(|one| one["ciphertext"].as_str().unwrap()).collect();
    let names: Vec<Value> = texts.iter().map(|text| held(&vault, text)["name"].clone()).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert!(answers.iter().all(|one| one.as_object().unwrap().len() == 1));
    assert!(texts.iter().all(|text| Base64::decode_vec(text).is_ok()));
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({"name": "Joe"}));
    let bodies = json!([good, one("AAAA", &json!({"name": "Joe"}))]);
    assert_eq!(code(&update(&vault, json!({"requestBody": bodies}))), "VL3003");
}

#[test]
fn update_encrypted_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    let ciphertext = jane(&vault);
    vault.host.take_events();
    updated(&vault, one(&ciphertext, &json!({"name": "Joe"})));
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
    assert!(vault.host.store.rows().is_empty());
}

// Fields and props.

#[test]
fn fields_are_laid_over_what_the_ciphertext_holds() {
    let vault = TestVault::open();
    for (fields, expected) in [
        (json!({"name": "Joe"}), json!({"name": "Joe", "email": "jane@example.com"})),
        (
            json!({"ssn": "123-45-6789"}),
            json!({"name": "Jane", "email": "jane@example.com", "ssn": "123-45-6789"}),
        ),
        (
            json!({"email": "joe@example.com", "age": 7, "name": "Joe"}),
            json!({"name": "Joe", "email": "joe@example.com", "age": 7}),
        ),
    ] {
        assert_eq!(held(&vault, &updated(&vault, one(&jane(&vault), &fields))), expected);
    }
}

#[test]
fn empty_fields_change_no_value() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let new = updated(&vault, one(&old, &json!({})));
    assert_ne!(new, old);
    assert_eq!(decrypted(&vault, &new), decrypted(&vault, &old));
}

#[test]
fn a_value_is_replaced_whole() {
    let vault = TestVault::open();
    let notes = json!({"a": {"b": 1}, "c": 2});
    let old = vault.ciphertext(json!({"object": {"fields": {"notes": notes}}}));
    let new = updated(&vault, one(&old, &json!({"notes": {"a": {"d": 3}}})));
    assert_eq!(held(&vault, &new), json!({"notes": {"a": {"d": 3}}}));
}

#[test]
fn with_props_only_the_named_ones_survive_of_both() {
    let vault = TestVault::open();
    let fields = json!({"ssn": "123-45-6789", "phone": "5550100"});
    for (props, expected) in [
        (json!(["name"]), json!({"name": "Jane"})),
        (json!(["ssn"]), json!({"ssn": "123-45-6789"})),
        (json!(["phone", "email"]), json!({"phone": "5550100", "email": "jane@example.com"})),
        (json!(["name", "name"]), json!({"name": "Jane"})),
    ] {
        let body = with(one(&jane(&vault), &fields), "props", props);
        assert_eq!(held(&vault, &updated(&vault, body)), expected);
    }
}

#[test]
fn each_request_has_fields_and_props_of_its_own() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let bodies = json!([
        with(one(&old, &json!({"name": "Joe"})), "props", json!(["name"])),
        one(&old, &json!({})),
        with(one(&old, &json!({"age": 7})), "props", json!(["age", "email"])),
    ]);
    let answer = succeeds(update(&vault, json!({"requestBody": bodies})));
    let fields: Vec<Value> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|one| held(&vault, one["ciphertext"].as_str().unwrap()))
        .collect();
    let expected = [
        json!({"name": "Joe"}),
        json!({"name": "Jane", "email": "jane@example.com"}),
        json!({"age": 7, "email": "jane@example.com"}),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn props_that_neither_holds_are_vl3005() {
    let vault = TestVault::open();
    let body = with(one(&jane(&vault), &json!({"age": 7})), "props", json!(["name", "ssn"]));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(code(&result), "VL3005");
    assert_eq!(context(&result, "property"), "ssn");
    assert_eq!(result.unwrap_err().status(), 400);
}

#[test]
fn null_of_a_nullable_property_counts_as_absent() {
    let vault = TestVault::open();
    let old = vault.ciphertext(json!({"object": {"fields": {"name": "Jane", "nickname": "J"}}}));
    let new = updated(&vault, one(&old, &json!({"nickname": null, "name": "Joe"})));
    assert_eq!(held(&vault, &new), json!({"name": "Joe", "nickname": "J"}));
    let only = vault.ciphertext(json!({"object": {"fields": {"nickname": "J"}}}));
    let new = updated(&vault, one(&only, &json!({"nickname": null})));
    assert_eq!(held(&vault, &new), json!({"nickname": "J"}));
    let nowhere =
        with(one(&jane(&vault), &json!({"nickname": null})), "props", json!(["nickname"]));
    assert_eq!(code(&update(&vault, json!({"requestBody": [nowhere]}))), "VL3005");
    let not_nullable = one(&jane(&vault), &json!({"name": null}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [not_nullable]}))), "PV3002");
}

#[test]
fn the_old_ciphertext_still_opens() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let old = sealed(&vault, encryption_type);
        let before = decrypted(&vault, &old);
        updated(&vault, with(one(&old, &json!({"name": "Joe"})), "scope", json!("other")));
        assert_eq!(decrypted(&vault, &old), before);
    }
}

#[test]
fn the_new_ciphertext_is_an_input_like_any_other() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let body =
            with(one(&jane(&vault), &json!({"name": "Joe"})), "type", json!(encryption_type));
        let new = updated(&vault, with(body, "scope", json!("other")));
        let fields = json!({"name": "Joe", "email": "jane@example.com"});
        let object = json!({"encrypted": {"ciphertext": new, "scope": "other"}});

        let made = vault.token(json!({"type": "randomized", "object": object}));
        assert_eq!(vault.fields(&made), fields);
        let id = vault.email_token("pci");
        succeeds(vault.update(json!({"tokenIds": [id], "requestBody": {"object": object}})));
        assert_eq!(vault.fields(&id), fields);
        let row = vault.row(&id);
        vault.host.store.remove(&row.key);
        assert_eq!(held(&vault, &vault.ciphertext(json!({"object": object}))), fields);
        let again = json!({
            "encrypted_object": {"ciphertext": new, "scope": "other"}, "fields": {"age": 7},
        });
        assert_eq!(held(&vault, &updated(&vault, again))["age"], 7);
        let hash = |object: &Value| {
            succeeds(vault.call("crypto.hash", json!({"requestBody": [{"object": object}]})))
        };
        assert_eq!(hash(&object), hash(&json!({"fields": fields})));
    }
}

// Type and scope.

#[test]
fn an_absent_type_and_an_absent_scope_keep_the_sources() {
    let vault = TestVault::open();
    for encryption_type in BOTH_TYPES {
        let old = vault.ciphertext(json!({
            "type": encryption_type, "scope": "billing", "object": {"fields": {"name": "Jane"}},
        }));
        let before = metadata(&vault, &old);
        let new = updated(&vault, one(&old, &json!({"name": "Joe"})));
        assert_eq!(metadata(&vault, &new), before);
        assert_eq!(before["type"], encryption_type);
        assert_eq!(before["scope"], "billing");
    }
}

#[test]
fn a_given_type_and_a_given_scope_are_the_new_ones() {
    let vault = TestVault::open();
    for old_type in BOTH_TYPES {
        for new_type in BOTH_TYPES {
            let body = with(one(&sealed(&vault, old_type), &json!({})), "type", json!(new_type));
            let new = updated(&vault, with(body, "scope", json!("other")));
            let said = metadata(&vault, &new);
            assert_eq!((&said["type"], &said["scope"]), (&json!(new_type), &json!("other")));
            let with_the_old_scope = json!({
                "encrypted_object": {"ciphertext": new, "scope": "default"}, "fields": {},
            });
            let result = update(&vault, json!({"requestBody": [with_the_old_scope]}));
            assert_eq!(code(&result), "VL3004");
        }
    }
}

#[test]
fn the_sources_scope_may_be_given_and_must_be_its_own_else_vl3004() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane"}});
    let old = vault.ciphertext(json!({"scope": "elsewhere", "object": object}));
    for (scope, expected) in [("elsewhere", "ok"), ("default", "VL3004"), ("new", "VL3004")] {
        let body = json!({
            "encrypted_object": {"ciphertext": old, "scope": scope}, "fields": {}, "scope": "new",
        });
        assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), expected, "{scope}");
    }
}

#[test]
fn an_unknown_type_is_pv1012() {
    let vault = TestVault::open();
    for name in [json!("pci"), json!("Randomized"), json!(""), json!(1), Value::Null] {
        let body = with(one(&jane(&vault), &json!({})), "type", name);
        let result = update(&vault, json!({"requestBody": [body]}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[0].type");
    }
}

// Tags, tenant and expiry.

#[test]
fn tags_stay_and_cannot_be_given() {
    let vault = TestVault::open();
    let old = expiring(&vault, "", &json!(["b", "a"]));
    let new = updated(&vault, with(one(&old, &json!({"name": "Joe"})), "scope", json!("other")));
    assert_eq!(metadata(&vault, &new)["tags"], json!(["b", "a"]));
    let body = with(one(&old, &json!({})), "tags", json!([]));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(
        (code(&result), context(&result, "field")),
        ("PV1012", "requestBody[0].tags".to_owned())
    );
}

#[test]
fn the_expiry_stays_unless_another_is_given() {
    let vault = TestVault::open();
    for (old, given, expected) in [
        ("90", None, json!("2024-11-08T15:01:30Z")),
        ("", None, Value::Null),
        ("90", Some(""), Value::Null),
        ("90", Some("10"), json!("2024-11-08T15:01:00Z")),
        ("", Some("10"), json!("2024-11-08T15:01:00Z")),
        ("90", Some("3153600000"), json!("2124-10-15T15:00:50Z")),
    ] {
        vault.host.set_time(START);
        let source = expiring(&vault, old, &json!(["t"]));
        vault.host.pass_seconds(50);
        let mut request = json!({"requestBody": [one(&source, &json!({"name": "Joe"}))]});
        if let Some(given) = given {
            request["expirationSecs"] = json!(given);
        }
        let new = first(&succeeds(update(&vault, request)));
        let said = metadata(&vault, &new);
        assert_eq!(
            (&said["expiration"], &said["tags"]),
            (&expected, &json!(["t"])),
            "{old} {given:?}"
        );
    }
}

#[test]
fn expiration_zero_archives_the_new_ciphertext_now_and_not_the_old_one() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let request = json!({"expirationSecs": "0", "requestBody": [one(&old, &json!({}))]});
    let new = first(&succeeds(update(&vault, request)));
    let again = |text: &str| code(&update(&vault, json!({"requestBody": [one(text, &json!({}))]})));
    assert_eq!(again(&new), "PV3233");
    assert_eq!(again(&old), "ok");
}

#[test]
fn an_expiry_that_cannot_be_is_pv1012() {
    let vault = TestVault::open();
    for expiry in
        [json!("3153600001"), json!("-1"), json!("1.0"), json!(" 1"), json!(10), Value::Null]
    {
        let body = json!([one(&jane(&vault), &json!({}))]);
        let result = update(&vault, json!({"expirationSecs": expiry, "requestBody": body}));
        assert_eq!(code(&result), "PV1012", "{expiry}");
        assert_eq!(context(&result, "field"), "expirationSecs");
    }
}

#[test]
fn the_default_expiry_of_tokens_is_not_that_of_ciphertexts() {
    let vault = TestVault::with(&Setup::settings(json!({"tokenTtlSecs": 10})));
    let new = updated(&vault, one(&jane(&vault), &json!({"name": "Joe"})));
    assert_eq!(metadata(&vault, &new)["expiration"], Value::Null);
}

#[test]
fn the_tenant_stays() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let old = vault.ciphertext(json!({"object": {"fields": fields}}));
    for list in [Value::Null, json!(["acme"]), json!(["bolt", "acme"])] {
        let mut request = json!({"requestBody": [one(&old, &json!({"name": "Joe"}))]});
        if !list.is_null() {
            request["xTenantId"] = list;
        }
        let new = first(&succeeds(update(&vault, request)));
        for (tenant, expected) in [("acme", "ok"), ("bolt", "VL3003")] {
            let request = json!({"xTenantId": [tenant], "requestBody": [one(&new, &json!({}))]});
            assert_eq!(code(&update(&vault, request)), expected);
        }
        assert_eq!(held(&vault, &new), json!({"name": "Joe"}), "it is not among the fields");
    }
}

#[test]
fn a_ciphertext_of_no_tenant_is_given_none() {
    let vault = TestVault::open();
    let new = updated(&vault, one(&jane(&vault), &json!({"name": "Joe"})));
    let request = json!({"xTenantId": ["acme"], "requestBody": [one(&new, &json!({}))]});
    assert_eq!(code(&update(&vault, request)), "VL3003");
}

#[test]
fn a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003_and_none_is_outside_every_list() {
    let vault = TestVault::open();
    for tenant in [Some("bolt"), None] {
        let mut fields = json!({"name": "Jane"});
        if let Some(tenant) = tenant {
            fields["_tenant_id"] = json!(tenant);
        }
        let old = vault.ciphertext(json!({"object": {"fields": fields}}));
        let request =
            json!({"xTenantId": ["acme", "core"], "requestBody": [one(&old, &json!({}))]});
        assert_eq!(code(&update(&vault, request)), "VL3003", "{tenant:?}");
    }
}

#[test]
fn a_tenant_among_the_fields_is_pv1012_before_anything_else() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({}));
    vault.host.take_events();
    for tenant in [json!("acme"), json!(""), Value::Null] {
        let fields = json!({"_tenant_id": tenant, "name": "Joe"});
        let request = json!({"xTenantId": ["acme"], "requestBody": [good, one("AAAA", &fields)]});
        let result = update(&vault, request);
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "requestBody[1].fields._tenant_id");
    }
    assert!(vault.host.take_steps().is_empty());
    let props = with(good, "props", json!(["_tenant_id"]));
    assert_eq!(code(&update(&vault, json!({"requestBody": [props]}))), "PV3004");
}

// Deterministic.

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
    assert_eq!(metadata(&vault, &new)["expiration"], "2024-11-08T15:00:10Z");
}

// The ciphertext.

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
        messages.push(error.to_json());
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
    for (expiry, expected) in [("", Value::Null), ("10", json!("2024-11-08T15:00:10Z"))] {
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

// The policy.

#[test]
fn update_encrypted_asks_for_both_capabilities_and_two_checks_on_each_property() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    let body = with(one(&old, &json!({"ssn": "123456789"})), "props", json!(["ssn", "name"]));
    succeeds(update(&vault, json!({"requestBody": [body], "reason": "Maintenance"})));
    let expected = json!({
        "action": "crypto.updateEncrypted",
        "capabilities": ["CapCryptoDecrypter", "CapCryptoEncrypter"], "input": "encrypted",
        "collection": "customers", "tenantIds": [], "reason": "Maintenance",
        "checks": checks(&[("ssn", "SSN"), ("name", "NAME")]),
    });
    assert_eq!(vault.host.questions(), [expected], "once, for the request shows the properties");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn without_props_the_policy_is_asked_twice_first_with_no_checks() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    updated(&vault, one(&old, &json!({"ssn": "123456789", "name": "Joe"})));
    let second = checks(&[("email", "EMAIL"), ("name", "NAME"), ("ssn", "SSN")]);
    assert_eq!(checks_asked(&vault), [json!([]), second]);
    let questions = vault.host.questions();
    let both = json!(["CapCryptoDecrypter", "CapCryptoEncrypter"]);
    assert!(questions.iter().all(|question| question["capabilities"] == both));
    assert!(questions.iter().all(|question| question["input"] == "encrypted"));
}

#[test]
fn checks_are_the_union_over_the_array_each_once_in_order_of_first_appearance() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrowed =
        |props: Value| with(one(&old, &json!({"ssn": "123456789", "age": 7})), "props", props);
    let first = narrowed(json!(["name", "age", "ssn"]));
    let second = narrowed(json!(["ssn", "email", "name"]));
    vault.host.take_events();
    succeeds(update(&vault, json!({"requestBody": [first, second]})));
    let mut union = vec![("name", "NAME"), ("age", "INTEGER"), ("ssn", "SSN"), ("email", "EMAIL")];
    assert_eq!(checks_asked(&vault), [checks(&union)]);
    vault.host.take_events();
    let whole = one(&old, &json!({"phone": "5550100"}));
    succeeds(update(&vault, json!({"requestBody": [first, whole]})));
    union.push(("phone", "PHONE_NUMBER"));
    assert_eq!(checks_asked(&vault), [json!([]), checks(&union)]);
}

#[test]
fn neither_of_the_two_rights_is_the_other() {
    for refused in ["decrypt", "encrypt"] {
        for props in [None, Some(json!(["name"]))] {
            let vault = TestVault::open();
            let mut body = one(&jane(&vault), &json!({"name": "Joe"}));
            if let Some(props) = props {
                body["props"] = props;
            }
            vault.host.on_decide(move |question| {
                let checks = question["checks"].as_array().unwrap();
                let denied = checks.iter().any(|check| check["operation"] == refused);
                Ok(if denied { Decision::Denied(None) } else { Decision::Allow })
            });
            let result = update(&vault, json!({"requestBody": [body]}));
            assert_eq!(code(&result), "PV1006", "{refused}");
        }
    }
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.deny_resource("customers/properties/email");
    vault.host.take_events();
    let body = one(&old, &json!({"name": "Joe"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), "PV1006");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["decision"], "denied");
    let replaced = one(&old, &json!({"email": "joe@example.com"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [replaced]}))), "PV1006");
    let narrowed = with(body, "props", json!(["name"]));
    let result = update(&vault, json!({"requestBody": [narrowed]}));
    assert_eq!(code(&result), "ok", "what does not survive needs no right");
}

#[test]
fn no_ciphertext_is_opened_before_the_capabilities_were_granted() {
    let vault = TestVault::open();
    let deterministic = sealed(&vault, "deterministic");
    for (body, allowed) in [
        (one("AAAA", &json!({})), "VL3003"),
        (with(one("AAAA", &json!({})), "props", json!(["name"])), "VL3003"),
        (with(one(&jane(&vault), &json!({})), "props", json!(["age"])), "VL3005"),
        (one(&deterministic, &json!({})), "PV1012"),
    ] {
        let mut request = json!({"requestBody": [body]});
        if allowed == "PV1012" {
            request["expirationSecs"] = json!("10");
        }
        vault.host.take_events();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
        assert_eq!(code(&update(&vault, request.clone())), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        vault.host.allow_everything();
        assert_eq!(code(&update(&vault, request)), allowed);
    }
}

#[test]
fn what_the_request_shows_is_checked_before_the_policy_is_asked() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({}));
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    for (fields, props, expected) in [
        (json!({"email": "no address"}), None, "PV3002"),
        (json!({"email": "no address"}), Some(json!(["name"])), "PV3002"),
        (json!({"age": 9_007_199_254_740_992_i64}), None, "PV3002"),
        (json!({"unknown": 1}), None, "PV3004"),
        (json!({"name": "Joe", "not a name": 1}), Some(json!(["name"])), "PV3004"),
        (json!({}), Some(json!(["unknown"])), "PV3004"),
        (json!({}), Some(json!(["name", "name.mask"])), "PV3004"),
    ] {
        vault.host.take_events();
        let mut body = one("AAAA", &fields);
        if let Some(props) = props {
            body["props"] = props;
        }
        let result = update(&vault, json!({"requestBody": [good, body]}));
        assert_eq!(code(&result), expected, "{fields}");
        assert_eq!(vault.host.take_steps(), ["audit"], "a refusal there is audited");
    }
}

#[test]
fn a_refused_value_is_not_in_the_error() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"ssn": "Zq7 Marker"}));
    let error = update(&vault, json!({"requestBody": [body]})).unwrap_err();
    assert_eq!(error.context(), [("property", "ssn".to_owned()), ("type", "SSN".to_owned())]);
    assert!(!format!("{error:?} {error} {}", error.to_json()).contains("Marker"));
}

// Strict parsing.

#[test]
fn what_is_not_of_the_form_is_pv1012_naming_its_path() {
    let vault = TestVault::open();
    let good = one(&jane(&vault), &json!({}));
    let without = |member: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(member);
        json!([good, body])
    };
    let changed = |member: &str, value: Value| json!([good, with(good.clone(), member, value)]);
    vault.host.take_events();
    for (body, field) in [
        (json!([]), "requestBody"),
        (json!({}), "requestBody"),
        (Value::Null, "requestBody"),
        (json!([good, null]), "requestBody[1]"),
        (without("encrypted_object"), "requestBody[1].encrypted_object"),
        (without("fields"), "requestBody[1].fields"),
        (changed("fields", Value::Null), "requestBody[1].fields"),
        (changed("fields", json!([])), "requestBody[1].fields"),
        (changed("fields", json!("name")), "requestBody[1].fields"),
        (changed("encrypted_object", Value::Null), "requestBody[1].encrypted_object"),
        (changed("encrypted_object", json!("AAAA")), "requestBody[1].encrypted_object"),
        (changed("encrypted_object", json!({})), "requestBody[1].encrypted_object.ciphertext"),
        (
            changed("encrypted_object", json!({"ciphertext": 7})),
            "requestBody[1].encrypted_object.ciphertext",
        ),
        (
            changed("encrypted_object", json!({"ciphertext": "AAAA", "scope": null})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            changed("encrypted_object", json!({"ciphertext": "AAAA", "tags": []})),
            "requestBody[1].encrypted_object.tags",
        ),
        (changed("props", json!([])), "requestBody[1].props"),
        (changed("props", Value::Null), "requestBody[1].props"),
        (changed("props", json!("name")), "requestBody[1].props"),
        (changed("props", json!(["name", null])), "requestBody[1].props[1]"),
        (changed("scope", Value::Null), "requestBody[1].scope"),
        (changed("scope", json!("")), "requestBody[1].scope"),
        (changed("scope", json!("x".repeat(257))), "requestBody[1].scope"),
        (changed("scope", json!(["s"])), "requestBody[1].scope"),
        (changed("object", json!({"fields": {}})), "requestBody[1].object"),
        (changed("token_id", json!("t")), "requestBody[1].token_id"),
        (changed("expirationSecs", json!("10")), "requestBody[1].expirationSecs"),
    ] {
        let result = update(&vault, json!({"requestBody": body}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty(), "and neither policy nor audit hears of it");
}

#[test]
fn parameters_that_update_encrypted_does_not_have_are_pv1012() {
    let vault = TestVault::open();
    let request = json!({"requestBody": [one(&jane(&vault), &json!({}))]});
    for (member, value, field) in [
        ("props", json!(["name"]), "props"),
        ("fields", json!({}), "fields"),
        ("scope", json!("s"), "scope"),
        ("tokenIds", json!(["a"]), "tokenIds"),
        ("tags", json!(["a"]), "tags"),
        ("transactionId", json!("t"), "transactionId"),
        ("options", json!([]), "options"),
        ("options", Value::Null, "options"),
        ("options", json!(["include_metadata"]), "options[0]"),
        ("options", json!(["archived", "archive"]), "options[1]"),
        ("xTenantId", json!([]), "xTenantId"),
    ] {
        let result = update(&vault, with(request.clone(), member, value));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    let missing = update(&vault, json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
}

// The audit.

#[test]
fn one_event_counts_the_ciphertexts_and_shows_the_checks_that_were_asked_last() {
    let vault = TestVault::open();
    let old = jane(&vault);
    vault.host.take_events();
    let bodies = [one(&old, &json!({"name": "Joe"})), one(&old, &json!({}))];
    succeeds(update(&vault, json!({"requestBody": bodies})));
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["action"], "crypto.updateEncrypted");
    assert_eq!((&event["decision"], &event["tokens"]), (&json!("allowed"), &json!(2)));
    assert_eq!(event["checks"], checks(&[("email", "EMAIL"), ("name", "NAME")]));
    assert_eq!(event.get("code"), None);
}

#[test]
fn a_call_that_ends_in_an_error_sends_one_event_with_the_code() {
    let vault = TestVault::open();
    let old = jane(&vault);
    for (body, expected) in [
        (one("AAAA", &json!({})), "VL3003"),
        (with(one(&old, &json!({})), "props", json!(["age"])), "VL3005"),
        (one(&expiring(&vault, "0", &json!([])), &json!({})), "PV3233"),
    ] {
        vault.host.take_events();
        assert_eq!(code(&update(&vault, json!({"requestBody": [body]}))), expected);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["decision"], &events[0]["code"]),
            (&json!("failed"), &json!(expected))
        );
    }
}

#[test]
fn a_failing_audit_answers_nothing() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"name": "Joe"}));
    vault.host.on_audit(|_| Err(thrown()));
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(code(&result), "PV1000");
    assert_eq!(context(&result, "callback"), "audit");
}

// Limits.

#[test]
fn more_than_max_tokens_ciphertexts_are_vl1001() {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 2})));
    let body = one(&jane(&vault), &json!({}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [body, body]}))), "ok");
    let result = update(&vault, json!({"requestBody": [body, body, body]}));
    assert_eq!(code(&result), "VL1001");
    assert_eq!(context(&result, "limit"), "settings.maxTokens");
}

#[test]
fn more_than_max_bytes_of_new_data_in_one_call_is_vl1001() {
    let whole = TestVault::open();
    let old = whole.ciphertext(json!({"object": {"fields": {"name": "Jane"}}}));
    let nickname = "x".repeat(1_000);
    let body = one(&old, &json!({"nickname": nickname}));
    let size = json!({"name": "Jane", "nickname": nickname}).to_string().len();
    let limited = |bytes: usize| whole.beside(&Setup::settings(json!({"maxBytes": bytes})));
    let request = json!({"requestBody": [body, body]});
    assert_eq!(code(&update(&limited(2 * size), request.clone())), "ok");
    let result = update(&limited(2 * size - 1), request);
    assert_eq!(code(&result), "VL1001");
    assert_eq!(context(&result, "limit"), "settings.maxBytes");
}

#[test]
fn the_canonical_json_of_a_new_object_is_at_most_1_mib() {
    let vault = TestVault::open();
    let frame = r#"{"name":"","nickname":""}"#.len();
    let name = "x".repeat(600_000);
    let old = vault.ciphertext(json!({"object": {"fields": {"name": name}}}));
    let rest = (1 << 20) - frame - name.len();
    for (length, expected) in [(rest, "ok"), (rest + 1, "PV1012")] {
        let body = one(&old, &json!({"nickname": "y".repeat(length)}));
        let result = update(&vault, json!({"requestBody": [body]}));
        assert_eq!(code(&result), expected);
        if expected == "PV1012" {
            let narrowed = with(body, "props", json!(["nickname"]));
            assert_eq!(code(&update(&vault, json!({"requestBody": [narrowed]}))), "ok");
        }
    }
}

#[test]
fn fields_that_alone_are_more_than_1_mib_are_refused_before_the_policy_is_asked() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"nickname": "y".repeat(1 << 20)}));
    vault.host.take_events();
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(vault.host.take_steps(), ["audit"]);
}

// Reload.

#[test]
fn a_property_removed_by_a_reload_is_pv3004() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrower = json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}});
    vault.host.on_reload(Ok(Some(narrower.to_string())));
    let body = one(&old, &json!({"email": "joe@example.com"}));
    let reloading = json!({"reloadCache": true, "requestBody": [body]});
    assert_eq!(code(&update(&vault, reloading)), "ok", "the call itself sees the old ones");
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!((code(&result), context(&result, "property")), ("PV3004", "name".to_owned()));
    let named = one(&old, &json!({"name": "Joe"}));
    assert_eq!(code(&update(&vault, json!({"requestBody": [named]}))), "PV3004");
}

#[test]
fn props_leave_out_a_property_removed_by_a_reload() {
    let vault = TestVault::open();
    let old = jane(&vault);
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}}),
        ..Setup::default()
    });
    let body = with(one(&old, &json!({})), "props", json!(["email"]));
    assert_eq!(held(&narrower, &updated(&narrower, body)), json!({"email": "jane@example.com"}));
}

#[test]
fn a_held_value_that_is_not_of_its_propertys_type_since_a_reload_is_pv3002() {
    let vault = TestVault::open();
    let old = vault.ciphertext(json!({"object": {"fields": {"name": "Zq7 Marker"}}}));
    let changed = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"name": {"type": "SSN"}}}}),
        ..Setup::default()
    });
    let error = update(&changed, json!({"requestBody": [one(&old, &json!({}))]})).unwrap_err();
    assert_eq!(error.code(), "PV3002");
    assert!(!format!("{error:?} {error} {}", error.to_json()).contains("Marker"));
}
