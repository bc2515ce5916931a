//! Personal data that was checked against its collection and is in its normal form: it cannot be built
//! otherwise.

use serde::ser::{Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::json::text::write_canonical;
use crate::json::tree::{Json, Member};
use crate::schema::collection::{Collection, Property};
use crate::schema::normal_form::NormalForm;

/// The canonical JSON of one object may have so many bytes.
const MAX_OBJECT_BYTES: usize = 1 << 20;

/// Properties and values, each in the normal form of its property's type, by name. None is null.
pub(crate) struct Data<'a>(Vec<(&'a str, NormalForm<'a>)>);

impl<'a> Data<'a> {
    /// Checks every value and brings it to its normal form. A null of a nullable property counts as absent.
    pub(crate) fn check(
        collection: &Collection,
        fields: impl IntoIterator<Item = &'a Member<'a>>,
    ) -> Result<Self, Error> {
        let mut data = Vec::new();
        for (name, value) in fields {
            let Property { data_type, nullable } = collection.property(name)?;
            let value = match value {
                Json::Null if nullable => continue,
                Json::Null => Err(ErrorKind::ValueNull {
                    property: name.to_string(),
                    data_type: data_type.name(),
                }),
                value => data_type.normalize(value).ok_or_else(|| ErrorKind::ValueRefused {
                    property: name.to_string(),
                    data_type: data_type.name(),
                }),
            };
            data.push((&**name, value?));
        }
        Ok(Self(in_order(data)))
    }

    /// Of data that was sealed earlier, ordered by name, the properties that are wanted, each once. The
    /// collection may have changed since: what is not wanted need not be of it any more. It costs no more
    /// than what is wanted: many may take a little of the same data.
    pub(crate) fn reopen(
        collection: &Collection,
        unsealed: &'a [Member<'a>],
        props: Option<&[&str]>,
    ) -> Result<Self, Error> {
        let Some(props) = props else { return Self::check(collection, unsealed) };
        let held = |prop: &&str| {
            let place = unsealed.binary_search_by(|(name, _)| (**name).cmp(prop)).ok()?;
            unsealed.get(place)
        };
        Self::check(collection, props.iter().filter_map(held))
    }

    /// These values beside those of other data, which holds none of the same properties.
    pub(crate) fn beside(self, mut other: Self) -> Self {
        other.0.extend(self.0);
        Self(in_order(other.0))
    }

    /// Keeps the properties that `props` names; all of them where there is none. What it names and is
    /// not there is left out. `path` is the input's, for an object in which no value remains.
    /// It costs no more than what is kept: many may select a little of the same data.
    pub(crate) fn select(&self, props: Option<&[&str]>, path: &str) -> Result<Self, Error> {
        let held = |prop: &&str| {
            let place = self.0.binary_search_by(|(name, _)| (*name).cmp(prop)).ok()?;
            self.0.get(place).cloned()
        };
        let selected = match props {
            Some(props) => in_order(props.iter().filter_map(held).collect()),
            None => self.0.clone(),
        };
        if selected.is_empty() {
            return Err(Error::bad_request(path, "must hold at least one value"));
        }
        Ok(Self(selected))
    }

    /// RFC 8785 text. Equal data has equal text. `path` is the input's, for an object that is too large.
    pub(crate) fn canonical(&self, path: &str) -> Result<String, Error> {
        let canonical = self.canonical_of_any_size()?;
        if canonical.len() > MAX_OBJECT_BYTES {
            return Err(Error::bad_request(path, "must be at most 1 MiB of JSON"));
        }
        Ok(canonical)
    }

    /// The same, however long: of data whose size only the request's bounds.
    pub(crate) fn canonical_of_any_size(&self) -> Result<String, Error> {
        write_canonical(self)
    }

    /// Refuses an object that is too large.
    pub(crate) fn check_size(&self, path: &str) -> Result<(), Error> {
        self.canonical(path).map(|_| ())
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The properties by name; none of them is there twice.
fn in_order<'a>(mut data: Vec<(&'a str, NormalForm<'a>)>) -> Vec<(&'a str, NormalForm<'a>)> {
    data.sort_unstable_by_key(|(name, _)| *name);
    data
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

/// The fields of data that was sealed earlier, ordered by name: JSON of an object, or the error that is given.
pub(crate) fn parse_unsealed(
    canonical: &str,
    otherwise: ErrorKind,
) -> Result<Vec<Member<'_>>, Error> {
    match Json::parse(canonical, "sealed data") {
        Ok(Json::Object(mut fields)) => {
            // Canonical JSON has them so, but for names that no property has.
            fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            Ok(fields)
        }
        _ => Err(otherwise.into()),
    }
}
