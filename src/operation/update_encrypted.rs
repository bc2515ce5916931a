//! Update encrypted: new ciphertexts out of old ones, with other values, scope, type or expiry. An
//! array of requests, all or nothing; the old ciphertexts stay what they are.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::pass::Pass;
use super::{Access, Call, Effect};
use crate::data::{Data, add_checks, parse_unsealed};
use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, Millis, State};
use crate::input::{EncryptedObject, TENANT_FIELD};
use crate::json::{Member, Members};
use crate::request::{Expiry, take_name, take_options, take_props};
use crate::sealing::{Ciphertext, EncryptionType};

const ON_EACH_PROPERTY: [&str; 2] = ["decrypt", "encrypt"];
const NOT_DETERMINISTIC: &str = "is not possible with the type `deterministic`";

pub(super) struct Request<'a> {
    changes: Vec<Change<'a>>,
    state: State,
    expiry: Option<Expiry>,
}

/// One of the array.
struct Change<'a> {
    object: EncryptedObject<'a>,
    fields: Vec<&'a Member>,
    props: Option<Vec<&'a str>>,
    encryption_type: Option<EncryptionType>,
    scope: Option<&'a str>,
    /// `requestBody[i]`
    path: String,
}

impl<'a> Request<'a> {
    pub(super) fn take(members: &mut Members<'a>) -> Result<Self, Error> {
        let archived = take_options(members, &["archived"]).contains(&"archived");
        let expiry = Expiry::take(members);
        let mut changes = Vec::new();
        for members in members.objects("requestBody")? {
            changes.push(Change::take(members)?);
        }
        let deterministic = Some(EncryptionType::Deterministic);
        if expiry.is_some() && changes.iter().any(|one| one.encryption_type == deterministic) {
            return Err(Error::bad_request("expirationSecs", NOT_DETERMINISTIC));
        }
        let state = if archived { State::Archived } else { State::Active };
        Ok(Self { changes, state, expiry })
    }
}

impl<'a> Change<'a> {
    fn take(mut members: Members<'a>) -> Result<Self, Error> {
        let encryption_type = EncryptionType::take(&mut members);
        let object = EncryptedObject::take(&mut members)?;
        let fields = members.required("fields")?;
        let mut fields = Members::of(fields, &members.path_of("fields"));
        if fields.optional(TENANT_FIELD).is_some() {
            fields.refuse(TENANT_FIELD, "is not possible here: a ciphertext keeps its tenant");
        }
        let fields = fields.rest()?;
        let props = take_props(&mut members);
        let scope = take_name(&mut members, "scope");
        members.finish()?;
        let path = members.path().to_owned();
        Ok(Self { object, fields, props, encryption_type, scope, path })
    }

    /// What the new ciphertext holds beside its data. Deterministic ones have no tags and no expiry.
    fn seal_as(
        &self,
        old: Ciphertext,
        canonical: Zeroizing<String>,
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
                    [&self.path, ".type"].concat(),
                    "cannot become `deterministic`: the ciphertext has tags or an expiry",
                ));
            }
        }
        let expires_at = match expiry {
            Some(expiry) => expiry.at(now),
            None => old.expires_at,
        };
        let scope = self.scope.map_or(old.scope, str::to_owned);
        Ok(Ciphertext { encryption_type, scope, expires_at, canonical, ..old })
    }
}

/// The access, and the new data of each change.
pub(super) fn access<'r, H: Host>(
    call: &Call<'_, H>,
    request: &'r Request<'r>,
) -> Result<(Access, Vec<Data<'r>>), Error> {
    let changes = &request.changes;
    call.limit_tokens(changes.len())?;
    let mut news = Vec::with_capacity(changes.len());
    let mut checks = Vec::new();
    for Change { fields, props, path, .. } in changes {
        let new = Data::check(&call.collection, fields)?;
        // For its limit alone.
        new.canonical(path)?;
        news.push(new);
        for prop in props.iter().flatten() {
            add_checks(&mut checks, &ON_EACH_PROPERTY, &call.collection, prop)?;
        }
    }
    let known = changes.iter().all(|change| change.props.is_some());
    let access = Access {
        capabilities: &["CapCryptoDecrypter", "CapCryptoEncrypter"],
        input: InputKind::Encrypted,
        checks: known.then_some(checks),
        on_each_property: &ON_EACH_PROPERTY,
        effect: Effect::Reads,
    };
    Ok((access, news))
}

/// The new ciphertexts, to be sealed. Adds what must be allowed for them to `checks`.
pub(super) fn ciphertexts<H: Host>(
    pass: &mut Pass<'_, H>,
    request: &Request<'_>,
    news: Vec<Data<'_>>,
    checks: &mut Vec<Check>,
) -> Result<Vec<Ciphertext>, Error> {
    let Request { changes, state, expiry } = request;
    let Pass { call, now, envelopes, .. } = pass;
    let mut updated = Vec::with_capacity(changes.len());
    let mut total = 0;
    for (change, new) in changes.iter().zip(news) {
        let Change { object, props, path, .. } = change;
        let mut old = object.open(envelopes, &call.collection, &call.common, *state, *now)?;
        let unsealed = parse_unsealed(&old.canonical, ErrorKind::CiphertextRefused)?;
        let is_wanted = |name: &str| {
            props.as_ref().is_none_or(|props| props.contains(&name)) && !new.holds(name)
        };
        let data = Data::reopen(&call.collection, &unsealed, &is_wanted)?;
        let data = new.beside(data).select(props.as_deref(), path)?;
        for property in data.names() {
            add_checks(checks, &ON_EACH_PROPERTY, &call.collection, property)?;
        }
        let canonical = data.canonical(path)?;
        total += canonical.len();
        call.limit_bytes(total)?;
        old.canonical = Zeroizing::default();
        updated.push(change.seal_as(old, canonical, *expiry, *now)?);
    }
    Ok(updated)
}
