//! The data that a request brings: property values, or ciphertext that holds them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::error::{Error, ErrorKind};
use crate::json::tree::Member;
use crate::request::list::{Filled, path_of_item};
use crate::request::name::Name;

/// The built-in field that names an object's tenant. It is no declared property, and no data.
pub(crate) const TENANT_FIELD: &str = "_tenant_id";

/// `object`: exactly one of these.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ObjectForm<'a> {
    #[serde(borrow)]
    Fields(Fields<'a>),
    Encrypted(EncryptedObject<'a>),
    #[expect(
        dead_code,
        reason = "there are no stored objects: that it is given is all that counts"
    )]
    Id(&'a str),
    RequestIndex(u64),
}

/// A ciphertext that a caller hands in, and the scope that it must have been sealed with.
#[derive(Deserialize)]
pub(crate) struct EncryptedObject<'a> {
    pub(crate) ciphertext: &'a str,
    #[serde(borrow)]
    pub(crate) scope: Option<Name<'a>>,
}

/// `props`: names of properties, each once. Whether the collection has them is checked later.
pub(crate) type Props<'a> = Option<Filled<&'a str>>;

/// Property values, in the order written, the tenant taken out of them.
pub(crate) struct Fields<'a> {
    pub(crate) values: Vec<Member<'a>>,
    pub(crate) tenant: Option<Name<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields { values: Vec::new(), tenant: None };
        while let Some(name) = members.next_key::<&'de str>()? {
            if name == TENANT_FIELD {
                fields.tenant = Some(members.next_value()?);
            } else {
                fields.values.push((name.into(), members.next_value()?));
            }
        }
        Ok(fields)
    }
}

/// What `object` gives, where a vault without stored objects has it.
pub(crate) enum Object<'a> {
    Fields(Fields<'a>),
    Encrypted(EncryptedObject<'a>),
    /// The object of another request of the same array.
    SameAs(usize),
}

/// What a request gives of an input.
pub(crate) struct GivenInput<'a> {
    pub(crate) object: Option<ObjectForm<'a>>,
    pub(crate) props: Props<'a>,
    /// The names in `fpprops`.
    pub(crate) card_properties: Vec<&'a str>,
}

/// An object and which of its properties are meant.
pub(crate) struct Input<'a> {
    pub(crate) object: Object<'a>,
    pub(crate) props: Option<Vec<&'a str>>,
    /// The names in `fpprops`.
    pub(crate) card_properties: Vec<&'a str>,
    /// Of the object, as the caller wrote it.
    pub(crate) path: String,
}

impl<'a> Input<'a> {
    /// `object` and `props`, both or neither, of what has this path.
    fn new(given: GivenInput<'a>, path: &str) -> Result<Option<Self>, Error> {
        let GivenInput { object, props, card_properties } = given;
        let object = match object {
            Some(ObjectForm::Fields(fields)) => Object::Fields(fields),
            Some(ObjectForm::Encrypted(encrypted)) => Object::Encrypted(encrypted),
            Some(ObjectForm::RequestIndex(index)) => {
                Object::SameAs(usize::try_from(index).unwrap_or(usize::MAX))
            }
            Some(ObjectForm::Id(_)) => {
                return Err(ErrorKind::NotImplemented { feature: "object.id" }.into());
            }
            None if props.is_some() => {
                return Err(Error::bad_request(format!("{path}.props"), "needs `object`"));
            }
            None => return Ok(None),
        };
        let (props, path) = (props.map(|props| props.0), format!("{path}.object"));
        Ok(Some(Self { object, props, card_properties, path }))
    }

    /// Every name of a property that the request writes here.
    pub(crate) fn property_names(&self) -> impl Iterator<Item = &str> {
        let fields = if let Object::Fields(Fields { values, .. }) = &self.object {
            values.as_slice()
        } else {
            &[]
        };
        let written = fields.iter().map(|(name, _)| &**name);
        written.chain(self.props.iter().flatten().chain(&self.card_properties).copied())
    }
}

/// The inputs of a call. One that names another's object names one that is there.
pub(crate) struct Inputs<'a> {
    pub(crate) all: Vec<Input<'a>>,
    pub(crate) tenancy: Tenancy,
}

/// Whose word it is which tenant the data of `fields` belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Tenancy {
    OfTheRequest,
    OfTheToken,
}

impl<'a> Inputs<'a> {
    /// Those of an array of requests, `requestBody`.
    pub(crate) fn of_requests(
        given: impl IntoIterator<Item = GivenInput<'a>>,
    ) -> Result<Self, Error> {
        let mut all = Vec::new();
        for (index, given) in given.into_iter().enumerate() {
            let path = path_of_item(index);
            let missing = || Error::bad_request(format!("{path}.object"), "is missing");
            all.push(Input::new(given, &path)?.ok_or_else(missing)?);
        }
        let inputs = Self { all, tenancy: Tenancy::OfTheRequest };
        for input in &inputs.all {
            if inputs.source_of(input).is_none() {
                return Err(Error::bad_request(
                    format!("{}.request_index", input.path),
                    "must be the index of a request that has `fields` or `encrypted`",
                ));
            }
        }
        Ok(inputs)
    }

    /// New data of a token, which has its tenant already; there is no array of requests.
    pub(crate) fn of_token(
        object: Option<ObjectForm<'a>>,
        props: Props<'a>,
    ) -> Result<Self, Error> {
        let tenancy = Tenancy::OfTheToken;
        let given = GivenInput { object, props, card_properties: Vec::new() };
        let Some(input) = Input::new(given, "requestBody")? else {
            return Ok(Self { all: Vec::new(), tenancy });
        };
        match &input.object {
            Object::SameAs(_) => Err(Error::bad_request(
                "requestBody.object.request_index",
                "is not possible here: there is no request array",
            )),
            Object::Fields(Fields { tenant: Some(_), .. }) => Err(Error::bad_request(
                format!("requestBody.object.fields.{TENANT_FIELD}"),
                "is not possible here: a token keeps its tenant",
            )),
            Object::Fields(_) | Object::Encrypted(_) => Ok(Self { all: vec![input], tenancy }),
        }
    }

    /// Every name of a property that the request writes in them.
    pub(crate) fn property_names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().flat_map(Input::property_names)
    }

    /// The input that holds this one's object: itself, or the one that it names.
    pub(crate) fn source_of<'i>(&'i self, input: &'i Input<'a>) -> Option<&'i Input<'a>> {
        match input.object {
            Object::SameAs(index) => {
                self.all.get(index).filter(|named| !matches!(named.object, Object::SameAs(_)))
            }
            _ => Some(input),
        }
    }
}
