//! Characters that show.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character can be seen, and means itself: two texts of such characters that look alike are not
/// told apart by something that nobody sees.
pub(crate) fn is_visible(character: char) -> bool {
    // Controls, format characters, what is private or unassigned; white space.
    !is_of(GeneralCategoryGroup::Other, character)
        && !is_of(GeneralCategoryGroup::Separator, character)
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        && !is_blank(character)
        && !stands_for_another(character)
}

/// Whether the character's general category is one of the group.
pub(crate) fn is_of(group: GeneralCategoryGroup, character: char) -> bool {
    group.contains(CodePointMapData::<GeneralCategory>::new().get(character))
}

/// Symbols, a mark and letters whose very glyph is blank: of braille, of musical notes, of Khitan, of
/// hieroglyphs. Unicode has no property for them.
fn is_blank(character: char) -> bool {
    matches!(character, '\u{2800}' | '\u{1d159}' | '\u{16fe4}' | '\u{13441}' | '\u{13442}')
}

/// Something that could not be decoded, or no text.
fn stands_for_another(character: char) -> bool {
    matches!(character, '\u{fffc}' | '\u{fffd}')
}
