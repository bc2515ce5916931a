//! Labels, the blind keys, terms and claims of rows; and maps of many.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;

use base64ct::{Base64UrlUnpadded, Encoding};
use siphasher::sip::SipHasher13;

/// A key, term or claim: 22 characters of base64url, blind to whoever stores it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label([u8; Label::LENGTH]);

impl Label {
    /// Characters, each one byte.
    pub const LENGTH: usize = 22;

    pub(crate) fn new(text: [u8; Self::LENGTH]) -> Self {
        Self(text)
    }

    /// The text of sixteen bytes.
    pub(crate) fn encode(bytes: &[u8; 16]) -> Self {
        let mut text = [0; Self::LENGTH];
        // It fails for a length that does not fit, and 16 bytes are 22 characters.
        let _ = Base64UrlUnpadded::encode(bytes, &mut text);
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

impl fmt::Debug for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A value for each label. A store chooses the labels that it answers, so the hasher has a secret key.
pub(crate) type LabelMap<Value> = HashMap<Label, Value, LabelHasher>;

/// SipHash under a random key. (On wasm32 the standard library's hasher has a fixed one.)
#[derive(Clone)]
pub(crate) struct LabelHasher([u8; 16]);

impl LabelHasher {
    pub(crate) fn keyed(key: [u8; 16]) -> Self {
        Self(key)
    }
}

impl BuildHasher for LabelHasher {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_key(&self.0)
    }
}

/// Shows nothing of the key.
impl fmt::Debug for LabelHasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LabelHasher(..)")
    }
}

/// Labels in their order; a repeat stays.
pub(crate) fn sorted(mut labels: Vec<Label>) -> Vec<Label> {
    labels.sort_unstable();
    labels
}

/// Labels as the set they are: sorted, without repeats.
pub(crate) fn into_set(labels: Vec<Label>) -> Vec<Label> {
    let mut labels = sorted(labels);
    labels.dedup();
    labels
}

#[cfg(test)]
mod tests {
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
        Label(std::array::from_fn(byte))
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

    #[test]
    fn sixteen_bytes_fill_a_label() {
        assert_eq!(Label::encode(&[0; 16]).as_bytes(), &[b'A'; 22]);
        assert_eq!(Label::encode(&[255; 16]).as_bytes(), b"_____________________w");
    }

    #[test]
    fn two_keys_hash_one_label_to_two_places() {
        let [one, other] = [1, 2].map(|key| LabelHasher::keyed([key; 16]));
        let label = label(b'a', 3, b'b');
        assert_ne!(one.hash_one(label), other.hash_one(label));
    }
}
