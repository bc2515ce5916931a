//! Every row that is used is opened: those that only refuse something, too.

use super::*;

#[test]
fn an_altered_holder_of_the_data_that_an_update_wants_is_vl5001() {
    let vault = TestVault::open();
    vault.token(json!({"type": "pci", "token_id": "mine", "object": {"fields": {"name": "Jane"}}}));
    vault.token(json!({"type": "pci", "token_id": "other", "object": {"fields": {"name": "Joe"}}}));
    assert_eq!(update_data(&vault), "VL3006");
    let mut holder = vault.row("other");
    *holder.sealed.get_mut(50).unwrap() ^= 1;
    vault.host.store.put(holder);
    assert_eq!(update_data(&vault), INTEGRITY);
}

#[test]
fn an_altered_holder_of_the_data_or_id_that_tokenize_wants_is_vl5001() {
    let vault = TestVault::open();
    vault.token(json!({"type": "pci", "token_id": "mine", "object": {"fields": {"name": "Jane"}}}));
    let mut holder = vault.row("mine");
    *holder.sealed.get_mut(50).unwrap() ^= 1;
    vault.host.store.put(holder);
    for one in [
        json!({"type": "pci", "object": {"fields": {"name": "Jane"}}}),
        json!({"type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Joe"}}}),
    ] {
        assert_eq!(code(&vault.tokenize(json!({"requestBody": [one]}))), INTEGRITY);
    }
}

#[test]
fn an_altered_holder_of_a_unique_tag_is_vl5001() {
    let vault = TestVault::open();
    let one = |name: &str| {
        json!({
            "type": "randomized", "token_id": name, "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
            "object": {"fields": {"name": name}},
        })
    };
    vault.token(one("other"));
    let holder = vault.row("other");
    // It has lost the terms by which it is found with its tag; its claim is still there.
    let all = holder.terms.first().copied().unwrap();
    vault.host.store.put(Row { terms: vec![all], ..holder });
    assert_eq!(code(&vault.tokenize(json!({"requestBody": [one("mine")]}))), INTEGRITY);
}

#[test]
fn an_altered_row_among_those_that_have_an_ensured_tag_is_vl5001() {
    let vault = TestVault::open();
    vault.token(json!({
        "type": "randomized", "token_id": "other", "tags": ["t"], "object": {"fields": {"name": "Joe"}},
    }));
    let mut holder = vault.row("other");
    *holder.sealed.get_mut(50).unwrap() ^= 1;
    vault.host.store.put(holder);
    let result = vault.tokenize(json!({"requestBody": [{
        "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
        "object": {"fields": {"name": "Jane"}},
    }]}));
    assert_eq!(code(&result), INTEGRITY);
}

#[test]
fn a_claim_held_by_a_row_that_reads_by_terms_withhold_is_its_own_error_and_no_conflict() {
    let (vault, ..) = vault_with_two_rows();
    let ensure = |id: &str| {
        let body = json!({"tags": ["only"], "ensure_unique_tenant_tags": ["only"]});
        vault.update(json!({"tokenIds": [id], "requestBody": body}))
    };
    succeeds(ensure("other"));
    vault.host.on_read(|host, asked| match asked {
        Asked::Claims(_) => Ok(honest(host.store.answer(asked))),
        Asked::Terms(_) => Ok(Vec::new()),
    });
    assert_eq!(code(&ensure("mine")), "VL3007");
}

#[test]
fn one_altered_row_among_many_fails_all_and_is_never_skipped() {
    let (vault, mine, other) = vault_with_two_rows();
    let mut altered = other.clone();
    *altered.sealed.get_mut(50).unwrap() ^= 1;
    vault.host.store.put(altered.clone());
    let ids = json!({"tokenIds": ["mine", "other"]});
    assert_eq!(code(&vault.rotate(ids.clone())), INTEGRITY);
    assert_eq!(code(&vault.detokenize(ids)), INTEGRITY);
    assert_eq!(by_tag(&vault), INTEGRITY);
    let mut rows = vec![mine, altered];
    rows.sort_by_key(|row| row.key);
    assert_eq!(vault.host.store.rows(), rows);
}
