//! What the host supplies, as the core sees it: a few questions, and the rows they carry.
//!
//! The core has never heard of JavaScript. `wasm.rs` implements [`Host`] over the host's
//! JavaScript; a test implements it in a few lines. Nothing here is `Send`: the wasm has one thread.

use alloc::collections::BinaryHeap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::mem;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Fault};
use crate::json::Writer;

/// Milliseconds since 1970.
pub type Millis = i64;

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

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
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

/// A stored row: blind columns and sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Identity for life: random, never used again.
    pub key: Label,
    /// 1 at first, one more on every write.
    pub version: u64,
    /// What it can be found by; a set.
    pub terms: Vec<Label>,
    /// What it alone may hold; a set.
    pub claims: Vec<Label>,
    /// The token is archived from then on.
    pub expires_at: Option<Millis>,
    /// A store may delete the row after this, and never otherwise.
    pub prune_at: Option<Millis>,
    /// Head and body, sealed (`docs/format.md`).
    pub sealed: Vec<u8>,
}

/// Which rows a read by terms wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No expiry, or one later than `now`.
    Active,
    /// An expiry at or before `now`.
    Archived,
    /// Both.
    Any,
}

impl State {
    /// As the store contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Any => "any",
        }
    }

    /// Whether a row with this expiry is in the state at `now`.
    pub fn holds(self, expires_at: Option<Millis>, now: Millis) -> bool {
        let archived = expires_at.is_some_and(|time| time <= now);
        match self {
            Self::Active => !archived,
            Self::Archived => archived,
            Self::Any => true,
        }
    }
}

/// One page of rows that have all of the terms.
#[derive(Clone, Debug)]
pub struct TermsQuery {
    /// All of them; never empty.
    pub terms: Vec<Label>,
    /// In this state at `now`.
    pub state: State,
    /// The time that the state is judged by.
    pub now: Millis,
    /// Only rows with a key after this one.
    pub after: Option<Label>,
    /// At most so many, ordered by key.
    pub limit: u32,
}

/// One change of a batch: insert, replace or delete.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row's key.
    pub key: Label,
    /// The version that must be there; none: no row may have the key.
    pub expect: Option<u64>,
    /// The row as it shall be; none deletes.
    pub row: Option<Row>,
}

/// One thing the caller must be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Such as `tokenize`.
    pub operation: String,
    /// Such as `customers/properties/email`.
    pub resource: String,
    /// The property's data type; none for tokens.
    pub data_type: Option<String>,
}

/// The member `checks`.
fn write_checks(writer: &mut Writer, checks: &[Check]) {
    writer.key("checks");
    writer.begin('[');
    for Check { operation, resource, data_type } in checks {
        writer.item();
        writer.begin('{');
        writer.member("operation", operation);
        writer.member("resource", resource);
        writer.optional("type", data_type.as_deref());
        writer.end('}');
    }
    writer.end(']');
}

/// Where the data of a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Property values in the request.
    Fields,
    /// Ciphertext in the request, at least in part.
    Encrypted,
    /// Stored tokens.
    Token,
    /// No data.
    None,
}

impl InputKind {
    fn name(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Encrypted => "encrypted",
            Self::Token => "token",
            Self::None => "none",
        }
    }
}

/// The question that the policy answers; the host adds the caller.
#[derive(Clone, Debug)]
pub struct AccessRequest<'a> {
    /// Such as `tokens.update`.
    pub action: &'static str,
    /// All needed.
    pub capabilities: &'a [&'static str],
    /// All needed.
    pub checks: &'a [Check],
    /// Where data comes from.
    pub input: InputKind,
    /// The collection's name.
    pub collection: &'a str,
    /// The tenants that confine the request; none: unconfined.
    pub tenant_ids: &'a [&'a str],
    /// The access reason.
    pub reason: &'static str,
    /// The caller's own words, if given.
    pub adhoc_reason: Option<&'a str>,
}

impl AccessRequest<'_> {
    /// As the host's policy gets it, but for the caller.
    pub fn to_json(&self) -> Zeroizing<String> {
        let mut writer = Writer::new();
        writer.begin('{');
        writer.member("action", self.action);
        writer.texts("capabilities", self.capabilities);
        write_checks(&mut writer, self.checks);
        writer.member("input", self.input.name());
        writer.member("collection", self.collection);
        writer.texts("tenantIds", self.tenant_ids);
        writer.member("reason", self.reason);
        writer.optional("adhocReason", self.adhoc_reason);
        writer.end('}');
        writer.finish()
    }
}

/// The policy's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// The caller lacks a capability.
    MissingCapability(Option<String>),
    /// The policy refuses.
    Denied(Option<String>),
}

/// What became of a call, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is about to take effect, or to answer.
    Allowed,
    /// Policy or tenant refused it.
    Denied,
    /// It ended in another error.
    Failed,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// One audit event; the host adds the caller. Never a value, a token ID or a key.
#[derive(Clone, Debug)]
pub struct AuditEvent<'a> {
    /// Random for each call.
    pub id: &'a str,
    /// When, in milliseconds since 1970.
    pub time: Millis,
    /// Such as `tokens.update`.
    pub action: &'static str,
    /// The collection's name.
    pub collection: &'a str,
    /// The tenants that confine the request.
    pub tenant_ids: &'a [&'a str],
    /// The access reason.
    pub reason: &'static str,
    /// The caller's own words.
    pub adhoc_reason: Option<&'a str>,
    /// The caller's note for the audit.
    pub custom_audit: Option<&'a str>,
    /// The caller's transaction ID.
    pub transaction_id: Option<&'a str>,
    /// What became of the call.
    pub decision: Outcome,
    /// The error's code, where there is one.
    pub code: Option<&'static str>,
    /// What the policy was asked.
    pub checks: &'a [Check],
    /// How many tokens it concerns.
    pub tokens: usize,
}

impl AuditEvent<'_> {
    /// As the host's audit gets it, but for the caller.
    pub fn to_json(&self) -> Zeroizing<String> {
        let mut writer = Writer::new();
        writer.begin('{');
        writer.member("id", self.id);
        writer.whole("time", self.time);
        writer.member("action", self.action);
        writer.member("collection", self.collection);
        writer.texts("tenantIds", self.tenant_ids);
        writer.member("reason", self.reason);
        writer.optional("adhocReason", self.adhoc_reason);
        writer.optional("customAudit", self.custom_audit);
        writer.optional("transactionId", self.transaction_id);
        writer.member("decision", self.decision.name());
        writer.optional("code", self.code);
        write_checks(&mut writer, self.checks);
        writer.whole("tokens", i64::try_from(self.tokens).unwrap_or(i64::MAX));
        writer.end('}');
        writer.finish()
    }
}

/// The callbacks, by the name an error gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    /// `store.read`
    Read,
    /// `store.write`
    Write,
    /// `policy`
    Policy,
    /// `audit`
    Audit,
    /// `clock`
    Clock,
    /// `reload`
    Reload,
}

impl Callback {
    /// As the host spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "store.read",
            Self::Write => "store.write",
            Self::Policy => "policy",
            Self::Audit => "audit",
            Self::Clock => "clock",
            Self::Reload => "reload",
        }
    }

    pub(crate) fn failed(self, fault: Fault) -> Error {
        ErrorKind::Callback { callback: self, fault, outcome_unknown: false }.into()
    }
}

/// The questions the core asks of whoever embeds it. One value serves one call.
///
/// A `Vec<Option<Row>>` holds `None` where the store answered a row that could not be one of the
/// vault's: right in its types, and impossible in its content.
pub trait Host {
    /// Rows that hold any of the claims, in any order.
    fn read_claims(
        &self,
        claims: &[Label],
    ) -> impl Future<Output = Result<Vec<Option<Row>>, Fault>>;

    /// One page of rows that have all of the terms.
    fn read_terms(
        &self,
        query: &TermsQuery,
    ) -> impl Future<Output = Result<Vec<Option<Row>>, Fault>>;

    /// All changes or none; `false` means that somebody else wrote first.
    fn write(&self, changes: &[Change]) -> impl Future<Output = Result<bool, Fault>>;

    /// Asks the policy.
    fn decide(&self, request: &AccessRequest<'_>) -> impl Future<Output = Result<Decision, Fault>>;

    /// Tells the audit, and waits for it; asked only where the configuration says that it `audits`.
    fn audit(&self, event: &AuditEvent<'_>) -> impl Future<Output = Result<(), Fault>>;

    /// The time.
    fn now(&self) -> Result<Millis, Fault>;

    /// Runs the host's reload; new collections, as JSON, if it answered any.
    fn reload(&self) -> impl Future<Output = Result<Option<String>, Fault>>;
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
                prop_assert_eq!(ours.len(), theirs.len());
            }
            for (label, place) in theirs {
                prop_assert_eq!(ours.get(&label), Some(&place));
            }
        }
    }

    /// With a search that is not short this does not end.
    #[test]
    fn a_large_map_is_no_slower() {
        let mut map = LabelMap::new();
        assert_eq!(map.get(&Label([0; Label::LENGTH])), None);
        let labels = || {
            (0..100_000_usize).map(|number| {
                let mut label = *ALPHABET.first_chunk::<{ Label::LENGTH }>().unwrap();
                for (place, byte) in label.iter_mut().take(3).enumerate() {
                    *byte = ALPHABET[number >> (6 * place) & 63];
                }
                Label(label)
            })
        };
        map.extend(labels().zip(0..));
        assert!(labels().zip(0..).all(|(label, place)| map.get(&label) == Some(&place)));
        assert_eq!(map.len(), 100_000);
    }
}
