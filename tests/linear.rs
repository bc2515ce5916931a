//! What a call asks of its store for n things, and for eight times as many: never more than eight times the
//! questions, and no question for each thing after the one before it. (What it does itself is counted in
//! `tests/linear/`, in steps of the wasm.)

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::rc::Rc;

use memory_host::WriteFault;
use memory_host::burst::run_at_once;
use memory_host::test_vault::{Setup, TestVault, code};
use serde_json::{Value, json};
use vaultlet::host::Host;

const FEW: usize = 60;

/// What a call asked of the store.
#[derive(Debug)]
struct Asked {
    reads: usize,
    /// Claims or terms that it asked for.
    labels: usize,
    /// Questions that had to wait for the answer to the one before.
    turns: usize,
}

/// Makes the call on a vault that is ready for it, and ends as expected.
fn ask(vault: &TestVault, operation: &str, mut request: Value, expected: &str) -> Asked {
    request["collection"] = json!("customers");
    request["reason"] = json!("Maintenance");
    let text = request.to_string();
    vault.host.take_events();
    let before = vault.host.elapsed();
    let result = run_at_once(&vault.host, 1, [vault.call_text(operation, &text)]).pop().unwrap();
    assert_eq!(code(&result), expected, "{operation}");
    let asked = vault.host.reads();
    Asked {
        reads: asked.len(),
        labels: asked.iter().map(|asked| asked.labels().len()).sum(),
        turns: usize::try_from(vault.host.elapsed() - before).unwrap(),
    }
}

fn vault() -> Rc<TestVault> {
    TestVault::with(&Setup::settings(json!({"maxTags": 60})))
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|name| format!("t{name}")).collect()
}

fn one(name: &str) -> Value {
    json!({
        "type": "randomized", "token_id": name, "tags": ["t"], "object": {"fields": {"name": name}},
    })
}

/// A vault with so many tokens, named `t0`, `t1`, …
fn vault_with(count: usize) -> Rc<TestVault> {
    let vault = vault();
    let all: Vec<Value> = names(count).iter().map(|name| one(name)).collect();
    ask(&vault, "tokens.tokenize", json!({"requestBody": all}), "ok");
    vault
}

#[test]
fn of_named_tokens_all_are_read_together() {
    for count in [FEW, 8 * FEW] {
        let ids = names(count);
        let more = names(2 * count);
        let body = json!({"tags": ["u"]});
        for (operation, request, expected, turns) in [
            ("tokens.detokenize", json!({"tokenIds": ids}), "ok", 1),
            ("tokens.update", json!({"tokenIds": ids, "requestBody": body}), "ok", 2),
            ("tokens.rotate", json!({"tokenIds": more}), "PV3087", 1),
            ("tokens.rotate", json!({"tokenIds": ids}), "ok", 2),
            ("tokens.delete", json!({"tokenIds": ids}), "ok", 2),
        ] {
            let asked = ask(&vault_with(count), operation, request, expected);
            assert_eq!((asked.reads, asked.turns), (1, turns), "{operation}");
        }
    }
}

#[test]
fn pages_are_read_one_after_the_other() {
    let vault = vault_with(1_100);
    assert_eq!(ask(&vault, "tokens.detokenize", json!({"tags": ["t"]}), "ok").turns, 3);
}

#[test]
fn whatever_an_array_gives_is_looked_up_together() {
    for count in [FEW, 8 * FEW] {
        for token_type in ["pci", "pci_oneway", "deterministic", "randomized"] {
            let request = |name: &String| json!({"type": token_type, "tags": ["t"], "object": {"fields": {"name": name}}});
            let array: Vec<Value> = names(count).iter().map(request).collect();
            let asked = ask(&vault(), "tokens.tokenize", json!({"requestBody": array}), "ok");
            assert!(asked.reads <= 1 && asked.turns <= 2, "{token_type} {asked:?}");
        }
    }
}

#[test]
fn ensured_tags_are_looked_up_sixteen_at_once() {
    let ensure = |count: usize, of_each: usize| {
        let request = |name: usize| {
            let tags: Vec<String> = (0..of_each).map(|tag| format!("{name} {tag}")).collect();
            json!({
                "type": "randomized", "tags": tags, "ensure_unique_tenant_tags": tags,
                "object": {"fields": {"age": name}},
            })
        };
        let array: Vec<Value> = (0..count).map(request).collect();
        ask(&vault(), "tokens.tokenize", json!({"requestBody": array}), "ok")
    };
    for (count, of_each) in [(FEW, 1), (8 * FEW, 1), (FEW, 8), (8, 60)] {
        let tags = count * of_each;
        let asked = ensure(count, of_each);
        // Their claims together, and each tag by its terms; then the write.
        assert_eq!(asked.reads, 1 + tags, "{count} {of_each}");
        assert_eq!(asked.turns, 2 + tags.div_ceil(16), "{count} {of_each}");
    }
}

#[test]
fn data_that_is_reused_and_a_unique_tag_are_asked_for_in_one_read() {
    for token_type in ["pci", "pci_oneway", "deterministic"] {
        let vault = vault();
        // A new token, the same again, and with one more tag.
        for tag in ["a", "a", "b"] {
            let array = json!({"requestBody": [{
                "type": token_type, "tags": [tag], "ensure_unique_tenant_tags": [tag],
                "object": {"fields": {"age": 1}},
            }]});
            let asked = ask(&vault, "tokens.tokenize", array, "ok");
            // All of the claims, and the tag by its terms.
            assert_eq!(asked.reads, 2, "{token_type} {tag}");
        }
    }
}

#[test]
fn a_tag_that_is_ensured_twice_is_not_looked_up_by_its_terms() {
    let request = json!({
        "type": "randomized", "tags": ["t"], "ensure_unique_tenant_tags": ["t"],
        "object": {"fields": {"age": 1}},
    });
    let array = json!({"requestBody": vec![request; 2]});
    assert_eq!(ask(&vault(), "tokens.tokenize", array, "VL3007").reads, 1);
}

#[test]
fn rows_that_a_refused_deletion_has_deleted_are_looked_for_sixteen_at_once() {
    for count in [FEW, 8 * FEW] {
        let vault = vault_with(count);
        vault.host.fail_next_writes(&[WriteFault::AnswersFalseWritten]);
        let asked = ask(&vault, "tokens.delete", json!({"tokenIds": names(count)}), "ok");
        assert_eq!(asked.reads, 2 + count);
        // The tokens, the write, the batch's rows, and then each by its key.
        assert_eq!(asked.turns, 3 + count.div_ceil(16));
    }
}

#[test]
fn card_shaped_ids_are_looked_up_together() {
    for count in [FEW, 8 * FEW] {
        let request = |age: usize| {
            json!({
                "type": "randomized", "fptemplate": "primary_account_number", "fpprops": ["card"],
                "object": {"fields": {"card": "4111111111111111", "age": age}},
            })
        };
        let array: Vec<Value> = (0..count).map(request).collect();
        let asked = ask(&vault(), "tokens.tokenize", json!({"requestBody": array}), "ok");
        // Two may draw one ID, and then one of them draws again, twice as many.
        assert!(asked.reads <= 3 && asked.labels < count + 40, "{count} {asked:?}");
    }
}
