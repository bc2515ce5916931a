//! Rows that are not what was asked for.

use super::*;

/// Two tokens with the tag `t`, one without, and one of another collection.
fn vault_with_rows() -> (Rc<TestVault>, [Row; 4]) {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    named(&vault, "untagged", &json!([]));
    let one = json!({
        "type": "randomized", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "x"}},
    });
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let [a, b, untagged] = ["a", "b", "untagged"].map(|id| vault.row(id));
    let known = [a.key, b.key, untagged.key];
    let foreign = vault.host.store.rows().into_iter().find(|row| !known.contains(&row.key));
    (vault, [a, b, untagged, foreign.unwrap()])
}

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let (vault, rows) = vault_with_rows();
    let [a, b, untagged, foreign] = &rows;
    let mut sorted = [a.clone(), b.clone()];
    sorted.sort_by_key(|row| row.key);
    let reversed: Vec<Row> = sorted.iter().rev().cloned().collect();
    let lies: [(&str, Value, Vec<Row>); 9] = [
        ("another token", json!({"token_ids": ["a"]}), vec![b.clone()]),
        ("one more", json!({"token_ids": ["a"]}), vec![a.clone(), b.clone()]),
        ("one twice", json!({"token_ids": ["a"]}), vec![a.clone(), a.clone()]),
        ("another collection's by ID", json!({"token_ids": ["a"]}), vec![foreign.clone()]),
        ("no such tag", json!({"tags": ["t"]}), vec![untagged.clone()]),
        ("one twice by tag", json!({"tags": ["t"]}), vec![a.clone(), a.clone()]),
        ("out of order", json!({"tags": ["t"]}), reversed),
        ("another collection's", json!({"tags": ["t"]}), vec![foreign.clone()]),
        ("all", json!({"tags": ["t"]}), rows.to_vec()),
    ];
    for (what, body, lie) in lies {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        let result = vault.search(json!({"requestBody": body}));
        assert_eq!(code(&result), INTEGRITY, "{what}");
    }
    vault.host.on_read(|_, _| Ok(vec![None]));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        assert_eq!(code(&vault.search(json!({"requestBody": body}))), INTEGRITY);
    }
}

#[test]
fn genuine_rows_of_the_wrong_state_or_tenant_are_vl5001() {
    let (vault, [active, ..]) = vault_with_rows();
    vault.host.on_read(move |_, _| Ok(honest(vec![active.clone()])));
    let archived = json!({"options": ["archived"], "requestBody": {"tags": ["t"]}});
    assert_eq!(code(&vault.search(archived)), INTEGRITY);
    let confined = json!({"xTenantId": ["acme"], "requestBody": {"tags": ["t"]}});
    assert_eq!(code(&vault.search(confined)), INTEGRITY);
    vault.host.read_honestly();
    archive(&vault, "a");
    let archived = vault.row("a");
    vault.host.on_read(move |_, _| Ok(honest(vec![archived.clone()])));
    assert_eq!(code(&vault.search(json!({"requestBody": {"tags": ["t"]}}))), INTEGRITY);
    assert_eq!(succeeds(vault.search(json!({"requestBody": {"token_ids": ["a"]}}))), json!([]));
}

#[test]
fn an_altered_row_is_vl5001_and_never_skipped() {
    let (vault, [a, b, ..]) = vault_with_rows();
    let mut altered: Vec<Row> = (0..100)
        .map(|at| {
            let mut row = b.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: b.version + 1, ..b.clone() });
    altered.push(Row { expires_at: Some(START + 1), ..b.clone() });
    altered.push(Row { prune_at: Some(START), ..b.clone() });
    altered.push(Row { sealed: a.sealed, ..b.clone() });
    for (place, row) in altered.into_iter().enumerate() {
        vault.host.store.put(row);
        for body in [json!({"token_ids": ["a", "b"]}), json!({"tags": ["t"]})] {
            let result = vault.search(json!({"requestBody": body}));
            assert_eq!(code(&result), INTEGRITY, "{place}");
        }
    }
}
