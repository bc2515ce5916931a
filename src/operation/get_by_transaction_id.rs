//! Get by transaction ID: which tokens a tokenize with that ID made or found.

use alloc::vec::Vec;

use super::pass::Pass;
use super::reads::Stop;
use super::transaction::{self, Found};
use super::{Access, Answer, Call, Effect, TOKENIZE, tokens_check};
use crate::error::ErrorKind;
use crate::host::{Host, State};
use crate::json::{Json, Members, Writer};
use crate::request::NAME;

pub(super) struct Request<'a> {
    pub(super) id: &'a str,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Self {
        Self { id: members.text("id", &NAME) }
    }
}

pub(super) fn access<H>(call: &Call<'_, H>) -> Access {
    let check = tokens_check(&call.collection, "read", State::Active);
    Access::to_tokens(&["CapTransactionIdReader"], check, Effect::Reads)
}

pub(super) fn answer<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
) -> Result<Answer, Stop> {
    let claim = transaction::derive_claim(pass.call, TOKENIZE, request.id);
    let token_ids = match transaction::read(pass, claim)? {
        Found::Landed(record) => token_ids(&record.answer).ok_or(ErrorKind::Integrity)?,
        Found::Nothing { .. } => Vec::new(),
    };
    let mut answer = Writer::new();
    answer.begin('{');
    answer.key("ref_ids");
    answer.begin('[');
    for token_id in &token_ids {
        answer.item();
        answer.value(token_id);
    }
    answer.end(']');
    answer.end('}');
    Ok(Answer { text: answer.finish(), tokens: token_ids.len() })
}

/// The IDs in what tokenize answered: `[{"token_id": …}, …]`.
fn token_ids(answer: &str) -> Option<Vec<Json>> {
    let Ok(Json::List(tokens)) = Json::parse(answer, "answer") else { return None };
    let mut token_ids = Vec::with_capacity(tokens.len());
    for token in tokens {
        let Json::Object(members) = token else { return None };
        token_ids.extend(members.into_iter().map(|(_, token_id)| token_id));
    }
    Some(token_ids)
}
