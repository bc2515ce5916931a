//! Decrypt: what ciphertexts hold. An array of requests, all or nothing.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::json::tree::{Json, Member};
use crate::operation::call::{Access, Call};
use crate::operation::checks::{PropertyChecks, named_properties};
use crate::operation::definition::Operation;
use crate::operation::inputs::{check_ciphertext, open_ciphertext};
use crate::operation::metadata::CiphertextMetadata;
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::input::{EncryptedObject, Props};
use crate::request::list::{has_option, path_of_item};
use crate::schema::collection::Collection;
use crate::schema::data::parse_unsealed;
use crate::schema::projection::Projection;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 1] = ["decrypt"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: Option<Vec<GivenOption>>,
    #[serde(borrow)]
    request_body: Vec<Wanted<'a>>,
}

#[derive(PartialEq, Eq, Deserialize)]
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
    fields: Json<'a>,
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
            objects: request_body,
            state: if archived { State::Archived } else { State::Active },
            metadata: if included { Metadata::Included } else { Metadata::LeftOut },
        })
    }

    fn property_names(&self) -> Vec<&str> {
        let props = self.objects.iter().map(Wanted::props);
        props.flat_map(named_properties).collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { objects, state, metadata } = &self;
        let collection = &call.collection;
        let all_name = objects.iter().all(|object| object.props.is_some());
        let access = Access {
            capabilities: &["CapCryptoDecrypter"],
            input: InputKind::Encrypted,
            checks: all_name.then(|| checks(objects, &[], collection)),
        };
        call.authorize(&access).await?;

        let mut projections = Vec::new();
        if all_name {
            projections = resolve(objects, call)?;
        }
        let Pass { now, mut envelopes, .. } = Pass::begin(call)?;
        let mut opened = Vec::with_capacity(objects.len());
        for (index, Wanted { encrypted_object, .. }) in objects.iter().enumerate() {
            let ciphertext = open_ciphertext(encrypted_object, &mut envelopes, call);
            opened.push(ciphertext.map_err(|error| error.at(&path_of_item(index)))?);
        }
        let mut held = Vec::with_capacity(objects.len());
        for ciphertext in &opened {
            held.push(parse_unsealed(&ciphertext.canonical, ErrorKind::CiphertextRefused)?);
        }
        if !all_name {
            call.ask_again(&access, &checks(objects, &held, collection)).await?;
            projections = resolve(objects, call)?;
            let shown_whole = objects.iter().zip(&held).filter(|(it, _)| it.props.is_none());
            for (name, _) in shown_whole.flat_map(|(_, fields)| fields) {
                collection.property(name)?;
            }
        }
        call.limit_bytes(opened.iter().map(|ciphertext| ciphertext.canonical.len()).sum())?;
        for (index, (object, ciphertext)) in objects.iter().zip(&opened).enumerate() {
            check_ciphertext(&object.encrypted_object, ciphertext, *state, now)
                .map_err(|error| error.at(&path_of_item(index)))?;
        }
        let mut answer = Vec::with_capacity(objects.len());
        for ((ciphertext, fields), projection) in opened.iter().zip(held).zip(&projections) {
            let metadata = match metadata {
                Metadata::Included => Some(CiphertextMetadata::new(ciphertext)?),
                Metadata::LeftOut => None,
            };
            answer.push(Decrypted { fields: projection.show(fields, now), metadata });
        }
        call.audit(answer.len()).await?;
        write(&answer)
    }
}

impl<'a> Wanted<'a> {
    fn props(&self) -> Option<&[&'a str]> {
        self.props.as_ref().map(|props| props.0.as_slice())
    }
}

/// What must be allowed on what is to be shown of each: the properties named, or all that are held.
fn checks(
    objects: &[Wanted<'_>],
    held: &[Vec<Member<'_>>],
    collection: &Collection,
) -> Rc<[Check]> {
    let mut checks = PropertyChecks::default();
    for (index, object) in objects.iter().enumerate() {
        match object.props() {
            Some(props) => props.iter().for_each(|prop| checks.add(&ON_EACH_PROPERTY, prop)),
            None => {
                let fields = held.get(index).into_iter().flatten();
                fields.for_each(|(name, _)| checks.add(&ON_EACH_PROPERTY, name));
            }
        }
    }
    checks.on(collection)
}

/// What is to be shown of each, after the policy has allowed.
fn resolve<'a, H: Host>(
    objects: &[Wanted<'a>],
    call: &Call<'_, H>,
) -> Result<Vec<Projection<'a>>, Error> {
    call.limit_tokens(objects.len())?;
    let resolve = |(index, object): (usize, &Wanted<'a>)| {
        Projection::resolve(&call.collection, object.props())
            .map_err(|error| error.at(&path_of_item(index)))
    };
    objects.iter().enumerate().map(resolve).collect()
}
