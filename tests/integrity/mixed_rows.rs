//! Rows put together from others.

use super::*;

fn halves(sealed: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (head, body) = sealed.split_at(body_start(sealed));
    (head.to_vec(), body.to_vec())
}

#[test]
fn a_row_put_together_from_two_rows_is_vl5001() {
    let (vault, mine, other) = vault_with_two_rows();
    let (my_head, my_body) = halves(&mine.sealed);
    let (other_head, other_body) = halves(&other.sealed);
    let forged = [
        Row { sealed: other.sealed.clone(), ..mine.clone() },
        Row { sealed: [my_head.clone(), other_body.clone()].concat(), ..mine.clone() },
        Row { sealed: [other_head, my_body].concat(), ..mine.clone() },
        Row { sealed: my_head, ..mine.clone() },
        Row { claims: mine.claims.clone(), ..other.clone() },
        Row { key: mine.key, claims: mine.claims.clone(), ..other.clone() },
        Row { key: other.key, ..mine.clone() },
    ];
    for forged in forged {
        vault.host.store.restore(&[forged]);
        for operation in BY_ID {
            assert_eq!(operation(&vault), INTEGRITY);
        }
    }
}

#[test]
fn a_row_put_together_from_two_moments_is_vl5001() {
    let vault = vault_with_a_full_row("randomized");
    let before = vault.row("mine");
    assert_eq!(update_data(&vault), "ok");
    let after = vault.row("mine");
    let (old_head, old_body) = halves(&before.sealed);
    let (new_head, new_body) = halves(&after.sealed);
    let forged = [
        Row { sealed: before.sealed.clone(), ..after.clone() },
        Row { sealed: after.sealed.clone(), ..before.clone() },
        Row { sealed: [new_head, old_body].concat(), ..after.clone() },
        Row { sealed: [old_head, new_body].concat(), ..before.clone() },
        Row { version: after.version, ..before.clone() },
        Row { version: before.version, ..after.clone() },
    ];
    for forged in forged {
        vault.host.store.put(forged);
        for operation in BY_ID {
            assert_eq!(operation(&vault), INTEGRITY);
        }
    }
}

#[test]
fn a_rotated_row_does_not_open_under_its_old_claim() {
    let vault = vault_with_a_full_row("randomized");
    let before = vault.row("mine");
    assert_eq!(rotate(&vault), "ok");
    let rotated = vault.host.store.rows().pop().unwrap();
    vault.host.store.put(Row { claims: before.claims, ..rotated });
    assert_eq!(detokenize(&vault), INTEGRITY);
}

#[test]
fn moved_claims_are_vl5001() {
    let (vault, mine, other) = vault_with_two_rows();
    vault.host.store.restore(&[
        Row { claims: other.claims.clone(), ..mine.clone() },
        Row { claims: mine.claims.clone(), ..other.clone() },
    ]);
    for operation in ALL {
        assert_eq!(operation(&vault), INTEGRITY);
    }
    let both = [mine.claims.clone(), other.claims.clone()].concat();
    vault.host.store.restore(&[Row { claims: both, ..mine }]);
    for operation in ALL {
        assert_eq!(operation(&vault), INTEGRITY);
    }
}

#[test]
fn the_row_of_another_collection_under_this_ones_claim_is_vl5001() {
    let vault = TestVault::open();
    let one =
        json!({"type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let foreign = vault.host.store.rows().pop().unwrap();
    let claim = vault.claim("mine");
    vault.host.store.put(Row { claims: vec![claim], ..foreign });
    assert_eq!(detokenize(&vault), INTEGRITY);
}

#[test]
fn a_transactions_row_is_no_token_and_a_token_no_transaction() {
    let vault = TestVault::open();
    let one =
        json!({"type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"transactionId": "t", "requestBody": [one]})));
    let own = vault.claim("mine");
    let rows = vault.host.store.rows();
    let token = rows.iter().find(|row| row.claims.contains(&own)).unwrap();
    let record = rows.iter().find(|row| !row.claims.contains(&own)).unwrap();
    vault.host.store.restore(&[Row { claims: token.claims.clone(), ..record.clone() }]);
    assert_eq!(detokenize(&vault), INTEGRITY);
    vault.host.store.restore(&[Row { claims: record.claims.clone(), ..token.clone() }]);
    let again = vault.tokenize(json!({"transactionId": "t", "requestBody": [one]}));
    assert_eq!(code(&again), INTEGRITY);
}

#[test]
fn every_byte_of_a_transactions_row_changed_one_at_a_time_is_vl5001() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    let request = json!({"transactionId": "t", "requestBody": [one]});
    succeeds(vault.tokenize(request.clone()));
    let record = vault.host.store.rows().into_iter().find(|row| row.prune_at.is_some()).unwrap();
    for at in 0..record.sealed.len() {
        let mut altered = record.clone();
        *altered.sealed.get_mut(at).unwrap() ^= 1;
        vault.host.store.put(altered);
        assert_eq!(code(&vault.tokenize(request.clone())), INTEGRITY, "byte {at}");
    }
    vault.host.store.put(Row { prune_at: record.prune_at.map(|time| time + 1), ..record });
    assert_eq!(code(&vault.tokenize(request)), INTEGRITY, "its end was put off");
}

#[test]
fn the_genuine_row_of_another_transaction_is_vl5001() {
    let vault = vault_with_a_full_row("randomized");
    let request = |id: &str| json!({"transactionId": id, "tokenIds": ["mine"], "requestBody": {"tags": ["x"]}});
    succeeds(vault.update(request("first")));
    let claims = vault.row("mine").claims;
    let is_record = |row: &Row| row.claims.iter().all(|claim| !claims.contains(claim));
    let record = vault.host.store.rows().into_iter().find(is_record).unwrap();
    vault.host.on_read(move |host, question| {
        let honest_answer = host.store.answer(question);
        let about_a_transaction =
            question.claims().is_some_and(|claims| claims.len() == 1) && honest_answer.is_empty();
        Ok(honest(if about_a_transaction { vec![record.clone()] } else { honest_answer }))
    });
    assert_eq!(code(&vault.update(request("second"))), INTEGRITY);
}
