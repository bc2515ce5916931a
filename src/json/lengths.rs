//! How long the lists and objects of a JSON text are. A list that grows as it is read takes four times its memory in the
//! end: what it had before, what it has now, and room for as much again.

use std::fmt;
use std::vec::IntoIter;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The lengths of a text's lists and objects, in the order in which they begin.
pub(crate) struct Lengths(IntoIter<usize>);

impl Lengths {
    /// Those of a text.
    pub(crate) fn of(text: &str) -> serde_json::Result<Self> {
        let mut lengths = Vec::new();
        Count(&mut lengths).deserialize(&mut serde_json::Deserializer::from_str(text))?;
        Ok(Self(lengths.into_iter()))
    }

    /// Those of what is no text.
    pub(crate) fn unknown() -> Self {
        Self(IntoIter::default())
    }

    /// Of the next one that begins, of which the reader itself says so much; 0 where nobody knows.
    pub(crate) fn next(&mut self, told: Option<usize>) -> usize {
        self.0.next().or(told).unwrap_or_default()
    }
}

/// Reads a value for the lengths in it. Nothing else of it is kept.
struct Count<'l>(&'l mut Vec<usize>);

impl Count<'_> {
    /// A list or object begins, of which this counts the items.
    fn counting<E>(&mut self, count: impl FnOnce(&mut Self) -> Result<usize, E>) -> Result<(), E> {
        let place = self.0.len();
        self.0.push(0);
        let items = count(self)?;
        if let Some(length) = self.0.get_mut(place) {
            *length = items;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.counting(|Count(lengths)| {
            let mut count = 0;
            while items.next_element_seed(Count(lengths))?.is_some() {
                count += 1;
            }
            Ok(count)
        })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.counting(|Count(lengths)| {
            let mut count = 0;
            while members.next_key_seed(Count(lengths))?.is_some() {
                members.next_value_seed(Count(lengths))?;
                count += 1;
            }
            Ok(count)
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at a surprise")]

    use crate::json::tree::Json;

    #[test]
    fn what_a_text_holds_takes_no_more_room_than_it_needs() {
        let text = r#"[[1,2,3,4,5],{"a":[],"b":"[","c":[{}]}]"#;
        let Json::List(items) = Json::parse(text, "text").unwrap() else { panic!("a list") };
        let [Json::List(first), Json::Object(second)] = items.as_slice() else { panic!("two") };
        assert_eq!([items.capacity(), first.capacity(), second.capacity()], [2, 5, 3]);
        let [.., (_, Json::List(last))] = second.as_slice() else { panic!("a list") };
        assert_eq!(last.capacity(), 1);
    }
}
