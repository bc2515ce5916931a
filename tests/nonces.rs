//! Nonces: every (key ID, nonce) over random operations with forced conflicts, and none twice.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::collections::HashMap;
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use memory_host::WriteFault;
use memory_host::test_vault::{Setup, TestVault, code, succeeds};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Key ID and nonce of a sealed part.
type PartId = [u8; 32];

fn part_id(part: &[u8]) -> PartId {
    *part.first_chunk().unwrap()
}

/// The parts of a row's `sealed`, each with its whole bytes.
fn parts(sealed: &[u8]) -> Vec<Vec<u8>> {
    let length = u32::from_be_bytes(sealed.get(2..6).unwrap().try_into().unwrap());
    let (first, body) = sealed.get(6..).unwrap().split_at(usize::try_from(length).unwrap());
    let mut parts = vec![first.to_vec()];
    if !body.is_empty() {
        parts.push(body.to_vec());
    }
    parts
}

/// Every part that was ever sealed. The same part may be seen again (a body that is kept); other
/// bytes under the same key ID and nonce may not.
#[derive(Default)]
struct Seen(HashMap<PartId, Vec<u8>>);

impl Seen {
    fn add(&mut self, part: &[u8]) {
        let earlier = self.0.insert(part_id(part), part.to_vec());
        assert!(earlier.is_none_or(|earlier| earlier == part), "a nonce was used twice");
    }

    fn add_batches(&mut self, vault: &TestVault) {
        for changes in vault.host.batches() {
            for row in changes.iter().filter_map(|change| change.row.as_ref()) {
                parts(&row.sealed).iter().for_each(|part| self.add(part));
            }
        }
    }

    fn add_ciphertexts(&mut self, answer: &Value) {
        for one in answer.as_array().unwrap() {
            if let Some(text) = one["ciphertext"].as_str() {
                self.add(Base64::decode_vec(text).unwrap().get(1..).unwrap());
            }
        }
    }
}

/// A request for a token whose ID is in the shape of a card's number.
fn card_shaped(token_type: &str, seed: u8) -> Value {
    json!({
        "type": token_type, "fptemplate": "primary_account_number", "fpprops": ["card"],
        "object": {"fields": {"card": "4111111111111111", "age": seed}},
    })
}

fn fields(seed: u8) -> Value {
    json!({"fields": {"name": format!("name {}", seed % 5), "age": seed}})
}

/// One random call; what it answers does not matter, what it seals does.
fn run(vault: &TestVault, kind: u8, seed: u8, seen: &mut Seen) {
    let known: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    let pick = known.get(usize::from(seed) % known.len()).unwrap();
    match kind % 8 {
        0 => {
            let types = ["pci", "pci_oneway", "deterministic", "randomized"];
            let token_type = types.get(usize::from(seed) % types.len()).unwrap();
            let one = json!({"type": token_type, "tags": ["t"], "object": fields(seed)});
            let _ = vault.tokenize(json!({"requestBody": [one, one, one]}));
        }
        1 => {
            let one = json!({
                "type": "randomized", "token_id": pick, "tags": ["t"], "object": fields(seed),
            });
            let transaction = format!("t{seed}");
            let _ = vault.tokenize(json!({"transactionId": transaction, "requestBody": [one]}));
        }
        2 => {
            let transaction = format!("u{seed}");
            let _ = vault.update(json!({
                "tokenIds": [pick], "transactionId": transaction, "requestBody": {"object": fields(seed)},
            }));
        }
        3 => {
            let tags = json!(["t", format!("n{seed}")]);
            let _ = vault.update(json!({"tags": ["t"], "requestBody": {"tags": tags}}));
        }
        4 => {
            let _ = vault.rotate(json!({"tokenIds": [pick]}));
        }
        5 => {
            let types = ["randomized", "deterministic"];
            let encryption_type = types.get(usize::from(seed) % types.len()).unwrap();
            let one = json!({"type": encryption_type, "object": fields(seed)});
            let other = json!({"type": encryption_type, "object": fields(seed.wrapping_add(1))});
            let answer = vault.encrypt(json!({"requestBody": [one, other, one]}));
            seen.add_ciphertexts(&succeeds(answer));
        }
        6 => {
            let types = ["pci", "pci_oneway", "deterministic", "randomized"];
            let one = card_shaped(types.get(usize::from(seed) % types.len()).unwrap(), seed % 5);
            let Ok(made) = vault.tokenize(json!({"requestBody": [one, one]})) else { return };
            let ids: Vec<&Value> =
                made.as_array().unwrap().iter().map(|one| &one["token_id"]).collect();
            let _ = vault.rotate(json!({"transactionId": format!("v{seed}"), "tokenIds": ids}));
        }
        _ => {
            let later = vault.beside(&Setup::keys("2027", &["2026", "2027"]));
            let _ = later.update(json!({"tags": ["t"], "requestBody": {"tags": ["t"]}}));
            let _ = later.update(json!({"tags": ["t"], "requestBody": {"tags": ["t", "later"]}}));
        }
    }
}

const FAULTS: [Option<WriteFault>; 5] = [
    None,
    Some(WriteFault::AnswersFalseUnwritten),
    Some(WriteFault::AnswersFalseWritten),
    Some(WriteFault::ThrowsUnwritten),
    Some(WriteFault::ThrowsWritten),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_id_and_nonce_is_used_twice(
        calls in prop::collection::vec((any::<u8>(), any::<u8>(), 0_usize..FAULTS.len()), 1..25),
    ) {
        let vault = TestVault::with(&Setup::keys("2026", &["2026", "2027"]));
        let mut seen = Seen::default();
        for (kind, seed, fault) in calls {
            if let Some(Some(fault)) = FAULTS.get(fault) {
                vault.host.fail_next_writes(&[*fault; 2]);
            }
            run(&vault, kind, seed, &mut seen);
            vault.host.write_honestly();
        }
        seen.add_batches(&vault);
    }
}

#[test]
fn every_pass_of_a_conflict_seals_under_new_nonces_ids_and_row_keys() {
    for one in [
        json!({"type": "randomized", "object": {"fields": {"name": "Jane"}}}),
        card_shaped("randomized", 1),
    ] {
        every_pass_seals_under_new_nonces_ids_and_row_keys(&one);
    }
}

fn every_pass_seals_under_new_nonces_ids_and_row_keys(one: &Value) {
    let vault = TestVault::open();
    vault.host.fail_every_write(WriteFault::AnswersFalseUnwritten);
    let result = vault.tokenize(json!({"transactionId": "t", "requestBody": vec![one; 20]}));
    assert_eq!(code(&result), "PV3218");
    let batches = vault.host.batches();
    let rows = || batches.iter().flatten().filter_map(|change| change.row.as_ref());
    let mut part_ids: Vec<PartId> =
        rows().flat_map(|row| parts(&row.sealed)).map(|part| part_id(&part)).collect();
    let mut keys: Vec<_> = rows().map(|row| row.key).collect();
    let (part_count, key_count) = (part_ids.len(), keys.len());
    assert_eq!(
        (part_count, key_count),
        (10 * 41, 10 * 21),
        "heads, bodies and the record, ten times"
    );
    part_ids.sort_unstable();
    part_ids.dedup();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((part_ids.len(), keys.len()), (part_count, key_count));
    let prefix = |id: &PartId| id.get(8..20).unwrap().to_vec();
    let mut prefixes: Vec<Vec<u8>> = part_ids.iter().map(prefix).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    assert_eq!(prefixes.len(), 10, "one fill for each pass chooses one derived key");
}

#[test]
fn a_race_never_seals_twice_under_one_nonce() {
    let vault = TestVault::open();
    vault.token(json!({"type": "pci", "token_id": "a", "tags": ["t"], "object": fields(1)}));
    for round in 0..3 {
        let other = Rc::clone(&vault);
        vault.host.before_next_write(move || {
            let tags = json!([format!("race {round}")]);
            succeeds(other.update(json!({"tokenIds": ["a"], "requestBody": {"tags": tags}})));
        });
        succeeds(
            vault.update(json!({"tokenIds": ["a"], "requestBody": {"object": fields(round)}})),
        );
    }
    let mut seen = Seen::default();
    seen.add_batches(&vault);
    assert!(seen.0.len() > 9);
}

#[test]
fn bodies_are_kept_as_sealed_unless_they_are_under_an_earlier_key() {
    let vault = TestVault::with(&Setup::keys("2025", &["2025"]));
    vault.token(json!({"type": "randomized", "token_id": "a", "object": fields(1)}));
    let sealed = |vault: &TestVault| parts(&vault.row("a").sealed);
    let first = sealed(&vault);
    succeeds(vault.update(json!({"tokenIds": ["a"], "requestBody": {"tags": ["x"]}})));
    let second = sealed(&vault);
    assert_eq!(first.last(), second.last(), "the body is kept");
    assert_ne!(first.first(), second.first(), "the head is sealed anew");

    let later = vault.beside(&Setup::keys("2026", &["2025", "2026"]));
    let fields_before = vault.fields("a");
    succeeds(later.update(json!({"tokenIds": ["a"], "requestBody": {"tags": ["y"]}})));
    let third = sealed(&later);
    let key_ids: Vec<&[u8]> = third.iter().map(|part| part.get(..8).unwrap()).collect();
    assert_eq!(key_ids.first(), key_ids.last(), "both under the new key");
    let old_key_id = second.last().unwrap().get(..8).unwrap();
    assert_ne!(key_ids.last(), Some(&old_key_id));
    let only_new = vault.beside(&Setup::keys("2026", &["2026"]));
    assert_eq!(only_new.fields("a"), fields_before, "the earlier key can be dropped");
}
