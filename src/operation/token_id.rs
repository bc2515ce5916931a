//! Token IDs that are not plain random: derived from the data, or shaped like a card's number.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::pass::Pass;
use super::reads::Stop;
use crate::collection::Collection;
use crate::datatype::{DataType, is_luhn};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, LabelMap};
use crate::json::{self, ANY_TEXT, Json, Members};
use crate::sealing::{BlindIndex, Fresh, Head};

/// A scope that begins so reaches over all collections.
pub(super) const GLOBAL_SCOPE: &str = "global:";
/// How often an ID is drawn before none counts as free.
const DRAWS: u32 = 100;
/// Five of the six digits are free; the sixth makes the Luhn sum right.
const MIDDLES: u32 = 100_000;

/// A token's ID and the claim that is derived from it.
#[derive(Clone)]
pub(super) struct ClaimedId {
    pub(super) token_id: String,
    pub(super) claim: Label,
}

impl ClaimedId {
    pub(super) fn new<H: Host>(pass: &Pass<'_, H>, token_id: String) -> Self {
        let claim = pass.derive_token_claim(&token_id);
        Self { token_id, claim }
    }

    /// One that nothing determines.
    pub(super) fn random<H: Host>(pass: &Pass<'_, H>, fresh: &mut Fresh) -> Result<Self, Error> {
        Ok(Self::new(pass, fresh.make_token_id()?))
    }
}

/// What a derived ID is derived from.
pub(super) struct Derivation<'a> {
    pub(super) collection: &'a str,
    pub(super) tenant: Option<&'a str>,
    pub(super) scope: &'a str,
    pub(super) canonical: &'a str,
}

impl Derivation<'_> {
    /// The ID of the `deterministic` token of this data: a version 8 UUID, or shaped like the card.
    pub(super) fn token_id(
        &self,
        index: &BlindIndex,
        card: Option<&CardNumber>,
    ) -> Result<String, Error> {
        let Self { collection, tenant, scope, canonical } = self;
        let collection = (!scope.starts_with(GLOBAL_SCOPE)).then_some(*collection);
        let Some(card) = card else {
            return index.derive_token_id(collection, *tenant, scope, canonical);
        };
        for attempt in 0..DRAWS {
            let middle = index.derive_card_id(collection, *tenant, scope, canonical, attempt);
            let token_id = card.shape.with(middle);
            if token_id != *card.digits {
                return Ok(token_id);
            }
        }
        Err(none_free())
    }
}

/// `fptemplate` and `fpprops`: the ID shall look like a card's number.
pub(super) struct CardTemplate<'a> {
    /// One, once it is checked.
    properties: Vec<&'a str>,
}

impl<'a> CardTemplate<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Option<Self> {
        let template = members.optional_text("fptemplate", &ANY_TEXT);
        let properties = members.optional_texts("fpprops", &ANY_TEXT);
        match (template, properties) {
            (Some("primary_account_number"), Some(properties)) => return Some(Self { properties }),
            (Some(_), Some(_)) => {
                members.refuse("fptemplate", "must be `primary_account_number`");
            }
            (None, None) => {}
            _ => members.refuse("fptemplate", "and `fpprops` need each other"),
        }
        None
    }

    /// Refuses all but one property, one that is no card number, and one that is not among those
    /// that the request shows to be tokenized.
    pub(super) fn check(
        &self,
        collection: &Collection,
        tokenized: Option<&[&str]>,
    ) -> Result<(), Error> {
        for property in &self.properties {
            collection.property(property)?;
        }
        let [property] = self.properties.as_slice() else {
            return Err(refused("needs exactly one property in `fpprops`"));
        };
        if collection.property(property)?.data_type != DataType::CcNumber {
            return Err(refused("needs a property of type `CC_NUMBER` in `fpprops`"));
        }
        if tokenized.is_some_and(|tokenized| !tokenized.contains(property)) {
            return Err(not_tokenized());
        }
        Ok(())
    }

    /// The card's number in the data.
    pub(super) fn read(&self, canonical: &str) -> Result<CardNumber, Error> {
        let Ok(Json::Object(fields)) = Json::parse(canonical, "object") else {
            return Err(not_tokenized());
        };
        let value = fields.iter().find(|(name, _)| self.properties.contains(&name.as_str()));
        value.and_then(|(_, value)| CardNumber::read(value)).ok_or_else(not_tokenized)
    }
}

/// A card's number: digits alone.
pub(super) struct CardNumber {
    digits: Zeroizing<String>,
    shape: Shape,
}

impl CardNumber {
    fn read(value: &Json) -> Option<Self> {
        let Json::Text(text) = value else { return None };
        let digits: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect());
        let shape = Shape::of(&digits)?;
        Some(Self { digits, shape })
    }

    pub(super) fn hash(&self, index: &BlindIndex, collection: &str) -> Label {
        index.derive_card_number_hash(collection, &self.digits)
    }

    /// What an ID for this card looks like.
    pub(super) fn shape(&self) -> Shape {
        self.shape.clone()
    }
}

/// Sixteen digits in the shape of a card: its first six, six others, its last four.
#[derive(Clone)]
pub(super) struct Shape {
    first_six: String,
    last_four: String,
}

impl Shape {
    /// The shape of a card's number, or of an ID that has the shape.
    pub(super) fn of(digits: &str) -> Option<Self> {
        let last_four = digits.len().checked_sub(4).and_then(|start| digits.get(start..))?;
        Some(Self { first_six: digits.get(..6)?.to_owned(), last_four: last_four.to_owned() })
    }

    fn fits(&self, digits: &str) -> bool {
        digits.starts_with(&self.first_six) && digits.ends_with(&self.last_four)
    }

    /// The ID with this number in its middle; the last of the six makes the Luhn sum right.
    fn with(&self, middle: u32) -> String {
        let five = json::digits(u64::from(MIDDLES + middle % MIDDLES));
        let five = five.get(1..).unwrap_or_default();
        let with = |sixth| [&self.first_six, five, sixth, &self.last_four].concat();
        let ids = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].map(with);
        ids.into_iter().find(|id| is_luhn(id)).unwrap_or_default()
    }
}

/// A card-shaped ID to be drawn.
pub(super) struct Draw {
    shape: Shape,
    /// What it must not be: the card's own number.
    number_hash: Label,
    middle: u32,
    step: u32,
    /// What was drawn.
    pub(super) drawn: Option<ClaimedId>,
}

impl Draw {
    pub(super) fn new<H: Host>(
        pass: &mut Pass<'_, H>,
        fresh: &mut Fresh,
        shape: Shape,
        number_hash: Label,
    ) -> Result<Self, Error> {
        let [middle, step] = pass.draw_numbers(fresh)?;
        // A step that ends in 1 has no factor in common with the number of middles: a hundred draws
        // are a hundred different IDs.
        let step = step % (MIDDLES / 10) * 10 + 1;
        Ok(Self { shape, number_hash, middle: middle % MIDDLES, step, drawn: None })
    }

    fn next(&mut self) -> String {
        self.middle = (self.middle + self.step) % MIDDLES;
        self.shape.with(self.middle)
    }
}

/// Draws IDs, each no card's number, no other token's, and none of `taken`: anew while it is one.
pub(super) fn draw_card_shaped<H: Host>(
    pass: &mut Pass<'_, H>,
    draws: &mut [Draw],
    mut taken: LabelMap,
) -> Result<(), Stop> {
    for _ in 0..DRAWS {
        let mut asked = Vec::new();
        for draw in draws.iter_mut().filter(|draw| draw.drawn.is_none()) {
            let id = ClaimedId::new(pass, draw.next());
            let collection = &pass.call.collection.name;
            let own = pass.index().derive_card_number_hash(collection, &id.token_id);
            if own != draw.number_hash && taken.insert(id.claim, 0).is_none() {
                asked.push(id.claim);
                draw.drawn = Some(id);
            }
        }
        let holders = pass.read_holders(&asked)?;
        for draw in &mut *draws {
            let is_held = |id: &ClaimedId| holders.iter().any(|holder| holder.claim == id.claim);
            if draw.drawn.as_ref().is_some_and(is_held) {
                draw.drawn = None;
            }
        }
        if draws.iter().all(|draw| draw.drawn.is_some()) {
            return Ok(());
        }
    }
    Err(none_free().into())
}

/// What the head of a card-shaped token says after new data: its ID stays, so only a number of the
/// same shape matters. An ID that would be its own card's number is refused.
pub(super) fn follow_card<H: Host>(
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
        if *card.digits == head.token_id {
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

fn refused(problem: &'static str) -> Error {
    ErrorKind::CardTemplate { problem }.into()
}

fn not_tokenized() -> Error {
    refused("needs the property in `fpprops` among those that are tokenized")
}

fn none_free() -> Error {
    refused("finds no ID that is free")
}

#[cfg(test)]
mod tests;
