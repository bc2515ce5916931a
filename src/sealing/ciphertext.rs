//! Ciphertexts that callers keep: one sealed part that carries its own scope, tenant, tags and
//! expiry, bound to its collection.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::host::Millis;
use crate::kinds::EncryptionType;
use crate::sealing::codec::{Reader, Writer};
use crate::sealing::envelope::{Envelopes, Part};
use crate::sealing::format::{FORMAT, Purpose, Unopened};
use crate::sealing::fresh::{Fresh, Nonce};

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
    pub(crate) canonical: String,
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
        Ok(Base64::encode_string(&bytes))
    }

    /// Opens what [`Ciphertext::seal`] made for this collection, in standard or URL-safe base64,
    /// with or without padding.
    pub(crate) fn open(
        envelopes: &mut Envelopes<'_>,
        text: &str,
        collection: &str,
    ) -> Result<Self, Unopened> {
        let bytes = decode_base64(text).ok_or(Unopened)?;
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

    fn encode(&self) -> Vec<u8> {
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
        let encryption_type = EncryptionType::from_repr(reader.u8()).ok_or(Unopened)?;
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
            canonical: reader.rest().to_owned(),
        };
        reader.finish()?;
        Ok(ciphertext)
    }
}

/// Text in either alphabet, and not in both at once, with padding or without.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let decoded = match (text.contains(['-', '_']), text.contains('=')) {
        (false, false) => Base64Unpadded::decode_vec(text),
        (false, true) => Base64::decode_vec(text),
        (true, false) => Base64UrlUnpadded::decode_vec(text),
        (true, true) => Base64Url::decode_vec(text),
    };
    decoded.ok()
}
