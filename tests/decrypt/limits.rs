//! Too many, or too much.

use super::*;

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
