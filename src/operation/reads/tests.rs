//! When a plan is made anew, and what it finds then.

use super::*;
use crate::operation::empty_store::in_a_pass;

fn label(byte: u8) -> Label {
    Label::new([byte; Label::LENGTH])
}

/// As many questions as a batch has tags that must be unique cost two plans and not so many.
#[test]
fn questions_that_do_not_depend_on_each_other_are_asked_together() {
    in_a_pass(async |pass| {
        let mut made = 0;
        let plan = pass.settle(|pass| {
            made += 1;
            let all: Vec<_> = (b'a'..=b'z').map(|it| pass.read_holders(&[label(it)])).collect();
            let mut found = Vec::new();
            for tokens in all {
                found.extend(tokens?);
            }
            Ok(found.len())
        });
        assert!(matches!(plan.await, Ok(0)));
        assert_eq!(made, 2);
    });
}

#[test]
fn questions_that_depend_on_each_other_are_asked_one_after_the_other() {
    in_a_pass(async |pass| {
        let mut made = 0;
        let plan = pass.settle(|pass| {
            made += 1;
            for byte in b'a'..=b'e' {
                pass.read_two_tagged(&[label(byte)])?;
            }
            pass.count(label(b'f'))
        });
        assert!(matches!(plan.await, Ok(Counts { active: 0, archived: 0 })));
        assert_eq!(made, 7);
    });
}

#[test]
fn a_plan_made_anew_draws_the_same_numbers_and_the_next_plan_others() {
    in_a_pass(async |pass| {
        let mut drawn = Vec::new();
        for _ in 0..2 {
            let plan = pass.settle(|pass| {
                let mut fresh = Fresh::fill(2)?;
                drawn.push([pass.draw_numbers(&mut fresh)?, pass.draw_numbers(&mut fresh)?]);
                pass.read_row(label(b'a'))
            });
            assert!(matches!(plan.await, Ok(None)));
        }
        let [first, again, next, next_again] = drawn.try_into().unwrap_or_default();
        assert_eq!(first, again);
        assert_eq!(next, next_again);
        assert!(first[0] != first[1] && first != next);
    });
}
