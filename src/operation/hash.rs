//! Hash: the ID that a `deterministic` token of an object would have. Nothing is stored.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::token_id::{CardTemplate, Derivation};
use super::{Access, Answer, Call, DEFAULT_SCOPE, Effect};
use crate::error::Error;
use crate::host::Host;
use crate::input::{CheckedInput, Input, SharedInput};
use crate::json::{self, Json, Members};
use crate::request::{Common, take_name};

const ON_EACH_PROPERTY: [&str; 1] = ["hash"];

pub(super) struct Request {
    hashes: Vec<HashRequest>,
    inputs: Vec<SharedInput>,
}

/// One of the array, without its object.
struct HashRequest {
    scope: String,
    card: Option<CardTemplate>,
}

impl Request {
    pub(super) fn take(members: &mut Members, common: &Common) -> Result<Self, Error> {
        let body = members.required("requestBody")?;
        let requests = json::list(body, "requestBody", &mut |value, path| {
            HashRequest::take(Members::of(value, path)?)
        })?;
        if requests.is_empty() {
            return Err(Error::bad_request("requestBody", "must not be an empty list"));
        }
        if common.tenants.len() > 1 {
            return Err(Error::bad_request("xTenantId", "must be at most one tenant"));
        }
        let (hashes, inputs) = requests.into_iter().unzip();
        Ok(Self { hashes, inputs: Input::resolve_indexes(inputs)? })
    }
}

impl HashRequest {
    fn take(mut members: Members) -> Result<(Self, Input), Error> {
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope")?.unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
        let card = CardTemplate::take(&mut members)?;
        members.finish()?;
        Ok((Self { scope, card }, input))
    }
}

pub(super) async fn run<H: Host>(call: &Call<'_, H>, request: Request) -> Result<Answer, Error> {
    let Request { hashes, inputs } = request;
    let inputs = call.check_inputs(&inputs)?;
    for (HashRequest { card, .. }, input) in hashes.iter().zip(&inputs) {
        if let Some(card) = card {
            card.check(&call.collection, input.properties())?;
        }
    }
    let access = Access {
        capabilities: &["CapCryptoHasher"],
        input: CheckedInput::kind(&inputs),
        checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    call.authorize(&access).await?;
    let now = call.now()?;
    let opened = call.open_inputs(&access, inputs, now).await?;

    let mut answer = Vec::with_capacity(opened.len());
    for (HashRequest { scope, card }, input) in hashes.iter().zip(&opened) {
        let card = card.as_ref().map(|card| card.read(&input.canonical)).transpose()?;
        let derivation = Derivation {
            collection: &call.collection.name,
            tenant: input.tenant.as_deref(),
            scope,
            canonical: &input.canonical,
        };
        let token_id = derivation.token_id(call.vault.keyring.index(), card.as_ref())?;
        answer.push(json::object([("token_id", Json::text(&token_id))]));
    }
    Ok(Answer::list(answer))
}
