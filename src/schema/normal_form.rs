//! Normal forms: one value is one, however it was typed.
//!
//! A value is brought to its form where it comes in, before anything is derived from it or sealed. What was
//! sealed earlier in another form stays as it is and is answered so.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::ser::{Serialize, Serializer};

use crate::json::tree::Json;
use crate::schema::data_type::DataType;

/// A value in the normal form of a type. (Not a `Cow` of the value: that could not be lent for less long.)
#[derive(Clone)]
pub(crate) enum NormalForm<'a> {
    /// As it was given.
    Given(&'a Json<'a>),
    /// Another text than was given.
    Text(String),
}

impl Serialize for NormalForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(value) => value.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

impl DataType {
    /// The value in the normal form of this type; none where it is not of the type. Null is the caller's to
    /// decide. A value that is in the form already is not copied.
    pub(crate) fn normalize<'a>(self, value: &'a Json<'a>) -> Option<NormalForm<'a>> {
        let Json::Text(text) = value else {
            return self.accepts_no_text(value).then_some(NormalForm::Given(value));
        };
        Some(match self.normalize_text(text)? {
            Cow::Borrowed(_) => NormalForm::Given(value),
            Cow::Owned(text) => NormalForm::Text(text),
        })
    }

    /// Whether the value is of this type. Null is the caller's to decide.
    pub(crate) fn accepts(self, value: &Json<'_>) -> bool {
        self.normalize(value).is_some()
    }

    /// The text of the value, if it is one that this type accepts.
    pub(crate) fn text_of<'a>(self, value: &'a Json<'_>) -> Option<&'a str> {
        match value {
            Json::Text(text) if self.accepts(value) => Some(text),
            _ => None,
        }
    }

    /// Checks a composed text once it is composed, and one with separators before they go.
    fn normalize_text(self, text: &str) -> Option<Cow<'_, str>> {
        let text = if self.is_composed() { compose(text) } else { Cow::Borrowed(text) };
        let separators: &[char] = match self {
            Self::CcNumber => &[' ', '-'],
            Self::PhoneNumber => &['-'],
            _ => &[],
        };
        let is_accepted = self.accepts_text(&text);
        is_accepted.then(|| {
            if text.contains(separators) { text.replace(separators, "").into() } else { text }
        })
    }

    /// Whether the form is NFC. Types whose texts are ASCII need none, and `URL` and `JSON` are kept as given.
    fn is_composed(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::LongText
                | Self::Address
                | Self::TenantId
                | Self::ObjectId
                | Self::Name
                | Self::CcHolderName
                | Self::Gender
                | Self::Email
                | Self::UsBankAccountNumber
        )
    }
}

/// Borrowed where it is composed already.
fn compose(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

#[cfg(test)]
mod tests;
