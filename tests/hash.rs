//! Hash: the ID that a `deterministic` token of an object has or would have, and every other rule of
//! the specification that concerns it, by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::collections::BTreeSet;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{START, thrown};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

fn hash(vault: &TestVault, request: Value) -> Result<Value, Error> {
    vault.call("crypto.hash", request)
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

fn jane() -> Value {
    json!({"fields": {"name": "Jane", "email": "jane@example.com"}})
}

fn encrypted(ciphertext: &str) -> Value {
    json!({"encrypted": {"ciphertext": ciphertext}})
}

/// The IDs that an operation answers.
fn ids(answer: &Value) -> Vec<String> {
    let answers = answer.as_array().unwrap().iter();
    answers.map(|one| one["token_id"].as_str().unwrap().to_owned()).collect()
}

/// Hashes one request of the array.
fn hash_of(vault: &TestVault, one: Value) -> String {
    ids(&succeeds(hash(vault, json!({"requestBody": [one]})))).pop().unwrap()
}

/// The request for `deterministic` tokens of the same objects.
fn as_tokenize(request: &Value) -> Value {
    let mut request = request.clone();
    for one in request["requestBody"].as_array_mut().unwrap() {
        one["type"] = json!("deterministic");
    }
    request
}

/// A ciphertext with this expiry.
fn expiring(vault: &TestVault, seconds: &str) -> String {
    let request = json!({"expirationSecs": seconds, "requestBody": [{"object": jane()}]});
    succeeds(vault.encrypt(request))[0]["ciphertext"].as_str().unwrap().to_owned()
}

fn property_check(name: &str, data_type: &str) -> Value {
    json!({
        "operation": "hash", "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

fn decrypt_check(name: &str, data_type: &str) -> Value {
    json!({
        "operation": "decrypt", "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}

// What it equals.

#[test]
fn a_hash_is_the_token_id_of_a_deterministic_token_of_the_same_object() {
    let vault = TestVault::open();
    let sealed = vault.ciphertext(json!({"scope": "inner", "object": {"fields": {
        "name": "Ann", "ssn": "123-45-6789", "notes": {"a": [1, null]},
    }}}));
    let acmes =
        vault.ciphertext(json!({"object": {"fields": {"name": "Ann", "_tenant_id": "acme"}}}));
    let own_tenant = json!({"fields": {"name": "Bob", "_tenant_id": "acme"}});
    let requests = [
        json!({"requestBody": [{"object": jane()}]}),
        json!({"requestBody": [{"object": jane(), "props": ["email"]}]}),
        json!({"requestBody": [{"object": jane(), "scope": "billing"}]}),
        json!({"requestBody": [{"object": jane(), "scope": "global:all"}]}),
        json!({"requestBody": [{"object": jane(), "scope": "global"}]}),
        json!({"collection": "partners", "requestBody": [{"object": jane()}]}),
        json!({"requestBody": [{"object": encrypted(&sealed)}]}),
        json!({"requestBody": [{"object": encrypted(&sealed), "props": ["ssn", "name"]}]}),
        json!({"requestBody": [{"object": {"encrypted": {"ciphertext": sealed, "scope": "inner"}}, "scope": "outer"}]}),
        json!({"xTenantId": ["acme"], "requestBody": [{"object": jane()}]}),
        json!({"xTenantId": ["bolt"], "requestBody": [{"object": jane()}]}),
        json!({"xTenantId": ["acme"], "requestBody": [{"object": jane(), "scope": "global:all"}]}),
        json!({"requestBody": [{"object": own_tenant}]}),
        json!({"xTenantId": ["acme"], "requestBody": [{"object": own_tenant, "scope": "s"}]}),
        json!({"requestBody": [{"object": encrypted(&acmes)}]}),
        json!({"xTenantId": ["acme"], "requestBody": [{"object": encrypted(&acmes), "scope": "s"}]}),
    ];
    let mut all = BTreeSet::new();
    for request in &requests {
        let hashes = ids(&succeeds(hash(&vault, request.clone())));
        let made = ids(&succeeds(vault.tokenize(as_tokenize(request))));
        assert_eq!(hashes, made, "{request}");
        assert_eq!(ids(&succeeds(hash(&vault, request.clone()))), made, "and it is so afterwards");
        all.extend(hashes);
    }
    assert_eq!(all.len(), requests.len(), "each means something of its own");
}

#[test]
fn an_array_is_answered_in_order_with_nothing_but_the_ids() {
    let vault = TestVault::open();
    let sealed = vault.ciphertext(json!({"object": {"fields": {"name": "Ann", "age": 7}}}));
    let request = json!({"requestBody": [
        {"object": jane()},
        {"object": {"request_index": 3}, "props": ["age"]},
        {"object": {"request_index": 0}, "scope": "s"},
        {"object": encrypted(&sealed)},
        {"object": {"request_index": 0}, "props": ["name"]},
        {"object": jane()},
    ]});
    let answer = succeeds(hash(&vault, request.clone()));
    assert!(answer.as_array().unwrap().iter().all(|one| one.as_object().unwrap().len() == 1));
    let hashes = ids(&answer);
    assert_eq!(hashes, ids(&succeeds(vault.tokenize(as_tokenize(&request)))));
    assert_eq!(hashes.iter().collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(hashes.first(), hashes.last());
}

#[test]
fn equal_data_has_equal_hashes_however_it_is_given() {
    let vault = TestVault::open();
    let expected = hash_of(&vault, json!({"object": jane()}));
    let sealed = vault.ciphertext(json!({"object": jane(), "scope": "other", "tags": ["t"]}));
    let wide = json!({"fields": {"name": "Jane", "email": "jane@example.com", "age": 7}});
    for one in [
        json!({"object": {"fields": {"email": "jane@example.com", "name": "Jane"}}}),
        json!({"object": {"fields": {"email": "jane@example.com", "name": "Jane", "nickname": null}}}),
        json!({"object": jane(), "scope": "default"}),
        json!({"object": jane(), "props": ["email", "name", "email"]}),
        json!({"object": wide, "props": ["name", "email"]}),
        json!({"object": encrypted(&sealed)}),
    ] {
        assert_eq!(hash_of(&vault, one.clone()), expected, "{one}");
    }
    for name in ["jane", "Jane ", "Ja\u{0301}ne", ""] {
        let object = json!({"fields": {"name": name, "email": "jane@example.com"}});
        assert_ne!(hash_of(&vault, json!({"object": object})), expected, "{name}");
    }
}

#[test]
fn a_hash_is_a_uuid_of_version_8() {
    let vault = TestVault::open();
    let hash = hash_of(&vault, json!({"object": jane()}));
    let parts: Vec<usize> = hash.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!(hash.get(14..15), Some("8"));
    assert!(["8", "9", "a", "b"].contains(&hash.get(19..20).unwrap()));
}

#[test]
fn a_global_scope_leaves_the_collection_out_and_no_other_does() {
    let vault = TestVault::open();
    let elsewhere = |scope: &str| {
        let one = json!({"object": jane(), "scope": scope});
        let request = json!({"collection": "partners", "requestBody": [one]});
        ids(&succeeds(hash(&vault, request))).pop().unwrap()
    };
    let here = |scope: &str| hash_of(&vault, json!({"object": jane(), "scope": scope}));
    for scope in ["global:", "global:all"] {
        assert_eq!(here(scope), elsewhere(scope), "{scope}");
    }
    for scope in ["default", "global", "Global:all", "a global:all"] {
        assert_ne!(here(scope), elsewhere(scope), "{scope}");
    }
    assert_ne!(here("global:"), here("global:all"));
}

#[test]
fn a_hash_with_a_card_template_is_the_card_shaped_id() {
    let vault = TestVault::open();
    let card = json!({"fields": {"card": "4111 1111 1111 1111", "name": "Jane"}});
    let sealed = vault.ciphertext(json!({"object": card}));
    let template = |object: Value| json!({"object": object, "fptemplate": "primary_account_number", "fpprops": ["card"]});
    let request = json!({"requestBody": [
        template(card.clone()),
        template(encrypted(&sealed)),
        with(template(card.clone()), "scope", json!("global:all")),
        with(template(card.clone()), "props", json!(["card"])),
    ]});
    let hashes = ids(&succeeds(hash(&vault, request.clone())));
    assert_eq!(hashes, ids(&succeeds(vault.tokenize(as_tokenize(&request)))));
    assert!(hashes.iter().all(|id| id.starts_with("411111") && id.ends_with("1111")));
    assert_ne!(hashes[0], hash_of(&vault, json!({"object": card})));
}

#[test]
fn a_card_template_that_does_not_fit_is_vl3011_and_half_of_one_pv1012() {
    let vault = TestVault::open();
    let object = json!({"fields": {"card": "4111111111111111", "name": "Jane"}});
    let sealed = vault.ciphertext(json!({"object": jane()}));
    let template = json!("primary_account_number");
    for (one, expected) in [
        (json!({"object": object, "fptemplate": template, "fpprops": ["name"]}), "VL3011"),
        (json!({"object": object, "fptemplate": template, "fpprops": ["card", "name"]}), "VL3011"),
        (
            json!({"object": object, "props": ["name"], "fptemplate": template, "fpprops": ["card"]}),
            "VL3011",
        ),
        (
            json!({"object": encrypted(&sealed), "fptemplate": template, "fpprops": ["card"]}),
            "VL3011",
        ),
        (json!({"object": object, "fptemplate": template, "fpprops": ["unknown"]}), "PV3004"),
        (json!({"object": object, "fptemplate": template}), "PV1012"),
        (json!({"object": object, "fpprops": ["card"]}), "PV1012"),
        (json!({"object": object, "fptemplate": "other", "fpprops": ["card"]}), "PV1012"),
    ] {
        assert_eq!(code(&hash(&vault, json!({"requestBody": [one]}))), expected, "{one}");
    }
}

#[test]
fn a_hash_does_not_depend_on_the_data_keys() {
    let before = TestVault::with(&Setup::keys("2025", &["2025"]));
    let after = TestVault::with(&Setup::keys("2026", &["2026"]));
    let one = json!({"object": jane()});
    assert_eq!(hash_of(&before, one.clone()), hash_of(&after, one));
}

// What it does not do.

#[test]
fn hash_stores_nothing_and_reads_nothing() {
    let vault = TestVault::open();
    let sealed = vault.ciphertext(json!({"object": jane()}));
    vault.host.take_events();
    vault.host.fail_reads(&thrown());
    for object in [jane(), encrypted(&sealed)] {
        hash_of(&vault, json!({"object": object, "props": ["name"]}));
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    }
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn hash_works_on_a_read_only_store() {
    let vault = TestVault::with(&Setup::store(json!({"writable": false})));
    hash_of(&vault, json!({"object": jane()}));
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn tokenizing_after_a_hash_makes_a_new_token() {
    let vault = TestVault::open();
    let expected = hash_of(&vault, json!({"object": jane()}));
    assert_eq!(vault.fields(&expected), Value::Null);
    let made = vault.token(json!({"type": "deterministic", "object": jane()}));
    assert_eq!(made, expected);
    assert_eq!(vault.fields(&made), jane()["fields"]);
}

#[test]
fn rotation_and_archiving_of_the_token_leave_the_hash_as_it_was() {
    let vault = TestVault::open();
    let made = vault.token(json!({"type": "deterministic", "object": jane()}));
    succeeds(vault.update(json!({"tokenIds": [made], "expirationSecs": "0", "requestBody": {}})));
    assert_eq!(hash_of(&vault, json!({"object": jane()})), made);
    let revive = json!({
        "tokenIds": [made], "options": ["archived"], "expirationSecs": "", "requestBody": {},
    });
    succeeds(vault.update(revive));
    succeeds(vault.rotate(json!({"tokenIds": [made]})));
    assert_eq!(hash_of(&vault, json!({"object": jane()})), made);
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    for (bad, expected) in
        [(json!({"fields": {"email": "no address"}}), "PV3002"), (encrypted("AAAA"), "VL3003")]
    {
        let bodies = json!([{"object": jane()}, {"object": bad}]);
        assert_eq!(code(&hash(&vault, json!({"requestBody": bodies}))), expected);
    }
}

// The object.

#[test]
fn the_input_is_that_of_tokenize() {
    let vault = TestVault::open();
    let sealed = vault.ciphertext(json!({"scope": "inner", "object": jane()}));
    let wrong_scope = json!({"encrypted": {"ciphertext": sealed, "scope": "default"}});
    for (one, expected) in [
        (json!({"object": {"id": "1"}}), "PV2001"),
        (json!({"object": {"fields": {}}}), "PV1012"),
        (json!({"object": {"fields": {"nickname": null}}}), "PV1012"),
        (json!({"object": {"fields": {"name": null}}}), "PV3002"),
        (json!({"object": {"fields": {"unknown": 1}}}), "PV3004"),
        (json!({"object": jane(), "props": ["unknown"]}), "PV3004"),
        (json!({"object": jane(), "props": ["name.mask"]}), "PV3004"),
        (json!({"object": jane(), "props": ["ssn"]}), "PV1012"),
        (json!({"object": jane(), "props": ["ssn", "name"]}), "ok"),
        (json!({"object": encrypted(&sealed), "props": ["ssn"]}), "PV1012"),
        (json!({"object": encrypted(&sealed), "props": ["ssn", "name"]}), "ok"),
        (json!({"object": encrypted("")}), "VL3003"),
        (json!({"object": wrong_scope}), "VL3004"),
        (json!({"object": encrypted(&expiring(&vault, "0"))}), "PV3233"),
        (json!({"object": {"request_index": 0}}), "PV1012"),
        (json!({"object": {"request_index": 1}}), "PV1012"),
        (json!({"object": {"request_index": -1}}), "PV1012"),
        (json!({"object": {"request_index": "0"}}), "PV1012"),
    ] {
        assert_eq!(code(&hash(&vault, json!({"requestBody": [one]}))), expected, "{one}");
    }
}

#[test]
fn a_ciphertext_counts_as_archived_from_the_moment_of_its_expiry() {
    let vault = TestVault::open();
    let one = json!({"object": encrypted(&expiring(&vault, "10"))});
    vault.host.set_time(START + 9_999);
    assert_eq!(code(&hash(&vault, json!({"requestBody": [one]}))), "ok");
    vault.host.set_time(START + 10_000);
    assert_eq!(code(&hash(&vault, json!({"requestBody": [one]}))), "PV3233");
}

// Tenants.

#[test]
fn more_than_one_tenant_is_pv1012_before_anything_else() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane", "_tenant_id": "acme"}});
    for object in [object, encrypted("AAAA"), json!({"fields": {"unknown": 1}})] {
        let body = json!([{"object": object}]);
        let result = hash(&vault, json!({"xTenantId": ["acme", "bolt"], "requestBody": body}));
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "xTenantId");
    }
    assert!(vault.host.take_steps().is_empty());
    let body = json!([{"object": jane()}]);
    let repeated = json!({"xTenantId": ["acme", "acme"], "requestBody": body});
    assert_eq!(code(&hash(&vault, repeated)), "ok", "a repeated one counts once");
    assert_eq!(code(&hash(&vault, json!({"xTenantId": [], "requestBody": body}))), "PV1012");
}

#[test]
fn the_tenant_is_part_of_the_hash_wherever_it_comes_from() {
    let vault = TestVault::open();
    let named = json!({"fields": {"name": "Jane", "_tenant_id": "acme"}});
    let plain = json!({"fields": {"name": "Jane"}});
    let sealed = encrypted(&vault.ciphertext(json!({"object": named})));
    let hash_in = |tenant: Option<&str>, object: &Value| {
        let mut request = json!({"requestBody": [{"object": object}]});
        if let Some(tenant) = tenant {
            request["xTenantId"] = json!([tenant]);
        }
        ids(&succeeds(hash(&vault, request))).pop().unwrap()
    };
    let acmes = hash_in(Some("acme"), &plain);
    for (tenant, object) in
        [(Some("acme"), &named), (None, &named), (Some("acme"), &sealed), (None, &sealed)]
    {
        assert_eq!(hash_in(tenant, object), acmes, "{tenant:?} {object}");
    }
    let others = BTreeSet::from([acmes, hash_in(Some("bolt"), &plain), hash_in(None, &plain)]);
    assert_eq!(others.len(), 3);
}

#[test]
fn a_tenant_in_the_fields_outside_the_list_is_pv1006_after_the_policy_has_allowed() {
    let vault = TestVault::open();
    let object = json!({"fields": {"name": "Jane", "_tenant_id": "bolt"}});
    let request = json!({"xTenantId": ["acme"], "requestBody": [{"object": object}]});
    assert_eq!(code(&hash(&vault, request)), "PV1006");
    let event = vault.host.audit_events().pop().unwrap();
    assert_eq!(event["decision"], "denied");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003_and_none_is_outside_every_list() {
    let vault = TestVault::open();
    for fields in [json!({"name": "Jane", "_tenant_id": "bolt"}), json!({"name": "Jane"})] {
        let sealed = vault.ciphertext(json!({"object": {"fields": fields}}));
        let body = json!([{"object": encrypted(&sealed)}]);
        let result = hash(&vault, json!({"xTenantId": ["acme"], "requestBody": body}));
        assert_eq!(code(&result), "VL3003");
    }
}

// The policy.

#[test]
fn hash_asks_for_the_hasher_and_hash_on_each_property() {
    let vault = TestVault::open();
    let fields = json!({"ssn": "123456789", "_tenant_id": "acme", "name": "Jane", "age": 7});
    let narrowed = json!({"object": {"fields": fields}, "props": ["name", "age", "ssn"]});
    let bodies = json!([narrowed, {"object": jane()}]);
    succeeds(hash(&vault, json!({"xTenantId": ["acme"], "requestBody": bodies})));
    let expected = json!({
        "action": "crypto.hash", "capabilities": ["CapCryptoHasher"], "input": "fields",
        "collection": "customers", "tenantIds": ["acme"], "reason": "AppFunctionality",
        "checks": [
            property_check("name", "NAME"),
            property_check("age", "INTEGER"),
            property_check("ssn", "SSN"),
            property_check("email", "EMAIL"),
        ],
    });
    assert_eq!(vault.host.questions(), [expected]);
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn ciphertext_without_props_asks_twice_first_with_no_checks_and_with_props_once() {
    let vault = TestVault::open();
    let sealed = encrypted(&vault.ciphertext(json!({"object": jane()})));
    let ssn = json!({"object": {"fields": {"ssn": "123456789"}}});
    vault.host.take_events();
    succeeds(hash(&vault, json!({"requestBody": [ssn, {"object": sealed}]})));
    let union = json!([
        property_check("ssn", "SSN"),
        decrypt_check("email", "EMAIL"),
        property_check("email", "EMAIL"),
        decrypt_check("name", "NAME"),
        property_check("name", "NAME"),
    ]);
    assert_eq!(checks_asked(&vault), [json!([]), union]);
    let questions = vault.host.questions();
    assert!(questions.iter().all(|question| question["input"] == "encrypted"));
    let both = json!(["CapCryptoDecrypter", "CapCryptoHasher"]);
    assert!(questions.iter().all(|question| question["capabilities"] == both));
    vault.host.take_events();
    let narrowed = json!({"object": sealed, "props": ["name"]});
    succeeds(hash(&vault, json!({"requestBody": [ssn, narrowed]})));
    let union = json!([
        property_check("ssn", "SSN"),
        decrypt_check("name", "NAME"),
        property_check("name", "NAME"),
    ]);
    assert_eq!(checks_asked(&vault), [union]);
}

#[test]
fn no_ciphertext_is_opened_before_the_capability_was_granted() {
    let vault = TestVault::open();
    let request = json!({"requestBody": [{"object": encrypted("AAAA")}]});
    vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
    assert_eq!(code(&hash(&vault, request.clone())), "PV1007");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
    vault.host.allow_everything();
    assert_eq!(code(&hash(&vault, request)), "VL3003");
}

#[test]
fn what_the_request_shows_is_checked_after_the_policy_has_allowed() {
    let vault = TestVault::open();
    let card = json!({"fields": {"name": "Jane"}});
    for (one, expected) in [
        (json!({"object": {"fields": {"email": "no address"}}}), "PV3002"),
        (json!({"object": {"fields": {"unknown": 1}}}), "PV3004"),
        (json!({"object": jane(), "props": ["ssn"]}), "PV1012"),
        (json!({"object": encrypted("AAAA"), "props": ["unknown"]}), "PV3004"),
        (
            json!({"object": card, "fptemplate": "primary_account_number", "fpprops": ["card"]}),
            "VL3011",
        ),
    ] {
        vault.host.take_events();
        assert_eq!(code(&hash(&vault, json!({"requestBody": [one]}))), expected, "{one}");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"], "a refusal there is audited");
    }
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006() {
    let vault = TestVault::open();
    let sealed = encrypted(&vault.ciphertext(json!({"object": jane()})));
    vault.host.deny_resource("customers/properties/email");
    let attempt = |one: Value| code(&hash(&vault, json!({"requestBody": [one]})));
    assert_eq!(attempt(json!({"object": sealed})), "PV1006");
    assert_eq!(attempt(json!({"object": sealed, "props": ["name"]})), "ok");
    assert_eq!(attempt(json!({"object": jane(), "props": ["name"]})), "ok");
    assert_eq!(attempt(json!({"object": jane()})), "PV1006");
}

// Strict parsing.

#[test]
fn what_is_not_of_the_form_is_pv1012_naming_its_path() {
    let vault = TestVault::open();
    let good = json!({"object": jane()});
    let changed = |member: &str, value: Value| json!([good, with(good.clone(), member, value)]);
    for (body, field) in [
        (json!({}), "requestBody"),
        (Value::Null, "requestBody"),
        (json!([good, null]), "requestBody[1]"),
        (json!([{}]), "requestBody[0].object"),
        (json!([{"props": ["name"]}]), "requestBody[0].props"),
        (changed("object", Value::Null), "requestBody[1].object"),
        (changed("object", json!({})), "requestBody[1].object"),
        (
            changed("object", json!({"fields": {"name": "J"}, "request_index": 0})),
            "requestBody[1].object",
        ),
        (changed("object", json!({"request_index": 1})), "requestBody[1].object.request_index"),
        (changed("object", json!({"request_index": 2})), "requestBody[1].object.request_index"),
        (
            changed("object", json!({"fields": {"_tenant_id": ""}})),
            "requestBody[1].object.fields._tenant_id",
        ),
        (changed("props", json!([])), "requestBody[1].props"),
        (changed("props", Value::Null), "requestBody[1].props"),
        (changed("scope", Value::Null), "requestBody[1].scope"),
        (changed("scope", json!("")), "requestBody[1].scope"),
        (changed("scope", json!("x".repeat(257))), "requestBody[1].scope"),
        (changed("fptemplate", Value::Null), "requestBody[1].fptemplate"),
        (changed("fpprops", Value::Null), "requestBody[1].fpprops"),
        (changed("type", json!("deterministic")), "requestBody[1].type"),
        (changed("tags", json!([])), "requestBody[1].tags"),
        (
            changed("ensure_unique_tenant_tags", json!([])),
            "requestBody[1].ensure_unique_tenant_tags",
        ),
        (changed("token_id", json!("mine")), "requestBody[1].token_id"),
        (changed("store_object", json!(false)), "requestBody[1].store_object"),
    ] {
        let result = hash(&vault, json!({"requestBody": body}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty(), "and neither policy nor audit hears of it");
}

#[test]
fn parameters_that_hash_does_not_have_are_pv1012() {
    let vault = TestVault::open();
    let request = json!({"requestBody": [{"object": jane()}]});
    for (member, value) in [
        ("expirationSecs", json!("10")),
        ("transactionId", json!("t")),
        ("options", json!(["archived"])),
        ("props", json!(["name"])),
        ("tokenIds", json!(["a"])),
        ("tags", json!(["a"])),
        ("scope", json!("s")),
        ("xTenantId", Value::Null),
    ] {
        let result = hash(&vault, with(request.clone(), member, value));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", member.to_owned()));
    }
    let missing = hash(&vault, json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
}

// The audit.

#[test]
fn one_event_counts_the_hashes_and_holds_none() {
    let vault = TestVault::open();
    let bodies = json!([{"object": jane()}, {"object": {"request_index": 0}, "scope": "secret"}]);
    let hashes = ids(&succeeds(hash(&vault, json!({"requestBody": bodies}))));
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["action"], "crypto.hash");
    assert_eq!((&event["decision"], &event["tokens"]), (&json!("allowed"), &json!(2)));
    let asked = json!([property_check("email", "EMAIL"), property_check("name", "NAME")]);
    assert_eq!(event["checks"], asked);
    for held in ["jane@example.com", "Jane", "secret", &hashes[0], &hashes[1]] {
        assert!(!event.to_string().contains(held), "{held}");
    }
}

#[test]
fn a_failing_audit_answers_nothing() {
    let vault = TestVault::open();
    vault.host.on_audit(|_| Err(thrown()));
    let result = hash(&vault, json!({"requestBody": [{"object": jane()}]}));
    assert_eq!(code(&result), "PV1000");
    assert_eq!(context(&result, "callback"), "audit");
}

// Limits.

#[test]
fn more_than_max_tokens_hashes_are_vl1001() {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 2})));
    let (one, same) = (json!({"object": jane()}), json!({"object": {"request_index": 0}}));
    assert_eq!(code(&hash(&vault, json!({"requestBody": [one, same]}))), "ok");
    let result = hash(&vault, json!({"requestBody": [one, same, same]}));
    assert_eq!(code(&result), "VL1001");
    assert_eq!(context(&result, "limit"), "settings.maxTokens");
}

#[test]
fn more_than_max_bytes_of_data_in_one_call_is_vl1001_and_a_shared_object_counts_for_each() {
    let fields = json!({"nickname": "x".repeat(1_000)});
    let size = fields.to_string().len();
    let whole = TestVault::open();
    let sealed = encrypted(&whole.ciphertext(json!({"object": {"fields": fields}})));
    let limited = |bytes: usize| whole.beside(&Setup::settings(json!({"maxBytes": bytes})));
    for object in [json!({"fields": fields}), sealed] {
        let bodies = json!([{"object": object}, {"object": {"request_index": 0}, "scope": "s"}]);
        let request = json!({"requestBody": bodies});
        assert_eq!(code(&hash(&limited(2 * size), request.clone())), "ok");
        let result = hash(&limited(2 * size - 1), request);
        assert_eq!(code(&result), "VL1001");
        assert_eq!(context(&result, "limit"), "settings.maxBytes");
    }
}

#[test]
fn the_canonical_json_of_one_object_is_at_most_1_mib() {
    let vault = TestVault::open();
    let frame = r#"{"nickname":""}"#.len();
    for (length, expected) in [((1 << 20) - frame, "ok"), ((1 << 20) - frame + 1, "PV1012")] {
        let object = json!({"fields": {"nickname": "x".repeat(length)}});
        assert_eq!(code(&hash(&vault, json!({"requestBody": [{"object": object}]}))), expected);
    }
}

// Reload.

#[test]
fn a_property_removed_by_a_reload_is_pv3004() {
    let vault = TestVault::open();
    let sealed = vault.ciphertext(json!({"object": jane()}));
    let narrower = json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}});
    vault.host.on_reload(Ok(Some(narrower.to_string())));
    let bodies = json!([{"object": jane()}, {"object": encrypted(&sealed)}]);
    let reloading = json!({"reloadCache": true, "requestBody": bodies});
    assert_eq!(code(&hash(&vault, reloading)), "ok", "the call itself sees the old ones");
    for object in [jane(), encrypted(&sealed)] {
        let result = hash(&vault, json!({"requestBody": [{"object": object}]}));
        assert_eq!((code(&result), context(&result, "property")), ("PV3004", "name".to_owned()));
    }
    let email = json!({"object": {"fields": {"email": "jane@example.com"}}});
    assert_eq!(code(&hash(&vault, json!({"requestBody": [email]}))), "ok");
}

#[test]
fn out_of_a_ciphertext_through_request_index_too_it_needs_decrypt_and_the_decrypter() {
    let vault = TestVault::open();
    let sealed = encrypted(&vault.ciphertext(json!({"object": jane()})));
    vault.host.on_decide(|question| {
        let checks = question["checks"].as_array().unwrap();
        let denied = checks.iter().any(|check| check["operation"] == "decrypt");
        Ok(if denied { Decision::Denied(None) } else { Decision::Allow })
    });
    let shared = json!({"object": {"request_index": 1}, "props": ["name"]});
    for bodies in [
        json!([{"object": sealed}]),
        json!([{"object": sealed, "props": ["name"]}]),
        json!([shared, {"object": sealed, "props": ["email"]}]),
    ] {
        vault.host.take_events();
        assert_eq!(code(&hash(&vault, json!({"requestBody": bodies}))), "PV1006", "{bodies}");
        let question = vault.host.questions().pop().unwrap();
        let both = json!(["CapCryptoDecrypter", "CapCryptoHasher"]);
        assert_eq!(question["capabilities"], both, "{bodies}");
    }
    let shared = json!({"object": {"request_index": 1}});
    let bodies = json!([shared, {"object": jane()}]);
    assert_eq!(code(&hash(&vault, json!({"requestBody": bodies}))), "ok");
}
