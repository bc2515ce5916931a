//! IDs that other tokens have: they are drawn anew, a hundred times.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::LazyLock;

use serde_json::{Value, json};
use vaultlet::host::{Label, Row};

use crate::memory_host::test_vault::{TestVault, code, succeeds};
use crate::memory_host::{WriteFault, honest};
use crate::{
    DRAWN, FOREIGN_NUMBER, LONG_NUMBER, NUMBER, card, has_shape, id_with, ids, open, request,
    shaped, tokenize,
};

/// What the claims of all IDs in the shape of [`NUMBER`] stand for.
static IDS: LazyLock<HashMap<Label, String>> = LazyLock::new(|| {
    let all: Vec<String> = (0..100_000).map(id_with).collect();
    let vault = open();
    let mut by_claim = HashMap::new();
    for ids in all.chunks(10_000) {
        vault.host.take_events();
        succeeds(vault.detokenize(json!({"tokenIds": ids})));
        let reads = vault.host.reads();
        let claims = reads[0].claims().unwrap();
        assert_eq!(claims.len(), ids.len());
        by_claim.extend(claims.iter().copied().zip(ids.iter().cloned()));
    }
    by_claim
});

/// The IDs that a vault asked for, as it draws them.
pub(crate) type Asked = Rc<RefCell<Vec<String>>>;

/// From now on the store holds a token of each ID for which `taken` says so, and keeps a list of the
/// IDs in the shape of [`NUMBER`] that it was asked for. The tokens are genuine; each is made when it
/// is first asked for, in a vault of the same keys.
pub(crate) fn occupy(vault: &TestVault, taken: impl Fn(&str) -> bool + 'static) -> Asked {
    let asked = Asked::default();
    let list = Rc::clone(&asked);
    let elsewhere = open();
    let mut made: HashMap<String, Row> = HashMap::new();
    LazyLock::force(&IDS);
    vault.host.on_read(move |host, question| {
        let mut rows = host.store.answer(question);
        for id in question.claims().unwrap_or_default().iter().filter_map(|claim| IDS.get(claim)) {
            list.borrow_mut().push(id.clone());
            if taken(id) {
                let row = made.entry(id.clone()).or_insert_with(|| {
                    elsewhere.token(json!({
                        "type": "randomized", "token_id": id, "object": {"fields": {"age": 1}},
                    }));
                    elsewhere.row(id)
                });
                rows.push(row.clone());
            }
        }
        Ok(honest(rows))
    });
    asked
}

fn is_odd(id: &str) -> bool {
    id.as_bytes()[10] % 2 == 1
}

#[test]
fn an_id_that_another_token_has_is_drawn_anew() {
    for token_type in DRAWN {
        let vault = open();
        let asked = occupy(&vault, is_odd);
        let one = |age: usize| request(token_type, json!({"card": NUMBER, "age": age}));
        let array: Vec<Value> = (0..40).map(one).collect();
        let made = ids(&succeeds(vault.tokenize(json!({"requestBody": array}))));
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), 40);
        assert!(made.iter().all(|id| has_shape(id, NUMBER) && !is_odd(id)), "{token_type}");
        assert!(asked.borrow().len() > 40, "half of the IDs are taken");

        asked.borrow_mut().clear();
        vault.host.take_events();
        let answer = succeeds(vault.rotate(json!({"tokenIds": made})));
        let rotated: HashSet<&str> =
            answer.as_object().unwrap().values().map(|new| new.as_str().unwrap()).collect();
        assert_eq!(rotated.len(), 40);
        assert!(rotated.iter().all(|id| has_shape(id, NUMBER) && !is_odd(id)), "{token_type}");
        assert!(made.iter().all(|id| !rotated.contains(id.as_str())));
        assert!(asked.borrow().len() > 80, "the old IDs, the new, and those that were taken");
        assert!(vault.host.reads().len() < 40, "the draws of a batch are asked for together");
    }
}

#[test]
fn an_id_that_two_draw_and_another_token_has_goes_to_neither() {
    let vault = open();
    occupy(&vault, is_odd);
    // Of 3,000 draws about 45 pairs fall on one ID, and half of those on one that is taken.
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    let mut array = vec![sharing; 3_001];
    array[0] = fields;
    let made = ids(&succeeds(vault.tokenize(json!({"requestBody": array}))));
    assert!(made.iter().skip(1).all(|id| has_shape(id, NUMBER) && !is_odd(id)));
}

#[test]
fn a_hundred_draws_that_are_all_taken_end_in_vl3011() {
    for token_type in DRAWN {
        let vault = open();
        let asked = occupy(&vault, |_| true);
        let result = tokenize(&vault, &request(token_type, json!({"card": LONG_NUMBER})));
        assert_eq!(code(&result), "VL3011", "{token_type}");
        assert_eq!(result.unwrap_err().status(), 400);
        let drawn = asked.take();
        assert_eq!(drawn.len(), 100);
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 100, "none is drawn twice");
        assert!(!vault.host.has_written());
        let audited = vault.host.audit_events();
        assert_eq!(audited.len(), 1);
        assert_eq!(
            (&audited[0]["decision"], &audited[0]["code"]),
            (&json!("failed"), &json!("VL3011"))
        );
    }
}

#[test]
fn a_call_draws_at_most_a_thousand_ids_and_ten_for_each() {
    let vault = open();
    let asked = occupy(&vault, |_| true);
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    for ids in [11, 12, 200] {
        let mut array = vec![sharing.clone(); ids + 1];
        array[0] = fields.clone();
        asked.borrow_mut().clear();
        vault.host.take_events();
        let result = vault.tokenize(json!({"requestBody": array}));
        assert_eq!(code(&result), "VL3011", "{ids}");
        // What two draw is asked for once.
        let most = (1_000 + 10 * ids).min(100 * ids);
        let drawn = asked.borrow().len();
        assert!(drawn <= most && drawn > most * 9 / 10, "{ids} {drawn}");
        assert!(
            vault.host.reads().len() <= 8,
            "and looked up together: {}",
            vault.host.reads().len()
        );
    }
}

#[test]
fn the_passes_of_a_call_share_its_draws() {
    let vault = open();
    occupy(&vault, is_odd);
    vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    let mut array = vec![sharing; 501];
    array[0] = fields;
    // Half of the IDs are taken: a pass draws a thousand and some, and the call may draw 6,000.
    assert_eq!(code(&vault.tokenize(json!({"requestBody": array}))), "VL3011");
    let passes = vault.host.batches().len();
    assert!((5..=6).contains(&passes), "{passes}");
}

#[test]
fn a_stored_token_needs_no_id_that_is_free() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        for shaped in [true, false] {
            let vault = open();
            let with = request(token_type, json!({"card": LONG_NUMBER}));
            let mut first = with.clone();
            if !shaped && token_type != "deterministic" {
                first = json!({"type": token_type, "object": first["object"]});
            }
            let id = vault.token(first);
            let own = id.clone();
            occupy(&vault, move |id| id != own);
            assert_eq!(vault.token(with), id, "{token_type}");
        }
    }
}

#[test]
fn a_token_that_the_same_array_makes_needs_no_second_id() {
    for token_type in ["pci", "pci_oneway"] {
        let vault = open();
        let with = request(token_type, json!({"card": LONG_NUMBER}));
        let without = json!({"type": token_type, "object": {"fields": {"card": LONG_NUMBER}}});
        occupy(&vault, |_| true);
        let made = vault.tokenize(json!({"requestBody": [without, with]}));
        assert_eq!(code(&made), "ok", "{token_type}");
        let made = ids(&succeeds(made));
        assert_eq!(made[0], made[1]);
    }
}

#[test]
fn a_rotation_whose_hundred_draws_are_all_taken_is_vl3011_for_all() {
    let vault = open();
    let id = vault.token(request("randomized", json!({"card": LONG_NUMBER})));
    let foreign = vault.token(request("randomized", json!({"card": FOREIGN_NUMBER})));
    let uuid = vault.token_of("randomized", card());
    let before = vault.host.store.rows();
    let own = id.clone();
    let asked = occupy(&vault, move |id| id != own);
    let result = vault.rotate(json!({"tokenIds": [uuid, foreign, id]}));
    assert_eq!(code(&result), "VL3011");
    assert_eq!(vault.host.store.rows(), before);
    let drawn = asked.take();
    let [named, draws @ ..] = drawn.as_slice() else { return assert_eq!(drawn.len(), 101) };
    assert_eq!((named, draws.len()), (&id, 100), "the tokens themselves are read first");
    assert_eq!(draws.iter().collect::<HashSet<_>>().len(), 100, "none is drawn twice");
    vault.host.read_honestly();
    assert_eq!(
        succeeds(vault.rotate(json!({"tokenIds": [uuid, foreign, id]}))).as_object().unwrap().len(),
        3
    );
}

#[test]
fn tokens_of_one_array_never_get_the_same_id() {
    let vault = open();
    // Of 1,500 draws two fall on one ID, in all but one run of 70,000.
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    let mut array = vec![sharing; 1_501];
    array[0] = fields;
    vault.host.take_events();
    let answer = succeeds(vault.tokenize(json!({"requestBody": array})));
    let made: HashSet<String> = ids(&answer).into_iter().skip(1).collect();
    assert_eq!(made.len(), 1_500);
    assert_eq!(vault.host.batches().len(), 1, "and not by a conflict");

    let asked: Vec<&String> = made.iter().collect();
    vault.host.take_events();
    let answer = succeeds(vault.rotate(json!({"tokenIds": asked})));
    let rotated: HashSet<&str> =
        answer.as_object().unwrap().values().map(|new| new.as_str().unwrap()).collect();
    assert_eq!(rotated.len(), 1_500);
    assert!(made.iter().all(|id| !rotated.contains(id.as_str())), "nor one that just came free");
    assert_eq!(vault.host.batches().len(), 1, "and not by a conflict");
}

#[test]
fn an_id_that_the_same_array_gives_is_not_drawn() {
    let vault = open();
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    // One draw of thirty falls on a given ID: of 400 draws, some do in all but one run in 800,000.
    let given = IDS.values().take(3_333).enumerate().map(|(age, id)| {
        json!({"type": "pci_oneway", "token_id": id, "object": {"fields": {"age": age}}})
    });
    let array: Vec<Value> = [fields].into_iter().chain(given).chain(vec![sharing; 400]).collect();
    vault.host.take_events();
    let answer = succeeds(vault.tokenize(json!({"requestBody": array})));
    let made = ids(&answer);
    assert_eq!(made.iter().collect::<HashSet<_>>().len(), made.len());
    assert_eq!(vault.host.batches().len(), 1, "and not by a conflict");
}

#[test]
fn an_id_that_the_same_array_derives_is_not_drawn() {
    let vault = open();
    let data = |age: usize| json!({"card": NUMBER, "age": age});
    let hashed = |age| shaped(json!({"object": {"fields": data(age)}}));
    let body: Vec<Value> = (0..2_000).map(hashed).collect();
    let hashes = ids(&succeeds(vault.call("crypto.hash", json!({"requestBody": body}))));
    // Of the few whose data derives one ID, the first.
    let mut seen = HashSet::new();
    let derived = (0..).zip(&hashes).filter(|(_, id)| seen.insert(*id));
    let derived = derived.map(|(age, _)| request("deterministic", data(age)));
    let fields = json!({"type": "randomized", "object": {"fields": card()}});
    let sharing = shaped(json!({"type": "randomized", "object": {"request_index": 0}}));
    // One draw of fifty falls on a derived ID: of 1,000 draws, some do in all but one run in 10 to the 8th.
    let array: Vec<Value> =
        [fields].into_iter().chain(vec![sharing; 1_000]).chain(derived).collect();
    vault.host.take_events();
    let made = ids(&succeeds(vault.tokenize(json!({"requestBody": array}))));
    assert_eq!(made.iter().collect::<HashSet<_>>().len(), made.len());
    assert_eq!(vault.host.batches().len(), 1, "and not by a conflict");
}
