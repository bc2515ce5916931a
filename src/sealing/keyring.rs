//! The keyring: which key seals, which keys open, and the key of the blind index.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::sealing::blind::BlindIndex;
use crate::sealing::format::{KEY_ID_LENGTH, NONCE_LENGTH};
use crate::sealing::mac::{Mac, derive_key};
use crate::sealing::xaes::Xaes;

const SECRET_LENGTH: usize = 32;

/// Eight bytes that say which data key sealed a part.
pub(crate) type KeyId = [u8; KEY_ID_LENGTH];

/// One data key, ready to use.
pub(crate) struct DataKey {
    pub(crate) id: KeyId,
    pub(crate) xaes: Xaes,
    /// Makes the nonce of a deterministic ciphertext from what it seals.
    synthetic_nonce: Mac,
}

impl DataKey {
    fn derive(secret: &[u8]) -> Result<Self, Error> {
        let mut derived = Zeroizing::new([0; 32]);
        // The first bytes of HKDF's output are the same, however many are taken.
        derive_key(secret, b"vaultlet 1 key id", &mut derived)?;
        let id = derived.first_chunk().copied().unwrap_or_default();
        derive_key(secret, b"vaultlet 1 xaes-256-gcm", &mut derived)?;
        let xaes = Xaes::new(&derived);
        derive_key(secret, b"vaultlet 1 synthetic nonce", &mut derived)?;
        Ok(Self { id, xaes, synthetic_nonce: Mac::new(&derived)? })
    }

    /// The first 24 bytes of HMAC-SHA-256 over the length-prefixed associated data and plaintext.
    pub(crate) fn derive_nonce(
        &self,
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> [u8; NONCE_LENGTH] {
        let mut mac = self.synthetic_nonce.clone();
        for part in [associated_data, plaintext] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finish().first_chunk().copied().unwrap_or_default()
    }
}

/// All keys of a vault. It is never printed and wipes itself on drop.
pub(crate) struct Keyring {
    primary: DataKey,
    others: Vec<DataKey>,
    index: BlindIndex,
}

impl Keyring {
    /// `names` are those of the data keys, in the order of their secrets; `secrets` is the index
    /// secret and then each data secret, 32 bytes each.
    pub(crate) fn derive(primary: &str, names: &[&str], secrets: &[u8]) -> Result<Self, Error> {
        let (secrets, rest) = secrets.as_chunks::<SECRET_LENGTH>();
        if !rest.is_empty() || secrets.len() != names.len() + 1 {
            return Err(configuration("keys", "must be 32 bytes each"));
        }
        refuse_equal(names, secrets)?;
        let Some((index, data)) = secrets.split_first() else {
            return Err(configuration("keys.index", "is missing"));
        };
        let mut index_key = Zeroizing::new([0; 32]);
        derive_key(index, b"vaultlet 1 blind index", &mut index_key)?;

        let mut first = None;
        let mut others: Vec<DataKey> = Vec::new();
        for (name, secret) in names.iter().zip(data) {
            let key = DataKey::derive(secret)?;
            if others.iter().chain(&first).any(|other| other.id == key.id) {
                return Err(configuration(
                    format!("keys.data.{name}"),
                    "has the key ID of another key",
                ));
            }
            if *name == primary {
                first = Some(key);
            } else {
                others.push(key);
            }
        }
        let primary =
            first.ok_or_else(|| configuration("keys.primary", "names no key of `keys.data`"))?;
        Ok(Self { primary, others, index: BlindIndex::new(Mac::new(&index_key)?) })
    }

    /// The key that seals.
    pub(crate) fn primary(&self) -> &DataKey {
        &self.primary
    }

    /// The one key with this ID, if the keyring has it.
    pub(crate) fn by_id(&self, id: &KeyId) -> Option<&DataKey> {
        std::iter::once(&self.primary).chain(&self.others).find(|key| key.id == *id)
    }

    /// The blind index.
    pub(crate) fn index(&self) -> &BlindIndex {
        &self.index
    }
}

/// Shows nothing of the keys.
impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keyring(..)")
    }
}

fn refuse_equal(names: &[&str], secrets: &[[u8; SECRET_LENGTH]]) -> Result<(), Error> {
    // The first secret is that of the index.
    for (before, (name, secret)) in (1..).zip(names.iter().zip(secrets.iter().skip(1))) {
        if secrets.iter().take(before).any(|earlier| bool::from(earlier.ct_eq(secret))) {
            let place = format!("keys.data.{name}");
            return Err(configuration(place, "is the same secret as another key"));
        }
    }
    Ok(())
}

fn configuration(place: impl Into<String>, problem: &'static str) -> Error {
    ErrorKind::Configuration { place: place.into(), problem: problem.into() }.into()
}
