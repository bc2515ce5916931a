//! Rows: what is sealed opens to itself; what was changed anywhere does not open; nothing panics.

use proptest::prelude::*;

use super::samples::{
    DATA, end_of_first_part, head, heads, keyring, label, labels, records, row, unsealed,
    unsealed_rows,
};
use crate::host::Row;
use crate::sealing::envelope::Envelopes;
use crate::sealing::format::Unopened;
use crate::sealing::fresh::Fresh;
use crate::sealing::fresh::Nonce;
use crate::sealing::head::Head;
use crate::sealing::row::{
    Body, open_body, open_head, open_transaction, seal_token, seal_transaction,
};
use crate::sealing::transaction_record::TransactionRecord;

fn opened_head(row: &Row) -> Result<Head, Unopened> {
    open_head(&mut Envelopes::new(keyring("new")), row)
}

fn opened_body(row: &Row) -> Result<Option<String>, Unopened> {
    let body = open_body(&mut Envelopes::new(keyring("new")), row, "customers");
    body.map(|body| body.map(|text| text.to_string()))
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_itself(head in heads(), row in unsealed_rows(), data in "\\PC{0,64}") {
        let keyring = keyring("new");
        let mut envelopes = Envelopes::new(keyring);
        let mut fresh = Fresh::fill(0).unwrap();
        for body in [Body::None, Body::New(&data)] {
            let row = seal_token(&mut envelopes, &mut fresh, row.clone(), &head, &body).unwrap();
            prop_assert!(open_head(&mut envelopes, &row).unwrap() == head);
            let opened = open_body(&mut envelopes, &row, &head.collection).unwrap();
            let given = matches!(body, Body::New(_)).then_some(&data);
            prop_assert_eq!(opened.as_ref(), given);
        }
    }

    #[test]
    fn a_transaction_opens_to_itself(record in records(), row in unsealed_rows()) {
        let keyring = keyring("new");
        let mut envelopes = Envelopes::new(keyring);
        let row = seal_transaction(&mut envelopes, &mut Fresh::fill(0).unwrap(), row, &record).unwrap();
        let opened = open_transaction(&mut envelopes, &row).unwrap();
        prop_assert_eq!(opened.request_hash, record.request_hash);
        prop_assert_eq!(opened.tokens, record.tokens);
        prop_assert_eq!(opened.checks, record.checks);
        prop_assert_eq!(opened.answer, record.answer);
    }

    /// Whatever decodes is a head: it can be sealed again, and says the same.
    #[test]
    fn a_changed_head_is_refused_or_another_head(
        head in heads(),
        position: prop::sample::Index,
        change in 1..=255_u8,
    ) {
        let mut bytes = head.encode();
        prop_assert!(Head::decode(&bytes).unwrap() == head);
        prop_assert!(Head::decode(&[&bytes[..], &[1]].concat()).is_err());
        let position = position.index(bytes.len());
        bytes[position] ^= change;
        if let Ok(other) = Head::decode(&bytes) {
            prop_assert!(other != head);
            prop_assert!(Head::decode(&other.encode()).unwrap() == other);
        }
    }

    /// It may lose padding, and nothing else.
    #[test]
    fn a_head_that_was_cut_does_not_decode(head in heads(), position: prop::sample::Index) {
        let bytes = head.encode();
        let content = bytes.iter().rposition(|byte| *byte != 0).unwrap_or_default();
        prop_assert!(Head::decode(&bytes[..position.index(content + 1)]).is_err());
    }

    #[test]
    fn a_record_that_was_cut_does_not_decode(record in records(), position: prop::sample::Index) {
        let bytes = record.encode();
        prop_assert!(TransactionRecord::decode(&bytes[..position.index(bytes.len())]).is_err());
    }

    #[test]
    fn any_bytes_end_in_an_answer(bytes: Vec<u8>) {
        let _ = Head::decode(&bytes);
        let _ = TransactionRecord::decode(&bytes);
        let row = Row { sealed: bytes, ..unsealed() };
        prop_assert!(opened_head(&row).is_err());
    }

    /// Bytes that look right as far as one can see without a key.
    #[test]
    fn bytes_of_the_right_form_do_not_open(
        purpose in 0..=5_u8,
        length in prop_oneof![0..200_u32, any::<u32>()],
        nonce: [u8; 24],
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let keyring = keyring("new");
        let mut sealed = vec![1, purpose];
        sealed.extend_from_slice(&length.to_be_bytes());
        sealed.extend_from_slice(&keyring.primary().id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&rest);
        let row = Row { sealed, ..unsealed() };
        let mut envelopes = Envelopes::new(keyring);
        prop_assert!(open_head(&mut envelopes, &row).is_err());
        prop_assert!(open_transaction(&mut envelopes, &row).is_err());
        prop_assert!(!matches!(open_body(&mut envelopes, &row, "customers"), Ok(Some(_))));
    }

    /// Even bytes that we sealed ourselves are read with care.
    #[test]
    fn any_plaintext_under_the_seal_ends_in_an_answer(plaintext: Vec<u8>) {
        let keyring = keyring("new");
        let mut envelopes = Envelopes::new(keyring);
        let mut part = Vec::new();
        let associated_data = b"\x01\x02\x09customers";
        envelopes.seal(&Nonce([5; 24]), associated_data, &plaintext, &mut part).unwrap();
        let sealed = [b"\x01\x01\0\0\0\x30".as_slice(), &[0; 48], &part].concat();
        let opened = opened_body(&Row { sealed, ..unsealed() });
        prop_assert_eq!(opened.ok().flatten(), String::from_utf8(plaintext).ok());
    }

    #[test]
    fn a_row_with_another_column_does_not_open(
        other in unsealed_rows(),
        more in labels(),
    ) {
        let row = row(keyring("new"));
        let changes: [fn(&mut Row, Row, crate::host::Label); 9] = [
            |row, other, _| row.key = other.key,
            |row, other, _| row.version = other.version,
            |row, other, _| row.terms = other.terms,
            |row, other, _| row.claims = other.claims,
            |row, other, _| row.expires_at = other.expires_at,
            |row, other, _| row.prune_at = other.prune_at,
            |row, _, more| row.terms.push(more),
            |row, _, more| row.claims.push(more),
            |row, _, more| row.claims[0] = more,
        ];
        for change in changes {
            let mut changed = row.clone();
            change(&mut changed, other.clone(), more);
            prop_assert_eq!(opened_head(&changed).is_ok(), changed == row);
        }
    }
}

#[test]
fn flags_that_nobody_knows_do_not_decode() {
    let mut bytes = head().encode();
    assert!(Head::decode(&bytes).is_ok());
    bytes[0] |= 1 << 7;
    assert!(Head::decode(&bytes).is_err());
}

/// Bit 6 brings a label, after that of the data claim and before the tags.
#[test]
fn a_card_number_takes_its_flag_and_its_label() {
    let without = head().encode();
    let with = Head { card_number: Some(label(b'n')), ..head() }.encode();
    assert_eq!(with[0], without[0] | 1 << 6);
    let claim = |bytes: &[u8]| bytes.windows(22).position(|it| it == [b'd'; 22]).unwrap();
    let after_claim = claim(&with) + 22;
    assert_eq!(claim(&with), claim(&without));
    assert_eq!(with[1..after_claim], without[1..after_claim]);
    assert_eq!(with[after_claim..after_claim + 22], [b'n'; 22]);
    assert_eq!(with[after_claim + 22..after_claim + 27], without[after_claim..after_claim + 5]);
}

/// Only the one text that a UUID has is kept as its 16 bytes; any other comes back as it was.
#[test]
fn a_token_id_comes_back_letter_by_letter() {
    for (token_id, is_uuid) in [
        ("00112233-4455-4677-8899-aabbccddeeff", true),
        ("00112233-4455-8677-8899-aabbccddeeff", true),
        ("00112233-4455-4677-8899-AABBCCDDEEFF", false),
        ("00112233-4455-4677-8899-aabbccddeefF", false),
        ("00112233445546778899aabbccddeeff", false),
        ("0011223344554677-8899-aabbccddeeff--", false),
        ("00112233-4455-4677-8899-aabbccddeefg", false),
        ("00112233_4455_4677_8899_aabbccddeeff", false),
        ("000000000000000000000000000000000000", false),
        ("a", false),
    ] {
        let encoded = Head { token_id: token_id.to_owned(), ..head() }.encode();
        assert_eq!(Head::decode(&encoded).unwrap().token_id, token_id);
        let held_as_text =
            encoded.windows(token_id.len()).any(|window| window == token_id.as_bytes());
        assert_eq!(held_as_text, !is_uuid, "{token_id}");
    }
}

/// The lengths at which a count takes a byte more.
#[test]
fn texts_of_any_length_come_back() {
    for (length, count) in [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2_097_152, "80808001"),
    ] {
        let with_scope = Head { scope: "s".repeat(length), ..head() };
        let encoded = with_scope.encode();
        assert!(Head::decode(&encoded).unwrap() == with_scope);
        let before = "customers";
        let after = encoded.windows(before.len()).position(|window| window == before.as_bytes());
        let at = after.unwrap() + before.len();
        assert_eq!(super::hex::encode(&encoded[at..at + count.len() / 2]), count);
    }
}

/// The store sees the length of a head in steps of 64 bytes only.
#[test]
fn a_head_fills_steps_of_64_bytes() {
    let length = |scope| Head { scope: "s".repeat(scope), ..head() }.encode().len();
    let lengths: Vec<usize> = (0..200).map(length).collect();
    assert!(lengths.iter().all(|length| length % 64 == 0));
    assert!(lengths.windows(2).all(|pair| [0, 64].contains(&(pair[1] - pair[0]))));
    assert!(lengths[199] >= lengths[0] + 3 * 64);
}

/// A flipped bit of the body's ciphertext is found when the data is read, any other at once.
#[test]
fn a_flipped_bit_of_sealed_never_opens() {
    let row = row(keyring("new"));
    let first = end_of_first_part(&row);
    let body_ciphertext = first + 32..row.sealed.len() - 16;
    assert_eq!(body_ciphertext.len(), DATA.len());
    for (byte, bit) in (0..row.sealed.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
        let mut changed = row.clone();
        changed.sealed[byte] ^= 1 << bit;
        assert_eq!(opened_head(&changed).is_ok(), body_ciphertext.contains(&byte), "{byte}, {bit}");
        // The body alone knows nothing of the head: only its own bytes, and where it begins, count.
        if byte >= first {
            assert!(opened_body(&changed).is_err(), "{byte}, {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_of_a_label_or_a_number_never_opens() {
    let row = row(keyring("new"));
    assert!(opened_head(&row).is_ok());
    for bit in 0..64 {
        let changed = Row { version: row.version ^ (1 << bit), ..row.clone() };
        assert!(opened_head(&changed).is_err());
        let changed =
            Row { expires_at: row.expires_at.map(|time| time ^ (1 << bit)), ..row.clone() };
        assert!(opened_head(&changed).is_err());
        let changed = Row { prune_at: row.prune_at.map(|time| time ^ (1 << bit)), ..row.clone() };
        assert!(opened_head(&changed).is_err());
    }
    let flipped = |label: &crate::host::Label, bit: usize| {
        let mut bytes = label.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        crate::host::Label::from_bytes(&bytes).unwrap()
    };
    for bit in 0..22 * 8 {
        let mut changed = row.clone();
        changed.key = flipped(&row.key, bit);
        assert!(opened_head(&changed).is_err());
        for position in 0..2 {
            let mut changed = row.clone();
            changed.terms[position] = flipped(&row.terms[position], bit);
            assert!(opened_head(&changed).is_err());
            let mut changed = row.clone();
            changed.claims[position] = flipped(&row.claims[position], bit);
            assert!(opened_head(&changed).is_err());
        }
    }
}

#[test]
fn null_and_zero_are_different_times() {
    let keyring = keyring("new");
    for (sealed_at, given) in [(None, Some(0)), (Some(0), None)] {
        let mut fresh = Fresh::fill(0).unwrap();
        let mut envelopes = Envelopes::new(keyring);
        let unsealed = Row { expires_at: sealed_at, prune_at: sealed_at, ..unsealed() };
        let row = seal_token(&mut envelopes, &mut fresh, unsealed, &head(), &Body::None).unwrap();
        assert!(opened_head(&row).is_ok());
        assert!(opened_head(&Row { expires_at: given, ..row.clone() }).is_err());
        assert!(opened_head(&Row { prune_at: given, ..row }).is_err());
    }
}

#[test]
fn terms_and_claims_are_sets_and_do_not_mix() {
    let row = row(keyring("new"));
    let mut reversed = row.clone();
    reversed.terms.reverse();
    reversed.claims.reverse();
    assert!(opened_head(&reversed).is_ok());

    let mut moved = row.clone();
    moved.claims.push(moved.terms[0]);
    moved.terms.remove(0);
    assert!(opened_head(&moved).is_err());

    let mut swapped = row.clone();
    core::mem::swap(&mut swapped.terms, &mut swapped.claims);
    assert!(opened_head(&swapped).is_err());

    let mut repeated = row;
    repeated.terms.push(repeated.terms[0]);
    assert!(opened_head(&repeated).is_err());
}

/// Two moments of one row, and two rows: neither half opens with the other's.
#[test]
fn rows_put_together_from_two_do_not_open() {
    let keyring = keyring("new");
    let earlier = row(keyring);
    let later = row(keyring);
    let (head, body) = (end_of_first_part(&earlier), end_of_first_part(&later));
    let sealed = [&earlier.sealed[..head], &later.sealed[body..]].concat();
    assert!(opened_head(&Row { sealed, ..earlier.clone() }).is_err());

    let without_body = earlier.sealed[..head].to_vec();
    assert!(opened_head(&Row { sealed: without_body, ..earlier.clone() }).is_err());

    let mut fresh = Fresh::fill(0).unwrap();
    let mut envelopes = Envelopes::new(keyring);
    let one_way =
        seal_token(&mut envelopes, &mut fresh, unsealed(), &super::samples::head(), &Body::None);
    let one_way = one_way.unwrap();
    assert!(opened_head(&one_way).is_ok());
    let with_body = [&one_way.sealed, &later.sealed[body..]].concat();
    assert!(opened_head(&Row { sealed: with_body, ..one_way }).is_err());
}

#[test]
fn a_body_belongs_to_its_collection() {
    let keyring = keyring("new");
    let row = row(keyring);
    let mut envelopes = Envelopes::new(keyring);
    assert!(open_body(&mut envelopes, &row, "customers").is_ok());
    assert!(open_body(&mut envelopes, &row, "orders").is_err());
}

#[test]
fn a_transaction_is_no_token() {
    let keyring = keyring("new");
    let mut envelopes = Envelopes::new(keyring);
    let token = row(keyring);
    assert!(open_transaction(&mut envelopes, &token).is_err());
    let record = TransactionRecord {
        request_hash: label(b'r'),
        tokens: 1,
        checks: Vec::new(),
        answer: String::new(),
    };
    let mut fresh = Fresh::fill(0).unwrap();
    let mut transaction =
        seal_transaction(&mut envelopes, &mut fresh, unsealed(), &record).unwrap();
    assert!(open_transaction(&mut envelopes, &transaction).is_ok());
    assert!(open_head(&mut envelopes, &transaction).is_err());
    transaction.sealed[1] = 1;
    assert!(open_head(&mut envelopes, &transaction).is_err());
}

#[test]
fn a_body_under_the_primary_key_is_kept_byte_for_byte_even_if_damaged() {
    let keyring = keyring("new");
    let mut before = row(keyring);
    let middle = before.sealed.len() - 20;
    before.sealed[middle] ^= 1;
    let mut envelopes = Envelopes::new(keyring);
    let mut fresh = Fresh::fill(0).unwrap();
    let kept = Body::Kept(&before);
    let after = seal_token(&mut envelopes, &mut fresh, unsealed(), &head(), &kept).unwrap();
    let (body_before, body_after) = (end_of_first_part(&before), end_of_first_part(&after));
    assert_eq!(before.sealed[body_before..], after.sealed[body_after..]);
    assert!(opened_head(&after).is_ok());
    assert!(opened_body(&after).is_err());
}

#[test]
fn a_body_under_another_key_is_sealed_anew() {
    let before = row(keyring("old"));
    let keyring = keyring("new");
    let mut envelopes = Envelopes::new(keyring);
    let mut fresh = Fresh::fill(0).unwrap();
    let kept = Body::Kept(&before);
    let after = seal_token(&mut envelopes, &mut fresh, unsealed(), &head(), &kept).unwrap();
    let body = end_of_first_part(&after);
    assert_eq!(after.sealed[6..14], keyring.primary().id);
    assert_eq!(after.sealed[body..body + 8], keyring.primary().id);
    assert_eq!(opened_body(&after), Ok(Some(DATA.to_owned())));

    let mut damaged = before;
    let last = damaged.sealed.len() - 1;
    damaged.sealed[last] ^= 1;
    let kept = Body::Kept(&damaged);
    let refused = seal_token(&mut envelopes, &mut fresh, unsealed(), &head(), &kept);
    assert_eq!(refused.unwrap_err().code(), "VL5001");
}

/// One `Envelopes` keeps a derived key from row to row: it must be the right one each time.
#[test]
fn rows_of_one_prefix_and_two_keys_open_in_any_order() {
    let sealed = ["old", "new"].map(|primary| {
        let keyring = keyring(primary);
        let mut fresh = Fresh::given(vec![9; 24]).unwrap();
        let body = Body::New(DATA);
        seal_token(&mut Envelopes::new(keyring), &mut fresh, unsealed(), &head(), &body).unwrap()
    });
    let keyring = keyring("new");
    let mut envelopes = Envelopes::new(keyring);
    for row in [0, 1, 0, 0, 1, 1, 0].map(|which: usize| &sealed[which]) {
        assert!(open_head(&mut envelopes, row).is_ok());
        assert!(open_body(&mut envelopes, row, "customers").is_ok());
    }
}
