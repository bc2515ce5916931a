//! Lists in a request: each item once, in the order given.
//!
//! A list that came out empty is a list of nothing: it matches nothing, and never widens a query.

use std::collections::BTreeSet;

use serde::Deserialize;

/// A list that may be empty: token IDs.
#[derive(Deserialize)]
#[serde(from = "Vec<T>", bound(deserialize = "T: Deserialize<'de> + Copy + Ord"))]
pub(crate) struct Unique<T>(pub(crate) Vec<T>, pub(crate) Places);

/// Where in the list, as the caller wrote it, the items are that were kept.
#[derive(Default)]
pub(crate) struct Places(Vec<usize>);

impl Places {
    pub(crate) fn of(&self, item: usize) -> usize {
        self.0.get(item).copied().unwrap_or(item)
    }
}

impl<T: Copy + Ord> From<Vec<T>> for Unique<T> {
    fn from(items: Vec<T>) -> Self {
        let mut seen = BTreeSet::new();
        let placed = items.into_iter().zip(0..);
        let (items, places) = placed.filter(|(item, _)| seen.insert(*item)).unzip();
        Self(items, Places(places))
    }
}

/// A list that is not empty: `props` that pick nothing have no meaning.
#[derive(Deserialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de> + Copy + Ord"))]
pub(crate) struct Filled<T>(pub(crate) Vec<T>);

impl<T: Copy + Ord> TryFrom<Vec<T>> for Filled<T> {
    type Error = &'static str;

    fn try_from(items: Vec<T>) -> Result<Self, &'static str> {
        let is_filled = !items.is_empty();
        is_filled.then(|| Self(without_repeats(items))).ok_or("must not be an empty list")
    }
}

/// Whether `options` has this one.
pub(crate) fn has_option<T: PartialEq>(options: Option<&Vec<T>>, option: &T) -> bool {
    options.is_some_and(|options| options.contains(option))
}

/// The tags of a query.
#[derive(Deserialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de> + Copy + Ord"))]
pub(crate) struct QueryList<T>(pub(crate) Vec<T>);

impl<T: Copy + Ord> TryFrom<Vec<T>> for QueryList<T> {
    type Error = &'static str;

    fn try_from(items: Vec<T>) -> Result<Self, &'static str> {
        let fits = items.len() <= 100;
        fits.then(|| Self(without_repeats(items))).ok_or("must be a list of at most 100 items")
    }
}

/// The tenants that confine a request: none listed would be no tenant's, or everybody's.
#[derive(Deserialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de> + Copy + Ord"))]
pub(crate) struct TenantList<T>(pub(crate) Vec<T>);

impl<T: Copy + Ord> TryFrom<Vec<T>> for TenantList<T> {
    type Error = &'static str;

    fn try_from(items: Vec<T>) -> Result<Self, &'static str> {
        let fits = (1..=100).contains(&items.len());
        fits.then(|| Self(without_repeats(items))).ok_or("must be a list of 1 to 100 items")
    }
}

/// The path of one of the array that a body is, as the caller wrote it.
pub(crate) fn path_of_item(index: usize) -> String {
    format!("requestBody[{index}]")
}

/// Each once, in the order given. By comparing: a caller chooses these, and could make hashes collide.
pub(crate) fn without_repeats<T: Copy + Ord>(mut items: Vec<T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(*item));
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_stays_in_its_place() {
        assert_eq!(without_repeats(vec!["b", "a", "b", "c", "a", "b"]), ["b", "a", "c"]);
        assert_eq!(without_repeats(vec!["b", "a"]), ["b", "a"]);
        assert_eq!(without_repeats(Vec::<&str>::new()), Vec::<&str>::new());
    }
}
