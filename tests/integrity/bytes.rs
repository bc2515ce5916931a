//! Altered sealed bytes.

use super::*;

#[test]
fn every_byte_of_the_head_changed_one_at_a_time_is_vl5001() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    for at in 0..body_start(&row.sealed) {
        for flip in [0x01, 0x80] {
            let mut altered = row.clone();
            *altered.sealed.get_mut(at).unwrap() ^= flip;
            vault.host.store.put(altered);
            for operation in BY_ID {
                assert_eq!(operation(&vault), INTEGRITY, "byte {at}");
            }
        }
    }
}

#[test]
fn every_byte_of_the_body_changed_one_at_a_time_is_vl5001_when_the_data_is_read() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    for at in body_start(&row.sealed)..row.sealed.len() {
        let mut altered = row.clone();
        *altered.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(altered);
        assert_eq!(detokenize(&vault), INTEGRITY, "byte {at}");
    }
}

#[test]
fn the_bodys_key_id_nonce_and_tag_are_part_of_the_head() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    let (start, end) = (body_start(&row.sealed), row.sealed.len());
    for at in (start..start + 32).chain(end - 16..end) {
        let mut altered = row.clone();
        *altered.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(altered);
        assert_eq!(rotate(&vault), INTEGRITY, "byte {at}");
        assert_eq!(update(&vault), INTEGRITY, "byte {at}");
    }
}

#[test]
fn only_detokenizing_opens_the_body() {
    for operation in [rotate, update, update_data, search, count, delete] {
        let vault = vault_with_a_full_row("randomized");
        let mut row = vault.row("mine");
        // A byte of the body's ciphertext, which is not part of its identity.
        let at = body_start(&row.sealed) + 32;
        *row.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(row);
        assert_eq!(detokenize(&vault), INTEGRITY);
        assert_eq!(operation(&vault), "ok");
    }
}

#[test]
fn a_query_by_tags_opens_every_row() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    for at in (0..row.sealed.len()).step_by(7) {
        let mut altered = row.clone();
        *altered.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(altered);
        assert_eq!(by_tag(&vault), INTEGRITY, "byte {at}");
    }
}

#[test]
fn sealed_cut_short_or_prolonged_is_vl5001() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    for length in 0..row.sealed.len() {
        let mut altered = row.clone();
        altered.sealed.truncate(length);
        vault.host.store.put(altered);
        assert_eq!(detokenize(&vault), INTEGRITY, "{length} bytes");
        if length < body_start(&row.sealed) + 48 {
            assert_eq!(rotate(&vault), INTEGRITY, "{length} bytes");
        }
    }
    let mut altered = row;
    altered.sealed.push(0);
    vault.host.store.put(altered);
    assert_eq!(detokenize(&vault), INTEGRITY);
    assert_eq!(rotate(&vault), INTEGRITY, "the tag is elsewhere now");
}

#[test]
fn a_damaged_body_under_an_earlier_key_stops_its_re_sealing() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    vault.token(json!({
        "type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Jane"}},
    }));
    let mut row = vault.row("mine");
    let at = body_start(&row.sealed) + 32;
    *row.sealed.get_mut(at).unwrap() ^= 1;
    vault.host.store.put(row);
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    assert_eq!(rotate(&later), INTEGRITY);
}

#[test]
fn a_row_under_a_key_that_was_dropped_is_vl5001() {
    let vault = vault_with_a_full_row("randomized");
    let without = vault.beside(&Setup::keys("2031", &["2031"]));
    for operation in ALL {
        assert_eq!(operation(&without), INTEGRITY);
    }
}
