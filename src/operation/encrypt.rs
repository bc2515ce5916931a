//! Encrypt: ciphertext that the caller keeps. An array of requests, all or nothing.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::{Access, Call, DEFAULT_SCOPE, Effect};
use crate::error::Error;
use crate::host::{Host, Millis};
use crate::input::{CheckedInput, Input, Inputs, OpenedInput};
use crate::json::Members;
use crate::request::{Expiry, owned, take_name, take_tags};
use crate::sealing::{Ciphertext, EncryptionType};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["encrypt"];

pub(super) struct Request<'a> {
    ciphertexts: Vec<CiphertextRequest<'a>>,
    inputs: Inputs<'a>,
    expiry: Option<Expiry>,
}

/// One of the array, without its object.
struct CiphertextRequest<'a> {
    encryption_type: EncryptionType,
    scope: &'a str,
    tags: Vec<&'a str>,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>, settings: &Settings) -> Result<Self, Error> {
        let expiry = Expiry::take(members);
        let (mut ciphertexts, mut inputs) = (Vec::<CiphertextRequest<'_>>::new(), Vec::new());
        for members in members.objects("requestBody")? {
            let (ciphertext, input) = CiphertextRequest::take(members, settings)?;
            ciphertexts.push(ciphertext);
            inputs.push(input);
        }
        let deterministic = EncryptionType::Deterministic;
        if expiry.is_some() && ciphertexts.iter().any(|one| one.encryption_type == deterministic) {
            return Err(
                members.refusal("expirationSecs", "is not possible with the type `deterministic`")
            );
        }
        Ok(Self { ciphertexts, inputs: Inputs::of_requests(inputs)?, expiry })
    }
}

impl<'a> CiphertextRequest<'a> {
    fn take(mut members: Members<'a>, settings: &Settings) -> Result<(Self, Input<'a>), Error> {
        let encryption_type =
            EncryptionType::take(&mut members).unwrap_or(EncryptionType::Randomized);
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope").unwrap_or(DEFAULT_SCOPE);
        let tags = take_tags(&mut members, "tags", settings.max_tags).unwrap_or_default();
        members.finish()?;
        if encryption_type == EncryptionType::Deterministic && !tags.is_empty() {
            return Err(members.refusal("tags", "are not possible with the type `deterministic`"));
        }
        Ok((Self { encryption_type, scope, tags }, input))
    }
}

pub(super) fn access<'r, H: Host>(
    call: &Call<'_, H>,
    request: &'r Request<'r>,
) -> Result<(Access, Vec<CheckedInput<'r>>), Error> {
    let inputs = call.check_inputs(&request.inputs)?;
    let access = Access {
        capabilities: &["CapCryptoEncrypter"],
        input: CheckedInput::kind(&inputs),
        checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    Ok((access, inputs))
}

pub(super) fn ciphertexts(
    request: &Request<'_>,
    inputs: Vec<OpenedInput>,
    now: Millis,
) -> Vec<Ciphertext> {
    let mut ciphertexts = Vec::with_capacity(inputs.len());
    for (CiphertextRequest { encryption_type, scope, tags }, input) in
        request.ciphertexts.iter().zip(inputs)
    {
        ciphertexts.push(Ciphertext {
            encryption_type: *encryption_type,
            scope: (*scope).to_owned(),
            tenant: input.tenant,
            tags: owned(tags),
            expires_at: request.expiry.and_then(|expiry| expiry.at(now)),
            canonical: input.canonical,
        });
    }
    ciphertexts
}
