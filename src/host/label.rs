//! The labels that a store finds rows by, and a place for each of many.

use alloc::collections::BinaryHeap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::{fmt, mem};

/// A key, term or claim: 22 characters of base64url, blind to whoever stores it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label([u8; Label::LENGTH]);

impl Label {
    /// Characters, each one byte.
    pub const LENGTH: usize = 22;

    pub(crate) fn new(text: [u8; Self::LENGTH]) -> Self {
        Self(text)
    }

    /// Takes text that came from a store; any 22 bytes do, for a row of others does not open.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The characters. They order as the labels order.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same for equal labels. The vault's are random, or as good as that: their first bytes tell them apart. A
    /// caller chooses no labels, and a store that did could as well not answer.
    fn spread(&self) -> usize {
        let start = self.0.first_chunk().copied().map_or(0, u64::from_le_bytes);
        // 2^64 divided by the golden ratio. A product is good in its high bits.
        usize::try_from(start.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).unwrap_or_default()
    }

    /// The label just before this one, of all that are base64url; none before the first.
    pub(crate) fn predecessor(&self) -> Option<Self> {
        let mut label = *self;
        for byte in label.0.iter_mut().rev() {
            *byte = match *byte {
                // The first of the alphabet: the last, and one less in the place before.
                ..=b'-' => {
                    *byte = b'z';
                    continue;
                }
                b'0' => b'-',
                b'A' => b'9',
                b'_' => b'Z',
                b'a' => b'_',
                other => other - 1,
            };
            return Some(label);
        }
        None
    }
}

/// A place for each label. A library's hash table is two kilobytes of wasm more: nothing is removed here.
#[derive(Default)]
pub(crate) struct LabelMap {
    entries: Vec<(Label, usize)>,
    /// The place of each entry in the list: where its label is spread to, or in the next slot that was free. A
    /// power of two of slots; half of them stay free, so no search is long.
    slots: Vec<usize>,
}

/// What a slot holds where it holds no entry.
const FREE: usize = usize::MAX;

impl LabelMap {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let slots = vec![FREE; (2 * capacity).next_power_of_two()];
        Self { entries: Vec::with_capacity(capacity), slots }
    }

    pub(crate) fn get(&self, label: &Label) -> Option<&usize> {
        let entry = *self.slots.get(self.slot_of(label))?;
        self.entries.get(entry).map(|(_, place)| place)
    }

    pub(crate) fn contains_key(&self, label: &Label) -> bool {
        self.get(label).is_some()
    }

    /// Answers the place that the label had before.
    pub(crate) fn insert(&mut self, label: Label, place: usize) -> Option<usize> {
        if self.entries.len() >= self.slots.len() / 2 {
            let larger = Self::with_capacity((2 * self.entries.len()).max(4));
            let entries = mem::replace(self, larger).entries;
            self.extend(entries);
        }
        let slot = self.slot_of(&label);
        let slot = self.slots.get_mut(slot)?;
        if let Some((_, known)) = self.entries.get_mut(*slot) {
            return Some(mem::replace(known, place));
        }
        *slot = self.entries.len();
        self.entries.push((label, place));
        None
    }

    /// The slot of the label, or the free one that would be.
    fn slot_of(&self, label: &Label) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = label.spread() & mask;
        while let Some((other, _)) = self.slots.get(slot).and_then(|entry| self.entries.get(*entry))
            && other != label
        {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

impl Extend<(Label, usize)> for LabelMap {
    fn extend<T: IntoIterator<Item = (Label, usize)>>(&mut self, entries: T) {
        for (label, place) in entries {
            self.insert(label, place);
        }
    }
}

/// Labels in their order; a repeat stays. Most come in order. A heap, for a slice's own sort is a
/// kilobyte of wasm for each type.
pub(crate) fn sorted(labels: Vec<Label>) -> Vec<Label> {
    if labels.is_sorted() { labels } else { BinaryHeap::from(labels).into_sorted_vec() }
}

/// Labels as the set they are: sorted, without repeats.
pub(crate) fn into_set(labels: Vec<Label>) -> Vec<Label> {
    let mut labels = sorted(labels);
    labels.dedup();
    labels
}

impl fmt::Debug for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const ALPHABET: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

    fn label(start: u8, at: usize, end: u8) -> Label {
        let byte = |place| {
            if place < at {
                b'M'
            } else if place == at {
                start
            } else {
                end
            }
        };
        Label(core::array::from_fn(byte))
    }

    /// At every place, and for each two characters that follow one another.
    #[test]
    fn the_predecessor_is_the_greatest_label_that_is_less() {
        assert!(ALPHABET.is_sorted());
        for at in 0..Label::LENGTH {
            for [before, after] in ALPHABET.array_windows() {
                let less = label(*before, at, b'z');
                let greater = label(*after, at, b'-');
                assert!(less < greater);
                assert_eq!(greater.predecessor(), Some(less), "{greater:?}");
            }
        }
        assert_eq!(label(b'-', 0, b'-').predecessor(), None);
    }

    proptest! {
        /// Of labels that differ in the first byte or only in the last.
        #[test]
        fn a_map_is_as_the_librarys(
            capacity in 0_usize..20,
            entries in proptest::collection::vec((0_u8..9, 0_u8..9, 0_usize..99), 0..200),
        ) {
            let (mut ours, mut theirs) = (LabelMap::with_capacity(capacity), HashMap::new());
            for (start, end, place) in entries {
                let mut label = [start; Label::LENGTH];
                label[Label::LENGTH - 1] = end;
                let label = Label(label);
                prop_assert_eq!(ours.get(&label), theirs.get(&label));
                prop_assert_eq!(ours.insert(label, place), theirs.insert(label, place));
                prop_assert_eq!(ours.get(&label), Some(&place));
                prop_assert_eq!(ours.entries.len(), theirs.len());
            }
            for (label, place) in theirs {
                prop_assert_eq!(ours.get(&label), Some(&place));
            }
        }
    }

    /// Labels that differ in three characters only, and little in those.
    #[test]
    fn no_search_in_a_large_map_is_long() {
        let mut map = LabelMap::new();
        assert_eq!(map.get(&Label([0; Label::LENGTH])), None);
        let labels = || {
            (0..100_000_usize).map(|number| {
                let digit = |place| ALPHABET.get(number >> (6 * place) & 63).copied();
                Label(core::array::from_fn(|place| digit(place.min(3)).unwrap_or_default()))
            })
        };
        map.extend(labels().zip(0..));
        assert!(labels().zip(0..).all(|(label, place)| map.get(&label) == Some(&place)));
        assert_eq!(map.entries.len(), 100_000);
        let mask = map.slots.len() - 1;
        let steps = |label: &Label| map.slot_of(label).wrapping_sub(label.spread()) & mask;
        let longest = labels().map(|label| steps(&label)).max();
        assert!(longest.is_some_and(|longest| longest < 16), "{longest:?}");
    }
}
