//! Rotate: new IDs for tokens, everything else as it was. All rotate or none.
//!
//! Only heads are opened and sealed anew; no personal data is decrypted. A token's ID is one of its
//! row's claims, so rotating moves a claim on the same row, in one change.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use super::batch::{Batch, NewRow};
use super::pass::{Pass, Plan, Token};
use super::reads::{Stop, Tokens};
use super::selection::{refuse_other_tenants, select_named};
use super::token_id::{ClaimedId, Draw, Shape, draw_card_shaped};
use super::{Access, Call, Effect, tokens_check};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, LabelMap, State};
use crate::json::{Members, Writer};
use crate::request::{take_token_ids, take_transaction_id};
use crate::sealing::{Body, Fresh};

pub(super) struct Request<'a> {
    token_ids: Vec<&'a str>,
    pub(super) transaction_id: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Self {
        let token_ids = take_token_ids(members, "tokenIds");
        if token_ids.is_none() {
            members.refuse("tokenIds", "is missing");
        }
        let transaction_id = take_transaction_id(members);
        Self { token_ids: token_ids.unwrap_or_default(), transaction_id }
    }
}

pub(super) fn access<H>(call: &Call<'_, H>) -> Access {
    Access {
        capabilities: &["CapTokensWriter"],
        input: InputKind::None,
        checks: Some(vec![tokens_check(&call.collection, "write", State::Active)]),
        on_each_property: &[],
        effect: Effect::Writes,
    }
}

pub(super) fn plan<H: Host>(pass: &mut Pass<'_, H>, request: &Request<'_>) -> Result<Plan, Stop> {
    let tokens = select_named(pass, &request.token_ids)?;
    refuse_unless_active(pass, &request.token_ids, &tokens)?;
    let mut batch = Batch::new(tokens.len())?;
    let mut draws = card_shaped_draws(pass, &mut batch.fresh, &tokens)?;
    draw_card_shaped(pass, &mut draws, LabelMap::new())?;
    Ok(rotate(pass, batch, tokens, draws)?)
}

/// Every ID must be an active token of the collection. The refusals come in this order: unknown,
/// tenant, archived.
fn refuse_unless_active<H: Host>(
    pass: &Pass<'_, H>,
    token_ids: &[&str],
    tokens: &[Rc<Token>],
) -> Result<(), Error> {
    if tokens.len() < token_ids.len() {
        let mut unknown = token_ids.to_vec();
        unknown.retain(|id| !tokens.iter().any(|token| token.head.token_id == *id));
        return Err(ErrorKind::TokenIdsNotFound { token_ids: unknown.join(",") }.into());
    }
    refuse_other_tenants(pass, tokens)?;
    if !tokens.iter().all(|token| State::Active.holds(token.row.expires_at, pass.now)) {
        return Err(ErrorKind::TokenArchived.into());
    }
    Ok(())
}

/// For those tokens whose IDs look like a card's number, in their order. The heads know which number
/// to avoid.
fn card_shaped_draws<H: Host>(
    pass: &mut Pass<'_, H>,
    fresh: &mut Fresh,
    tokens: &[Rc<Token>],
) -> Result<Vec<Draw>, Error> {
    let mut draws = Vec::new();
    for token in tokens {
        let head = &token.head;
        if let Some(number_hash) = head.card_number {
            let shape = Shape::of(&head.token_id).ok_or(ErrorKind::Integrity)?;
            draws.push(Draw::new(pass, fresh, shape, number_hash)?);
        }
    }
    Ok(draws)
}

fn rotate<H: Host>(
    pass: &mut Pass<'_, H>,
    mut batch: Batch,
    tokens: Tokens,
    draws: Vec<Draw>,
) -> Result<Plan, Error> {
    let mut draws = draws.into_iter();
    let mut answer = Writer::new();
    answer.begin('{');
    for token in &tokens {
        let unique_claims = token.unique_claims();
        let row = &token.row;
        let mut head = token.head.clone();
        let drawn = head.card_number.and_then(|_| draws.next()?.drawn);
        let ClaimedId { token_id, claim } = match drawn {
            Some(drawn) => drawn,
            None => ClaimedId::random(pass, &mut batch.fresh)?,
        };
        answer.member(&head.token_id, &token_id);
        head.token_id = token_id;
        let new = NewRow {
            head: &head,
            claim,
            terms: &row.terms,
            unique_claims: &unique_claims,
            expires_at: row.expires_at,
            body: Body::Kept(row),
        };
        batch.replace(pass, row, &new)?;
    }
    answer.end('}');
    Ok(batch.answering(answer.finish(), tokens.len()))
}
