//! Detokenize: the data that tokens stand for.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::json::tree::Json;
use crate::kinds::TokenType;
use crate::operation::call::{Access, Call};
use crate::operation::checks::{PropertyChecks, named_properties};
use crate::operation::definition::Operation;
use crate::operation::metadata::{Detail, TokenMetadata};
use crate::operation::pass::{Pass, Token};
use crate::operation::selection::{find, matches, refuse_other_tenants};
use crate::request::common::Common;
use crate::request::input::Props;
use crate::request::list::has_option;
use crate::request::query::TokenQuery;
use crate::schema::data::parse_unsealed;
use crate::schema::projection::Projection;
use crate::sealing::row::open_body;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 2] = ["detokenize", "read"];

#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    props: Props<'a>,
    options: Option<Vec<GivenOption>>,
}

#[derive(PartialEq, Eq, Deserialize)]
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
    fields: Json<'a>,
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

    fn property_names(&self) -> Vec<&str> {
        named_properties(self.props.as_deref())
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { query, props, metadata } = &self;
        let collection = &call.collection;
        let checks = props.as_ref().map(|props| {
            let mut checks = PropertyChecks::default();
            props.iter().for_each(|prop| checks.add(&ON_EACH_PROPERTY, prop));
            checks.on(collection)
        });
        let capabilities = &["CapTokensDetokenizer"];
        let access = Access { capabilities, input: InputKind::Token, checks };
        call.authorize(&access).await?;

        let projection = Projection::resolve(collection, props.as_deref())?;
        let mut pass = Pass::begin(call)?;
        let found = find(&mut pass, query).await?;
        // Before the last question nothing is told of the tokens: who is refused there learns nothing of them.
        let asks_once = access.checks.is_some();
        if asks_once {
            refuse_unreadable(&pass, query, &found)?;
        }
        let is_readable = |token: &&Token| {
            token.head.token_type != TokenType::PciOneway && matches(&pass, query, token)
        };
        let tokens: Vec<&Token> = found.iter().filter(is_readable).collect();
        let mut bodies = Vec::with_capacity(tokens.len());
        for token in &tokens {
            let body = open_body(&mut pass.envelopes, &token.row, &token.head.collection);
            bodies.push(body.ok().flatten().ok_or(ErrorKind::Integrity)?);
        }
        let mut held = Vec::with_capacity(tokens.len());
        for body in &bodies {
            held.push(parse_unsealed(body, ErrorKind::Integrity)?);
        }
        if !asks_once {
            let names = || held.iter().flatten().map(|(name, _)| &**name);
            let mut checks = PropertyChecks::default();
            names().for_each(|name| checks.add(&ON_EACH_PROPERTY, name));
            call.ask_again(&access, &checks.on(collection)).await?;
            for name in names() {
                collection.property(name)?;
            }
            refuse_unreadable(&pass, query, &found)?;
        }
        let mut answer = Vec::with_capacity(tokens.len());
        for (token, fields) in tokens.into_iter().zip(held) {
            let describe = |detail| TokenMetadata::new(&token.head, token.row.expires_at, detail);
            answer.push(Detokenized {
                token_id: &token.head.token_id,
                fields: projection.show(fields, pass.now),
                metadata: metadata.map(describe).transpose()?,
            });
        }
        call.audit(answer.len()).await?;
        write(&answer)
    }
}

/// A token of another tenant is refused, and a one-way token that was named; one that only its tags
/// matched is left out.
fn refuse_unreadable<H: Host>(
    pass: &Pass<'_, H>,
    query: &TokenQuery<'_>,
    found: &[Token],
) -> Result<(), Error> {
    refuse_other_tenants(pass, found)?;
    let Some(token_ids) = &query.token_ids else { return Ok(()) };
    let is_one_way = |token: &&Token| {
        token.head.token_type == TokenType::PciOneway && matches(pass, query, token)
    };
    let Some(one_way) = found.iter().find(is_one_way) else { return Ok(()) };
    let index = token_ids.iter().position(|id| *id == one_way.head.token_id);
    let place = format!("tokenIds[{}]", query.id_places.of(index.unwrap_or_default()));
    Err(Error::from(ErrorKind::OneWay).at(&place))
}
