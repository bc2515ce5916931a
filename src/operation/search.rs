//! Search: what is known of tokens, without their data. No body is decrypted.

use alloc::vec;

use super::pass::Pass;
use super::selection::select;
use super::{Access, Answer, Call, Effect, tokens_check};
use crate::error::Error;
use crate::host::{Host, InputKind, State};
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

pub(super) async fn run<H: Host>(
    call: &Call<'_, H>,
    request: Request<'_>,
) -> Result<Answer, Error> {
    let Request { query, detail } = request;
    call.authorize(&Access {
        capabilities: &["CapTokensReader"],
        input: InputKind::None,
        checks: Some(vec![tokens_check(&call.collection, "read", query.state)]),
        on_each_property: &[],
        effect: Effect::Reads,
    })
    .await?;

    let mut pass = Pass::begin(call)?;
    let tokens = select(&mut pass, &query).await?;
    let mut answer = Writer::new();
    answer.begin('[');
    for token in &tokens {
        answer.item();
        describe(&mut answer, &token.head, token.row.expires_at, detail)?;
    }
    answer.end(']');
    Ok(Answer { text: answer.finish(), tokens: tokens.len() })
}
