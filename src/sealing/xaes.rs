//! XAES-256-GCM (C2SP), composed over `aes` and `aes-gcm` so that a batch keeps its derived key:
//! the crate `xaes-256-gcm` derives it anew for every message, which costs as much as sealing.
//! The tests hold this to the specification's vectors and to that crate, byte for byte.

use std::fmt;

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::AeadInOut;
use zeroize::Zeroizing;

use crate::sealing::format::{PREFIX_LENGTH, TAG_LENGTH, Unopened};

const KEY_LENGTH: usize = 32;

/// The first half of a nonce: chooses the derived key.
pub(crate) type Prefix = [u8; PREFIX_LENGTH];

/// An XAES key: derives the AES-256-GCM key of each nonce prefix.
pub(crate) struct Xaes {
    aes: Aes256,
    /// K1 of the specification: the CMAC subkey.
    subkey: Zeroizing<[u8; 16]>,
}

impl Xaes {
    /// Takes the key, once for any number of nonces.
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        let aes = Aes256::new(key.into());
        let mut subkey = Zeroizing::new([0; 16]);
        aes.encrypt_block((&mut *subkey).into());
        // Doubling in GF(2^128), without a branch on the secret's top bit.
        let mut carry = 0;
        for byte in subkey.iter_mut().rev() {
            let top = *byte >> 7;
            *byte = *byte << 1 | carry;
            carry = top;
        }
        let [.., last] = &mut *subkey;
        *last ^= carry * 0b1000_0111;
        Self { aes, subkey }
    }

    /// The key for the nonces that begin so.
    pub(crate) fn derive(&self, prefix: &Prefix) -> DerivedKey {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        let (blocks, _) = key.as_chunks_mut();
        for (counter, block) in (1..).zip(&mut *blocks) {
            // The message `0, counter, "X", 0, prefix`, under the subkey.
            *block = *self.subkey;
            let [_, second, third, _, rest @ ..] = block;
            *second ^= counter;
            *third ^= b'X';
            for (byte, prefix) in rest.iter_mut().zip(prefix) {
                *byte ^= prefix;
            }
        }
        self.aes.encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
        DerivedKey::new(&key)
    }
}

/// The AES-256-GCM key of one nonce prefix. Wiped on drop, as `aes-gcm` does.
pub(crate) struct DerivedKey(Aes256Gcm);

impl DerivedKey {
    /// An AES-256-GCM key.
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals `buffer` in place and answers the tag. `suffix` is the second half of the nonce. Fails for
    /// more bytes than AES-GCM takes: 64 GiB.
    pub(crate) fn seal(
        &self,
        suffix: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH], Unopened> {
        self.0
            .encrypt_inout_detached(suffix.into(), associated_data, buffer.into())
            .map(Into::into)
            .map_err(|_| Unopened)
    }

    /// Opens `buffer` in place; on failure its bytes mean nothing.
    pub(crate) fn open(
        &self,
        suffix: &[u8; 12],
        associated_data: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Unopened> {
        self.0
            .decrypt_inout_detached(suffix.into(), associated_data, buffer.into(), tag.into())
            .map_err(|_| Unopened)
    }
}

/// Shows nothing of the key.
impl fmt::Debug for Xaes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Xaes(..)")
    }
}

/// Shows nothing of the key.
impl fmt::Debug for DerivedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DerivedKey(..)")
    }
}
