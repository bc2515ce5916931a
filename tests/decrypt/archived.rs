//! Ciphertexts whose expiry has come.

use super::*;

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
    assert_eq!(answer[0]["metadata"]["expiration"], "2024-11-08T15:00:00.000Z");
}
