//! Two callers at once: whatever the interleaving, the outcome is that of one after the other.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::WriteFault;
use memory_host::burst::run_at_once;
use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use memory_host::two_callers::{Called, in_every_interleaving};
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::host::Host;

fn a_token(vault: &TestVault) {
    vault.token(json!({
        "type": "pci", "token_id": "mine", "object": {"fields": {"name": "Jane"}},
    }));
}

fn update_data(name: &str) -> Called {
    (
        "tokens.update",
        json!({"tokenIds": ["mine"], "requestBody": {"object": {"fields": {"name": name}}}}),
    )
}

fn rotate() -> Called {
    ("tokens.rotate", json!({"tokenIds": ["mine"]}))
}

#[test]
fn an_update_and_a_rotation_of_the_same_token_at_once() {
    in_every_interleaving(
        a_token,
        &update_data("Joe"),
        &rotate(),
        |vault, update, rotation, schedule| {
            let new = succeeds(rotation.clone())["mine"].as_str().unwrap().to_owned();
            let expected = match code(update) {
                "ok" => json!({"name": "Joe"}),
                // The rotation came first: the old ID is as if it had never been.
                "PV3009" => json!({"name": "Jane"}),
                other => Value::from(other),
            };
            assert_eq!(vault.fields(&new), expected, "{schedule:?}");
            assert_eq!(vault.fields("mine"), Value::Null);
            assert_eq!(vault.host.store.rows().len(), 1);
            assert_eq!(vault.token_of("pci", expected), new, "the reuse followed both");
        },
    );
}

#[test]
fn two_rotations_of_the_same_token_at_once() {
    in_every_interleaving(a_token, &rotate(), &rotate(), |vault, first, second, schedule| {
        let won: Vec<&Value> =
            [first, second].into_iter().filter_map(|one| one.as_ref().ok()).collect();
        let lost: Vec<&str> =
            [first, second].map(code).into_iter().filter(|one| *one != "ok").collect();
        assert_eq!(won.len(), 1, "{schedule:?}");
        assert_eq!(lost, ["PV3087"], "{schedule:?}");
        let new = won.first().unwrap()["mine"].as_str().unwrap();
        assert_eq!(vault.fields(new), json!({"name": "Jane"}));
        assert_eq!(vault.host.store.rows().len(), 1);
    });
}

#[test]
fn two_updates_of_different_parts_at_once_both_land() {
    let tags = ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"tags": ["new"]}}));
    in_every_interleaving(a_token, &update_data("Joe"), &tags, |vault, data, tags, schedule| {
        assert_eq!((code(data), code(tags)), ("ok", "ok"), "{schedule:?}");
        assert_eq!(vault.fields("mine"), json!({"name": "Joe"}));
        assert_eq!(vault.tags("mine"), json!(["new"]));
        assert_eq!(vault.row("mine").version, 3);
    });
}

#[test]
fn two_data_updates_of_the_same_token_at_once_leave_one_whole() {
    in_every_interleaving(
        a_token,
        &update_data("Joe"),
        &update_data("Jim"),
        |vault, first, second, schedule| {
            assert_eq!((code(first), code(second)), ("ok", "ok"), "{schedule:?}");
            let fields = vault.fields("mine");
            assert!(fields == json!({"name": "Joe"}) || fields == json!({"name": "Jim"}));
            assert_eq!(vault.token_of("pci", fields), "mine", "claim and data belong together");
        },
    );
}

#[test]
fn two_updates_of_two_tokens_to_the_same_pci_data_at_once() {
    let two = |vault: &TestVault| {
        a_token(vault);
        vault.token(
            json!({"type": "pci", "token_id": "other", "object": {"fields": {"name": "Ann"}}}),
        );
    };
    let other = (
        "tokens.update",
        json!({"tokenIds": ["other"], "requestBody": {"object": {"fields": {"name": "Joe"}}}}),
    );
    in_every_interleaving(two, &update_data("Joe"), &other, |vault, first, second, schedule| {
        let mut codes = [code(first), code(second)];
        codes.sort_unstable();
        assert_eq!(codes, ["VL3006", "ok"], "{schedule:?}");
        let holder = vault.token_of("pci", json!({"name": "Joe"}));
        assert_eq!(holder, if first.is_ok() { "mine" } else { "other" });
    });
}

#[test]
fn two_that_tokenize_the_same_pci_data_at_once_get_the_same_id() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let tokenize = |tag: &str| -> Called {
            let one =
                json!({"type": token_type, "tags": [tag], "object": {"fields": {"name": "Jane"}}});
            ("tokens.tokenize", json!({"requestBody": [one]}))
        };
        in_every_interleaving(
            |_| (),
            &tokenize("a"),
            &tokenize("b"),
            |vault, first, second, schedule| {
                assert_eq!(succeeds(first.clone()), succeeds(second.clone()), "{schedule:?}");
                assert_eq!(vault.host.store.rows().len(), 1);
                let both = json!({"tags": ["a", "b"], "requestBody": {"tags": []}});
                assert_eq!(code(&vault.update(both)), "ok", "no tag was lost");
            },
        );
    }
}

#[test]
fn tokenizing_the_data_that_an_update_moves_to_at_once() {
    let tokenize = (
        "tokens.tokenize",
        json!({"requestBody": [{"type": "pci", "object": {"fields": {"name": "Joe"}}}]}),
    );
    in_every_interleaving(
        a_token,
        &update_data("Joe"),
        &tokenize,
        |vault, update, made, schedule| {
            let id = succeeds(made.clone())[0]["token_id"].as_str().unwrap().to_owned();
            match code(update) {
                "ok" => assert_eq!(id, "mine", "{schedule:?}"),
                other => {
                    assert_eq!(other, "VL3006", "{schedule:?}");
                    assert_ne!(id, "mine");
                    assert_eq!(vault.fields("mine"), json!({"name": "Jane"}));
                }
            }
        },
    );
}

#[test]
fn two_that_take_the_same_given_id_at_once() {
    let tokenize = |name: &str| -> Called {
        let one = json!({"type": "randomized", "token_id": "given", "object": {"fields": {"name": name}}});
        ("tokens.tokenize", json!({"requestBody": [one]}))
    };
    in_every_interleaving(
        |_| (),
        &tokenize("Ann"),
        &tokenize("Bob"),
        |vault, first, second, schedule| {
            let mut codes = [code(first), code(second)];
            codes.sort_unstable();
            assert_eq!(codes, ["VL3010", "ok"], "{schedule:?}");
            let name = if first.is_ok() { "Ann" } else { "Bob" };
            assert_eq!(vault.fields("given"), json!({"name": name}));
        },
    );
}

#[test]
fn of_several_requests_that_ensure_one_tag_at_once_one_succeeds() {
    let two = |vault: &TestVault| {
        for name in ["a", "b"] {
            vault.token(json!({
                "type": "randomized", "token_id": name, "object": {"fields": {"name": name}},
            }));
        }
    };
    let ensure = |id: &str| -> Called {
        let body = json!({"tags": ["t"], "ensure_unique_tenant_tags": ["t"]});
        ("tokens.update", json!({"tokenIds": [id], "requestBody": body}))
    };
    let make: Called = (
        "tokens.tokenize",
        json!({"requestBody": [{
            "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
            "object": {"fields": {"name": "new"}},
        }]}),
    );
    for second in [ensure("b"), make] {
        in_every_interleaving(two, &ensure("a"), &second, |vault, first, second, schedule| {
            let mut codes = [code(first), code(second)];
            codes.sort_unstable();
            assert_eq!(codes, ["VL3007", "ok"], "{schedule:?}");
            let tagged = succeeds(vault.detokenize(json!({"tags": ["t"]})));
            assert_eq!(tagged.as_array().unwrap().len(), 1);
        });
    }
}

#[test]
fn a_tag_that_one_ensures_while_another_gives_it_to_the_same_new_token_is_unique() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let tokenize = |ensured: &[&str]| -> Called {
            let mut request = json!({
                "type": token_type, "tags": ["t"], "object": {"fields": {"name": "new"}},
            });
            if !ensured.is_empty() {
                request["ensure_unique_tenant_tags"] = json!(ensured);
            }
            ("tokens.tokenize", json!({"requestBody": [request]}))
        };
        let (ensures, gives) = (tokenize(&["t"]), tokenize(&[]));
        in_every_interleaving(
            |_| (),
            &ensures,
            &gives,
            |_, first, second, schedule| {
                assert_eq!((code(first), code(second)), ("ok", "ok"), "{token_type} {schedule:?}");
                assert_eq!(succeeds(first.clone()), succeeds(second.clone()));
            },
        );
    }
}

#[test]
fn moving_an_ensured_tag_from_one_token_to_another_while_somebody_takes_it() {
    let owner = |vault: &TestVault| {
        for (name, tags) in [("a", json!(["t"])), ("b", json!([]))] {
            vault.token(json!({
                "type": "randomized", "token_id": name, "tags": tags, "ensure_unique_tenant_tags": tags,
                "object": {"fields": {"name": name}},
            }));
        }
    };
    let release: Called =
        ("tokens.update", json!({"tokenIds": ["a"], "requestBody": {"tags": []}}));
    let take: Called = (
        "tokens.update",
        json!({"tokenIds": ["b"], "requestBody": {"tags": ["t"], "ensure_unique_tenant_tags": ["t"]}}),
    );
    in_every_interleaving(owner, &release, &take, |vault, released, taken, schedule| {
        assert_eq!(code(released), "ok");
        assert!(["ok", "VL3007"].contains(&code(taken)), "{schedule:?}: {}", code(taken));
        let tagged = succeeds(vault.detokenize(json!({"tags": ["t"]})));
        assert_eq!(tagged.as_array().unwrap().len(), usize::from(taken.is_ok()));
    });
}

#[test]
fn an_update_by_tags_and_a_rotation_at_once_lose_nothing() {
    let many = |vault: &TestVault| {
        for name in ["mine", "b", "c"] {
            vault.token(json!({
                "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
            }));
        }
    };
    let update: Called =
        ("tokens.update", json!({"tags": ["t"], "requestBody": {"tags": ["t", "u"]}}));
    in_every_interleaving(many, &update, &rotate(), |vault, updated, rotated, schedule| {
        assert_eq!((code(updated), code(rotated)), ("ok", "ok"), "{schedule:?}");
        let found = succeeds(vault.detokenize(json!({"tags": ["t", "u"]})));
        assert_eq!(
            found.as_array().unwrap().len(),
            3,
            "a token that matches all the while is in it"
        );
        let new = succeeds(rotated.clone())["mine"].clone();
        assert!(found.as_array().unwrap().iter().any(|one| one["token_id"] == new));
    });
}

#[test]
fn two_updates_of_the_same_tokens_at_once_end_as_one_after_the_other() {
    let two_tokens = |vault: &TestVault| {
        for (name, tags) in [("mine", json!(["d"])), ("b", json!([]))] {
            vault.token(json!({
                "type": "randomized", "token_id": name, "tags": tags, "object": {"fields": {"name": name}},
            }));
        }
    };
    // The first leaves one of them as it is, which the second changes.
    let both: Called =
        ("tokens.update", json!({"tokenIds": ["mine", "b"], "requestBody": {"tags": ["d"]}}));
    let tagged: Called = (
        "tokens.update",
        json!({"tokenIds": ["mine", "b"], "tags": ["d"], "requestBody": {"tags": ["a"]}}),
    );
    in_every_interleaving(two_tokens, &both, &tagged, |vault, both, tagged, schedule| {
        assert_eq!((code(both), code(tagged)), ("ok", "ok"), "{schedule:?}");
        assert_eq!(vault.tags("mine"), vault.tags("b"), "{schedule:?}");
    });
}

// Delete and make again under one token ID.

#[test]
fn two_that_tokenize_the_same_values_at_once_end_as_one_after_the_other() {
    let of = |name: &str| json!({"type": "pci", "object": {"fields": {"name": name}}});
    let tokenize = |expiry: &str, names: &[&str]| {
        let body: Vec<Value> = names.iter().map(|name| of(name)).collect();
        json!({"expirationSecs": expiry, "requestBody": body})
    };
    // What each leaves as it is, the other changes.
    let make = |vault: &TestVault| {
        succeeds(vault.tokenize(tokenize("", &["a"])));
        succeeds(vault.tokenize(tokenize("60", &["b"])));
    };
    let both = |expiry: &str| ("tokens.tokenize", tokenize(expiry, &["a", "b"]));
    in_every_interleaving(make, &both(""), &both("60"), |vault, first, second, schedule| {
        assert_eq!((code(first), code(second)), ("ok", "ok"), "{schedule:?}");
        let rows = vault.host.store.rows();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].expires_at, rows[1].expires_at, "{schedule:?}");
    });
}

fn delete(vault: &TestVault, token_id: &str) {
    succeeds(vault.delete(json!({"tokenIds": [token_id]})));
}

fn make_again(vault: &TestVault) {
    vault.token(json!({
        "type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Anew"}},
    }));
}

#[test]
fn a_token_deleted_and_made_again_while_an_old_write_is_in_flight_keeps_its_new_data() {
    for (operation, request) in [
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"tags": ["late"]}})),
        update_data("Late"),
        rotate(),
    ] {
        let vault = TestVault::open();
        a_token(&vault);
        vault.host.fail_next_writes(&[WriteFault::TimesOutAndLandsLater]);
        assert_eq!(code(&vault.call(operation, request)), "PV1009");
        delete(&vault, "mine");
        make_again(&vault);
        let rows = vault.host.store.rows();
        assert_eq!(vault.host.land_late_writes(), [false], "row keys are never used again");
        assert_eq!(vault.host.store.rows(), rows);
        assert_eq!(vault.fields("mine"), json!({"name": "Anew"}));
        assert_eq!(vault.tags("mine"), json!([]));
    }
}

#[test]
fn a_token_deleted_and_made_again_between_read_and_write_is_met_as_it_is_now() {
    let vault = TestVault::open();
    a_token(&vault);
    let other = Rc::clone(&vault);
    vault.host.before_next_write(move || {
        delete(&other, "mine");
        make_again(&other);
    });
    succeeds(vault.update(json!({"tokenIds": ["mine"], "requestBody": {"tags": ["late"]}})));
    assert_eq!(vault.fields("mine"), json!({"name": "Anew"}), "not the data of the deleted one");
    assert_eq!(vault.tags("mine"), json!(["late"]));
    assert_eq!(vault.host.store.rows().len(), 1);
}

#[test]
fn a_token_deleted_between_read_and_write_stays_deleted() {
    for (called, expected) in [(update_data("Late"), "PV3009"), (rotate(), "PV3087")] {
        let vault = TestVault::open();
        a_token(&vault);
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || delete(&other, "mine"));
        assert_eq!(code(&vault.call(called.0, called.1)), expected);
        assert!(vault.host.store.rows().is_empty());
    }
}

#[test]
fn a_pci_token_deleted_while_its_data_is_tokenized_again_is_made_anew() {
    let vault = TestVault::open();
    a_token(&vault);
    let other = Rc::clone(&vault);
    vault.host.before_next_write(move || delete(&other, "mine"));
    let id =
        vault.token(json!({"type": "pci", "tags": ["x"], "object": {"fields": {"name": "Jane"}}}));
    assert_ne!(id, "mine");
    assert_eq!(vault.fields(&id), json!({"name": "Jane"}));
}

// Somebody who is always faster.

#[test]
fn somebody_who_always_writes_first_makes_pv3218_after_ten_passes() {
    let vault = TestVault::open();
    a_token(&vault);
    for round in 0..10 {
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            let request =
                json!({"tokenIds": ["mine"], "requestBody": {"tags": [format!("round {round}")]}});
            succeeds(other.update(request));
        });
        // The write of the deed itself comes before no deed.
        vault.host.before_next_write(|| ());
    }
    let result =
        vault.update(json!({"tokenIds": ["mine"], "expirationSecs": "9", "requestBody": {}}));
    assert_eq!(code(&result), "PV3218");
    assert_eq!(vault.tags("mine"), json!(["round 9"]));
    assert_eq!(vault.row("mine").expires_at, None);
}

#[test]
fn a_pass_is_repeated_after_a_random_wait_of_up_to_as_long_as_it_took() {
    let waits_with = |latency: u64| -> Vec<Vec<u64>> {
        let vault = TestVault::open();
        a_token(&vault);
        vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
        vault.host.take_time(latency);
        let waited = |_| {
            vault.host.take_events();
            assert_eq!(code(&vault.update(update_data("Joe").1)), "PV3218");
            vault.host.waits()
        };
        (0..200).map(waited).collect()
    };
    // Two reads, a write and the read-back that follows it are a pass of 40 ms.
    let waits = waits_with(10);
    for pass in 0..9 {
        let most = [40, 80, 160][pass.min(2)];
        let waited: Vec<u64> = waits.iter().map(|waits| waits[pass]).collect();
        assert!(waited.iter().all(|wait| (1..=most).contains(wait)), "{pass} {waited:?}");
        assert!(waited.iter().any(|wait| *wait > most / 2), "{pass}");
        assert!(waited.iter().any(|wait| *wait <= most / 2), "{pass}");
    }
    assert!(waits.iter().all(|waits| waits.len() == 9));
    // One that takes no time waits a millisecond at least.
    assert!(waits_with(0).iter().flatten().all(|wait| (1..=4).contains(wait)));
}

#[test]
fn no_pass_begins_later_than_timeout_ms_after_the_first() {
    for (latency, passes) in [(249, 1), (20, 2)] {
        let vault = TestVault::with(&Setup::settings(json!({"timeoutMs": 1_000})));
        a_token(&vault);
        vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
        vault.host.take_time(latency);
        for _ in 0..20 {
            vault.host.take_events();
            let began = vault.host.elapsed();
            assert_eq!(code(&vault.update(update_data("Joe").1)), "PV3218");
            let batches = vault.host.batches().len();
            assert!(batches >= passes && batches < 10, "{latency} {batches}");
            assert!(vault.host.elapsed() - began <= 1_000 + 4 * latency);
        }
    }
}

// Bursts: many at once, on stores that are quick, and on slow ones.

/// Runs these calls at once, on each store, from what `prepare` makes.
fn at_once(
    prepare: impl Fn(&TestVault),
    calls: &[Called],
    check: impl Fn(&TestVault, &[Result<Value, Error>]),
) {
    let texts: Vec<String> = calls
        .iter()
        .map(|(_, request)| {
            let mut request = request.clone();
            request["collection"] = json!("customers");
            request["reason"] = json!("Maintenance");
            request.to_string()
        })
        .collect();
    for latency in [1, 3, 20] {
        let vault = TestVault::with(&Setup::settings(json!({"maxTags": 20})));
        prepare(&vault);
        let calling = calls.iter().zip(&texts);
        let calling = calling.map(|((operation, _), text)| vault.call_text(operation, text));
        check(&vault, &run_at_once(&vault.host, latency, calling));
    }
}

fn codes(results: &[Result<Value, Error>]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = results.iter().map(code).collect();
    codes.sort_unstable();
    codes
}

/// As many as `expected`, and of what else may be there none.
fn count(results: &[Result<Value, Error>], expected: &str) -> usize {
    results.iter().filter(|result| code(result) == expected).count()
}

fn update_tag(call: usize) -> Called {
    let tags = json!([format!("tag {call}")]);
    ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": {"tags": tags}}))
}

#[test]
fn a_dozen_updates_of_one_token_at_once_all_land() {
    let data = |call: usize| update_data(&format!("name {call}"));
    let both = |call: usize| {
        let object = json!({"fields": {"name": format!("name {call}")}});
        let body = json!({"tags": [format!("tag {call}")], "object": object});
        ("tokens.update", json!({"tokenIds": ["mine"], "requestBody": body}))
    };
    for calls in [
        (0..12).map(update_tag).collect::<Vec<Called>>(),
        (0..12).map(data).collect(),
        (0..12).map(both).collect(),
    ] {
        at_once(a_token, &calls, |vault, results| {
            assert_eq!(codes(results), ["ok"; 12]);
            assert_eq!(vault.row("mine").version, 13, "each is one write");
            let (fields, tags) = (vault.fields("mine"), vault.tags("mine"));
            let last = |name: &str| (0..12).any(|call| name == format!("name {call}"));
            assert!(fields == json!({"name": "Jane"}) || last(fields["name"].as_str().unwrap()));
            assert!(tags.as_array().unwrap().len() <= 1);
            assert_eq!(vault.token_of("pci", fields), "mine", "claim and data belong together");
        });
    }
}

#[test]
fn a_dozen_that_tokenize_one_value_at_once_each_with_its_own_tag_all_land() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let tokenize = |call: usize| -> Called {
            let tags = json!([format!("tag {call:02}")]);
            let one =
                json!({"type": token_type, "tags": tags, "object": {"fields": {"name": "Jane"}}});
            ("tokens.tokenize", json!({"requestBody": [one]}))
        };
        let calls: Vec<Called> = (0..12).map(tokenize).collect();
        at_once(
            |_| (),
            &calls,
            |vault, results| {
                assert_eq!(codes(results), ["ok"; 12]);
                assert!(
                    results
                        .iter()
                        .all(|result| succeeds(result.clone()) == succeeds(results[0].clone()))
                );
                let rows = vault.host.store.rows();
                assert_eq!((rows.len(), rows[0].version), (1, 12));
                let every: Vec<String> = (0..12).map(|call| format!("tag {call:02}")).collect();
                let all = json!({"tags": every, "requestBody": {"tags": []}});
                assert_eq!(code(&vault.update(all)), "ok", "no tag was lost");
            },
        );
    }
}

#[test]
fn a_dozen_that_move_a_token_or_take_it_away_at_once_end_as_one_after_the_other() {
    at_once(a_token, &vec![rotate(); 12], |vault, results| {
        assert_eq!((count(results, "ok"), count(results, "PV3087")), (1, 11));
        assert_eq!((vault.host.store.rows().len(), vault.fields("mine")), (1, Value::Null));
    });
    let delete = ("tokens.delete", json!({"tokenIds": ["mine"]}));
    at_once(a_token, &vec![delete; 12], |vault, results| {
        let deleted = count(results, "ok");
        assert!(deleted >= 1 && deleted + count(results, "PV3009") == 12, "{:?}", codes(results));
        assert!(vault.host.store.rows().is_empty());
    });
    // The update comes before the rotation, or finds nothing.
    let mut calls: Vec<Called> = (0..11).map(update_tag).collect();
    calls.push(rotate());
    at_once(a_token, &calls, |vault, results| {
        let (rotated, updates) = results.split_last().unwrap();
        let new = succeeds(rotated.clone())["mine"].as_str().unwrap().to_owned();
        let landed = count(updates, "ok");
        assert_eq!(landed + count(updates, "PV3009"), 11, "{:?}", codes(results));
        assert_eq!(vault.row(&new).version, 2 + landed as u64);
    });
}

#[test]
fn of_a_dozen_that_ensure_one_tag_or_take_one_id_at_once_one_succeeds() {
    let tokens = |vault: &TestVault| {
        for call in 0..12 {
            vault.token(json!({
                "type": "randomized", "token_id": format!("t{call}"), "object": {"fields": {"age": call}},
            }));
        }
    };
    let ensure = |call: usize| -> Called {
        let body = json!({"tags": ["t"], "ensure_unique_tenant_tags": ["t"]});
        ("tokens.update", json!({"tokenIds": [format!("t{call}")], "requestBody": body}))
    };
    let move_to = |call: usize| -> Called {
        let one =
            json!({"type": "randomized", "token_id": "given", "object": {"fields": {"age": call}}});
        ("tokens.tokenize", json!({"requestBody": [one]}))
    };
    for (calls, refused) in [
        ((0..12).map(ensure).collect::<Vec<Called>>(), "VL3007"),
        ((0..12).map(move_to).collect(), "VL3010"),
    ] {
        at_once(tokens, &calls, |_, results| {
            assert_eq!((count(results, "ok"), count(results, refused)), (1, 11));
        });
    }
}

#[test]
fn a_dozen_of_one_transaction_at_once_answer_the_same_and_make_one_token() {
    let one = json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}});
    let call: Called = ("tokens.tokenize", json!({"transactionId": "t", "requestBody": [one]}));
    at_once(
        |_| (),
        &vec![call; 12],
        |vault, results| {
            assert_eq!(codes(results), ["ok"; 12]);
            assert!(
                results
                    .iter()
                    .all(|result| succeeds(result.clone()) == succeeds(results[0].clone()))
            );
            assert_eq!(vault.host.store.rows().len(), 2, "the token, and the transaction");
        },
    );
}

#[test]
fn sixty_four_at_once_end_in_answers_or_pv3218_and_never_in_a_wrong_state() {
    let calls: Vec<Called> = (0..64).map(update_tag).collect();
    at_once(a_token, &calls, |vault, results| {
        let landed = count(results, "ok");
        assert!(landed >= 10 && landed + count(results, "PV3218") == 64, "{:?}", codes(results));
        assert_eq!(vault.row("mine").version, 1 + landed as u64);
        let tags = vault.tags("mine");
        let last = (0..64).find(|call| tags == json!([format!("tag {call}")])).unwrap();
        assert_eq!(code(&results[last]), "ok", "what did not land left nothing");
    });
}

#[test]
fn a_token_that_expires_between_two_passes_is_archived_for_the_second() {
    let vault = TestVault::open();
    let one =
        json!({"type": "randomized", "token_id": "mine", "object": {"fields": {"name": "Jane"}}});
    succeeds(vault.tokenize(json!({"expirationSecs": "10", "requestBody": [one]})));
    vault.host.fail_next_writes(&[WriteFault::AnswersFalseUnwritten]);
    let host = Rc::clone(&vault.host);
    vault.host.before_next_write(move || host.pass_seconds(10));
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), "PV1033");
}

#[test]
fn a_call_from_inside_a_callback_works() {
    let vault = TestVault::open();
    a_token(&vault);
    let inner = Rc::clone(&vault);
    vault.host.before_next_read(move || {
        assert_eq!(inner.fields("mine"), json!({"name": "Jane"}));
        let rotated = succeeds(inner.rotate(json!({"tokenIds": ["mine"]})));
        assert_eq!(rotated.as_object().unwrap().len(), 1);
    });
    assert_eq!(code(&vault.rotate(json!({"tokenIds": ["mine"]}))), "PV3087");
}

#[test]
fn two_vaults_with_different_primary_keys_share_a_store() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025", "2026"]));
    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    a_token(&vault);
    for round in 0..4 {
        let (writer, reader) = if round % 2 == 0 { (&later, &vault) } else { (&vault, &later) };
        let name = format!("name {round}");
        let object = json!({"fields": {"name": name}});
        succeeds(writer.update(json!({"tokenIds": ["mine"], "requestBody": {"object": object}})));
        assert_eq!(reader.fields("mine"), json!({"name": name}));
    }
}
