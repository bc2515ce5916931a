//! Update encrypted: new ciphertexts out of old ones, with other values, scope, type or expiry. An
//! array of requests, all or nothing; the old ciphertexts stay what they are.

use std::rc::Rc;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, Millis, State};
use crate::json::strict::Parameters;
use crate::json::tree::{Json, Member};
use crate::kinds::EncryptionType;
use crate::operation::call::{Access, Call};
use crate::operation::checks::PropertyChecks;
use crate::operation::definition::Operation;
use crate::operation::inputs::{check_ciphertext, open_ciphertext};
use crate::operation::new_ciphertexts::{check_expiry, seal};
use crate::operation::pass::Pass;
use crate::request::common::Common;
use crate::request::expiry::Expiry;
use crate::request::input::{EncryptedObject, Fields, Props, TENANT_FIELD};
use crate::request::list::path_of_item;
use crate::request::name::Name;
use crate::request::query::{ArchivedOptions, state_of};
use crate::schema::collection::Collection;
use crate::schema::data::{Data, parse_unsealed, wanted};
use crate::sealing::ciphertext::Ciphertext;
use crate::settings::Settings;

const ON_EACH_PROPERTY: [&str; 2] = ["decrypt", "encrypt"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: ArchivedOptions,
    expiration_secs: Option<Expiry>,
    #[serde(borrow)]
    request_body: Vec<GivenChange<'a>>,
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
        let mut changes = Vec::with_capacity(request_body.len());
        for (index, given) in request_body.into_iter().enumerate() {
            let path = path_of_item(index);
            if given.fields.tenant.is_some() {
                return Err(Error::bad_request(
                    format!("{path}.fields.{TENANT_FIELD}"),
                    "is not possible here: a ciphertext keeps its tenant",
                ));
            }
            if let Some(encryption_type) = given.encryption_type {
                check_expiry(encryption_type, expiry)?;
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

    fn property_names(&self) -> Vec<&str> {
        let changes = self.changes.iter();
        let written = changes.clone().flat_map(|change| &change.fields).map(|(name, _)| &**name);
        written.chain(changes.flat_map(|change| &change.props).flatten().copied()).collect()
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let Self { changes, state, expiry } = &self;
        let collection = &call.collection;
        let all_name = changes.iter().all(|change| change.props.is_some());
        let access = Access {
            capabilities: &["CapCryptoDecrypter", "CapCryptoEncrypter"],
            input: InputKind::Encrypted,
            checks: all_name.then(|| checks(changes, &[], collection)),
        };
        call.authorize(&access).await?;

        let mut news = Vec::new();
        if all_name {
            news = check_written(changes, &[], call)?;
        }
        let mut pass = Pass::begin(call)?;
        let now = pass.now;
        let mut olds = Vec::with_capacity(changes.len());
        for Change { object, path, .. } in changes {
            let old = open_ciphertext(object, &mut pass.envelopes, call);
            olds.push(old.map_err(|error| error.at(path))?);
        }
        let mut kept = Vec::with_capacity(changes.len());
        for (change, old) in changes.iter().zip(&olds) {
            kept.push(change.kept(parse_unsealed(&old.canonical, ErrorKind::CiphertextRefused)?));
        }
        if !all_name {
            call.ask_again(&access, &checks(changes, &kept, collection)).await?;
            news = check_written(changes, &kept, call)?;
        }
        let mut canonicals = Vec::with_capacity(changes.len());
        let mut total = 0;
        for ((change, new), kept) in changes.iter().zip(news).zip(&kept) {
            let Change { props, path, .. } = change;
            let kept = Data::reopen(collection, kept, props.as_deref());
            let kept = kept.map_err(|error| error.at(path))?;
            let data = new.beside(kept).select(props.as_deref(), path)?;
            let canonical = data.canonical(path)?;
            total += canonical.len();
            call.limit_bytes(total)?;
            canonicals.push(canonical);
        }
        for (Change { object, path, .. }, old) in changes.iter().zip(&olds) {
            check_ciphertext(object, old, *state, now).map_err(|error| error.at(path))?;
        }
        let mut updated = Vec::with_capacity(changes.len());
        for ((change, old), canonical) in changes.iter().zip(&olds).zip(canonicals) {
            updated.push(change.seal_as(old, canonical, *expiry, now)?);
        }
        seal(&mut pass, &updated).await
    }
}

/// What must be allowed on what each new ciphertext shall hold: the properties named, or those that it
/// keeps and those that are given.
fn checks(
    changes: &[Change<'_>],
    kept: &[Vec<Member<'_>>],
    collection: &Collection,
) -> Rc<[Check]> {
    let mut checks = PropertyChecks::default();
    for (index, change) in changes.iter().enumerate() {
        if let Some(props) = &change.props {
            props.iter().for_each(|name| checks.add(&ON_EACH_PROPERTY, name));
            continue;
        }
        let kept = kept.get(index).into_iter().flatten().map(|(name, _)| &**name);
        kept.chain(change.given()).for_each(|name| checks.add(&ON_EACH_PROPERTY, name));
    }
    checks.on(collection)
}

/// Looks at what the request writes, after the policy has allowed: at all names first, those of what is
/// kept included, then at the values. Answers the data of `fields`.
fn check_written<'c, H: Host>(
    changes: &'c [Change<'_>],
    kept: &[Vec<Member<'_>>],
    call: &Call<'_, H>,
) -> Result<Vec<Data<'c>>, Error> {
    let collection = &call.collection;
    call.limit_tokens(changes.len())?;
    for (index, Change { fields, props, path, .. }) in changes.iter().enumerate() {
        let kept = kept.get(index).filter(|_| props.is_none()).into_iter().flatten();
        let written = fields.iter().chain(kept).map(|(name, _)| &**name);
        for name in written.chain(props.iter().flatten().copied()) {
            collection.property(name).map_err(|error| error.at(path))?;
        }
    }
    let mut news = Vec::with_capacity(changes.len());
    for Change { fields, path, .. } in changes {
        let new = Data::check(collection, fields).map_err(|error| error.at(path))?;
        new.check_size(path)?;
        news.push(new);
    }
    Ok(news)
}

impl Change<'_> {
    /// The properties that are given. A null leaves what the ciphertext holds.
    fn given(&self) -> impl Iterator<Item = &str> {
        let given = self.fields.iter().filter(|(_, value)| *value != Json::Null);
        given.map(|(name, _)| &**name)
    }

    /// Of what a ciphertext holds, what is not given anew.
    fn kept<'d>(&self, mut held: Vec<Member<'d>>) -> Vec<Member<'d>> {
        let given: Vec<&str> = self.given().collect();
        let is_given = wanted(Some(&given));
        held.retain(|(name, _)| !is_given(name));
        held
    }

    /// What the new ciphertext holds beside its data. Deterministic ones have no tags and no expiry.
    fn seal_as(
        &self,
        old: &Ciphertext,
        canonical: String,
        expiry: Option<Expiry>,
        now: Millis,
    ) -> Result<Ciphertext, Error> {
        let encryption_type = self.encryption_type.unwrap_or(old.encryption_type);
        check_expiry(encryption_type, expiry)?;
        let has_either = old.expires_at.is_some() || !old.tags.is_empty();
        if encryption_type == EncryptionType::Deterministic && has_either {
            return Err(Error::bad_request(
                format!("{}.type", self.path),
                "cannot become `deterministic`: the ciphertext has tags or an expiry",
            ));
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
