//! E-mail addresses, by the grammar of RFC 5321. (The crate `email_address` refuses real internationalised
//! addresses, and accepts `a@b#c.com`.)

use std::net::{Ipv4Addr, Ipv6Addr};

use icu_properties::props::GeneralCategoryGroup;

use crate::schema::visible::{is_of, is_visible};

/// Which characters an address may have outside of its punctuation.
#[derive(Clone, Copy)]
pub(crate) enum Characters {
    /// RFC 5321.
    Ascii,
    /// Also those of RFC 6531 that can be seen.
    Unicode,
}

impl Characters {
    fn allow_beyond_ascii(self, character: char) -> bool {
        matches!(self, Self::Unicode) && !character.is_ascii() && is_visible(character)
    }
}

/// RFC 5321's `Mailbox`, within its lengths: 64 octets before the `@`, 254 in all. The domain has a dot, or
/// is an address: nobody's address on the internet is `jane@localhost`.
pub(crate) fn is_mailbox(text: &str, characters: Characters) -> bool {
    let is_atom = |atom: &str| is_word(atom, is_atom_punctuation, characters);
    let is_label = |label: &str| {
        // Characters, not octets: what the DNS limits is the ASCII form of a label.
        label.chars().count() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.starts_with(is_mark)
            && is_word(label, |character| character == '-', characters)
            && label.chars().all(|character| character.is_ascii() || is_of_a_domain(character))
    };
    text.len() <= 254
        && split_mailbox(text).is_some_and(|(local, domain)| {
            local.len() <= 64
                && (local.split('.').all(is_atom) || is_quoted_string(local, characters))
                && (domain.contains('.') && domain.split('.').all(is_label)
                    || is_address_literal(domain))
        })
}

/// Local part and domain. The last `@` parts them: a quoted local part may hold others.
pub(crate) fn split_mailbox(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once('@')
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

/// What a label of a domain may have beyond ASCII: letters, their marks, numbers, and symbols for those who
/// have an emoji for a domain (RFC 5892 has none, and two signs of Hebrew). Punctuation is not among them,
/// nor anything else that may be taken for a dot: software would split the domain there, or show another.
fn is_of_a_domain(character: char) -> bool {
    // `⒈`, `🄀` and the abbreviations that are one character, such as `㏂`; letters and marks that are drawn as a dot,
    // or as two; and Braille, which is dots, or nothing.
    let holds_dot = matches!(
        character,
        '\u{2488}'..='\u{249b}' | '\u{1f100}' | '\u{33c2}' | '\u{33c7}' | '\u{33d8}'
            | '\u{1d16d}' | '\u{a4f8}' | '\u{a4fa}' | '\u{a4fb}' | '\u{2800}'..='\u{28ff}'
    );
    let is_letter_or_symbol = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Mark)
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::OtherSymbol);
    !holds_dot
        && (is_of(is_letter_or_symbol, character) || matches!(character, '\u{5f3}' | '\u{5f4}'))
}

fn is_mark(character: char) -> bool {
    is_of(GeneralCategoryGroup::Mark, character)
}

fn is_atom_punctuation(character: char) -> bool {
    "!#$%&'*+-/=?^_`{|}~".contains(character)
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

/// An IP address in brackets; RFC 5321's third form has no tag that is registered.
fn is_address_literal(domain: &str) -> bool {
    let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match address.split_once(':') {
        None => address.parse::<Ipv4Addr>().is_ok(),
        Some((tag, address)) => {
            tag.eq_ignore_ascii_case("IPv6") && address.parse::<Ipv6Addr>().is_ok()
        }
    }
}
