//! Detokenize: the data that tokens stand for.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::kinds::TokenType;
use crate::operation::call::{Access, Call};
use crate::operation::definition::Operation;
use crate::operation::metadata::{Detail, TokenMetadata};
use crate::operation::pass::Pass;
use crate::operation::reads::Tokens;
use crate::operation::selection::select;
use crate::request::common::Common;
use crate::request::input::Props;
use crate::request::list::{Filled, has_option};
use crate::request::query::TokenQuery;
use crate::schema::data::parse_unsealed;
use crate::schema::projection::{Projection, View};
use crate::sealing::row::open_body;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 2] = ["detokenize", "read"];

#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    props: Props<'a>,
    options: Option<Filled<GivenOption>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum GivenOption {
    IncludeMetadata,
    IncludeAggregatedData,
}

pub(crate) struct Detokenize<'a> {
    query: TokenQuery<'a>,
    props: Option<Vec<&'a str>>,
    metadata: Option<Detail>,
}

#[derive(Serialize)]
struct Detokenized<'a> {
    token_id: &'a str,
    fields: View<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<TokenMetadata<'a>>,
}

impl<'a> Operation<'a> for Detokenize<'a> {
    const ACTION: &'static str = "tokens.detokenize";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { props, options } = parameters.take()?;
        let asked = |option| has_option(options.as_ref(), &option);
        let aggregated = asked(GivenOption::IncludeAggregatedData);
        let detail = if aggregated { Detail::Aggregated } else { Detail::Plain };
        Ok(Self {
            query: TokenQuery::take(parameters, State::Active)?,
            props: props.map(|props| props.0),
            metadata: asked(GivenOption::IncludeMetadata).then_some(detail),
        })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let collection = &call.collection;
        let projection = Projection::resolve(collection, self.props.as_deref())?;
        let mut checks = Vec::new();
        projection.add_checks(&mut checks, &ON_EACH_PROPERTY, collection, &[])?;
        let access = Access {
            capabilities: &["CapTokensDetokenizer"],
            input: InputKind::Token,
            checks: (!projection.shows_all()).then(|| checks.clone()),
            on_each_property: &ON_EACH_PROPERTY,
        };
        call.authorize(&access).await?;

        let mut pass = Pass::begin(call)?;
        let tokens = readable(&self.query, select(&mut pass, &self.query).await?)?;
        let mut bodies = Vec::with_capacity(tokens.len());
        for token in &tokens {
            let body = open_body(&mut pass.envelopes, &token.row, &token.head.collection);
            bodies.push(body.ok().flatten().ok_or(ErrorKind::Integrity)?);
        }
        let mut answer = Vec::with_capacity(tokens.len());
        for (token, body) in tokens.iter().zip(&bodies) {
            let fields = parse_unsealed(body, ErrorKind::Integrity)?;
            projection.add_checks(&mut checks, &ON_EACH_PROPERTY, collection, &fields)?;
            let describe = |detail| TokenMetadata::new(&token.head, token.row.expires_at, detail);
            answer.push(Detokenized {
                token_id: &token.head.token_id,
                fields: projection.show(fields, pass.now),
                metadata: self.metadata.map(describe).transpose()?,
            });
        }
        call.ask_again(&access, &checks).await?;
        call.audit(answer.len()).await?;
        write(&answer)
    }
}

/// A one-way token that was named is refused; one that only its tags matched is left out.
fn readable(query: &TokenQuery<'_>, tokens: Tokens) -> Result<Tokens, Error> {
    let (one_way, readable): (Vec<_>, Vec<_>) =
        tokens.into_iter().partition(|token| token.head.token_type == TokenType::PciOneway);
    if query.token_ids.is_some() && !one_way.is_empty() {
        return Err(ErrorKind::OneWay.into());
    }
    Ok(readable)
}
