//! Keyrings, rows and contents for the tests, given or random.

use std::fmt;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::hex::encode;
use crate::host::{Check, Millis, Row};
use crate::kinds::{EncryptionType, TokenType};
use crate::label::Label;
use crate::sealing::ciphertext::Ciphertext;
use crate::sealing::envelope::Envelopes;
use crate::sealing::fresh::Fresh;
use crate::sealing::head::Head;
use crate::sealing::keyring::Keyring;
use crate::sealing::row::{Body, seal_token, unsealed_row};
use crate::sealing::transaction_record::TransactionRecord;

/// Two data keys, `old` and `new`, and an index key.
pub(super) fn keyring(primary: &str) -> &'static Keyring {
    static OLD: LazyLock<Keyring> = LazyLock::new(|| derive("old"));
    static NEW: LazyLock<Keyring> = LazyLock::new(|| derive("new"));

    fn derive(primary: &str) -> Keyring {
        let secrets: Vec<u8> = [1, 2, 3].into_iter().flat_map(|byte| [byte; 32]).collect();
        Keyring::derive(primary, &["old", "new"], &secrets).unwrap()
    }
    if primary == "old" { &OLD } else { &NEW }
}

pub(super) fn head() -> Head {
    Head {
        token_type: TokenType::Pci,
        token_id: "the-token".to_owned(),
        collection: "customers".to_owned(),
        scope: "default".to_owned(),
        tenant: Some("acme".to_owned()),
        tags: vec!["vip".to_owned()],
        created_at: 1,
        data_claim: Some(label(b'd')),
        card_number: None,
    }
}

pub(super) fn label(byte: u8) -> Label {
    Label::from_bytes(&[byte; Label::LENGTH]).unwrap()
}

pub(super) fn unsealed() -> Row {
    let terms = vec![label(b't'), label(b'u')];
    unsealed_row(label(b'k'), 7, terms, vec![label(b'c'), label(b'd')], Some(2), Some(3))
}

pub(super) const DATA: &str = r#"{"email":"jane@example.com"}"#;

/// A row of [`head`] and [`DATA`].
pub(super) fn row(keyring: &Keyring) -> Row {
    let mut fresh = Fresh::fill(0).unwrap();
    let mut envelopes = Envelopes::new(keyring);
    seal_token(&mut envelopes, &mut fresh, unsealed(), &head(), &Body::New(DATA)).unwrap()
}

/// Where the first part of `sealed` ends.
pub(super) fn end_of_first_part(row: &Row) -> usize {
    6 + usize::try_from(u32::from_be_bytes(*row.sealed[2..].first_chunk().unwrap())).unwrap()
}

pub(super) fn labels() -> impl Strategy<Value = Label> {
    any::<[u8; Label::LENGTH]>().prop_map(|bytes| Label::from_bytes(&bytes).unwrap())
}

pub(super) fn unsealed_rows() -> impl Strategy<Value = Row> {
    let label_lists = (vec(labels(), 0..5), vec(labels(), 0..5));
    (labels(), any::<u64>(), label_lists, any::<Option<Millis>>(), any::<Option<Millis>>())
        .prop_map(|(key, version, (terms, claims), expires_at, prune_at)| {
            unsealed_row(key, version, terms, claims, expires_at, prune_at)
        })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,8}", "\\PC{0,12}", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"]
}

pub(super) fn heads() -> impl Strategy<Value = Head> {
    const TYPES: [TokenType; 4] =
        [TokenType::Pci, TokenType::PciOneway, TokenType::Randomized, TokenType::Deterministic];
    let names = (texts(), texts(), texts(), option::of(texts()));
    (
        proptest::sample::select(TYPES.as_slice()),
        names,
        vec(texts(), 0..4),
        any::<Millis>(),
        (option::of(labels()), option::of(labels())),
    )
        .prop_map(|(token_type, names, tags, created_at, (data_claim, card_number))| {
            let (token_id, collection, scope, tenant) = names;
            Head {
                token_type,
                token_id,
                collection,
                scope,
                tenant,
                tags,
                created_at,
                data_claim,
                card_number,
            }
        })
}

pub(super) fn records() -> impl Strategy<Value = TransactionRecord> {
    let checks =
        (texts(), texts(), option::of(texts())).prop_map(|(operation, resource, data_type)| {
            Check { operation: operation.into(), resource, data_type }
        });
    (labels(), 0..10_000_usize, vec(checks, 0..4), texts()).prop_map(
        |(request_hash, tokens, checks, answer)| TransactionRecord {
            request_hash,
            tokens,
            checks,
            answer,
        },
    )
}

/// Of either type; one that is deterministic has tags and an expiry no less than the other: whether
/// it may is not for sealing to say.
pub(super) fn ciphertexts() -> impl Strategy<Value = Ciphertext> {
    const TYPES: [EncryptionType; 2] = [EncryptionType::Randomized, EncryptionType::Deterministic];
    let names = (texts(), option::of(texts()), vec(texts(), 0..4), texts());
    (proptest::sample::select(TYPES.as_slice()), names, any::<Option<Millis>>()).prop_map(
        |(encryption_type, (scope, tenant, tags, canonical), expires_at)| Ciphertext {
            encryption_type,
            scope,
            tenant,
            tags,
            expires_at,
            canonical,
        },
    )
}

/// What holds personal data has no `Debug` but here, where a failed test shall show what it made.
impl fmt::Debug for Head {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Head({})", encode(&self.encode()))
    }
}

impl fmt::Debug for TransactionRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TransactionRecord({})", encode(&self.encode()))
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { encryption_type, scope, tenant, tags, expires_at, canonical } = self;
        let canonical = canonical.as_str();
        write!(formatter, "{:?}", (encryption_type, scope, tenant, tags, expires_at, canonical))
    }
}
