//! Search: what is known of tokens, without their data. No body is decrypted.

use serde::Deserialize;

use crate::error::Error;
use crate::host::{Host, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::checks::tokens_check;
use crate::operation::definition::Operation;
use crate::operation::metadata::{Detail, TokenMetadata};
use crate::operation::pass::Pass;
use crate::operation::selection::select;
use crate::request::common::Common;
use crate::request::list::has_option;
use crate::request::query::{QueryBody, TokenQuery};
use crate::settings::Settings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: Option<Vec<GivenOption>>,
    #[serde(borrow)]
    request_body: QueryBody<'a>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum GivenOption {
    Archived,
    IncludeAggregatedData,
}

pub(crate) struct Search<'a> {
    query: TokenQuery<'a>,
    detail: Detail,
}

impl<'a> Operation<'a> for Search<'a> {
    const ACTION: &'static str = "tokens.search";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { options, request_body } = parameters.take()?;
        let asked = |option| has_option(options.as_ref(), &option);
        let archived = asked(GivenOption::Archived);
        let aggregated = asked(GivenOption::IncludeAggregatedData);
        let state = if archived { State::Archived } else { State::Active };
        Ok(Self {
            query: TokenQuery::of_body(request_body, state)?,
            detail: if aggregated { Detail::Aggregated } else { Detail::Plain },
        })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let check = tokens_check(&call.collection, "read", self.query.state);
        call.authorize(&Access::to_tokens(&["CapTokensReader"], check)).await?;
        let tokens = select(&mut Pass::begin(call)?, &self.query).await?;
        let mut answer = Vec::with_capacity(tokens.len());
        for token in &tokens {
            answer.push(TokenMetadata::new(&token.head, token.row.expires_at, self.detail)?);
        }
        call.audit(answer.len()).await?;
        write(&answer)
    }
}
