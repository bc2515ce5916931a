//! Sealing: keys, the blind index, and the sealed formats. The only files that name a crypto crate.
//!
//! `docs/format.md` gives every byte; `tests/vectors/` holds them frozen.
//!
//! | module | what it is for |
//! |---|---|
//! | `format` | the constants of the formats |
//! | `codec` | the binary encoding inside sealed parts |
//! | `mac`, `xaes` | HMAC, HKDF and XAES-256-GCM, from RustCrypto's crates |
//! | `fresh` | randomness: nonces, new IDs and row keys |
//! | `blind` | terms, claims and derived IDs |
//! | `keyring` | which key seals, which keys open |
//! | `envelope` | one sealed part |
//! | `head`, `transaction_record` | what is inside the first part of a row |
//! | `row`, `ciphertext` | the sealed formats as a whole |

pub(crate) mod blind;
pub(crate) mod ciphertext;
pub(crate) mod codec;
pub(crate) mod envelope;
pub(crate) mod format;
pub(crate) mod fresh;
pub(crate) mod head;
pub(crate) mod keyring;
pub(crate) mod mac;
pub(crate) mod row;
pub(crate) mod transaction_record;
pub(crate) mod xaes;

#[cfg(test)]
mod tests;
