//! Detokenize: the data that tokens stand for.

use alloc::vec::Vec;

use super::pass::Pass;
use super::reads::{Stop, Tokens};
use super::selection::select;
use super::{Access, Answer, Call, Effect};
use crate::data::parse_unsealed;
use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind};
use crate::json::{Members, Writer};
use crate::metadata;
use crate::projection::Projection;
use crate::request::{TokenQuery, take_options, take_props};
use crate::sealing::{TokenType, open_body};

const ON_EACH_PROPERTY: [&str; 2] = ["detokenize", "read"];

pub(super) struct Request<'a> {
    query: TokenQuery<'a>,
    props: Option<Vec<&'a str>>,
    metadata: Option<metadata::Detail>,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Self {
        let query = TokenQuery::take(members);
        let props = take_props(members);
        let options = take_options(members, &["include_metadata", "include_aggregated_data"]);
        let aggregated = options.contains(&"include_aggregated_data");
        let metadata = options.contains(&"include_metadata").then_some(if aggregated {
            metadata::Detail::Aggregated
        } else {
            metadata::Detail::Plain
        });
        Self { query, props, metadata }
    }
}

pub(super) fn access<'r, H: Host>(
    call: &Call<'_, H>,
    request: &'r Request<'r>,
) -> Result<(Access, Projection<'r>), Error> {
    let projection = Projection::resolve(&call.collection, request.props.as_deref())?;
    let mut checks = Vec::new();
    projection.add_checks(&mut checks, &ON_EACH_PROPERTY, &call.collection, &[])?;
    let access = Access {
        capabilities: &["CapTokensDetokenizer"],
        input: InputKind::Token,
        checks: (!projection.shows_all()).then_some(checks),
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    Ok((access, projection))
}

/// Adds what must be allowed for the answer to `checks`, where it shows only now.
pub(super) fn answer<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
    projection: &Projection<'_>,
    checks: &mut Vec<Check>,
) -> Result<Answer, Stop> {
    let Request { query, metadata, .. } = request;
    let tokens = readable(query, select(pass, query)?)?;
    let mut answer = Writer::new();
    answer.begin('[');
    for token in &tokens {
        let body = open_body(&mut pass.envelopes, &token.row, &token.head.collection);
        let body = body.ok().flatten().ok_or(ErrorKind::Integrity)?;
        let fields = parse_unsealed(&body, ErrorKind::Integrity)?;
        if projection.shows_all() {
            let collection = &pass.call.collection;
            projection.add_checks(checks, &ON_EACH_PROPERTY, collection, &fields)?;
        }
        answer.item();
        answer.begin('{');
        answer.member("token_id", &token.head.token_id);
        answer.key("fields");
        projection.write(&mut answer, &fields, pass.now);
        if let Some(detail) = *metadata {
            answer.key("metadata");
            metadata::describe(&mut answer, &token.head, token.row.expires_at, detail)?;
        }
        answer.end('}');
    }
    answer.end(']');
    Ok(Answer { text: answer.finish(), tokens: tokens.len() })
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
