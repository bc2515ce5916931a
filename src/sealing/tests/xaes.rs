//! XAES-256-GCM: the vectors of its specification, and the same bytes as the crate `xaes-256-gcm`.
//! The specification's accumulated vector needs SHAKE128: `tests/format/xaes.test.js` has it.

use proptest::prelude::*;
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{Aead, KeyInit, Payload};

use super::hex;
use crate::sealing::xaes::Xaes;

fn seal(key: &[u8; 32], nonce: &[u8; 24], associated_data: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let (prefix, suffix) = (nonce.first_chunk().unwrap(), nonce.last_chunk().unwrap());
    let mut sealed = plaintext.to_vec();
    let tag = Xaes::new(key).derive(prefix).seal(suffix, associated_data, &mut sealed).unwrap();
    sealed.extend_from_slice(&tag);
    sealed
}

fn open(
    key: &[u8; 32],
    nonce: &[u8; 24],
    associated_data: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let (prefix, suffix) = (nonce.first_chunk().unwrap(), nonce.last_chunk().unwrap());
    let (ciphertext, tag) = sealed.split_last_chunk().unwrap();
    let mut plaintext = ciphertext.to_vec();
    let opened = Xaes::new(key).derive(prefix).open(suffix, associated_data, &mut plaintext, tag);
    opened.ok().map(|()| plaintext)
}

/// In the first the top bit of the block that is doubled is 0, in the second 1.
#[test]
fn the_vectors_of_the_specification() {
    for (key, associated_data, sealed) in [
        (1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ] {
        let (key, nonce) = ([key; 32], b"ABCDEFGHIJKLMNOPQRSTUVWX");
        let ours = seal(&key, nonce, associated_data.as_bytes(), b"XAES-256-GCM");
        assert_eq!(hex::encode(&ours), sealed);
        let opened = open(&key, nonce, associated_data.as_bytes(), &ours);
        assert_eq!(opened.unwrap(), b"XAES-256-GCM");
    }
}

proptest! {
    #[test]
    fn the_same_bytes_as_the_crate(
        key: [u8; 32],
        nonce: [u8; 24],
        associated_data: Vec<u8>,
        plaintext in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let crate_cipher = Xaes256Gcm::new(&key.into());
        let payload = Payload { msg: &plaintext, aad: &associated_data };
        let theirs = crate_cipher.encrypt(&nonce.into(), payload).unwrap();
        let ours = seal(&key, &nonce, &associated_data, &plaintext);
        prop_assert_eq!(&ours, &theirs);
        let opened = open(&key, &nonce, &associated_data, &theirs);
        prop_assert_eq!(opened, Some(plaintext));
        prop_assert_eq!(open(&key, &nonce, &[&associated_data, b"!".as_slice()].concat(), &ours), None);
    }

    #[test]
    fn one_flipped_bit_does_not_open(
        key: [u8; 32],
        nonce: [u8; 24],
        plaintext in prop::collection::vec(any::<u8>(), 0..100),
        position: prop::sample::Index,
        bit in 0..8_u8,
    ) {
        let mut sealed = seal(&key, &nonce, b"", &plaintext);
        let position = position.index(sealed.len());
        sealed[position] ^= 1 << bit;
        prop_assert_eq!(open(&key, &nonce, b"", &sealed), None);
    }
}
