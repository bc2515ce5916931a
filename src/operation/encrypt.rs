//! Encrypt: ciphertext that the caller keeps. An array of requests, all or nothing.

use serde::Deserialize;

use crate::error::Error;
use crate::host::{Host, InputKind};
use crate::json::strict::Parameters;
use crate::kinds::EncryptionType;
use crate::operation::call::Call;
use crate::operation::definition::{DEFAULT_SCOPE, Operation};
use crate::operation::inputs::NamedInputs;
use crate::operation::new_ciphertexts::{check_deterministic, seal};
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::input::{GivenInput, Inputs, ObjectForm, Props};
use crate::request::list::path_of_item;
use crate::request::name::Name;
use crate::request::tags::Tags;
use crate::sealing::ciphertext::Ciphertext;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["encrypt"];
/// A deterministic ciphertext of what another holds shows which of some guesses that is.
const OUT_OF_A_CIPHERTEXT: [&str; 2] = ["decrypt", "encrypt"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    expiration_secs: Option<Expiry>,
    #[serde(borrow)]
    request_body: Vec<GivenCiphertext<'a>>,
}

/// One of the array.
#[derive(Deserialize)]
struct GivenCiphertext<'a> {
    #[serde(rename = "type")]
    encryption_type: Option<EncryptionType>,
    #[serde(borrow)]
    object: Option<ObjectForm<'a>>,
    props: Props<'a>,
    scope: Option<Name<'a>>,
    tags: Option<Vec<Name<'a>>>,
}

pub(crate) struct Encrypt<'a> {
    ciphertexts: Vec<CiphertextRequest<'a>>,
    inputs: Inputs<'a>,
    expiry: Option<Expiry>,
}

/// One of the array, without its object.
struct CiphertextRequest<'a> {
    encryption_type: EncryptionType,
    scope: &'a str,
    tags: Tags<'a>,
}

impl<'a> Operation<'a> for Encrypt<'a> {
    const ACTION: &'static str = "crypto.encrypt";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let Given { expiration_secs: expiry, request_body } = parameters.take()?;
        let (mut ciphertexts, mut inputs) = (Vec::new(), Vec::new());
        for (index, given) in request_body.into_iter().enumerate() {
            let GivenCiphertext { encryption_type, object, props, scope, tags } = given;
            let path = path_of_item(index);
            let encryption_type = encryption_type.unwrap_or(EncryptionType::Randomized);
            let tags = Tags::new(tags, None, &path, settings.max_tags())?;
            let sealed_in = tags.tags.as_deref().unwrap_or_default();
            check_deterministic(encryption_type, sealed_in, &format!("{path}.tags"), expiry)?;
            let scope = scope.map_or(DEFAULT_SCOPE, |scope| scope.0);
            ciphertexts.push(CiphertextRequest { encryption_type, scope, tags });
            inputs.push(GivenInput { object, props, card_properties: Vec::new() });
        }
        Ok(Self { ciphertexts, inputs: Inputs::of_requests(inputs)?, expiry })
    }

    fn property_names(&self) -> Vec<&str> {
        self.inputs.property_names().collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let inputs = NamedInputs::of(&self.inputs, |index, kind| {
            let request = self.ciphertexts.get(index);
            match (kind, request.map(|request| request.encryption_type)) {
                (InputKind::Encrypted, Some(EncryptionType::Deterministic)) => &OUT_OF_A_CIPHERTEXT,
                _ => &ON_EACH_PROPERTY,
            }
        })?;
        let capabilities: &[&str] = match inputs.need("decrypt") {
            true => &["CapCryptoDecrypter", "CapCryptoEncrypter"],
            false => &["CapCryptoEncrypter"],
        };
        let (access, mut inputs) = inputs.authorize(call, capabilities).await?;

        let mut pass = Pass::begin(call)?;
        let inputs = inputs.open(call, &access, pass.now).await?;
        let mut ciphertexts = Vec::with_capacity(inputs.len());
        for (request, input) in self.ciphertexts.iter().zip(inputs) {
            ciphertexts.push(Ciphertext {
                encryption_type: request.encryption_type,
                scope: request.scope.to_owned(),
                tenant: input.tenant,
                tags: request.tags.to_owned(),
                expires_at: self.expiry.and_then(|expiry| expiry.at(pass.now)),
                canonical: input.canonical,
            });
        }
        seal(&mut pass, &ciphertexts).await
    }
}
