//! A store that lies: rows altered, put together from others, or not an answer to the question.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use memory_host::{Asked, WriteFault, honest};
use proptest::prelude::*;
use serde_json::{Value, json};
use vaultlet::host::{Label, Row};

const INTEGRITY: &str = "VL5001";

/// A vault with one token `mine` that has every column filled.
fn vault_with_a_full_row(token_type: &str) -> Rc<TestVault> {
    let vault = TestVault::with(&Setup::settings(json!({"archivedRetentionSecs": 100})));
    succeeds(vault.tokenize(json!({
        "xTenantId": ["acme"], "expirationSecs": "1000",
        "requestBody": [{
            "type": token_type, "token_id": "mine", "tags": ["t", "u"],
            "ensure_unique_tenant_tags": ["u"], "object": {"fields": {"name": "Jane"}},
        }],
    })));
    vault
}

fn rotate(vault: &TestVault) -> &'static str {
    code(&vault.rotate(json!({"tokenIds": ["mine"]})))
}

fn update(vault: &TestVault) -> &'static str {
    code(&vault.update(json!({"tokenIds": ["mine"], "requestBody": {"tags": ["new"]}})))
}

fn update_data(vault: &TestVault) -> &'static str {
    let object = json!({"fields": {"name": "Joe"}});
    code(&vault.update(json!({"tokenIds": ["mine"], "requestBody": {"object": object}})))
}

fn detokenize(vault: &TestVault) -> &'static str {
    code(&vault.detokenize(json!({"tokenIds": ["mine"]})))
}

fn by_tag(vault: &TestVault) -> &'static str {
    code(&vault.detokenize(json!({"tags": ["t"]})))
}

fn search(vault: &TestVault) -> &'static str {
    code(&vault.search(json!({"requestBody": {"token_ids": ["mine"]}})))
}

fn delete(vault: &TestVault) -> &'static str {
    code(&vault.delete(json!({"tokenIds": ["mine"]})))
}

fn count(vault: &TestVault) -> &'static str {
    code(&vault.count(json!({})))
}

type Operation = fn(&TestVault) -> &'static str;

/// Those that name the token.
const BY_ID: [Operation; 6] = [rotate, update, update_data, detokenize, search, delete];
const ALL: [Operation; 8] =
    [rotate, update, update_data, detokenize, search, by_tag, count, delete];

fn some_label(seed: u8) -> Label {
    Label::from_bytes(&[seed; Label::LENGTH]).unwrap()
}

/// Where the first part of `sealed` ends and the body begins.
fn body_start(sealed: &[u8]) -> usize {
    let length: [u8; 4] = sealed.get(2..6).unwrap().try_into().unwrap();
    6 + usize::try_from(u32::from_be_bytes(length)).unwrap()
}

// Altered columns.

#[test]
fn a_genuine_row_is_answered() {
    for token_type in ["pci", "randomized"] {
        for operation in ALL {
            assert_eq!(operation(&vault_with_a_full_row(token_type)), "ok");
        }
    }
}

#[test]
fn every_column_changed_one_at_a_time_is_vl5001() {
    let asked = |vault: &TestVault| vault.claim("mine");
    let vault = vault_with_a_full_row("pci");
    let (row, own) = (vault.row("mine"), asked(&vault));
    let mut altered: Vec<(&str, Row)> = Vec::new();
    let mut alter = |what: &'static str, change: &dyn Fn(&mut Row)| {
        let mut row = row.clone();
        change(&mut row);
        altered.push((what, row));
    };
    alter("key", &|row| row.key = some_label(b'k'));
    alter("version up", &|row| row.version += 1);
    alter("version down", &|row| row.version -= 1);
    alter("version huge", &|row| row.version = u64::MAX);
    alter("expiry later", &|row| row.expires_at = row.expires_at.map(|time| time + 1));
    alter("expiry never", &|row| row.expires_at = None);
    alter("prune time later", &|row| row.prune_at = row.prune_at.map(|time| time + 1));
    alter("prune time never", &|row| row.prune_at = None);
    for place in 0..row.terms.len() {
        alter("term left out", &|row| {
            row.terms.remove(place);
        });
        alter("term changed", &|row| *row.terms.get_mut(place).unwrap() = some_label(b't'));
        alter("term repeated", &|row| row.terms.push(*row.terms.get(place).unwrap()));
    }
    alter("term added", &|row| row.terms.push(some_label(b't')));
    for place in 0..row.claims.len() {
        if row.claims.get(place) != Some(&own) {
            alter("claim left out", &|row| {
                row.claims.remove(place);
            });
            alter("claim changed", &|row| *row.claims.get_mut(place).unwrap() = some_label(b'c'));
        }
    }
    alter("claim added", &|row| row.claims.push(some_label(b'c')));
    alter("terms and claims exchanged", &|row| {
        let term = row.terms.pop().unwrap();
        row.claims.push(term);
    });
    assert!(altered.len() > 20);
    for (what, altered) in altered {
        for operation in BY_ID {
            vault.host.on_read(move_answer(&altered));
            assert_eq!(operation(&vault), INTEGRITY, "{what}");
        }
    }
    vault.host.read_honestly();
    assert_eq!(vault.host.store.rows(), [row], "nothing was written");
}

/// Answers every read with this row.
fn move_answer(
    row: &Row,
) -> impl FnMut(&memory_host::MemoryHost, &Asked) -> memory_host::ReadAnswer + 'static {
    let row = row.clone();
    move |_, _| Ok(honest(vec![row.clone()]))
}

#[test]
fn sets_may_come_in_any_order() {
    let vault = vault_with_a_full_row("pci");
    let mut row = vault.row("mine");
    row.terms.reverse();
    row.claims.reverse();
    vault.host.store.put(row);
    for operation in [detokenize, by_tag, update, rotate] {
        assert_eq!(operation(&vault), "ok");
    }
}

// Altered bytes.

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

// Rows put together from others.

/// A vault with two full tokens, `mine` and `other`.
fn vault_with_two_rows() -> (Rc<TestVault>, Row, Row) {
    let vault = TestVault::open();
    for name in ["mine", "other"] {
        vault.token(json!({
            "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
        }));
    }
    let (mine, other) = (vault.row("mine"), vault.row("other"));
    (vault, mine, other)
}

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

// Every row that is used is opened: those that only refuse something, too.

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

// Genuine rows that do not answer the question.

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
        texts.push(vault.detokenize(json!({"tokenIds": ["mine"]})).unwrap_err().to_json());
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
