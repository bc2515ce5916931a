//! One sealed part: key ID, nonce, ciphertext and tag.

use crate::error::Error;
use crate::sealing::codec::Writer;
use crate::sealing::format::{FORMAT, OVERHEAD, Purpose, TAG_LENGTH, Unopened};
use crate::sealing::fresh::Nonce;
use crate::sealing::keyring::{DataKey, KeyId, Keyring};
use crate::sealing::xaes::{DerivedKey, Prefix};

impl Purpose {
    /// What is authenticated with a part that is bound to its collection and to nothing else.
    pub(crate) fn associated_data(self, collection: &str) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&[FORMAT, self as u8]);
        writer.text(collection);
        writer.finish()
    }
}

/// Seals and opens parts, keeping the last derived key: the parts of one batch share it.
pub(crate) struct Envelopes<'a> {
    keyring: &'a Keyring,
    last: Option<(KeyId, Prefix, DerivedKey)>,
}

impl<'a> Envelopes<'a> {
    pub(crate) fn new(keyring: &'a Keyring) -> Self {
        Self { keyring, last: None }
    }

    pub(crate) fn keyring(&self) -> &'a Keyring {
        self.keyring
    }

    /// Seals under the primary key, appending the part to `out`.
    pub(crate) fn seal(
        &mut self,
        nonce: &Nonce,
        associated_data: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // The codec's counts have 32 bits; none in so many bytes is more.
        if [associated_data, plaintext].iter().any(|bytes| u32::try_from(bytes.len()).is_err()) {
            return Err(sealing_failed());
        }
        let key = self.keyring.primary();
        out.reserve(plaintext.len() + OVERHEAD);
        out.extend_from_slice(&key.id);
        out.extend_from_slice(&nonce.0);
        let start = out.len();
        out.extend_from_slice(plaintext);
        let (prefix, suffix) = nonce.halves();
        let buffer = out.get_mut(start..).ok_or_else(sealing_failed)?;
        let tag = self
            .derived(key, prefix)
            .seal(suffix, associated_data, buffer)
            .map_err(|_| sealing_failed())?;
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens a part with the one key it names.
    pub(crate) fn open(
        &mut self,
        part: &Part<'_>,
        associated_data: &[u8],
    ) -> Result<Vec<u8>, Unopened> {
        let key = self.keyring.by_id(&part.key_id).ok_or(Unopened)?;
        let (prefix, suffix) = part.nonce.halves();
        let mut plaintext = part.ciphertext.to_vec();
        self.derived(key, prefix).open(suffix, associated_data, &mut plaintext, part.tag)?;
        Ok(plaintext)
    }

    fn derived(&mut self, key: &DataKey, prefix: &Prefix) -> &DerivedKey {
        if self.last.as_ref().is_some_and(|(id, last, _)| *id != key.id || last != prefix) {
            self.last = None;
        }
        let derive = || (key.id, *prefix, key.xaes.derive(prefix));
        let (_, _, derived) = self.last.get_or_insert_with(derive);
        derived
    }
}

fn sealing_failed() -> Error {
    Error::internal("a part could not be sealed")
}

/// A sealed part, split.
pub(crate) struct Part<'a> {
    pub(crate) key_id: KeyId,
    pub(crate) nonce: Nonce,
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl<'a> Part<'a> {
    pub(crate) fn split(bytes: &'a [u8]) -> Result<Self, Unopened> {
        let (key_id, rest) = bytes.split_first_chunk().ok_or(Unopened)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(Unopened)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(Unopened)?;
        Ok(Self { key_id: *key_id, nonce: Nonce(*nonce), ciphertext, tag })
    }

    /// Key ID, nonce and tag: what stands for the part in another's associated data.
    pub(crate) fn identity(&self) -> [&[u8]; 3] {
        [&self.key_id, &self.nonce.0, self.tag]
    }
}
