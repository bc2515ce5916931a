//! The one strict way from a JSON tree into a request: `#[derive(Deserialize)]` over this reader.
//!
//! Strictness is the reader's and no attribute's: an unknown key is refused wherever a struct is read,
//! `null` is a wrong type for every optional member, and an enum is an object of exactly one member, or
//! one of its names. A refusal has the path as the caller wrote it, and never a value: serde_json's
//! own messages quote what they found, and `deny_unknown_fields` does not see through `flatten`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Expected, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::Error;
use crate::json::place::is_name;
use crate::json::tree::{Json, Member, as_count};

/// Where a request is not of the API's form, and what it must be there.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    /// None of the value itself: whoever reads what is around it adds the path. It ends before a key
    /// that is no name.
    path: Option<String>,
    problem: Cow<'static, str>,
}

impl Refusal {
    fn at(path: &str, problem: &'static str) -> Self {
        Self { path: Some(path.to_owned()), problem: problem.into() }
    }

    fn here(problem: impl Into<Cow<'static, str>>) -> Self {
        Self { path: None, problem: problem.into() }
    }

    /// A key that the request brings and that nobody knows.
    fn unknown(key: &str) -> Self {
        if is_name(key) {
            Self::at(key, UNKNOWN)
        } else {
            Self::here("must not have an unknown key")
        }
    }

    fn within(self, step: &str) -> Self {
        let path = match self.path {
            None => step.to_owned(),
            Some(path) if path.starts_with('[') => format!("{step}{path}"),
            Some(path) => format!("{step}.{path}"),
        };
        Self { path: Some(path), ..self }
    }
}

impl From<Refusal> for Error {
    fn from(Refusal { path, problem }: Refusal) -> Self {
        Self::bad_request(path.unwrap_or_else(|| "request".to_owned()), problem)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.path.as_deref().unwrap_or_default(), self.problem)
    }
}

impl std::error::Error for Refusal {}

/// No method keeps what was found: it may be personal data.
impl de::Error for Refusal {
    /// Of our own types, whose words are fixed.
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::here(problem.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::here(format!("must be {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::here(format!("must be {expected}"))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Self {
        Self::here(format!("must be one of `{}`", known.join("`, `")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::unknown(field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::at(field, "is missing")
    }
}

const UNKNOWN: &str = "is not a known key";

/// Reads a value of which `path` is the place.
pub(crate) fn read<'a, T: Deserialize<'a>>(json: &'a Json<'a>, path: &str) -> Result<T, Error> {
    T::deserialize(Value(json)).map_err(|refusal| refusal.within(path).into())
}

/// The members of a request, taken out struct by struct; what is left at the end is unknown.
pub(crate) struct Parameters<'a>(Vec<&'a Member<'a>>);

impl<'a> Parameters<'a> {
    pub(crate) fn of(request: &'a Json<'a>) -> Result<Self, Error> {
        match request {
            Json::Object(members) => Ok(Self(members.iter().collect())),
            _ => Err(Error::bad_request("request", "must be an object")),
        }
    }

    /// Takes the members that the struct names.
    pub(crate) fn take<T: Deserialize<'a>>(&mut self) -> Result<T, Error> {
        Ok(T::deserialize(self)?)
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        Ok(self.refuse_unknown()?)
    }

    fn refuse_unknown(&self) -> Result<(), Refusal> {
        match self.0.first() {
            Some((name, _)) => Err(Refusal::unknown(name)),
            None => Ok(()),
        }
    }
}

impl<'a> de::Deserializer<'a> for &mut Parameters<'a> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(Entries::of(std::mem::take(&mut self.0)))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let (named, left) = self.0.iter().partition(|(name, _)| fields.contains(&&**name));
        self.0 = left;
        visitor.visit_map(Entries::of(named))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A value of the tree.
#[derive(Clone, Copy)]
struct Value<'a>(&'a Json<'a>);

impl<'a> Value<'a> {
    fn members(self) -> Result<&'a [Member<'a>], Refusal> {
        match self.0 {
            Json::Object(members) => Ok(members),
            _ => Err(Refusal::here("must be an object")),
        }
    }
}

impl<'a> de::Deserializer<'a> for Value<'a> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => visitor.visit_f64(*number),
            Json::Text(text) => visitor.visit_borrowed_str(text),
            Json::List(items) => visitor.visit_seq(Items { left: items, index: 0 }),
            Json::Object(members) => visitor.visit_map(Entries::of(members.iter().collect())),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            Json::Bool(value) => visitor.visit_bool(*value),
            _ => Err(Refusal::here("must be true or false")),
        }
    }

    fn deserialize_u64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let whole = match self.0 {
            Json::Number(number) => as_count(*number),
            _ => None,
        };
        visitor.visit_u64(whole.ok_or(Refusal::here("must be a whole number"))?)
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            Json::Text(text) => visitor.visit_borrowed_str(text),
            _ => Err(Refusal::here("must be text")),
        }
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    /// Absent and null differ: an optional member that is there is read as what it must be.
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0 {
            Json::List(items) => visitor.visit_seq(Items { left: items, index: 0 }),
            _ => Err(Refusal::here("must be a list")),
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(Entries::of(self.members()?.iter().collect()))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let mut members = Parameters(self.members()?.iter().collect());
        let value = de::Deserializer::deserialize_struct(&mut members, name, fields, visitor)?;
        members.refuse_unknown()?;
        Ok(value)
    }

    /// An object of exactly one member of these names. (An enum of names alone is a text: such a type says
    /// `variant_identifier`.)
    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let members = self.members()?;
        if let Some((name, _)) = members.iter().find(|(name, _)| !variants.contains(&&**name)) {
            return Err(Refusal::unknown(name));
        }
        match members {
            [(name, value)] => visitor.visit_enum(Variant { name, value }),
            _ => {
                let names = variants.join("`, `");
                Err(Refusal::here(format!("must have exactly one of `{names}`")))
            }
        }
    }

    forward_to_deserialize_any! {
        <W: Visitor<'a>>
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

struct Items<'a> {
    left: &'a [Json<'a>],
    index: usize,
}

impl<'a> de::SeqAccess<'a> for Items<'a> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Refusal> {
        let Some(item) = self.left.split_off_first() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Value(item))
            .map(Some)
            .map_err(|refusal| refusal.within(&format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Entries<'a> {
    left: std::vec::IntoIter<&'a Member<'a>>,
    at: Option<&'a Member<'a>>,
}

impl<'a> Entries<'a> {
    fn of(members: Vec<&'a Member<'a>>) -> Self {
        Self { left: members.into_iter(), at: None }
    }
}

impl<'a> de::MapAccess<'a> for Entries<'a> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refusal> {
        self.at = self.left.next();
        let Some((name, _)) = self.at else { return Ok(None) };
        let key = de::value::BorrowedStrDeserializer::new(name);
        seed.deserialize(key).map(Some).map_err(|refusal: Refusal| refusal.within(name))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let Some((name, value)) = self.at.take() else { return Err(Refusal::here("is missing")) };
        seed.deserialize(Value(value)).map_err(|refusal| refusal.within(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Variant<'a> {
    name: &'a str,
    value: &'a Json<'a>,
}

impl<'a> de::EnumAccess<'a> for Variant<'a> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Refusal> {
        let name = de::value::BorrowedStrDeserializer::<Refusal>::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'a> de::VariantAccess<'a> for Variant<'a> {
    type Error = Refusal;

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Refusal> {
        seed.deserialize(Value(self.value)).map_err(|refusal| refusal.within(self.name))
    }

    // The API has no enum of these forms.
    fn unit_variant(self) -> Result<(), Refusal> {
        Err(Refusal::here("must be an object"))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value, Refusal> {
        Err(Refusal::here("must be an object"))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refusal> {
        Err(Refusal::here("must be an object"))
    }
}

#[cfg(test)]
mod tests;
