//! Personal data that was checked against its collection and is in its normal form: it cannot be built
//! otherwise.

use serde::ser::{Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::host::Check;
use crate::json::text::write_canonical;
use crate::json::tree::{Json, Member};
use crate::schema::collection::Collection;
use crate::schema::normal_form::NormalForm;

/// The canonical JSON of one object may have so many bytes.
const MAX_OBJECT_BYTES: usize = 1 << 20;

/// Properties and values, each in the normal form of its property's type. None is null.
pub(crate) struct Data<'a>(Vec<(&'a str, NormalForm<'a>)>);

impl<'a> Data<'a> {
    /// Checks every value and brings it to its normal form. A null of a nullable property counts as absent.
    pub(crate) fn check(
        collection: &Collection,
        fields: impl IntoIterator<Item = &'a Member<'a>>,
    ) -> Result<Self, Error> {
        let mut data = Vec::new();
        for (name, value) in fields {
            let property = collection.property(name)?;
            let absent = property.nullable && matches!(value, Json::Null);
            if absent {
                continue;
            }
            let data_type = property.data_type;
            let value = Some(value).filter(|value| !matches!(value, Json::Null));
            let Some(value) = value.and_then(|value| data_type.normalize(value)) else {
                let (property, data_type) = (name.to_string(), data_type.name());
                return Err(ErrorKind::ValueRefused { property, data_type }.into());
            };
            data.push((&**name, value));
        }
        Ok(Self(data))
    }

    /// Of data that was sealed earlier, the properties that are wanted. The collection may have
    /// changed since: what is not wanted need not be of it any more.
    pub(crate) fn reopen(
        collection: &Collection,
        unsealed: &'a [Member<'a>],
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        Self::check(collection, unsealed.iter().filter(|(name, _)| is_wanted(name)))
    }

    pub(crate) fn holds(&self, property: &str) -> bool {
        self.names().any(|name| name == property)
    }

    /// These values beside those of other data, which holds none of the same properties.
    pub(crate) fn beside(self, mut other: Self) -> Self {
        other.0.extend(self.0);
        other
    }

    /// Keeps the properties that `props` names, in its order; all of them where there is none.
    /// `path` is the input's, for an object in which no value remains or too much does.
    pub(crate) fn select(mut self, props: Option<&[&str]>, path: &str) -> Result<Self, Error> {
        if let Some(props) = props {
            let mut selected = Vec::with_capacity(props.len());
            for prop in props {
                let field = self.0.iter().find(|(name, _)| name == prop);
                let missing = || ErrorKind::PropertyNotInInput { property: (*prop).to_owned() };
                selected.push(field.cloned().ok_or_else(missing)?);
            }
            self.0 = selected;
        }
        if self.0.is_empty() {
            return Err(Error::bad_request(path, "must hold at least one value"));
        }
        Ok(self)
    }

    /// RFC 8785 text. Equal data has equal text.
    pub(crate) fn into_canonical(self, path: &str) -> Result<String, Error> {
        self.canonical(path)
    }

    fn canonical(&self, path: &str) -> Result<String, Error> {
        let canonical = write_canonical(self)?;
        if canonical.len() > MAX_OBJECT_BYTES {
            return Err(Error::bad_request(path, "must be at most 1 MiB of JSON"));
        }
        Ok(canonical)
    }

    /// Refuses an object that is too large.
    pub(crate) fn check_size(&self, path: &str) -> Result<(), Error> {
        self.canonical(path).map(|_| ())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.0.iter().map(|(name, _)| *name)
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The fields of data that was sealed earlier: JSON of an object, or the error that is given.
pub(crate) fn parse_unsealed(
    canonical: &str,
    otherwise: ErrorKind,
) -> Result<Vec<Member<'_>>, Error> {
    match Json::parse(canonical, "sealed data") {
        Ok(Json::Object(fields)) => Ok(fields),
        _ => Err(otherwise.into()),
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
            resource: format!("{}/properties/{property}", collection.name),
            data_type: Some(data_type.to_owned()),
        };
        if !checks.contains(&check) {
            checks.push(check);
        }
    }
}
