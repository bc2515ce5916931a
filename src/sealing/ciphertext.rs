//! Ciphertexts that callers keep: one sealed part that carries its own scope, tenant, tags and
//! expiry, bound to its collection.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::codec::{Reader, Writer};
use super::envelope::{Envelopes, Part};
use super::fresh::{Fresh, Nonce};
use super::{FORMAT, Purpose, Unopened};
use crate::base64;
use crate::error::Error;
use crate::host::Millis;

/// Whether equal data gives equal ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncryptionType {
    /// Never.
    Randomized = 1,
    /// In one collection, tenant and scope, under one primary key: always.
    Deterministic = 2,
}

impl EncryptionType {
    /// As the API spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Randomized => "randomized",
            Self::Deterministic => "deterministic",
        }
    }
}

const HAS_TENANT: u8 = 1;
const HAS_EXPIRY: u8 = 2;

/// What a ciphertext holds.
pub(crate) struct Ciphertext {
    pub(crate) encryption_type: EncryptionType,
    pub(crate) scope: String,
    pub(crate) tenant: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) expires_at: Option<Millis>,
    /// The data, as canonical JSON.
    pub(crate) canonical: Zeroizing<String>,
}

impl Ciphertext {
    /// Seals it, as standard base64.
    pub(crate) fn seal(
        &self,
        envelopes: &mut Envelopes<'_>,
        fresh: &mut Fresh,
        collection: &str,
    ) -> Result<String, Error> {
        let associated_data = Purpose::Ciphertext.associated_data(collection);
        let plaintext = self.encode();
        let nonce = match self.encryption_type {
            EncryptionType::Randomized => fresh.next_nonce(),
            EncryptionType::Deterministic => {
                Nonce(envelopes.keyring().primary().derive_nonce(&associated_data, &plaintext))
            }
        };
        let mut bytes = vec![FORMAT];
        envelopes.seal(&nonce, &associated_data, &plaintext, &mut bytes)?;
        Ok(base64::encode_standard(&bytes))
    }

    /// Opens what [`Ciphertext::seal`] made for this collection, in standard or URL-safe base64,
    /// with or without padding.
    pub(crate) fn open(
        envelopes: &mut Envelopes<'_>,
        text: &str,
        collection: &str,
    ) -> Result<Self, Unopened> {
        let bytes = base64::decode_any(text).ok_or(Unopened)?;
        let (&[format], part) = bytes.split_first_chunk().ok_or(Unopened)?;
        if format != FORMAT {
            return Err(Unopened);
        }
        let part = Part::split(part)?;
        let associated_data = Purpose::Ciphertext.associated_data(collection);
        let plaintext = envelopes.open(&part, &associated_data)?;
        let ciphertext = Self::decode(&plaintext)?;
        if ciphertext.encryption_type == EncryptionType::Deterministic {
            let key = envelopes.keyring().by_id(&part.key_id).ok_or(Unopened)?;
            let nonce = key.derive_nonce(&associated_data, &plaintext);
            if !bool::from(nonce.ct_eq(&part.nonce.0)) {
                return Err(Unopened);
            }
        }
        Ok(ciphertext)
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::new();
        writer.u8(self.encryption_type as u8);
        let tenant = if self.tenant.is_some() { HAS_TENANT } else { 0 };
        let expiry = if self.expires_at.is_some() { HAS_EXPIRY } else { 0 };
        writer.u8(tenant | expiry);
        writer.text(&self.scope);
        if let Some(tenant) = &self.tenant {
            writer.text(tenant);
        }
        if let Some(time) = self.expires_at {
            writer.time(time);
        }
        writer.texts(&self.tags);
        writer.raw(self.canonical.as_bytes());
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, Unopened> {
        let mut reader = Reader::new(bytes);
        let encryption_type = match reader.u8() {
            1 => EncryptionType::Randomized,
            2 => EncryptionType::Deterministic,
            _ => return Err(Unopened),
        };
        let flags = reader.u8();
        let has = |flag| flags & flag != 0;
        if flags & !(HAS_TENANT | HAS_EXPIRY) != 0 {
            return Err(Unopened);
        }
        // In the order of the bytes.
        let ciphertext = Self {
            encryption_type,
            scope: reader.owned_text(),
            tenant: has(HAS_TENANT).then(|| reader.owned_text()),
            expires_at: has(HAS_EXPIRY).then(|| reader.time()),
            tags: reader.texts(),
            canonical: Zeroizing::new(reader.rest().to_owned()),
        };
        reader.finish()?;
        Ok(ciphertext)
    }
}
