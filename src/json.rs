//! JSON text in, a strict tree out: a repeated key, a lone surrogate or a number that JSON cannot
//! carry is refused here, once, for requests, configurations and ciphertexts alike.
//!
//! The tree is decoded by hand ([`Members`]) and not by `#[derive(Deserialize)]`: serde's messages
//! quote the offending value, which may be personal data, and do not say where a missing key was
//! missed. Here every refusal names the path as the caller wrote it, and nothing of the value.

use alloc::borrow::ToOwned;
use alloc::collections::BinaryHeap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use zeroize::Zeroizing;

use self::parse::Reader;
use crate::error::Error;

mod decimal;
mod members;
mod parse;
#[cfg(test)]
mod tests;
mod wiped;
mod write;

pub(crate) use self::members::{ANY_TEXT, Form, Members};
pub(crate) use self::write::{Writer, canonical_object, list_of};

/// The largest whole number that JavaScript and JCS carry without rounding: 2^53 − 1.
pub(crate) const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The whole number that this is, within ±[`MAX_SAFE_INTEGER`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "within 2^53; a number that is not whole comes back as another"
)]
pub(crate) fn as_whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (number.abs() <= MAX_SAFE_INTEGER && whole as f64 == number).then_some(whole)
}

/// Any JSON value. Text is wiped when it is dropped: it may be personal data.
#[derive(Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// Exact for whole numbers within ±[`MAX_SAFE_INTEGER`]; anything larger is refused where data
    /// is checked, so a rounded number is never taken for the one that was written.
    Number(f64),
    Text(Zeroizing<String>),
    List(Vec<Json>),
    /// In the order written; no key twice.
    Object(Vec<Member>),
}

/// A key of an object, and its value.
pub(crate) type Member = (String, Json);

impl Json {
    /// Reads JSON text; `path` is what an error calls the whole of it.
    pub(crate) fn parse(text: &str, path: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(text);
        match reader.document() {
            Some(_) if reader.repeated_key => {
                Err(Error::bad_request(path, "must not repeat a key"))
            }
            Some(value) => Ok(value),
            None => Err(Error::bad_request(path, "must be JSON")),
        }
    }

    /// Whether a number anywhere in it is beyond what JavaScript carries exactly.
    pub(crate) fn holds_unsafe_number(&self) -> bool {
        match self {
            Self::Number(number) => number.abs() > MAX_SAFE_INTEGER,
            Self::List(items) => items.iter().any(Self::holds_unsafe_number),
            Self::Object(members) => members.iter().any(|(_, value)| value.holds_unsafe_number()),
            Self::Null | Self::Bool(_) | Self::Text(_) => false,
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }

    /// A number of the vault's own: a time or a count, within 2^53.
    #[expect(clippy::cast_precision_loss, reason = "within 2^53")]
    pub(crate) fn whole(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

/// Shows the kind and never the value.
impl fmt::Debug for Json {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "Null",
            Self::Bool(_) => "Bool",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
            Self::List(_) => "List",
            Self::Object(_) => "Object",
        })
    }
}

/// A text and its place, ordered by UTF-16 units as RFC 8785 orders keys; equal texts by their place.
#[derive(PartialEq, Eq)]
struct Placed<'a>(&'a str, usize);

impl Ord for Placed<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, other_one) = (self.0.bytes().map(utf16_order), other.0.bytes().map(utf16_order));
        one.cmp(other_one).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Placed<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The bytes of UTF-8 order as the units of UTF-16 do, but that what begins with these two, U+E000 to
/// U+FFFF, comes after the surrogates.
fn utf16_order(byte: u8) -> u8 {
    if matches!(byte, 0xee | 0xef) { byte | 0x10 } else { byte }
}

/// Texts in their order. A heap, for a slice's own sort is a kilobyte of wasm for each type.
fn sorted<'a>(texts: &[&'a str]) -> Vec<Placed<'a>> {
    let mut placed = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter().enumerate() {
        placed.push(Placed(text, place));
    }
    BinaryHeap::from(placed).into_sorted_vec()
}

/// For each text, whether it comes for the first time. (Sorting is quicker than a map, and smaller.)
pub(crate) fn firsts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<bool> {
    firsts_of(&texts.collect::<Vec<_>>())
}

/// The same, compiled once.
pub(crate) fn firsts_of(texts: &[&str]) -> Vec<bool> {
    let mut firsts = vec![true; texts.len()];
    for [Placed(one, _), Placed(next, place)] in sorted(texts).array_windows() {
        if let Some(first) = firsts.get_mut(*place) {
            *first = one != next;
        }
    }
    firsts
}

/// A count as text.
pub(crate) fn digits(count: u64) -> String {
    let mut text = if count < 10 { String::new() } else { digits(count / 10) };
    text.push(char::from(b'0' + u8::try_from(count % 10).unwrap_or_default()));
    text
}

/// Texts as the set they are: sorted, without repeats.
pub(crate) fn into_set(texts: Vec<&str>) -> Vec<&str> {
    let mut set = Vec::with_capacity(texts.len());
    for Placed(text, _) in sorted(&texts) {
        if set.last() != Some(&text) {
            set.push(text);
        }
    }
    set
}

/// What a text in JSON cannot hold as it is. Each is one byte long, so a text can be split there.
fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ')
}
