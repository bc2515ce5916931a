//! A strict reader of JSON text (RFC 8259). It answers none for whatever is wrong: a caller is told
//! where in the request a mistake is, and a parser's own words could quote personal data.
//!
//! serde_json does the same in several times the room; the tests hold this to it, text by text.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::wiped::WipedText;
use super::{Json, Member, decimal, firsts_of, is_escaped};

/// Lists and objects within each other; the reader recurses.
const MAX_DEPTH: usize = 127;

/// Reads text that is JSON from end to end. Where it is not, nothing is left to read, and whatever
/// comes of it does not count.
pub(super) struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    failed: bool,
    /// Whether an object had a key twice.
    pub(super) repeated_key: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, depth: 0, failed: false, repeated_key: false }
    }

    pub(super) fn document(&mut self) -> Option<Json> {
        let value = self.value();
        self.skip_space();
        (self.rest.is_empty() && !self.failed).then_some(value)
    }

    fn fail(&mut self) {
        self.rest = "";
        self.failed = true;
    }

    fn value(&mut self) -> Json {
        self.skip_space();
        match self.rest.as_bytes().first() {
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'"') => Json::Text(self.string()),
            Some(b'[') => self.nested(Self::list),
            Some(b'{') => self.nested(Self::object),
            _ => self.number(),
        }
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Takes what consists of such bytes; they are ASCII.
    fn take_while(&mut self, belongs: fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().take_while(|byte| belongs(*byte)).count();
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        taken
    }

    fn word(&mut self, word: &str, value: Json) -> Json {
        if self.take_while(|byte| byte.is_ascii_lowercase()) != word {
            self.fail();
        }
        value
    }

    /// Steps over a sign, if it is next.
    fn steps_over(&mut self, sign: u8) -> bool {
        self.skip_space();
        let is_next = self.rest.as_bytes().first() == Some(&sign);
        if is_next {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        is_next
    }

    fn expect(&mut self, sign: u8) {
        if !self.steps_over(sign) {
            self.fail();
        }
    }

    /// Reads what is between a bracket, which is next, and the one that ends it.
    fn nested(&mut self, read: fn(&mut Self) -> Json) -> Json {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.fail();
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Json {
        let mut items = Vec::new();
        if !self.steps_over(b']') {
            items.push(self.value());
            while self.steps_over(b',') {
                items.push(self.value());
            }
            self.expect(b']');
        }
        Json::List(items)
    }

    fn object(&mut self) -> Json {
        let mut members: Vec<Member> = Vec::new();
        if !self.steps_over(b'}') {
            members.push(self.member());
            while self.steps_over(b',') {
                members.push(self.member());
            }
            self.expect(b'}');
        }
        let keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
        self.repeated_key |= firsts_of(&keys).contains(&false);
        Json::Object(members)
    }

    fn member(&mut self) -> Member {
        self.skip_space();
        let key = core::mem::take(&mut *self.string());
        self.expect(b':');
        (key, self.value())
    }

    fn number(&mut self) -> Json {
        let number =
            self.take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let number = decimal::parse(number);
        if number.is_none() {
            self.fail();
        }
        Json::Number(number.unwrap_or_default())
    }

    fn string(&mut self) -> Zeroizing<String> {
        let mut text = WipedText::with_capacity(0);
        if self.read_string(&mut text).is_none() {
            self.fail();
        }
        text.finish()
    }

    fn read_string(&mut self, text: &mut WipedText) -> Option<()> {
        self.rest = self.rest.strip_prefix("\"")?;
        loop {
            let length = self.rest.bytes().position(is_escaped)?;
            let (run, rest) = self.rest.split_at_checked(length)?;
            text.push_str(run);
            match rest.as_bytes() {
                [b'"', ..] => {
                    self.rest = rest.get(1..)?;
                    return Some(());
                }
                [b'\\', escape, ..] => {
                    self.rest = rest.get(2..)?;
                    text.push(match escape {
                        b'"' | b'\\' | b'/' => char::from(*escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.unicode_escape()?,
                        _ => return None,
                    });
                }
                _ => return None,
            }
        }
    }

    /// What follows `\u`: one unit, or the two of a pair; half a pair is no character.
    fn unicode_escape(&mut self) -> Option<char> {
        let unit = self.unit()?;
        let scalar = match unit {
            0xd800..0xdc00 => {
                self.rest = self.rest.strip_prefix("\\u")?;
                let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                0x1_0000 + ((unit - 0xd800) << 10) + low
            }
            unit => unit,
        };
        char::from_u32(scalar)
    }

    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let mut unit = 0;
        for digit in digits.bytes() {
            unit = unit * 16 + char::from(digit).to_digit(16)?;
        }
        Some(unit)
    }
}
