//! Address literals, the domains that are IP addresses. The standard library's parsers accept the
//! same, and the tests hold ours to them; but they make numbers that nobody asks for here, which is
//! three kilobytes of wasm.

use super::is_dotted;
use crate::text::split_before;

/// An IP address in brackets; RFC 5321's third form has no tag that is registered.
pub(super) fn is_address_literal(domain: &str) -> bool {
    let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match split_before(address, b":") {
        (_, "") => is_ipv4(address),
        (tag, address) => {
            tag.eq_ignore_ascii_case("IPv6") && address.strip_prefix(':').is_some_and(is_ipv6)
        }
    }
}

/// Four numbers up to 255, without leading zeros.
fn is_ipv4(text: &str) -> bool {
    let is_octet = |octet: &str| {
        let is_canonical = octet == "0" || !octet.starts_with('0');
        let is_in_range = matches!(octet.len(), 1 | 2) || octet.len() == 3 && octet <= "255";
        is_canonical && is_in_range && octet.bytes().all(|digit| digit.is_ascii_digit())
    };
    is_dotted(text, &is_octet) && text.bytes().filter(|byte| *byte == b'.').count() == 3
}

/// Eight groups; `::`, once, stands for at least one of them.
pub(super) fn is_ipv6(text: &str) -> bool {
    let gap = text.as_bytes().windows(2).position(|pair| pair == b"::");
    let Some((before, after)) = gap.and_then(|gap| text.split_at_checked(gap)) else {
        return group_count(text) == Some(8);
    };
    // An IPv4 address stands at the end and nowhere else.
    let before = group_count(before).filter(|_| split_before(before, b".").1.is_empty());
    let after = after.get("::".len()..).and_then(group_count);
    before.zip(after).is_some_and(|(before, after)| before + after < 8)
}

/// The number of groups; an IPv4 address at the end is two.
fn group_count(text: &str) -> Option<usize> {
    let mut count = 0;
    let mut left = Some(text).filter(|text| !text.is_empty());
    while let Some(text) = left {
        let (group, rest) = split_before(text, b":");
        let is_hex = group.bytes().all(|digit| digit.is_ascii_hexdigit());
        count += match group.len() {
            1..=4 if is_hex => 1,
            _ if rest.is_empty() && is_ipv4(group) => 2,
            _ => return None,
        };
        left = rest.strip_prefix(':');
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn same_as_the_library(text: &str) -> bool {
        is_ipv4(text) == text.parse::<Ipv4Addr>().is_ok()
            && is_ipv6(text) == text.parse::<Ipv6Addr>().is_ok()
    }

    #[test]
    fn every_number_of_groups_and_every_gap() {
        for before in 0..=9 {
            for after in 0..=9 {
                for end in ["", "1.2.3.4", ":1.2.3.4", "1.2.3.04", "1.2.3.4:1"] {
                    for gap in ["", ":", "::", ":::"] {
                        let (before, after) = (vec!["0"; before], vec!["fFf9"; after]);
                        let text = [&before.join(":"), gap, &after.join(":"), end].concat();
                        assert!(same_as_the_library(&text), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_octet() {
        for octet in 0..=1_000 {
            for octet in [format!("{octet}"), format!("0{octet}"), format!("+{octet}")] {
                assert!(same_as_the_library(&format!("{octet}.0.10.255")), "{octet}");
                assert!(same_as_the_library(&format!("192.0.2.{octet}")), "{octet}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_address_is_one(four: u32, six: u128, mapped: u32) {
            prop_assert!(is_ipv4(&Ipv4Addr::from(four).to_string()));
            prop_assert!(is_ipv6(&Ipv6Addr::from(six).to_string()));
            prop_assert!(is_ipv6(&Ipv4Addr::from(mapped).to_ipv6_mapped().to_string()));
        }

        #[test]
        fn near_addresses_are_what_the_library_says(
            text in "([0-9a-fg]{0,5}:){0,9}[0-9a-f:]{0,6}(([0-2]?[0-9]{1,2}\\.){3,4}[0-9]{1,3})?"
        ) {
            prop_assert!(same_as_the_library(&text), "{}", text);
        }
    }
}
