//! What a caller asks to see of an object: properties, and what transformers show of them.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::host::Millis;
use crate::json::tree::{Json, Member};
use crate::schema::collection::Collection;
use crate::schema::data_type::DataType;
use crate::schema::transform::Transformer;

/// The properties to answer, in the order asked; none: all that the object holds, as they are.
pub(crate) struct Projection<'a>(Option<Vec<Shown<'a>>>);

/// One entry of `props`: `ssn`, or `ssn.mask`.
struct Shown<'a> {
    /// As the caller wrote it: the key of the answer.
    key: &'a str,
    property: &'a str,
    data_type: DataType,
    transformer: Option<Transformer>,
}

impl<'a> Projection<'a> {
    pub(crate) fn resolve(
        collection: &Collection,
        props: Option<&[&'a str]>,
    ) -> Result<Self, Error> {
        let resolve = |prop: &&'a str| Shown::resolve(collection, prop);
        let shown = props.map(|props| props.iter().map(resolve).collect());
        Ok(Self(shown.transpose()?))
    }

    /// The fields as they are shown. What the object does not hold is left out.
    pub(crate) fn show(&self, fields: Vec<Member<'a>>, now: Millis) -> View<'a> {
        let Some(shown) = &self.0 else { return View(fields) };
        let fields: BTreeMap<&str, &Json<'a>> =
            fields.iter().map(|(name, value)| (&**name, value)).collect();
        let shown = shown.iter().filter_map(|Shown { key, property, data_type, transformer }| {
            let value = *fields.get(property)?;
            let value = match transformer {
                Some(transformer) => data_type.transform(*transformer, value, now),
                None => value.clone(),
            };
            Some(((*key).into(), value))
        });
        View(shown.collect())
    }
}

/// What is shown of an object.
pub(crate) struct View<'a>(Vec<Member<'a>>);

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value): &(_, Json<'_>)| (key, value)))
    }
}

impl<'a> Shown<'a> {
    fn resolve(collection: &Collection, prop: &'a str) -> Result<Self, Error> {
        let (property, transformer) = match prop.split_once('.') {
            Some((property, transformer)) => (property, Some(transformer)),
            None => (prop, None),
        };
        let data_type = collection.property(property)?.data_type;
        let Some(name) = transformer else {
            return Ok(Self { key: prop, property, data_type, transformer: None });
        };
        let transformer = Transformer::of(data_type, name);
        if transformer.is_none() {
            return Err(ErrorKind::TransformerUnknown { property: property.to_owned() }.into());
        }
        Ok(Self { key: prop, property, data_type, transformer })
    }
}
