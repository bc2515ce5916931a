//! Too many, or too much.

use super::*;

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
fn fields_that_alone_are_more_than_1_mib_are_refused_after_the_policy_has_allowed() {
    let vault = TestVault::open();
    let body = one(&jane(&vault), &json!({"nickname": "y".repeat(1 << 20)}));
    vault.host.take_events();
    let result = update(&vault, json!({"requestBody": [body]}));
    assert_eq!(code(&result), "PV1012");
    assert_eq!(vault.host.take_steps(), ["decide", "decide", "audit"]);
}
