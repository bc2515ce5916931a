//! What refuses a template: its form, the collection, and the properties that are tokenized.

use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Decision;

use crate::memory_host::test_vault::{TestVault, code, context, succeeds};
use crate::{
    ALL_TYPES, NUMBER, card, card_token, has_shape, ids, is_uuid, open, request, shaped, tokenize,
    update_data,
};

/// Both operations that take a template, on the same request.
fn tokenize_or_hash(vault: &TestVault, operation: &str, one: &Value) -> Result<Value, Error> {
    let mut one = one.clone();
    if operation == "tokens.tokenize" {
        one["type"] = json!("randomized");
    }
    vault.call(operation, json!({"requestBody": [one]}))
}

const OPERATIONS: [&str; 2] = ["tokens.tokenize", "crypto.hash"];

/// Not one property of type `CC_NUMBER` among those tokenized, as far as the request shows.
fn refused_as_shown(vault: &TestVault) -> Vec<Value> {
    let ciphertext =
        vault.ciphertext(json!({"object": {"fields": {"card": NUMBER, "name": "Jane"}}}));
    let with = |mut one: Value, member: &str, value: Value| {
        one[member] = value;
        one
    };
    let fields = shaped(json!({"object": {"fields": {"card": NUMBER, "name": "Jane"}}}));
    let encrypted = shaped(json!({"object": {"encrypted": {"ciphertext": ciphertext}}}));
    let mut refused = Vec::new();
    for one in [fields, encrypted] {
        for properties in [
            json!([]),
            json!(["card", "second_card"]),
            json!(["card", "card"]),
            json!(["card", "name"]),
            json!(["name"]),
        ] {
            refused.push(with(one.clone(), "fpprops", properties));
        }
        refused.push(with(one, "props", json!(["name"])));
    }
    for fields in [json!({"name": "Jane"}), json!({"name": "Jane", "card": null})] {
        refused.push(shaped(json!({"object": {"fields": fields}})));
    }
    refused
}

#[test]
fn a_template_that_does_not_fit_what_the_request_shows_is_vl3011_after_the_policy_has_allowed() {
    let vault = open();
    for one in refused_as_shown(&vault) {
        for operation in OPERATIONS {
            vault.host.take_events();
            let result = tokenize_or_hash(&vault, operation, &one);
            assert_eq!(code(&result), "VL3011", "{operation}: {one}");
            assert_eq!(result.unwrap_err().status(), 400);
            let audited = vault.host.audit_events();
            assert_eq!(audited.len(), 1, "a refusal is audited");
            assert_eq!(
                (&audited[0]["decision"], &audited[0]["code"]),
                (&json!("failed"), &json!("VL3011"))
            );
            assert!(!vault.host.questions().is_empty());
            let steps = vault.host.take_steps();
            assert!(!steps.contains(&"read") && !steps.contains(&"write"), "{steps:?}");
        }
    }
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn a_card_that_only_a_ciphertext_could_hold_is_vl3011_after_the_second_question() {
    let vault = open();
    let ciphertext = vault.ciphertext(json!({"object": {"fields": {"name": "Jane"}}}));
    let one = shaped(json!({"object": {"encrypted": {"ciphertext": ciphertext}}}));
    for operation in OPERATIONS {
        vault.host.take_events();
        assert_eq!(code(&tokenize_or_hash(&vault, operation, &one)), "VL3011", "{operation}");
        let questions = vault.host.questions();
        assert_eq!(questions.len(), 2);
        assert_eq!(questions[0]["checks"], json!([]));
        assert_eq!(questions[1]["checks"][0]["resource"], "customers/properties/name");
        assert!(!vault.host.has_written());
        let audited = vault.host.audit_events();
        assert_eq!(audited.last().unwrap()["code"], "VL3011");
        assert_eq!(audited.len(), 1);

        vault.host.deny_resource("customers/properties/name");
        assert_eq!(code(&tokenize_or_hash(&vault, operation, &one)), "PV1006", "{operation}");
        vault.host.allow_everything();
    }
}

#[test]
fn a_ciphertext_gives_the_card_with_and_without_props() {
    let vault = open();
    let fields = json!({"card": "4111-1111-1111-1111", "name": "Jane"});
    let ciphertext = vault.ciphertext(json!({"object": {"fields": fields}}));
    let encrypted = shaped(json!({"object": {"encrypted": {"ciphertext": ciphertext}}}));
    let mut card_alone = encrypted.clone();
    card_alone["props"] = json!(["card"]);
    for operation in OPERATIONS {
        for one in [&encrypted, &card_alone] {
            let answer = succeeds(tokenize_or_hash(&vault, operation, one));
            assert!(has_shape(&ids(&answer)[0], NUMBER), "{operation}: {one}");
        }
        let mut absent = encrypted.clone();
        absent["props"] = json!(["name", "second_card"]);
        absent["fpprops"] = json!(["second_card"]);
        assert_eq!(code(&tokenize_or_hash(&vault, operation, &absent)), "VL3011", "{operation}");
    }
}

#[test]
fn an_object_shared_by_index_gives_the_card_to_those_that_take_it() {
    let vault = open();
    let fields = json!({"card": NUMBER, "name": "Jane"});
    let whole = json!({"type": "randomized", "object": {"fields": fields}});
    let sharing = |props: Value| {
        shaped(json!({"type": "randomized", "object": {"request_index": 0}, "props": props}))
    };
    let answer =
        succeeds(vault.tokenize(json!({"requestBody": [whole, sharing(json!(["card"]))]})));
    let [plain, shared] = ids(&answer).try_into().unwrap();
    assert!(is_uuid(&plain));
    assert!(has_shape(&shared, NUMBER));
    let result = vault.tokenize(json!({"requestBody": [whole, sharing(json!(["name"]))]}));
    assert_eq!(code(&result), "VL3011");
    assert_eq!(vault.host.store.rows().len(), 2, "all or nothing");
}

#[test]
fn half_a_template_one_beside_a_given_id_and_an_unknown_one_are_pv1012() {
    let vault = open();
    let template = json!("primary_account_number");
    let bad = [
        json!({"fptemplate": template}),
        json!({"fpprops": ["card"]}),
        json!({"fptemplate": template, "fpprops": ["card"], "token_id": "given"}),
        json!({"fptemplate": "PRIMARY_ACCOUNT_NUMBER", "fpprops": ["card"]}),
        json!({"fptemplate": "", "fpprops": ["card"]}),
        json!({"fptemplate": "ssn", "fpprops": []}),
        json!({"fptemplate": null, "fpprops": ["card"]}),
        json!({"fptemplate": [template], "fpprops": ["card"]}),
        json!({"fptemplate": template, "fpprops": "card"}),
        json!({"fptemplate": template, "fpprops": null}),
        json!({"fptemplate": template, "fpprops": [7]}),
        json!({"fptemplate": template, "fpprops": [null]}),
        json!({"fptemplate": null, "fpprops": null}),
    ];
    for members in bad {
        let mut one = members.clone();
        one["object"] = json!({"fields": card()});
        for operation in OPERATIONS {
            let result = tokenize_or_hash(&vault, operation, &one);
            assert_eq!(code(&result), "PV1012", "{operation}: {members}");
            let field = context(&result, "field");
            assert!(field.starts_with("requestBody[0]."), "{field}");
        }
    }
    for token_type in ALL_TYPES {
        let mut given = request(token_type, card());
        given["token_id"] = json!("given");
        let result = tokenize(&vault, &given);
        assert_eq!(code(&result), "PV1012", "{token_type}");
        assert_eq!(context(&result, "field"), "requestBody[0].fptemplate");
    }
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn other_operations_take_no_template() {
    let vault = open();
    let id = card_token(&vault, "randomized");
    let body = shaped(json!({"object": {"fields": card()}}));
    let update = vault.update(json!({"tokenIds": [id], "requestBody": body}));
    assert_eq!(code(&update), "PV1012");
    assert_eq!(code(&vault.encrypt(json!({"requestBody": [body]}))), "PV1012");
}

#[test]
fn a_property_that_the_collection_does_not_have_is_pv3004() {
    let vault = open();
    for (properties, shown) in [
        (json!(["unknown"]), "unknown"),
        (json!(["card", "unknown"]), "unknown"),
        (json!(["not a name"]), "(not a property name)"),
        (json!([""]), "(not a property name)"),
        (json!([NUMBER]), "(not a property name)"),
    ] {
        let mut one = shaped(json!({"object": {"fields": card()}}));
        one["fpprops"] = properties;
        for operation in OPERATIONS {
            vault.host.take_events();
            let result = tokenize_or_hash(&vault, operation, &one);
            assert_eq!(code(&result), "PV3004", "{operation}: {one}");
            assert_eq!(context(&result, "property"), shown);
            // A name that could be one is not looked for before the policy has allowed.
            assert_eq!(vault.host.questions().len(), usize::from(shown == "unknown"));
        }
    }
}

#[test]
fn the_first_error_in_the_order_of_the_steps_is_answered() {
    let vault = open();
    let call = |operation: &str, extra: Value, one: Value| {
        let mut request = json!({"requestBody": [one]});
        for (member, value) in extra.as_object().unwrap() {
            request[member] = value.clone();
        }
        vault.call(operation, request)
    };
    let bad_template = json!({"fptemplate": "ssn", "fpprops": ["name"]});
    let no_card = json!({"fptemplate": "primary_account_number", "fpprops": ["name"]});
    let unknown = json!({"fptemplate": "primary_account_number", "fpprops": ["unknown", "name"]});
    let with = |template: &Value, fields: Value| {
        let mut one = template.clone();
        one["object"] = json!({"fields": fields});
        one
    };
    for operation in OPERATIONS {
        let call = |extra: Value, mut one: Value| {
            if operation == "tokens.tokenize" {
                one["type"] = json!("pci");
            }
            let result = call(operation, extra, one);
            code(&result)
        };
        let jane = json!({"name": "Jane"});
        assert_eq!(
            call(json!({"collection": "none"}), with(&bad_template, jane.clone())),
            "PV1012"
        );
        assert_eq!(call(json!({"collection": "none"}), with(&no_card, jane.clone())), "PV1004");
        assert_eq!(call(json!({"reason": ""}), with(&no_card, jane.clone())), "PV1001");
        let refused = [
            with(&unknown, json!({"card": "no card"})),
            with(&no_card, jane.clone()),
            shaped(with(&json!({}), card())),
        ];
        vault.host.on_decide(|_| Ok(Decision::Denied(None)));
        for one in refused {
            assert_eq!(call(json!({}), one), "PV1006");
        }
        vault.host.allow_everything();
        assert_eq!(call(json!({}), with(&unknown, json!({"card": "no card"}))), "PV3004");
        assert_eq!(call(json!({}), with(&no_card, json!({"card": "no card"}))), "PV3002");
        assert_eq!(call(json!({}), with(&no_card, jane.clone())), "VL3011");
    }
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn one_refused_template_refuses_the_array() {
    let vault = open();
    let good = request("randomized", card());
    let mut bad = good.clone();
    bad["fpprops"] = json!(["name"]);
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [good, bad]}))), "VL3011");
    assert!(vault.host.store.rows().is_empty());
}

#[test]
fn no_message_and_no_audit_event_shows_the_number() {
    let vault = open();
    let id = card_token(&vault, "randomized");
    let mut refused: Vec<Error> = refused_as_shown(&vault)
        .iter()
        .map(|one| tokenize_or_hash(&vault, "tokens.tokenize", one).unwrap_err())
        .collect();
    refused.push(update_data(&vault, &id, json!({"card": id})).unwrap_err());
    let numbers = [NUMBER, id.as_str()];
    for error in refused {
        let text = serde_json::to_string(&error).unwrap();
        assert!(!numbers.iter().any(|number| text.contains(number)), "{text}");
    }
    for event in vault.host.audit_events() {
        let text = event.to_string();
        assert!(!numbers.iter().any(|number| text.contains(number)), "{text}");
    }
}
