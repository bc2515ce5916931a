//! A store that fails: what the vault answers, what it reads back, and what has happened.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::test_vault::{TestVault, code, context, succeeds};
use memory_host::{Asked, WriteFault, thrown};
use serde_json::{Value, json};
use vaultlet::error::Fault;

/// Each changing operation on a vault with the tokens `one` and `two`, and whether it has landed.
struct Deed {
    operation: &'static str,
    request: Value,
    landed: fn(&TestVault) -> bool,
}

fn deeds() -> [Deed; 6] {
    let one = |name: &str| json!({"type": "pci", "object": {"fields": {"name": name}}});
    [
        Deed {
            operation: "tokens.rotate",
            request: json!({"tokenIds": ["one", "two"]}),
            landed: |vault| vault.fields("one").is_null() && vault.fields("two").is_null(),
        },
        Deed {
            operation: "tokens.update",
            request: json!({"tags": ["t"], "requestBody": {"tags": ["t", "new"]}}),
            landed: |vault| vault.tags("one") == json!(["t", "new"]),
        },
        Deed {
            operation: "tokens.update",
            request: json!({"tokenIds": ["one"], "requestBody": {"object": {"fields": {"age": 7}}}}),
            landed: |vault| vault.fields("one") == json!({"age": 7}),
        },
        Deed {
            operation: "tokens.tokenize",
            request: json!({"requestBody": [one("Ann"), one("Bob")]}),
            landed: |vault| vault.host.store.rows().len() == 4,
        },
        Deed {
            operation: "tokens.delete",
            request: json!({"tokenIds": ["one", "two"]}),
            landed: |vault| vault.host.store.rows().is_empty(),
        },
        Deed {
            operation: "tokens.delete",
            request: json!({"tags": ["t"]}),
            landed: |vault| vault.host.store.rows().is_empty(),
        },
    ]
}

fn vault_with_two_tokens() -> Rc<TestVault> {
    let vault = TestVault::open();
    for name in ["one", "two"] {
        vault.token(json!({
            "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
        }));
    }
    vault.host.take_events();
    vault
}

// Answers of `false`.

#[test]
fn a_store_that_answers_false_up_to_nine_times_is_asked_again() {
    for deed in deeds() {
        for times in [1, 2, 9] {
            let vault = vault_with_two_tokens();
            let faults = vec![WriteFault::AnswersFalseUnwritten; times];
            vault.host.fail_next_writes(&faults);
            assert_eq!(code(&vault.call(deed.operation, deed.request.clone())), "ok");
            assert_eq!(vault.host.batches().len(), times + 1);
            assert!((deed.landed)(&vault), "{}", deed.operation);
        }
    }
}

#[test]
fn a_store_that_always_answers_false_is_pv3218_after_ten_passes() {
    for deed in deeds() {
        let vault = vault_with_two_tokens();
        let before = vault.host.store.rows();
        vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
        let result = vault.call(deed.operation, deed.request);
        assert_eq!(code(&result), "PV3218");
        assert_eq!(result.unwrap_err().status(), 409);
        assert_eq!(vault.host.batches().len(), 10);
        assert_eq!(vault.host.store.rows(), before);
    }
}

#[test]
fn before_a_pass_is_repeated_the_rows_are_read_back_and_what_landed_is_answered() {
    for deed in deeds() {
        let vault = vault_with_two_tokens();
        vault.host.fail_next_writes(&[WriteFault::AnswersFalseWritten]);
        let answer = succeeds(vault.call(deed.operation, deed.request));
        assert_eq!(vault.host.batches().len(), 1, "{}", deed.operation);
        assert!((deed.landed)(&vault));
        if let Some(new) = answer["one"].as_str() {
            assert_eq!(vault.fields(new), json!({"name": "one"}), "the answer is what landed");
        }
    }
}

#[test]
fn a_store_that_answers_false_and_cannot_be_read_back_leaves_the_outcome_unknown() {
    for deed in deeds() {
        for (fault, expected) in [(thrown(), "PV1000"), (Fault::TimedOut, "PV1009")] {
            let vault = vault_with_two_tokens();
            vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten]);
            vault.host.fail_reads_after_a_write(&fault);
            let result = vault.call(deed.operation, deed.request.clone());
            assert_eq!(code(&result), expected);
            assert_eq!(context(&result, "outcome"), "unknown");
        }
    }
}

#[test]
fn a_read_back_that_holds_a_row_that_cannot_be_one_leaves_the_outcome_unknown() {
    for deed in deeds() {
        let vault = vault_with_two_tokens();
        vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten]);
        vault.host.on_read(|host, asked| match host.batches().len() {
            0 => Ok(host.store.answer(asked).into_iter().map(Some).collect()),
            _ => Ok(vec![None]),
        });
        let result = vault.call(deed.operation, deed.request.clone());
        assert_eq!(code(&result), "PV1000");
        assert_eq!(context(&result, "callback"), "store.read");
        assert_eq!(context(&result, "outcome"), "unknown");
    }
}

// Writes that fail.

#[test]
fn a_write_that_fails_after_it_has_written_has_landed_if_the_rows_say_so() {
    for deed in deeds() {
        for fault in
            [WriteFault::ThrowsWritten, WriteFault::TimesOutWritten, WriteFault::WrongShapeWritten]
        {
            let vault = vault_with_two_tokens();
            vault.host.fail_next_writes(&[fault]);
            let answer = succeeds(vault.call(deed.operation, deed.request.clone()));
            assert_eq!(vault.host.batches().len(), 1);
            assert!((deed.landed)(&vault), "{fault:?}");
            if let Some(new) = answer["two"].as_str() {
                assert_eq!(vault.fields(new), json!({"name": "two"}));
            }
        }
    }
}

#[test]
fn a_write_that_fails_after_it_has_written_with_reads_failing_too_leaves_the_outcome_unknown() {
    for deed in deeds() {
        for (fault, expected) in [
            (WriteFault::ThrowsWritten, "PV1000"),
            (WriteFault::WrongShapeWritten, "PV1000"),
            (WriteFault::TimesOutWritten, "PV1009"),
        ] {
            let vault = vault_with_two_tokens();
            vault.host.fail_next_writes(&[fault]);
            vault.host.fail_reads_after_a_write(&thrown());
            let result = vault.call(deed.operation, deed.request.clone());
            assert_eq!(code(&result), expected, "{fault:?}");
            assert_eq!(context(&result, "outcome"), "unknown");
            assert_eq!(context(&result, "callback"), "store.write");
            vault.host.read_honestly();
            assert!((deed.landed)(&vault));
        }
    }
}

#[test]
fn a_write_that_throws_before_writing_is_pv1000_without_an_unknown_outcome() {
    for deed in deeds() {
        for fault in [WriteFault::ThrowsUnwritten, WriteFault::WrongShapeUnwritten] {
            let vault = vault_with_two_tokens();
            let before = vault.host.store.rows();
            vault.host.fail_next_writes(&[fault]);
            let result = vault.call(deed.operation, deed.request.clone());
            assert_eq!(code(&result), "PV1000");
            assert_eq!(context(&result, "callback"), "store.write");
            assert_eq!(context(&result, "outcome"), "");
            assert_eq!(vault.host.batches().len(), 1, "it is not tried again");
            assert_eq!(vault.host.store.rows(), before);
        }
    }
}

#[test]
fn a_write_that_times_out_and_has_not_landed_yet_is_pv1009_with_an_unknown_outcome() {
    for deed in deeds() {
        for fault in [WriteFault::TimesOutUnwritten, WriteFault::TimesOutAndLandsLater] {
            let vault = vault_with_two_tokens();
            vault.host.fail_next_writes(&[fault]);
            let result = vault.call(deed.operation, deed.request.clone());
            assert_eq!(code(&result), "PV1009");
            assert_eq!(result.as_ref().unwrap_err().status(), 503);
            assert_eq!(context(&result, "outcome"), "unknown");
            assert_eq!(vault.host.batches().len(), 1);
            assert!(!(deed.landed)(&vault));
            let landed = vault.host.land_late_writes();
            assert_eq!((deed.landed)(&vault), landed == [true]);
        }
    }
}

#[test]
fn a_write_that_throws_while_somebody_else_changes_the_rows_leaves_the_outcome_unknown() {
    let vault = vault_with_two_tokens();
    let other = Rc::clone(&vault);
    vault.host.before_next_write(move || {
        succeeds(other.update(json!({"tokenIds": ["one"], "requestBody": {"tags": ["other"]}})));
        other.host.fail_next_writes(&[WriteFault::ThrowsUnwritten]);
    });
    let result = vault.rotate(json!({"tokenIds": ["one"]}));
    assert_eq!(code(&result), "PV1000");
    assert_eq!(
        context(&result, "outcome"),
        "unknown",
        "the rows are neither as before nor as written"
    );
    assert_eq!(vault.tags("one"), json!(["other"]));
}

#[test]
fn the_hosts_own_error_is_the_cause() {
    let vault = vault_with_two_tokens();
    vault.host.fail_next_writes(&[WriteFault::ThrowsUnwritten]);
    let error = vault.rotate(json!({"tokenIds": ["one"]})).unwrap_err();
    let cause = error.cause().unwrap().0.downcast_ref::<&str>();
    assert_eq!(cause, Some(&"the engine failed"));
    assert!(
        !serde_json::to_string(&error).unwrap().contains("engine"),
        "nothing of it in the message"
    );
    assert!(!format!("{error:?}").contains("engine"));
}

#[test]
fn the_read_back_asks_for_every_claim_of_the_batch_before_and_after() {
    let vault = vault_with_two_tokens();
    let before = vault.host.store.rows();
    vault.host.fail_next_writes(&[WriteFault::ThrowsWritten]);
    succeeds(vault.rotate(json!({"tokenIds": ["one", "two"]})));
    let mut expected: Vec<_> =
        before.iter().chain(&vault.host.store.rows()).flat_map(|row| row.claims.clone()).collect();
    expected.sort_unstable();
    let mut asked = vault.host.reads().last().and_then(Asked::claims).unwrap().to_vec();
    asked.sort_unstable();
    assert_eq!(asked, expected);
}

#[test]
fn a_lost_reply_is_told_from_somebody_elses_equal_change() {
    // Somebody else makes the very change that this call means to make, and the store then refuses
    // this call's: the rows read back are not the ones it wrote, so it goes round again.
    let vault = vault_with_two_tokens();
    let request = json!({"tokenIds": ["one"], "requestBody": {"tags": ["same"]}});
    let (other, same) = (Rc::clone(&vault), request.clone());
    vault.host.before_next_write(move || {
        succeeds(other.update(same));
    });
    succeeds(vault.update(request));
    assert_eq!(vault.host.batches().len(), 2, "theirs, ours refused; then nothing to change");
    assert_eq!(vault.row("one").version, 2);
}

// Reads that fail.

#[test]
fn a_read_that_fails_is_the_reads_error_and_nothing_happens() {
    for (fault, expected) in
        [(thrown(), "PV1000"), (Fault::WrongShape, "PV1000"), (Fault::TimedOut, "PV1009")]
    {
        for (operation, request) in [
            ("tokens.rotate", json!({"tokenIds": ["one"]})),
            ("tokens.update", json!({"tags": ["t"], "requestBody": {"tags": []}})),
            ("tokens.detokenize", json!({"tokenIds": ["one"]})),
            ("tokens.detokenize", json!({"tags": ["t"]})),
            ("tokens.search", json!({"requestBody": {"token_ids": ["one"]}})),
            ("tokens.search", json!({"requestBody": {"tags": ["t"]}})),
            ("tokens.delete", json!({"tokenIds": ["one"]})),
            ("tokens.delete", json!({"tags": ["t"]})),
            ("tokens.count", json!({})),
            ("tokens.transaction", json!({"id": "t"})),
            (
                "tokens.tokenize",
                json!({"requestBody": [{"type": "pci", "object": {"fields": {"age": 1}}}]}),
            ),
        ] {
            let vault = vault_with_two_tokens();
            let before = vault.host.store.rows();
            vault.host.fail_reads(&fault);
            let result = vault.call(operation, request);
            assert_eq!(code(&result), expected, "{operation}");
            assert_eq!(context(&result, "callback"), "store.read");
            assert_eq!(context(&result, "outcome"), "");
            assert!(!vault.host.has_written());
            assert_eq!(vault.host.store.rows(), before);
        }
    }
}

#[test]
fn a_failed_call_leaves_the_vault_usable() {
    let vault = vault_with_two_tokens();
    vault.host.fail_reads(&thrown());
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["one"]}))), "PV1000");
    vault.host.read_honestly();
    vault.host.fail_next_writes(&[WriteFault::TimesOutUnwritten]);
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["one"]}))), "PV1009");
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["one"]}))), "ok");
}
