//! Update encrypted: new ciphertexts out of old ones, with other values, scope, type or expiry. An
//! array of requests, all or nothing; the old ciphertexts stay what they are.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, InputKind, Millis, State};
use crate::json::strict::Parameters;
use crate::json::tree::Member;
use crate::kinds::EncryptionType;
use crate::operation::call::{Access, Call};
use crate::operation::definition::Operation;
use crate::operation::inputs::open_ciphertext;
use crate::operation::new_ciphertexts::seal;
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::input::{EncryptedObject, Fields, Props, TENANT_FIELD};
use crate::request::list::Requests;
use crate::request::name::Name;
use crate::request::query::{ArchivedOptions, state_of};
use crate::schema::data::{Data, add_checks, parse_unsealed};
use crate::sealing::ciphertext::Ciphertext;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 2] = ["decrypt", "encrypt"];
const NOT_DETERMINISTIC: &str = "is not possible with the type `deterministic`";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: ArchivedOptions,
    expiration_secs: Option<Expiry>,
    #[serde(borrow)]
    request_body: Requests<GivenChange<'a>>,
}

/// One of the array.
#[derive(Deserialize)]
struct GivenChange<'a> {
    #[serde(borrow)]
    encrypted_object: EncryptedObject<'a>,
    fields: Fields<'a>,
    props: Props<'a>,
    #[serde(rename = "type")]
    encryption_type: Option<EncryptionType>,
    scope: Option<Name<'a>>,
}

pub(crate) struct UpdateEncrypted<'a> {
    changes: Vec<Change<'a>>,
    state: State,
    expiry: Option<Expiry>,
}

/// One of the array.
struct Change<'a> {
    object: EncryptedObject<'a>,
    fields: Vec<Member<'a>>,
    props: Option<Vec<&'a str>>,
    encryption_type: Option<EncryptionType>,
    scope: Option<&'a str>,
    /// `requestBody[i]`
    path: String,
}

impl<'a> Operation<'a> for UpdateEncrypted<'a> {
    const ACTION: &'static str = "crypto.updateEncrypted";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { options, expiration_secs: expiry, request_body } = parameters.take()?;
        let mut changes = Vec::with_capacity(request_body.0.len());
        for (index, given) in request_body.0.into_iter().enumerate() {
            let path = format!("requestBody[{index}]");
            if given.fields.tenant.is_some() {
                return Err(Error::bad_request(
                    format!("{path}.fields.{TENANT_FIELD}"),
                    "is not possible here: a ciphertext keeps its tenant",
                ));
            }
            if expiry.is_some() && given.encryption_type == Some(EncryptionType::Deterministic) {
                return Err(Error::bad_request("expirationSecs", NOT_DETERMINISTIC));
            }
            changes.push(Change {
                object: given.encrypted_object,
                fields: given.fields.values,
                props: given.props.map(|props| props.0),
                encryption_type: given.encryption_type,
                scope: given.scope.map(|scope| scope.0),
                path,
            });
        }
        Ok(Self { changes, state: state_of(&options), expiry })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { changes, state, expiry } = &self;
        let collection = &call.collection;
        call.limit_tokens(changes.len())?;
        let mut news = Vec::with_capacity(changes.len());
        let mut checks = Vec::new();
        for Change { fields, props, path, .. } in changes {
            let new = Data::check(collection, fields)?;
            new.check_size(path)?;
            news.push(new);
            for prop in props.iter().flatten() {
                add_checks(&mut checks, &ON_EACH_PROPERTY, collection, prop)?;
            }
        }
        let known = changes.iter().all(|change| change.props.is_some());
        let access = Access {
            capabilities: &["CapCryptoDecrypter", "CapCryptoEncrypter"],
            input: InputKind::Encrypted,
            checks: known.then_some(checks),
            on_each_property: &ON_EACH_PROPERTY,
        };
        call.authorize(&access).await?;

        let mut pass = Pass::begin(call)?;
        let now = pass.now;
        let mut checks = Vec::new();
        let mut updated = Vec::with_capacity(changes.len());
        let mut total = 0;
        for (change, new) in changes.iter().zip(news) {
            let Change { object, props, path, .. } = change;
            let envelopes = &mut pass.envelopes;
            let old = open_ciphertext(object, envelopes, collection, &call.common, *state, now)?;
            let unsealed = parse_unsealed(&old.canonical, ErrorKind::CiphertextRefused)?;
            let is_wanted = |name: &str| {
                props.as_ref().is_none_or(|props| props.contains(&name)) && !new.holds(name)
            };
            let data = Data::reopen(collection, &unsealed, is_wanted)?;
            let data = new.beside(data).select(props.as_deref(), path)?;
            for property in data.names() {
                add_checks(&mut checks, &ON_EACH_PROPERTY, collection, property)?;
            }
            let canonical = data.into_canonical(path)?;
            total += canonical.len();
            call.limit_bytes(total)?;
            updated.push(change.seal_as(&old, canonical, *expiry, now)?);
        }
        call.ask_again(&access, &checks).await?;
        seal(&mut pass, &updated).await
    }
}

impl Change<'_> {
    /// What the new ciphertext holds beside its data. Deterministic ones have no tags and no expiry.
    fn seal_as(
        &self,
        old: &Ciphertext,
        canonical: String,
        expiry: Option<Expiry>,
        now: Millis,
    ) -> Result<Ciphertext, Error> {
        let encryption_type = self.encryption_type.unwrap_or(old.encryption_type);
        if encryption_type == EncryptionType::Deterministic {
            if expiry.is_some() {
                return Err(Error::bad_request("expirationSecs", NOT_DETERMINISTIC));
            }
            if old.expires_at.is_some() || !old.tags.is_empty() {
                return Err(Error::bad_request(
                    format!("{}.type", self.path),
                    "cannot become `deterministic`: the ciphertext has tags or an expiry",
                ));
            }
        }
        Ok(Ciphertext {
            encryption_type,
            scope: self.scope.unwrap_or(&old.scope).to_owned(),
            tenant: old.tenant.clone(),
            tags: old.tags.clone(),
            expires_at: expiry.map_or(old.expires_at, |expiry| expiry.at(now)),
            canonical,
        })
    }
}
