//! The card whose shape a token's ID has, and what the token's head remembers of it.

use crate::error::Error;
use crate::host::Host;
use crate::json::tree::Json;
use crate::label::Label;
use crate::operation::pass::Pass;
use crate::request::card_template::{CardTemplate, not_tokenized, refused};
use crate::schema::data_type::{DataType, is_luhn};
use crate::sealing::blind::BlindIndex;
use crate::sealing::head::Head;

/// Five of the six digits in the middle are free; the sixth makes the Luhn sum right.
pub(crate) const MIDDLES: u32 = 100_000;

/// A card's number: digits alone.
pub(crate) struct CardNumber {
    pub(crate) digits: String,
    pub(crate) shape: Shape,
}

impl CardNumber {
    /// That of the template's property in the data.
    pub(crate) fn of(template: &CardTemplate<'_>, canonical: &str) -> Result<Self, Error> {
        let Ok(Json::Object(fields)) = Json::parse(canonical, "object") else {
            return Err(not_tokenized());
        };
        let value = fields.iter().find(|(name, _)| template.properties.contains(&&**name));
        value.and_then(|(_, value)| Self::read(value)).ok_or_else(not_tokenized)
    }

    pub(crate) fn read(value: &Json<'_>) -> Option<Self> {
        let Json::Text(text) = value else { return None };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let shape = Shape::of(&digits)?;
        Some(Self { digits, shape })
    }

    pub(crate) fn hash(&self, index: &BlindIndex, collection: &str) -> Label {
        index.derive_card_number_hash(collection, &self.digits)
    }
}

/// Sixteen digits in the shape of a card: its first six, six others, its last four.
#[derive(Clone)]
pub(crate) struct Shape {
    pub(crate) first_six: String,
    pub(crate) last_four: String,
}

impl Shape {
    /// The shape of a card's number, or of an ID that has the shape.
    pub(crate) fn of(digits: &str) -> Option<Self> {
        let last_four = digits.len().checked_sub(4).and_then(|start| digits.get(start..))?;
        Some(Self { first_six: digits.get(..6)?.to_owned(), last_four: last_four.to_owned() })
    }

    pub(crate) fn fits(&self, digits: &str) -> bool {
        digits.starts_with(&self.first_six) && digits.ends_with(&self.last_four)
    }

    /// The ID with this number in its middle; the last of the six makes the Luhn sum right.
    pub(crate) fn with(&self, middle: u32) -> String {
        let Self { first_six, last_four } = self;
        let five = middle % MIDDLES;
        let mut ids = (0..10).map(|sixth| format!("{first_six}{five:05}{sixth}{last_four}"));
        ids.find(|id| is_luhn(id)).unwrap_or_default()
    }
}

/// What the head of a card-shaped token says after new data: its ID stays, so only a number of the
/// same shape matters. An ID that would be its own card's number is refused.
pub(crate) fn follow_card<H: Host>(
    pass: &Pass<'_, H>,
    head: &mut Head,
    canonical: &str,
) -> Result<(), Error> {
    let Some(shape) = head.card_number.and_then(|_| Shape::of(&head.token_id)) else {
        return Ok(());
    };
    let Ok(Json::Object(fields)) = Json::parse(canonical, "object") else { return Ok(()) };
    let mut numbers = Vec::new();
    for (name, value) in &fields {
        let collection = &pass.call.collection;
        if collection.property(name)?.data_type != DataType::CcNumber {
            continue;
        }
        let Some(card) = CardNumber::read(value).filter(|card| shape.fits(&card.digits)) else {
            continue;
        };
        if card.digits == head.token_id {
            return Err(refused("would make the card's number its token ID"));
        }
        numbers.push(card.hash(pass.index(), &collection.name));
    }
    // Of several cards of the shape, the one that is avoided already stays so.
    if !head.card_number.is_some_and(|held| numbers.contains(&held)) {
        head.card_number = numbers.first().copied().or(head.card_number);
    }
    Ok(())
}
