//! The tags that a request gives a token.

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
        let tags = tags.map(|tags| limited(tags, path, "tags", max_tags)).transpose()?;
        let unique = limited(unique.unwrap_or_default(), path, UNIQUE, max_tags)?;
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

/// A body's list of tags, each once; it may be empty.
fn limited<'a>(
    tags: Vec<Name<'a>>,
    path: &str,
    member: &str,
    max_tags: usize,
) -> Result<Vec<&'a str>, Error> {
    let tags = without_repeats(tags);
    if tags.len() > max_tags {
        let problem = "must be at most `settings.maxTags` tags";
        return Err(Error::bad_request(format!("{path}.{member}"), problem));
    }
    Ok(tags.into_iter().map(|tag| tag.0).collect())
}
