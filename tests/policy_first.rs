//! The policy first: before it has allowed, nothing but names is looked at. A caller without rights is answered
//! the same whatever the request holds, and so learns nothing of what the collection has.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Event, START};
use serde_json::{Value, json};
use vaultlet::host::Decision;

const NUMBER: &str = "4111111111111111";

/// A vault with tokens `mine`, `old` (archived), `theirs` (of another tenant than `acme`) and `oneway`.
fn vault() -> Rc<TestVault> {
    let vault = TestVault::with(&Setup::settings(json!({"maxTokens": 3})));
    let jane = json!({"fields": {"name": "Jane", "email": "jane@example.com"}});
    let make = |expiry: &str, tenant: &str, id: &str, token_type: &str| {
        let one = json!({"type": token_type, "token_id": id, "object": jane});
        let request = json!({
            "expirationSecs": expiry, "xTenantId": [tenant], "transactionId": format!("made-{id}"),
            "requestBody": [one],
        });
        succeeds(vault.tokenize(request));
    };
    make("", "acme", "mine", "randomized");
    make("1", "acme", "old", "randomized");
    make("", "globex", "theirs", "randomized");
    make("", "acme", "oneway", "pci_oneway");
    vault.host.pass_seconds(10);
    vault
}

/// Ciphertexts of `acme`, as inputs: a good one, and each way in which one can be bad.
struct Ciphertexts {
    good: Value,
    expired: Value,
    other_scope: Value,
    /// Those that do not open: it shows before the policy can be asked about what they hold.
    unopened: [Value; 3],
}

impl Ciphertexts {
    fn bad(&self) -> impl Iterator<Item = &Value> {
        [&self.expired, &self.other_scope].into_iter().chain(&self.unopened)
    }
}

fn ciphertexts(vault: &TestVault) -> Ciphertexts {
    let seal = |tenant: &str, expiry: &str| {
        let one = json!({"scope": "s", "object": {"fields": {"name": "Joe"}}});
        let request =
            json!({"xTenantId": [tenant], "expirationSecs": expiry, "requestBody": [one]});
        json!({"ciphertext": succeeds(vault.encrypt(request))[0]["ciphertext"]})
    };
    vault.host.set_time(START);
    let expired = seal("acme", "1");
    vault.host.pass_seconds(10);
    let good = seal("acme", "");
    Ciphertexts {
        other_scope: with(good.clone(), &json!({"scope": "other"})),
        unopened: [
            json!({"ciphertext": "AAAA"}),
            json!({"ciphertext": "no base64"}),
            seal("globex", ""),
        ],
        good,
        expired,
    }
}

/// What is wrong with an input, and shows only when the collection, a tenant or a ciphertext is looked at.
fn bad_inputs(ciphertexts: &Ciphertexts) -> Vec<Value> {
    let mut bad = vec![
        json!({"object": {"fields": {"unknown": 1}}}),
        json!({"object": {"fields": {"unknown": null}}}),
        json!({"object": {"fields": {"email": "no address"}}}),
        json!({"object": {"fields": {"email": null}}}),
        json!({"object": {"fields": {"nickname": null}}}),
        json!({"object": {"fields": {}}}),
        json!({"object": {"fields": {"name": "x".repeat(1 << 20)}}}),
        json!({"object": {"fields": {"name": "Joe"}}, "props": ["unknown"]}),
        json!({"object": {"fields": {"name": "Joe"}}, "props": ["email"]}),
        json!({"object": {"encrypted": ciphertexts.good}, "props": ["unknown"]}),
        json!({"object": {"encrypted": ciphertexts.good}, "props": ["email"]}),
    ];
    for one in ciphertexts.bad() {
        bad.push(json!({"object": {"encrypted": one}}));
        bad.push(json!({"object": {"encrypted": one}, "props": ["name"]}));
    }
    bad
}

fn with(mut one: Value, members: &Value) -> Value {
    one.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    one
}

/// For each operation a request that succeeds, and requests that are as well formed and do not.
fn requests(vault: &TestVault) -> Vec<(&'static str, Value, Vec<Value>)> {
    let ciphertexts = &ciphertexts(vault);
    let arrays = |body: Value| json!({"requestBody": [body]});
    let inputs = || bad_inputs(ciphertexts).into_iter();
    let good_input = || json!({"object": {"fields": {"name": "Joe"}}});
    let randomized = json!({"type": "randomized"});
    let foreign = json!({"object": {"fields": {"name": "Joe", "_tenant_id": "globex"}}});
    let card = |fields: Value, property: &str| json!({"object": {"fields": fields}, "fptemplate": "primary_account_number", "fpprops": [property]});
    let cards = [
        card(json!({"name": "Joe"}), "name"),
        card(json!({"name": "Joe"}), "card"),
        card(json!({"card": NUMBER}), "unknown"),
        with(card(json!({"card": NUMBER}), "card"), &json!({"fpprops": []})),
        with(card(json!({"card": NUMBER}), "card"), &json!({"fpprops": ["card", "name"]})),
    ];
    let many = || json!(["1", "2", "3", "4"]);
    let queries = || {
        [
            json!({"tokenIds": ["nobody"]}),
            json!({"tokenIds": ["mine", "theirs"]}),
            json!({"tokenIds": ["old"]}),
            json!({"tokenIds": many()}),
            json!({"tokenIds": []}),
            json!({"tags": []}),
            json!({}),
        ]
    };
    let over = |encrypted: &Value, members: &Value| {
        with(json!({"encrypted_object": encrypted, "fields": {}}), members)
    };
    let mut tokenize: Vec<Value> = inputs()
        .chain(cards.clone())
        .chain([foreign.clone()])
        .map(|one| arrays(with(one, &randomized)))
        .collect();
    tokenize.push(json!({"requestBody": vec![with(good_input(), &randomized); 4]}));
    tokenize.push(arrays(with(good_input(), &json!({"type": "randomized", "token_id": "mine"}))));
    let mut detokenize: Vec<Value> = queries().into();
    detokenize.push(json!({"tokenIds": ["oneway"]}));
    for props in [json!(["unknown"]), json!(["name.rot13"]), json!(["name", "unknown.mask"])] {
        detokenize.push(json!({"tokenIds": ["mine"], "props": props}));
    }
    let mut update: Vec<Value> =
        inputs().map(|one| json!({"tokenIds": ["mine"], "requestBody": one})).collect();
    update.extend(queries().map(|query| with(query, &json!({"requestBody": good_input()}))));
    update.extend(queries().map(|query| with(query, &json!({"requestBody": {"tags": ["a"]}}))));
    let mut encrypt: Vec<Value> = inputs().chain([foreign]).map(arrays).collect();
    encrypt.push(json!({"requestBody": vec![good_input(); 4]}));
    let mut decrypt = vec![
        arrays(json!({"encrypted_object": ciphertexts.good, "props": ["unknown"]})),
        arrays(json!({"encrypted_object": ciphertexts.good, "props": ["name.rot13"]})),
        with(
            arrays(json!({"encrypted_object": ciphertexts.good})),
            &json!({"options": ["archived"]}),
        ),
        json!({"requestBody": vec![json!({"encrypted_object": ciphertexts.good}); 4]}),
    ];
    let mut update_encrypted = vec![
        arrays(over(&ciphertexts.good, &json!({"fields": {"unknown": 1}}))),
        arrays(over(&ciphertexts.good, &json!({"fields": {"email": "no address"}}))),
        arrays(over(&ciphertexts.good, &json!({"props": ["unknown"]}))),
        arrays(over(&ciphertexts.good, &json!({"props": ["email"]}))),
        json!({"requestBody": vec![over(&ciphertexts.good, &json!({})); 4]}),
    ];
    for one in ciphertexts.bad() {
        for props in [json!({}), json!({"props": ["name"]})] {
            decrypt.push(arrays(with(json!({"encrypted_object": one}), &props)));
            update_encrypted.push(arrays(over(one, &props)));
        }
    }
    let body_queries =
        [json!({"token_ids": ["nobody"]}), json!({"token_ids": ["theirs"]}), json!({"tags": []})];
    vec![
        ("tokens.tokenize", arrays(with(good_input(), &randomized)), tokenize),
        ("tokens.detokenize", json!({"tokenIds": ["mine"]}), detokenize),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": good_input()}), update),
        ("tokens.rotate", json!({"tokenIds": ["mine"]}), queries()[..5].to_vec()),
        (
            "tokens.search",
            json!({"requestBody": {"token_ids": ["mine"]}}),
            body_queries.map(|body| json!({"requestBody": body})).into(),
        ),
        ("tokens.delete", json!({"tokenIds": ["mine"]}), queries().into()),
        ("tokens.transaction", json!({"id": "made-mine"}), vec![json!({"id": "unknown"})]),
        ("crypto.encrypt", arrays(good_input()), encrypt),
        ("crypto.decrypt", arrays(json!({"encrypted_object": ciphertexts.good})), decrypt),
        ("crypto.updateEncrypted", arrays(over(&ciphertexts.good, &json!({}))), update_encrypted),
        ("crypto.hash", arrays(good_input()), inputs().chain(cards).map(arrays).collect()),
    ]
}

/// What a refused caller is answered, whole.
fn refusal(vault: &TestVault, operation: &str, request: &Value) -> String {
    let result = vault.call(operation, with(request.clone(), &json!({"xTenantId": ["acme"]})));
    let error = result.unwrap_err();
    format!("{} {}", error.status(), serde_json::to_string(&error).unwrap())
}

#[test]
fn a_caller_without_rights_is_answered_the_same_whatever_the_request_holds() {
    let vault = vault();
    let requests = requests(&vault);
    for verdict in [
        Decision::MissingCapability(None),
        Decision::Denied(None),
        Decision::Denied(Some("not you".to_owned())),
    ] {
        let denied = verdict.clone();
        vault.host.on_decide(move |_| Ok(denied.clone()));
        for (operation, good, bad) in &requests {
            let expected = refusal(&vault, operation, good);
            for request in bad {
                vault.host.take_events();
                assert_eq!(refusal(&vault, operation, request), expected, "{operation} {request}");
                assert_eq!(vault.host.take_steps(), ["decide", "audit"], "{operation} {request}");
            }
        }
    }
}

#[test]
fn each_of_these_requests_is_as_bad_as_it_says() {
    let vault = vault();
    for (operation, _, bad) in requests(&vault) {
        for request in bad {
            let request = with(request, &json!({"xTenantId": ["acme"]}));
            let result = vault.call(operation, request.clone());
            let nothing = result.as_ref().is_ok_and(|answer| {
                [json!([]), json!({}), json!({"ref_ids": []})].contains(answer)
            });
            assert!(result.is_err() || nothing, "{operation} {request}");
        }
    }
}

#[test]
fn a_caller_refused_at_the_second_question_is_answered_the_same_too() {
    let vault = vault();
    let ciphertexts = ciphertexts(&vault);
    let refuse = |question: &Value| {
        let asks_for_names = question["checks"].as_array().is_some_and(|checks| !checks.is_empty());
        Ok(if asks_for_names { Decision::Denied(None) } else { Decision::Allow })
    };
    let good = json!({"object": {"encrypted": ciphertexts.good}});
    let beside = |other: &Value| {
        let bodies = [&good, other].map(|one| with(one.clone(), &json!({"type": "randomized"})));
        json!({"requestBody": bodies})
    };
    let opens = |one: &Value| !ciphertexts.unopened.contains(&one["object"]["encrypted"]);
    let bad = bad_inputs(&ciphertexts);
    vault.host.on_decide(refuse);
    let expected = refusal(&vault, "tokens.tokenize", &beside(&good));
    assert!(expected.contains("policy violation"), "{expected}");
    for one in bad.iter().filter(|one| opens(one)) {
        vault.host.take_events();
        let request = beside(one);
        assert_eq!(refusal(&vault, "tokens.tokenize", &request), expected, "{request}");
        assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"], "{request}");
    }
    // Not even whether another request has its transaction.
    for id in ["made-mine", "never-used"] {
        let request = with(beside(&good), &json!({"transactionId": id}));
        assert_eq!(refusal(&vault, "tokens.tokenize", &request), expected, "{id}");
    }
    let detokenize = |ids: Value| refusal(&vault, "tokens.detokenize", &json!({"tokenIds": ids}));
    for ids in
        [json!(["mine"]), json!(["mine", "theirs"]), json!(["theirs"]), json!(["mine", "oneway"])]
    {
        assert_eq!(detokenize(ids.clone()), expected, "{ids}");
    }
    let decrypt = |one: &Value| {
        let body = json!([{"encrypted_object": one}]);
        refusal(&vault, "crypto.decrypt", &json!({"requestBody": body}))
    };
    let over = |one: &Value, fields: Value| {
        let body = json!([{"encrypted_object": one, "fields": fields}]);
        refusal(&vault, "crypto.updateEncrypted", &json!({"requestBody": body}))
    };
    for one in [&ciphertexts.good, &ciphertexts.expired, &ciphertexts.other_scope] {
        assert_eq!(decrypt(one), expected, "{one}");
        for fields in [json!({}), json!({"unknown": 1}), json!({"email": "no address"})] {
            assert_eq!(over(one, fields.clone()), expected, "{one} {fields}");
        }
    }
}

#[test]
fn after_the_policy_names_come_then_values_then_tenants_then_scope_and_expiry() {
    let vault = vault();
    let ciphertexts = ciphertexts(&vault);
    let faults = [
        (json!({"object": {"fields": {"unknown": 1}}}), "PV3004"),
        (json!({"object": {"fields": {"email": "no address"}}}), "PV3002"),
        (json!({"object": {"fields": {"name": "Joe", "_tenant_id": "globex"}}}), "PV1006"),
        (json!({"object": {"encrypted": ciphertexts.other_scope}, "props": ["name"]}), "VL3004"),
    ];
    let one_question = json!({"object": {"encrypted": ciphertexts.good}, "props": ["name"]});
    let two_questions = json!({"object": {"encrypted": ciphertexts.good}});
    for good in [one_question, two_questions] {
        for [(earlier, expected), (later, _)] in faults.array_windows() {
            // What is told does not follow the order of the array.
            let bodies = json!([later, earlier, good]);
            let result = vault.encrypt(json!({"xTenantId": ["acme"], "requestBody": bodies}));
            assert_eq!(code(&result), *expected, "{bodies}");
        }
    }
}

#[test]
fn a_read_only_store_is_told_before_anything_of_the_request() {
    let writing = vault();
    let bad = bad_inputs(&ciphertexts(&writing));
    let vault = writing.beside(&Setup::store(json!({"writable": false})));
    for one in bad {
        let body = with(one, &json!({"type": "randomized"}));
        let request = json!({"reloadCache": true, "xTenantId": ["acme"], "requestBody": [body]});
        vault.host.take_events();
        assert_eq!(code(&vault.tokenize(request.clone())), "PV1026", "{request}");
        assert_eq!(vault.host.take_steps(), ["decide", "reload", "audit"]);
    }
}

#[test]
fn what_is_refused_after_the_policy_is_audited_with_what_was_asked() {
    let vault = vault();
    vault.host.take_events();
    let body = json!({"type": "randomized", "object": {"fields": {"unknown": 1, "name": "Joe"}}});
    let result = vault.tokenize(json!({"requestBody": [body]}));
    assert_eq!((code(&result), context(&result, "property")), ("PV3004", "unknown".to_owned()));
    let events = vault.host.audit_events();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["decision"], &events[0]["code"]), (&json!("failed"), &json!("PV3004")));
    assert_eq!(events[0]["checks"], vault.host.questions()[0]["checks"]);
}

// Which names are asked about.

fn asked(vault: &TestVault, operation: &str, request: Value) -> Value {
    vault.host.take_events();
    let _ = vault.call(operation, request);
    json!(
        vault
            .host
            .questions()
            .iter()
            .map(|question| question["checks"].clone())
            .collect::<Vec<_>>()
    )
}

fn check(operation: &str, resource: &str, data_type: Option<&str>) -> Value {
    let mut check =
        json!({"operation": operation, "resource": format!("customers/properties/{resource}")});
    if let Some(data_type) = data_type {
        check["type"] = json!(data_type);
    }
    check
}

#[test]
fn a_name_that_the_collection_lacks_is_asked_about_without_a_type() {
    let vault = vault();
    for body in [
        json!({"object": {"fields": {"unknown": 1}}}),
        json!({"object": {"fields": {"name": "Joe"}}, "props": ["unknown"]}),
    ] {
        let asked = asked(&vault, "crypto.encrypt", json!({"requestBody": [body]}));
        assert_eq!(asked, json!([[check("encrypt", "unknown", None)]]));
    }
    let asked = asked(
        &vault,
        "tokens.detokenize",
        json!({"tokenIds": ["mine"], "props": ["unknown.mask"]}),
    );
    let expected = [check("detokenize", "unknown.mask", None), check("read", "unknown.mask", None)];
    assert_eq!(asked, json!([expected]));
}

#[test]
fn a_transformer_goes_with_name_and_type_known_or_not() {
    let vault = vault();
    for (prop, resource, data_type) in [
        ("ssn.mask", "ssn.mask", "SSN.mask"),
        ("ssn.rot13", "ssn.rot13", "SSN.rot13"),
        // What cannot be a transformer's name may be anything, and is told to nobody.
        ("ssn.jane@example.com", "ssn", "SSN"),
        ("ssn.", "ssn", "SSN"),
    ] {
        let asked = asked(
            &vault,
            "crypto.decrypt",
            json!({"requestBody": [
                {"encrypted_object": {"ciphertext": "AAAA"}, "props": [prop]},
            ]}),
        );
        assert_eq!(asked, json!([[check("decrypt", resource, Some(data_type))]]), "{prop}");
    }
}

#[test]
fn each_name_of_props_is_asked_about_held_or_not_and_else_each_key_that_is_not_null() {
    let vault = vault();
    let fields = json!({"name": "Joe", "nickname": null, "ssn": null, "email": "joe@example.com"});
    let with_props = json!({"object": {"fields": fields}, "props": ["ssn", "name"]});
    let expected = [check("encrypt", "ssn", Some("SSN")), check("encrypt", "name", Some("NAME"))];
    assert_eq!(
        asked(&vault, "crypto.encrypt", json!({"requestBody": [with_props]})),
        json!([expected])
    );
    let without = json!({"object": {"fields": fields}});
    let expected =
        [check("encrypt", "email", Some("EMAIL")), check("encrypt", "name", Some("NAME"))];
    assert_eq!(
        asked(&vault, "crypto.encrypt", json!({"requestBody": [without]})),
        json!([expected])
    );
}

// The form of a name.

#[test]
fn a_property_name_not_of_the_form_is_pv3004_before_reason_and_policy_and_is_not_repeated() {
    let vault = vault();
    let encrypted = json!({"encrypted": {"ciphertext": "AAAA"}});
    let fields = json!({"fields": {"name": "Joe"}});
    let template = json!({"fptemplate": "primary_account_number"});
    for name in ["jane@example.com", "no name", "", "_name", "1st", &"x".repeat(41)] {
        for (operation, request) in [
            (
                "tokens.tokenize",
                json!({"requestBody": [{"type": "pci", "object": {"fields": {name: 1}}}]}),
            ),
            (
                "tokens.tokenize",
                json!({"requestBody": [{"type": "pci", "object": encrypted, "props": [name]}]}),
            ),
            (
                "tokens.tokenize",
                json!({"requestBody": [with(json!({"type": "pci", "object": fields, "fpprops": [name]}), &template)]}),
            ),
            (
                "tokens.update",
                json!({"tokenIds": ["mine"], "requestBody": {"object": fields, "props": [name]}}),
            ),
            (
                "tokens.update",
                json!({"tokenIds": ["mine"], "requestBody": {"object": {"fields": {name: 1}}}}),
            ),
            ("tokens.detokenize", json!({"tokenIds": ["mine"], "props": [name]})),
            ("tokens.detokenize", json!({"tokenIds": ["mine"], "props": [format!("{name}.mask")]})),
            ("crypto.encrypt", json!({"requestBody": [{"object": fields, "props": [name]}]})),
            (
                "crypto.decrypt",
                json!({"requestBody": [{"encrypted_object": encrypted["encrypted"], "props": [name]}]}),
            ),
            (
                "crypto.updateEncrypted",
                json!({"requestBody": [{"encrypted_object": encrypted["encrypted"], "fields": {name: 1}}]}),
            ),
            (
                "crypto.updateEncrypted",
                json!({"requestBody": [{"encrypted_object": encrypted["encrypted"], "fields": {}, "props": [name]}]}),
            ),
            ("crypto.hash", json!({"requestBody": [{"object": {"fields": {name: 1}}}]})),
            (
                "crypto.hash",
                json!({"requestBody": [with(json!({"object": fields, "fpprops": [name]}), &template)]}),
            ),
        ] {
            vault.host.take_events();
            let result = vault.call(operation, with(request.clone(), &json!({"reason": "none"})));
            assert_eq!(code(&result), "PV3004", "{operation} {request}");
            let told = serde_json::to_string(&result.unwrap_err()).unwrap();
            assert!(name.is_empty() || !told.contains(name), "{told}");
            let events = vault.host.take_events();
            assert!(
                events.iter().all(|event| matches!(event, Event::Clock)),
                "{operation} {request}"
            );
        }
    }
}
