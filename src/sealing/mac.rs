//! HMAC-SHA-256 and HKDF-SHA-256.

use core::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::TooLong;

/// A keyed HMAC-SHA-256. A clone starts from the key; each wipes itself on drop.
#[derive(Clone)]
pub struct Mac(Hmac<Sha256>);

impl Mac {
    /// Takes the key, once for any number of messages.
    #[inline(never)]
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC takes a key of the hash's block length; a shorter one is filled up with zeros.
        let mut block = zeroize::Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(Hmac::new(&(*block).into()))
    }

    /// Adds to the message.
    #[inline(never)]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The whole digest.
    #[inline(never)]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// Shows nothing of the key.
impl fmt::Debug for Mac {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mac(..)")
    }
}

/// HKDF-SHA-256 without a salt.
///
/// # Errors
/// [`TooLong`] for more than 255 times 32 bytes of output.
pub fn derive_key(secret: &[u8], info: &[u8], output: &mut [u8]) -> Result<(), TooLong> {
    Hkdf::<Sha256>::new(None, secret).expand(info, output).map_err(|_| TooLong)
}
