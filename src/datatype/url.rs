//! URLs. The crate `iri-string` accepts the same IRIs, and the tests hold ours to it; but it takes apart more
//! than anybody asks for here, which is four kilobytes of wasm.

use core::ops::Range;

use super::address_literal::is_ipv6;
use crate::text::split_before;

/// Where in a URL its parts are.
pub(super) struct Url {
    /// After `://`.
    pub(super) scheme_end: usize,
    pub(super) host: Range<usize>,
}

impl Url {
    /// Reads an IRI (RFC 3987) with a host: what a browser's address bar takes is no less a URL for a letter
    /// that is not ASCII. The RFC's letters include white space beyond ASCII, ours do not.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = split_before(text, b":");
        let (authority, rest) = split_before(rest.strip_prefix("://")?, b"/?#");
        let (path, rest) = split_before(rest, b"?#");
        let (query, fragment) = split_before(rest, b"#");
        let (userinfo, host) = match split_before(authority, b"@") {
            (_, "") => ("", authority),
            (userinfo, host) => (userinfo, host.strip_prefix('@')?),
        };
        let scheme_end = scheme.len() + "://".len();
        let host_start = scheme_end + authority.len() - host.len();
        let host = without_port(host);
        let is_valid = is_scheme(scheme)
            && Part::UserInfo.accepts(userinfo)
            && !host.is_empty()
            && (Part::Host.accepts(host) || is_ip_literal(host))
            && Part::Path.accepts(path)
            && Part::Query.accepts(query)
            && Part::Fragment.accepts(fragment.strip_prefix('#').unwrap_or_default());
        is_valid.then_some(Self { scheme_end, host: host_start..host_start + host.len() })
    }
}

fn without_port(authority: &str) -> &str {
    let digits = authority.bytes().rev().take_while(u8::is_ascii_digit).count();
    let host = authority.get(..authority.len() - digits).and_then(|host| host.strip_suffix(':'));
    host.unwrap_or(authority)
}

fn is_scheme(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// An address in brackets: IPv6, or of a version to come.
fn is_ip_literal(host: &str) -> bool {
    let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    let future = address.strip_prefix('v').or_else(|| address.strip_prefix('V'));
    let Some(future) = future else { return is_ipv6(address) };
    let (version, address) = split_before(future, b".");
    !version.is_empty()
        && version.bytes().all(|digit| digit.is_ascii_hexdigit())
        && address.len() > ".".len()
        && address.bytes().all(|byte| byte.is_ascii() && byte != b'%')
        && Part::UserInfo.accepts(address)
}

/// The parts by the characters that they may have: each those of the one before, and some more.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Part {
    Host,
    UserInfo,
    Path,
    Fragment,
    Query,
}

impl Part {
    fn accepts(self, text: &str) -> bool {
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            let mut is_hex = || rest.next().is_some_and(|digit| digit.is_ascii_hexdigit());
            let allowed = match character {
                '%' => is_hex() && is_hex(),
                ':' => self >= Self::UserInfo,
                '/' | '@' => self >= Self::Path,
                '?' => self >= Self::Fragment,
                '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => self == Self::Query,
                _ => is_unreserved(character) || is_sub_delimiter(character),
            };
            // The last two of each plane are no characters.
            if !allowed || u32::from(character) & 0xfffe == 0xfffe {
                return false;
            }
        }
        true
    }
}

fn is_unreserved(character: char) -> bool {
    match character {
        '-' | '.' | '_' | '~' => true,
        '\u{a0}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{ffef}'
        | '\u{10000}'..='\u{dffff}'
        | '\u{e1000}'..='\u{effff}' => !character.is_whitespace(),
        _ => character.is_ascii_alphanumeric(),
    }
}

fn is_sub_delimiter(character: char) -> bool {
    matches!(character, '!' | '$' | '&'..=',' | ';' | '=')
}

#[cfg(test)]
mod tests {
    use iri_string::types::IriStr;
    use proptest::prelude::*;

    use super::*;

    /// As the library takes it apart.
    fn parse_with_the_library(text: &str) -> Option<(usize, Range<usize>)> {
        let authority = IriStr::new(text).ok()?.authority_components()?;
        let userinfo = authority.userinfo().map_or(0, |userinfo| userinfo.len() + "@".len());
        let scheme_end = text.find(':')? + "://".len();
        let host_start = scheme_end + userinfo;
        let is_url = !authority.host().is_empty() && !text.contains(char::is_whitespace);
        is_url.then_some((scheme_end, host_start..host_start + authority.host().len()))
    }

    fn same_as_the_library(text: &str) -> bool {
        let ours = Url::parse(text).map(|Url { scheme_end, host }| (scheme_end, host));
        ours == parse_with_the_library(text)
    }

    /// All up to the last white space, and of the others those where a range may begin or end.
    #[test]
    fn every_kind_of_character_in_every_part() {
        let is_edge = |character: &char| {
            *character <= '\u{3000}'
                || matches!(u32::from(*character) & 0xff, 0 | 0xcf | 0xd0 | 0xef | 0xf0 | 0xfd..)
        };
        for character in ('\0'..=char::MAX).filter(is_edge) {
            for (before, after) in [
                ("", "s://u@h"),
                ("s", "://u@h"),
                ("s:", "//u@h"),
                ("s:/", "/u@h"),
                ("s://", "u@h"),
                ("s://u", "@h"),
                ("s://u@", "h"),
                ("s://h", ""),
                ("s://h:1", ""),
                ("s://h/", ""),
                ("s://h?", ""),
                ("s://h#", ""),
                ("s://h/%a", ""),
                ("s://h/%", "a"),
                ("s://[v", ".a]"),
                ("s://[v1", "a]"),
                ("s://[v1.", "]"),
                ("s://[1", ":2]"),
                ("s://[::1]", ""),
            ] {
                let text = format!("{before}{character}{after}");
                assert!(same_as_the_library(&text), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn near_urls_are_what_the_library_says(
            text in "[a-z]{1,2}:/{1,3}([a-z0-9:@%é\\[\\]]{0,4}@)?([a-z0-9.%:@\\[\\]]{0,6}|\\[[v0-9a-f:.]{0,12}\\])[:/?#@]{0,3}[a-z0-9:@/?#%\u{e000}]{0,10}"
        ) {
            prop_assert!(same_as_the_library(&text), "{}", text);
        }

        #[test]
        fn addresses_in_brackets_are_what_the_library_says(
            text in "s://\\[([0-9a-fg]{0,5}:){0,9}[0-9a-f:]{0,6}(([0-2]?[0-9]{1,2}\\.){3,4}[0-9]{1,3})?\\]"
        ) {
            prop_assert!(same_as_the_library(&text), "{}", text);
        }

        #[test]
        fn any_text_is_what_the_library_says(text in ".*|[a-z0-9:/?#\\[\\]@%é ]{0,16}") {
            prop_assert!(same_as_the_library(&text), "{}", text);
        }
    }
}
