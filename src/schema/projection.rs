//! What a caller asks to see of an object: properties, and what transformers show of them.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind};
use crate::host::Millis;
use crate::json::tree::{Json, Member};
use crate::schema::collection::Collection;
use crate::schema::data_type::DataType;
use crate::schema::transform::Transformer;

/// The properties to answer, in the order asked; none: all that the object holds, as they are.
pub(crate) struct Projection<'a>(Option<Asked<'a>>);

struct Asked<'a> {
    shown: Vec<Shown<'a>>,
    /// Which of them show a property: an object costs what it holds, and not what others may hold.
    by_property: BTreeMap<&'a str, Vec<usize>>,
}

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
        let Some(props) = props else { return Ok(Self(None)) };
        let resolve = |prop: &&'a str| Shown::resolve(collection, prop);
        let shown = props.iter().map(resolve).collect::<Result<Vec<_>, Error>>()?;
        let mut by_property: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, Shown { property, .. }) in shown.iter().enumerate() {
            by_property.entry(property).or_default().push(place);
        }
        Ok(Self(Some(Asked { shown, by_property })))
    }

    /// The fields as they are shown. What the object does not hold is left out.
    pub(crate) fn show(&self, fields: Vec<Member<'a>>, now: Millis) -> Json<'a> {
        let Some(Asked { shown, by_property }) = &self.0 else { return Json::Object(fields) };
        let mut held = BTreeMap::new();
        for (name, value) in &fields {
            let places = by_property.get(&**name).into_iter().flatten();
            held.extend(places.map(|place| (*place, value)));
        }
        let show = |(place, value): (usize, &Json<'a>)| {
            let Shown { key, data_type, transformer, .. } = shown.get(place)?;
            let value = match transformer {
                Some(transformer) => data_type.transform(*transformer, value, now),
                None => value.clone(),
            };
            Some(((*key).into(), value))
        };
        Json::Object(held.into_iter().filter_map(show).collect())
    }
}

/// A property and its transformer, if it is named with one.
pub(crate) fn split_prop(named: &str) -> (&str, Option<&str>) {
    match named.split_once('.') {
        Some((property, transformer)) => (property, Some(transformer)),
        None => (named, None),
    }
}

impl<'a> Shown<'a> {
    fn resolve(collection: &Collection, prop: &'a str) -> Result<Self, Error> {
        let (property, transformer) = split_prop(prop);
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
