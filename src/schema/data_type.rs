//! The types of properties: their names, and which values each accepts.
//!
//! Checks are of shape, not of existence: a phone number may be nobody's. Digits are ASCII digits, white
//! space around a value is part of it, and every check reads its text a fixed number of times, whatever is
//! in it. The form in which a value is kept is in `normal_form`.

use std::ops::RangeInclusive;

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use strum::IntoStaticStr;

use crate::json::tree::{Json, as_whole};
use crate::schema::email::{Characters, is_mailbox};
use crate::schema::shape::{has_shape, numbers_in};
use crate::schema::timestamp::{is_timestamp, parse_date};
use crate::schema::url::{Url, is_path_absolute};

/// What a property holds. The names are the public API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, IntoStaticStr)]
#[cfg_attr(test, derive(strum::EnumIter, strum::EnumString))]
#[serde(variant_identifier, rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
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
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a value that is no text is of this type.
    pub(crate) fn accepts_no_text(self, value: &Json<'_>) -> bool {
        match (self, value) {
            (Self::Json, value) => !value.holds_rounded_number(),
            (Self::Boolean, Json::Bool(_)) => true,
            (Self::Double, Json::Number(number)) => !number.is_nan(),
            (Self::Integer, Json::Number(number)) => as_whole(*number).is_some(),
            _ => false,
        }
    }

    /// Whether a text is of this type, in the normal form or, for digits, with what separates them.
    pub(crate) fn accepts_text(self, text: &str) -> bool {
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
            Self::PhoneNumber => is_phone_number(text),
            Self::Ssn => is_ssn(text),
            Self::ZipCodeUs => has_shape(text, &["ddddd", "ddddd-dddd", "ddddd dddd"]),
            Self::Ban => is_separated_digits(text, b"", 5..=17),
            Self::UsBankAccountNumber => !text.is_empty(),
            Self::UsBankRouting => has_shape(text, &["ddddddddd", "dddd/dddd", "dd-dddd/dddd"]),
            Self::CcNumber => is_separated_digits(text, b" -", 13..=19) && is_luhn(text),
            Self::CcExpirationString => is_card_expiry(text),
            Self::CcCvv => has_shape(text, &["ddd", "dddd"]),
            Self::Date | Self::DateOfBirth => parse_date(text).is_some(),
            Self::Timestamp => is_timestamp(text),
            Self::Url => Url::parse(text).is_some() || is_path_absolute(text),
            Self::Integer => is_decimal_i64(text),
            Self::Blob => Base64::decode_vec(text).is_ok(),
            Self::Boolean | Self::Double => false,
        }
    }
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

/// A plus sign if wanted, and 1 to 15 digits with any number of hyphens between any two of them.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let is_among = |place: Option<u8>| place.is_some_and(|byte| byte.is_ascii_digit());
    (1..=15).contains(&count)
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && is_among(digits.bytes().next())
        && is_among(digits.bytes().last())
}

/// Three, two and four digits, with a hyphen, a space or nothing in each gap. No group is 00 and no serial
/// number 0000.
fn is_ssn(text: &str) -> bool {
    let parts = text.split_at_checked(3).and_then(|(area, rest)| {
        let (group, serial) = rest.split_at_checked(rest.len().checked_sub(4)?)?;
        Some((area, group, serial))
    });
    parts.is_some_and(|(area, group, serial)| {
        let group = group.strip_prefix(['-', ' ']).unwrap_or(group);
        let group = group.strip_suffix(['-', ' ']).unwrap_or(group);
        has_shape(area, &["ddd"])
            && has_shape(group, &["dd"])
            && group != "00"
            && has_shape(serial, &["dddd"])
            && serial != "0000"
    })
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

/// A signed integer of 64 bits in its one spelling: no plus sign, no leading zeros, no `-0`.
///
/// Values are compared as they were given, so a second spelling would be a second value.
fn is_decimal_i64(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}

#[cfg(test)]
impl DataType {
    /// The type of that name; by strum, where the configuration goes through serde.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

#[cfg(test)]
mod tests;
