//! What a test from outside meets once in 100,000 draws: the card's own number.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall stop at that line"
)]

use std::collections::HashSet;

use super::*;
use crate::json::tree::Json;
use crate::kinds::TokenType;
use crate::operation::card::{CardNumber, follow_card};
use crate::operation::empty_store::{EmptyStore, in_a_pass, vault};
use crate::operation::token_id::Derivation;
use crate::schema::data_type::is_luhn;
use crate::sealing::head::Head;

const NUMBER: &str = "4111111111111111";
/// The five digits that are free in [`NUMBER`].
const MIDDLE: u32 = 11_111;
/// Two more of its shape.
const SECOND: &str = "4111110000091111";
const THIRD: &str = "4111119041751111";

fn shape() -> Shape {
    Shape::of(NUMBER).unwrap()
}

/// A run that begins with this one.
fn run_from(middle: u32, number_hash: Label) -> Draw {
    let step = 90_001;
    Draw { shape: shape(), number_hash, middle: middle + MIDDLES - step, step, drawn: None }
}

/// Draws an ID for each of these runs, by what it begins with and the hash to avoid.
async fn draw(
    pass: &mut Pass<'_, EmptyStore>,
    runs: &[(u32, Label)],
    taken: &[Label],
) -> Vec<ClaimedId> {
    let mut draws: Vec<Draw> = runs.iter().map(|(from, hash)| run_from(*from, *hash)).collect();
    let mut held: LabelMap<()> = pass.call.vault.label_map(0).unwrap();
    held.extend(taken.iter().map(|claim| (*claim, ())));
    draw_card_shaped(pass, &mut draws, held).await.unwrap();
    draws.into_iter().map(|draw| draw.drawn.unwrap()).collect()
}

fn hash_of(pass: &Pass<'_, EmptyStore>, digits: &str) -> Label {
    pass.index().derive_card_number_hash("c", digits)
}

#[test]
fn every_middle_gives_an_id_of_the_shape_and_no_two_the_same() {
    let ids: Vec<String> = (0..MIDDLES).step_by(37).map(|middle| shape().with(middle)).collect();
    for (id, middle) in ids.iter().zip((0..).step_by(37)) {
        assert!(is_luhn(id) && id.len() == 16, "{id}");
        assert!(id.starts_with(&format!("411111{middle:05}")) && id.ends_with("1111"), "{id}");
    }
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    assert_eq!(shape().with(MIDDLE), NUMBER);
    assert_eq!(shape().with(MIDDLE + 3 * MIDDLES), NUMBER);
}

#[test]
fn the_shape_of_a_number_is_its_first_six_and_last_four_digits() {
    for (number, first, last) in [
        ("4222222222222", "422222", "2222"),
        ("6304219447607087665", "630421", "7665"),
        ("0123456789", "012345", "6789"),
    ] {
        let Shape { first_six, last_four } = Shape::of(number).unwrap();
        assert_eq!((first_six.as_str(), last_four.as_str()), (first, last));
    }
    for none in ["", "123", "12345", "é"] {
        assert!(Shape::of(none).is_none(), "{none}");
    }
}

#[test]
fn a_number_is_its_digits_alone() {
    for text in [NUMBER, "4111 1111 1111 1111", "4111-1111-1111-1111", "4-1-1-1 11111-11111-11"] {
        assert_eq!(CardNumber::read(&Json::text(text)).unwrap().digits, NUMBER);
    }
    for other in [Json::Null, Json::Number(4_111_111_111_111_111.0), Json::text("")] {
        assert!(CardNumber::read(&other).is_none());
    }
}

#[test]
fn a_run_of_a_hundred_draws_has_a_hundred_ids() {
    in_a_pass(async |_| {
        let hash = Label::from_bytes(&[b'h'; Label::LENGTH]).unwrap();
        let mut fresh = Fresh::fill(300).unwrap();
        let mut starts = HashSet::new();
        for _ in 0..300 {
            let mut draw = Draw::new(&mut fresh, shape(), hash).unwrap();
            let coprime = !draw.step.is_multiple_of(2) && !draw.step.is_multiple_of(5);
            assert!(coprime && draw.step < MIDDLES, "a run comes back only after all of the shape");
            let run: Vec<String> = (0..DRAWS).map(|_| draw.next()).collect();
            assert_eq!(run.iter().collect::<HashSet<_>>().len(), 100);
            assert!(run.iter().all(|id| shape().fits(id) && is_luhn(id)));
            starts.insert((run[0].clone(), draw.step));
        }
        assert_eq!(starts.len(), 300, "each run is one of its own");
        assert!(Draw::new(&mut fresh, shape(), hash).is_err(), "a run takes a block");
    });
}

#[test]
fn the_cards_own_number_is_not_drawn() {
    let [avoiding, not_avoiding] = [NUMBER, SECOND].map(|avoided| {
        in_a_pass(async |pass| {
            let hash = hash_of(pass, avoided);
            draw(pass, &[(MIDDLE, hash)], &[]).await
        })
    });
    assert_eq!(not_avoiding[0].token_id, NUMBER, "it would have been");
    assert_eq!(avoiding[0].token_id, shape().with(MIDDLE + 90_001));
}

#[test]
fn an_id_comes_with_its_claim_in_the_order_of_the_draws() {
    in_a_pass(async |pass| {
        let hash = hash_of(pass, NUMBER);
        let middles = [MIDDLE, 5, 7, MIDDLE];
        let made = draw(pass, &middles.map(|middle| (middle, hash)), &[]).await;
        let expected = [MIDDLE + 90_001, 5, 7, MIDDLE + 2 * 90_001].map(|it| shape().with(it));
        assert_eq!(made.len(), 4);
        for (ClaimedId { token_id, claim }, expected) in made.iter().zip(&expected) {
            assert_eq!(token_id, expected);
            assert_eq!(*claim, pass.derive_token_claim(token_id));
        }
    });
}

#[test]
fn what_is_taken_is_not_drawn() {
    in_a_pass(async |pass| {
        let hash = hash_of(pass, NUMBER);
        let taken = [5, 5 + 90_001].map(|it| pass.derive_token_claim(&shape().with(it)));
        let made = draw(pass, &[(5, hash)], &taken).await;
        assert_eq!(made[0].token_id, shape().with(5 + 2 * 90_001));
    });
}

#[test]
fn the_cards_own_number_is_not_derived() {
    let vault = vault();
    let index = vault.keyring.index();
    let card = CardNumber::read(&Json::text(NUMBER)).unwrap();
    let canonical = r#"{"card":"4111111111111111"}"#;
    let middle = |scope: &str, attempt| {
        index.derive_card_id(Some("c"), None, scope, canonical, attempt) % MIDDLES
    };
    // The first scope whose first attempt gives it.
    let scope = (0..).map(|scope| format!("scope {scope}")).find(|it| middle(it, 0) == MIDDLE);
    let scope = scope.unwrap();
    let derivation = Derivation { collection: "c", tenant: None, scope: &scope, canonical };
    let id = derivation.token_id(index, Some(&card)).unwrap();
    assert_eq!(id, shape().with(middle(&scope, 1)));
    assert_ne!(id, NUMBER);
}

/// A token whose ID has the shape of [`NUMBER`].
fn head(pass: &Pass<'_, EmptyStore>, token_id: &str, card_number: Option<&str>) -> Head {
    Head {
        token_type: TokenType::Randomized,
        token_id: token_id.to_owned(),
        collection: "c".to_owned(),
        scope: "default".to_owned(),
        tenant: None,
        tags: Vec::new(),
        created_at: 0,
        data_claim: None,
        card_number: card_number.map(|digits| hash_of(pass, digits)),
    }
}

#[test]
fn the_number_to_avoid_is_that_of_the_new_data() {
    in_a_pass(async |pass| {
        for (data, avoided) in [
            (r#"{"card":"4111110000091111"}"#, SECOND),
            (r#"{"card":"4111-1100-0009-1111","name":"Jane"}"#, SECOND),
            (r#"{"more":"4111110000091111"}"#, SECOND),
            (r#"{"card":"5500005555555559","more":"4111110000091111"}"#, SECOND),
            (r#"{"card":"4111110000091111","more":"5500005555555559"}"#, SECOND),
            // A card of another shape has no number that an ID of this one could be.
            (r#"{"card":"5500005555555559"}"#, NUMBER),
            (r#"{"name":"Jane"}"#, NUMBER),
        ] {
            let mut next = head(pass, THIRD, Some(NUMBER));
            follow_card(pass, &mut next, data).unwrap();
            assert!(next.card_number == Some(hash_of(pass, avoided)), "{data}");
            assert_eq!(next.token_id, THIRD);
            let refused = follow_card(pass, &mut head(pass, avoided, Some(NUMBER)), data);
            assert_eq!(refused.is_err(), avoided == SECOND, "{data}");
        }
    });
}

#[test]
fn an_id_that_was_not_made_for_a_card_follows_none() {
    in_a_pass(async |pass| {
        for token_id in [SECOND, "given"] {
            let mut next = head(pass, token_id, None);
            follow_card(pass, &mut next, r#"{"card":"4111110000091111"}"#).unwrap();
            assert!(next.card_number.is_none());
        }
    });
}

/// Of several cards in the shape of the ID, the one whose number is avoided already stays so: data
/// that is the same leaves the head the same.
#[test]
fn the_number_that_is_avoided_stays_while_the_data_has_it() {
    in_a_pass(async |pass| {
        for data in [
            r#"{"card":"4111111111111111","more":"4111110000091111"}"#,
            r#"{"card":"4111110000091111","more":"4111111111111111"}"#,
        ] {
            let mut next = head(pass, THIRD, Some(NUMBER));
            follow_card(pass, &mut next, data).unwrap();
            assert!(next.card_number == Some(hash_of(pass, NUMBER)), "{data}");
        }
    });
}
