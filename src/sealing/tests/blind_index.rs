//! The blind index: equal inputs give equal entries, and no others do.

use std::collections::HashSet;

use proptest::prelude::*;

use super::samples::keyring;
use super::vector_file::label_text;
use crate::kinds::TokenType;
use crate::label::Label;
use crate::sealing::blind::BlindIndex;
use crate::sealing::keyring::Keyring;

proptest! {
    /// Where one text ends and the next begins is part of what is hashed.
    #[test]
    fn moving_a_boundary_changes_the_entry(text in "[a-c]{2,8}", one: prop::sample::Index, other: prop::sample::Index) {
        let keyring = keyring("new");
        let index = keyring.index();
        let claim = |at: usize| {
            let (collection, token_id) = text.split_at(at);
            index.derive_token_claim(collection, token_id)
        };
        let (one, other) = (one.index(text.len() + 1), other.index(text.len() + 1));
        prop_assert_eq!(claim(one) == claim(other), one == other);
    }
}

fn one_of_each(index: &BlindIndex) -> Vec<Label> {
    let claim = |token_type| index.derive_data_claim(token_type, "c", None, "s", "d").unwrap();
    vec![
        index.derive_token_claim("c", "s"),
        claim(TokenType::Pci),
        claim(TokenType::PciOneway),
        index.derive_unique_tag_claim("c", None, "s"),
        index.derive_unique_tag_claim("c", Some(""), "s"),
        index.derive_transaction_claim("o", "c", &[], "s"),
        index.derive_transaction_claim("o", "c", &[""], "s"),
        index.derive_all_term(),
        index.derive_collection_term("c"),
        index.derive_tenant_term("c", None),
        index.derive_tenant_term("c", Some("")),
        index.derive_tag_term("c", "s"),
        index.derive_request_hash("c"),
        index.derive_card_number_hash("c", "s"),
    ]
}

#[test]
fn kinds_absence_and_index_keys_differ() {
    let other: Vec<u8> = [9, 2, 3].into_iter().flat_map(|byte| [byte; 32]).collect();
    let other = Keyring::derive("new", &["old", "new"], &other).unwrap();
    let keyring = keyring("new");
    let labels: Vec<Label> =
        [keyring.index(), other.index()].into_iter().flat_map(one_of_each).collect();
    assert_eq!(labels.iter().collect::<HashSet<_>>().len(), 28);
    let characters = |label: &Label| {
        label_text(label).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    assert!(labels.iter().all(characters));
}

#[test]
fn the_index_does_not_depend_on_the_data_keys() {
    let other: Vec<u8> = [1, 8].into_iter().flat_map(|byte| [byte; 32]).collect();
    let other = Keyring::derive("k", &["k"], &other).unwrap();
    assert_eq!(one_of_each(other.index()), one_of_each(keyring("new").index()));
    assert_eq!(one_of_each(keyring("old").index()), one_of_each(keyring("new").index()));
}

#[test]
fn only_the_reused_types_have_a_data_claim() {
    let keyring = keyring("new");
    for token_type in [TokenType::Randomized, TokenType::Deterministic] {
        let claim = keyring.index().derive_data_claim(token_type, "c", None, "s", "d");
        assert!(claim.is_none());
    }
}

#[test]
fn a_derived_token_id_is_a_version_8_uuid_of_all_its_parts() {
    let keyring = keyring("new");
    let derive = |collection, tenant, scope, data| {
        keyring.index().derive_token_id(collection, tenant, scope, data)
    };
    let id = derive(Some("c"), None, "s", "d");
    assert_eq!(id, derive(Some("c"), None, "s", "d"));
    let uuid = uuid::Uuid::try_parse(&id).unwrap();
    assert_eq!(uuid.get_version_num(), 8);
    assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
    assert_eq!(uuid.hyphenated().to_string(), id);
    for other in [
        derive(None, None, "s", "d"),
        derive(Some(""), None, "s", "d"),
        derive(Some("c"), Some(""), "s", "d"),
        derive(Some("c"), None, "t", "d"),
        derive(Some("c"), None, "s", "e"),
    ] {
        assert_ne!(id, other);
    }
}

#[test]
fn a_card_shaped_id_is_derived_from_all_its_parts_and_the_attempt() {
    let keyring = keyring("new");
    let index = keyring.index();
    let derive = |collection, tenant, scope, data, attempt| {
        index.derive_card_id(collection, tenant, scope, data, attempt)
    };
    let number = derive(Some("c"), None, "s", "d", 0);
    assert_eq!(number, derive(Some("c"), None, "s", "d", 0));
    let uuid = index.derive_token_id(Some("c"), None, "s", "d");
    let others = [
        derive(None, None, "s", "d", 0),
        derive(Some(""), None, "s", "d", 0),
        derive(Some("d"), None, "s", "d", 0),
        derive(Some("c"), Some(""), "s", "d", 0),
        derive(Some("c"), None, "t", "d", 0),
        derive(Some("c"), None, "s", "e", 0),
        derive(Some("c"), None, "s", "d", 1),
        derive(Some("c"), None, "s", "d", 2),
        derive(Some("c"), None, "s", "d", 1 << 24),
        u32::from_str_radix(uuid.split_at(8).0, 16).unwrap(),
    ];
    let unequal: HashSet<u32> = others.into_iter().chain([number]).collect();
    assert_eq!(unequal.len(), others.len() + 1);
}
