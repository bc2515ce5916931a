//! Transformers: `ssn.mask` in the `props` of detokenize and decrypt, by rule. What each of them makes
//! of a value is tested beside the types themselves.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Event, START};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

const DETOKENIZE: &str = "tokens.detokenize";
const DECRYPT: &str = "crypto.decrypt";
/// The operations that show data.
const SHOWING: [&str; 2] = [DETOKENIZE, DECRYPT];

fn open() -> Rc<TestVault> {
    TestVault::with(&Setup {
        collections: json!({"customers": {"properties": {
            "name": {"type": "NAME"},
            "email": {"type": "EMAIL"},
            "ssn": {"type": "SSN"},
            "phone": {"type": "PHONE_NUMBER"},
            "card": {"type": "CC_NUMBER"},
            "born": {"type": "DATE_OF_BIRTH"},
            "joined": {"type": "DATE"},
            "photo": {"type": "BLOB"},
            "nickname": {"type": "STRING", "nullable": true},
            "age": {"type": "INTEGER"},
            "notes": {"type": "JSON"},
        }}}),
        ..Setup::default()
    })
}

fn jane() -> Value {
    json!({"name": "Jane Doe", "ssn": "123-45-6789", "email": "jane@gmail.com"})
}

/// A request that shows this data, of a token or of a ciphertext made for it.
fn request(vault: &TestVault, operation: &str, fields: &Value, props: &Value) -> Value {
    let object = json!({"fields": fields});
    if operation == DETOKENIZE {
        let id = vault.token(json!({"type": "randomized", "object": object}));
        json!({"tokenIds": [id], "props": props})
    } else {
        let object = json!({"ciphertext": vault.ciphertext(json!({"object": object}))});
        json!({"requestBody": [{"encrypted_object": object, "props": props}]})
    }
}

/// Calls it, with nothing on the record but that.
fn attempt(
    vault: &TestVault,
    operation: &str,
    fields: &Value,
    props: &Value,
) -> Result<Value, Error> {
    let request = request(vault, operation, fields, props);
    vault.host.take_events();
    vault.call(operation, request)
}

/// What both show of this data, which is the same.
fn shown(vault: &TestVault, fields: &Value, props: &Value) -> Value {
    let [one, other] = SHOWING
        .map(|operation| succeeds(attempt(vault, operation, fields, props))[0]["fields"].clone());
    assert_eq!(one, other);
    one
}

/// What must be allowed on a property: its name and its type, both with the transformer.
fn checks(operation: &str, name: &str, data_type: &str) -> Vec<Value> {
    let operations: &[&str] =
        if operation == DETOKENIZE { &["detokenize", "read"] } else { &["decrypt"] };
    let check = |operation: &&str| {
        json!({
            "operation": operation, "resource": format!("customers/properties/{name}"),
            "type": data_type,
        })
    };
    operations.iter().map(check).collect()
}

fn checks_asked(vault: &TestVault) -> Vec<Value> {
    vault.host.questions().iter().map(|question| question["checks"].clone()).collect()
}

// Answers.

#[test]
fn a_transformer_answers_under_its_own_key_beside_the_value() {
    let vault = open();
    let all = shown(&vault, &jane(), &json!(["ssn", "ssn.mask", "name.mask"]));
    let expected =
        json!({"ssn": "123-45-6789", "ssn.mask": "***-**-6789", "name.mask": "J*** D**"});
    assert_eq!(all, expected);
    assert_eq!(
        shown(&vault, &jane(), &json!(["ssn.mask"])),
        json!({"ssn.mask": "***-**-6789"}),
        "and without it"
    );
}

#[test]
fn answers_come_in_the_order_of_props_each_once() {
    let vault = open();
    let props = json!(["ssn.mask", "email", "ssn", "ssn.mask", "name.mask", "email", "email.mask"]);
    let expected = concat!(
        r#"{"ssn.mask":"***-**-6789","email":"jane@gmail.com","ssn":"123-45-6789","#,
        r#""name.mask":"J*** D**","email.mask":"j***@gmail.com"}"#,
    );
    for operation in SHOWING {
        let mut request = request(&vault, operation, &jane(), &props);
        request["collection"] = json!("customers");
        request["reason"] = json!("Analytics");
        let request = request.to_string();
        let answer = pollster::block_on(vault.vault.call(&*vault.host, operation, &request));
        let answer = answer.unwrap();
        assert!(answer.contains(&format!(r#""fields":{expected}"#)), "{answer}");
    }
}

#[test]
fn each_request_of_decrypt_has_transformers_of_its_own() {
    let vault = open();
    let object = json!({"ciphertext": vault.ciphertext(json!({"object": {"fields": jane()}}))});
    let bodies = json!([
        {"encrypted_object": object, "props": ["ssn.mask"]},
        {"encrypted_object": object},
        {"encrypted_object": object, "props": ["ssn"]},
    ]);
    let expected = json!([
        {"fields": {"ssn.mask": "***-**-6789"}},
        {"fields": jane()},
        {"fields": {"ssn": "123-45-6789"}},
    ]);
    assert_eq!(succeeds(vault.call(DECRYPT, json!({"requestBody": bodies}))), expected);
}

#[test]
fn every_token_that_matches_is_shown_masked_as_far_as_it_holds_the_property() {
    let vault = open();
    for (id, fields) in [
        ("a", json!({"name": "Jane Doe"})),
        ("b", json!({"ssn": "123-45-6789"})),
        ("c", json!({"name": "Jo", "ssn": "987 65 4321", "phone": "+12025552123"})),
    ] {
        vault.token(json!({"type": "pci", "token_id": id, "object": {"fields": fields}}));
    }
    let request = json!({"tokenIds": ["c", "a", "b"], "props": ["name.mask", "ssn.mask"]});
    let expected = json!([
        {"token_id": "c", "fields": {"name.mask": "J*", "ssn.mask": "***-**-4321"}},
        {"token_id": "a", "fields": {"name.mask": "J*** D**"}},
        {"token_id": "b", "fields": {"ssn.mask": "***-**-6789"}},
    ]);
    assert_eq!(succeeds(vault.detokenize(request)), expected);
}

#[test]
fn what_is_not_held_is_left_out() {
    let vault = open();
    let fields = json!({"name": "Jane Doe", "nickname": null});
    let props = json!(["phone.mask", "name.mask", "born.age", "nickname.mask", "photo.size"]);
    assert_eq!(shown(&vault, &fields, &props), json!({"name.mask": "J*** D**"}));
    assert_eq!(shown(&vault, &fields, &json!(["phone.mask", "born.age_frac"])), json!({}));
}

#[test]
fn metadata_stands_beside_what_is_masked() {
    let vault = open();
    for operation in SHOWING {
        let mut request = request(&vault, operation, &jane(), &json!(["ssn.mask"]));
        request["options"] = json!(["include_metadata"]);
        let answer = succeeds(vault.call(operation, request));
        assert_eq!(answer[0]["fields"], json!({"ssn.mask": "***-**-6789"}), "{operation}");
        assert_eq!(answer[0]["metadata"]["type"], "randomized");
    }
}

#[test]
fn a_mask_is_that_of_the_propertys_type() {
    let vault = open();
    let fields = json!({
        "name": "Jane Doe", "email": "jane@gmail.com", "ssn": "123456789",
        "phone": "+1-202-555-2123", "card": "4111 1111 1111 1111", "born": "1993-02-22",
        "joined": "2024-11-08", "photo": "aGVsbG8=", "nickname": "Jay D", "age": 31,
        "notes": {"city": "Berlin", "zip": 10_115},
    });
    let masked = json!({
        "name.mask": "J*** D**", "email.mask": "j***@gmail.com", "ssn.mask": "***-**-6789",
        "phone.mask": "********2123", "card.mask": "************1111", "born.mask": "1993-**-**",
        "joined.mask": "2024-**-**", "photo.mask": "<BLOB>", "nickname.mask": "*** *",
        "age.mask": "**", "notes.mask": {"city": "******", "zip": "*****"},
    });
    let props: Vec<&String> = masked.as_object().unwrap().keys().collect();
    assert_eq!(shown(&vault, &fields, &json!(props)), masked);
}

#[test]
fn size_is_that_of_the_bytes() {
    let vault = open();
    for (photo, size) in [("", 0), ("aA==", 1), ("aGVsbG8=", 5), ("aGVsbG8h", 6)] {
        let answer = shown(&vault, &json!({"photo": photo}), &json!(["photo.size"]));
        assert_eq!(answer, json!({"photo.size": size}));
    }
}

// The clock.

#[test]
fn age_is_told_by_the_clock_in_utc() {
    const DAY: i64 = 86_400_000;
    /// The midnight before [`START`].
    const TODAY: i64 = START - 15 * 3_600_000;
    let vault = open();
    for (born, now, age) in [
        ("2000-11-07", TODAY, 24),
        ("2000-11-08", TODAY, 24),
        ("2000-11-08", TODAY - 1, 23),
        ("2000-11-09", TODAY, 23),
        ("2000-11-09", TODAY + DAY - 1, 23),
        ("2000-11-09", TODAY + DAY, 24),
        ("2000-12-01", TODAY, 23),
        ("2024-11-08", TODAY, 0),
        ("1924-11-08", TODAY, 100),
    ] {
        vault.host.set_time(now);
        let answer = shown(&vault, &json!({"born": born}), &json!(["born.age"]));
        assert_eq!(answer, json!({"born.age": age}), "{born} at {now}");
    }
}

#[test]
fn age_frac_is_told_by_the_clock_too() {
    let vault = open();
    let frac = |born: &str| {
        let answer = shown(&vault, &json!({"born": born}), &json!(["born.age_frac"]));
        answer["born.age_frac"].as_f64().unwrap()
    };
    assert!((frac("2000-11-08") - 24.0).abs() < 0.01);
    let half = frac("2000-05-08");
    assert!((half - 24.5).abs() < 0.02, "{half}");
    let almost = frac("2000-11-09");
    assert!((23.98..24.0).contains(&almost), "nobody is 24 too early: {almost}");
}

#[test]
fn the_clock_is_read_once_however_many_ages_are_told() {
    let vault = open();
    let props = json!(["born.age", "born.age_frac"]);
    for operation in SHOWING {
        succeeds(attempt(&vault, operation, &json!({"born": "2000-01-01"}), &props));
        let events = vault.host.take_events();
        let reads = events.iter().filter(|event| matches!(event, Event::Clock)).count();
        assert_eq!(reads, 1, "{operation}");
    }
}

// Refused names.

#[test]
fn an_unknown_transformer_is_vl3013_after_the_policy_has_allowed() {
    let vault = open();
    for prop in [
        "ssn.unknown",
        "ssn.",
        "ssn.Mask",
        "ssn.MASK",
        "ssn.mask.mask",
        "ssn.mask.",
        "ssn..mask",
        "ssn. mask",
        "ssn.mask ",
        "ssn.mas",
        "ssn.masks",
        "ssn.size",
        "ssn.age",
        "ssn.age_frac",
    ] {
        for operation in SHOWING {
            let result = attempt(&vault, operation, &jane(), &json!(["name", prop]));
            assert_eq!(code(&result), "VL3013", "{prop}");
            assert_eq!(context(&result, "property"), "ssn");
            assert_eq!(vault.host.take_steps(), ["decide", "audit"], "a refusal there is audited");
            assert_eq!(result.unwrap_err().status(), 400);
        }
    }
}

#[test]
fn a_transformer_belongs_to_its_type() {
    let vault = open();
    let fields = json!({"name": "Jane Doe"});
    for (prop, expected) in [
        ("born.age", "ok"),
        ("born.age_frac", "ok"),
        ("joined.age", "VL3013"),
        ("age.age", "VL3013"),
        ("name.age_frac", "VL3013"),
        ("photo.size", "ok"),
        ("nickname.size", "VL3013"),
        ("notes.size", "VL3013"),
        ("born.size", "VL3013"),
        ("photo.age", "VL3013"),
        ("photo.mask", "ok"),
    ] {
        for operation in SHOWING {
            let result = attempt(&vault, operation, &fields, &json!([prop]));
            assert_eq!(code(&result), expected, "{prop}");
        }
    }
}

#[test]
fn an_unknown_property_is_pv3004_whatever_its_transformer() {
    let vault = open();
    for prop in [
        "unknown.mask",
        "unknown.unknown",
        ".mask",
        ".",
        "",
        "..",
        " ssn.mask",
        "SSN.mask",
        "ssn .mask",
        "_tenant_id.mask",
    ] {
        for operation in SHOWING {
            let result = attempt(&vault, operation, &jane(), &json!(["name.mask", prop]));
            assert_eq!(code(&result), "PV3004", "{prop}");
            let could_be = ["unknown.mask", "unknown.unknown", "SSN.mask"].contains(&prop);
            let steps: &[&str] = if could_be { &["decide", "audit"] } else { &[] };
            assert_eq!(
                vault.host.take_steps(),
                steps,
                "what can be no name is refused at once: {prop}"
            );
        }
    }
}

#[test]
fn what_was_written_for_a_transformer_is_not_in_the_error() {
    let vault = open();
    for operation in SHOWING {
        let result = attempt(&vault, operation, &jane(), &json!(["ssn.Zq7 Marker"]));
        let error = result.unwrap_err();
        let mut context = vec![("property", "ssn".to_owned())];
        if operation == DECRYPT {
            context.push(("field", "requestBody[0]".to_owned()));
        }
        assert_eq!(error.context(), context);
        assert!(
            !format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap())
                .contains("Marker")
        );
        let events = vault.host.audit_events();
        assert!(events.iter().all(|event| !event.to_string().contains("Marker")));
    }
}

// The policy.

#[test]
fn name_and_type_of_the_check_carry_the_transformer() {
    let vault = open();
    let props = json!(["name", "ssn.mask", "ssn", "ssn.mask", "born.age", "photo.size"]);
    for operation in SHOWING {
        succeeds(attempt(&vault, operation, &jane(), &props));
        let expected = [
            checks(operation, "name", "NAME"),
            checks(operation, "ssn.mask", "SSN.mask"),
            checks(operation, "ssn", "SSN"),
            checks(operation, "born.age", "DATE_OF_BIRTH.age"),
            checks(operation, "photo.size", "BLOB.size"),
        ]
        .concat();
        assert_eq!(checks_asked(&vault), [json!(expected)], "once, each check once");
        assert_eq!(vault.host.audit_events()[0]["checks"], json!(expected));
    }
}

#[test]
fn requests_of_one_array_share_their_checks() {
    let vault = open();
    let object = json!({"ciphertext": vault.ciphertext(json!({"object": {"fields": jane()}}))});
    let masked = json!({"encrypted_object": object, "props": ["ssn.mask", "name.mask"]});
    let again = json!({"encrypted_object": object, "props": ["name.mask", "email"]});
    let whole = json!({"encrypted_object": object});
    vault.host.take_events();
    succeeds(vault.call(DECRYPT, json!({"requestBody": [masked, again]})));
    let mut expected = [
        checks(DECRYPT, "ssn.mask", "SSN.mask"),
        checks(DECRYPT, "name.mask", "NAME.mask"),
        checks(DECRYPT, "email", "EMAIL"),
    ]
    .concat();
    assert_eq!(checks_asked(&vault), [json!(expected)]);
    vault.host.take_events();
    succeeds(vault.call(DECRYPT, json!({"requestBody": [masked, again, whole]})));
    expected.extend(checks(DECRYPT, "name", "NAME"));
    expected.extend(checks(DECRYPT, "ssn", "SSN"));
    assert_eq!(checks_asked(&vault), [json!([]), json!(expected)], "the last shows all it holds");
}

/// Requests that show one thing, the other, and both, while the policy refuses `resource`.
fn with_refused(
    operation: &str,
    resource: &'static str,
    [allowed, refused]: [&str; 2],
) -> [Result<Value, Error>; 3] {
    let vault = open();
    let requests = [json!([allowed, "name"]), json!([refused]), json!([allowed, refused])]
        .map(|props| request(&vault, operation, &jane(), &props));
    vault.host.deny_resource(resource);
    requests.map(|request| vault.call(operation, request))
}

#[test]
fn a_caller_may_be_allowed_the_mask_and_refused_the_value() {
    for operation in SHOWING {
        let [masked, whole, both] =
            with_refused(operation, "customers/properties/ssn", ["ssn.mask", "ssn"]);
        let expected = json!({"ssn.mask": "***-**-6789", "name": "Jane Doe"});
        assert_eq!(succeeds(masked)[0]["fields"], expected);
        assert_eq!((code(&whole), code(&both)), ("PV1006", "PV1006"), "{operation}");
    }
}

#[test]
fn a_caller_may_be_allowed_the_value_and_refused_the_mask() {
    for operation in SHOWING {
        let [whole, masked, both] =
            with_refused(operation, "customers/properties/ssn.mask", ["ssn", "ssn.mask"]);
        let expected = json!({"ssn": "123-45-6789", "name": "Jane Doe"});
        assert_eq!(succeeds(whole)[0]["fields"], expected);
        assert_eq!((code(&masked), code(&both)), ("PV1006", "PV1006"), "{operation}");
    }
}

#[test]
fn a_policy_can_tell_them_apart_by_the_type() {
    let vault = open();
    let id = "mine";
    vault.token(json!({"type": "pci", "token_id": id, "object": {"fields": jane()}}));
    vault.host.on_decide(|question| {
        let checks = question["checks"].as_array().unwrap();
        let masks = checks.iter().filter_map(|check| check["type"].as_str());
        let all = masks.filter(|data_type| data_type.ends_with(".mask")).count() == checks.len();
        Ok(if all { Decision::Allow } else { Decision::Denied(None) })
    });
    let narrow = |props: Value| code(&vault.detokenize(json!({"tokenIds": [id], "props": props})));
    assert_eq!(narrow(json!(["ssn.mask", "name.mask"])), "ok");
    assert_eq!(narrow(json!(["ssn.mask", "name"])), "PV1006");
    assert_eq!(code(&vault.detokenize(json!({"tokenIds": [id]}))), "PV1006", "the second question");
}

#[test]
fn a_right_is_needed_for_what_is_not_held_too() {
    let vault = open();
    vault.host.deny_resource("customers/properties/phone.mask");
    for operation in SHOWING {
        let result = attempt(&vault, operation, &jane(), &json!(["name", "phone.mask"]));
        assert_eq!(code(&result), "PV1006", "{operation}");
    }
}

#[test]
fn nothing_is_read_or_opened_before_the_capability_was_granted() {
    let vault = open();
    let props = json!(["ssn.mask"]);
    let object = json!({"ciphertext": "AAAA"});
    for (operation, request, allowed) in [
        (DETOKENIZE, json!({"tokenIds": ["unknown"], "props": props}), "ok"),
        (DECRYPT, json!({"requestBody": [{"encrypted_object": object, "props": props}]}), "VL3003"),
    ] {
        vault.host.take_events();
        vault.host.on_decide(|_| Ok(Decision::MissingCapability(None)));
        assert_eq!(code(&vault.call(operation, request.clone())), "PV1007");
        assert_eq!(vault.host.take_steps(), ["decide", "audit"]);
        vault.host.allow_everything();
        assert_eq!(code(&vault.call(operation, request)), allowed);
    }
}

// Where there are none.

#[test]
fn transformers_in_the_props_of_operations_that_take_data_are_pv3004() {
    let vault = open();
    let id = vault.token_of("randomized", jane());
    let ciphertext = vault.ciphertext(json!({"object": {"fields": jane()}}));
    for object in [json!({"fields": jane()}), json!({"encrypted": {"ciphertext": ciphertext}})] {
        for props in [json!(["ssn.mask"]), json!(["ssn", "ssn.mask"]), json!(["ssn.unknown"])] {
            let one = json!({"object": object, "props": props});
            let mut typed = one.clone();
            typed["type"] = json!("pci");
            let over = json!({
                "encrypted_object": {"ciphertext": ciphertext}, "fields": {}, "props": props,
            });
            for (operation, request) in [
                ("tokens.tokenize", json!({"requestBody": [typed]})),
                ("tokens.update", json!({"tokenIds": [id], "requestBody": one})),
                ("crypto.encrypt", json!({"requestBody": [one]})),
                ("crypto.hash", json!({"requestBody": [one]})),
                ("crypto.updateEncrypted", json!({"requestBody": [over]})),
            ] {
                vault.host.take_events();
                let result = vault.call(operation, request);
                assert_eq!(code(&result), "PV3004", "{operation} {props}");
                assert!(vault.host.take_steps().is_empty(), "before the policy is asked");
            }
        }
    }
    assert_eq!(vault.fields(&id), jane());
}

#[test]
fn a_transformer_is_no_name_among_the_fields() {
    let vault = open();
    let object = json!({"fields": {"ssn.mask": "***-**-6789"}});
    let result = vault.encrypt(json!({"requestBody": [{"object": object}]}));
    assert_eq!(code(&result), "PV3004");
}

// Data of another time.

#[test]
fn a_value_of_another_type_since_a_reload_shows_nothing_through_a_transformer() {
    let vault = open();
    let fields = json!({"name": "Secretive Person", "email": "secret@example.com"});
    let changed = vault.beside(&Setup {
        collections: json!({"customers": {"properties": {
            "name": {"type": "SSN"}, "email": {"type": "DATE_OF_BIRTH"},
        }}}),
        ..Setup::default()
    });
    let props = json!(["name.mask", "email.mask", "email.age"]);
    for operation in SHOWING {
        let request = request(&vault, operation, &fields, &props);
        let answer = succeeds(changed.call(operation, request))[0]["fields"].clone();
        let told = answer.to_string();
        assert_eq!(answer.as_object().unwrap().len(), 3, "{told}");
        for part in ["Secr", "Pers", "rson", "secr", "example", ".com"] {
            assert!(!told.contains(part), "{told}");
        }
    }
}
