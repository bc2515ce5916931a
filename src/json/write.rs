//! JSON text out, as JavaScript and RFC 8785 write it. The tests hold it to a canonicalizing library,
//! byte for byte; the library itself costs a sixth of the wasm's budget.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::wiped::WipedText;
use super::{Json, Member, Placed, decimal, is_escaped, sorted};

/// Writes JSON text from its beginning to its end, without a tree where there is none.
///
/// Whoever writes sees to it that it is JSON: in an object each value follows its
/// [`key`](Self::key), in a list an [`item`](Self::item), and what was begun is ended.
pub(crate) struct Writer {
    text: WipedText,
    order: Order,
    /// Whether nothing was written yet into the object or list at hand.
    empty: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    AsWritten,
    /// By the UTF-16 units of the keys.
    Canonical,
}

impl Writer {
    /// Of text whose members come in the order written.
    pub(crate) fn new() -> Self {
        Self::of(Order::AsWritten)
    }

    fn of(order: Order) -> Self {
        Self { text: WipedText::with_capacity(256), order, empty: true }
    }

    /// The text.
    pub(crate) fn finish(self) -> Zeroizing<String> {
        self.text.finish()
    }

    /// Begins an object, `{`, or a list, `[`.
    pub(crate) fn begin(&mut self, bracket: char) {
        self.text.push(bracket);
        self.empty = true;
    }

    /// Ends it.
    pub(crate) fn end(&mut self, bracket: char) {
        self.text.push(bracket);
        self.empty = false;
    }

    /// Before each value of a list.
    pub(crate) fn item(&mut self) {
        if !self.empty {
            self.text.push(',');
        }
        self.empty = false;
    }

    /// Before each value of an object.
    pub(crate) fn key(&mut self, name: &str) {
        self.item();
        self.string(name);
        self.text.push(':');
    }

    /// A member that is text.
    pub(crate) fn member(&mut self, name: &str, text: &str) {
        self.key(name);
        self.string(text);
    }

    /// A member that is text, if there is one.
    pub(crate) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.member(name, text);
        }
    }

    /// A member that is a list of texts.
    pub(crate) fn texts(&mut self, name: &str, texts: &[impl AsRef<str>]) {
        self.key(name);
        self.begin('[');
        for text in texts {
            self.item();
            self.string(text.as_ref());
        }
        self.end(']');
    }

    /// A member that is a number of the vault's own: a time or a count, within 2^53.
    pub(crate) fn whole(&mut self, name: &str, number: i64) {
        self.key(name);
        self.value(&Json::whole(number));
    }

    /// Any value.
    pub(crate) fn value(&mut self, value: &Json) {
        match value {
            Json::Null => self.text.push_str("null"),
            Json::Bool(true) => self.text.push_str("true"),
            Json::Bool(false) => self.text.push_str("false"),
            Json::Number(number) => self.number(*number),
            Json::Text(text) => self.string(text),
            Json::List(items) => {
                self.begin('[');
                for item in items {
                    self.item();
                    self.value(item);
                }
                self.end(']');
            }
            Json::Object(members) => match self.order {
                Order::AsWritten => self.object(members.iter()),
                Order::Canonical => self.sorted_object(&members.iter().collect::<Vec<_>>()),
            },
        }
    }

    /// In RFC 8785's order.
    fn sorted_object(&mut self, members: &[&Member]) {
        let keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
        let places = sorted(&keys).into_iter();
        self.object(places.filter_map(|Placed(_, place)| members.get(place).copied()));
    }

    fn object<'a>(&mut self, members: impl Iterator<Item = &'a Member>) {
        self.begin('{');
        for (key, value) in members {
            self.key(key);
            self.value(value);
        }
        self.end('}');
    }

    fn number(&mut self, number: f64) {
        decimal::write(number, self.text.reserve(decimal::LONGEST));
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

impl Json {
    /// RFC 8785 text: equal values have equal text. The core itself needs that of objects alone.
    #[cfg(any(fuzzing, test))]
    pub(crate) fn canonical(&self) -> Zeroizing<String> {
        let mut writer = Writer::of(Order::Canonical);
        writer.value(self);
        writer.finish()
    }

    /// JSON text, its members in the order written.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut writer = Writer::new();
        writer.value(self);
        writer.finish()
    }
}

/// RFC 8785 text of the object that has these members.
pub(crate) fn canonical_object(members: &[&Member]) -> Zeroizing<String> {
    let mut writer = Writer::of(Order::Canonical);
    writer.sorted_object(members);
    writer.finish()
}

/// A list of objects that have one text each, under this name.
pub(crate) fn list_of(name: &str, texts: &[impl AsRef<str>]) -> Zeroizing<String> {
    let mut writer = Writer::new();
    writer.begin('[');
    for text in texts {
        writer.item();
        writer.begin('{');
        writer.member(name, text.as_ref());
        writer.end('}');
    }
    writer.end(']');
    writer.finish()
}
