//! What the policy is asked about: properties, and the tokens of a collection as such.

use std::borrow::Cow;
use std::rc::Rc;

use crate::host::{Check, State};
use crate::request::list::without_repeats;
use crate::request::name::is_transformer_name;
use crate::schema::collection::{Collection, check_property_name};
use crate::schema::projection::split_prop;

/// What must be allowed on properties, as a request names them: `ssn`, or `ssn.mask`.
#[derive(Default)]
pub(crate) struct PropertyChecks<'a> {
    /// Property and operation, in order of first appearance.
    asked: Vec<(&'a str, &'static str)>,
    /// At so many, those that came again are dropped: a batch names few properties, each for every object.
    crowded: usize,
}

impl<'a> PropertyChecks<'a> {
    /// Adds each of these operations on one property. Sealed data may hold what no collection can have:
    /// that is refused later, and told to nobody.
    pub(crate) fn add(&mut self, operations: &'static [&'static str], property: &'a str) {
        if check_property_name(split_prop(property).0).is_err() {
            return;
        }
        self.asked.extend(operations.iter().map(|operation| (property, *operation)));
        if self.asked.len() > self.crowded {
            self.asked = without_repeats(std::mem::take(&mut self.asked));
            self.crowded = 2 * self.asked.len() + 64;
        }
    }

    /// The checks, each once, in order of first appearance.
    pub(crate) fn on(self, collection: &Collection) -> Rc<[Check]> {
        let asked = without_repeats(self.asked).into_iter();
        asked.map(|(property, operation)| check(collection, operation.into(), property)).collect()
    }
}

/// A transformer goes with the property's name and with its type. A name that the collection does not
/// have is asked about without a type, so that only an allowed caller learns that it is unknown.
fn check(collection: &Collection, operation: Cow<'static, str>, named: &str) -> Check {
    let (name, transformer) = split_prop(named);
    // What is no name may be anything, and the policy and the audit are told names. It is refused later.
    let transformer = transformer.filter(|transformer| is_transformer_name(transformer));
    let with_transformer = |word: &str| match transformer {
        Some(transformer) => format!("{word}.{transformer}"),
        None => word.to_owned(),
    };
    let data_type = collection.property(name).ok().map(|property| property.data_type.name());
    Check {
        operation,
        resource: format!("{}/properties/{}", collection.name, with_transformer(name)),
        data_type: data_type.map(with_transformer),
    }
}

/// The properties that `props` names, with or without a transformer.
pub(crate) fn named_properties<'a>(props: Option<&[&'a str]>) -> Vec<&'a str> {
    props.unwrap_or_default().iter().map(|prop| split_prop(prop).0).collect()
}

/// Checks that were asked before, with the types that the collection has today.
pub(crate) fn as_of_today(asked: &[Check], collection: &Collection) -> Rc<[Check]> {
    let properties = format!("{}/properties/", collection.name);
    let again = asked.iter().map(|asked| match asked.resource.strip_prefix(&properties) {
        Some(property) => check(collection, asked.operation.clone(), property),
        None => asked.clone(),
    });
    again.collect()
}

/// What must be allowed on the tokens of a collection as such.
pub(crate) fn tokens_check(
    collection: &Collection,
    operation: &'static str,
    state: State,
) -> Check {
    let tokens = if state == State::Archived { "archived/tokens" } else { "tokens" };
    Check {
        operation: operation.into(),
        resource: format!("{}/{tokens}", collection.name),
        data_type: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::empty_store::vault;

    #[test]
    fn each_check_comes_once_in_order_of_first_appearance_however_many_objects_there_are() {
        let collection = vault().collections().get("c").map_err(|_| "no collection");
        let mut checks = PropertyChecks::default();
        let names: Vec<String> = (0..100).map(|place| format!("n{place}")).collect();
        for round in 0..50 {
            for name in names.iter().skip(round).chain(&names) {
                checks.add(&["read", "write"], name);
            }
        }
        let asked = collection.map(|collection| checks.on(&collection)).unwrap_or_default();
        let asked: Vec<_> =
            asked.iter().map(|check| (&*check.resource, &*check.operation)).collect();
        let resource = |name: &String| format!("c/properties/{name}");
        let resources: Vec<String> = names.iter().map(resource).collect();
        let expected: Vec<_> =
            resources.iter().flat_map(|it| [(&**it, "read"), (&**it, "write")]).collect();
        assert_eq!(asked, expected);
    }
}
