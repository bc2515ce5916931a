//! The mask of each type: what may be seen of a value without seeing it.
//!
//! A mask keeps what names the value to who knows it, and has `*` for all else. Where it would keep
//! the whole of a value, or of a word of a name, that is all `*` too. The length shows, except for
//! the types whose masks are always the same.

use std::borrow::Cow;

use crate::json::tree::Json;
use crate::schema::data_type::DataType;
use crate::schema::email::split_mailbox;
use crate::schema::timestamp::{is_rfc3339, without_fraction};
use crate::schema::url::Url;

impl DataType {
    /// A value that is not of this type, or not any more, is masked by its kind.
    pub(crate) fn mask(self, value: &Json<'_>) -> Json<'static> {
        match (self.text_of(value), value) {
            (Some(text), _) => self.mask_text(text).into(),
            // Only for `JSON` are the keys names; else they may be data.
            (None, Json::List(_) | Json::Object(_)) if self != Self::Json => "*".into(),
            (None, _) => mask_by_kind(value),
        }
    }

    /// `text` is one that this type accepts.
    fn mask_text(self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        match self {
            Self::Name | Self::CcHolderName => hide_in_words(text, &mut masked),
            Self::Gender => masked.push_str("**********"),
            Self::Email | Self::EmailStrict => hide_local_part(text, &mut masked),
            // What was sealed before there were normal forms may still have separators.
            Self::PhoneNumber => {
                let digits = text.replace('-', "");
                let digits =
                    digits.strip_prefix('+').inspect(|_| masked.push('*')).unwrap_or(&digits);
                hide_all_but_last(4, digits, &mut masked);
            }
            Self::CcNumber => hide_all_but_last(4, &text.replace(['-', ' '], ""), &mut masked),
            Self::Ban | Self::UsBankAccountNumber => hide_all_but_last(4, text, &mut masked),
            Self::UsBankRouting => hide_all_but_last(3, text, &mut masked),
            Self::Ssn => {
                masked.push_str("***-**-");
                masked.push_str(text.get(text.len().saturating_sub(4)..).unwrap_or_default());
            }
            Self::ZipCodeUs => {
                masked.push_str(text.get(..3).unwrap_or_default());
                masked.push_str("**");
            }
            Self::CcExpirationString => masked.push_str("**/****"),
            Self::CcCvv => masked.push_str("***"),
            Self::Date | Self::DateOfBirth => {
                masked.push_str(text.get(..4).unwrap_or_default());
                masked.push_str("-**-**");
            }
            // The zone stays as it was written: without it the hour would be another.
            Self::Timestamp if is_rfc3339(text) => {
                masked.push_str(text.get(.."2024-11-08T15".len()).unwrap_or_default());
                masked.push_str(":**:**");
                let rest = text.get("2024-11-08T15:04:05".len()..);
                masked.push_str(rest.and_then(without_fraction).unwrap_or_default());
            }
            Self::Url => hide_around_host(text, &mut masked),
            Self::Timestamp | Self::Integer | Self::Double => hide(text, is_no_digit, &mut masked),
            Self::Blob => masked.push_str("<BLOB>"),
            Self::String
            | Self::LongText
            | Self::Address
            | Self::TenantId
            | Self::ObjectId
            | Self::Boolean
            | Self::Json => hide(text, char::is_whitespace, &mut masked),
        }
        masked
    }
}

/// The values inside of a structure as they would be outside of it. Null says nothing and stays.
fn mask_by_kind(value: &Json<'_>) -> Json<'static> {
    match value {
        Json::Null => Json::Null,
        Json::Bool(_) => "*".into(),
        Json::Number(number) => {
            let text = ryu_js::Buffer::new().format(*number).to_owned();
            hidden(&text, is_no_digit).into()
        }
        Json::Text(text) => hidden(text, char::is_whitespace).into(),
        Json::List(items) => Json::List(items.iter().map(mask_by_kind).collect()),
        Json::Object(members) => {
            let masked = members
                .iter()
                .map(|(key, value)| (Cow::Owned(key.clone().into_owned()), mask_by_kind(value)));
            Json::Object(masked.collect())
        }
    }
}

fn is_no_digit(character: char) -> bool {
    !character.is_ascii_digit()
}

/// A `*` for every character that is not kept.
fn hide(text: &str, is_kept: fn(char) -> bool, masked: &mut String) {
    for character in text.chars() {
        masked.push(if is_kept(character) { character } else { '*' });
    }
}

fn hidden(text: &str, is_kept: fn(char) -> bool) -> String {
    let mut masked = String::with_capacity(text.len());
    hide(text, is_kept, &mut masked);
    masked
}

/// The first character of each word that has another.
fn hide_in_words(text: &str, masked: &mut String) {
    let mut rest = text.chars();
    let mut in_word = false;
    while let Some(character) = rest.next() {
        let is_space = character.is_whitespace();
        let goes_on = rest.clone().next().is_some_and(|next| !next.is_whitespace());
        let is_kept = is_space || !in_word && goes_on;
        masked.push(if is_kept { character } else { '*' });
        in_word = !is_space;
    }
}

/// The first character of the local part.
fn hide_local_part(text: &str, masked: &mut String) {
    if let Some((local, domain)) = split_mailbox(text) {
        hide_all_but_first(local, masked);
        masked.push('@');
        masked.push_str(domain);
    }
}

/// The first character, if there is another.
fn hide_all_but_first(text: &str, masked: &mut String) {
    let mut rest = text.chars();
    let first = rest.next().filter(|_| !rest.as_str().is_empty());
    masked.extend(first);
    hide(if first.is_some() { rest.as_str() } else { text }, char::is_whitespace, masked);
}

/// The last characters, where there are more.
fn hide_all_but_last(kept: usize, text: &str, masked: &mut String) {
    let length = text.chars().count();
    let hidden = if length > kept { length - kept } else { length };
    for (place, character) in text.chars().enumerate() {
        masked.push(if place < hidden { '*' } else { character });
    }
}

/// Scheme and host, where there is anything else.
fn hide_around_host(text: &str, masked: &mut String) {
    let url = Url::parse(text).filter(|url| url.host != (url.scheme_end..text.len()));
    for (place, character) in text.char_indices() {
        let is_kept =
            url.as_ref().is_some_and(|url| place < url.scheme_end || url.host.contains(&place));
        masked.push(if is_kept { character } else { '*' });
    }
}

#[cfg(test)]
mod tests;
