//! The keyring: what it refuses, and that it shows nothing.

use super::samples::{head, keyring, row};
use crate::sealing::envelope::Envelopes;
use crate::sealing::keyring::Keyring;
use crate::sealing::row::{open_body, open_head};

fn derive(primary: &str, names: &[&str], secrets: &[u8]) -> Result<Keyring, (String, String)> {
    let refused = Keyring::derive(primary, names, secrets);
    refused.map_err(|error| (error.code().to_owned(), error.to_string()))
}

fn secrets(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [*byte; 32]).collect()
}

#[track_caller]
fn refuses(primary: &str, names: &[&str], secrets: &[u8], place: &str) {
    let (code, message) = derive(primary, names, secrets).unwrap_err();
    assert_eq!(code, "VL1000");
    assert!(message.contains(&format!("`{place}`")), "{message}");
    assert!(!message.contains("1, 1") && !message.contains("0101"), "{message}");
}

#[test]
fn a_keyring_of_one_key_and_of_several() {
    assert!(derive("a", &["a"], &secrets(&[1, 2])).is_ok());
    assert!(derive("b", &["a", "b", "c"], &secrets(&[1, 2, 3, 4])).is_ok());
}

#[test]
fn secrets_are_32_bytes_each() {
    let all = secrets(&[1, 2]);
    refuses("a", &["a"], &all[..63], "keys");
    refuses("a", &["a"], &[all.as_slice(), &[3]].concat(), "keys");
    refuses("a", &["a"], &secrets(&[1]), "keys");
    refuses("a", &["a"], &secrets(&[1, 2, 3]), "keys");
    refuses("a", &["a"], &[], "keys");
}

#[test]
fn the_primary_is_one_of_the_data_keys() {
    refuses("b", &["a"], &secrets(&[1, 2]), "keys.primary");
    refuses("", &["a"], &secrets(&[1, 2]), "keys.primary");
    refuses("a", &[], &secrets(&[1]), "keys.primary");
}

#[test]
fn no_two_secrets_are_equal() {
    refuses("a", &["a"], &secrets(&[1, 1]), "keys.data.a");
    refuses("a", &["a", "b"], &secrets(&[1, 2, 2]), "keys.data.b");
    refuses("a", &["a", "b", "c"], &secrets(&[1, 2, 3, 1]), "keys.data.c");
}

#[test]
fn it_shows_nothing_of_the_keys() {
    let keyring = keyring("new");
    assert_eq!(format!("{keyring:?}"), "Keyring(..)");
    assert_eq!(format!("{keyring:#?}"), "Keyring(..)");
}

#[test]
fn every_data_key_opens_and_the_primary_seals() {
    for primary in ["old", "new"] {
        let row = row(keyring(primary));
        assert_eq!(row.sealed[6..14], keyring(primary).primary().id);
        for reader in ["old", "new"] {
            let keyring = keyring(reader);
            let mut envelopes = Envelopes::new(keyring);
            assert!(open_head(&mut envelopes, &row).unwrap() == head());
            assert!(open_body(&mut envelopes, &row, "customers").is_ok());
        }
    }
}

#[test]
fn a_key_that_is_not_in_the_keyring_opens_nothing() {
    let row = row(keyring("old"));
    let without = derive("new", &["new"], &secrets(&[1, 3])).unwrap();
    let mut envelopes = Envelopes::new(&without);
    assert!(open_head(&mut envelopes, &row).is_err());
    assert!(open_body(&mut envelopes, &row, "customers").is_err());
    let renamed = derive("x", &["x"], &secrets(&[1, 2])).unwrap();
    assert!(open_head(&mut Envelopes::new(&renamed), &row).is_ok(), "names do not matter");
}
