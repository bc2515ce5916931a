//! The template of a card-shaped token ID.

use crate::error::{Error, ErrorKind};
use crate::schema::collection::Collection;
use crate::schema::data_type::DataType;

/// `fptemplate` and `fpprops`: the ID shall look like a card's number.
pub(crate) struct CardTemplate<'a> {
    /// One, once it is checked.
    pub(crate) properties: Vec<&'a str>,
}

impl<'a> CardTemplate<'a> {
    /// `path` is that of the object which both are members of.
    pub(crate) fn new(
        template: Option<&str>,
        properties: Option<Vec<&'a str>>,
        path: &str,
    ) -> Result<Option<Self>, Error> {
        let problem = match (template, properties) {
            (Some("primary_account_number"), Some(properties)) => {
                return Ok(Some(Self { properties }));
            }
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => "must be `primary_account_number`",
            _ => "and `fpprops` need each other",
        };
        Err(Error::bad_request(format!("{path}.fptemplate"), problem))
    }

    /// Refuses all but one property, and one that is no card number.
    pub(crate) fn check(&self, collection: &Collection) -> Result<(), Error> {
        let [property] = self.properties.as_slice() else {
            return Err(refused("needs exactly one property in `fpprops`"));
        };
        if collection.property(property)?.data_type != DataType::CcNumber {
            return Err(refused("needs a property of type `CC_NUMBER` in `fpprops`"));
        }
        Ok(())
    }
}

pub(crate) fn refused(problem: &'static str) -> Error {
    ErrorKind::CardTemplate { problem }.into()
}

pub(crate) fn not_tokenized() -> Error {
    refused("needs the property in `fpprops` among those that are tokenized")
}

pub(crate) fn none_free() -> Error {
    refused("finds no ID that is free")
}
