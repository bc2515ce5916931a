//! Sealing: keys, the blind index, and the sealed formats. The only files that name a crypto crate.
//!
//! `docs/format.md` gives every byte; `tests/vectors/` holds them frozen.

mod blind;
mod ciphertext;
mod codec;
mod envelope;
mod fresh;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod head;
mod keyring;
mod mac;
mod row;
mod transaction_record;
mod uuid_text;

use alloc::vec::Vec;

use vaultlet_primitives::xaes;
use zeroize::Zeroizing;

pub(crate) use vaultlet_primitives::Unopened;

pub(crate) use blind::BlindIndex;
pub(crate) use ciphertext::{Ciphertext, EncryptionType};
pub(crate) use envelope::Envelopes;
pub(crate) use fresh::{Fresh, make_event_id};
pub(crate) use head::{Head, TokenType};
pub(crate) use keyring::Keyring;
pub(crate) use row::{
    Body, open_body, open_head, open_transaction, seal_token, seal_transaction, unsealed_row,
};
pub(crate) use transaction_record::TransactionRecord;
pub(crate) use uuid_text::has_version_8;

/// The version of every sealed format; the first byte of each, and part of what is authenticated.
const FORMAT: u8 = 1;

/// What a sealed part is; authenticated, so no part can stand in for another kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Head = 1,
    Body = 2,
    Transaction = 3,
    Ciphertext = 4,
}

impl Purpose {
    /// What is authenticated with a part that is bound to its collection and to nothing else.
    fn associated_data(self, collection: &str) -> Zeroizing<Vec<u8>> {
        let mut writer = codec::Writer::new();
        writer.raw(&[FORMAT, self as u8]);
        writer.text(collection);
        writer.finish()
    }
}

#[cfg(test)]
mod tests;
