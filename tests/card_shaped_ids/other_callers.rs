//! Others who take the ID, rotate the token or tokenize the card at the same time; and the same call once more.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Value, json};
use vaultlet::Error;

use crate::memory_host::WriteFault;
use crate::memory_host::test_vault::{TestVault, code, succeeds};
use crate::memory_host::two_callers::{Schedule, run_two};
use crate::taken::occupy;
use crate::{
    ALL_TYPES, FOREIGN_NUMBER, NUMBER, card, card_token, has_shape, ids, open, request, setup,
};

#[test]
fn an_id_that_somebody_takes_first_is_drawn_anew_in_the_next_pass() {
    for operation in ["tokens.tokenize", "tokens.rotate"] {
        let vault = open();
        let old = card_token(&vault, "randomized");
        let asked = occupy(&vault, |_| false);
        let (other, list) = (vault.beside(&setup()), Rc::clone(&asked));
        vault.host.before_next_write(move || {
            let drawn = list.borrow().last().cloned().unwrap();
            let squatter =
                json!({"type": "randomized", "token_id": drawn, "object": {"fields": {"age": 1}}});
            assert_eq!(other.token(squatter), drawn);
            list.borrow_mut().push("taken".to_owned());
        });
        let request = match operation {
            "tokens.rotate" => json!({"tokenIds": [old]}),
            _ => json!({"requestBody": [request("randomized", card())]}),
        };
        let answer = succeeds(vault.call(operation, request));
        let new = match operation {
            "tokens.rotate" => answer[&old].as_str().unwrap().to_owned(),
            _ => ids(&answer).remove(0),
        };
        assert!(has_shape(&new, NUMBER), "{operation}");
        let asked = asked.take();
        let taken = asked.iter().position(|id| id == "taken").unwrap();
        assert_ne!(new, asked[taken - 1], "{operation}");
        assert_eq!(vault.fields(&asked[taken - 1]), json!({"age": 1}));
        assert_eq!(vault.fields(&new), card());
    }
}

#[test]
fn every_pass_of_a_conflict_draws_other_ids() {
    let vault = open();
    let asked = occupy(&vault, |_| false);
    vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
    // Two passes may draw the same ID, but not the same three in order: one in 10 to the 15th.
    let array = vec![request("randomized", card()); 3];
    assert_eq!(code(&vault.tokenize(json!({"requestBody": array}))), "PV3218");
    // Each pass draws three, and reads them back when the write has failed.
    let asked = asked.borrow();
    assert_eq!(asked.len(), 60);
    let drawn: HashSet<&[String]> = asked.chunks(6).map(|pass| pass.split_at(3).0).collect();
    assert_eq!(drawn.len(), 10);
}

/// Runs two calls in every interleaving, each time on the store as it was prepared.
fn in_every_interleaving(
    vault: &TestVault,
    first: (&str, Value),
    second: (&str, Value),
    check: impl Fn(&Result<Value, Error>, &Result<Value, Error>, &Schedule),
) {
    let text = |mut request: Value| {
        request["collection"] = json!("customers");
        request["reason"] = json!("Maintenance");
        request.to_string()
    };
    let (one, other) = (text(first.1), text(second.1));
    let prepared = vault.host.store.rows();
    Schedule::try_all(8, |schedule| {
        vault.host.store.restore(&prepared);
        let calls = (vault.call_text(first.0, &one), vault.call_text(second.0, &other));
        let (one, other) = run_two(&vault.host, schedule, calls.0, calls.1);
        check(&one, &other, schedule);
        vault.host.take_events();
    });
}

#[test]
fn two_that_tokenize_the_same_card_at_once_get_the_same_id() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let vault = open();
        let call = |tag: &str| {
            let mut one = request(token_type, card());
            one["tags"] = json!([tag]);
            ("tokens.tokenize", json!({"requestBody": [one]}))
        };
        in_every_interleaving(&vault, call("a"), call("b"), |first, second, schedule| {
            assert_eq!(succeeds(first.clone()), succeeds(second.clone()), "{schedule:?}");
            assert_eq!(vault.host.store.rows().len(), 1);
            let both = json!({"tags": ["a", "b"], "requestBody": {"tags": []}});
            assert_eq!(code(&vault.update(both)), "ok", "no tag was lost");
        });
    }
}

#[test]
fn two_rotations_of_a_card_shaped_id_at_once() {
    let vault = open();
    let id = card_token(&vault, "pci");
    let call = || ("tokens.rotate", json!({"tokenIds": [id]}));
    in_every_interleaving(&vault, call(), call(), |first, second, schedule| {
        let mut codes = [code(first), code(second)];
        codes.sort_unstable();
        assert_eq!(codes, ["PV3087", "ok"], "{schedule:?}");
        let won = if first.is_ok() { first } else { second };
        let new = succeeds(won.clone())[&id].as_str().unwrap().to_owned();
        assert!(has_shape(&new, NUMBER));
        assert_eq!(card_token(&vault, "pci"), new);
        assert_eq!(vault.host.store.rows().len(), 1);
    });
}

#[test]
fn a_repeated_transaction_answers_the_same_ids() {
    let vault = open();
    let plain = json!({"type": "randomized", "object": {"fields": card()}});
    let mut body = vec![plain];
    for token_type in ALL_TYPES {
        body.extend(vec![request(token_type, card()); 3]);
        body.push(request(token_type, json!({"card": FOREIGN_NUMBER})));
    }
    let call = json!({"transactionId": "t", "requestBody": body});
    let answer = succeeds(vault.tokenize(call.clone()));
    let rows = vault.host.store.rows();
    // The plain one, the four randomized ones, two of each other type, and the transaction.
    assert_eq!(rows.len(), 1 + 4 + 3 * 2 + 1);
    assert_eq!(succeeds(vault.tokenize(call)), answer);
    assert_eq!(vault.host.store.rows(), rows);

    let made: HashSet<String> = ids(&answer).into_iter().collect();
    let call = json!({"transactionId": "r", "tokenIds": made.iter().collect::<Vec<_>>()});
    let rotated = succeeds(vault.rotate(call.clone()));
    assert_eq!(rotated.as_object().unwrap().len(), made.len());
    assert_eq!(succeeds(vault.rotate(call)), rotated);
}
