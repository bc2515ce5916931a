//! Hash: the ID that a `deterministic` token of an object would have. Nothing is stored.

use alloc::vec::Vec;

use super::token_id::{CardTemplate, Derivation};
use super::{Access, Answer, Call, DEFAULT_SCOPE, Effect};
use crate::error::Error;
use crate::host::Host;
use crate::input::{CheckedInput, Input, Inputs, OpenedInput};
use crate::json::Members;
use crate::request::{Common, take_name};

const ON_EACH_PROPERTY: [&str; 1] = ["hash"];

pub(super) struct Request<'a> {
    hashes: Vec<HashRequest<'a>>,
    inputs: Inputs<'a>,
}

/// One of the array, without its object.
struct HashRequest<'a> {
    scope: &'a str,
    card: Option<CardTemplate<'a>>,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>, common: &Common<'a>) -> Result<Self, Error> {
        let (mut hashes, mut inputs) = (Vec::new(), Vec::new());
        for members in members.objects("requestBody")? {
            let (hash, input) = HashRequest::take(members)?;
            hashes.push(hash);
            inputs.push(input);
        }
        if common.tenants.len() > 1 {
            return Err(Error::bad_request("xTenantId", "must be at most one tenant"));
        }
        Ok(Self { hashes, inputs: Inputs::of_requests(inputs)? })
    }
}

impl<'a> HashRequest<'a> {
    fn take(mut members: Members<'a>) -> Result<(Self, Input<'a>), Error> {
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope").unwrap_or(DEFAULT_SCOPE);
        let card = CardTemplate::take(&mut members);
        members.finish()?;
        Ok((Self { scope, card }, input))
    }
}

pub(super) fn access<'r, H: Host>(
    call: &Call<'_, H>,
    request: &'r Request<'r>,
) -> Result<(Access, Vec<CheckedInput<'r>>), Error> {
    let inputs = call.check_inputs(&request.inputs)?;
    for (HashRequest { card, .. }, input) in request.hashes.iter().zip(&inputs) {
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
    Ok((access, inputs))
}

pub(super) fn answer<H>(
    call: &Call<'_, H>,
    request: &Request<'_>,
    inputs: &[OpenedInput],
) -> Result<Answer, Error> {
    let mut answer = Vec::with_capacity(inputs.len());
    for (HashRequest { scope, card }, input) in request.hashes.iter().zip(inputs) {
        let card = card.as_ref().map(|card| card.read(&input.canonical)).transpose()?;
        let derivation = Derivation {
            collection: &call.collection.name,
            tenant: input.tenant.as_deref(),
            scope,
            canonical: &input.canonical,
        };
        let token_id = derivation.token_id(call.vault.keyring.index(), card.as_ref())?;
        answer.push(token_id);
    }
    Ok(Answer::list_of("token_id", &answer))
}
