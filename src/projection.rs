//! What a caller asks to see of an object: properties, and what transformers show of them.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use crate::collection::Collection;
use crate::data::add_check;
use crate::datatype::{DataType, Transformer};
use crate::error::{Error, ErrorKind};
use crate::host::{Check, Millis};
use crate::json::{Member, Writer};
use crate::text::split_before;

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
        let Some(props) = props else { return Ok(Self(None)) };
        let mut shown = Vec::with_capacity(props.len());
        for prop in props {
            shown.push(Shown::resolve(collection, prop)?);
        }
        Ok(Self(Some(shown)))
    }

    /// Whether it shows all that an object holds, so that what must be allowed is known only then.
    pub(crate) fn shows_all(&self) -> bool {
        self.0.is_none()
    }

    /// Adds what must be allowed to do `operations` on what it shows of these fields.
    pub(crate) fn add_checks(
        &self,
        checks: &mut Vec<Check>,
        operations: &[&str],
        collection: &Collection,
        fields: &[Member],
    ) -> Result<(), Error> {
        match &self.0 {
            Some(shown) => {
                for Shown { key, data_type, transformer, .. } in shown {
                    let data_type = match transformer {
                        Some(transformer) => [data_type.name(), ".", transformer.name()].concat(),
                        None => data_type.name().to_owned(),
                    };
                    add_check(checks, operations, collection, key, &data_type);
                }
            }
            None => {
                for (name, _) in fields {
                    let data_type = collection.property(name)?.data_type.name();
                    add_check(checks, operations, collection, name, data_type);
                }
            }
        }
        Ok(())
    }

    /// Writes the fields as they are shown. What the object does not hold is left out.
    pub(crate) fn write(&self, writer: &mut Writer, fields: &[Member], now: Millis) {
        writer.begin('{');
        match &self.0 {
            Some(shown) => {
                for Shown { key, property, data_type, transformer } in shown {
                    let Some((_, value)) = fields.iter().find(|(name, _)| name == property) else {
                        continue;
                    };
                    writer.key(key);
                    match transformer {
                        Some(it) => writer.value(&data_type.transform(*it, value, now)),
                        None => writer.value(value),
                    }
                }
            }
            None => {
                for (name, value) in fields {
                    writer.key(name);
                    writer.value(value);
                }
            }
        }
        writer.end('}');
    }
}

impl<'a> Shown<'a> {
    fn resolve(collection: &Collection, prop: &'a str) -> Result<Self, Error> {
        let (property, transformer) = split_before(prop, b".");
        let data_type = collection.property(property)?.data_type;
        let Some(name) = transformer.strip_prefix('.') else {
            return Ok(Self { key: prop, property, data_type, transformer: None });
        };
        let transformer = Transformer::of(data_type, name);
        if transformer.is_none() {
            return Err(ErrorKind::TransformerUnknown { property: property.to_owned() }.into());
        }
        Ok(Self { key: prop, property, data_type, transformer })
    }
}
