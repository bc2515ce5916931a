//! Rows that are not what was asked for.

use super::*;

#[test]
fn genuine_rows_that_do_not_answer_the_question_are_vl5001() {
    let vault = vault_with_three();
    named(&vault, "untagged", &json!([]));
    let one = json!({
        "type": "randomized", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "x"}},
    });
    succeeds(vault.tokenize(json!({"collection": "partners", "requestBody": [one]})));
    let [a, b, untagged] = ["a", "b", "untagged"].map(|id| vault.row(id));
    let known: Vec<_> =
        ["a", "b", "c", "untagged"].into_iter().map(|id| vault.row(id).key).collect();
    let foreign =
        vault.host.store.rows().into_iter().find(|row| !known.contains(&row.key)).unwrap();
    let mut reversed = vec![a.clone(), b.clone()];
    reversed.sort_by_key(|row| core::cmp::Reverse(row.key));
    let by_id = json!({"tokenIds": ["a"]});
    let by_tag = json!({"tags": ["t"]});
    let lies = [
        (&by_id, vec![b.clone()]),
        (&by_id, vec![a.clone(), b]),
        (&by_id, vec![a.clone(), a.clone()]),
        (&by_id, vec![foreign.clone()]),
        (&by_tag, vec![untagged]),
        (&by_tag, vec![a.clone(), a.clone()]),
        (&by_tag, reversed),
        (&by_tag, vec![foreign]),
    ];
    let before = vault.host.store.rows();
    vault.host.take_events();
    for (query, lie) in lies {
        vault.host.on_read(move |_, _| Ok(honest(lie.clone())));
        assert_eq!(code(&vault.delete(query.clone())), INTEGRITY, "{query}");
    }
    vault.host.on_read(|_, _| Ok(vec![None]));
    for query in [&by_id, &by_tag] {
        assert_eq!(code(&vault.delete(query.clone())), INTEGRITY);
    }
    vault.host.on_read(move |_, _| Ok(honest(vec![a.clone()])));
    let archived = json!({"tags": ["t"], "options": ["archived"]});
    assert_eq!(code(&vault.delete(archived)), INTEGRITY);
    let confined = json!({"tags": ["t"], "tenantId": "acme"});
    assert_eq!(code(&vault.delete(confined)), INTEGRITY);
    assert!(!vault.host.has_written());
    assert_eq!(vault.host.store.rows(), before);
}

#[test]
fn an_altered_row_is_vl5001_and_stops_the_deletion_of_all() {
    let vault = vault_with_three();
    let b = vault.row("b");
    let mut altered: Vec<Row> = (0..100)
        .map(|at| {
            let mut row = b.clone();
            *row.sealed.get_mut(at).unwrap() ^= 1;
            row
        })
        .collect();
    altered.push(Row { version: 2, ..b.clone() });
    altered.push(Row { expires_at: Some(START + 1), ..b.clone() });
    altered.push(Row { sealed: vault.row("c").sealed, ..b });
    for row in altered {
        vault.host.store.put(row);
        for query in [json!({"tokenIds": ["a", "b"]}), json!({"tags": ["t"]})] {
            assert_eq!(code(&vault.delete(query)), INTEGRITY);
        }
    }
    assert!(!vault.host.has_written());
}

#[test]
fn no_event_or_error_of_a_delete_names_a_token() {
    let vault = vault_with_three();
    named(&vault, "secret-id", &json!(["secret-tag"]));
    vault.host.take_events();
    for request in [
        json!({"tokenIds": ["secret-other"], "tags": ["secret-tag"]}),
        json!({"tokenIds": ["secret-id"], "xTenantId": ["acme"]}),
        json!({"tokenIds": ["secret-id", "a"], "tags": ["secret-tag"]}),
    ] {
        if let Err(error) = vault.delete(request) {
            assert!(
                !format!("{error:?} {error} {}", serde_json::to_string(&error).unwrap())
                    .contains("secret")
            );
        }
    }
    let told = |event: &Event| match event {
        Event::Audit(event) | Event::Decide(event) => Some(event.to_string()),
        _ => None,
    };
    let told: String = vault.host.take_events().iter().filter_map(told).collect();
    assert!(!told.contains("secret"), "{told}");
}
