//! Two calls at once, without threads: whose question goes next is a list of choices, so every
//! interleaving can be tried, each once, and any can be repeated.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::MemoryHost;

/// Whose question goes next, for as long as both calls have one. After so many choices as its depth
/// the first caller goes on alone, and then the second.
pub(crate) struct Schedule {
    depth: usize,
    /// True where the second caller goes.
    choices: RefCell<Vec<bool>>,
    taken: Cell<usize>,
}

impl Schedule {
    /// Runs something under every schedule of this depth.
    pub(crate) fn try_all(depth: usize, mut run: impl FnMut(&Self)) {
        let schedule = Self { depth, choices: RefCell::default(), taken: Cell::new(0) };
        loop {
            schedule.taken.set(0);
            run(&schedule);
            if !schedule.advance() {
                return;
            }
        }
    }

    fn second_goes(&self) -> bool {
        let place = self.taken.get();
        if place == self.depth {
            return false;
        }
        self.taken.set(place + 1);
        let mut choices = self.choices.borrow_mut();
        if place == choices.len() {
            choices.push(false);
        }
        choices.get(place).copied().unwrap()
    }

    /// The next schedule in order that differs in a choice that was really taken.
    fn advance(&self) -> bool {
        let mut choices = self.choices.borrow_mut();
        choices.truncate(self.taken.get());
        while choices.pop_if(|second| *second).is_some() {}
        choices.last_mut().is_some_and(|last| {
            *last = true;
            true
        })
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let choices = self.choices.borrow();
        let letters: String =
            choices.iter().map(|second| if *second { '2' } else { '1' }).collect();
        formatter.write_str(&letters)
    }
}

/// Runs two calls over one host, and answers both results.
pub(crate) fn run_two<A, B>(
    host: &MemoryHost,
    schedule: &Schedule,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    host.interleave();
    let mut first = pin!(first);
    let mut second = pin!(second);
    let mut answers = (None, None);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        let second_goes = match (&answers.0, &answers.1) {
            (None, None) => schedule.second_goes(),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(_), Some(_)) => break,
        };
        if second_goes {
            if let Poll::Ready(answer) = second.as_mut().poll(&mut context) {
                answers.1 = Some(answer);
            }
        } else if let Poll::Ready(answer) = first.as_mut().poll(&mut context) {
            answers.0 = Some(answer);
        }
    }
    host.run_alone();
    let hangs = "a call hangs";
    (answers.0.ok_or(hangs).unwrap(), answers.1.ok_or(hangs).unwrap())
}
