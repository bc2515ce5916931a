//! The binary encoding inside sealed parts: big-endian times, counts in groups of seven bits, and
//! texts with their length. Short on purpose: what it saves is not encrypted and not authenticated,
//! and that is where the time of a rotation goes.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::Unopened;
use crate::error::Error;
use crate::host::{Label, Millis};

/// Writes a plaintext; the buffer is wiped when it is dropped.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(256)))
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn time(&mut self, value: Millis) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn label(&mut self, label: &Label) {
        self.0.extend_from_slice(label.as_bytes());
    }

    /// Bytes whose number the reader knows.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A count or length of at most 2^32 − 1, least significant group first; every byte but the last
    /// has its top bit set.
    #[expect(clippy::cast_possible_truncation, reason = "seven bits")]
    pub(super) fn count(&mut self, count: usize) -> Result<(), Error> {
        let mut rest =
            u32::try_from(count).map_err(|_| Error::internal("a count is too large to seal"))?;
        while rest > 127 {
            self.0.push((rest & 127) as u8 | 128);
            rest >>= 7;
        }
        self.0.push(rest as u8);
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        self.count(text.len())?;
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Fills up with zeros to a multiple of so many bytes.
    pub(super) fn pad(&mut self, multiple: usize) {
        let padded = self.0.len().next_multiple_of(multiple);
        self.0.resize(padded, 0);
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Reads a plaintext that was authenticated; it still trusts no length in it.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Unopened> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Unopened)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Unopened> {
        self.take(N)?.try_into().map_err(|_| Unopened)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Unopened> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn time(&mut self) -> Result<Millis, Unopened> {
        self.array().map(Millis::from_be_bytes)
    }

    pub(super) fn label(&mut self) -> Result<Label, Unopened> {
        Label::from_bytes(self.take(Label::LENGTH)?).ok_or(Unopened)
    }

    pub(super) fn count(&mut self) -> Result<usize, Unopened> {
        let mut count: u64 = 0;
        for group in 0..5 {
            let byte = self.u8()?;
            count |= u64::from(byte & 127) << (7 * group);
            if byte < 128 {
                // One number has one spelling, in every build.
                let overlong = byte == 0 && group > 0;
                let count = u32::try_from(count).ok().filter(|_| !overlong).ok_or(Unopened)?;
                return usize::try_from(count).map_err(|_| Unopened);
            }
        }
        Err(Unopened)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Unopened> {
        let length = self.count()?;
        core::str::from_utf8(self.take(length)?).map_err(|_| Unopened)
    }

    /// A list of so many items as its count says; the count alone reserves nothing.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Unopened>,
    ) -> Result<Vec<T>, Unopened> {
        let mut items = Vec::new();
        for _ in 0..self.count()? {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Everything that is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Refuses bytes that nobody read, but for less than so many zeros.
    pub(super) fn finish_padded(self, multiple: usize) -> Result<(), Unopened> {
        let padding = self.0.len() < multiple && self.0.iter().all(|byte| *byte == 0);
        if padding { Ok(()) } else { Err(Unopened) }
    }

    /// Refuses bytes that nobody read.
    pub(super) fn finish(self) -> Result<(), Unopened> {
        if self.0.is_empty() { Ok(()) } else { Err(Unopened) }
    }
}
