//! Hash: the ID that a `deterministic` token of an object would have. Nothing is stored.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::host::{Host, InputKind};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::Call;
use crate::operation::card::CardNumber;
use crate::operation::definition::{DEFAULT_SCOPE, Operation};
use crate::operation::inputs::NamedInputs;
use crate::operation::token_id::Derivation;
use crate::request::card_template::CardTemplate;
use crate::request::common::Common;
use crate::request::input::{GivenInput, Inputs, ObjectForm, Props};
use crate::request::list::path_of_item;
use crate::request::name::Name;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["hash"];
/// A hash of what a ciphertext holds shows which of some guesses that is.
const OUT_OF_A_CIPHERTEXT: [&str; 2] = ["decrypt", "hash"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    #[serde(borrow)]
    request_body: Vec<GivenHash<'a>>,
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
        let (mut hashes, mut inputs) = (Vec::new(), Vec::new());
        for (index, given) in request_body.into_iter().enumerate() {
            let GivenHash { object, props, scope, fptemplate, fpprops } = given;
            let card = CardTemplate::new(fptemplate, fpprops, &path_of_item(index))?;
            let scope = scope.map_or(DEFAULT_SCOPE, |scope| scope.0);
            let card_properties = card.iter().flat_map(|card| card.properties.clone()).collect();
            hashes.push(HashRequest { scope, card });
            inputs.push(GivenInput { object, props, card_properties });
        }
        Ok(Self { hashes, inputs: Inputs::of_requests(inputs)? })
    }

    fn property_names(&self) -> Vec<&str> {
        self.inputs.property_names().collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let collection = &call.collection;
        let inputs = NamedInputs::of(&self.inputs, |_, kind| match kind {
            InputKind::Encrypted => &OUT_OF_A_CIPHERTEXT,
            _ => &ON_EACH_PROPERTY,
        })?;
        let capabilities: &[&str] = match inputs.need("decrypt") {
            true => &["CapCryptoDecrypter", "CapCryptoHasher"],
            false => &["CapCryptoHasher"],
        };
        let (access, mut inputs) = inputs.authorize(call, capabilities).await?;

        let inputs = inputs.open(call, &access, call.now()?).await?;
        for (index, HashRequest { card, .. }) in self.hashes.iter().enumerate() {
            let checked = card.iter().try_for_each(|card| card.check(collection));
            checked.map_err(|error| error.at(&path_of_item(index)))?;
        }
        let mut answer = Vec::with_capacity(inputs.len());
        for (index, (hash, input)) in self.hashes.iter().zip(&inputs).enumerate() {
            let HashRequest { scope, card } = hash;
            let card = card.as_ref().map(|card| {
                CardNumber::of(card, &input.canonical)
                    .map_err(|error| error.at(&path_of_item(index)))
            });
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
