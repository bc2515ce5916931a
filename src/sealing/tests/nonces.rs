//! One run of nonces for each fill: it counts up, wraps, and never leaves its prefix.

use std::collections::HashSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::samples::{DATA, end_of_first_part, head, keyring, unsealed};
use crate::sealing::envelope::Envelopes;
use crate::sealing::fresh::{EventIds, Fresh, Nonce};
use crate::sealing::row::{Body, seal_token};

fn nonces(first: [u8; 24], count: usize) -> Vec<[u8; 24]> {
    let mut fresh = Fresh::given(first.to_vec()).unwrap();
    (0..count).map(|_| fresh.next_nonce().0).collect()
}

#[test]
fn the_first_nonce_is_the_fill_and_each_next_one_more() {
    let mut first = [0xab; 24];
    first[20..].copy_from_slice(&[0, 0, 0xff, 0xfe]);
    let ends: Vec<[u8; 4]> =
        nonces(first, 4).iter().map(|nonce| *nonce.last_chunk().unwrap()).collect();
    assert_eq!(ends, [[0, 0, 0xff, 0xfe], [0, 0, 0xff, 0xff], [0, 1, 0, 0], [0, 1, 0, 1]]);
}

#[test]
fn the_counter_wraps_without_touching_the_prefix() {
    let [last, wrapped, next] = nonces([0xff; 24], 3).try_into().unwrap();
    assert_eq!(last, [0xff; 24]);
    assert_eq!(wrapped, [[0xff; 12], [0; 12]].concat()[..]);
    assert_eq!(next[..23], wrapped[..23]);
    assert_eq!(next[23], 1);
}

proptest! {
    #[test]
    fn a_run_keeps_its_prefix_and_repeats_nothing(first: [u8; 24]) {
        let run = nonces(first, 300);
        prop_assert!(run.iter().all(|nonce| nonce[..12] == first[..12]));
        prop_assert_eq!(run.iter().collect::<HashSet<_>>().len(), run.len());
    }

    #[test]
    fn a_nonce_has_two_halves(nonce: [u8; 24]) {
        let whole = Nonce(nonce);
        let (prefix, suffix) = whole.halves();
        prop_assert_eq!([prefix.as_slice(), suffix].concat(), nonce);
    }
}

/// A body takes the first nonce and its head the next; one that is kept takes none.
#[test]
fn body_and_head_take_one_nonce_each() {
    let keyring = keyring("new");
    let mut envelopes = Envelopes::new(keyring);
    let mut fresh = Fresh::given(vec![4; 24]).unwrap();
    let nonce_at = |row: &crate::host::Row, part: usize| row.sealed[part + 8..part + 32].to_vec();
    let mut seal = |body: &Body<'_>| {
        seal_token(&mut envelopes, &mut fresh, unsealed(), &head(), body).unwrap()
    };
    let new = seal(&Body::New(DATA));
    let kept = seal(&Body::Kept(&new));
    let none = seal(&Body::None);
    let run = nonces([4; 24], 4);
    let taken = [
        nonce_at(&new, end_of_first_part(&new)),
        nonce_at(&new, 6),
        nonce_at(&kept, 6),
        nonce_at(&none, 6),
    ];
    assert_eq!(taken.as_slice(), run);
    assert_eq!(nonce_at(&kept, end_of_first_part(&kept)), run[0]);
}

#[test]
fn a_fill_gives_no_more_than_it_drew() {
    let mut fresh = Fresh::fill(2).unwrap();
    let id = fresh.make_token_id().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(id.as_bytes()[14], b'4');
    assert!(fresh.make_row_key().is_ok());
    assert!(fresh.make_row_key().is_err());
    assert!(fresh.make_token_id().is_err());
    assert!(Fresh::given(vec![0; 23]).is_err());
}

#[test]
fn two_numbers_are_the_first_eight_bytes_of_a_block() {
    let mut fresh = Fresh::given((0..56).collect()).unwrap();
    assert_eq!(fresh.make_numbers().unwrap(), [0x18_19_1a_1b, 0x1c_1d_1e_1f]);
    assert_eq!(fresh.make_numbers().unwrap(), [0x28_29_2a_2b, 0x2c_2d_2e_2f]);
    assert!(fresh.make_numbers().is_err());
}

#[test]
fn two_fills_differ() {
    let mut fills = [Fresh::fill(1).unwrap(), Fresh::fill(1).unwrap()];
    let [one, other] =
        fills.each_mut().map(|fresh| (fresh.next_nonce().0, fresh.make_row_key().unwrap()));
    assert_ne!(one.0[..12], other.0[..12]);
    assert_ne!(one.1, other.1);
}

#[test]
fn no_two_events_have_one_id() {
    let ids = EventIds::default();
    let made: HashSet<String> = (0..300).map(|_| ids.make().unwrap()).collect();
    assert_eq!(made.len(), 300);
    assert!(made.iter().all(|id| Uuid::parse_str(id).unwrap().get_version_num() == 4));
    assert_eq!(format!("{ids:?}"), "EventIds(..)");
}
