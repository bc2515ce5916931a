//! The data that a request brings: property values, or ciphertext that holds them.
//!
//! An input goes through three stages. Parsed: its form is right. Checked: what the request itself
//! shows is right, so the policy can be asked. Opened: the data is there.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::collection::Collection;
use crate::data::{Data, add_checks};
use crate::error::{Error, ErrorKind};
use crate::host::{Check, InputKind, Millis, State};
use crate::json::{self, Json, Members};
use crate::request::{Common, name, take_name, take_props};
use crate::sealing::{Ciphertext, Envelopes};

/// The built-in field that names an object's tenant. It is no declared property, and no data.
pub(crate) const TENANT_FIELD: &str = "_tenant_id";

/// What `object` gives.
pub(crate) enum Object {
    /// Property values, the tenant taken out of them.
    Fields { fields: Vec<(String, Json)>, tenant: Option<String> },
    /// What `encrypt` made.
    Encrypted(EncryptedObject),
    /// The object of another request of the same array.
    SameAs(usize),
}

/// An object and which of its properties are meant.
pub(crate) struct Input {
    object: Object,
    props: Option<Vec<String>>,
    /// Of the object, as the caller wrote it.
    path: String,
}

impl Input {
    /// Takes `object` and `props`, both or neither.
    pub(crate) fn take_optional(members: &mut Members) -> Result<Option<Self>, Error> {
        let props_path = members.path_of("props");
        let path = members.path_of("object");
        let props = take_props(members)?;
        let Some(object) = members.optional("object") else {
            return match props {
                None => Ok(None),
                Some(_) => Err(Error::bad_request(props_path, "needs `object`")),
            };
        };
        let object = Object::parse(object, &path)?;
        Ok(Some(Self { object, props, path }))
    }

    /// Takes `object`, and `props` where it is there.
    pub(crate) fn take(members: &mut Members) -> Result<Self, Error> {
        let path = members.path_of("object");
        Self::take_optional(members)?.ok_or_else(|| Error::bad_request(path, "is missing"))
    }

    /// For an operation that has no request array, and no tenant to give.
    pub(crate) fn refuse_array_forms(&self) -> Result<(), Error> {
        match &self.object {
            Object::SameAs(_) => Err(Error::bad_request(
                [&self.path, ".request_index"].concat(),
                "is not possible here: there is no request array",
            )),
            Object::Fields { tenant: Some(_), .. } => Err(Error::bad_request(
                [&self.path, ".fields.", TENANT_FIELD].concat(),
                "is not possible here: a token keeps its tenant",
            )),
            Object::Fields { .. } | Object::Encrypted(_) => Ok(()),
        }
    }

    /// Gives each input that names another one's object that object.
    pub(crate) fn resolve_indexes(inputs: Vec<Self>) -> Result<Vec<SharedInput>, Error> {
        let targets: Vec<Option<usize>> = inputs
            .iter()
            .map(|input| match input.object {
                Object::SameAs(index) => Some(index),
                _ => None,
            })
            .collect();
        let shared: Vec<Rc<Self>> = inputs.into_iter().map(Rc::new).collect();
        let mut resolved = Vec::with_capacity(shared.len());
        for input in &shared {
            let source = match input.object {
                Object::SameAs(index) => {
                    let whole = matches!(targets.get(index), Some(None));
                    shared.get(index).filter(|_| whole).ok_or_else(|| {
                        Error::bad_request(
                            [&input.path, ".request_index"].concat(),
                            "must be the index of a request that has `fields` or `encrypted`",
                        )
                    })?
                }
                _ => input,
            };
            let (source, input) = (Rc::clone(source), Rc::clone(input));
            resolved.push(SharedInput { source, input, tenancy: Tenancy::OfTheRequest });
        }
        Ok(resolved)
    }

    /// For an operation on one object, new data of a token that has its tenant already.
    pub(crate) fn alone(self) -> SharedInput {
        let input = Rc::new(self);
        SharedInput { source: Rc::clone(&input), input, tenancy: Tenancy::OfTheToken }
    }
}

impl Object {
    fn parse(value: Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path)?;
        let id = members.optional("id");
        let fields = members.optional("fields");
        let encrypted = members.optional("encrypted");
        let index = members.optional("request_index");
        members.finish()?;
        match (id, fields, encrypted, index) {
            (Some(id), None, None, None) => {
                json::text(id, &[path, ".id"].concat())?;
                Err(ErrorKind::NotImplemented { feature: "object.id" }.into())
            }
            (None, Some(fields), None, None) => parse_fields(fields, &[path, ".fields"].concat()),
            (None, None, Some(encrypted), None) => {
                EncryptedObject::parse(encrypted, &[path, ".encrypted"].concat())
                    .map(Self::Encrypted)
            }
            (None, None, None, Some(index)) => {
                parse_index(&index, &[path, ".request_index"].concat()).map(Self::SameAs)
            }
            _ => Err(Error::bad_request(
                path,
                "must have exactly one of `fields`, `encrypted`, `id` and `request_index`",
            )),
        }
    }
}

/// A ciphertext that a caller hands in, and the scope that it must have been sealed with.
#[derive(Clone)]
pub(crate) struct EncryptedObject {
    ciphertext: String,
    scope: Option<String>,
}

impl EncryptedObject {
    pub(crate) fn parse(value: Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path)?;
        let path = members.path_of("ciphertext");
        let ciphertext = json::text(members.required("ciphertext")?, &path)?;
        let scope = take_name(&mut members, "scope")?;
        members.finish()?;
        Ok(Self { ciphertext, scope })
    }

    /// Opens it, if it is in the state at `now`. Whatever is wrong with the ciphertext itself is one
    /// error.
    pub(crate) fn open(
        &self,
        envelopes: &mut Envelopes<'_>,
        collection: &Collection,
        common: &Common,
        state: State,
        now: Millis,
    ) -> Result<Ciphertext, Error> {
        let opened = Ciphertext::open(envelopes, &self.ciphertext, &collection.name)
            .map_err(|_| ErrorKind::CiphertextRefused)?;
        if !common.admits(opened.tenant.as_deref()) {
            return Err(ErrorKind::CiphertextRefused.into());
        }
        if self.scope.as_ref().is_some_and(|scope| *scope != opened.scope) {
            return Err(ErrorKind::ScopeMismatch.into());
        }
        match state.holds(opened.expires_at, now) {
            true => Ok(opened),
            false if state == State::Archived => Err(ErrorKind::CiphertextActive.into()),
            false => Err(ErrorKind::CiphertextArchived.into()),
        }
    }
}

fn parse_fields(value: Json, path: &str) -> Result<Object, Error> {
    let mut members = Members::of(value, path)?;
    let tenant_path = members.path_of(TENANT_FIELD);
    let tenant =
        members.optional(TENANT_FIELD).map(|value| name(value, &tenant_path)).transpose()?;
    Ok(Object::Fields { fields: members.rest(), tenant })
}

fn parse_index(value: &Json, path: &str) -> Result<usize, Error> {
    let index = match *value {
        Json::Number(number) => {
            json::as_whole(number).and_then(|index| usize::try_from(index).ok())
        }
        _ => None,
    };
    index.ok_or_else(|| Error::bad_request(path, "must be the index of a request of the array"))
}

/// An input together with the one that holds its object: itself, or another of the array.
pub(crate) struct SharedInput {
    source: Rc<Input>,
    input: Rc<Input>,
    tenancy: Tenancy,
}

/// Whose word it is which tenant the data of `fields` belongs to.
#[derive(Clone, Copy)]
enum Tenancy {
    OfTheRequest,
    OfTheToken,
}

impl SharedInput {
    /// Checks what the request itself shows.
    pub(crate) fn check(
        &self,
        collection: &Collection,
        common: &Common,
    ) -> Result<CheckedInput, Error> {
        let path = &self.input.path;
        let props = self.input.props.as_deref();
        for name in props.unwrap_or_default() {
            collection.property(name)?;
        }
        match &self.source.object {
            Object::Fields { fields, tenant } => {
                let data = Data::check(collection, fields.clone())?.select(props, path)?;
                let tenant = match self.tenancy {
                    Tenancy::OfTheRequest => {
                        tenant_of_fields(common, tenant.as_deref(), &self.source.path)?
                    }
                    Tenancy::OfTheToken => None,
                };
                let properties = data.names().map(str::to_owned).collect();
                let opened = OpenedInput { canonical: data.canonical(path)?, tenant };
                Ok(CheckedInput::Shown { properties, opened })
            }
            Object::Encrypted(object) => Ok(CheckedInput::Hidden {
                object: object.clone(),
                props: props.map(<[String]>::to_vec),
                path: path.clone(),
            }),
            Object::SameAs(_) => Err(ErrorKind::Internal("an input was not resolved").into()),
        }
    }
}

/// One tenant listed gives the object to that tenant; of several, the fields must name one; where
/// none is listed, the fields may.
fn tenant_of_fields(
    common: &Common,
    given: Option<&str>,
    path: &str,
) -> Result<Option<String>, Error> {
    match (common.tenants.as_slice(), given) {
        ([], given) => Ok(given.map(str::to_owned)),
        ([only], None) => Ok(Some(only.clone())),
        (_, Some(given)) if common.admits(Some(given)) => Ok(Some(given.to_owned())),
        (_, Some(_)) => Err(ErrorKind::TenantOutside.into()),
        (_, None) => Err(Error::bad_request(
            [path, ".fields.", TENANT_FIELD].concat(),
            "must name one of the tenants in `xTenantId`",
        )),
    }
}

/// An input of which the policy can be asked.
pub(crate) enum CheckedInput {
    /// The request shows the data.
    Shown {
        /// In the order that the caller gave them.
        properties: Vec<String>,
        opened: OpenedInput,
    },
    /// The data is in a ciphertext, which may be opened after the capability was granted.
    Hidden { object: EncryptedObject, props: Option<Vec<String>>, path: String },
}

impl CheckedInput {
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
    pub(crate) fn properties(&self) -> Option<&[String]> {
        match self {
            Self::Shown { properties, .. } => Some(properties),
            Self::Hidden { props, .. } => props.as_deref(),
        }
    }

    /// Opens it, and adds the properties that it turned out to hold to `checks`.
    pub(crate) fn open(
        self,
        envelopes: &mut Envelopes<'_>,
        collection: &Collection,
        common: &Common,
        now: Millis,
        operations: &[&str],
        checks: &mut Vec<Check>,
    ) -> Result<OpenedInput, Error> {
        let (object, props, path) = match self {
            Self::Shown { properties, opened } => {
                for property in &properties {
                    add_checks(checks, operations, collection, property)?;
                }
                return Ok(opened);
            }
            Self::Hidden { object, props, path } => (object, props, path),
        };
        let opened = object.open(envelopes, collection, common, State::Active, now)?;
        let is_wanted = |name: &String| props.as_ref().is_none_or(|props| props.contains(name));
        let data = Data::reopen(collection, &opened.canonical, &is_wanted)?;
        let data = data.select(props.as_deref(), &path)?;
        for property in data.names() {
            add_checks(checks, operations, collection, property)?;
        }
        Ok(OpenedInput { canonical: data.canonical(&path)?, tenant: opened.tenant })
    }
}

/// Data that a request brought, ready to be sealed.
pub(crate) struct OpenedInput {
    /// RFC 8785 text.
    pub(crate) canonical: Zeroizing<String>,
    /// The tenant it belongs to.
    pub(crate) tenant: Option<String>,
}
