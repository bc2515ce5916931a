//! Personal data that was checked against its collection: it cannot be built otherwise.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::collection::Collection;
use crate::error::{Error, ErrorKind};
use crate::host::Check;
use crate::json::Json;

/// The canonical JSON of one object may have so many bytes.
const MAX_OBJECT_BYTES: usize = 1 << 20;

/// Properties and values, each of its property's type. None is null.
#[derive(Clone)]
pub(crate) struct Data(Vec<(String, Json)>);

impl Data {
    /// Checks every value. A null of a nullable property counts as absent.
    pub(crate) fn check(
        collection: &Collection,
        fields: Vec<(String, Json)>,
    ) -> Result<Self, Error> {
        let mut data = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let property = collection.property(&name)?;
            let absent = property.nullable && matches!(value, Json::Null);
            if absent {
                continue;
            }
            if matches!(value, Json::Null) || !property.data_type.accepts(&value) {
                let data_type = property.data_type.name();
                return Err(ErrorKind::ValueRefused { property: name, data_type }.into());
            }
            data.push((name, value));
        }
        Ok(Self(data))
    }

    /// Of data that was sealed earlier, the properties that are wanted. The collection may have
    /// changed since: what is not wanted need not be of it any more.
    pub(crate) fn reopen(
        collection: &Collection,
        canonical: &str,
        is_wanted: &dyn Fn(&String) -> bool,
    ) -> Result<Self, Error> {
        let Ok(Json::Object(mut fields)) = Json::parse(canonical, "ciphertext") else {
            return Err(ErrorKind::CiphertextRefused.into());
        };
        fields.retain(|(name, _)| is_wanted(name));
        Self::check(collection, fields)
    }

    pub(crate) fn holds(&self, property: &str) -> bool {
        self.0.iter().any(|(name, _)| name == property)
    }

    /// These values beside those of other data, which holds none of the same properties.
    pub(crate) fn beside(self, mut other: Self) -> Self {
        other.0.extend(self.0);
        other
    }

    /// Keeps the properties that `props` names, in its order; all of them where there is none.
    /// `path` is the input's, for an object in which no value remains or too much does.
    pub(crate) fn select(mut self, props: Option<&[String]>, path: &str) -> Result<Self, Error> {
        if let Some(props) = props {
            let mut selected = Vec::with_capacity(props.len());
            for name in props {
                let position = self.0.iter().position(|(held, _)| held == name);
                let position = position
                    .ok_or_else(|| ErrorKind::PropertyNotInInput { property: name.clone() })?;
                selected.push(self.0.swap_remove(position));
            }
            self.0 = selected;
        }
        if self.0.is_empty() {
            return Err(Error::bad_request(path, "must hold at least one value"));
        }
        Ok(self)
    }

    /// RFC 8785 text. Equal data has equal text.
    pub(crate) fn canonical(self, path: &str) -> Result<Zeroizing<String>, Error> {
        let canonical = Json::Object(self.0).canonical();
        if canonical.len() > MAX_OBJECT_BYTES {
            return Err(Error::bad_request(path, "must be at most 1 MiB of JSON"));
        }
        Ok(canonical)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Adds what must be allowed to do `operations` on a property, unless it is there already.
pub(crate) fn add_checks(
    checks: &mut Vec<Check>,
    operations: &[&str],
    collection: &Collection,
    property: &str,
) -> Result<(), Error> {
    let data_type = collection.property(property)?.data_type.name();
    add_check(checks, operations, collection, property, data_type);
    Ok(())
}

/// The same for a property as it is named and typed here: a transformer's name goes with both.
pub(crate) fn add_check(
    checks: &mut Vec<Check>,
    operations: &[&str],
    collection: &Collection,
    property: &str,
    data_type: &str,
) {
    for operation in operations {
        let check = Check {
            operation: (*operation).to_owned(),
            resource: [&collection.name, "/properties/", property].concat(),
            data_type: Some(data_type.to_owned()),
        };
        if !checks.contains(&check) {
            checks.push(check);
        }
    }
}
