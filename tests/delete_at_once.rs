//! Delete, while others are at work or a write goes wrong: what it says, and what is left. A deletion
//! is the only change that leaves nothing to be found, so its outcome is told by a row's absence, and a
//! rotated row is absent only from where it was.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::named_tokens::{archive, left, named, vault_with_three};
use memory_host::test_vault::{TestVault, code, context, succeeds};
use memory_host::two_callers::{
    Called, Schedule, in_every_interleaving, in_every_interleaving_with,
};
use memory_host::{Asked, WriteFault, honest, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;

type Answer = Result<Value, vaultlet::Error>;

// Between the reads and the write.

#[test]
fn a_token_that_loses_the_tag_before_the_write_is_not_deleted() {
    for query in [json!({"tags": ["t"]}), json!({"tokenIds": ["a", "b", "c"], "tags": ["t"]})] {
        let vault = vault_with_three();
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            let request = json!({"tokenIds": ["b"], "requestBody": {"tags": ["other"]}});
            succeeds(other.update(request));
        });
        succeeds(vault.delete(query));
        assert_eq!(left(&vault), ["b"]);
    }
}

#[test]
fn a_token_that_is_archived_before_the_write_is_not_deleted() {
    for query in [json!({"tags": ["t"]}), json!({"tokenIds": ["b"]})] {
        let vault = vault_with_three();
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || archive(&other, "b"));
        let result = vault.delete(query.clone());
        assert_eq!(code(&result), if query["tags"].is_null() { "PV3009" } else { "ok" });
        assert!(left(&vault).contains(&"b".to_owned()));
    }
}

#[test]
fn a_token_that_expires_between_two_passes_is_archived_for_the_second() {
    let vault = vault_with_three();
    let expiry = json!({"tokenIds": ["a"], "expirationSecs": "10", "requestBody": {}});
    succeeds(vault.update(expiry));
    vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten]);
    let host = Rc::clone(&vault.host);
    vault.host.before_next_write(move || host.pass_seconds(10));
    assert_eq!(code(&vault.delete(json!({"tokenIds": ["a"]}))), "PV3009");
    assert_eq!(left(&vault), ["a", "b", "c"]);
}

#[test]
fn a_token_deleted_and_made_again_before_the_write_is_another_token() {
    for query in [json!({"tokenIds": ["a"]}), json!({"tokenIds": ["a"], "tags": ["t"]})] {
        let vault = vault_with_three();
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            succeeds(other.delete(json!({"tokenIds": ["a"]})));
            named(&other, "a", &json!(["t", "new"]));
        });
        succeeds(vault.delete(query));
        assert_eq!(vault.tags("a"), json!(["t", "new"]), "the one that was meant is gone");
        assert_eq!(left(&vault), ["a", "b", "c"]);
    }
}

#[test]
fn of_several_the_one_that_somebody_else_deletes_first_is_no_obstacle() {
    let vault = vault_with_three();
    let other = Rc::clone(&vault);
    vault.host.before_next_write(move || {
        succeeds(other.delete(json!({"tokenIds": ["b"]})));
    });
    succeeds(vault.delete(json!({"tokenIds": ["a", "b", "c"]})));
    assert!(vault.host.store.rows().is_empty());
}

// A write whose outcome only the rows tell; the rules of every operation are in `faults.rs`.

const WRITTEN: [WriteFault; 4] = [
    WriteFault::AnswersFalseWritten,
    WriteFault::ThrowsWritten,
    WriteFault::TimesOutWritten,
    WriteFault::WrongShapeWritten,
];
const UNWRITTEN: [WriteFault; 4] = [
    WriteFault::AnswersFalseUnwritten,
    WriteFault::ThrowsUnwritten,
    WriteFault::TimesOutUnwritten,
    WriteFault::WrongShapeUnwritten,
];

/// Each the only write that goes wrong.
fn every_fault() -> impl Iterator<Item = WriteFault> {
    WRITTEN.into_iter().chain(UNWRITTEN).chain([WriteFault::TimesOutAndLandsLater])
}

#[test]
fn a_deleted_row_that_is_absent_counts_as_landed_with_neighbours_on_both_sides() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"age": 1}}});
    succeeds(vault.tokenize(json!({"requestBody": vec![one; 40]})));
    let answer = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
    let ids: Vec<&Value> =
        answer.as_array().unwrap().iter().map(|token| &token["token_id"]).collect();
    let rows = vault.host.store.rows();
    for (place, id) in ids.iter().enumerate() {
        for fault in WRITTEN {
            vault.host.store.restore(&rows);
            vault.host.take_events();
            vault.host.fail_next_writes(&[fault]);
            assert_eq!(code(&vault.delete(json!({"tokenIds": [id]}))), "ok", "{place} {fault:?}");
            assert_eq!(vault.host.batches().len(), 1);
            assert_eq!(vault.host.store.rows().len(), 39);
        }
    }
}

#[test]
fn a_row_that_is_still_there_has_not_been_deleted_wherever_its_key_is() {
    let vault = TestVault::open();
    let one = json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"age": 1}}});
    succeeds(vault.tokenize(json!({"requestBody": vec![one; 40]})));
    let answer = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
    let rows = vault.host.store.rows();
    for token in answer.as_array().unwrap() {
        let id = token["token_id"].clone();
        vault.host.store.restore(&rows);
        let (other, same) = (Rc::clone(&vault), id.clone());
        vault.host.before_next_write(move || {
            succeeds(other.rotate(json!({"tokenIds": [same]})));
        });
        assert_eq!(code(&vault.delete(json!({"tokenIds": [id]}))), "PV3009");
        assert_eq!(vault.host.store.rows().len(), 40);
    }
}

/// What others do to `a` while its deletion is being written, and what it is then called.
type Escape = (&'static str, fn(&TestVault) -> String);

fn rotated(vault: &TestVault, token_id: &str) -> String {
    let answer = succeeds(vault.rotate(json!({"tokenIds": [token_id]})));
    answer[token_id].as_str().unwrap().to_owned()
}

const ESCAPES: [Escape; 5] = [
    ("rotated", |vault| rotated(vault, "a")),
    ("rotated twice", |vault| rotated(vault, &rotated(vault, "a"))),
    ("rotated, and archived", |vault| {
        let new = rotated(vault, "a");
        archive(vault, &new);
        new
    }),
    ("given other tags, and rotated", |vault| {
        let body = json!({"tags": ["u"], "ensure_unique_tenant_tags": ["u"]});
        succeeds(vault.update(json!({"tokenIds": ["a"], "requestBody": body})));
        rotated(vault, "a")
    }),
    ("rotated, its old ID given to another", |vault| {
        let new = rotated(vault, "a");
        named(vault, "a", &json!(["another"]));
        new
    }),
];

#[test]
fn a_delete_never_says_that_it_succeeded_while_the_token_lives_on_under_its_new_id() {
    for (what, escape) in ESCAPES {
        for fault in [None].into_iter().chain(UNWRITTEN.map(Some)) {
            let vault = vault_with_three();
            let key = vault.row("a").key;
            let other = Rc::clone(&vault);
            vault.host.before_next_write(move || {
                escape(&other);
                other.host.fail_next_writes(fault.as_slice());
            });
            // Of the deeds' own writes none has a deed before it.
            (0..3).for_each(|_| vault.host.before_next_write(|| ()));
            let result = vault.delete(json!({"tokenIds": ["a"], "tags": ["t"]}));
            assert_ne!(code(&result), "ok", "{what} {fault:?}");
            assert!(vault.host.store.rows().iter().any(|row| row.key == key), "{what} {fault:?}");
            if matches!(fault, None | Some(WriteFault::AnswersFalseUnwritten)) {
                assert_eq!(code(&result), "PV3009", "{what} {fault:?}");
            } else {
                assert_eq!(context(&result, "outcome"), "unknown", "{what} {fault:?}");
            }
        }
    }
}

#[test]
fn every_row_of_the_batch_is_looked_for() {
    for escaping in ["a", "b", "c"] {
        for fault in [None].into_iter().chain(UNWRITTEN.map(Some)) {
            let vault = vault_with_three();
            let other = Rc::clone(&vault);
            vault.host.before_next_write(move || {
                rotated(&other, escaping);
                let rest: Vec<&str> =
                    ["a", "b", "c"].into_iter().filter(|name| *name != escaping).collect();
                succeeds(other.delete(json!({"tokenIds": rest})));
                other.host.fail_next_writes(fault.as_slice());
            });
            (0..3).for_each(|_| vault.host.before_next_write(|| ()));
            let result = vault.delete(json!({"tokenIds": ["a", "b", "c"]}));
            assert_ne!(code(&result), "ok", "{escaping} {fault:?}");
            assert_eq!(vault.host.store.rows().len(), 1);
        }
    }
}

#[test]
fn by_tags_a_token_that_is_rotated_before_the_write_is_deleted_under_its_new_id() {
    let vault = vault_with_three();
    let other = Rc::clone(&vault);
    vault.host.before_next_write(move || {
        rotated(&other, "b");
    });
    succeeds(vault.delete(json!({"tags": ["t"]})));
    assert!(vault.host.store.rows().is_empty());
}

/// Does something before the vault's first, second, … read after a write.
fn before_read_after_write(vault: &Rc<TestVault>, place: usize, deed: fn(&TestVault)) {
    let other = Rc::clone(vault);
    let mut reads = 0;
    vault.host.on_read(move |host, asked| {
        reads += usize::from(host.has_written());
        if reads == place && host.has_written() {
            deed(&other);
        }
        Ok(honest(host.store.answer(asked)))
    });
}

#[test]
fn a_token_rotated_before_it_is_read_back_is_not_taken_for_deleted() {
    for place in [1, 2] {
        for fault in UNWRITTEN {
            let vault = vault_with_three();
            vault.host.fail_next_writes(&[fault]);
            before_read_after_write(&vault, place, |vault| {
                rotated(vault, "a");
            });
            let result = vault.delete(json!({"tokenIds": ["a"]}));
            assert_ne!(code(&result), "ok", "{place} {fault:?}");
            vault.host.read_honestly();
            assert_eq!(vault.host.store.rows().len(), 3, "{place} {fault:?}");
        }
    }
}

#[test]
fn a_token_rotated_before_the_write_and_deleted_before_the_look_by_key_is_gone() {
    for fault in [None].into_iter().chain(UNWRITTEN.map(Some)) {
        let vault = vault_with_three();
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            rotated(&other, "a");
            other.host.fail_next_writes(fault.as_slice());
            other.host.take_events();
            before_read_after_write(&other, 2, |vault| {
                succeeds(vault.delete(json!({"tags": ["t"]})));
            });
        });
        (0..3).for_each(|_| vault.host.before_next_write(|| ()));
        assert_eq!(code(&vault.delete(json!({"tokenIds": ["a"]}))), "ok", "{fault:?}");
        assert!(vault.host.store.rows().is_empty());
    }
}

#[test]
fn a_landed_delete_whose_id_is_given_anew_before_the_read_back_leaves_the_new_token_alone() {
    for fault in WRITTEN {
        let vault = vault_with_three();
        vault.host.fail_next_writes(&[fault]);
        let other = Rc::clone(&vault);
        let mut done = false;
        vault.host.on_read(move |host, asked| {
            if host.has_written() && !core::mem::replace(&mut done, true) {
                named(&other, "a", &json!(["new"]));
            }
            Ok(honest(host.store.answer(asked)))
        });
        assert_eq!(code(&vault.delete(json!({"tokenIds": ["a"]}))), "ok", "{fault:?}");
        vault.host.read_honestly();
        assert_eq!(vault.tags("a"), json!(["new"]), "{fault:?}");
        assert_eq!(left(&vault), ["a", "b", "c"]);
    }
}

#[test]
fn a_delete_that_lands_late_does_not_take_a_token_that_was_changed_or_made_again() {
    let deeds: [fn(&TestVault); 3] = [
        |vault| {
            rotated(vault, "a");
        },
        |vault| {
            succeeds(vault.update(json!({"tokenIds": ["a"], "requestBody": {"tags": ["u"]}})));
        },
        |vault| {
            succeeds(vault.delete(json!({"tokenIds": ["a"]})));
            named(vault, "a", &json!([]));
        },
    ];
    for deed in deeds {
        let vault = vault_with_three();
        vault.host.fail_next_writes(&[WriteFault::TimesOutAndLandsLater]);
        let result = vault.delete(json!({"tokenIds": ["a"]}));
        assert_eq!((code(&result), context(&result, "outcome")), ("PV1009", "unknown".to_owned()));
        deed(&vault);
        let rows = vault.host.store.rows();
        assert_eq!(vault.host.land_late_writes(), [false]);
        assert_eq!(vault.host.store.rows(), rows);
    }
}

/// Whether this is a look for a row by its key: a read by terms, after a write.
fn is_a_look(host: &memory_host::MemoryHost, asked: &Asked) -> bool {
    host.has_written() && matches!(asked, Asked::Terms(_))
}

#[test]
fn a_look_by_key_that_fails_leaves_the_outcome_unknown() {
    for fault in WRITTEN {
        for look_fault in [thrown(), Fault::WrongShape, Fault::TimedOut] {
            let vault = vault_with_three();
            vault.host.fail_next_writes(&[fault]);
            vault.host.on_read(move |host, asked| {
                if is_a_look(host, asked) {
                    return Err(look_fault.clone());
                }
                Ok(honest(host.store.answer(asked)))
            });
            let result = vault.delete(json!({"tokenIds": ["a"]}));
            assert_eq!(context(&result, "outcome"), "unknown", "{fault:?}");
            assert_eq!(vault.host.batches().len(), 1);
        }
    }
}

#[test]
fn a_look_by_key_that_fails_is_the_error_of_the_write_where_that_has_failed() {
    for (fault, look_fault, expected) in [
        (WriteFault::AnswersFalseWritten, thrown(), ("PV1000", "store.read")),
        (WriteFault::AnswersFalseWritten, Fault::TimedOut, ("PV1009", "store.read")),
        (WriteFault::ThrowsWritten, Fault::TimedOut, ("PV1000", "store.write")),
        (WriteFault::WrongShapeWritten, Fault::TimedOut, ("PV1000", "store.write")),
        (WriteFault::TimesOutWritten, thrown(), ("PV1009", "store.write")),
    ] {
        let vault = vault_with_three();
        vault.host.fail_next_writes(&[fault]);
        vault.host.on_read(move |host, asked| {
            if is_a_look(host, asked) {
                return Err(look_fault.clone());
            }
            Ok(honest(host.store.answer(asked)))
        });
        let result = vault.delete(json!({"tokenIds": ["a"]}));
        assert_eq!(context(&result, "outcome"), "unknown", "{fault:?}");
        let told = (code(&result), context(&result, "callback"));
        assert_eq!(told, (expected.0, expected.1.to_owned()), "{fault:?}");
    }
}

#[test]
fn a_look_by_key_that_yields_a_row_that_cannot_be_one_leaves_the_outcome_unknown() {
    for fault in every_fault() {
        let vault = vault_with_three();
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            rotated(&other, "a");
            other.host.fail_next_writes(&[fault]);
        });
        vault.host.before_next_write(|| ());
        vault.host.on_read(|host, asked| {
            if is_a_look(host, asked) {
                return Ok(vec![None]);
            }
            Ok(honest(host.store.answer(asked)))
        });
        let result = vault.delete(json!({"tokenIds": ["a"]}));
        assert_eq!(context(&result, "outcome"), "unknown", "{fault:?}: {}", code(&result));
    }
}

#[test]
fn an_ordinary_delete_is_not_read_back() {
    let vault = vault_with_three();
    succeeds(vault.delete(json!({"tokenIds": ["a", "b"]})));
    succeeds(vault.delete(json!({"tags": ["t"]})));
    let steps = ["decide", "read", "audit", "write"];
    assert_eq!(vault.host.take_steps(), [steps, steps].concat());
}

#[test]
fn a_failed_delete_leaves_the_vault_usable() {
    for fault in every_fault() {
        let vault = vault_with_three();
        vault.host.fail_next_writes(&[fault]);
        vault.host.fail_reads_after_a_write(&thrown());
        let result = vault.delete(json!({"tokenIds": ["a"]}));
        assert_eq!(context(&result, "outcome"), "unknown", "{fault:?}");
        vault.host.read_honestly();
        assert!(["ok", "PV3009"].contains(&code(&vault.delete(json!({"tokenIds": ["a"]})))));
        assert_eq!(left(&vault), ["b", "c"]);
    }
}

// Two callers at once.

fn a_token(vault: &TestVault) {
    vault.token(json!({
        "type": "pci", "token_id": "mine", "tags": ["t"], "object": {"fields": {"name": "Jane"}},
    }));
}

fn delete_by_id() -> Called {
    ("tokens.delete", json!({"tokenIds": ["mine"]}))
}

fn delete_by_tag() -> Called {
    ("tokens.delete", json!({"tags": ["t"]}))
}

fn rotate() -> Called {
    ("tokens.rotate", json!({"tokenIds": ["mine"]}))
}

fn lose_the_tag() -> Called {
    ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"tags": ["u"]}}))
}

#[test]
fn two_deletes_of_the_same_token_at_once_may_both_succeed() {
    for second in [delete_by_id(), delete_by_tag()] {
        in_every_interleaving(a_token, &delete_by_id(), &second, |vault, one, two, schedule| {
            let codes = [code(one), code(two)];
            assert!(codes.contains(&"ok"), "{schedule:?}");
            assert!(codes.iter().all(|one| ["ok", "PV3009"].contains(one)), "{codes:?}");
            assert!(vault.host.store.rows().is_empty(), "{schedule:?}");
        });
    }
}

#[test]
fn a_delete_by_id_and_a_rotation_at_once_one_succeeds() {
    let check = |vault: &TestVault, deleted: &Answer, rotated: &Answer, schedule: &Schedule| {
        let gone = vault.host.store.rows().is_empty();
        let expected = if gone { ("ok", "PV3087") } else { ("PV3009", "ok") };
        assert_eq!((code(deleted), code(rotated)), expected, "{schedule:?}");
        if let Ok(answer) = rotated {
            let new = answer["mine"].as_str().unwrap();
            assert_eq!(vault.fields(new), json!({"name": "Jane"}), "{schedule:?}");
        }
    };
    in_every_interleaving(a_token, &delete_by_id(), &rotate(), check);
}

#[test]
fn a_delete_by_tag_and_a_rotation_at_once_leave_no_token() {
    in_every_interleaving(
        a_token,
        &delete_by_tag(),
        &rotate(),
        |vault, deleted, rotated, schedule| {
            assert_eq!(code(deleted), "ok", "{schedule:?}");
            assert!(["ok", "PV3087"].contains(&code(rotated)), "{schedule:?}");
            assert!(vault.host.store.rows().is_empty(), "{schedule:?}");
        },
    );
}

#[test]
fn a_delete_and_a_rotation_at_once_say_nothing_false_when_a_write_goes_wrong() {
    for fault in [
        WriteFault::AnswersFalseWritten,
        WriteFault::AnswersFalseUnwritten,
        WriteFault::ThrowsWritten,
        WriteFault::ThrowsUnwritten,
        WriteFault::TimesOutAndLandsLater,
    ] {
        for delete in [delete_by_id(), delete_by_tag()] {
            let check =
                |vault: &TestVault, deleted: &Answer, rotated: &Answer, schedule: &Schedule| {
                    let what =
                        format!("{fault:?} {schedule:?} {} {}", code(deleted), code(rotated));
                    vault.host.land_late_writes();
                    let gone = vault.host.store.rows().is_empty();
                    if deleted.is_ok() {
                        assert!(gone, "{what}");
                    } else if gone {
                        assert_eq!(context(deleted, "outcome"), "unknown", "{what}");
                    }
                    if let Ok(answer) = rotated
                        && !gone
                    {
                        let new = answer["mine"].as_str().unwrap();
                        assert_eq!(vault.fields(new), json!({"name": "Jane"}), "{what}");
                    }
                };
            in_every_interleaving_with(&[fault], a_token, &delete, &rotate(), check);
        }
    }
}

#[test]
fn a_delete_by_id_and_an_update_of_the_tags_at_once_leave_no_token() {
    let check = |vault: &TestVault, deleted: &Answer, updated: &Answer, schedule: &Schedule| {
        assert_eq!(code(deleted), "ok", "{schedule:?}");
        assert!(["ok", "PV3009"].contains(&code(updated)), "{schedule:?}");
        assert!(vault.host.store.rows().is_empty(), "{schedule:?}");
    };
    in_every_interleaving(a_token, &delete_by_id(), &lose_the_tag(), check);
}

#[test]
fn a_delete_by_tag_and_an_update_that_takes_the_tag_away_at_once_one_succeeds() {
    let check = |vault: &TestVault, deleted: &Answer, updated: &Answer, schedule: &Schedule| {
        let gone = vault.host.store.rows().is_empty();
        let expected = if gone { ("ok", "PV3009") } else { ("PV3009", "ok") };
        assert_eq!((code(deleted), code(updated)), expected, "{schedule:?}");
    };
    in_every_interleaving(a_token, &delete_by_tag(), &lose_the_tag(), check);
}

#[test]
fn a_delete_and_a_tokenization_of_the_same_data_at_once() {
    let tokenize = (
        "tokens.tokenize",
        json!({"requestBody": [
            {"type": "pci", "tags": ["u"], "object": {"fields": {"name": "Jane"}}},
        ]}),
    );
    in_every_interleaving(a_token, &delete_by_id(), &tokenize, |vault, deleted, made, schedule| {
        assert_eq!(code(deleted), "ok", "{schedule:?}");
        let id = succeeds(made.clone())[0]["token_id"].as_str().unwrap().to_owned();
        if id == "mine" {
            assert!(vault.host.store.rows().is_empty(), "found, and then deleted: {schedule:?}");
        } else {
            assert_eq!(vault.tags(&id), json!(["u"]), "made anew: {schedule:?}");
            assert_eq!(vault.host.store.rows().len(), 1);
        }
    });
}

#[test]
fn a_delete_and_one_who_takes_the_id_at_once() {
    let take = (
        "tokens.tokenize",
        json!({"requestBody": [
            {"type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Anew"}}},
        ]}),
    );
    in_every_interleaving(a_token, &delete_by_id(), &take, |vault, deleted, taken, schedule| {
        assert_eq!(code(deleted), "ok", "{schedule:?}");
        match code(taken) {
            "ok" => {
                let left = vault.fields("mine");
                assert!(left.is_null() || left == json!({"name": "Anew"}), "{schedule:?}");
            }
            other => {
                assert_eq!(other, "VL3010", "{schedule:?}");
                assert!(vault.host.store.rows().is_empty());
            }
        }
    });
}

#[test]
fn a_delete_and_one_who_takes_the_ensured_tag_at_once() {
    let holder = |vault: &TestVault| {
        vault.token(json!({
            "type": "randomized", "token_id": "mine", "tags": ["t"],
            "ensure_unique_tenant_tags": ["t"], "object": {"fields": {"name": "Jane"}},
        }));
    };
    let take = (
        "tokens.tokenize",
        json!({"requestBody": [{
            "type": "randomized", "token_id": "other", "tags": ["t"],
            "ensure_unique_tenant_tags": ["t"], "object": {"fields": {"name": "Joe"}},
        }]}),
    );
    in_every_interleaving(holder, &delete_by_id(), &take, |vault, deleted, taken, schedule| {
        assert_eq!(code(deleted), "ok", "{schedule:?}");
        assert!(["ok", "VL3007"].contains(&code(taken)), "{schedule:?}");
        assert_eq!(vault.host.store.rows().len(), usize::from(taken.is_ok()));
    });
}

#[test]
fn somebody_who_always_writes_first_makes_pv3218_after_ten_passes() {
    let vault = vault_with_three();
    for round in 0..10 {
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            let tags = json!(["t", format!("round {round}")]);
            succeeds(other.update(json!({"tokenIds": ["a"], "requestBody": {"tags": tags}})));
        });
        vault.host.before_next_write(|| ());
    }
    let result = vault.delete(json!({"tags": ["t"]}));
    assert_eq!((code(&result), result.as_ref().unwrap_err().status()), ("PV3218", 409));
    assert_eq!(left(&vault), ["a", "b", "c"]);
    assert_eq!(vault.tags("a"), json!(["t", "round 9"]));
}
