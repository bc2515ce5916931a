//! Collections and their typed properties, as the configuration has them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::error::{Error, ErrorKind};
use crate::schema::data_type::DataType;

/// All collections, by name.
#[derive(Debug)]
pub(crate) struct Collections(Vec<Rc<Collection>>);

/// A named set of properties.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: String,
    properties: BTreeMap<String, Property>,
}

/// What a property accepts.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(crate) struct Property {
    #[serde(rename = "type")]
    pub(crate) data_type: DataType,
    #[serde(default)]
    pub(crate) nullable: bool,
}

impl Collections {
    pub(crate) fn get(&self, name: &str) -> Result<Rc<Collection>, Error> {
        if !is_name(name) {
            return Err(ErrorKind::CollectionName.into());
        }
        let found = self.0.iter().find(|collection| collection.name == name);
        let unknown = || ErrorKind::CollectionUnknown { collection: name.to_owned() }.into();
        found.cloned().ok_or_else(unknown)
    }

    /// In the order of the configuration.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Collection> {
        self.0.iter().map(|collection| &**collection)
    }
}

impl Collection {
    /// What a call is about that is about no collection.
    pub(crate) fn none() -> Self {
        Self { name: String::new(), properties: BTreeMap::new() }
    }

    /// By name.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&str, Property)> {
        self.properties.iter().map(|(name, property)| (name.as_str(), *property))
    }

    /// Refuses a property that is not of the type `BLOB`.
    pub(crate) fn blob_property(&self, name: &str) -> Result<(), Error> {
        let data_type = self.property(name)?.data_type;
        if data_type == DataType::Blob {
            return Ok(());
        }
        let (property, data_type) = (name.to_owned(), data_type.name());
        Err(ErrorKind::PropertyNotBlob { property, data_type }.into())
    }

    pub(crate) fn property(&self, name: &str) -> Result<Property, Error> {
        if let Some(property) = self.properties.get(name) {
            return Ok(*property);
        }
        check_property_name(name)?;
        Err(ErrorKind::PropertyUnknown { property: name.to_owned() }.into())
    }
}

/// Refuses what no collection can have, and does not repeat it: it may be anything, a value in the wrong
/// place included.
pub(crate) fn check_property_name(name: &str) -> Result<(), Error> {
    if is_name(name) {
        return Ok(());
    }
    Err(ErrorKind::PropertyUnknown { property: "(not a property name)".to_owned() }.into())
}

/// `{ customers: { properties: { email: { type: "EMAIL", nullable: false } } } }`
impl<'de> Deserialize<'de> for Collections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Configured {
            properties: Named<Property>,
        }
        let Named(configured) = Named::<Configured>::deserialize(deserializer)?;
        let collections = configured.into_iter().map(|(name, Configured { properties })| {
            Rc::new(Collection { name, properties: properties.0.into_iter().collect() })
        });
        Ok(Self(collections.collect()))
    }
}

/// Names of collections and properties: `[A-Za-z][A-Za-z0-9_]{0,39}`.
fn is_name(name: &str) -> bool {
    name.len() <= 40
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// An object whose keys are names, in the order written.
struct Named<T>(Vec<(String, T)>);

#[derive(serde::Deserialize)]
#[serde(try_from = "&str")]
struct Name(String);

impl TryFrom<&str> for Name {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, &'static str> {
        const FORM: &str =
            "is not a name: a letter followed by at most 39 letters, digits or underscores";
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(FORM) }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Named<T>, A::Error> {
        let mut named = Vec::new();
        while let Some((Name(name), value)) = members.next_entry()? {
            named.push((name, value));
        }
        Ok(Named(named))
    }
}
