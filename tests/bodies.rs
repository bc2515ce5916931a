//! A body whose text comes by itself, as HTTP has it: it is one JSON value, and what is wrong with it has its place.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use memory_host::test_vault::{TestVault, code, context, succeeds};
use serde_json::{Value, json};
use vaultlet::Error;

const ABOUT: &str = r#"{"collection":"customers","reason":"AppFunctionality","xTenantId":["a"]}"#;

fn call(vault: &TestVault, operation: &str, body: &str) -> Result<Value, Error> {
    let host = &*vault.host;
    let answer = pollster::block_on(vault.vault.call_with_body(host, operation, ABOUT, body))?;
    Ok(if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer).unwrap() })
}

#[test]
fn it_is_the_parameter_request_body() {
    let vault = TestVault::open();
    let body = " \n[{\"type\":\"pci\",\"object\":{\"fields\":{\"name\":\"J\\u00e9\"}}}]\t ";
    let made = succeeds(call(&vault, "tokens.tokenize", body));
    let id = made[0]["token_id"].as_str().unwrap();
    assert_eq!(vault.fields(id), json!({"name": "Jé"}));
    assert_eq!(
        succeeds(call(&vault, "tokens.search", &format!("{{\"token_ids\":[\"{id}\"]}}")))[0]["type"],
        "pci"
    );
    let result = call(&vault, "tokens.detokenize", "{}");
    assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", "requestBody"));
}

#[test]
fn no_text_of_it_is_ever_another_parameter() {
    let vault = TestVault::open();
    for body in [
        "",
        " ",
        "{},{}",
        "{},\"xTenantId\":[\"b\"]",
        "{}}",
        "{},\"reason\":\"Other\"",
        "],[",
        "{}],[{}",
        "{}] [",
        "1,",
        ",1",
        "[",
        "{} {}",
        "\u{feff}{}",
        "//\n{}",
        "{}\0",
    ] {
        let result = call(&vault, "tokens.search", body);
        assert_eq!(code(&result), "PV1012", "{body}");
        assert!(context(&result, "field").starts_with("requestBody"), "{body}");
        assert!(vault.host.take_steps().is_empty());
    }
    let twice = r#"{"collection":"customers","reason":"Maintenance","requestBody":{}}"#;
    let run = vault.vault.call_with_body(&*vault.host, "tokens.search", twice, "{}");
    let result = pollster::block_on(run);
    assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", "requestBody"));
}

#[test]
fn a_fault_of_the_text_has_its_place() {
    let vault = TestVault::open();
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let deep = format!(r#"[{{"type":"pci","object":{{"fields":{{"notes":{}}}}}}}]"#, nested(123));
    let path = format!("requestBody[0].object.fields.notes{}", "[0]".repeat(122));
    for (body, place) in [
        (r#"[{},{"type":"\ud800"}]"#, "requestBody[1].type"),
        (r#"[{"object":{"fields":{"name":"\udc00 "}}}]"#, "requestBody[0].object.fields.name"),
        (r#"[{"object":{"fields":{"a":1,"b":[],"a":2}}}]"#, "requestBody[0].object.fields"),
        ("[{}, {\"a\": 1,\n\"a\": 1}]", "requestBody[1]"),
        (r#"{"a":1,"a":1}"#, "requestBody"),
        // What is no name is not repeated, and nothing after it.
        (r#"{"jane@example.com":{"b":"\ud800"}}"#, "requestBody"),
        (r#"{"\u0061":{"b":"\ud800"}}"#, "requestBody"),
        (r#"{"a":{"\ud800":1}}"#, "requestBody.a"),
        (r#"{"a":[1,{"b":tru}]}"#, "requestBody.a[1].b"),
        (&deep, &path),
    ] {
        let result = call(&vault, "tokens.tokenize", body);
        assert_eq!((code(&result), &*context(&result, "field")), ("PV1012", place), "{body}");
    }
}

#[test]
fn it_may_be_as_deep_as_in_a_request() {
    let vault = TestVault::open();
    let body = |levels: usize| {
        let notes = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"[{{"type":"pci","object":{{"fields":{{"notes":{notes}}}}}}}]"#)
    };
    for (levels, expected) in [(122, "ok"), (123, "PV1012")] {
        assert_eq!(code(&call(&vault, "tokens.tokenize", &body(levels))), expected, "{levels}");
        let request: String = ABOUT.trim_end_matches('}').to_owned();
        let whole = format!("{request},\"requestBody\":{}}}", body(levels));
        let result = pollster::block_on(vault.call_text("tokens.tokenize", &whole));
        assert_eq!(code(&result), expected, "{levels}");
    }
}

#[test]
fn a_transaction_is_the_same_whichever_way_the_body_came() {
    let vault = TestVault::open();
    let body = r#"[{"type":"randomized","object":{"fields":{"name":"Jane"}}}]"#;
    let about = ABOUT.trim_end_matches('}').to_owned() + r#","transactionId":"t""#;
    let closed = about.clone() + "}";
    let run = vault.vault.call_with_body(&*vault.host, "tokens.tokenize", &closed, body);
    let one = pollster::block_on(run).unwrap();
    let whole = format!("{about},\"requestBody\":{body}}}");
    let other =
        pollster::block_on(vault.vault.call(&*vault.host, "tokens.tokenize", &whole)).unwrap();
    assert_eq!(one, other);
}
