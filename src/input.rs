//! The data that a request brings: property values, or ciphertext that holds them.
//!
//! An input goes through three stages. Parsed: its form is right. Checked: what the request itself
//! shows is right, so the policy can be asked. Opened: the data is there.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::collection::Collection;
use crate::data::{Data, add_checks, parse_unsealed};
use crate::error::{Error, ErrorKind};
use crate::host::{Check, InputKind, Millis, State};
use crate::json::{self, ANY_TEXT, Json, Member, Members};
use crate::request::{Common, NAME, take_name, take_props};
use crate::sealing::{Ciphertext, Envelopes};

/// The built-in field that names an object's tenant. It is no declared property, and no data.
pub(crate) const TENANT_FIELD: &str = "_tenant_id";

/// What `object` gives.
enum Object<'a> {
    /// Property values, the tenant taken out of them.
    Fields { fields: Vec<&'a Member>, tenant: Option<&'a str> },
    /// What `encrypt` made.
    Encrypted(EncryptedObject<'a>),
    /// The object of another request of the same array.
    SameAs(usize),
}

/// An object and which of its properties are meant.
pub(crate) struct Input<'a> {
    object: Object<'a>,
    props: Option<Vec<&'a str>>,
    /// Of the object, as the caller wrote it.
    path: String,
}

impl<'a> Input<'a> {
    /// Takes `object` and `props`, both or neither.
    pub(crate) fn take_optional(members: &mut Members<'a>) -> Result<Option<Self>, Error> {
        let props = take_props(members);
        let Some(object) = members.optional("object") else {
            if props.is_some() {
                members.refuse("props", "needs `object`");
            }
            return Ok(None);
        };
        let path = members.path_of("object");
        Ok(Some(Self { object: Object::parse(object, &path)?, props, path }))
    }

    /// Takes `object`, and `props` where it is there.
    pub(crate) fn take(members: &mut Members<'a>) -> Result<Self, Error> {
        Self::take_optional(members)?.ok_or_else(|| members.refusal("object", "is missing"))
    }
}

impl<'a> Object<'a> {
    fn parse(value: &'a Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path);
        let id = members.optional("id");
        let fields = members.optional("fields");
        let encrypted = members.optional("encrypted");
        let index = members.optional("request_index");
        members.finish()?;
        match (id, fields, encrypted, index) {
            (Some(id), None, None, None) => Err(match ANY_TEXT.read(id) {
                Ok(_) => ErrorKind::NotImplemented { feature: "object.id" }.into(),
                Err(problem) => members.refusal("id", problem),
            }),
            (None, Some(fields), None, None) => {
                let mut fields = Members::of(fields, &members.path_of("fields"));
                let tenant = fields.optional_text(TENANT_FIELD, &NAME);
                Ok(Self::Fields { fields: fields.rest()?, tenant })
            }
            (None, None, Some(encrypted), None) => {
                EncryptedObject::parse(encrypted, &members.path_of("encrypted"))
                    .map(Self::Encrypted)
            }
            (None, None, None, Some(index)) => {
                match read_index(index) {
                    Some(index) => Ok(Self::SameAs(index)),
                    None => Err(members
                        .refusal("request_index", "must be the index of a request of the array")),
                }
            }
            _ => Err(Error::bad_request(
                path,
                "must have exactly one of `fields`, `encrypted`, `id` and `request_index`",
            )),
        }
    }
}

fn read_index(value: &Json) -> Option<usize> {
    let Json::Number(number) = *value else { return None };
    json::as_whole(number).and_then(|index| usize::try_from(index).ok())
}

/// A ciphertext that a caller hands in, and the scope that it must have been sealed with.
pub(crate) struct EncryptedObject<'a> {
    ciphertext: &'a str,
    scope: Option<&'a str>,
}

impl<'a> EncryptedObject<'a> {
    pub(crate) fn parse(value: &'a Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path);
        let ciphertext = members.text("ciphertext", &ANY_TEXT);
        let scope = take_name(&mut members, "scope");
        members.finish()?;
        Ok(Self { ciphertext, scope })
    }

    /// Takes `encrypted_object`.
    pub(crate) fn take(members: &mut Members<'a>) -> Result<Self, Error> {
        let object = members.required("encrypted_object")?;
        Self::parse(object, &members.path_of("encrypted_object"))
    }

    /// Opens it, if it is in the state at `now`. Whatever is wrong with the ciphertext itself is one
    /// error.
    pub(crate) fn open(
        &self,
        envelopes: &mut Envelopes<'_>,
        collection: &Collection,
        common: &Common<'_>,
        state: State,
        now: Millis,
    ) -> Result<Ciphertext, Error> {
        let opened = Ciphertext::open(envelopes, self.ciphertext, &collection.name)
            .map_err(|_| ErrorKind::CiphertextRefused)?;
        if !common.admits(opened.tenant.as_deref()) {
            return Err(ErrorKind::CiphertextRefused.into());
        }
        if self.scope.is_some_and(|scope| *scope != opened.scope) {
            return Err(ErrorKind::ScopeMismatch.into());
        }
        match state.holds(opened.expires_at, now) {
            true => Ok(opened),
            false if state == State::Archived => Err(ErrorKind::CiphertextActive.into()),
            false => Err(ErrorKind::CiphertextArchived.into()),
        }
    }
}

/// The inputs of a call. One that names another's object names one that is there.
pub(crate) struct Inputs<'a> {
    all: Vec<Input<'a>>,
    tenancy: Tenancy,
}

/// Whose word it is which tenant the data of `fields` belongs to.
#[derive(Clone, Copy)]
enum Tenancy {
    OfTheRequest,
    OfTheToken,
}

impl<'a> Inputs<'a> {
    /// Those of an array of requests.
    pub(crate) fn of_requests(all: Vec<Input<'a>>) -> Result<Self, Error> {
        let inputs = Self { all, tenancy: Tenancy::OfTheRequest };
        for input in &inputs.all {
            if inputs.source_of(input).is_none() {
                return Err(Error::bad_request(
                    [&input.path, ".request_index"].concat(),
                    "must be the index of a request that has `fields` or `encrypted`",
                ));
            }
        }
        Ok(inputs)
    }

    /// For an operation that has no request array, new data of a token that has its tenant already.
    pub(crate) fn of_token(input: Option<Input<'a>>) -> Result<Self, Error> {
        if let Some(Input { object, path, .. }) = &input {
            match object {
                Object::SameAs(_) => {
                    return Err(Error::bad_request(
                        [path, ".request_index"].concat(),
                        "is not possible here: there is no request array",
                    ));
                }
                Object::Fields { tenant: Some(_), .. } => {
                    return Err(Error::bad_request(
                        [path, ".fields.", TENANT_FIELD].concat(),
                        "is not possible here: a token keeps its tenant",
                    ));
                }
                Object::Fields { .. } | Object::Encrypted(_) => {}
            }
        }
        Ok(Self { all: input.into_iter().collect(), tenancy: Tenancy::OfTheToken })
    }

    pub(crate) fn all(&self) -> &[Input<'a>] {
        &self.all
    }

    /// The input that holds this one's object: itself, or the one that it names.
    fn source_of<'i>(&'i self, input: &'i Input<'a>) -> Option<&'i Input<'a>> {
        match input.object {
            Object::SameAs(index) => {
                self.all.get(index).filter(|named| !matches!(named.object, Object::SameAs(_)))
            }
            _ => Some(input),
        }
    }

    /// Checks what the request itself shows of one of them.
    pub(crate) fn check<'i>(
        &'i self,
        input: &'i Input<'a>,
        collection: &Collection,
        common: &Common<'_>,
    ) -> Result<CheckedInput<'i>, Error> {
        let Input { props, path, .. } = input;
        let props = props.as_deref();
        for name in props.unwrap_or_default() {
            collection.property(name)?;
        }
        match self.source_of(input) {
            Some(Input { object: Object::Fields { fields, tenant }, path: source, .. }) => {
                let data = Data::check(collection, fields)?.select(props, path)?;
                let tenant = match self.tenancy {
                    Tenancy::OfTheRequest => tenant_of_fields(common, *tenant, source)?,
                    Tenancy::OfTheToken => None,
                };
                let opened = OpenedInput { canonical: data.canonical(path)?, tenant };
                Ok(CheckedInput::Shown { properties: data.names().collect(), opened })
            }
            Some(Input { object: Object::Encrypted(object), .. }) => {
                Ok(CheckedInput::Hidden { object, props, path })
            }
            _ => Err(Error::internal("an input was not resolved")),
        }
    }
}

/// One tenant listed gives the object to that tenant; of several, the fields must name one; where
/// none is listed, the fields may.
fn tenant_of_fields(
    common: &Common<'_>,
    given: Option<&str>,
    path: &str,
) -> Result<Option<String>, Error> {
    match (common.tenants.as_slice(), given) {
        ([], given) => Ok(given.map(str::to_owned)),
        ([only], None) => Ok(Some((*only).to_owned())),
        (_, Some(given)) if common.admits(Some(given)) => Ok(Some(given.to_owned())),
        (_, Some(_)) => Err(ErrorKind::TenantOutside.into()),
        (_, None) => Err(Error::bad_request(
            [path, ".fields.", TENANT_FIELD].concat(),
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
        let opened = object.open(envelopes, collection, common, State::Active, now)?;
        let fields = parse_unsealed(&opened.canonical, ErrorKind::CiphertextRefused)?;
        let is_wanted = |name: &str| props.is_none_or(|props| props.contains(&name));
        let data = Data::reopen(collection, &fields, &is_wanted)?.select(props, path)?;
        for property in data.names() {
            add_checks(checks, operations, collection, property)?;
        }
        Ok(OpenedInput { canonical: data.canonical(path)?, tenant: opened.tenant })
    }
}

/// Data that a request brought, ready to be sealed.
pub(crate) struct OpenedInput {
    /// RFC 8785 text.
    pub(crate) canonical: Zeroizing<String>,
    /// The tenant it belongs to.
    pub(crate) tenant: Option<String>,
}
