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
mod long;
mod members;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use self::members::{ANY_TEXT, Form, Members};

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

    /// RFC 8785 text: equal values have equal text. The core itself needs that of objects alone.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn canonical(&self) -> Zeroizing<String> {
        self.write(Order::Canonical)
    }

    /// JSON text, its members in the order written.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        self.write(Order::AsWritten)
    }

    fn write(&self, order: Order) -> Zeroizing<String> {
        let mut writer = Writer::new(order);
        writer.value(self);
        writer.text
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

    pub(crate) fn texts(texts: &[impl AsRef<str>]) -> Self {
        Self::List(texts.iter().map(|text| Self::text(text.as_ref())).collect())
    }

    /// A number of the vault's own: a time or a count, within 2^53.
    #[expect(clippy::cast_precision_loss, reason = "within 2^53")]
    pub(crate) fn whole(number: i64) -> Self {
        Self::Number(number as f64)
    }

    /// Adds a member to an object.
    pub(crate) fn push(&mut self, name: &str, value: Self) {
        if let Self::Object(members) = self {
            members.push((name.to_owned(), value));
        }
    }

    /// Adds a text to an object, if there is one.
    pub(crate) fn add(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.push(name, Self::text(text));
        }
    }
}

/// RFC 8785 text of the object that has these members.
pub(crate) fn canonical_object(members: &[&Member]) -> Zeroizing<String> {
    let mut writer = Writer::new(Order::Canonical);
    writer.sorted_object(members);
    writer.text
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    AsWritten,
    /// By the UTF-16 units of the keys.
    Canonical,
}

/// Writes JSON as JavaScript and RFC 8785 write it. The tests hold it to a canonicalizing library,
/// byte for byte; the library itself costs a sixth of the wasm's budget.
struct Writer {
    order: Order,
    text: Zeroizing<String>,
}

impl Writer {
    fn new(order: Order) -> Self {
        Self { order, text: Zeroizing::new(String::with_capacity(256)) }
    }

    fn value(&mut self, value: &Json) {
        match value {
            Json::Null => self.text.push_str("null"),
            Json::Bool(true) => self.text.push_str("true"),
            Json::Bool(false) => self.text.push_str("false"),
            Json::Number(number) => decimal::write(*number, &mut self.text),
            Json::Text(text) => self.string(text),
            Json::List(items) => {
                self.text.push('[');
                for (position, item) in items.iter().enumerate() {
                    self.separate(position);
                    self.value(item);
                }
                self.text.push(']');
            }
            Json::Object(members) => match self.order {
                Order::AsWritten => self.object(members.iter()),
                Order::Canonical => self.sorted_object(&members.iter().collect::<Vec<_>>()),
            },
        }
    }

    /// In RFC 8785's order.
    fn sorted_object(&mut self, members: &[&Member]) {
        let places = sorted(members.iter().map(|(key, _)| key.as_str())).into_iter();
        self.object(places.filter_map(|Placed(_, place)| members.get(place).copied()));
    }

    fn object<'a>(&mut self, members: impl Iterator<Item = &'a Member>) {
        self.text.push('{');
        for (position, (key, value)) in members.enumerate() {
            self.separate(position);
            self.string(key);
            self.text.push(':');
            self.value(value);
        }
        self.text.push('}');
    }

    fn separate(&mut self, position: usize) {
        if position > 0 {
            self.text.push(',');
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some(place) = rest.bytes().position(is_escaped) {
            let (plain, from) = rest.split_at_checked(place).unwrap_or((rest, ""));
            self.text.push_str(plain);
            let mut characters = from.chars();
            characters.next().into_iter().for_each(|escaped| self.escape(escaped));
            rest = characters.as_str();
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    fn escape(&mut self, character: char) {
        self.text.push('\\');
        let last = match character {
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{c}' => 'f',
            '\r' => 'r',
            '"' | '\\' => character,
            control => {
                self.text.push_str(if control < '\u{10}' { "u000" } else { "u001" });
                char::from_digit(u32::from(control) & 15, 16).unwrap_or_default()
            }
        };
        self.text.push(last);
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
fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Placed<'a>> {
    let placed: Vec<Placed<'a>> = texts.zip(0..).map(|(text, place)| Placed(text, place)).collect();
    BinaryHeap::from(placed).into_sorted_vec()
}

/// For each text, whether it comes for the first time. (Sorting is quicker than a map, and smaller.)
pub(crate) fn firsts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<bool> {
    let texts = sorted(texts);
    let mut firsts = vec![true; texts.len()];
    for [Placed(one, _), Placed(next, place)] in texts.array_windows() {
        if let Some(first) = firsts.get_mut(*place) {
            *first = one != next;
        }
    }
    firsts
}

/// A count as text.
pub(crate) fn digits(count: u64) -> String {
    let mut digits = Vec::new();
    let mut rest = count;
    while rest > 0 || digits.is_empty() {
        digits.push(rest % 10);
        rest /= 10;
    }
    let digit = |digit: u64| char::from_digit(u32::try_from(digit).ok()?, 10);
    digits.into_iter().rev().filter_map(digit).collect()
}

/// Texts in the one order that stands for any.
pub(crate) fn in_order(texts: Vec<&str>) -> Vec<&str> {
    sorted(texts.into_iter()).into_iter().map(|Placed(text, _)| text).collect()
}

/// What a text in JSON cannot hold as it is. Each is one byte long, so a text can be split there.
fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ')
}

/// An object of these members.
pub(crate) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
