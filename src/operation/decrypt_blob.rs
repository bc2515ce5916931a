//! Decrypt a blob: the bytes that a ciphertext holds of one property of type `BLOB`, as base64.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::checks::PropertyChecks;
use crate::operation::definition::Operation;
use crate::operation::inputs::{check_ciphertext, open_ciphertext};
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::input::EncryptedObject;
use crate::request::name::Name;
use crate::request::query::{ArchivedOptions, state_of};
use crate::schema::data::{Data, parse_unsealed};
use crate::settings::Settings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    prop: &'a str,
    /// A ciphertext, in base64.
    request_body: &'a str,
    #[serde(borrow)]
    scope: Option<Name<'a>>,
    options: ArchivedOptions,
}

pub(crate) struct DecryptBlob<'a> {
    property: &'a str,
    object: EncryptedObject<'a>,
    state: State,
}

impl<'a> Operation<'a> for DecryptBlob<'a> {
    const ACTION: &'static str = "crypto.decryptBlob";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { prop: property, request_body: ciphertext, scope, options } =
            parameters.take()?;
        let object = EncryptedObject { ciphertext, scope };
        Ok(Self { property, object, state: state_of(&options) })
    }

    fn property_names(&self) -> Vec<&str> {
        vec![self.property]
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { property, object, state } = &self;
        let collection = &call.collection;
        let mut checks = PropertyChecks::default();
        checks.add(&["decrypt"], property);
        call.authorize(&Access {
            capabilities: &["CapCryptoDecrypter"],
            input: InputKind::Encrypted,
            checks: Some(checks.on(collection)),
        })
        .await?;

        collection.blob_property(property)?;
        let Pass { now, mut envelopes, .. } = Pass::begin(call)?;
        let ciphertext = open_ciphertext(object, &mut envelopes, call)?;
        call.limit_bytes(ciphertext.canonical.len())?;
        check_ciphertext(object, &ciphertext, *state, now)?;
        let mut fields = parse_unsealed(&ciphertext.canonical, ErrorKind::CiphertextRefused)?;
        fields.retain(|(name, _)| name == property);
        let [(_, value)] = fields.as_slice() else {
            return Err(Error::bad_request("prop", "names no property that the ciphertext holds"));
        };
        // The property may have been of another type when this was sealed.
        Data::check(collection, &fields)?;
        call.audit(1).await?;
        write(value)
    }
}
