//! Many calls at once, in simulated time: the store takes so long for each question, a call that waits
//! waits, and whoever is due goes on.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{MemoryHost, Stopwatch};

/// Runs the calls to their ends, each question to the store taking so many milliseconds. Answers come in the
/// order of the calls.
pub(crate) fn run_at_once<Call: Future>(
    host: &MemoryHost,
    latency: u64,
    calls: impl IntoIterator<Item = Call>,
) -> Vec<Call::Output> {
    let mut calls: Vec<Pin<Box<Call>>> = calls.into_iter().map(Box::pin).collect();
    let mut answers: Vec<Option<Call::Output>> = calls.iter().map(|_| None).collect();
    let mut context = Context::from_waker(Waker::noop());
    let Stopwatch { elapsed, latency: taken, next, .. } = &host.stopwatch;
    taken.set(Some(latency));
    while answers.iter().any(Option::is_none) {
        next.set(None);
        for (call, answer) in calls.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(done) = call.as_mut().poll(&mut context)
            {
                *answer = Some(done);
            }
        }
        elapsed.set(next.get().unwrap_or_default().max(elapsed.get()));
    }
    taken.set(None);
    answers.into_iter().flatten().collect()
}
