//! Encrypt: ciphertext that the caller keeps. An array of requests, all or nothing.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Access, Answer, Call, DEFAULT_SCOPE, Effect};
use crate::error::Error;
use crate::host::Host;
use crate::input::{CheckedInput, Input, SharedInput};
use crate::json::{self, Json, Members};
use crate::request::{Expiry, take_name, take_tags};
use crate::sealing::{Ciphertext, EncryptionType, Envelopes, Fresh};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["encrypt"];

pub(super) struct Request {
    ciphertexts: Vec<CiphertextRequest>,
    inputs: Vec<SharedInput>,
    expiry: Option<Expiry>,
}

/// One of the array, without its object.
struct CiphertextRequest {
    encryption_type: EncryptionType,
    scope: String,
    tags: Vec<String>,
}

impl Request {
    pub(super) fn take(members: &mut Members, settings: &Settings) -> Result<Self, Error> {
        let expiry_path = members.path_of("expirationSecs");
        let expiry = Expiry::take(members)?;
        let requests =
            json::list(members.required("requestBody")?, "requestBody", &mut |value, path| {
                CiphertextRequest::take(Members::of(value, path)?, settings)
            })?;
        if requests.is_empty() {
            return Err(Error::bad_request("requestBody", "must not be an empty list"));
        }
        let (ciphertexts, inputs): (Vec<CiphertextRequest>, _) = requests.into_iter().unzip();
        let deterministic = EncryptionType::Deterministic;
        if expiry.is_some() && ciphertexts.iter().any(|one| one.encryption_type == deterministic) {
            return Err(Error::bad_request(
                expiry_path,
                "is not possible with the type `deterministic`",
            ));
        }
        Ok(Self { ciphertexts, inputs: Input::resolve_indexes(inputs)?, expiry })
    }
}

impl CiphertextRequest {
    fn take(mut members: Members, settings: &Settings) -> Result<(Self, Input), Error> {
        let encryption_type =
            EncryptionType::take(&mut members)?.unwrap_or(EncryptionType::Randomized);
        let input = Input::take(&mut members)?;
        let scope = take_name(&mut members, "scope")?.unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
        let tags_path = members.path_of("tags");
        let tags = take_tags(&mut members, "tags", settings.max_tags)?.unwrap_or_default();
        members.finish()?;
        if encryption_type == EncryptionType::Deterministic && !tags.is_empty() {
            return Err(Error::bad_request(
                tags_path,
                "are not possible with the type `deterministic`",
            ));
        }
        Ok((Self { encryption_type, scope, tags }, input))
    }
}

pub(super) async fn run<H: Host>(call: &Call<'_, H>, request: Request) -> Result<Answer, Error> {
    let Request { ciphertexts, inputs, expiry } = request;
    let inputs = call.check_inputs(&inputs)?;
    let access = Access {
        capabilities: &["CapCryptoEncrypter"],
        input: CheckedInput::kind(&inputs),
        checks: CheckedInput::checks(&inputs, &ON_EACH_PROPERTY, &call.collection)?,
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    call.authorize(&access).await?;
    let now = call.now()?;
    let opened = call.open_inputs(&access, inputs, now).await?;

    let mut fresh = Fresh::fill(0)?;
    let mut envelopes = Envelopes::new(&call.vault.keyring);
    let mut answer = Vec::with_capacity(opened.len());
    for (CiphertextRequest { encryption_type, scope, tags }, input) in
        ciphertexts.into_iter().zip(opened)
    {
        let ciphertext = Ciphertext {
            encryption_type,
            scope,
            tenant: input.tenant,
            tags,
            expires_at: expiry.and_then(|expiry| expiry.at(now)),
            canonical: input.canonical,
        };
        let text = ciphertext.seal(&mut envelopes, &mut fresh, &call.collection.name)?;
        answer.push(json::object([("ciphertext", Json::text(&text))]));
    }
    Ok(Answer::list(answer))
}
