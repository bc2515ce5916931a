//! URLs: IRIs (RFC 3987) that have a host, or the path of one, from the root.

use std::ops::Range;

use iri_string::types::{IriRelativeStr, IriStr};

/// Where in a URL its parts are.
pub(crate) struct Url {
    /// After `://`.
    pub(crate) scheme_end: usize,
    pub(crate) host: Range<usize>,
}

impl Url {
    /// Reads an IRI (RFC 3987) with a host: what a browser's address bar takes is no less a URL for a letter
    /// that is not ASCII. The RFC's letters include white space beyond ASCII, ours do not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let iri = IriStr::new(text).ok()?;
        let authority = iri.authority_components()?;
        if authority.host().is_empty() || text.contains(char::is_whitespace) {
            return None;
        }
        let scheme_end = iri.scheme_str().len() + "://".len();
        let userinfo = authority.userinfo().map_or(0, |userinfo| userinfo.len() + "@".len());
        let start = scheme_end + userinfo;
        Some(Self { scheme_end, host: start..start + authority.host().len() })
    }
}

/// Whether it is a URL without scheme and host, as a request line has it: `/path?query#fragment`.
pub(crate) fn is_path_absolute(text: &str) -> bool {
    let reference = IriRelativeStr::new(text).ok();
    reference.is_some_and(|reference| reference.authority_str().is_none())
        && text.starts_with('/')
        && !text.contains(char::is_whitespace)
}
