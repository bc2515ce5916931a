//! Strict parsing: what a request may look like, which error comes first, and that no error says
//! anything of the data.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context};
use proptest::prelude::*;
use serde_json::{Value, json};
use vaultlet::Error;

const OPERATIONS: [&str; 12] = [
    "tokens.tokenize",
    "tokens.detokenize",
    "tokens.update",
    "tokens.rotate",
    "tokens.search",
    "tokens.delete",
    "tokens.count",
    "tokens.transaction",
    "crypto.encrypt",
    "crypto.decrypt",
    "crypto.updateEncrypted",
    "crypto.hash",
];

fn text(vault: &TestVault, operation: &str, request: &str) -> Result<Value, Error> {
    pollster::block_on(vault.call_text(operation, request))
}

/// A request of each operation that is right.
fn right_requests() -> [(&'static str, Value); 12] {
    let object = json!({"fields": {"name": "Jane"}});
    // It opens in every vault that has the same keys.
    let sealed = json!({"ciphertext": TestVault::open().ciphertext(json!({"object": object}))});
    let over = json!({"encrypted_object": sealed, "fields": {"name": "Joe"}});
    [
        ("tokens.tokenize", json!({"requestBody": [{"type": "pci", "object": object}]})),
        ("tokens.detokenize", json!({"tokenIds": ["mine"]})),
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"object": object}})),
        ("tokens.rotate", json!({"tokenIds": ["mine"]})),
        ("tokens.search", json!({"requestBody": {"token_ids": ["mine"]}})),
        ("tokens.delete", json!({"tokenIds": ["mine"]})),
        ("tokens.count", json!({})),
        ("tokens.transaction", json!({"id": "t"})),
        ("crypto.encrypt", json!({"requestBody": [{"object": object}]})),
        ("crypto.decrypt", json!({"requestBody": [{"encrypted_object": sealed}]})),
        ("crypto.updateEncrypted", json!({"requestBody": [over]})),
        ("crypto.hash", json!({"requestBody": [{"object": object}]})),
    ]
}

fn vault_with_a_token() -> Rc<TestVault> {
    let vault = TestVault::open();
    vault.token(json!({
        "type": "randomized", "token_id": "mine", "tags": ["t"], "object": {"fields": {"name": "Ann"}},
    }));
    vault.host.take_events();
    vault
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request.as_object_mut().unwrap().insert(member.to_owned(), value);
    request
}

// Form.

#[test]
fn what_is_no_json_object_is_pv1012() {
    let vault = vault_with_a_token();
    for operation in OPERATIONS {
        for request in
            ["", "{", "null", "[]", "7", "\"text\"", "{}x", "{\"a\":}", "\u{0}", "{'a':1}", "NaN"]
        {
            assert_eq!(code(&text(&vault, operation, request)), "PV1012", "{request}");
        }
    }
    assert!(vault.host.take_steps().is_empty());
}

#[test]
fn a_repeated_key_is_pv1012_anywhere() {
    let vault = vault_with_a_token();
    for request in [
        r#"{"collection":"customers","collection":"customers","reason":"Analytics","tokenIds":["mine"]}"#,
        r#"{"collection":"customers","reason":"Analytics","tokenIds":["mine"],"tokenIds":["mine"]}"#,
    ] {
        assert_eq!(code(&text(&vault, "tokens.rotate", request)), "PV1012");
    }
    for fields in [r#"{"name":"a","name":"a"}"#, r#"{"notes":{"a":[{"b":1,"b":1}]}}"#] {
        let request = format!(
            r#"{{"collection":"customers","reason":"Analytics","requestBody":[{{"object":{{"fields":{fields}}}}}]}}"#
        );
        assert_eq!(code(&text(&vault, "crypto.encrypt", &request)), "PV1012");
    }
}

#[test]
fn an_unknown_key_is_pv1012_naming_its_path() {
    let vault = vault_with_a_token();
    for (operation, request) in right_requests() {
        let result = vault.call(operation, with(request, "unknown", json!(1)));
        assert_eq!(code(&result), "PV1012", "{operation}");
        assert_eq!(context(&result, "field"), "unknown");
    }
    for (body, path) in [
        (json!({"tags": [], "unknown": 1}), "requestBody.unknown"),
        (json!({"object": {"fields": {"name": "a"}, "unknown": 1}}), "requestBody.object.unknown"),
        (
            json!({"object": {"encrypted": {"ciphertext": "AA", "unknown": 1}}}),
            "requestBody.object.encrypted.unknown",
        ),
        (json!({"object": {"encrypted": {}}}), "requestBody.object.encrypted.ciphertext"),
        (json!({"object": {"fields": []}}), "requestBody.object.fields"),
        (json!({"object": "text"}), "requestBody.object"),
        (json!({"props": ["name"]}), "requestBody.props"),
    ] {
        let result = vault.update(json!({"tokenIds": ["mine"], "requestBody": body}));
        assert_eq!(code(&result), "PV1012", "{path}");
        assert_eq!(context(&result, "field"), path);
    }
}

#[test]
fn a_wrong_type_is_pv1012_and_null_is_a_wrong_type_everywhere() {
    let vault = vault_with_a_token();
    let update = json!({"tokenIds": ["mine"], "requestBody": {}});
    for (member, wrong) in [
        ("tokenIds", json!("mine")),
        ("tokenIds", json!([1])),
        ("tags", json!("t")),
        ("tags", json!([null])),
        ("objectIds", json!(7)),
        ("xTenantId", json!("acme")),
        ("options", json!("archived")),
        ("options", json!([7])),
        ("options", json!(["unknown"])),
        ("expirationSecs", json!(10)),
        ("transactionId", json!(10)),
        ("collection", json!(["customers"])),
        ("reason", json!(7)),
        ("adhocReason", json!(7)),
        ("customAudit", json!({})),
        ("reloadCache", json!("true")),
        ("requestBody", json!([])),
    ] {
        for wrong in [wrong, Value::Null] {
            let result = vault.update(with(update.clone(), member, wrong));
            assert_eq!(code(&result), "PV1012", "{member}");
            assert!(context(&result, "field").starts_with(member), "{member}");
        }
    }
    for (member, wrong) in [
        ("tags", json!("t")),
        ("tags", json!([1])),
        ("ensure_unique_tenant_tags", json!("t")),
        ("object", json!([])),
        ("props", json!("name")),
        ("props", json!([1])),
    ] {
        let object = json!({"fields": {"name": "Joe"}});
        for wrong in [wrong, Value::Null] {
            let body = with(json!({"object": object}), member, wrong);
            let result = vault.update(json!({"tokenIds": ["mine"], "requestBody": body}));
            assert_eq!(code(&result), "PV1012", "{member}");
            assert!(context(&result, "field").starts_with(&format!("requestBody.{member}")));
        }
    }
    for (member, wrong) in [
        ("type", json!(1)),
        ("scope", json!(1)),
        ("token_id", json!(1)),
        ("store_object", json!("no")),
        ("fptemplate", json!(1)),
        ("fpprops", json!(1)),
    ] {
        let one = json!({"type": "pci", "object": {"fields": {"name": "Joe"}}});
        for wrong in [wrong, Value::Null] {
            let body = [with(one.clone(), member, wrong)];
            let result = vault.tokenize(json!({"requestBody": body}));
            assert_eq!(code(&result), "PV1012", "{member}");
            assert!(context(&result, "field").starts_with(&format!("requestBody[0].{member}")));
        }
    }
    assert!(!vault.host.has_written());
}

#[test]
fn a_missing_key_is_pv1012_naming_its_path() {
    let vault = vault_with_a_token();
    let no_body = vault.update(json!({"tokenIds": ["mine"]}));
    assert_eq!((code(&no_body), context(&no_body, "field")), ("PV1012", "requestBody".to_owned()));
    for operation in OPERATIONS {
        let result = text(&vault, operation, r#"{"reason":"Analytics"}"#);
        assert_eq!(code(&result), "PV1012");
        assert_eq!(context(&result, "field"), "collection");
    }
}

#[test]
fn a_key_that_is_no_name_is_not_repeated_and_the_path_ends_before_it() {
    let vault = vault_with_a_token();
    let longest = format!("_{}", "x.9_".repeat(20));
    let too_long = format!("{longest}x");
    for (key, is_name) in [
        ("unknown", true),
        ("_", true),
        ("a.b", true),
        (longest.as_str(), true),
        (too_long.as_str(), false),
        ("jane@example.com", false),
        ("4111111111111111", false),
        ("Jane Doe", false),
        ("naïve", false),
        (".a", false),
        ("", false),
    ] {
        let fields = json!({"name": "Joe"});
        let with_key = |mut object: Value| {
            object[key] = json!(1);
            object
        };
        for (operation, request, before) in [
            ("tokens.count", with_key(json!({})), ""),
            (
                "tokens.update",
                json!({"tokenIds": ["mine"], "requestBody": with_key(json!({}))}),
                "requestBody",
            ),
            (
                "tokens.update",
                json!({"tokenIds": ["mine"], "requestBody": {"object": with_key(json!({}))}}),
                "requestBody.object",
            ),
            (
                "tokens.tokenize",
                json!({"requestBody": [{"type": "pci", "object": with_key(json!({"fields": fields}))}]}),
                "requestBody[0].object",
            ),
            (
                "tokens.tokenize",
                json!({"requestBody": [with_key(json!({"type": "pci", "object": {"fields": fields}}))]}),
                "requestBody[0]",
            ),
            (
                "crypto.decrypt",
                json!({"requestBody": [{"encrypted_object": with_key(json!({"ciphertext": "AAAA"}))}]}),
                "requestBody[0].encrypted_object",
            ),
            ("tokens.search", json!({"requestBody": with_key(json!({}))}), "requestBody"),
        ] {
            let result = vault.call(operation, request.clone());
            assert_eq!(code(&result), "PV1012", "{request}");
            let expected = match (is_name, before) {
                (true, "") => key.to_owned(),
                (true, before) => format!("{before}.{key}"),
                (false, "") => "request".to_owned(),
                (false, before) => before.to_owned(),
            };
            assert_eq!(context(&result, "field"), expected, "{request}");
            let told = serde_json::to_string(&result.unwrap_err()).unwrap();
            assert!(is_name || key.is_empty() || !told.contains(key), "{told}");
        }
    }
}

// The order of refusals.

#[test]
fn the_parse_comes_before_the_collection_the_reason_and_the_policy() {
    let vault = vault_with_a_token();
    let all_wrong = json!({"collection": "no name", "reason": "Nope", "tokenIds": [7]});
    assert_eq!(code(&vault.rotate(all_wrong)), "PV1012");
    let collection = json!({"collection": "no name", "reason": "Nope", "tokenIds": ["x"]});
    assert_eq!(code(&vault.rotate(collection)), "PV1008");
    let unknown = json!({"collection": "unknown", "reason": "Nope", "tokenIds": ["x"]});
    assert_eq!(code(&vault.rotate(unknown)), "PV1004");
    assert_eq!(code(&vault.rotate(json!({"reason": "Nope", "tokenIds": ["x"]}))), "PV1002");
    assert!(vault.host.take_steps().is_empty());
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["x"]}))), "PV3087");
}

#[test]
fn a_bad_collection_name_is_pv1008_and_an_unknown_one_pv1004() {
    let vault = vault_with_a_token();
    for bad in ["", "1a", "_a", "a-b", "a b", "é", &"a".repeat(41)] {
        let result = vault.rotate(json!({"collection": bad, "tokenIds": ["mine"]}));
        assert_eq!(code(&result), "PV1008", "{bad}");
        assert_eq!(result.unwrap_err().status(), 400);
    }
    for unknown in ["Customers", "a", "customers_2", &"a".repeat(40)] {
        let result = vault.rotate(json!({"collection": unknown, "tokenIds": ["mine"]}));
        assert_eq!(code(&result), "PV1004", "{unknown}");
        assert_eq!(result.unwrap_err().status(), 404);
    }
}

// Reasons.

#[test]
fn each_of_the_ten_reasons_is_accepted() {
    let vault = vault_with_a_token();
    for reason in [
        "AppFunctionality",
        "Analytics",
        "Notifications",
        "Marketing",
        "ThirdPartyMarketing",
        "FraudPreventionSecurityAndCompliance",
        "AccountManagement",
        "Maintenance",
        "DataSubjectRequest",
        "Other",
    ] {
        let request = json!({"reason": reason, "adhocReason": "because", "tokenIds": ["mine"]});
        assert_eq!(code(&vault.detokenize(request)), "ok", "{reason}");
        assert_eq!(vault.host.questions().pop().unwrap()["reason"], reason);
    }
}

#[test]
fn a_missing_or_empty_reason_is_pv1001_with_an_empty_context_member() {
    let vault = vault_with_a_token();
    for request in [
        r#"{"collection":"customers","tokenIds":["mine"]}"#,
        r#"{"collection":"customers","reason":"","tokenIds":["mine"]}"#,
    ] {
        let error = text(&vault, "tokens.rotate", request).unwrap_err();
        assert_eq!((error.code(), error.status()), ("PV1001", 400));
        let body: Value = serde_json::to_value(&error).unwrap();
        assert_eq!(body["context"], json!({"reason": ""}));
    }
}

#[test]
fn without_force_access_reason_a_missing_or_empty_one_is_app_functionality() {
    let vault = TestVault::with(&Setup::settings(json!({"forceAccessReason": false})));
    for request in [
        r#"{"collection":"customers","tokenIds":["x"]}"#,
        r#"{"collection":"customers","reason":"","tokenIds":["x"]}"#,
    ] {
        assert_eq!(code(&text(&vault, "tokens.detokenize", request)), "ok");
        assert_eq!(vault.host.questions().pop().unwrap()["reason"], "AppFunctionality");
    }
    assert_eq!(code(&vault.detokenize(json!({"reason": "nope"}))), "PV1002");
}

#[test]
fn an_unknown_reason_is_pv1002() {
    let vault = vault_with_a_token();
    for reason in ["appfunctionality", "Because", " Analytics"] {
        assert_eq!(code(&vault.rotate(json!({"reason": reason, "tokenIds": ["mine"]}))), "PV1002");
    }
}

#[test]
fn other_without_an_adhoc_reason_is_vl1003() {
    let vault = vault_with_a_token();
    for request in [
        json!({"reason": "Other", "tokenIds": ["mine"]}),
        json!({"reason": "Other", "adhocReason": "", "tokenIds": ["mine"]}),
    ] {
        let result = vault.rotate(request);
        assert_eq!(code(&result), "VL1003");
        assert_eq!(result.unwrap_err().status(), 404);
    }
}

// Errors.

#[test]
fn an_error_has_the_body_of_the_public_api() {
    let vault = vault_with_a_token();
    let error = vault.rotate(json!({"tokenIds": ["a", "b"]})).unwrap_err();
    let body: Value = serde_json::to_value(&error).unwrap();
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["context", "error_code", "error_url", "message"]);
    assert_eq!(body["error_code"], "PV3087");
    assert_eq!(body["context"], json!({"token_ids": "a,b"}));
    assert!(body["message"].is_string() && body["error_url"].is_string());
}

/// What no error, event or debug text may hold. It has no property name's form: an unknown property
/// is named, and a name is no personal data.
const MARKER: &str = "Zq7 Marker";

/// Values that carry the marker, right and wrong in their types.
fn marked_values() -> Vec<Value> {
    vec![
        json!(MARKER),
        json!(format!("{MARKER}@example.com")),
        json!([MARKER]),
        json!({"deep": MARKER}),
        json!([{"deep": [MARKER]}]),
        json!(format!("{MARKER}\u{0}\n")),
        json!(MARKER.repeat(200)),
    ]
}

/// Requests in which a value stands at every place where personal data may be, and where it may have
/// been put by mistake.
fn marked_requests(value: &Value) -> Vec<(&'static str, Value)> {
    let mut requests = Vec::new();
    let objects = [
        json!({"fields": {"email": value}}),
        json!({"fields": {"age": value, "name": value}}),
        json!({"fields": {"name": MARKER, "ssn": value}}),
        json!({"fields": {"name": value, "unknown": value}}),
        json!({"fields": value}),
        json!({"encrypted": {"ciphertext": value}}),
        json!({"encrypted": value}),
        json!({"id": value}),
        json!({"request_index": value}),
        value.clone(),
    ];
    for object in objects {
        for props in [None, Some(json!(["name"])), Some(json!([value])), Some(value.clone())] {
            let mut one = json!({"object": object});
            if let Some(props) = props {
                one["props"] = props;
            }
            let typed = with(one.clone(), "type", json!("pci"));
            requests.push(("tokens.tokenize", json!({"requestBody": [typed.clone()]})));
            requests.push((
                "tokens.tokenize",
                json!({"requestBody": [with(typed, "type", value.clone())]}),
            ));
            requests.push(("crypto.encrypt", json!({"requestBody": [one.clone()]})));
            requests.push(("crypto.hash", json!({"requestBody": [one.clone()]})));
            requests
                .push(("tokens.update", json!({"tokenIds": ["mine"], "requestBody": one.clone()})));
            requests.push(("tokens.update", json!({"tokenIds": ["unknown"], "requestBody": one})));
        }
    }
    for member in [
        "tags",
        "options",
        "xTenantId",
        "objectIds",
        "expirationSecs",
        "reloadCache",
        "requestBody",
    ] {
        let request = json!({"tokenIds": ["mine"], "requestBody": {}});
        requests.push(("tokens.update", with(request, member, value.clone())));
    }
    let sealed = TestVault::open().ciphertext(json!({"object": {"fields": {"name": MARKER}}}));
    for (member, value) in [
        ("encrypted_object", value.clone()),
        ("encrypted_object", json!({"ciphertext": value})),
        ("encrypted_object", json!({"ciphertext": sealed, "scope": value})),
        ("fields", value.clone()),
        ("fields", json!({"name": MARKER, "ssn": value})),
        ("fields", json!({"_tenant_id": value})),
        ("props", value.clone()),
        ("props", json!([value])),
        ("props", json!(["name", format!("name.{MARKER}")])),
        ("type", value.clone()),
        ("scope", value.clone()),
    ] {
        let one = json!({"encrypted_object": {"ciphertext": sealed}});
        let body = [with(one.clone(), member, value.clone())];
        requests.push(("crypto.decrypt", json!({"requestBody": body})));
        let body = [with(with(one, "fields", json!({"name": MARKER})), member, value)];
        requests.push(("crypto.updateEncrypted", json!({"requestBody": body})));
    }
    for member in ["token_ids", "tags", "object_ids"] {
        let body = with(json!({"token_ids": ["mine"]}), member, value.clone());
        requests.push(("tokens.search", json!({"requestBody": body})));
    }
    for member in ["tokenIds", "tags", "options", "tenantId", "objectIds"] {
        let request = with(json!({"tokenIds": ["mine"]}), member, value.clone());
        requests.push(("tokens.delete", request));
    }
    for member in
        ["scope", "token_id", "tags", "ensure_unique_tenant_tags", "fptemplate", "fpprops"]
    {
        let one = json!({"type": "pci", "object": {"fields": {"name": MARKER}}});
        let body = [with(one, member, value.clone())];
        requests.push(("tokens.tokenize", json!({"requestBody": body})));
    }
    requests
}

#[test]
fn no_personal_data_is_in_any_error_debug_text_or_audit_event() {
    let mut errors = 0;
    for value in marked_values() {
        for (operation, request) in marked_requests(&value) {
            let vault = vault_with_a_token();
            let Err(error) = vault.call(operation, request.clone()) else { continue };
            errors += 1;
            for told in [
                serde_json::to_string(&error).unwrap(),
                error.to_string(),
                format!("{error:?}"),
                format!("{error:#?}"),
            ] {
                assert!(!told.contains(MARKER), "{told} for {request}");
            }
            for mut event in vault.host.audit_events() {
                // The caller's own list of tenants is part of the event.
                event.as_object_mut().unwrap().remove("tenantIds");
                assert!(!event.to_string().contains(MARKER), "{event} for {request}");
            }
        }
    }
    assert!(errors > 700, "{errors} errors are too few to say anything");
}

#[test]
fn no_stored_data_is_in_an_error_of_a_later_call() {
    let vault = TestVault::open();
    for (name, token_type) in [("a", "pci"), ("b", "pci_oneway"), ("c", "randomized")] {
        vault.token(json!({
            "type": token_type, "token_id": name, "tags": [format!("{MARKER}-{name}")],
            "object": {"fields": {"name": MARKER, "nickname": format!("{MARKER} {name}")}},
        }));
    }
    let mut row = vault.row("c");
    let last = row.sealed.len() - 20;
    *row.sealed.get_mut(last).unwrap() ^= 1;
    vault.host.store.put(row);
    let narrower = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {"name": {"type": "SSN"}}}}),
        ..Setup::default()
    });
    for vault in [vault, narrower] {
        for request in [
            json!({"tokenIds": ["a"]}),
            json!({"tokenIds": ["b"]}),
            json!({"tokenIds": ["c"]}),
            json!({"tokenIds": ["a"], "props": ["ssn"]}),
        ] {
            if let Err(error) = vault.detokenize(request) {
                assert!(
                    !format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap())
                        .contains(MARKER)
                );
            }
        }
    }
}

#[test]
fn no_type_that_holds_a_secret_prints_it() {
    let vault = TestVault::open();
    let printed = format!("{:?}", vault.vault);
    assert!(!printed.contains("[7, 7, 7") && !printed.contains("7777"), "{printed}");
    let secrets: Vec<u8> = (0..63).collect();
    let error = vaultlet::Vault::open(
        &json!({"primary": "k", "data": ["k"], "store": {}, "collections": {}}).to_string(),
        &secrets,
    );
    let error = error.unwrap_err();
    assert_eq!(error.code(), "VL1000");
    assert!(!format!("{error:?}{error}").contains("1, 2, 3"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_as_a_request_never_panics(request in any::<String>(), place in 0..OPERATIONS.len()) {
        let vault = TestVault::open();
        let operation = OPERATIONS.get(place).unwrap();
        prop_assert_eq!(code(&text(&vault, operation, &request)), "PV1012");
        prop_assert!(vault.host.take_steps().is_empty());
    }

    #[test]
    fn a_right_request_with_any_bytes_put_in_never_panics(
        at in 0_usize..200,
        inserted in "[\\x00-\\x7f]{1,4}",
        place in 0..OPERATIONS.len(),
    ) {
        let vault = TestVault::open();
        let (operation, request) = right_requests().get(place).cloned().unwrap();
        let request = with(with(request, "collection", json!("customers")), "reason", json!("Analytics"));
        let mut request = request.to_string();
        request.insert_str(at.min(request.len()), &inserted);
        let result = text(&vault, operation, &request);
        prop_assert_ne!(code(&result), "PV1000");
        prop_assert_ne!(code(&result), "VL5001");
    }

    #[test]
    fn any_json_as_a_part_of_a_request_never_panics(value in any_json(), place in 0_usize..14) {
        let vault = TestVault::open();
        let members = [
            "tokenIds", "tags", "objectIds", "xTenantId", "options", "props", "expirationSecs",
            "transactionId", "requestBody", "collection", "reason", "reloadCache", "tenantId", "id",
        ];
        let member = members.get(place).unwrap();
        for (operation, request) in right_requests() {
            let result = vault.call(operation, with(request, member, value.clone()));
            prop_assert_ne!(code(&result), "PV1000");
            prop_assert_ne!(code(&result), "VL5001");
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
