//! The binary encoding inside sealed parts: big-endian times, counts in groups of seven bits, and
//! texts with their length. Short on purpose: what it saves is not encrypted and not authenticated,
//! and that is where the time of a rotation goes.

use crate::host::Millis;
use crate::label::Label;
use crate::sealing::format::Unopened;

/// Writes a plaintext.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(256))
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.raw(&[value]);
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.raw(&value.to_be_bytes());
    }

    pub(crate) fn time(&mut self, value: Millis) {
        self.u64(value.cast_unsigned());
    }

    pub(crate) fn label(&mut self, label: &Label) {
        self.raw(label.as_bytes());
    }

    /// Bytes whose number the reader knows.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A count or length, least significant group first; every byte but the last has its top bit set.
    /// One of more than 32 bits is not read again, and what has such a count is too long to seal.
    #[expect(clippy::cast_possible_truncation, reason = "seven bits")]
    pub(crate) fn count(&mut self, count: usize) {
        let mut rest = count;
        while rest > 127 {
            self.u8((rest & 127) as u8 | 128);
            rest >>= 7;
        }
        self.u8(rest as u8);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    /// Fills up with zeros to a multiple of so many bytes.
    pub(crate) fn pad(&mut self, multiple: usize) {
        let padded = self.0.len().next_multiple_of(multiple);
        self.0.resize(padded, 0);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a plaintext that was authenticated; it still trusts no length in it.
///
/// The first refusal ends the reading: nothing is left, so whatever is read after it is zero or
/// empty. It is told at the end, and what was read counts only then.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
    refused: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes, refused: false }
    }

    /// Notes that something is not what it should be.
    pub(crate) fn refuse(&mut self) {
        *self = Self { left: &[], refused: true };
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let Some((taken, rest)) = self.left.split_at_checked(length) else {
            self.refuse();
            return &[];
        };
        self.left = rest;
        taken
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }

    pub(crate) fn u8(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub(crate) fn time(&mut self) -> Millis {
        Millis::from_be_bytes(self.array())
    }

    pub(crate) fn label(&mut self) -> Label {
        Label::new(self.array())
    }

    pub(crate) fn count(&mut self) -> usize {
        let mut count: u64 = 0;
        for group in 0..5 {
            let byte = self.u8();
            count |= u64::from(byte & 127) << (7 * group);
            if byte < 128 {
                // One number has one spelling, in every build.
                let overlong = byte == 0 && group > 0;
                let count = u32::try_from(count).ok().filter(|_| !overlong);
                return self.some(count.and_then(|count| usize::try_from(count).ok()));
            }
        }
        self.some(None)
    }

    pub(crate) fn text(&mut self) -> &'a str {
        let length = self.count();
        self.text_of(length)
    }

    pub(crate) fn owned_text(&mut self) -> String {
        self.text().to_owned()
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> &'a str {
        self.text_of(self.left.len())
    }

    fn text_of(&mut self, length: usize) -> &'a str {
        let text = str::from_utf8(self.take(length)).ok();
        self.some(text)
    }

    pub(crate) fn texts(&mut self) -> Vec<String> {
        self.list(Self::owned_text)
    }

    /// A list of so many items as its count says; the count alone reserves nothing.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        for _ in 0..self.count() {
            items.push(item(self));
            if self.refused {
                break;
            }
        }
        items
    }

    /// The value, refused where there is none.
    fn some<T: Default>(&mut self, value: Option<T>) -> T {
        if value.is_none() {
            self.refuse();
        }
        value.unwrap_or_default()
    }

    /// Takes what is left, which must be less than so many zeros.
    pub(crate) fn padding(&mut self, multiple: usize) {
        let padding = self.take(self.left.len());
        if padding.len() >= multiple || padding.iter().any(|byte| *byte != 0) {
            self.refuse();
        }
    }

    /// Fails after a refusal, or where bytes are left that nobody read.
    pub(crate) fn finish(&self) -> Result<(), Unopened> {
        if self.refused || !self.left.is_empty() { Err(Unopened) } else { Ok(()) }
    }
}
