//! Token IDs and their claims: random, or derived from the data.

use crate::error::Error;
use crate::host::Host;
use crate::label::Label;
use crate::operation::card::CardNumber;
use crate::operation::pass::Pass;
use crate::request::card_template::none_free;
use crate::sealing::blind::BlindIndex;
use crate::sealing::fresh::Fresh;

/// A scope that begins so reaches over all collections.
pub(crate) const GLOBAL_SCOPE: &str = "global:";

/// How many card-shaped IDs are tried before none counts as free.
pub(crate) const DRAWS: u32 = 100;

/// A token's ID and the claim that is derived from it.
#[derive(Clone)]
pub(crate) struct ClaimedId {
    pub(crate) token_id: String,
    pub(crate) claim: Label,
}

impl ClaimedId {
    pub(crate) fn new<H: Host>(pass: &Pass<'_, H>, token_id: String) -> Self {
        let claim = pass.derive_token_claim(&token_id);
        Self { token_id, claim }
    }

    /// One that nothing determines.
    pub(crate) fn random<H: Host>(pass: &Pass<'_, H>, fresh: &mut Fresh) -> Result<Self, Error> {
        Ok(Self::new(pass, fresh.make_token_id()?))
    }
}

/// What a derived ID is derived from.
pub(crate) struct Derivation<'a> {
    pub(crate) collection: &'a str,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) scope: &'a str,
    pub(crate) canonical: &'a str,
}

impl Derivation<'_> {
    /// The ID of the `deterministic` token of this data: a version 8 UUID, or shaped like the card.
    pub(crate) fn token_id(
        &self,
        index: &BlindIndex,
        card: Option<&CardNumber>,
    ) -> Result<String, Error> {
        let Self { collection, tenant, scope, canonical } = self;
        let collection = (!scope.starts_with(GLOBAL_SCOPE)).then_some(*collection);
        let Some(card) = card else {
            return Ok(index.derive_token_id(collection, *tenant, scope, canonical));
        };
        for attempt in 0..DRAWS {
            let middle = index.derive_card_id(collection, *tenant, scope, canonical, attempt);
            let token_id = card.shape.with(middle);
            if token_id != card.digits {
                return Ok(token_id);
            }
        }
        Err(none_free())
    }
}
