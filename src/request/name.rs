//! Texts that have a form.

use serde::Deserialize;
use uuid::Uuid;

/// A scope, a tenant, a tag, a transaction ID: 1 to 256 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "&str")]
pub(crate) struct Name<'a>(pub(crate) &'a str);

/// The caller's own words: at most 1,024 characters.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "&str")]
pub(crate) struct Note<'a>(pub(crate) &'a str);

/// A token ID: `[A-Za-z0-9_-]{1,128}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "&str")]
pub(crate) struct TokenId<'a>(pub(crate) &'a str);

/// Whether this may be the name of a transformer.
pub(crate) fn is_transformer_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(legal)
}

impl<'a> TryFrom<&'a str> for Name<'a> {
    type Error = &'static str;

    fn try_from(text: &'a str) -> Result<Self, &'static str> {
        let fits = (1..=256).contains(&text.chars().count());
        fits.then_some(Self(text)).ok_or("must be text of 1 to 256 characters")
    }
}

impl<'a> TryFrom<&'a str> for Note<'a> {
    type Error = &'static str;

    fn try_from(text: &'a str) -> Result<Self, &'static str> {
        let fits = text.chars().count() <= 1_024;
        fits.then_some(Self(text)).ok_or("must be text of at most 1024 characters")
    }
}

impl<'a> TryFrom<&'a str> for TokenId<'a> {
    type Error = &'static str;

    fn try_from(text: &'a str) -> Result<Self, &'static str> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(legal);
        fits.then_some(Self(text)).ok_or("must be 1 to 128 letters, digits, hyphens or underscores")
    }
}

impl TokenId<'_> {
    /// Whether it has the shape of a version 8 UUID in any spelling: in either case, without hyphens
    /// too. Such are the IDs of `deterministic` tokens.
    pub(crate) fn looks_derived(self) -> bool {
        Uuid::try_parse(self.0).is_ok_and(|uuid| uuid.get_version_num() == 8)
    }
}
