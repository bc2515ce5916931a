//! JSON text as a tree, the one form in which requests, configurations and sealed data are read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::error::Error;
use crate::json::decimal::{LargeNumber, MAX_SAFE_INTEGER, large_numbers, within_doubles};
use crate::json::lengths::Lengths;
use crate::json::place::path_of;

/// The whole number that this is, within ±[`MAX_SAFE_INTEGER`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "within 2^53; a number that is not whole comes back as another"
)]
pub(crate) fn as_whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (number.abs() <= MAX_SAFE_INTEGER && whole as f64 == number).then_some(whole)
}

/// The same, where it is not negative.
pub(crate) fn as_count(number: f64) -> Option<u64> {
    as_whole(number).and_then(|whole| u64::try_from(whole).ok())
}

/// Any JSON value. Texts are those of the text that was read, as far as nothing in them is escaped.
#[derive(Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// NaN where a number was written that JavaScript would not write back: it is refused where data is
    /// checked, so a rounded number is never taken for the one that was written.
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// In the order written; no key twice.
    Object(Vec<Member<'a>>),
}

/// A key of an object, and its value.
pub(crate) type Member<'a> = (Cow<'a, str>, Json<'a>);

impl<'a> Json<'a> {
    /// Reads JSON text; `path` is what an error calls the whole of it.
    pub(crate) fn parse(text: &'a str, path: &str) -> Result<Self, Error> {
        Self::read(text, path, 0)
    }

    /// Reads the JSON text of a list of one item, and answers that item, which an error calls `path`. What stands
    /// within such a list is one value and nothing else.
    pub(crate) fn parse_item(text: &'a str, path: &str) -> Result<Self, Error> {
        let mut items = match Self::read(text, path, 1)? {
            Self::List(items) => items,
            _ => Vec::new(),
        };
        match (items.pop(), items.is_empty()) {
            (Some(item), true) => Ok(item),
            _ => Err(Error::bad_request(path, "must be JSON")),
        }
    }

    /// The root that `path` stands for is so deep in the text.
    fn read(text: &'a str, path: &str, depth_of_root: usize) -> Result<Self, Error> {
        let refused = |error: serde_json::Error| {
            // Of serde_json's own words none is repeated: they may quote a value.
            let problem = if error.is_data() { "must not repeat a key" } else { "must be JSON" };
            // A repeated key is noticed when its object has ended, and is told of that object.
            let column = error.column() + usize::from(error.is_data());
            let place = path_of(text, error.line(), column, depth_of_root);
            Error::bad_request(format!("{path}{place}"), problem)
        };
        let mut json = match tree_of(text) {
            Ok(json) => json,
            Err(error) => match within_doubles(text) {
                Some(readable) => tree_of(&readable).map_err(refused)?.into_owned(),
                None => return Err(refused(error)),
            },
        };
        json.mark_rounded(&mut large_numbers(text));
        Ok(json)
    }

    /// Whether a number anywhere in it is not the one that was written.
    pub(crate) fn holds_rounded_number(&self) -> bool {
        match self {
            Self::Number(number) => number.is_nan(),
            Self::List(items) => items.iter().any(Self::holds_rounded_number),
            Self::Object(members) => members.iter().any(|(_, value)| value.holds_rounded_number()),
            Self::Null | Self::Bool(_) | Self::Text(_) => false,
        }
    }

    /// `large` are the large numbers as they were written, in the tree's order.
    fn mark_rounded(&mut self, large: &mut impl Iterator<Item = LargeNumber>) {
        match self {
            Self::Number(number) if number.abs() > MAX_SAFE_INTEGER => {
                if !large.next().is_some_and(|large| large.is_kept) {
                    *number = f64::NAN;
                }
            }
            Self::List(items) => items.iter_mut().for_each(|item| item.mark_rounded(large)),
            Self::Object(members) => {
                members.iter_mut().for_each(|(_, value)| value.mark_rounded(large));
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }

    fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(number),
            Self::Text(text) => text.into_owned().into(),
            Self::List(items) => Json::List(items.into_iter().map(Self::into_owned).collect()),
            Self::Object(members) => {
                let owned =
                    |(key, value): Member<'a>| (Cow::Owned(key.into_owned()), value.into_owned());
                Json::Object(members.into_iter().map(owned).collect())
            }
        }
    }

    /// A number of the vault's own: a time or a count, within 2^53.
    #[expect(clippy::cast_precision_loss, reason = "within 2^53")]
    pub(crate) fn whole(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

#[cfg(test)]
impl Json<'_> {
    /// Text of its own.
    pub(crate) fn text(text: &str) -> Json<'static> {
        text.to_owned().into()
    }

    /// As an answer has it.
    pub(crate) fn to_text(&self) -> String {
        crate::json::text::write(self).unwrap_or_default()
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Shows the kind and never the value.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "Null",
            Self::Bool(_) => "Bool",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
            Self::List(_) => "List",
            Self::Object(_) => "Object",
        })
    }
}

/// By serde_json, whose errors may quote a value.
fn tree_of(text: &str) -> serde_json::Result<Json<'_>> {
    let mut lengths = Lengths::of(text)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = Tree(&mut lengths).deserialize(&mut reader)?;
    reader.end()?;
    Ok(tree)
}

/// Out of another tree.
impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Tree(&mut Lengths::unknown()).deserialize(deserializer)
    }
}

/// Reads a value.
struct Tree<'l>(&'l mut Lengths);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is held against the text once more"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 it is held against the text once more"
    )]
    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(text.to_owned().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::with_capacity(self.0.next(items.size_hint()));
        while let Some(item) = items.next_element_seed(Tree(self.0))? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object: Vec<Member<'de>> = Vec::with_capacity(self.0.next(members.size_hint()));
        // A key read as JSON borrows its text where it can; read as a `Cow` it would always be a copy.
        while let Some(Json::Text(key)) = members.next_key_seed(Tree(self.0))? {
            object.push((key, members.next_value_seed(Tree(self.0))?));
        }
        let mut keys: Vec<&str> = object.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        if keys.array_windows().any(|[one, next]| one == next) {
            return Err(de::Error::custom("a repeated key"));
        }
        Ok(Json::Object(object))
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            // Only a request is written with such a number in it, to be hashed, and is then refused.
            Self::Number(number) if number.is_nan() => serializer.serialize_unit(),
            Self::Number(number) => match as_whole(*number) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*number),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

/// An object of some of another's members.
pub(crate) struct Members<'a>(pub(crate) Vec<&'a Member<'a>>);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
