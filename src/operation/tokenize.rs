//! Tokenize: IDs that stand for data. An array of requests, answered in order, all or nothing.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::batch::Batch;
use super::drafts::{Drafts, Wanted, claims_of};
use super::pass::{Pass, Plan};
use super::reads::Stop;
use super::token_id::{CardTemplate, GLOBAL_SCOPE};
use super::{Access, Call, DEFAULT_SCOPE, Effect};
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::input::{CheckedInput, Input, Inputs, OpenedInput};
use crate::json::{ANY_TEXT, Members, firsts, list_of};
use crate::request::{Expiry, TOKEN_ID, Tags, take_name, take_transaction_id};
use crate::sealing::{TokenType, has_version_8};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["tokenize"];

pub(super) struct Request<'a> {
    tokens: Vec<TokenRequest<'a>>,
    inputs: Inputs<'a>,
    expiry: Option<Expiry>,
    pub(super) transaction_id: Option<&'a str>,
}

/// One of the array, without its object.
pub(super) struct TokenRequest<'a> {
    pub(super) token_type: TokenType,
    pub(super) scope: &'a str,
    pub(super) tags: Tags<'a>,
    pub(super) token_id: Option<&'a str>,
    pub(super) card: Option<CardTemplate<'a>>,
    /// `requestBody[i]`
    pub(super) path: String,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>, settings: &Settings) -> Result<Self, Error> {
        let expiry = Expiry::take(members);
        let transaction_id = take_transaction_id(members);
        let (mut tokens, mut inputs) = (Vec::new(), Vec::new());
        for members in members.objects("requestBody")? {
            let (token, input) = TokenRequest::take(members, settings)?;
            tokens.push(token);
            inputs.push(input);
        }
        Ok(Self { tokens, inputs: Inputs::of_requests(inputs)?, expiry, transaction_id })
    }
}

impl<'a> TokenRequest<'a> {
    fn take(mut members: Members<'a>, settings: &Settings) -> Result<(Self, Input<'a>), Error> {
        let type_name = members.text("type", &ANY_TEXT);
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope").unwrap_or(DEFAULT_SCOPE);
        let tags = Tags::take(&mut members, settings.max_tags);
        let token_id = members.optional_text("token_id", &TOKEN_ID);
        let store_object = members.flag("store_object", false);
        let card = CardTemplate::take(&mut members);
        members.finish()?;

        if type_name == "pointer" {
            return Err(ErrorKind::NotImplemented { feature: "type: pointer" }.into());
        }
        if store_object {
            return Err(ErrorKind::NotImplemented { feature: "store_object" }.into());
        }
        if card.is_some() && token_id.is_some() {
            return Err(members.refusal("fptemplate", "and `token_id` exclude each other"));
        }
        let token_type = TokenType::parse(type_name)
            .ok_or_else(|| members.refusal("type", "is not a token type"))?;
        if scope.starts_with(GLOBAL_SCOPE)
            && matches!(token_type, TokenType::Pci | TokenType::PciOneway)
        {
            return Err(
                ErrorKind::NotImplemented { feature: "a global scope for pci tokens" }.into()
            );
        }
        let reserved = token_id.is_some_and(has_version_8);
        if reserved && token_type != TokenType::Deterministic {
            return Err(members.refusal(
                "token_id",
                "must not be a version 8 UUID, the form of deterministic token IDs",
            ));
        }
        let path = members.path().to_owned();
        Ok((Self { token_type, scope, tags, token_id, card, path }, input))
    }
}

pub(super) fn access<'a, H: Host>(
    call: &Call<'_, H>,
    request: &'a Request<'a>,
) -> Result<(Access, Vec<CheckedInput<'a>>), Error> {
    let inputs = call.check_inputs(&request.inputs)?;
    for (TokenRequest { card, .. }, input) in request.tokens.iter().zip(&inputs) {
        if let Some(card) = card {
            card.check(&call.collection, input.properties())?;
        }
    }
    let access = Access {
        capabilities: &["CapTokensWriter"],
        input: CheckedInput::kind(&inputs),
        checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Writes,
    };
    Ok((access, inputs))
}

pub(super) fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
    inputs: &[OpenedInput],
) -> Result<Plan, Stop> {
    let Request { tokens: requests, expiry, .. } = request;
    let expiry = *expiry;
    refuse_repeated_ids(requests)?;
    let mut wanted = Vec::with_capacity(requests.len());
    for (request, input) in requests.iter().zip(inputs) {
        wanted.push(Wanted::derive(pass, request, input)?);
    }
    let claims = claims_of(&wanted);
    let mut drafts = Drafts::of(&pass.read_holders(&claims)?);
    let mut batch = Batch::new(2 * requests.len())?;
    drafts.draw_card_shaped_ids(pass, &mut batch, &mut wanted)?;
    let mut chosen = Vec::with_capacity(wanted.len());
    for wanted in &wanted {
        chosen.push(drafts.apply(pass, &mut batch, wanted, expiry)?);
    }
    drafts.claim_unique_tags(pass, &wanted, &chosen)?;
    Ok(put(pass, batch, &drafts, &chosen)?)
}

/// The batch of these drafts; the answer has the IDs of the chosen ones, in the order of the requests.
fn put<H: Host>(
    pass: &mut Pass<'_, H>,
    mut batch: Batch,
    drafts: &Drafts<'_>,
    chosen: &[usize],
) -> Result<Plan, Error> {
    let mut token_ids = Vec::with_capacity(chosen.len());
    for index in chosen {
        token_ids.extend(drafts.list.get(*index).map(|draft| draft.head.token_id.as_str()));
    }
    for draft in &drafts.list {
        draft.put(pass, &mut batch)?;
    }
    Ok(batch.answering(list_of("token_id", &token_ids), chosen.len()))
}

/// The same given ID for two tokens of one array.
fn refuse_repeated_ids(requests: &[TokenRequest<'_>]) -> Result<(), Error> {
    let ids = requests.iter().filter_map(|request| request.token_id);
    if firsts(ids).contains(&false) {
        return Err(ErrorKind::TokenIdTaken.into());
    }
    Ok(())
}
