//! HMAC-SHA-256 and HKDF-SHA-256: RustCrypto's, in the shapes that sealing needs.
//!
//! Not in the crate of the ciphers: SHA-256 itself is compiled for speed, and there is little around
//! it.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Error;

/// A keyed HMAC-SHA-256. A clone starts from the key; each wipes itself on drop.
#[derive(Clone)]
pub(super) struct Mac(Hmac<Sha256>);

impl Mac {
    /// Takes the key, once for any number of messages.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // HMAC takes a key of the hash's block length; a shorter one is filled up with zeros.
        let mut block = Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(Hmac::new(&(*block).into()))
    }

    /// Adds to the message.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The whole digest.
    pub(super) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// HKDF-SHA-256 without a salt.
pub(super) fn derive_key(secret: &[u8], info: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let derived = Hkdf::<Sha256>::new(None, secret).expand(info, output);
    derived.map_err(|_| Error::internal("a key could not be derived"))
}
