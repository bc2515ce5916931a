//! Two calls at once, without threads: whose question goes next is a list of choices, so every
//! interleaving can be tried, each once, and any can be repeated.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::Value;
use vaultlet::Error;

use super::test_vault::TestVault;
use super::{MemoryHost, WriteFault};

/// Choices of who goes next: more than two calls have questions together, so that no interleaving is
/// left out.
const DEPTH: usize = 32;

/// An operation and its request.
pub(crate) type Called = (&'static str, Value);

/// Runs two calls in every interleaving, each time on the store as it was prepared.
pub(crate) fn in_every_interleaving(
    prepare: impl Fn(&TestVault),
    first: &Called,
    second: &Called,
    check: impl Fn(&TestVault, &Result<Value, Error>, &Result<Value, Error>, &Schedule),
) {
    in_every_interleaving_with(&[], prepare, first, second, check);
}

/// The same; each time the first writes, whoever makes them, go wrong like this.
pub(crate) fn in_every_interleaving_with(
    faults: &[WriteFault],
    prepare: impl Fn(&TestVault),
    first: &Called,
    second: &Called,
    check: impl Fn(&TestVault, &Result<Value, Error>, &Result<Value, Error>, &Schedule),
) {
    let text = |called: &Called| {
        let mut request = called.1.clone();
        let members = request.as_object_mut().unwrap();
        members.entry("collection").or_insert_with(|| "customers".into());
        members.entry("reason").or_insert_with(|| "Maintenance".into());
        request.to_string()
    };
    let (first_text, second_text) = (text(first), text(second));
    let vault = TestVault::open();
    prepare(&vault);
    let prepared = vault.host.store.rows();
    let mut tried = 0;
    Schedule::try_all(DEPTH, |schedule| {
        vault.host.store.restore(&prepared);
        vault.host.fail_next_writes(faults);
        let (one, two) = run_two(
            &vault.host,
            schedule,
            vault.call_text(first.0, &first_text),
            vault.call_text(second.0, &second_text),
        );
        vault.host.write_honestly();
        check(&vault, &one, &two, schedule);
        vault.host.take_events();
        tried += 1;
    });
    assert!(tried > 100, "{tried} interleavings are too few to say anything");
}

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
