//! Rotate: new IDs for tokens, everything else as it was. All rotate or none.
//!
//! Only heads are opened and sealed anew; no personal data is decrypted, but where it lies under an old
//! data key and comes under the new one by it. A token's ID is one of its row's claims, so rotating moves
//! a claim on the same row, in one change.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::host::{Host, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::batch::{Batch, NewRow, Plan};
use crate::operation::call::{Access, Call, Effect};
use crate::operation::card::Shape;
use crate::operation::card_draw::{Draw, draw_card_shaped};
use crate::operation::checks::tokens_check;
use crate::operation::commit::commit;
use crate::operation::definition::Operation;
use crate::operation::inputs::Unopened;
use crate::operation::pass::{Pass, Token};
use crate::operation::selection::{refuse_other_tenants, select_named};
use crate::operation::token_id::ClaimedId;
use crate::request::common::Common;
use crate::request::list::{Places, Unique};
use crate::request::name::{Name, TokenId};
use crate::sealing::fresh::Fresh;
use crate::sealing::row::Body;
use crate::settings::Settings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    #[serde(borrow)]
    token_ids: Unique<TokenId<'a>>,
    transaction_id: Option<Name<'a>>,
}

pub(crate) struct Rotate<'a> {
    token_ids: Vec<&'a str>,
    /// Where the caller wrote them.
    places: Places,
    transaction_id: Option<&'a str>,
}

impl<'a> Operation<'a> for Rotate<'a> {
    const ACTION: &'static str = "tokens.rotate";
    const EFFECT: Effect = Effect::Writes;

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { token_ids, transaction_id } = parameters.take()?;
        Ok(Self {
            token_ids: token_ids.0.into_iter().map(|id| id.0).collect(),
            places: token_ids.1,
            transaction_id: transaction_id.map(|id| id.0),
        })
    }

    fn transaction_id(&self) -> Option<&'a str> {
        self.transaction_id
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let check = tokens_check(&call.collection, "write", State::Active);
        let access = Access::to_tokens(&["CapTokensWriter"], check);
        call.authorize(&access).await?;
        if self.token_ids.is_empty() {
            call.audit(0).await?;
            return write(&Rotated(Vec::new()));
        }
        commit(call, &access, Unopened::none(), async |pass, _| {
            let tokens = select_named(pass, &self.token_ids).await?;
            refuse_unless_active(pass, &self, &tokens)?;
            let mut batch = Batch::new(tokens.len())?;
            let new_ids = new_ids(pass, &mut batch.fresh, &tokens).await?;
            put(pass, batch, tokens, new_ids)
        })
        .await
    }
}

/// Every ID must be an active token of the collection. The refusals come in this order: unknown,
/// tenant, archived.
fn refuse_unless_active<H: Host>(
    pass: &Pass<'_, H>,
    Rotate { token_ids, places, .. }: &Rotate<'_>,
    tokens: &[Token],
) -> Result<(), Error> {
    if tokens.len() < token_ids.len() {
        let known: BTreeSet<&str> = tokens.iter().map(|token| &*token.head.token_id).collect();
        let is_unknown = |id: &&str| !known.contains(id);
        let unknown: Vec<&str> = token_ids.iter().copied().filter(is_unknown).collect();
        return Err(ErrorKind::TokenIdsNotFound { token_ids: unknown.join(",") }.into());
    }
    refuse_other_tenants(pass, tokens)?;
    // All are there, in the order asked.
    let is_archived = |token: &Token| !State::Active.holds(token.row.expires_at, pass.now);
    match tokens.iter().position(is_archived) {
        Some(index) => {
            let place = format!("tokenIds[{}]", places.of(index));
            Err(Error::from(ErrorKind::TokenArchived).at(&place))
        }
        None => Ok(()),
    }
}

/// A new ID for each token, in their order: a random UUID, or for a card-shaped one another of the shape.
async fn new_ids<H: Host>(
    pass: &mut Pass<'_, H>,
    fresh: &mut Fresh,
    tokens: &[Token],
) -> Result<Vec<ClaimedId>, Error> {
    let mut draws = Vec::new();
    for Token { head, .. } in tokens {
        // The head knows which number to avoid.
        if let Some(number_hash) = head.card_number {
            let shape = Shape::of(&head.token_id).ok_or(ErrorKind::Integrity)?;
            draws.push(Draw::new(fresh, shape, number_hash)?);
        }
    }
    let taken = pass.call.vault.label_map(draws.len())?;
    draw_card_shaped(pass, &mut draws, taken).await?;
    let mut drawn = draws.into_iter();
    let mut new_ids = Vec::with_capacity(tokens.len());
    for token in tokens {
        new_ids.push(match token.head.card_number {
            Some(_) => drawn.next().and_then(|draw| draw.drawn).ok_or_else(not_drawn)?,
            None => ClaimedId::random(pass, fresh)?,
        });
    }
    Ok(new_ids)
}

fn not_drawn() -> Error {
    Error::internal("a card-shaped ID was not drawn")
}

/// The batch that gives the tokens these IDs; it answers `{old: new, …}`.
fn put<H: Host>(
    pass: &mut Pass<'_, H>,
    mut batch: Batch,
    tokens: Vec<Token>,
    new_ids: Vec<ClaimedId>,
) -> Result<Plan, Error> {
    let count = tokens.len();
    let mut rotated = Rotated(Vec::with_capacity(count));
    for (token, ClaimedId { token_id, claim }) in tokens.into_iter().zip(new_ids) {
        let unique_claims = token.unique_claims();
        let Token { row, mut head, .. } = token;
        let old = std::mem::replace(&mut head.token_id, token_id);
        let new = NewRow {
            head: &head,
            claim,
            terms: &row.terms,
            unique_claims: &unique_claims,
            expires_at: row.expires_at,
            body: Body::Kept(&row),
        };
        batch.replace(pass, &row, &new)?;
        rotated.0.push((old, head.token_id));
    }
    Ok(batch.answering(write(&rotated)?, count))
}

/// Old IDs and new, in the order asked.
struct Rotated(Vec<(String, String)>);

impl Serialize for Rotated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(old, new)| (old, new)))
    }
}
