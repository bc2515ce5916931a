//! JSON text in, a strict tree out: a repeated key, a lone surrogate or a number that JSON cannot
//! carry is refused here, once, for requests, configurations and ciphertexts alike.
//!
//! The tree is decoded by hand ([`Members`]) and not by `#[derive(Deserialize)]`: serde's messages
//! quote the offending value, which may be personal data, and do not say where a missing key was
//! missed. Here every refusal names the path as the caller wrote it, and nothing of the value.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use zeroize::Zeroizing;

use crate::error::Error;

/// The largest whole number that JavaScript and JCS carry without rounding: 2^53 − 1.
pub(crate) const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Any JSON value. Text is wiped when it is dropped: it may be personal data.
#[derive(Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// Exact for whole numbers within ±[`MAX_SAFE_INTEGER`]; anything larger is refused where data
    /// is checked, so a rounded number is never taken for the one that was written.
    Number(f64),
    Text(Zeroizing<String>),
    List(Vec<Json>),
    /// In the order written; no key twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads JSON text; `path` is what an error calls the whole of it.
    pub(crate) fn parse(text: &str, path: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| {
            // serde_json's own words may quote the text; only the position is safe to repeat.
            let problem = if error.is_data() { "must not repeat a key" } else { "must be JSON" };
            Error::bad_request(path, problem)
        })
    }

    /// RFC 8785 text: equal values have equal text.
    pub(crate) fn canonical(&self) -> Result<Zeroizing<String>, Error> {
        serde_json_canonicalizer::to_string(self)
            .map(Zeroizing::new)
            .map_err(|_| Error::Internal("a JSON value could not be canonicalized"))
    }

    /// Plain JSON text, in the order written.
    pub(crate) fn to_text(&self) -> Result<Zeroizing<String>, Error> {
        serde_json::to_string(self)
            .map(Zeroizing::new)
            .map_err(|_| Error::Internal("a JSON value could not be written"))
    }

    /// Whether a number anywhere in it is beyond what JavaScript carries exactly.
    pub(crate) fn holds_unsafe_number(&self) -> bool {
        match self {
            Self::Number(number) => number.abs() > MAX_SAFE_INTEGER,
            Self::List(items) => items.iter().any(Self::holds_unsafe_number),
            Self::Object(members) => members.iter().any(|(_, value)| value.holds_unsafe_number()),
            Self::Null | Self::Bool(_) | Self::Text(_) => false,
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Zeroizing::new(text.to_owned()))
    }
}

/// Shows the kind and never the value.
impl fmt::Debug for Json {
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

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serialize_number(*number, serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Whole numbers are written without a fraction, as JavaScript writes them.
fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "checked: a whole number within 2^53")]
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

#[expect(clippy::cast_precision_loss, reason = "a rounded number stays beyond 2^53 and is refused")]
impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::text(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom("repeated key"));
            }
            members.push((key, access.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

/// The members of one JSON object, taken out one by one; what is left over is unknown.
///
/// `null` is a wrong type for every member, the optional ones included: absent and null differ.
pub(crate) struct Members {
    path: String,
    entries: Vec<(String, Json)>,
}

impl Members {
    /// `path` is empty for the whole request.
    pub(crate) fn of(value: Json, path: &str) -> Result<Self, Error> {
        match value {
            Json::Object(entries) => Ok(Self { path: path.to_owned(), entries }),
            _ => Err(Error::bad_request(if path.is_empty() { "request" } else { path }, "must be an object")),
        }
    }

    /// The path of one member, as the caller wrote it.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The path of the object itself.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Takes a member that may be absent.
    pub(crate) fn optional(&mut self, name: &str) -> Option<Json> {
        let position = self.entries.iter().position(|(key, _)| key == name)?;
        Some(self.entries.swap_remove(position).1)
    }

    /// Takes a member that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Result<Json, Error> {
        self.optional(name).ok_or_else(|| Error::bad_request(self.path_of(name), "is missing"))
    }

    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Error> {
        let path = self.path_of(name);
        self.optional(name).map(|value| text(value, &path)).transpose()
    }

    pub(crate) fn optional_bool(&mut self, name: &str) -> Result<Option<bool>, Error> {
        match self.optional(name) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(Error::bad_request(self.path_of(name), "must be true or false")),
        }
    }

    /// A list that may be absent, each item read by `item`, which is given the item's path.
    pub(crate) fn optional_list<T>(
        &mut self,
        name: &str,
        item: impl FnMut(Json, &str) -> Result<T, Error>,
    ) -> Result<Option<Vec<T>>, Error> {
        let path = self.path_of(name);
        self.optional(name).map(|value| list(value, &path, item)).transpose()
    }

    /// Takes what is left, in the order written.
    pub(crate) fn rest(self) -> Vec<(String, Json)> {
        self.entries
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.entries.first() {
            None => Ok(()),
            Some((name, _)) => Err(Error::bad_request(self.path_of(name), "is not a known key")),
        }
    }
}

/// A JSON text; `null` is none.
pub(crate) fn text(value: Json, path: &str) -> Result<String, Error> {
    match value {
        Json::Text(text) => Ok(text.as_str().to_owned()),
        _ => Err(Error::bad_request(path, "must be text")),
    }
}

/// A JSON list, each item read by `item`.
pub(crate) fn list<T>(
    value: Json,
    path: &str,
    mut item: impl FnMut(Json, &str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let Json::List(items) = value else {
        return Err(Error::bad_request(path, "must be a list"));
    };
    items
        .into_iter()
        .enumerate()
        .map(|(index, value)| item(value, &format!("{path}[{index}]")))
        .collect()
}
