//! Genuine rows that do not answer the question.

use super::*;

#[test]
fn a_genuine_row_with_a_claim_not_asked_for_is_vl5001() {
    let (vault, mine, other) = vault_with_two_rows();
    for rows in [vec![other.clone()], vec![mine.clone(), other.clone()]] {
        for operation in BY_ID {
            let rows = rows.clone();
            vault.host.on_read(move |_, _| Ok(honest(rows.clone())));
            assert_eq!(operation(&vault), INTEGRITY);
        }
    }
}

#[test]
fn a_genuine_row_given_twice_is_vl5001() {
    let (vault, mine, _) = vault_with_two_rows();
    for operation in BY_ID {
        let mine = mine.clone();
        vault.host.on_read(move |_, _| Ok(honest(vec![mine.clone(), mine.clone()])));
        assert_eq!(operation(&vault), INTEGRITY);
    }
}

#[test]
fn two_moments_of_one_row_given_together_are_vl5001() {
    let (vault, before, _) = vault_with_two_rows();
    assert_eq!(update(&vault), "ok");
    let after = vault.row("mine");
    let both = [before, after];
    for operation in [rotate, detokenize] {
        let both = both.to_vec();
        vault.host.on_read(move |_, _| Ok(honest(both.clone())));
        assert_eq!(operation(&vault), INTEGRITY);
    }
}

#[test]
fn a_genuine_row_without_an_asked_term_is_vl5001() {
    let (vault, ..) = vault_with_two_rows();
    vault.token(json!({
        "type": "randomized", "token_id": "untagged", "object": {"fields": {"name": "x"}},
    }));
    let untagged = vault.row("untagged");
    vault.host.on_read(move_answer(&untagged));
    assert_eq!(by_tag(&vault), INTEGRITY);
}

#[test]
fn a_genuine_row_of_another_tenant_is_vl5001_in_a_query_by_tags() {
    let (vault, mine, _) = vault_with_two_rows();
    vault.host.on_read(move_answer(&mine));
    let result = vault.detokenize(json!({"tags": ["t"], "xTenantId": ["acme"]}));
    assert_eq!(code(&result), INTEGRITY);
}

#[test]
fn a_genuine_row_in_the_wrong_state_is_vl5001() {
    let (vault, ..) = vault_with_two_rows();
    succeeds(
        vault.update(json!({"tokenIds": ["mine"], "expirationSecs": "10", "requestBody": {}})),
    );
    let mine = vault.row("mine");
    let archived =
        json!({"tags": ["t"], "options": ["archived"], "requestBody": {"tags": ["found"]}});
    vault.host.on_read(move_answer(&mine));
    assert_eq!(code(&vault.update(archived.clone())), INTEGRITY, "it is active still");
    vault.host.pass_seconds(10);
    vault.host.on_read(move_answer(&mine));
    assert_eq!(by_tag(&vault), INTEGRITY, "it is archived now");
}

#[test]
fn genuine_rows_repeated_or_out_of_order_are_vl5001() {
    let (vault, ..) = vault_with_two_rows();
    let rows = vault.host.store.rows();
    let reversed: Vec<Row> = rows.iter().rev().cloned().collect();
    let first = rows.first().unwrap();
    for lie in [reversed, vec![first.clone(), first.clone()]] {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        assert_eq!(by_tag(&vault), INTEGRITY);
    }
}

/// Two pages of tokens with the tag `t`.
fn vault_with_two_pages() -> Rc<TestVault> {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"age": 1}}});
    succeeds(vault.tokenize(json!({"requestBody": vec![one; 600]})));
    vault
}

#[test]
fn genuine_rows_not_after_the_key_of_the_page_before_are_vl5001() {
    let vault = vault_with_two_pages();
    vault.host.on_read(|host, asked| {
        let Asked::Terms(query) = asked else { return Ok(Vec::new()) };
        let mut from_the_start = query.clone();
        from_the_start.after = None;
        Ok(honest(host.store.answer(&Asked::Terms(from_the_start))))
    });
    assert_eq!(by_tag(&vault), INTEGRITY, "else it would page for ever");
}

#[test]
fn more_genuine_rows_than_the_limit_are_vl5001() {
    let vault = vault_with_two_pages();
    vault.host.on_read(|host, asked| {
        let Asked::Terms(query) = asked else { return Ok(Vec::new()) };
        let mut unlimited = query.clone();
        unlimited.limit = u32::MAX;
        Ok(honest(host.store.answer(&Asked::Terms(unlimited))))
    });
    assert_eq!(by_tag(&vault), INTEGRITY);
}

#[test]
fn a_row_that_could_not_be_one_of_the_vaults_is_vl5001() {
    for operation in ALL {
        let vault = vault_with_a_full_row("pci");
        vault.host.on_read(|_, _| Ok(vec![None]));
        assert_eq!(operation(&vault), INTEGRITY);
        let mine = {
            vault.host.read_honestly();
            vault.row("mine")
        };
        vault.host.on_read(move |_, _| Ok(vec![Some(mine.clone()), None]));
        assert_eq!(operation(&vault), INTEGRITY);
    }
}

#[test]
fn a_read_back_that_lies_never_makes_a_write_that_did_not_land_a_success() {
    for lie in ["altered", "none", "nothing"] {
        let vault = vault_with_a_full_row("randomized");
        vault.host.fail_next_writes(&[WriteFault::ThrowsUnwritten]);
        vault.host.on_read(move |host, asked| {
            let mut rows = honest(host.store.answer(asked));
            if host.has_written() {
                match lie {
                    "altered" => {
                        for row in rows.iter_mut().flatten() {
                            row.version += 1;
                        }
                    }
                    "none" => rows = vec![None],
                    _ => rows.clear(),
                }
            }
            Ok(rows)
        });
        let before = vault.host.store.rows();
        vault.host.take_events();
        assert_ne!(rotate(&vault), "ok", "{lie}");
        assert_eq!(vault.host.store.rows(), before);
    }
}

#[test]
fn a_whole_earlier_row_brought_back_is_not_noticed_as_the_security_notes_say() {
    let vault = vault_with_a_full_row("randomized");
    let earlier = vault.host.store.rows();
    assert_eq!(rotate(&vault), "ok");
    vault.host.store.restore(&earlier);
    assert_eq!(vault.fields("mine"), json!({"name": "Jane"}));
}

#[test]
fn a_store_that_withholds_rows_is_as_one_that_has_none() {
    let vault = vault_with_a_full_row("randomized");
    vault.host.on_read(|_, _| Ok(Vec::new()));
    assert_eq!(rotate(&vault), "PV3087");
    assert_eq!(update(&vault), "PV3009");
    assert_eq!(succeeds(vault.detokenize(json!({"tokenIds": ["mine"]}))), json!([]));
}

#[test]
fn the_error_does_not_say_which_check_failed() {
    let vault = vault_with_a_full_row("randomized");
    let row = vault.row("mine");
    let mut texts: Vec<String> = Vec::new();
    for at in 0..row.sealed.len() {
        let mut altered = row.clone();
        *altered.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(altered);
        let error = vault.detokenize(json!({"tokenIds": ["mine"]})).unwrap_err();
        texts.push(serde_json::to_string(&error).unwrap());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    let body: Value = serde_json::from_str(texts.first().unwrap()).unwrap();
    assert_eq!(body["message"], "stored token failed its integrity check");
    assert_eq!(body["context"], json!({}));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_sealed_never_panic(sealed in prop::collection::vec(any::<u8>(), 0..200)) {
        let vault = vault_with_a_full_row("pci");
        let row = vault.row("mine");
        vault.host.store.put(Row { sealed, ..row });
        for operation in ALL {
            prop_assert_eq!(operation(&vault), INTEGRITY);
        }
    }

    #[test]
    fn any_bytes_after_a_genuine_beginning_never_panic(
        kept in 0_usize..300,
        rest in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let vault = vault_with_a_full_row("pci");
        let row = vault.row("mine");
        let mut sealed = row.sealed.clone();
        sealed.truncate(kept);
        sealed.extend(rest);
        prop_assume!(sealed != row.sealed);
        vault.host.store.put(Row { sealed, ..row });
        prop_assert_eq!(detokenize(&vault), INTEGRITY);
    }

    #[test]
    fn any_columns_never_panic(
        version in any::<u64>(),
        expires_at in any::<Option<i64>>(),
        prune_at in any::<Option<i64>>(),
        terms in prop::collection::vec(any::<[u8; 22]>(), 0..5),
    ) {
        let vault = vault_with_a_full_row("pci");
        let row = vault.row("mine");
        let terms = terms.iter().map(|bytes| Label::from_bytes(bytes).unwrap()).collect();
        vault.host.store.put(Row { version, expires_at, prune_at, terms, ..row });
        for operation in BY_ID {
            prop_assert_eq!(operation(&vault), INTEGRITY);
        }
    }

    #[test]
    fn any_text_as_ciphertext_is_vl3003(text in "[A-Za-z0-9+/=_ -]{0,200}") {
        let vault = TestVault::open();
        let one = json!({"object": {"encrypted": {"ciphertext": text}}});
        prop_assert_eq!(code(&vault.encrypt(json!({"requestBody": [one]}))), "VL3003");
    }
}
