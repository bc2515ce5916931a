//! Rotate: new IDs for tokens, everything else as it was. All rotate or none.
//!
//! Only heads are opened and sealed anew; no personal data is decrypted. A token's ID is one of its
//! row's claims, so rotating moves a claim on the same row, in one change.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::batch::{Batch, NewRow};
use super::pass::{Pass, Plan, Token};
use super::selection::select_named;
use super::token_id::{Draw, Shape, make_card_shaped};
use super::{Access, Call, Effect, tokens_check};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, Label, LabelMap, State};
use crate::json::{Members, Writer};
use crate::request::{take_token_ids, take_transaction_id};
use crate::sealing::{Body, Head};

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

pub(super) async fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
) -> Result<Plan, Error> {
    let tokens = active_tokens(pass, &request.token_ids).await?;
    let mut batch = Batch::new(tokens.len())?;
    let mut card_shaped = draw_card_shaped_ids(pass, &mut batch, &tokens).await?.into_iter();
    let mut answer = Writer::new();
    answer.begin('{');
    for token in tokens {
        let unique_claims = token.unique_claims();
        let Token { row, head: old, .. } = token;
        let drawn = old.card_number.and_then(|_| card_shaped.next());
        let (token_id, claim) = match drawn {
            Some(drawn) => drawn,
            None => {
                let token_id = batch.fresh.make_token_id()?;
                let claim = pass.derive_token_claim(&token_id);
                (token_id, claim)
            }
        };
        answer.member(&old.token_id, &token_id);
        let head = Head { token_id, ..old };
        let new = NewRow {
            head: &head,
            claim,
            terms: &row.terms,
            unique_claims: &unique_claims,
            expires_at: row.expires_at,
            body: Body::Kept(&row),
        };
        batch.replace(pass, &row, &new)?;
    }
    answer.end('}');
    let tokens = request.token_ids.len();
    Ok(batch.answering(answer.finish(), tokens))
}

/// New IDs for those tokens whose IDs look like a card's number, in their order. The heads know which
/// number to avoid.
async fn draw_card_shaped_ids<H: Host>(
    pass: &mut Pass<'_, H>,
    batch: &mut Batch,
    tokens: &[Token],
) -> Result<Vec<(String, Label)>, Error> {
    let mut draws = Vec::new();
    for Token { head, .. } in tokens {
        if let Some(number_hash) = head.card_number {
            let shape = Shape::of(&head.token_id).ok_or(ErrorKind::Integrity)?;
            draws.push(Draw::new(&mut batch.fresh, shape, number_hash)?);
        }
    }
    make_card_shaped(pass, draws, LabelMap::new()).await
}

/// Every ID must be an active token of the collection. For each ID the refusals come in this order:
/// unknown, tenant, archived.
async fn active_tokens<H: Host>(
    pass: &mut Pass<'_, H>,
    token_ids: &[&str],
) -> Result<Vec<Token>, Error> {
    let found = select_named(pass, token_ids).await?;
    let unknown: Vec<&str> = token_ids
        .iter()
        .zip(&found)
        .filter(|(_, token)| token.is_none())
        .map(|(id, _)| *id)
        .collect();
    if !unknown.is_empty() {
        return Err(ErrorKind::TokenIdsNotFound { token_ids: unknown.join(",") }.into());
    }
    let tokens: Vec<Token> = found.into_iter().flatten().collect();
    if !tokens.iter().all(|token| pass.call.common.admits(token.head.tenant.as_deref())) {
        return Err(ErrorKind::TenantOutside.into());
    }
    if !tokens.iter().all(|token| State::Active.holds(token.row.expires_at, pass.now)) {
        return Err(ErrorKind::TokenArchived.into());
    }
    Ok(tokens)
}
