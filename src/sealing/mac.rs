//! HMAC-SHA-256 and HKDF-SHA-256: RustCrypto's, in the shapes that sealing needs.
//!
//! Not in the crate of the ciphers, which is compiled for speed: around SHA-256, a dependency of its
//! own, there is little.

use hkdf::{GenericHkdf, HmacImpl};
use hmac::Hmac;
use sha2::Sha256;
use sha2::digest::{Output, OutputSizeUser};

use crate::error::Error;

/// A keyed HMAC-SHA-256. A clone starts from the key; each wipes itself on drop.
#[derive(Clone)]
pub(super) struct Mac(Hmac<Sha256>);

impl Mac {
    /// Takes the key, once for any number of messages.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self::new_from_slice(key)
    }

    /// Adds to the message.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The whole digest.
    pub(super) fn finish(self) -> [u8; 32] {
        self.finalize().into()
    }
}

impl OutputSizeUser for Mac {
    type OutputSize = <Sha256 as OutputSizeUser>::OutputSize;
}

/// For HKDF, so that it calls these functions: with [`Hmac`] itself it has a copy of each.
impl HmacImpl for Mac {
    #[inline(never)]
    fn new_from_slice(key: &[u8]) -> Self {
        Self(HmacImpl::new_from_slice(key))
    }

    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    #[inline(never)]
    fn finalize(self) -> Output<Self> {
        self.0.finalize()
    }
}

/// HKDF-SHA-256 without a salt. One length only: the error cannot occur, and the compiler sees it.
#[inline(never)]
pub(super) fn derive_key(secret: &[u8], info: &[u8], output: &mut [u8; 32]) -> Result<(), Error> {
    let derived = GenericHkdf::<Mac>::new(None, secret).expand(info, output);
    derived.map_err(|_| Error::internal("a key could not be derived"))
}
