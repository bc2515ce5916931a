//! Collections and their typed properties, parsed once from the configuration.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::datatype::DataType;
use crate::error::{Error, ErrorKind};
use crate::json::{ANY_TEXT, Json, Members};

/// All collections, by name.
#[derive(Debug)]
pub(crate) struct Collections(Vec<Rc<Collection>>);

/// A named set of properties.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: String,
    properties: Vec<(String, Property)>,
}

/// What a property accepts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) data_type: DataType,
    pub(crate) nullable: bool,
}

impl Collections {
    /// `{ customers: { properties: { email: { type: "EMAIL", nullable: false } } } }`
    pub(crate) fn parse(value: &Json) -> Result<Self, Error> {
        let mut collections = Vec::new();
        for_each_named(value, "collections", &mut |name, value, path| {
            collections.push(Rc::new(Collection::parse(name, value, path)?));
            Ok(())
        })?;
        Ok(Self(collections))
    }

    pub(crate) fn get(&self, name: &str) -> Result<Rc<Collection>, Error> {
        if !is_name(name) {
            return Err(ErrorKind::CollectionName.into());
        }
        let found = self.0.iter().find(|collection| collection.name == name);
        let unknown = || ErrorKind::CollectionUnknown { collection: name.to_owned() }.into();
        found.cloned().ok_or_else(unknown)
    }
}

impl Collection {
    fn parse(name: &str, value: &Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path);
        let listed = members.required("properties")?;
        members.finish()?;
        let mut properties = Vec::new();
        for_each_named(listed, &members.path_of("properties"), &mut |name, value, path| {
            properties.push((name.to_owned(), Property::parse(value, path)?));
            Ok(())
        })?;
        Ok(Self { name: name.to_owned(), properties })
    }

    pub(crate) fn property(&self, name: &str) -> Result<Property, Error> {
        if let Some((_, property)) = self.properties.iter().find(|(held, _)| held == name) {
            return Ok(*property);
        }
        // What is no name at all may be anything, a value in the wrong place included.
        let shown = if is_name(name) { name } else { "(not a property name)" };
        Err(ErrorKind::PropertyUnknown { property: shown.to_owned() }.into())
    }
}

impl Property {
    fn parse(value: &Json, path: &str) -> Result<Self, Error> {
        let mut members = Members::of(value, path);
        let name = members.text("type", &ANY_TEXT);
        let nullable = members.flag("nullable", false);
        members.finish()?;
        let data_type = DataType::parse(name)
            .ok_or_else(|| members.refusal("type", "is not a known property type"))?;
        Ok(Self { data_type, nullable })
    }
}

const NAME_FORM: &str =
    "is not a name: a letter followed by at most 39 letters, digits or underscores";

/// Names of collections and properties: `[A-Za-z][A-Za-z0-9_]{0,39}`.
fn is_name(name: &str) -> bool {
    name.len() <= 40
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Goes through an object whose keys are names: each with its value and its path, in the order
/// written.
fn for_each_named(
    value: &Json,
    path: &str,
    parse: &mut dyn FnMut(&str, &Json, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    for (name, value) in Members::of(value, path).rest()? {
        let path = [path, ".", name].concat();
        if !is_name(name) {
            return Err(Error::bad_request(path, NAME_FORM));
        }
        parse(name, value, &path)?;
    }
    Ok(())
}
