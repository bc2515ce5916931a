//! Search: what is known of tokens, without their data. No body is decrypted.

use super::pass::Pass;
use super::reads::Stop;
use super::selection::select;
use super::{Access, Answer, Call, Effect, tokens_check};
use crate::error::Error;
use crate::host::{Host, State};
use crate::json::{Members, Writer};
use crate::metadata::{Detail, describe};
use crate::request::{TokenQuery, take_options};

pub(super) struct Request<'a> {
    query: TokenQuery<'a>,
    detail: Detail,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Result<Self, Error> {
        let options = take_options(members, &["archived", "include_aggregated_data"]);
        let mut query = TokenQuery::take_body(members)?;
        if options.contains(&"archived") {
            query.state = State::Archived;
        }
        let aggregated = options.contains(&"include_aggregated_data");
        let detail = if aggregated { Detail::Aggregated } else { Detail::Plain };
        Ok(Self { query, detail })
    }
}

pub(super) fn access<H>(call: &Call<'_, H>, request: &Request<'_>) -> Access {
    let check = tokens_check(&call.collection, "read", request.query.state);
    Access::to_tokens(&["CapTokensReader"], check, Effect::Reads)
}

pub(super) fn answer<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
) -> Result<Answer, Stop> {
    let tokens = select(pass, &request.query)?;
    let mut answer = Writer::new();
    answer.begin('[');
    for token in &tokens {
        answer.item();
        describe(&mut answer, &token.head, token.row.expires_at, request.detail)?;
    }
    answer.end(']');
    Ok(Answer { text: answer.finish(), tokens: tokens.len() })
}
