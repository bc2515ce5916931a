//! The data that a request brings, through its stages. Checked: what the request itself shows is right,
//! so the policy can be asked. Opened: the data is there.

use crate::error::{Error, ErrorKind};
use crate::host::{Check, Host, InputKind, Millis, State};
use crate::operation::call::{Access, Call};
use crate::request::common::Common;
use crate::request::input::{
    EncryptedObject, Fields, Input, Inputs, Object, TENANT_FIELD, Tenancy,
};
use crate::request::name::Name;
use crate::schema::collection::Collection;
use crate::schema::data::{Data, add_checks, parse_unsealed};
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;

/// Checks what the request shows of its inputs, and that they are not too many or too large: an object
/// that several requests share counts for each.
pub(crate) fn check_inputs<'i, H: Host>(
    call: &Call<'_, H>,
    inputs: &'i Inputs<'i>,
) -> Result<Vec<CheckedInput<'i>>, Error> {
    call.limit_tokens(inputs.all.len())?;
    let mut total = 0;
    let mut all = Vec::with_capacity(inputs.all.len());
    for input in &inputs.all {
        let checked = check(inputs, input, &call.collection, &call.common)?;
        if let CheckedInput::Shown { opened, .. } = &checked {
            total += opened.canonical.len();
            call.limit_bytes(total)?;
        }
        all.push(checked);
    }
    Ok(all)
}

/// Opens the inputs and, where what they hold was not known before, asks the policy again.
pub(crate) async fn open_inputs<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    inputs: Vec<CheckedInput<'_>>,
    now: Millis,
) -> Result<Vec<OpenedInput>, Error> {
    let mut checks = Vec::new();
    let mut envelopes = Envelopes::new(&call.vault.keyring);
    let mut opened = Vec::with_capacity(inputs.len());
    let mut total = 0;
    for input in inputs {
        let operations = access.on_each_property;
        let input = input.open(
            &mut envelopes,
            &call.collection,
            &call.common,
            now,
            operations,
            &mut checks,
        )?;
        total += input.canonical.len();
        call.limit_bytes(total)?;
        opened.push(input);
    }
    if access.checks.is_none() {
        call.ask(access, &checks).await?;
    }
    Ok(opened)
}

/// Opens a ciphertext, if it is in the state at `now`. Whatever is wrong with the ciphertext itself is
/// one error.
pub(crate) fn open_ciphertext(
    object: &EncryptedObject<'_>,
    envelopes: &mut Envelopes<'_>,
    collection: &Collection,
    common: &Common<'_>,
    state: State,
    now: Millis,
) -> Result<Ciphertext, Error> {
    let opened = Ciphertext::open(envelopes, object.ciphertext, &collection.name)
        .map_err(|_| ErrorKind::CiphertextRefused)?;
    if !common.admits(opened.tenant.as_deref()) {
        return Err(ErrorKind::CiphertextRefused.into());
    }
    if object.scope.is_some_and(|Name(scope)| scope != opened.scope) {
        return Err(ErrorKind::ScopeMismatch.into());
    }
    match state.holds(opened.expires_at, now) {
        true => Ok(opened),
        false if state == State::Archived => Err(ErrorKind::CiphertextActive.into()),
        false => Err(ErrorKind::CiphertextArchived.into()),
    }
}

/// Checks what the request itself shows of one of its inputs.
fn check<'i>(
    inputs: &'i Inputs<'i>,
    input: &'i Input<'i>,
    collection: &Collection,
    common: &Common<'_>,
) -> Result<CheckedInput<'i>, Error> {
    let Input { props, path, .. } = input;
    let props = props.as_deref();
    for name in props.unwrap_or_default() {
        collection.property(name)?;
    }
    match inputs.source_of(input) {
        Some(Input { object: Object::Fields(fields), path: source, .. }) => {
            let Fields { values, tenant } = fields;
            let data = Data::check(collection, values)?.select(props, path)?;
            let tenant = match inputs.tenancy {
                Tenancy::OfTheRequest => tenant_of_fields(common, *tenant, source)?,
                Tenancy::OfTheToken => None,
            };
            let properties = data.names().collect();
            let opened = OpenedInput { canonical: data.into_canonical(path)?, tenant };
            Ok(CheckedInput::Shown { properties, opened })
        }
        Some(Input { object: Object::Encrypted(object), .. }) => {
            Ok(CheckedInput::Hidden { object, props, path })
        }
        _ => Err(Error::internal("an input was not resolved")),
    }
}

/// One tenant listed gives the object to that tenant; of several, the fields must name one; where
/// none is listed, the fields may.
fn tenant_of_fields(
    common: &Common<'_>,
    given: Option<Name<'_>>,
    path: &str,
) -> Result<Option<String>, Error> {
    match (common.tenants.as_slice(), given.map(|Name(tenant)| tenant)) {
        ([], given) => Ok(given.map(str::to_owned)),
        ([only], None) => Ok(Some((*only).to_owned())),
        (_, Some(given)) if common.admits(Some(given)) => Ok(Some(given.to_owned())),
        (_, Some(_)) => Err(ErrorKind::TenantOutside.into()),
        (_, None) => Err(Error::bad_request(
            format!("{path}.fields.{TENANT_FIELD}"),
            "must name one of the tenants in `xTenantId`",
        )),
    }
}

/// An input of which the policy can be asked.
pub(crate) enum CheckedInput<'a> {
    /// The request shows the data.
    Shown {
        /// In the order that the caller gave them.
        properties: Vec<&'a str>,
        opened: OpenedInput,
    },
    /// The data is in a ciphertext, which may be opened after the capability was granted.
    Hidden { object: &'a EncryptedObject<'a>, props: Option<&'a [&'a str]>, path: &'a str },
}

impl<'a> CheckedInput<'a> {
    /// Where the data of these comes from.
    pub(crate) fn kind(inputs: &[Self]) -> InputKind {
        if inputs.iter().any(|input| matches!(input, Self::Hidden { .. })) {
            InputKind::Encrypted
        } else {
            InputKind::Fields
        }
    }

    /// What must be allowed for all of these, or none if that shows only after opening.
    pub(crate) fn checks(
        inputs: &[Self],
        operations: &[&str],
        collection: &Collection,
    ) -> Result<Option<Vec<Check>>, Error> {
        let mut checks = Vec::new();
        for input in inputs {
            let Some(properties) = input.properties() else { return Ok(None) };
            for property in properties {
                add_checks(&mut checks, operations, collection, property)?;
            }
        }
        Ok(Some(checks))
    }

    /// The properties that are meant, if the request shows them.
    pub(crate) fn properties(&self) -> Option<&[&'a str]> {
        match self {
            Self::Shown { properties, .. } => Some(properties),
            Self::Hidden { props, .. } => *props,
        }
    }

    /// Opens it, and adds the properties that it turned out to hold to `checks`.
    pub(crate) fn open(
        self,
        envelopes: &mut Envelopes<'_>,
        collection: &Collection,
        common: &Common<'_>,
        now: Millis,
        operations: &[&str],
        checks: &mut Vec<Check>,
    ) -> Result<OpenedInput, Error> {
        let (object, props, path) = match self {
            Self::Shown { properties, opened } => {
                for property in properties {
                    add_checks(checks, operations, collection, property)?;
                }
                return Ok(opened);
            }
            Self::Hidden { object, props, path } => (object, props, path),
        };
        let opened = open_ciphertext(object, envelopes, collection, common, State::Active, now)?;
        let fields = parse_unsealed(&opened.canonical, ErrorKind::CiphertextRefused)?;
        let is_wanted = |name: &str| props.is_none_or(|props| props.contains(&name));
        let data = Data::reopen(collection, &fields, is_wanted)?.select(props, path)?;
        for property in data.names() {
            add_checks(checks, operations, collection, property)?;
        }
        Ok(OpenedInput { canonical: data.into_canonical(path)?, tenant: opened.tenant })
    }
}

/// Data that a request brought, ready to be sealed.
pub(crate) struct OpenedInput {
    /// RFC 8785 text.
    pub(crate) canonical: String,
    /// The tenant it belongs to.
    pub(crate) tenant: Option<String>,
}
