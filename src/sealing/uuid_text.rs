//! UUIDs (RFC 9562) as token IDs have them: hyphenated, in lower case.

use alloc::borrow::ToOwned;
use alloc::string::String;

/// The bytes of a UUID.
pub(super) type Uuid = [u8; 16];

const LENGTH: usize = 36;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Makes these bytes a UUID of this version.
pub(super) fn with_version(version: u8, mut uuid: Uuid) -> Uuid {
    let [_, _, _, _, _, _, version_and_more, _, variant_and_more, ..] = &mut uuid;
    *version_and_more = *version_and_more & 0x0f | version << 4;
    *variant_and_more = *variant_and_more & 0x3f | 0x80;
    uuid
}

pub(super) fn written(uuid: &Uuid) -> String {
    let mut text = [b'-'; LENGTH];
    let mut place = 0;
    for (number, byte) in uuid.iter().enumerate() {
        place += usize::from(is_after_hyphen(number));
        for digit in &[byte >> 4, byte & 15] {
            if let Some(character) = text.get_mut(place) {
                *character = DIGITS.get(usize::from(*digit)).copied().unwrap_or_default();
            }
            place += 1;
        }
    }
    core::str::from_utf8(&text).unwrap_or_default().to_owned()
}

/// The UUID that an ID is, if its text is the one that the UUID has.
pub(super) fn read(token_id: &str) -> Option<Uuid> {
    let hyphenated = token_id.len() == LENGTH;
    let lower = !token_id.bytes().any(|byte| byte.is_ascii_uppercase());
    if hyphenated && lower { parse(token_id) } else { None }
}

/// Whether an ID has the shape of a version 8 UUID in any spelling: in either case, without hyphens
/// too.
pub(crate) fn has_version_8(token_id: &str) -> bool {
    parse(token_id).is_some_and(|[_, _, _, _, _, _, byte, ..]| byte >> 4 == 8)
}

fn parse(text: &str) -> Option<Uuid> {
    let mut uuid = [0; 16];
    let hyphenated = text.len() == LENGTH;
    let mut rest = text.as_bytes();
    for (number, byte) in uuid.iter_mut().enumerate() {
        if hyphenated && is_after_hyphen(number) {
            rest = rest.strip_prefix(b"-")?;
        }
        let (digits, after) = rest.split_first_chunk::<2>()?;
        for digit in digits {
            *byte = *byte << 4 | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
        rest = after;
    }
    rest.is_empty().then_some(uuid)
}

/// Whether a hyphen stands before the byte with this number.
fn is_after_hyphen(number: usize) -> bool {
    matches!(number, 4 | 6 | 8 | 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_and_versions_are_those_of_the_uuid_crate(bytes: Uuid) {
            let random = uuid::Builder::from_random_bytes(bytes).into_uuid();
            let custom = uuid::Builder::from_custom_bytes(bytes).into_uuid();
            for (ours, theirs) in [
                (bytes, uuid::Uuid::from_bytes(bytes)),
                (with_version(4, bytes), random),
                (with_version(8, bytes), custom),
            ] {
                prop_assert_eq!(&ours, theirs.as_bytes());
                let text = theirs.hyphenated().to_string();
                prop_assert_eq!(&written(&ours), &text);
                prop_assert_eq!(read(&text), Some(ours));
                prop_assert_eq!(parse(&text.to_uppercase()), Some(ours));
                prop_assert_eq!(parse(&theirs.simple().to_string()), Some(ours));
            }
        }

        /// Of all that a token ID may be, but for the library's further spellings, which none may.
        #[test]
        fn what_the_uuid_crate_reads_is_read(
            bytes: Uuid,
            hyphenated: bool,
            place: prop::sample::Index,
            other in "[0-9a-gA-G_-]{0,2}",
        ) {
            let uuid = uuid::Uuid::from_bytes(bytes);
            let mut text =
                if hyphenated { uuid.hyphenated().to_string() } else { uuid.simple().to_string() };
            let place = place.index(text.len());
            text.replace_range(place..=place, &other);
            let theirs = uuid::Uuid::try_parse(&text).ok();
            prop_assert_eq!(parse(&text), theirs.map(uuid::Uuid::into_bytes));
            let has_version = theirs.is_some_and(|uuid| uuid.get_version_num() == 8);
            prop_assert_eq!(has_version_8(&text), has_version);
        }
    }
}
