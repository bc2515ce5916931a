//! Decrypt: every rule of the specification that concerns it, by name. Transformers have a file of
//! their own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::START;
use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

fn decrypt(vault: &TestVault, request: Value) -> Result<Value, Error> {
    vault.call("crypto.decrypt", request)
}

/// One request of the array.
fn one(ciphertext: &str) -> Value {
    json!({"encrypted_object": {"ciphertext": ciphertext}})
}

fn of(ciphertext: &str) -> Value {
    json!({"requestBody": [one(ciphertext)]})
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

/// A ciphertext of a name, an e-mail address and a number.
fn jane(vault: &TestVault) -> String {
    vault.ciphertext(json!({"object": {"fields": {
        "name": "Jane", "email": "jane@example.com", "ssn": "123-45-6789",
    }}}))
}

/// A ciphertext with this expiry.
fn expiring(vault: &TestVault, seconds: &str) -> String {
    let one = json!({"object": {"fields": {"name": "Jane"}}});
    let answer = succeeds(vault.encrypt(json!({"expirationSecs": seconds, "requestBody": [one]})));
    answer[0]["ciphertext"].as_str().unwrap().to_owned()
}

/// A ciphertext of this tenant, or of none.
fn tenants(vault: &TestVault, tenant: Option<&str>) -> String {
    let mut fields = json!({"name": "Jane"});
    if let Some(tenant) = tenant {
        fields["_tenant_id"] = json!(tenant);
    }
    vault.ciphertext(json!({"object": {"fields": fields}}))
}

/// The answer's text as it is: a parsed one has lost the order of its keys.
fn text(vault: &TestVault, request: &Value) -> String {
    let common = json!({"collection": "customers", "reason": "Analytics"});
    let mut whole = request.clone();
    whole.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
    let whole = whole.to_string();
    let answer = vault.vault.call(&*vault.host, "crypto.decrypt", &whole);
    pollster::block_on(answer).unwrap().as_str().to_owned()
}

fn property_check(name: &str, data_type: &str) -> Value {
    json!({
        "operation": "decrypt", "resource": format!("customers/properties/{name}"), "type": data_type,
    })
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}

// Answers.

#[test]
fn an_array_is_answered_in_order_with_all_that_the_ciphertexts_hold() {
    let vault = TestVault::open();
    let bodies: Vec<Value> = ["b", "a", "c"]
        .iter()
        .map(|name| one(&vault.ciphertext(json!({"object": {"fields": {"name": name}}}))))
        .collect();
    let answer = succeeds(decrypt(&vault, json!({"requestBody": bodies})));
    let expected =
        json!([{"fields": {"name": "b"}}, {"fields": {"name": "a"}}, {"fields": {"name": "c"}}]);
    assert_eq!(answer, expected);
}

#[test]
fn one_ciphertext_may_come_twice() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrow = |prop: &str| with(one(&ciphertext), "props", json!([prop]));
    let request = json!({"requestBody": [narrow("name"), narrow("email")]});
    let expected = json!([{"fields": {"name": "Jane"}}, {"fields": {"email": "jane@example.com"}}]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}

#[test]
fn values_come_back_exactly_as_they_were_given() {
    let vault = TestVault::open();
    let fields = json!({
        "name": " Jä\u{301}ne \u{1F600}\n\"x\" ", "nickname": "", "age": 9_007_199_254_740_991_i64,
        "score": -0.000_000_125, "notes": {"b": [1, null, {"a": "é"}], "": false, "a": []},
        "ssn": "123 45 6789", "email": "Jane@EXAMPLE.com",
    });
    for encryption_type in ["randomized", "deterministic"] {
        let ciphertext =
            vault.ciphertext(json!({"type": encryption_type, "object": {"fields": fields}}));
        assert_eq!(succeeds(decrypt(&vault, of(&ciphertext)))[0]["fields"], fields);
    }
}

#[test]
fn all_or_nothing() {
    let vault = TestVault::open();
    let bodies = json!([one(&jane(&vault)), one("AAAA"), one(&jane(&vault))]);
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": bodies}))), "VL3003");
}

#[test]
fn decrypt_touches_no_row_and_works_on_a_read_only_store() {
    let vault = TestVault::open();
    let reader = vault.beside(&Setup::store(json!({"writable": false})));
    let ciphertext = jane(&vault);
    vault.host.take_events();
    succeeds(decrypt(&reader, of(&ciphertext)));
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
    succeeds(decrypt(&reader, with(of(&ciphertext), "options", json!(["include_metadata"]))));
    assert!(vault.host.reads().is_empty() && vault.host.store.rows().is_empty());
}

// Props.

#[test]
fn props_narrow_and_what_a_ciphertext_does_not_hold_is_left_out() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrow = |props: Value| {
        let body = with(one(&ciphertext), "props", props);
        succeeds(decrypt(&vault, json!({"requestBody": [body]})))[0]["fields"].clone()
    };
    assert_eq!(narrow(json!(["email"])), json!({"email": "jane@example.com"}));
    assert_eq!(narrow(json!(["phone", "name"])), json!({"name": "Jane"}));
    assert_eq!(narrow(json!(["phone"])), json!({}));
}

#[test]
fn each_request_has_props_of_its_own() {
    let vault = TestVault::open();
    let bodies = json!([
        with(one(&jane(&vault)), "props", json!(["name"])),
        with(one(&tenants(&vault, None)), "props", json!(["ssn"])),
        with(one(&jane(&vault)), "props", json!(["ssn", "phone"])),
    ]);
    let expected =
        json!([{"fields": {"name": "Jane"}}, {"fields": {}}, {"fields": {"ssn": "123-45-6789"}}]);
    assert_eq!(succeeds(decrypt(&vault, json!({"requestBody": bodies}))), expected);
}

#[test]
fn fields_are_answered_in_the_order_of_props_each_once() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let props = json!(["ssn", "name", "phone", "ssn", "email", "name"]);
    let request = json!({"requestBody": [with(one(&ciphertext), "props", props)]});
    let expected = r#"[{"fields":{"ssn":"123-45-6789","name":"Jane","email":"jane@example.com"}}]"#;
    assert_eq!(text(&vault, &request), expected);
}

#[test]
fn props_unknown_to_the_collection_are_pv3004_before_the_policy_is_asked() {
    let vault = TestVault::open();
    let first = one(&jane(&vault));
    for prop in ["unknown", "not a name", "", "_tenant_id"] {
        vault.host.take_events();
        let second = with(one("AAAA"), "props", json!(["name", prop]));
        let result = decrypt(&vault, json!({"requestBody": [first, second]}));
        assert_eq!(code(&result), "PV3004", "{prop}");
        assert_eq!(vault.host.take_steps(), ["audit"], "a refusal there is audited");
    }
}

// Metadata.

#[test]
fn metadata_comes_only_when_asked_for_and_says_type_scope_expiration_and_tags() {
    let vault = TestVault::open();
    let sealed = json!({
        "scope": "billing", "tags": ["b", "a"], "object": {"fields": {"name": "Jane"}},
    });
    let request = json!({"xTenantId": ["acme"], "expirationSecs": "90", "requestBody": [sealed]});
    let ciphertext = succeeds(vault.encrypt(request))[0]["ciphertext"].clone();
    let request = of(ciphertext.as_str().unwrap());
    let plain = json!([{"fields": {"name": "Jane"}}]);
    assert_eq!(succeeds(decrypt(&vault, request.clone())), plain);
    let request = with(request, "options", json!(["include_metadata"]));
    let expected = json!([{
        "fields": {"name": "Jane"},
        "metadata": {
            "type": "randomized", "scope": "billing", "expiration": "2024-11-08T15:01:30Z",
            "tags": ["b", "a"],
        },
    }]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}

#[test]
fn metadata_without_an_expiry_and_tags_has_null_and_an_empty_list() {
    let vault = TestVault::open();
    let sealed = json!({"type": "deterministic", "object": {"fields": {"name": "Jane"}}});
    let request = json!({
        "options": ["include_metadata"],
        "requestBody": [with(one(&vault.ciphertext(sealed)), "props", json!(["phone"]))],
    });
    let expected = json!([{
        "fields": {},
        "metadata": {
            "type": "deterministic", "scope": "default", "expiration": null, "tags": [],
        },
    }]);
    assert_eq!(succeeds(decrypt(&vault, request)), expected);
}

// The ciphertext.

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
            messages.push(error.to_json());
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

// Archived.

#[test]
fn an_archived_ciphertext_is_pv3233_from_the_moment_of_its_expiry() {
    let vault = TestVault::open();
    let ciphertext = expiring(&vault, "10");
    vault.host.set_time(START + 9_999);
    assert_eq!(code(&decrypt(&vault, of(&ciphertext))), "ok");
    vault.host.set_time(START + 10_000);
    let result = decrypt(&vault, of(&ciphertext));
    assert_eq!(code(&result), "PV3233");
    assert_eq!(result.unwrap_err().status(), 400);
}

#[test]
fn with_the_option_archived_only_archived_ones_open_and_an_active_one_is_vl3012() {
    let vault = TestVault::open();
    let (archived, later, never) =
        (expiring(&vault, "0"), expiring(&vault, "10"), expiring(&vault, ""));
    let open = |text: &str| decrypt(&vault, with(of(text), "options", json!(["archived"])));
    assert_eq!(succeeds(open(&archived)), json!([{"fields": {"name": "Jane"}}]));
    for active in [&later, &never] {
        let result = open(active);
        assert_eq!(code(&result), "VL3012");
        assert_eq!(result.unwrap_err().status(), 400);
    }
    vault.host.set_time(START + 10_000);
    assert_eq!(code(&open(&later)), "ok");
    assert_eq!(code(&open(&never)), "VL3012");
}

#[test]
fn active_and_archived_ciphertexts_in_one_array_fail_it_either_way() {
    let vault = TestVault::open();
    let bodies = json!([one(&expiring(&vault, "")), one(&expiring(&vault, "0"))]);
    let request = json!({"requestBody": bodies});
    assert_eq!(code(&decrypt(&vault, request.clone())), "PV3233");
    assert_eq!(code(&decrypt(&vault, with(request, "options", json!(["archived"])))), "VL3012");
}

#[test]
fn archived_and_include_metadata_go_together_and_a_repeated_option_counts_once() {
    let vault = TestVault::open();
    let options = json!(["include_metadata", "archived", "archived"]);
    let answer = succeeds(decrypt(&vault, with(of(&expiring(&vault, "0")), "options", options)));
    assert_eq!(answer[0]["metadata"]["expiration"], "2024-11-08T15:00:00Z");
}

// Tenants.

#[test]
fn a_ciphertext_whose_tenant_is_outside_the_list_is_vl3003_and_none_is_outside_every_list() {
    let vault = TestVault::open();
    for (tenant, list, expected) in [
        (Some("acme"), json!(["acme"]), "ok"),
        (Some("acme"), json!(["bolt", "acme"]), "ok"),
        (Some("acme"), json!(["bolt"]), "VL3003"),
        (Some("acme"), json!(["Acme", "acm", "acme "]), "VL3003"),
        (Some("acme"), Value::Null, "ok"),
        (None, json!(["acme"]), "VL3003"),
        (None, Value::Null, "ok"),
    ] {
        let mut request = of(&tenants(&vault, tenant));
        if !list.is_null() {
            request["xTenantId"] = list.clone();
        }
        assert_eq!(code(&decrypt(&vault, request)), expected, "{tenant:?} {list}");
    }
}

#[test]
fn one_ciphertext_of_another_tenant_fails_the_whole_array() {
    let vault = TestVault::open();
    let bodies = json!([one(&tenants(&vault, Some("acme"))), one(&tenants(&vault, Some("bolt")))]);
    let request = json!({"xTenantId": ["acme"], "requestBody": bodies});
    assert_eq!(code(&decrypt(&vault, request)), "VL3003");
}

#[test]
fn the_tenant_is_not_among_the_fields() {
    let vault = TestVault::open();
    let answer = succeeds(decrypt(&vault, of(&tenants(&vault, Some("acme")))));
    assert_eq!(answer, json!([{"fields": {"name": "Jane"}}]));
}

#[test]
fn the_refusals_of_a_ciphertext_come_in_the_order_tenant_scope_archived() {
    let vault = TestVault::open();
    let fields = json!({"name": "Jane", "_tenant_id": "acme"});
    let sealed = json!({"scope": "elsewhere", "object": {"fields": fields}});
    let request = json!({"expirationSecs": "0", "requestBody": [sealed]});
    let ciphertext = succeeds(vault.encrypt(request))[0]["ciphertext"].clone();
    let refusal = |tenant: &str, scope: &str| {
        let object = json!({"ciphertext": ciphertext, "scope": scope});
        let body = json!([{"encrypted_object": object}]);
        code(&decrypt(&vault, json!({"xTenantId": [tenant], "requestBody": body})))
    };
    assert_eq!(refusal("bolt", "default"), "VL3003");
    assert_eq!(refusal("acme", "default"), "VL3004");
    assert_eq!(refusal("acme", "elsewhere"), "PV3233");
}

// The policy.

#[test]
fn decrypt_asks_for_the_decrypter_and_decrypt_on_each_property() {
    let vault = TestVault::open();
    let ciphertext = tenants(&vault, Some("acme"));
    vault.host.take_events();
    let request = json!({
        "xTenantId": ["acme"], "reason": "Other", "adhocReason": "because",
        "requestBody": [with(one(&ciphertext), "props", json!(["ssn", "name"]))],
    });
    succeeds(decrypt(&vault, request));
    let expected = json!({
        "action": "crypto.decrypt", "capabilities": ["CapCryptoDecrypter"], "input": "encrypted",
        "collection": "customers", "tenantIds": ["acme"], "reason": "Other", "adhocReason": "because",
        "checks": [property_check("ssn", "SSN"), property_check("name", "NAME")],
    });
    assert_eq!(vault.host.questions(), [expected], "once, for the request shows the properties");
    assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
}

#[test]
fn checks_are_the_union_over_the_array_each_once_in_order_of_first_appearance() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.take_events();
    let narrow = |props: Value| with(one(&ciphertext), "props", props);
    let bodies = [narrow(json!(["phone", "name"])), narrow(json!(["name", "email", "phone"]))];
    succeeds(decrypt(&vault, json!({"requestBody": bodies})));
    let union = json!([
        property_check("phone", "PHONE_NUMBER"),
        property_check("name", "NAME"),
        property_check("email", "EMAIL"),
    ]);
    assert_eq!(checks_asked(&vault), [union]);
}

#[test]
fn without_props_the_policy_is_asked_twice_first_with_no_checks() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.take_events();
    succeeds(decrypt(&vault, of(&ciphertext)));
    let second = json!([
        property_check("email", "EMAIL"),
        property_check("name", "NAME"),
        property_check("ssn", "SSN"),
    ]);
    assert_eq!(checks_asked(&vault), [json!([]), second]);
    let questions = vault.host.questions();
    assert!(questions.iter().all(|question| question["input"] == "encrypted"));
    assert!(
        questions.iter().all(|question| question["capabilities"] == json!(["CapCryptoDecrypter"]))
    );
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
}

#[test]
fn one_request_without_props_among_others_asks_twice_for_the_union() {
    let vault = TestVault::open();
    let narrowed = with(one(&jane(&vault)), "props", json!(["phone", "ssn"]));
    let whole = one(&jane(&vault));
    vault.host.take_events();
    succeeds(decrypt(&vault, json!({"requestBody": [narrowed, whole]})));
    let union = json!([
        property_check("phone", "PHONE_NUMBER"),
        property_check("ssn", "SSN"),
        property_check("email", "EMAIL"),
        property_check("name", "NAME"),
    ]);
    assert_eq!(checks_asked(&vault), [json!([]), union]);
}

#[test]
fn no_ciphertext_is_opened_before_the_capability_was_granted() {
    let vault = TestVault::open();
    for props in [None, Some(json!(["name"]))] {
        let mut body = one("AAAA");
        if let Some(props) = props {
            body["props"] = props;
        }
        let request = json!({"requestBody": [body]});
        vault.host.take_events();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
        assert_eq!(code(&decrypt(&vault, request.clone())), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        vault.host.on_decide(|_| Ok(Decision::Denied(None)));
        assert_eq!(code(&decrypt(&vault, request.clone())), "PV1006");
        vault.host.allow_everything();
        assert_eq!(code(&decrypt(&vault, request)), "VL3003");
    }
}

#[test]
fn a_caller_refused_a_property_that_only_the_ciphertext_holds_gets_pv1006() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    vault.host.deny_resource("customers/properties/ssn");
    vault.host.take_events();
    assert_eq!(code(&decrypt(&vault, of(&ciphertext))), "PV1006");
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["decision"], "denied");
    assert_eq!(events[0]["checks"].as_array().unwrap().len(), 3);
    let narrowed = |props: Value| {
        decrypt(&vault, json!({"requestBody": [with(one(&ciphertext), "props", props)]}))
    };
    assert_eq!(code(&narrowed(json!(["name", "email"]))), "ok", "what is not shown needs no right");
    assert_eq!(code(&narrowed(json!(["name", "ssn"]))), "PV1006");
}

#[test]
fn a_right_is_needed_for_each_of_the_props_held_or_not() {
    let vault = TestVault::open();
    let ciphertext = tenants(&vault, None);
    vault.host.deny_resource("customers/properties/ssn");
    let body = with(one(&ciphertext), "props", json!(["name", "ssn"]));
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body]}))), "PV1006");
}

// Strict parsing.

#[test]
fn what_is_not_of_the_form_is_pv1012_naming_its_path() {
    let vault = TestVault::open();
    let good = one(&jane(&vault));
    vault.host.take_events();
    let object = |object: Value| json!([good, {"encrypted_object": object}]);
    for (body, field) in [
        (json!([]), "requestBody"),
        (json!({}), "requestBody"),
        (Value::Null, "requestBody"),
        (json!("text"), "requestBody"),
        (json!([good, null]), "requestBody[1]"),
        (json!([good, [good]]), "requestBody[1]"),
        (json!([{}]), "requestBody[0].encrypted_object"),
        (json!([{"props": ["name"]}]), "requestBody[0].encrypted_object"),
        (object(Value::Null), "requestBody[1].encrypted_object"),
        (object(json!("AAAA")), "requestBody[1].encrypted_object"),
        (object(json!({})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"scope": "s"})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"ciphertext": null})), "requestBody[1].encrypted_object.ciphertext"),
        (object(json!({"ciphertext": ["AAAA"]})), "requestBody[1].encrypted_object.ciphertext"),
        (
            object(json!({"ciphertext": "AAAA", "scope": null})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "scope": ""})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "scope": "x".repeat(257)})),
            "requestBody[1].encrypted_object.scope",
        ),
        (
            object(json!({"ciphertext": "AAAA", "unknown": 1})),
            "requestBody[1].encrypted_object.unknown",
        ),
        (json!([good, with(good.clone(), "props", json!([]))]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", Value::Null)]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", json!("name"))]), "requestBody[1].props"),
        (json!([good, with(good.clone(), "props", json!(["name", 1]))]), "requestBody[1].props[1]"),
        (json!([with(good.clone(), "props", json!([null]))]), "requestBody[0].props[0]"),
        (json!([with(good.clone(), "scope", json!("s"))]), "requestBody[0].scope"),
        (json!([with(good.clone(), "type", json!("randomized"))]), "requestBody[0].type"),
        (json!([with(good.clone(), "fields", json!({}))]), "requestBody[0].fields"),
        (json!([with(good.clone(), "object", json!({}))]), "requestBody[0].object"),
        (json!([with(good.clone(), "options", json!(["archived"]))]), "requestBody[0].options"),
    ] {
        let result = decrypt(&vault, json!({"requestBody": body}));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    assert!(vault.host.take_steps().is_empty(), "and neither policy nor audit hears of it");
}

#[test]
fn parameters_that_decrypt_does_not_have_are_pv1012() {
    let vault = TestVault::open();
    let request = of(&jane(&vault));
    for (member, value, field) in [
        ("props", json!(["name"]), "props"),
        ("tokenIds", json!(["a"]), "tokenIds"),
        ("tags", json!(["a"]), "tags"),
        ("expirationSecs", json!("10"), "expirationSecs"),
        ("transactionId", json!("t"), "transactionId"),
        ("encrypted_object", json!({}), "encrypted_object"),
        ("options", json!([]), "options"),
        ("options", Value::Null, "options"),
        ("options", json!("archived"), "options"),
        ("options", json!([null]), "options[0]"),
        ("options", json!(["archived", "include_aggregated_data"]), "options[1]"),
        ("options", json!(["Archived"]), "options[0]"),
        ("xTenantId", json!([]), "xTenantId"),
        ("requestBody", Value::Null, "requestBody"),
    ] {
        let result = decrypt(&vault, with(request.clone(), member, value));
        assert_eq!((code(&result), context(&result, "field")), ("PV1012", field.to_owned()));
    }
    let missing = decrypt(&vault, json!({}));
    assert_eq!((code(&missing), context(&missing, "field")), ("PV1012", "requestBody".to_owned()));
}

#[test]
fn a_scope_of_256_characters_can_be_given() {
    let vault = TestVault::open();
    let scope = "\u{1F600}".repeat(256);
    let object = json!({"fields": {"name": "Jane"}});
    let ciphertext = vault.ciphertext(json!({"scope": scope, "object": object}));
    let body = json!([{"encrypted_object": {"ciphertext": ciphertext, "scope": scope}}]);
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": body}))), "ok");
}

// The audit.

#[test]
fn one_event_counts_the_ciphertexts_and_shows_the_checks_that_were_asked_last() {
    let vault = TestVault::open();
    let bodies = [one(&jane(&vault)), one(&tenants(&vault, None))];
    vault.host.take_events();
    succeeds(decrypt(&vault, json!({"requestBody": bodies, "customAudit": "a note"})));
    let mut event = vault.host.audit_events().pop().unwrap();
    event.as_object_mut().unwrap().remove("id").unwrap();
    let expected = json!({
        "time": START, "action": "crypto.decrypt", "collection": "customers", "tenantIds": [],
        "reason": "AppFunctionality", "customAudit": "a note", "decision": "allowed",
        "checks": [
            property_check("email", "EMAIL"),
            property_check("name", "NAME"),
            property_check("ssn", "SSN"),
        ],
        "tokens": 2,
    });
    assert_eq!(event, expected);
    assert_eq!(vault.host.audit_events().len(), 1);
}

#[test]
fn a_ciphertext_that_is_refused_is_a_failed_event_with_the_code() {
    let vault = TestVault::open();
    let wrong_scope = json!({"ciphertext": jane(&vault), "scope": "other"});
    for (body, expected) in [
        (one("AAAA"), "VL3003"),
        (json!({"encrypted_object": wrong_scope}), "VL3004"),
        (one(&expiring(&vault, "0")), "PV3233"),
    ] {
        vault.host.take_events();
        assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body]}))), expected);
        let events = vault.host.audit_events();
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["decision"], &events[0]["code"]),
            (&json!("failed"), &json!(expected))
        );
        assert_eq!(events[0]["tokens"], 0);
    }
}

// Limits.

#[test]
fn more_than_max_tokens_ciphertexts_are_vl1001_each_time_that_one_comes() {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 2})));
    let body = one(&jane(&vault));
    assert_eq!(code(&decrypt(&vault, json!({"requestBody": [body, body]}))), "ok");
    let result = decrypt(&vault, json!({"requestBody": [body, body, body]}));
    assert_eq!(code(&result), "VL1001");
    assert_eq!(context(&result, "limit"), "settings.maxTokens");
}

#[test]
fn more_than_max_bytes_of_data_in_one_call_is_vl1001() {
    let fields = json!({"name": "x".repeat(1_000)});
    let whole = TestVault::open();
    let body = one(&whole.ciphertext(json!({"object": {"fields": fields}})));
    let size = fields.to_string().len();
    let limited = |bytes: usize| whole.beside(&Setup::settings(json!({"maxBytes": bytes})));
    for narrowed in [body.clone(), with(body, "props", json!(["phone"]))] {
        let request = json!({"requestBody": [narrowed, narrowed]});
        assert_eq!(code(&decrypt(&limited(2 * size), request.clone())), "ok");
        let result = decrypt(&limited(2 * size - 1), request);
        assert_eq!(code(&result), "VL1001");
        assert_eq!(context(&result, "limit"), "settings.maxBytes");
    }
}

// Reload.

#[test]
fn a_property_removed_by_a_reload_is_pv3004_unless_props_leave_it_out() {
    let vault = TestVault::open();
    let ciphertext = jane(&vault);
    let narrower = json!({"customers": {"properties": {"email": {"type": "EMAIL"}}}});
    vault.host.on_reload(Ok(Some(narrower.to_string())));
    let reloading = with(of(&ciphertext), "reloadCache", json!(true));
    assert_eq!(code(&decrypt(&vault, reloading)), "ok", "the call itself sees the old ones");
    let result = decrypt(&vault, of(&ciphertext));
    assert_eq!(code(&result), "PV3004");
    let narrowed = |prop: &str| {
        let body = with(one(&ciphertext), "props", json!([prop]));
        decrypt(&vault, json!({"requestBody": [body]}))
    };
    assert_eq!(code(&narrowed("name")), "PV3004");
    let expected = json!([{"fields": {"email": "jane@example.com"}}]);
    assert_eq!(succeeds(narrowed("email")), expected);
}
