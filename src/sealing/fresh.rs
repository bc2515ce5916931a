//! Fresh randomness: one fill for each pass of a write, never used for a second pass.
//!
//! One call for each token would cost more than sealing it.

use std::cell::RefCell;
use std::fmt;

use uuid::Builder;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::label::{Label, LabelHasher};
use crate::sealing::format::{NONCE_LENGTH, PREFIX_LENGTH};
use crate::sealing::xaes::Prefix;

/// A nonce of XAES-256-GCM: prefix and counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Nonce(pub(crate) [u8; NONCE_LENGTH]);

impl Nonce {
    /// The half that chooses the derived key, and the half that AES-GCM takes.
    pub(crate) fn halves(&self) -> (&Prefix, &[u8; 12]) {
        let prefix = self.0.first_chunk().unwrap_or(&[0; PREFIX_LENGTH]);
        (prefix, self.0.last_chunk().unwrap_or(&[0; 12]))
    }

    /// Steps to the next nonce: the last 12 bytes count up, and never carry into the first 12.
    fn step(&mut self) {
        for byte in self.0.iter_mut().skip(PREFIX_LENGTH).rev() {
            let (next, carried) = byte.overflowing_add(1);
            *byte = next;
            if !carried {
                break;
            }
        }
    }
}

/// The randomness of one pass: a run of nonces, and blocks for new IDs and row keys.
pub(crate) struct Fresh {
    nonce: Nonce,
    blocks: Zeroizing<Vec<u8>>,
    taken: usize,
}

impl Fresh {
    const BLOCK: usize = 16;

    /// One call to the platform for the nonces and so many new IDs and keys.
    pub(crate) fn fill(blocks: usize) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new(vec![0; NONCE_LENGTH + blocks * Self::BLOCK]);
        fill(&mut bytes)?;
        Self::from_bytes(bytes)
    }

    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        let Some(nonce) = bytes.first_chunk() else { return Err(ErrorKind::Randomness.into()) };
        Ok(Self { nonce: Nonce(*nonce), blocks: bytes, taken: NONCE_LENGTH })
    }

    /// The nonce of the next part sealed.
    pub(crate) fn next_nonce(&mut self) -> Nonce {
        let nonce = self.nonce;
        self.nonce.step();
        nonce
    }

    /// A new random token ID: a version 4 UUID.
    pub(crate) fn make_token_id(&mut self) -> Result<String, Error> {
        self.next_block().map(uuid_v4)
    }

    /// The key of a new row.
    pub(crate) fn make_row_key(&mut self) -> Result<Label, Error> {
        self.next_block().map(|block| Label::encode(&block))
    }

    /// Two random numbers.
    pub(crate) fn make_numbers(&mut self) -> Result<[u32; 2], Error> {
        let [a, b, c, d, e, f, g, h, ..] = self.next_block()?;
        Ok([u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])])
    }

    fn next_block(&mut self) -> Result<[u8; Self::BLOCK], Error> {
        let Some(block) = self.blocks.get(self.taken..).and_then(<[u8]>::first_chunk) else {
            return Err(Error::internal("a pass used more randomness than it drew"));
        };
        self.taken += Self::BLOCK;
        Ok(*block)
    }
}

/// The IDs of audit events: drawn ahead, for on Node a call to the platform costs as much as a seventh of
/// an operation on one token. Unlike nonces they may be: two that are alike would seal nothing.
#[derive(Default)]
pub(crate) struct EventIds {
    ahead: RefCell<Vec<[u8; Self::LENGTH]>>,
}

impl EventIds {
    const LENGTH: usize = 16;
    const DRAWN: usize = 64;

    /// A version 4 UUID that no event has yet.
    pub(crate) fn make(&self) -> Result<String, Error> {
        let mut ahead = self.ahead.borrow_mut();
        if ahead.is_empty() {
            let mut bytes = [0; Self::DRAWN * Self::LENGTH];
            fill(&mut bytes)?;
            ahead.extend_from_slice(bytes.as_chunks().0);
        }
        let id = ahead.pop().ok_or(ErrorKind::Randomness)?;
        Ok(uuid_v4(id))
    }
}

/// Shows none of the IDs to come.
impl fmt::Debug for EventIds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EventIds(..)")
    }
}

/// The secret key of the maps of labels.
pub(crate) fn make_label_hasher() -> Result<LabelHasher, Error> {
    let mut key = [0; 16];
    fill(&mut key)?;
    Ok(LabelHasher::keyed(key))
}

/// How long to wait for others: 1 to so many milliseconds. It is no part of a pass's randomness.
pub(crate) fn make_wait(most: u64) -> Result<u64, Error> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok(1 + u64::from_le_bytes(bytes) % most.max(1))
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| ErrorKind::Randomness.into())
}

fn uuid_v4(bytes: [u8; 16]) -> String {
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
impl Fresh {
    /// Given bytes instead of random ones: for the frozen vectors.
    pub(crate) fn given(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::from_bytes(Zeroizing::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::{Error, make_label_hasher};

    #[test]
    fn each_map_of_labels_has_a_key_of_its_own() -> Result<(), Error> {
        let (one, other) = (make_label_hasher()?, make_label_hasher()?);
        assert_ne!(
            one.hash_one("AAAAAAAAAAAAAAAAAAAAAA"),
            other.hash_one("AAAAAAAAAAAAAAAAAAAAAA")
        );
        Ok(())
    }
}
