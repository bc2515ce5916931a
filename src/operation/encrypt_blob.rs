//! Encrypt a blob: ciphertext of one property of type `BLOB`. The bytes come as base64, which is how a value
//! of that type is written anywhere; they may be more than an object has room for.

use serde::Deserialize;

use crate::error::Error;
use crate::host::{Host, InputKind};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::json::tree::Member;
use crate::kinds::EncryptionType;
use crate::operation::call::{Access, Call};
use crate::operation::checks::PropertyChecks;
use crate::operation::definition::{DEFAULT_SCOPE, Operation};
use crate::operation::new_ciphertexts::{check_deterministic, seal_all};
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::name::Name;
use crate::request::tags::{TagsParameter, of_parameter};
use crate::schema::data::Data;
use crate::sealing::ciphertext::Ciphertext;
use crate::settings::Settings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    prop: &'a str,
    /// Base64.
    request_body: &'a str,
    #[serde(rename = "type")]
    encryption_type: Option<EncryptionType>,
    #[serde(borrow)]
    scope: Option<Name<'a>>,
    tags: Option<TagsParameter<'a>>,
    expiration_secs: Option<Expiry>,
}

pub(crate) struct EncryptBlob<'a> {
    property: &'a str,
    base64: &'a str,
    encryption_type: EncryptionType,
    scope: &'a str,
    tags: Vec<&'a str>,
    expiry: Option<Expiry>,
}

impl<'a> Operation<'a> for EncryptBlob<'a> {
    const ACTION: &'static str = "crypto.encryptBlob";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let given: Given<'a> = parameters.take()?;
        let encryption_type = given.encryption_type.unwrap_or(EncryptionType::Randomized);
        let tags = of_parameter(given.tags, settings.max_tags())?;
        check_deterministic(encryption_type, &tags, "tags", given.expiration_secs)?;
        Ok(Self {
            property: given.prop,
            base64: given.request_body,
            encryption_type,
            scope: given.scope.map_or(DEFAULT_SCOPE, |scope| scope.0),
            tags,
            expiry: given.expiration_secs,
        })
    }

    fn property_names(&self) -> Vec<&str> {
        vec![self.property]
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let collection = &call.collection;
        let mut checks = PropertyChecks::default();
        checks.add(&["encrypt"], self.property);
        call.authorize(&Access {
            capabilities: &["CapCryptoEncrypter"],
            input: InputKind::Fields,
            checks: Some(checks.on(collection)),
        })
        .await?;

        collection.blob_property(self.property)?;
        let fields: [Member<'_>; 1] = [(self.property.into(), self.base64.into())];
        let canonical = Data::check(collection, &fields)?.canonical_of_any_size()?;
        call.limit_bytes(canonical.len())?;
        let mut pass = Pass::begin(call)?;
        let ciphertext = Ciphertext {
            encryption_type: self.encryption_type,
            scope: self.scope.to_owned(),
            tenant: tenant(&call.common)?,
            tags: self.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            expires_at: self.expiry.and_then(|expiry| expiry.at(pass.now)),
            canonical,
        };
        let sealed = seal_all(&mut pass, &[ciphertext]).await?;
        write(&sealed.first().ok_or_else(|| Error::internal("a blob was not sealed"))?)
    }
}

/// The tenant that a ciphertext belongs to. Bytes have no field to name one of several.
fn tenant(common: &Common<'_>) -> Result<Option<String>, Error> {
    match common.tenants.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).to_owned())),
        _ => Err(Error::bad_request("xTenantId", "must be at most one tenant")),
    }
}
