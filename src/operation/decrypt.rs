//! Decrypt: what ciphertexts hold. An array of requests, all or nothing.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::definition::Operation;
use crate::operation::inputs::open_ciphertext;
use crate::operation::metadata::CiphertextMetadata;
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::input::{EncryptedObject, Props};
use crate::request::list::{Filled, Requests, has_option};
use crate::schema::data::parse_unsealed;
use crate::schema::projection::{Projection, View};
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["decrypt"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: Option<Filled<GivenOption>>,
    #[serde(borrow)]
    request_body: Requests<Wanted<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
enum GivenOption {
    Archived,
    IncludeMetadata,
}

/// One of the array.
#[derive(Deserialize)]
struct Wanted<'a> {
    #[serde(borrow)]
    encrypted_object: EncryptedObject<'a>,
    props: Props<'a>,
}

pub(crate) struct Decrypt<'a> {
    objects: Vec<Wanted<'a>>,
    state: State,
    metadata: Metadata,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Metadata {
    Included,
    LeftOut,
}

#[derive(Serialize)]
struct Decrypted<'a> {
    fields: View<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<CiphertextMetadata<'a>>,
}

impl<'a> Operation<'a> for Decrypt<'a> {
    const ACTION: &'static str = "crypto.decrypt";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { options, request_body } = parameters.take()?;
        let asked = |option| has_option(options.as_ref(), &option);
        let archived = asked(GivenOption::Archived);
        let included = asked(GivenOption::IncludeMetadata);
        Ok(Self {
            objects: request_body.0,
            state: if archived { State::Archived } else { State::Active },
            metadata: if included { Metadata::Included } else { Metadata::LeftOut },
        })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { objects, state, metadata } = &self;
        let collection = &call.collection;
        call.limit_tokens(objects.len())?;
        let mut projections = Vec::with_capacity(objects.len());
        let mut checks = Vec::new();
        for Wanted { props, .. } in objects {
            let props = props.as_ref().map(|props| props.0.as_slice());
            let projection = Projection::resolve(collection, props)?;
            projection.add_checks(&mut checks, &ON_EACH_PROPERTY, collection, &[])?;
            projections.push(projection);
        }
        let known = !projections.iter().any(Projection::shows_all);
        let access = Access {
            capabilities: &["CapCryptoDecrypter"],
            input: InputKind::Encrypted,
            checks: known.then_some(checks),
            on_each_property: &ON_EACH_PROPERTY,
        };
        call.authorize(&access).await?;

        let Pass { now, mut envelopes, .. } = Pass::begin(call)?;
        let mut opened = Vec::with_capacity(objects.len());
        let mut total = 0;
        for Wanted { encrypted_object: object, .. } in objects {
            let one =
                open_ciphertext(object, &mut envelopes, collection, &call.common, *state, now)?;
            total += one.canonical.len();
            call.limit_bytes(total)?;
            opened.push(one);
        }
        let mut checks = Vec::new();
        let mut answer = Vec::with_capacity(objects.len());
        for (ciphertext, projection) in opened.iter().zip(&projections) {
            let fields = parse_unsealed(&ciphertext.canonical, ErrorKind::CiphertextRefused)?;
            projection.add_checks(&mut checks, &ON_EACH_PROPERTY, collection, &fields)?;
            let fields = projection.show(fields, now);
            let metadata = match metadata {
                Metadata::Included => Some(CiphertextMetadata::new(ciphertext)?),
                Metadata::LeftOut => None,
            };
            answer.push(Decrypted { fields, metadata });
        }
        call.ask_again(&access, &checks).await?;
        call.audit(answer.len()).await?;
        write(&answer)
    }
}
