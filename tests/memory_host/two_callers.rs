//! Two calls at once, without threads: whose question goes next is a list, so every interleaving
//! can be tried and any can be repeated.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::MemoryHost;

/// Whose question goes next, one bit for each: 0 the first caller, 1 the second. When the bits are
/// used up, or one caller is done, the other goes on alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    bits: u32,
    length: u32,
}

impl Schedule {
    /// Every schedule of so many questions.
    pub(crate) fn all(length: u32) -> impl Iterator<Item = Self> {
        (0..1 << length).map(move |bits| Self { bits, length })
    }

    fn second_goes(self, step: u32) -> bool {
        step < self.length && self.bits >> step & 1 == 1
    }
}

/// Runs two calls over one host, and answers both results.
pub(crate) fn run_two<A, B>(
    host: &MemoryHost,
    schedule: Schedule,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    host.interleave();
    let mut first = pin!(first);
    let mut second = pin!(second);
    let mut answers = (None, None);
    let mut context = Context::from_waker(Waker::noop());
    let mut step = 0;
    while answers.0.is_none() || answers.1.is_none() {
        let second_goes = answers.1.is_none() && (schedule.second_goes(step) || answers.0.is_some());
        if second_goes {
            if let Poll::Ready(answer) = second.as_mut().poll(&mut context) {
                answers.1 = Some(answer);
            }
        } else if let Poll::Ready(answer) = first.as_mut().poll(&mut context) {
            answers.0 = Some(answer);
        }
        step += 1;
        assert!(step < 10_000, "a call hangs");
    }
    host.run_alone();
    (answers.0.unwrap(), answers.1.unwrap())
}
