//! Delete: for good. The row goes, and with it the data, the claims and the tags. All or none.

use alloc::rc::Rc;
use alloc::vec;

use zeroize::Zeroizing;

use super::batch::Batch;
use super::pass::{Pass, Plan};
use super::reads::Stop;
use super::selection::select;
use super::{Access, Call, Effect, tokens_check};
use crate::error::ErrorKind;
use crate::host::{Host, InputKind, State};
use crate::json::Members;
use crate::request::{Common, TokenQuery, take_name, take_options};

pub(super) struct Request<'a> {
    query: TokenQuery<'a>,
}

impl<'a> Request<'a> {
    /// `tenantId` is one more list of tenants, of one.
    pub(super) fn take(members: &mut Members<'a>, common: &mut Common<'a>) -> Self {
        let mut query = TokenQuery::take(members);
        if take_options(members, &["archived"]).contains(&"archived") {
            query.state = State::Archived;
        }
        if let Some(tenant) = take_name(members, "tenantId") {
            common.confine_to(tenant);
        }
        Self { query }
    }
}

pub(super) fn access<H>(call: &Call<'_, H>, request: &Request<'_>) -> Access {
    Access {
        capabilities: &["CapTokensWriter"],
        input: InputKind::None,
        checks: Some(vec![tokens_check(&call.collection, "delete", request.query.state)]),
        on_each_property: &[],
        effect: Effect::Writes,
    }
}

pub(super) fn plan<H: Host>(pass: &mut Pass<'_, H>, request: &Request<'_>) -> Result<Plan, Stop> {
    let tokens = select(pass, &request.query)?;
    if tokens.is_empty() {
        return Err(ErrorKind::TokenNotFound.into());
    }
    let mut batch = Batch::new(0)?;
    for token in &tokens {
        batch.delete(pass, Rc::clone(&token.row))?;
    }
    Ok(batch.answering(Zeroizing::default(), tokens.len()))
}
