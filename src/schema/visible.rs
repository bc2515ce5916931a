//! Characters that show.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether a character can be seen, and means itself: two texts of such characters that look alike are not
/// told apart by something that nobody sees.
pub(crate) fn is_visible(character: char) -> bool {
    let is_shown = !matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    is_shown && !is_blank(character) && !stands_for_another(character)
}

/// Letters, marks and symbols without a shape: of Unicode's `Default_Ignorable_Code_Point` those that no
/// category above holds (the library does not have that property), and those whose very glyph is blank.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        // The grapheme joiner; Hangul fillers; inherent vowels of Khmer; variation selectors.
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
            // The blank of braille, of musical notes, of Khitan and of hieroglyphs.
            | '\u{2800}' | '\u{1d159}' | '\u{16fe4}' | '\u{13441}' | '\u{13442}'
    )
}

/// Something that could not be decoded, or no text.
fn stands_for_another(character: char) -> bool {
    matches!(character, '\u{fffc}' | '\u{fffd}')
}
