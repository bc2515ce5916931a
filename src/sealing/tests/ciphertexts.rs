//! Ciphertexts: what is sealed opens to itself, equal inputs of the deterministic type give equal
//! text, and a nonce that is not the input's own is refused.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use proptest::prelude::*;

use super::samples::{DATA, ciphertexts, keyring};
use crate::kinds::EncryptionType;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;
use crate::sealing::format::Unopened;
use crate::sealing::fresh::Fresh;
use crate::sealing::fresh::Nonce;
use crate::sealing::keyring::Keyring;

pub(super) fn assert_same(one: &Ciphertext, other: &Ciphertext) {
    assert_eq!(one.encryption_type, other.encryption_type);
    assert_eq!(one.scope, other.scope);
    assert_eq!(one.tenant, other.tenant);
    assert_eq!(one.tags, other.tags);
    assert_eq!(one.expires_at, other.expires_at);
    assert_eq!(one.canonical, other.canonical);
}

fn content(encryption_type: EncryptionType) -> Ciphertext {
    Ciphertext {
        encryption_type,
        scope: "default".to_owned(),
        tenant: None,
        tags: Vec::new(),
        expires_at: None,
        canonical: DATA.to_owned(),
    }
}

fn sealed(keyring: &Keyring, content: &Ciphertext) -> String {
    let mut fresh = Fresh::fill(0).unwrap();
    content.seal(&mut Envelopes::new(keyring), &mut fresh, "customers").unwrap()
}

fn opened(text: &str) -> Result<Ciphertext, Unopened> {
    Ciphertext::open(&mut Envelopes::new(keyring("new")), text, "customers")
}

const BOTH: [EncryptionType; 2] = [EncryptionType::Randomized, EncryptionType::Deterministic];

proptest! {
    #[test]
    fn what_is_sealed_opens_to_itself(content in ciphertexts()) {
        assert_same(&opened(&sealed(keyring("new"), &content)).unwrap(), &content);
    }

    #[test]
    fn only_equal_inputs_give_equal_text(one in ciphertexts(), other in ciphertexts()) {
        let keyring = keyring("new");
        let text = sealed(keyring, &one);
        let deterministic = one.encryption_type == EncryptionType::Deterministic;
        prop_assert_eq!(text == sealed(keyring, &one), deterministic);
        let same = one.encryption_type == other.encryption_type
            && (&one.scope, &one.tenant, &one.tags) == (&other.scope, &other.tenant, &other.tags)
            && (one.expires_at, &one.canonical) == (other.expires_at, &other.canonical);
        prop_assert_eq!(text == sealed(keyring, &other), deterministic && same);
    }

    #[test]
    fn any_text_ends_in_an_answer(text in "\\PC*", bytes: Vec<u8>) {
        prop_assert!(opened(&text).is_err());
        prop_assert!(opened(&Base64::encode_string(&bytes)).is_err());
    }

    /// Even bytes that we sealed ourselves are read with care.
    #[test]
    fn any_plaintext_under_the_seal_ends_in_an_answer(plaintext: Vec<u8>) {
        let keyring = keyring("new");
        let mut bytes = vec![1];
        let mut envelopes = Envelopes::new(keyring);
        envelopes.seal(&Nonce([6; 24]), ASSOCIATED_DATA, &plaintext, &mut bytes).unwrap();
        let _ = opened(&Base64::encode_string(&bytes));
    }
}

const ASSOCIATED_DATA: &[u8] = b"\x01\x04\x09customers";

#[test]
fn types_and_flags_that_nobody_knows_do_not_open() {
    let keyring = keyring("new");
    let opens = |encryption_type: u8, flags: u8| {
        // Whatever the flags say, there are bytes enough: an empty tenant, no expiry to speak of.
        let plaintext = [&[encryption_type, flags], [0; 24].as_slice()].concat();
        let mut bytes = vec![1];
        let mut envelopes = Envelopes::new(keyring);
        envelopes.seal(&Nonce([6; 24]), ASSOCIATED_DATA, &plaintext, &mut bytes).unwrap();
        opened(&Base64::encode_string(&bytes)).is_ok()
    };
    for byte in 0..=255 {
        assert_eq!(opens(1, byte), byte <= 3, "flags {byte}");
        // 2 is deterministic, and the nonce is not its own.
        assert_eq!(opens(byte, 0), byte == 1, "type {byte}");
    }
}

#[test]
fn a_flipped_bit_never_opens() {
    for encryption_type in BOTH {
        let bytes = Base64::decode_vec(&sealed(keyring("new"), &content(encryption_type))).unwrap();
        assert!(opened(&Base64::encode_string(&bytes)).is_ok());
        for (byte, bit) in (0..bytes.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            let mut changed = bytes.clone();
            changed[byte] ^= 1 << bit;
            assert!(opened(&Base64::encode_string(&changed)).is_err(), "{byte}, {bit}");
        }
        for length in 0..bytes.len() {
            assert!(opened(&Base64::encode_string(&bytes[..length])).is_err(), "{length}");
        }
    }
}

#[test]
fn every_input_of_a_deterministic_one_changes_it() {
    let keyring = keyring("new");
    let content = || content(EncryptionType::Deterministic);
    let text = sealed(keyring, &content());
    assert_eq!(text, sealed(keyring, &content()));
    for other in [
        Ciphertext { scope: "cards".to_owned(), ..content() },
        Ciphertext { tenant: Some("acme".to_owned()), ..content() },
        Ciphertext { tenant: Some(String::new()), ..content() },
        Ciphertext { canonical: "{}".to_owned(), ..content() },
    ] {
        assert_ne!(text, sealed(keyring, &other));
    }
    let mut fresh = Fresh::fill(0).unwrap();
    let mut envelopes = Envelopes::new(keyring);
    assert_ne!(text, content().seal(&mut envelopes, &mut fresh, "orders").unwrap());
    assert_ne!(text, sealed(super::samples::keyring("old"), &content()));
}

#[test]
fn a_deterministic_one_takes_no_nonce_of_the_run() {
    let keyring = keyring("new");
    let mut envelopes = Envelopes::new(keyring);
    let mut fresh = Fresh::given(vec![3; 24]).unwrap();
    content(EncryptionType::Deterministic).seal(&mut envelopes, &mut fresh, "customers").unwrap();
    assert_eq!(fresh.next_nonce().0, [3; 24]);
}

/// Whoever could make us seal a deterministic plaintext under a nonce of his choice would learn
/// when two are equal, and more: such a text does not open, though its tag is right.
#[test]
fn a_forged_nonce_is_refused() {
    let keyring = keyring("new");
    let bytes =
        Base64::decode_vec(&sealed(keyring, &content(EncryptionType::Deterministic))).unwrap();
    let own: [u8; 24] = *bytes[9..].first_chunk().unwrap();
    let mut plaintext = vec![2, 0];
    plaintext.extend_from_slice(b"\x07default\0");
    plaintext.extend_from_slice(DATA.as_bytes());
    let forge = |nonce| {
        let mut forged = vec![1];
        let mut envelopes = Envelopes::new(keyring);
        envelopes.seal(&Nonce(nonce), ASSOCIATED_DATA, &plaintext, &mut forged).unwrap();
        Base64::encode_string(&forged)
    };
    assert_eq!(forge(own), Base64::encode_string(&bytes));
    assert!(opened(&forge(own)).is_ok());
    for byte in 0..24 {
        let mut other = own;
        other[byte] ^= 1;
        assert!(opened(&forge(other)).is_err());
    }
}

#[test]
fn a_ciphertext_belongs_to_its_collection_and_its_keyring() {
    let foreign: Vec<u8> = [7, 8].into_iter().flat_map(|byte| [byte; 32]).collect();
    let foreign = Keyring::derive("new", &["new"], &foreign).unwrap();
    for encryption_type in BOTH {
        let text = sealed(keyring("old"), &content(encryption_type));
        assert!(opened(&text).is_ok());
        let keyring = keyring("new");
        assert!(Ciphertext::open(&mut Envelopes::new(keyring), &text, "orders").is_err());
        assert!(Ciphertext::open(&mut Envelopes::new(&foreign), &text, "customers").is_err());
    }
}

#[test]
fn base64_is_read_in_four_forms_and_no_other() {
    // Until it has characters of both alphabets, and two bytes too many for a whole block.
    let (bytes, text) = loop {
        let text = sealed(
            keyring("new"),
            &Ciphertext { canonical: format!("{DATA} "), ..content(EncryptionType::Randomized) },
        );
        if text.contains('+') && text.contains('/') {
            break (Base64::decode_vec(&text).unwrap(), text);
        }
    };
    assert!(text.ends_with('='), "{}", bytes.len() % 3);
    for form in [
        text.clone(),
        Base64Unpadded::encode_string(&bytes),
        Base64Url::encode_string(&bytes),
        Base64UrlUnpadded::encode_string(&bytes),
    ] {
        assert!(opened(&form).is_ok(), "{form}");
    }
    let unpadded = text.trim_end_matches('=');
    let (kept, last) = unpadded.split_at(unpadded.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    for form in [
        String::new(),
        "=".to_owned(),
        text.replacen('+', "-", 1),
        format!(" {text}"),
        format!("{text}\n"),
        format!("{text}="),
        format!("{unpadded}==="),
        format!("{kept}{next}"),
        text.replacen('A', "\u{c1}", 1) + "\u{c1}",
    ] {
        assert!(opened(&form).is_err(), "{form}");
    }
}
