//! A native host for the tests of the core: a store in memory that keeps the contract, a clock that
//! is set by hand, a policy and an audit that remember what they were asked, and faults on request.
//!
//! Every question the core asks is recorded in order, so a test can say what happened before what.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

pub(crate) mod burst;
pub(crate) mod named_tokens;
pub(crate) mod store;
pub(crate) mod test_vault;
pub(crate) mod two_callers;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use serde_json::Value;
use vaultlet::error::{Cause, Fault};
use vaultlet::host::{
    AccessRequest, AuditEvent, Change, Decision, Host, Label, Millis, Row, TermsQuery,
};

use store::Store;

/// When every test begins: 2024-11-08T15:00:00Z.
pub(crate) const START: Millis = 1_731_078_000_000;

/// What a read asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Claims(Vec<Label>),
    Terms(TermsQuery),
}

impl Asked {
    /// What it was asked by.
    pub(crate) fn labels(&self) -> &[Label] {
        match self {
            Self::Claims(claims) => claims,
            Self::Terms(query) => &query.terms,
        }
    }

    /// The claims asked for, if it was by claims.
    pub(crate) fn claims(&self) -> Option<&[Label]> {
        match self {
            Self::Claims(claims) => Some(claims),
            Self::Terms(_) => None,
        }
    }
}

/// What the core asked of its host.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Read(Asked),
    Write(Vec<Change>),
    Decide(Value),
    Audit(Value),
    Clock,
    /// Before a pass is repeated: so many milliseconds.
    Wait(u64),
    Reload,
}

/// How a write goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteFault {
    AnswersFalseUnwritten,
    AnswersFalseWritten,
    ThrowsUnwritten,
    ThrowsWritten,
    TimesOutUnwritten,
    TimesOutWritten,
    /// Not written when the call gives up; the test lands it with [`MemoryHost::land_late_writes`].
    TimesOutAndLandsLater,
    WrongShapeUnwritten,
    WrongShapeWritten,
}

pub(crate) type ReadAnswer = Result<Vec<Option<Row>>, Fault>;
type ReadHook = Box<dyn FnMut(&MemoryHost, &Asked) -> ReadAnswer>;
type DecideHook = Box<dyn FnMut(&Value) -> Result<Decision, Fault>>;
type AuditHook = Box<dyn FnMut(&Value) -> Result<(), Fault>>;
type Deed = Box<dyn FnOnce()>;

#[derive(Default)]
pub(crate) struct MemoryHost {
    pub(crate) store: Store,
    time: Cell<Millis>,
    stopwatch: Stopwatch,
    events: RefCell<Vec<Event>>,
    clock_fault: RefCell<Option<Fault>>,
    read_hook: RefCell<Option<ReadHook>>,
    decide_hook: RefCell<Option<DecideHook>>,
    audit_hook: RefCell<Option<AuditHook>>,
    reload_answer: RefCell<Option<Result<Option<String>, Fault>>>,
    next_writes: RefCell<VecDeque<WriteFault>>,
    every_write: Cell<Option<WriteFault>>,
    late_writes: RefCell<Vec<Vec<Change>>>,
    before_writes: RefCell<VecDeque<Deed>>,
    before_reads: RefCell<VecDeque<Deed>>,
    interleaved: Cell<bool>,
}

/// Time as a pass measures it. It runs only when a call waits; in a burst, while a store is asked as well.
#[derive(Default)]
struct Stopwatch {
    elapsed: Cell<u64>,
    /// Milliseconds that the store takes for a question to a call that is alone.
    slowness: Cell<u64>,
    /// The same in a burst, where others run meanwhile.
    latency: Cell<Option<u64>>,
    /// The first moment at which somebody waits for something, as far as it is known.
    next: Cell<Option<u64>>,
}

impl Stopwatch {
    fn run(&self, millis: u64) {
        self.elapsed.set(self.elapsed.get() + millis);
    }

    async fn sleep(&self, millis: u64) {
        let due = self.elapsed.get() + millis;
        let mut waited = false;
        poll_fn(|_| {
            if core::mem::replace(&mut waited, true) && self.elapsed.get() >= due {
                return Poll::Ready(());
            }
            self.next.set(Some(self.next.get().map_or(due, |next| next.min(due))));
            Poll::Pending
        })
        .await;
    }
}

/// What a host throws in these tests.
pub(crate) fn thrown() -> Fault {
    Fault::Threw(Cause(Rc::new("the engine failed")))
}

/// What an answer takes that a store which answers honestly would give.
pub(crate) fn honest(rows: Vec<Row>) -> Vec<Option<Row>> {
    rows.into_iter().map(Some).collect()
}

impl MemoryHost {
    pub(crate) fn new() -> Self {
        let host = Self::default();
        host.time.set(START);
        host
    }

    pub(crate) fn time(&self) -> Millis {
        self.time.get()
    }

    pub(crate) fn set_time(&self, time: Millis) {
        self.time.set(time);
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.time.set(self.time.get() + seconds * 1_000);
    }

    /// What was asked so far; the record starts anew.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        self.events.take()
    }

    /// Goes on with an earlier record.
    pub(crate) fn restore_events(&self, events: Vec<Event>) {
        self.events.replace(events);
    }

    /// The names of what was asked so far, the clock left out: `decide, read, audit, write`.
    pub(crate) fn take_steps(&self) -> Vec<&'static str> {
        let name = |event: &Event| match event {
            Event::Read(_) => Some("read"),
            Event::Write(_) => Some("write"),
            Event::Decide(_) => Some("decide"),
            Event::Audit(_) => Some("audit"),
            Event::Clock | Event::Wait(_) => None,
            Event::Reload => Some("reload"),
        };
        self.take_events().iter().filter_map(name).collect()
    }

    /// The questions that the policy was asked since the record started.
    pub(crate) fn questions(&self) -> Vec<Value> {
        let question = |event: &Event| match event {
            Event::Decide(question) => Some(question.clone()),
            _ => None,
        };
        self.events.borrow().iter().filter_map(question).collect()
    }

    /// The audit events since the record started.
    pub(crate) fn audit_events(&self) -> Vec<Value> {
        let audited = |event: &Event| match event {
            Event::Audit(event) => Some(event.clone()),
            _ => None,
        };
        self.events.borrow().iter().filter_map(audited).collect()
    }

    /// Every batch that was handed to `write`, written or not.
    pub(crate) fn batches(&self) -> Vec<Vec<Change>> {
        let batch = |event: &Event| match event {
            Event::Write(changes) => Some(changes.clone()),
            _ => None,
        };
        self.events.borrow().iter().filter_map(batch).collect()
    }

    /// How long each pass waited before it was repeated, since the record started.
    pub(crate) fn waits(&self) -> Vec<u64> {
        let waited = |event: &Event| match event {
            Event::Wait(millis) => Some(*millis),
            _ => None,
        };
        self.events.borrow().iter().filter_map(waited).collect()
    }

    /// From now on every question to the store takes so long, in which nobody else does anything.
    pub(crate) fn take_time(&self, millis: u64) {
        self.stopwatch.slowness.set(millis);
    }

    pub(crate) fn has_written(&self) -> bool {
        !self.batches().is_empty()
    }

    /// What was asked for in each read since the record started.
    pub(crate) fn reads(&self) -> Vec<Asked> {
        let read = |event: &Event| match event {
            Event::Read(asked) => Some(asked.clone()),
            _ => None,
        };
        self.events.borrow().iter().filter_map(read).collect()
    }

    /// Answers every read from now on; the hook is out of its place while it runs, so what it calls
    /// meets an honest store.
    pub(crate) fn on_read(&self, hook: impl FnMut(&Self, &Asked) -> ReadAnswer + 'static) {
        self.read_hook.replace(Some(Box::new(hook)));
    }

    pub(crate) fn fail_reads(&self, fault: &Fault) {
        let fault = fault.clone();
        self.on_read(move |_, _| Err(fault.clone()));
    }

    /// From the first write on, which is when the vault reads back.
    pub(crate) fn fail_reads_after_a_write(&self, fault: &Fault) {
        let fault = fault.clone();
        self.on_read(move |host, asked| {
            if host.has_written() {
                Err(fault.clone())
            } else {
                Ok(honest(host.store.answer(asked)))
            }
        });
    }

    /// Does something between the pages of every read by terms: after so many of them, and before the
    /// next one is answered.
    pub(crate) fn between_pages(&self, mut deed: impl FnMut(usize) + 'static) {
        let mut pages = 0;
        self.on_read(move |host, asked| {
            if matches!(asked, Asked::Terms(query) if query.after.is_some()) {
                pages += 1;
                deed(pages);
            }
            Ok(honest(host.store.answer(asked)))
        });
    }

    pub(crate) fn read_honestly(&self) {
        self.read_hook.replace(None);
    }

    /// The writes to come go wrong like this, one after the other; those after them do not.
    pub(crate) fn fail_next_writes(&self, faults: &[WriteFault]) {
        self.next_writes.borrow_mut().extend(faults);
    }

    pub(crate) fn fail_every_write(&self, fault: WriteFault) {
        self.every_write.set(Some(fault));
    }

    pub(crate) fn write_honestly(&self) {
        self.every_write.set(None);
        self.next_writes.take();
    }

    /// Lands what timed out, as a slow engine would; for each batch, whether the store took it.
    pub(crate) fn land_late_writes(&self) -> Vec<bool> {
        self.late_writes.take().iter().map(|changes| self.store.apply(changes)).collect()
    }

    /// Runs something between a pass's reads and its write; each deed before one write.
    pub(crate) fn before_next_write(&self, deed: impl FnOnce() + 'static) {
        self.before_writes.borrow_mut().push_back(Box::new(deed));
    }

    /// Runs something before a read of the pass; each deed before one read.
    pub(crate) fn before_next_read(&self, deed: impl FnOnce() + 'static) {
        self.before_reads.borrow_mut().push_back(Box::new(deed));
    }

    pub(crate) fn on_decide(&self, hook: impl FnMut(&Value) -> Result<Decision, Fault> + 'static) {
        self.decide_hook.replace(Some(Box::new(hook)));
    }

    /// Allows all but a check on this resource.
    pub(crate) fn deny_resource(&self, resource: &'static str) {
        self.on_decide(move |question| {
            let checks = question["checks"].as_array().unwrap();
            let denied = checks.iter().any(|check| check["resource"] == resource);
            Ok(if denied { Decision::Denied(None) } else { Decision::Allow })
        });
    }

    pub(crate) fn allow_everything(&self) {
        self.decide_hook.replace(None);
    }

    pub(crate) fn on_audit(&self, hook: impl FnMut(&Value) -> Result<(), Fault> + 'static) {
        self.audit_hook.replace(Some(Box::new(hook)));
    }

    pub(crate) fn fail_clock(&self, fault: Fault) {
        self.clock_fault.replace(Some(fault));
    }

    pub(crate) fn on_reload(&self, answer: Result<Option<String>, Fault>) {
        self.reload_answer.replace(Some(answer));
    }

    /// Makes every question a place at which another caller may go first.
    fn interleave(&self) {
        self.interleaved.set(true);
    }

    fn run_alone(&self) {
        self.interleaved.set(false);
    }

    async fn let_others_go_first(&self) {
        let mut waited = !self.interleaved.get();
        poll_fn(|_| {
            if core::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// A question to the store takes its time.
    async fn let_the_store_work(&self) {
        self.let_others_go_first().await;
        match self.stopwatch.latency.get() {
            Some(millis) => self.stopwatch.sleep(millis).await,
            None => self.stopwatch.run(self.stopwatch.slowness.get()),
        }
    }

    fn record(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    fn read(&self, asked: &Asked) -> ReadAnswer {
        let deed = self.before_reads.borrow_mut().pop_front();
        if let Some(deed) = deed {
            deed();
        }
        self.record(Event::Read(asked.clone()));
        let Some(mut hook) = self.read_hook.take() else {
            return Ok(honest(self.store.answer(asked)));
        };
        let answer = hook(self, asked);
        if self.read_hook.borrow().is_none() {
            self.read_hook.replace(Some(hook));
        }
        answer
    }

    fn apply(&self, changes: &[Change]) -> Result<bool, Fault> {
        let deed = self.before_writes.borrow_mut().pop_front();
        if let Some(deed) = deed {
            deed();
        }
        self.record(Event::Write(changes.to_vec()));
        let next = self.next_writes.borrow_mut().pop_front();
        let Some(fault) = next.or_else(|| self.every_write.get()) else {
            return Ok(self.store.apply(changes));
        };
        match fault {
            WriteFault::AnswersFalseWritten
            | WriteFault::ThrowsWritten
            | WriteFault::TimesOutWritten
            | WriteFault::WrongShapeWritten => {
                self.store.apply(changes);
            }
            WriteFault::TimesOutAndLandsLater => {
                self.late_writes.borrow_mut().push(changes.to_vec())
            }
            WriteFault::AnswersFalseUnwritten
            | WriteFault::ThrowsUnwritten
            | WriteFault::TimesOutUnwritten
            | WriteFault::WrongShapeUnwritten => {}
        }
        match fault {
            WriteFault::AnswersFalseUnwritten | WriteFault::AnswersFalseWritten => Ok(false),
            WriteFault::ThrowsUnwritten | WriteFault::ThrowsWritten => Err(thrown()),
            WriteFault::WrongShapeUnwritten | WriteFault::WrongShapeWritten => {
                Err(Fault::WrongShape)
            }
            WriteFault::TimesOutUnwritten
            | WriteFault::TimesOutWritten
            | WriteFault::TimesOutAndLandsLater => Err(Fault::TimedOut),
        }
    }
}

impl Host for MemoryHost {
    async fn read_claims(&self, claims: &[Label]) -> ReadAnswer {
        self.let_the_store_work().await;
        self.read(&Asked::Claims(claims.to_vec()))
    }

    async fn read_terms(&self, query: &TermsQuery) -> ReadAnswer {
        self.let_the_store_work().await;
        self.read(&Asked::Terms(query.clone()))
    }

    async fn write(&self, changes: &[Change]) -> Result<bool, Fault> {
        self.let_the_store_work().await;
        self.apply(changes)
    }

    async fn decide(&self, request: &AccessRequest<'_>) -> Result<Decision, Fault> {
        self.let_others_go_first().await;
        let question = serde_json::to_value(request).unwrap();
        self.record(Event::Decide(question.clone()));
        match self.decide_hook.borrow_mut().as_mut() {
            Some(hook) => hook(&question),
            None => Ok(Decision::Allow),
        }
    }

    async fn audit(&self, event: &AuditEvent<'_>) -> Result<(), Fault> {
        self.let_others_go_first().await;
        let event = serde_json::to_value(event).unwrap();
        self.record(Event::Audit(event.clone()));
        match self.audit_hook.borrow_mut().as_mut() {
            Some(hook) => hook(&event),
            None => Ok(()),
        }
    }

    fn now(&self) -> Result<Millis, Fault> {
        self.record(Event::Clock);
        match self.clock_fault.borrow().as_ref() {
            Some(fault) => Err(fault.clone()),
            None => Ok(self.time.get()),
        }
    }

    fn elapsed(&self) -> u64 {
        self.stopwatch.elapsed.get()
    }

    async fn wait(&self, millis: u64) {
        self.record(Event::Wait(millis));
        match self.stopwatch.latency.get() {
            Some(_) => self.stopwatch.sleep(millis).await,
            None => self.stopwatch.run(millis),
        }
    }

    async fn reload(&self) -> Result<Option<String>, Fault> {
        self.let_others_go_first().await;
        self.record(Event::Reload);
        self.reload_answer.borrow().clone().unwrap_or(Ok(None))
    }
}
