//! The constants of the sealed formats (`docs/format.md`).

/// The version of every sealed format; the first byte of each, and part of what is authenticated.
pub(crate) const FORMAT: u8 = 1;

/// What a sealed part is; authenticated, so no part can stand in for another kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Head = 1,
    Body = 2,
    Transaction = 3,
    Ciphertext = 4,
}

/// Bytes of a data key's ID.
pub(crate) const KEY_ID_LENGTH: usize = 8;
/// Bytes of a nonce.
pub(crate) const NONCE_LENGTH: usize = 24;
/// Bytes of the first half of a nonce, which chooses the derived key.
pub(crate) const PREFIX_LENGTH: usize = 12;
/// Bytes of a tag.
pub(crate) const TAG_LENGTH: usize = 16;

/// Bytes that a part has beyond its plaintext.
pub(crate) const OVERHEAD: usize = KEY_ID_LENGTH + NONCE_LENGTH + TAG_LENGTH;

/// Heads are padded to a multiple of this: AES in software seals four blocks in the time of one, and
/// the store learns less from a head's length.
pub(crate) const HEAD_PADDING: usize = 64;

/// Bytes from outside that are not what they should be; which check failed is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unopened;
