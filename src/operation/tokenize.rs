//! Tokenize: IDs that stand for data. An array of requests, answered in order, all or nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::kinds::TokenType;
use crate::operation::batch::{Batch, Plan};
use crate::operation::call::{Call, Effect};
use crate::operation::commit::commit;
use crate::operation::definition::{DEFAULT_SCOPE, Operation};
use crate::operation::drafts::{Drafts, TokenRequest, Wanted, claims_of};
use crate::operation::inputs::NamedInputs;
use crate::operation::pass::Pass;
use crate::operation::token_id::GLOBAL_SCOPE;
use crate::operation::transaction_id::TOKENIZE;
use crate::request::card_template::CardTemplate;
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::input::{GivenInput, Inputs, ObjectForm, Props};
use crate::request::list::path_of_item;
use crate::request::name::{Name, TokenId};
use crate::request::tags::Tags;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["tokenize"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    expiration_secs: Option<Expiry>,
    #[serde(borrow)]
    transaction_id: Option<Name<'a>>,
    request_body: Vec<GivenToken<'a>>,
}

/// One of the array.
#[derive(Deserialize)]
struct GivenToken<'a> {
    #[serde(rename = "type")]
    token_type: GivenType,
    #[serde(borrow)]
    object: Option<ObjectForm<'a>>,
    props: Props<'a>,
    scope: Option<Name<'a>>,
    tags: Option<Vec<Name<'a>>>,
    ensure_unique_tenant_tags: Option<Vec<Name<'a>>>,
    token_id: Option<TokenId<'a>>,
    #[serde(default)]
    store_object: bool,
    fptemplate: Option<&'a str>,
    fpprops: Option<Vec<&'a str>>,
}

#[derive(Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum GivenType {
    Pci,
    PciOneway,
    Randomized,
    Deterministic,
    Pointer,
}

pub(crate) struct Tokenize<'a> {
    tokens: Vec<TokenRequest<'a>>,
    inputs: Inputs<'a>,
    expiry: Option<Expiry>,
    transaction_id: Option<&'a str>,
}

impl<'a> Operation<'a> for Tokenize<'a> {
    const ACTION: &'static str = TOKENIZE;
    const EFFECT: Effect = Effect::Writes;

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let Given { expiration_secs, transaction_id, request_body } = parameters.take()?;
        let (mut tokens, mut inputs) = (Vec::new(), Vec::new());
        for (index, given) in request_body.into_iter().enumerate() {
            let (token, input) = given.check(path_of_item(index), settings)?;
            tokens.push(token);
            inputs.push(input);
        }
        Ok(Self {
            tokens,
            inputs: Inputs::of_requests(inputs)?,
            expiry: expiration_secs,
            transaction_id: transaction_id.map(|id| id.0),
        })
    }

    fn transaction_id(&self) -> Option<&'a str> {
        self.transaction_id
    }

    fn property_names(&self) -> Vec<&str> {
        self.inputs.property_names().collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { tokens: requests, inputs, expiry, .. } = &self;
        let inputs = NamedInputs::of(inputs, |_, _| &ON_EACH_PROPERTY)?;
        let (access, inputs) = inputs.authorize(call, &["CapTokensWriter"]).await?;
        if requests.is_empty() {
            call.audit(0).await?;
            return write(&[(); 0]);
        }
        commit(call, &access, inputs, async |pass, inputs| {
            for request in requests {
                let checked = request.card.iter().try_for_each(|it| it.check(&call.collection));
                checked.map_err(|error| error.at(&request.path))?;
            }
            refuse_repeated_ids(requests)?;
            let mut wanted = Vec::with_capacity(requests.len());
            for (request, input) in requests.iter().zip(inputs) {
                let derived = Wanted::derive(pass, request, input);
                wanted.push(derived.map_err(|error| error.at(&request.path))?);
            }
            let existing = pass.read_holders(&claims_of(pass, &wanted)).await?;
            let mut drafts = Drafts::of(pass, &existing)?;
            let mut batch = Batch::new(2 * requests.len())?;
            drafts.draw_card_shaped_ids(pass, &mut batch, &mut wanted).await?;
            let mut chosen = Vec::with_capacity(wanted.len());
            for (request, wanted) in requests.iter().zip(&wanted) {
                let draft = drafts.apply(pass, &mut batch, wanted, *expiry);
                chosen.push(draft.map_err(|error| error.at(&request.path))?);
            }
            drafts.claim_unique_tags(pass, &wanted, &chosen, &existing).await?;
            put(pass, batch, &drafts, &chosen)
        })
        .await
    }
}

impl<'a> GivenToken<'a> {
    /// What the request says of the token, and its object.
    fn check(
        self,
        path: String,
        settings: &Settings,
    ) -> Result<(TokenRequest<'a>, GivenInput<'a>), Error> {
        let tags =
            Tags::new(self.tags, self.ensure_unique_tenant_tags, &path, settings.max_tags())?;
        let card = CardTemplate::new(self.fptemplate, self.fpprops, &path)?;
        let token_type = match self.token_type {
            GivenType::Pci => TokenType::Pci,
            GivenType::PciOneway => TokenType::PciOneway,
            GivenType::Randomized => TokenType::Randomized,
            GivenType::Deterministic => TokenType::Deterministic,
            GivenType::Pointer => {
                return Err(ErrorKind::NotImplemented { feature: "type: pointer" }.into());
            }
        };
        if self.store_object {
            return Err(ErrorKind::NotImplemented { feature: "store_object" }.into());
        }
        if card.is_some() && self.token_id.is_some() {
            let field = format!("{path}.fptemplate");
            return Err(Error::bad_request(field, "and `token_id` exclude each other"));
        }
        let scope = self.scope.map_or(DEFAULT_SCOPE, |scope| scope.0);
        if scope.starts_with(GLOBAL_SCOPE)
            && matches!(token_type, TokenType::Pci | TokenType::PciOneway)
        {
            let feature = "a global scope for pci tokens";
            return Err(ErrorKind::NotImplemented { feature }.into());
        }
        let reserved = self.token_id.is_some_and(TokenId::looks_derived);
        if reserved && token_type != TokenType::Deterministic {
            return Err(Error::bad_request(
                format!("{path}.token_id"),
                "must not be a version 8 UUID, the form of deterministic token IDs",
            ));
        }
        let card_properties = card.iter().flat_map(|card| card.properties.clone()).collect();
        let input = GivenInput { object: self.object, props: self.props, card_properties };
        let token_id = self.token_id.map(|id| id.0);
        Ok((TokenRequest { token_type, scope, tags, token_id, card, path }, input))
    }
}

#[derive(Serialize)]
struct Made<'a> {
    token_id: &'a str,
}

/// The batch of these drafts; the answer has the IDs of the chosen ones, in the order of the requests.
fn put<H: Host>(
    pass: &mut Pass<'_, H>,
    mut batch: Batch,
    drafts: &Drafts<'_>,
    chosen: &[usize],
) -> Result<Plan, Error> {
    let made = chosen.iter().filter_map(|index| drafts.list.get(*index));
    let made: Vec<Made<'_>> = made.map(|draft| Made { token_id: &draft.head.token_id }).collect();
    drafts.put(pass, &mut batch)?;
    Ok(batch.answering(write(&made)?, made.len()))
}

/// Refuses the same given ID for two tokens of one array, at the second.
fn refuse_repeated_ids(requests: &[TokenRequest<'_>]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for TokenRequest { token_id, path, .. } in requests {
        if token_id.is_some_and(|id| !seen.insert(id)) {
            return Err(Error::from(ErrorKind::TokenIdTaken).at(path));
        }
    }
    Ok(())
}
