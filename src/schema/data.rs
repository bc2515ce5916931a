//! Personal data that was checked against its collection and is in its normal form: it cannot be built
//! otherwise.

use serde::ser::{Serialize, Serializer};

use crate::error::{Error, ErrorKind};
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
        props: Option<&[&str]>,
    ) -> Result<Self, Error> {
        let is_wanted = wanted(props);
        Self::check(collection, unsealed.iter().filter(|(name, _)| is_wanted(name)))
    }

    /// These values beside those of other data, which holds none of the same properties.
    pub(crate) fn beside(self, mut other: Self) -> Self {
        other.0.extend(self.0);
        other
    }

    /// Keeps the properties that `props` names; all of them where there is none. What it names and is
    /// not there is left out. `path` is the input's, for an object in which no value remains.
    pub(crate) fn select(mut self, props: Option<&[&str]>, path: &str) -> Result<Self, Error> {
        let is_wanted = wanted(props);
        self.0.retain(|(name, _)| is_wanted(name));
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
}

/// Whether `props` wants a property; all are wanted where there is none.
pub(crate) fn wanted<'p>(props: Option<&[&'p str]>) -> impl Fn(&str) -> bool + use<'p> {
    let props = props.map(|props| {
        let mut sorted = props.to_vec();
        sorted.sort_unstable();
        sorted
    });
    move |name| props.as_ref().is_none_or(|props| props.binary_search(&name).is_ok())
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
