//! Hash: the ID that a `deterministic` token of an object would have. Nothing is stored.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::host::Host;
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::card::CardNumber;
use crate::operation::definition::{DEFAULT_SCOPE, Operation};
use crate::operation::inputs::{CheckedInput, check_inputs, open_inputs};
use crate::operation::token_id::Derivation;
use crate::request::card_template::CardTemplate;
use crate::request::common::Common;
use crate::request::input::{Inputs, ObjectForm, Props};
use crate::request::list::Requests;
use crate::request::name::Name;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["hash"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    #[serde(borrow)]
    request_body: Requests<GivenHash<'a>>,
}

/// One of the array.
#[derive(Deserialize)]
struct GivenHash<'a> {
    #[serde(borrow)]
    object: Option<ObjectForm<'a>>,
    props: Props<'a>,
    scope: Option<Name<'a>>,
    fptemplate: Option<&'a str>,
    fpprops: Option<Vec<&'a str>>,
}

pub(crate) struct Hash<'a> {
    hashes: Vec<HashRequest<'a>>,
    inputs: Inputs<'a>,
}

/// One of the array, without its object.
struct HashRequest<'a> {
    scope: &'a str,
    card: Option<CardTemplate<'a>>,
}

#[derive(Serialize)]
struct Hashed {
    token_id: String,
}

impl<'a> Operation<'a> for Hash<'a> {
    const ACTION: &'static str = "crypto.hash";

    fn take(
        parameters: &mut Parameters<'a>,
        common: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { request_body } = parameters.take()?;
        if common.tenants.len() > 1 {
            return Err(Error::bad_request("xTenantId", "must be at most one tenant"));
        }
        let (mut hashes, mut objects) = (Vec::new(), Vec::new());
        for (index, given) in request_body.0.into_iter().enumerate() {
            let GivenHash { object, props, scope, fptemplate, fpprops } = given;
            let card = CardTemplate::new(fptemplate, fpprops, &format!("requestBody[{index}]"))?;
            let scope = scope.map_or(DEFAULT_SCOPE, |scope| scope.0);
            hashes.push(HashRequest { scope, card });
            objects.push((object, props));
        }
        Ok(Self { hashes, inputs: Inputs::of_requests(objects)? })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let collection = &call.collection;
        let inputs = check_inputs(call, &self.inputs)?;
        for (HashRequest { card, .. }, input) in self.hashes.iter().zip(&inputs) {
            if let Some(card) = card {
                card.check(collection, input.properties())?;
            }
        }
        let access = Access {
            capabilities: &["CapCryptoHasher"],
            input: CheckedInput::kind(&inputs),
            checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, collection)?,
            on_each_property: &ON_EACH_PROPERTY,
        };
        call.authorize(&access).await?;

        let inputs = open_inputs(call, &access, inputs, call.now()?).await?;
        let mut answer = Vec::with_capacity(inputs.len());
        for (HashRequest { scope, card }, input) in self.hashes.iter().zip(&inputs) {
            let card = card.as_ref().map(|card| CardNumber::of(card, &input.canonical));
            let derivation = Derivation {
                collection: &collection.name,
                tenant: input.tenant.as_deref(),
                scope,
                canonical: &input.canonical,
            };
            let index = call.vault.keyring.index();
            let token_id = derivation.token_id(index, card.transpose()?.as_ref())?;
            answer.push(Hashed { token_id });
        }
        call.audit(answer.len()).await?;
        write(&answer)
    }
}
