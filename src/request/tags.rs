//! The tags that a request gives a token.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::error::Error;
use crate::request::list::without_repeats;
use crate::request::name::Name;

/// The tags that a request gives a token, and those that must be unique.
pub(crate) struct Tags<'a> {
    /// None: the request says nothing of tags.
    pub(crate) tags: Option<Vec<&'a str>>,
    /// A subset of `tags`.
    pub(crate) unique: Vec<&'a str>,
}

impl<'a> Tags<'a> {
    /// `path` is that of the object which both are members of.
    pub(crate) fn new(
        tags: Option<Vec<Name<'a>>>,
        unique: Option<Vec<Name<'a>>>,
        path: &str,
        max_tags: usize,
    ) -> Result<Self, Error> {
        const UNIQUE: &str = "ensure_unique_tenant_tags";
        let limited = |tags, member| limited(tags, &format!("{path}.{member}"), max_tags);
        let tags = tags.map(|tags| limited(tags, "tags")).transpose()?;
        let unique = limited(unique.unwrap_or_default(), UNIQUE)?;
        let known = tags.as_deref().unwrap_or_default();
        if !unique.iter().all(|tag| known.contains(tag)) {
            return Err(Error::bad_request(
                format!("{path}.{UNIQUE}"),
                "must be a subset of `tags`",
            ));
        }
        Ok(Self { tags, unique })
    }

    /// The tags, if any, as texts of their own.
    pub(crate) fn to_owned(&self) -> Vec<String> {
        self.tags.iter().flatten().map(|tag| (*tag).to_owned()).collect()
    }
}

/// The parameter `tags` of an operation on one blob: a list, or, as the public API has it, a text with commas
/// between them. No text: no tags.
pub(crate) struct TagsParameter<'a>(Vec<Name<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for TagsParameter<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TagsVisitor)
    }
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = TagsParameter<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of tags, or text with commas between them")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        let named = |tag| Name::try_from(tag).map_err(E::custom);
        let tags =
            if text.is_empty() { Ok(Vec::new()) } else { text.split(',').map(named).collect() };
        tags.map(TagsParameter)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut tags = Vec::new();
        while let Some(tag) = items.next_element()? {
            tags.push(tag);
        }
        Ok(TagsParameter(tags))
    }
}

/// The tags that a parameter gives; none where it is absent.
pub(crate) fn of_parameter<'a>(
    tags: Option<TagsParameter<'a>>,
    max_tags: usize,
) -> Result<Vec<&'a str>, Error> {
    limited(tags.map_or_else(Vec::new, |tags| tags.0), "tags", max_tags)
}

/// A list of tags, each once; it may be empty.
fn limited<'a>(tags: Vec<Name<'a>>, field: &str, max_tags: usize) -> Result<Vec<&'a str>, Error> {
    let tags = without_repeats(tags);
    if tags.len() > max_tags {
        let problem = "must be at most `settings.maxTags` tags";
        return Err(Error::bad_request(field, problem));
    }
    Ok(tags.into_iter().map(|tag| tag.0).collect())
}
