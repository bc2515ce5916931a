//! Reads an input from its front. What is missing is zero: every input means something.

use vaultlet::host::{Label, Millis};

pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// So many bytes, or as many as are left.
    pub(super) fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        self.take(self.0.len())
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let taken = self.take(N);
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    pub(super) fn u8(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    pub(super) fn millis(&mut self) -> Millis {
        Millis::from_be_bytes(self.array())
    }

    pub(super) fn label(&mut self) -> Label {
        Label::from_bytes(&self.array::<{ Label::LENGTH }>()).unwrap()
    }

    /// A place in something so long; 0 where it is empty.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::from(self.u16()).checked_rem(length).unwrap_or(0)
    }
}
