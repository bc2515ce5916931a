//! HMAC-SHA-256 and HKDF-SHA-256: RustCrypto's, in the shapes that sealing needs.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::error::Error;

/// A keyed HMAC-SHA-256. A clone starts from the key; each wipes itself on drop.
#[derive(Clone)]
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    /// Takes the key, once for any number of messages.
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, Error> {
        let keyed = Hmac::new_from_slice(key);
        keyed.map(Self).map_err(|_| Error::internal("a key has no length of a key"))
    }

    /// Adds to the message.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The whole digest.
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// HKDF-SHA-256 without a salt.
pub(crate) fn derive_key(secret: &[u8], info: &[u8], output: &mut [u8; 32]) -> Result<(), Error> {
    let derived = Hkdf::<Sha256>::new(None, secret).expand(info, output);
    derived.map_err(|_| Error::internal("a key could not be derived"))
}
