//! A strict reader of JSON text (RFC 8259). It answers none for whatever is wrong: a caller is told
//! where in the request a mistake is, and a parser's own words could quote personal data.
//!
//! serde_json does the same in several times the room; the tests hold this to it, text by text.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::wiped::WipedText;
use super::{Json, decimal, firsts, is_escaped};

/// Lists and objects within each other; the reader recurses.
const MAX_DEPTH: usize = 127;

/// Reads text that is JSON from end to end.
pub(super) struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    /// Whether an object had a key twice.
    pub(super) repeated_key: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, depth: 0, repeated_key: false }
    }

    pub(super) fn document(&mut self) -> Option<Json> {
        let value = self.value()?;
        self.skip_space();
        self.rest.is_empty().then_some(value)
    }

    fn value(&mut self) -> Option<Json> {
        self.skip_space();
        match self.rest.bytes().next()? {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => self.nested(Self::list),
            b'{' => self.nested(Self::object),
            _ => self.number(),
        }
    }

    fn skip_space(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Takes what consists of such bytes; they are ASCII.
    fn take_while(&mut self, belongs: fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().take_while(|byte| belongs(*byte)).count();
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or(("", self.rest));
        self.rest = rest;
        taken
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    /// Steps over a sign, if it is next.
    fn steps_over(&mut self, sign: char) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Json>) -> Option<Json> {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        if self.steps_over('[') && self.steps_over(']') {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.steps_over(']') {
                return Some(Json::List(items));
            }
            if !self.steps_over(',') {
                return None;
            }
        }
    }

    fn object(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        if self.steps_over('{') && self.steps_over('}') {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_space();
            let key: String = self.string()?.as_str().into();
            if !self.steps_over(':') {
                return None;
            }
            members.push((key, self.value()?));
            if self.steps_over('}') {
                break;
            }
            if !self.steps_over(',') {
                return None;
            }
        }
        self.repeated_key |= firsts(members.iter().map(|(key, _)| key.as_str())).contains(&false);
        Some(Json::Object(members))
    }

    fn number(&mut self) -> Option<Json> {
        let number =
            self.take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        decimal::parse(number).map(Json::Number)
    }

    fn string(&mut self) -> Option<Zeroizing<String>> {
        self.rest = self.rest.strip_prefix('"')?;
        let mut text = WipedText::with_capacity(0);
        loop {
            let length = self.rest.bytes().position(is_escaped)?;
            let (run, rest) = self.rest.split_at_checked(length)?;
            text.push_str(run);
            if let Some(rest) = rest.strip_prefix('"') {
                self.rest = rest;
                return Some(text.finish());
            }
            let mut escape = rest.strip_prefix('\\')?.chars();
            let kind = escape.next()?;
            self.rest = escape.as_str();
            text.push(match kind {
                '"' | '\\' | '/' => kind,
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unicode_escape()?,
                _ => return None,
            });
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
        digits.chars().try_fold(0, |unit, digit| Some(unit * 16 + digit.to_digit(16)?))
    }
}
