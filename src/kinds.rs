//! The types of tokens and of ciphertexts, as the API spells them and as sealed parts number them.

use serde::Deserialize;
use strum::{FromRepr, IntoStaticStr};

/// The types of tokens that need no stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRepr, IntoStaticStr)]
#[cfg_attr(test, derive(strum::EnumString))]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub(crate) enum TokenType {
    /// One ID for equal data in one scope.
    Pci = 0,
    /// The same, keeping no data.
    PciOneway = 1,
    /// A new ID each time.
    Randomized = 2,
    /// The ID is derived from the data.
    Deterministic = 3,
}

/// Whether equal data gives equal ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, FromRepr, IntoStaticStr)]
#[serde(variant_identifier, rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub(crate) enum EncryptionType {
    /// Never.
    Randomized = 1,
    /// In one collection, tenant and scope, under one primary key: always.
    Deterministic = 2,
}

impl TokenType {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

impl EncryptionType {
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}
