//! The types of properties: their names, and which values each accepts.
//!
//! A value is kept exactly as it was given, so a check only says yes or no. Checks are of shape, not
//! of existence: a phone number may be nobody's. Digits are ASCII digits, white space around a value
//! is part of it, and every check reads its text a fixed number of times, whatever is in it.

use core::ops::RangeInclusive;

use time::util::days_in_month;
use time::{Date, Month};

use self::address_literal::is_address_literal;
use self::url::Url;
use crate::base64;
use crate::json::{Json, as_whole};
use crate::text::split_before;

mod address_literal;
mod mask;
mod transform;
mod url;

pub(crate) use self::transform::Transformer;

/// What a property holds. The names are the public API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    String,
    LongText,
    Address,
    TenantId,
    ObjectId,
    Name,
    CcHolderName,
    Gender,
    Email,
    EmailStrict,
    PhoneNumber,
    Ssn,
    ZipCodeUs,
    Ban,
    UsBankAccountNumber,
    UsBankRouting,
    CcNumber,
    CcExpirationString,
    CcCvv,
    Date,
    DateOfBirth,
    Timestamp,
    Url,
    Integer,
    Double,
    Boolean,
    Blob,
    Json,
}

impl DataType {
    const ALL: [Self; 28] = [
        Self::String,
        Self::LongText,
        Self::Address,
        Self::TenantId,
        Self::ObjectId,
        Self::Name,
        Self::CcHolderName,
        Self::Gender,
        Self::Email,
        Self::EmailStrict,
        Self::PhoneNumber,
        Self::Ssn,
        Self::ZipCodeUs,
        Self::Ban,
        Self::UsBankAccountNumber,
        Self::UsBankRouting,
        Self::CcNumber,
        Self::CcExpirationString,
        Self::CcCvv,
        Self::Date,
        Self::DateOfBirth,
        Self::Timestamp,
        Self::Url,
        Self::Integer,
        Self::Double,
        Self::Boolean,
        Self::Blob,
        Self::Json,
    ];

    /// The type of that name, such as `CC_NUMBER`; names are upper case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|data_type| data_type.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::LongText => "LONG_TEXT",
            Self::Address => "ADDRESS",
            Self::TenantId => "TENANT_ID",
            Self::ObjectId => "OBJECT_ID",
            Self::Name => "NAME",
            Self::CcHolderName => "CC_HOLDER_NAME",
            Self::Gender => "GENDER",
            Self::Email => "EMAIL",
            Self::EmailStrict => "EMAIL_STRICT",
            Self::PhoneNumber => "PHONE_NUMBER",
            Self::Ssn => "SSN",
            Self::ZipCodeUs => "ZIP_CODE_US",
            Self::Ban => "BAN",
            Self::UsBankAccountNumber => "US_BANK_ACCOUNT_NUMBER",
            Self::UsBankRouting => "US_BANK_ROUTING",
            Self::CcNumber => "CC_NUMBER",
            Self::CcExpirationString => "CC_EXPIRATION_STRING",
            Self::CcCvv => "CC_CVV",
            Self::Date => "DATE",
            Self::DateOfBirth => "DATE_OF_BIRTH",
            Self::Timestamp => "TIMESTAMP",
            Self::Url => "URL",
            Self::Integer => "INTEGER",
            Self::Double => "DOUBLE",
            Self::Boolean => "BOOLEAN",
            Self::Blob => "BLOB",
            Self::Json => "JSON",
        }
    }

    /// Whether the value is of this type. Null is the caller's to decide.
    pub(crate) fn accepts(self, value: &Json) -> bool {
        match (self, value) {
            (Self::Json | Self::Double, value) if value.holds_unsafe_number() => false,
            (Self::Json, _) => true,
            (Self::Boolean, value) => matches!(value, Json::Bool(_)),
            (Self::Double, value) => matches!(value, Json::Number(number) if number.is_finite()),
            (Self::Integer, Json::Number(number)) => as_whole(*number).is_some(),
            (_, Json::Text(text)) => self.accepts_text(text),
            _ => false,
        }
    }

    fn accepts_text(self, text: &str) -> bool {
        match self {
            Self::String
            | Self::LongText
            | Self::Address
            | Self::TenantId
            | Self::ObjectId
            | Self::Name
            | Self::CcHolderName
            | Self::Gender
            | Self::Json => true,
            Self::Email => is_mailbox(text, Characters::Unicode),
            Self::EmailStrict => is_mailbox(text, Characters::Ascii),
            Self::PhoneNumber => {
                is_separated_digits(text.strip_prefix('+').unwrap_or(text), b"-", 1..=15)
            }
            Self::Ssn => has_shape(text, &["ddddddddd", "ddd-dd-dddd", "ddd dd dddd"]),
            Self::ZipCodeUs => has_shape(text, &["ddddd", "ddddd-dddd", "ddddd dddd"]),
            Self::Ban | Self::UsBankAccountNumber => is_separated_digits(text, b"", 5..=17),
            Self::UsBankRouting => has_shape(text, &["ddddddddd"]),
            Self::CcNumber => is_separated_digits(text, b" -", 13..=19) && is_luhn(text),
            Self::CcExpirationString => is_card_expiry(text),
            Self::CcCvv => has_shape(text, &["ddd", "dddd"]),
            Self::Date | Self::DateOfBirth => parse_date(text).is_some(),
            Self::Timestamp => is_timestamp(text),
            Self::Url => Url::parse(text).is_some(),
            Self::Integer => is_decimal_i64(text),
            Self::Blob => base64::is_standard(text),
            Self::Boolean | Self::Double => false,
        }
    }
}

/// Whether all that is between dots is one of those parts.
fn is_dotted(text: &str, is_part: &dyn Fn(&str) -> bool) -> bool {
    let mut left = Some(text);
    while let Some(text) = left {
        let (part, rest) = split_before(text, b".");
        if !is_part(part) {
            return false;
        }
        left = rest.strip_prefix('.');
    }
    true
}

/// Whether the text is of one of the shapes, where `d` is a digit and all else is itself.
fn has_shape(text: &str, shapes: &[&str]) -> bool {
    shapes.iter().any(|shape| numbers_in(text, shape).is_some())
}

/// The last three numbers of a text of this shape, 0 for those before the first.
fn numbers_in(text: &str, shape: &str) -> Option<[i32; 3]> {
    let mut numbers = [0; 3];
    for (byte, wanted) in text.bytes().zip(shape.bytes()) {
        let [first, second, third] = numbers;
        numbers = match wanted {
            b'd' if byte.is_ascii_digit() => [first, second, third * 10 + i32::from(byte - b'0')],
            _ if byte == wanted && wanted != b'd' => [second, third, 0],
            _ => return None,
        };
    }
    (text.len() == shape.len()).then_some(numbers)
}

/// Whether the text is so many digits, with at most one separator between any two of them.
fn is_separated_digits(text: &str, separators: &[u8], count: RangeInclusive<usize>) -> bool {
    let mut digits = 0;
    let mut after_digit = false;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            digits += 1;
            after_digit = true;
        } else if after_digit && separators.contains(&byte) {
            after_digit = false;
        } else {
            return false;
        }
    }
    after_digit && count.contains(&digits)
}

/// Whether the digits in the text end in their check digit (ISO/IEC 7812-1).
pub(crate) fn is_luhn(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, _) => digit,
            (_, 5..) => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_card_expiry(text: &str) -> bool {
    let numbers = numbers_in(text, "dd/dd").or_else(|| numbers_in(text, "dd/dddd"));
    numbers.is_some_and(|[_, month, _]| (1..=12).contains(&month))
}

/// A real date of the Gregorian calendar, years 0000 to 9999.
fn parse_date(text: &str) -> Option<Date> {
    let [year, month, day] = numbers_in(text, "dddd-dd-dd")?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// RFC 3339's `date-time`.
fn is_timestamp(text: &str) -> bool {
    let timestamp = || {
        let (date, rest) = text.split_at_checked(10)?;
        let date = parse_date(date)?;
        let (time, rest) = rest.split_at_checked(9)?;
        let offset = parse_offset(without_fraction(rest)?)?;
        let time = numbers_in(time, "Tdd:dd:dd").or_else(|| numbers_in(time, "tdd:dd:dd"));
        let [hour, minute, second] = time?;
        let leap = second == 60 && is_leap_minute(date, hour * 60 + minute - offset);
        Some(hour < 24 && minute < 60 && (second < 60 || leap))
    };
    timestamp().unwrap_or(false)
}

/// A leap second is one only in the last minute of a month in UTC. `minute` is the minute of the
/// day in UTC, and below 0 where that day is the one before `date`.
fn is_leap_minute(date: Date, minute: i32) -> bool {
    match minute {
        -1 => date.day() == 1,
        1_439 => date.day() == days_in_month(date.month(), date.year()),
        _ => false,
    }
}

/// Takes a point and digits away, if there is a point.
fn without_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    fraction.get(digits..).filter(|_| digits > 0)
}

/// How many minutes a zone is before UTC.
fn parse_offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let numbers = numbers_in(text, "+dd:dd").or_else(|| numbers_in(text, "-dd:dd"));
    let [_, hour, minute] = numbers?;
    let offset = hour * 60 + minute;
    (hour < 24 && minute < 60).then_some(if text.starts_with('-') { -offset } else { offset })
}

/// A signed integer of 64 bits in its one spelling: no plus sign, no leading zeros, no `-0`.
///
/// Values are compared as they were given, so a second spelling would be a second value.
fn is_decimal_i64(text: &str) -> bool {
    let (digits, largest) = match text.strip_prefix('-') {
        Some(digits) => (digits, "9223372036854775808"),
        None => (text, "9223372036854775807"),
    };
    let in_range =
        digits.len() < largest.len() || digits.len() == largest.len() && digits <= largest;
    let canonical = text == "0" || !digits.is_empty() && !digits.starts_with('0');
    canonical && in_range && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Which characters an address may have outside of its punctuation.
#[derive(Clone, Copy)]
enum Characters {
    /// RFC 5321.
    Ascii,
    /// Also those of RFC 6531, but no white space and no control character.
    Unicode,
}

impl Characters {
    fn allow_beyond_ascii(self, character: char) -> bool {
        matches!(self, Self::Unicode)
            && !character.is_ascii()
            && !character.is_whitespace()
            && !character.is_control()
    }
}

/// RFC 5321's `Mailbox`, within its lengths: 64 octets before the `@`, 254 in all.
fn is_mailbox(text: &str, characters: Characters) -> bool {
    let is_atom = |atom: &str| is_word(atom, is_atom_punctuation, characters);
    let is_label = |label: &str| {
        // Characters, not octets: what the DNS limits is the ASCII form of a label.
        character_count(label) <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && is_word(label, |character| character == '-', characters)
    };
    text.len() <= 254
        && split_mailbox(text).is_some_and(|(local, domain)| {
            local.len() <= 64
                && (is_dotted(local, &is_atom) || is_quoted_string(local, characters))
                && (is_dotted(domain, &is_label) || is_address_literal(domain))
        })
}

/// Local part and domain. The last `@` parts them: a quoted local part may hold others.
fn split_mailbox(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == b'@')?;
    let (local, domain) = text.split_at_checked(at)?;
    Some((local, domain.strip_prefix('@')?))
}

/// Letters, digits and these, at least one.
fn is_word(text: &str, is_punctuation: fn(char) -> bool, characters: Characters) -> bool {
    !text.is_empty()
        && text.chars().all(|character| {
            character.is_ascii_alphanumeric()
                || is_punctuation(character)
                || characters.allow_beyond_ascii(character)
        })
}

/// Spelt out: `str::contains` of a character brings in a search for whole texts, a kilobyte of wasm.
fn is_atom_punctuation(character: char) -> bool {
    matches!(
        character,
        '!' | '#'..='\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^'..='`' | '{'..='~'
    )
}

fn is_quoted_string(local: &str, characters: Characters) -> bool {
    let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut rest = quoted.chars();
    while let Some(character) = rest.next() {
        let allowed = match character {
            '"' => false,
            '\\' => rest.next().is_some_and(|escaped| matches!(escaped, ' '..='~')),
            ' '..='~' => true,
            _ => characters.allow_beyond_ascii(character),
        };
        if !allowed {
            return false;
        }
    }
    true
}

/// A loop, for `chars().count()` brings in one for long texts, half a kilobyte of wasm.
pub(crate) fn character_count(text: &str) -> usize {
    text.chars().fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests;
