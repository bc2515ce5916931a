//! The boundary to JavaScript: the one file that imports wasm-bindgen. No logic.
//!
//! `docs/boundary.md` describes what crosses. The other side is `pkg/bridge.js`, which answers for
//! the host: timers and shapes are its business, and what arrives here is right.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::error::{Cause, Error, Fault};
use crate::host::{
    AccessRequest, AuditEvent, Change, Decision, Host, Label, Millis, Row, TermsQuery,
};
use crate::json::as_whole;
use crate::vault::Vault;

/// Numbers of a row in its column, and of a change, which has `expect` before them.
const ROW_NUMBERS: usize = 6;
const CHANGE_NUMBERS: usize = 7;

#[wasm_bindgen]
extern "C" {
    /// `pkg/bridge.js`.
    pub type Bridge;
    #[wasm_bindgen(method, catch, js_name = readClaims)]
    fn read_claims(this: &Bridge, claims: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = readTerms)]
    fn read_terms(
        this: &Bridge,
        terms: &str,
        state: &str,
        now: f64,
        after: Option<String>,
        limit: u32,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn write(
        this: &Bridge,
        labels: &str,
        numbers: &[f64],
        sealed: &[u8],
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decide(this: &Bridge, caller: &JsValue, request: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn audit(this: &Bridge, caller: &JsValue, event: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn clock(this: &Bridge) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn reload(this: &Bridge) -> Result<JsValue, JsValue>;
    /// An `ErrorReport`.
    #[wasm_bindgen(method)]
    fn report(this: &Bridge, body: &str, status: u16, cause: JsValue) -> JsValue;

    /// The double nearest to a JSON number.
    #[wasm_bindgen(js_name = Number)]
    pub(crate) fn nearest_double(text: &str) -> f64;
    /// The shortest text that means the number.
    #[wasm_bindgen(js_name = String)]
    fn shortest(number: f64) -> String;

    /// Rows in columns.
    type Rows;
    #[wasm_bindgen(method, getter)]
    fn labels(this: &Rows) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    fn numbers(this: &Rows) -> Vec<f64>;
    #[wasm_bindgen(method, getter)]
    fn sealed(this: &Rows) -> Vec<u8>;

    /// The policy's answer.
    type Verdict;
    #[wasm_bindgen(method, getter)]
    fn allow(this: &Verdict) -> bool;
    #[wasm_bindgen(method, getter)]
    fn because(this: &Verdict) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Verdict) -> Option<String>;

    /// JavaScript's own. (The crate `js-sys` has it too, and leaves half a kilobyte in the wasm that nobody calls.)
    #[derive(Clone)]
    type Promise;

    /// How a callback failed.
    type CallbackFailure;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &CallbackFailure) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &CallbackFailure) -> JsValue;
}

/// A vault, for `pkg/index.js` to keep for life. Its methods borrow nothing over an await.
#[wasm_bindgen]
pub struct Core {
    vault: Rc<Vault>,
    bridge: Rc<Bridge>,
}

#[wasm_bindgen]
impl Core {
    /// Opens a vault; throws an `ErrorReport`.
    #[wasm_bindgen(constructor)]
    pub fn new(configuration: &str, secrets: Vec<u8>, bridge: Bridge) -> Result<Core, JsValue> {
        let secrets = Zeroizing::new(secrets);
        let vault =
            Vault::open(configuration, &secrets).map_err(|error| report(&bridge, &error))?;
        Ok(Self { vault: Rc::new(vault), bridge: Rc::new(bridge) })
    }

    /// Begins an operation, which runs when it is resumed.
    pub fn call(&self, operation: String, request: String, caller: JsValue) -> Call {
        let vault = Rc::clone(&self.vault);
        let bridge = Rc::clone(&self.bridge);
        let wait = Rc::new(Wait::default());
        let host = JavaScript { bridge: Rc::clone(&bridge), caller, wait: Rc::clone(&wait) };
        let request = Zeroizing::new(request);
        let run = Box::pin(async move {
            vault.call(&host, &operation, &request).await.map_err(|error| report(&bridge, &error))
        });
        Call { run: Cell::new(Some(run)), wait }
    }
}

/// An operation, to its answer or its `ErrorReport`.
type Run = dyn Future<Output = Result<Zeroizing<String>, JsValue>>;

/// A call under way.
///
/// It waits for the host's promises by handing them out: JavaScript waits, and resumes it. So a call
/// costs one turn of the event loop for each promise of the host's, and none where there is none.
#[wasm_bindgen]
pub struct Call {
    /// None while it runs, and after its end.
    run: Cell<Option<Pin<Box<Run>>>>,
    wait: Rc<Wait>,
}

#[wasm_bindgen]
impl Call {
    /// Runs on with what the promise that it waited for was settled to; the first time, with nothing.
    /// Answers the next promise, or at the end the answer as JSON text; throws an `ErrorReport`.
    pub fn resume(&self, settled: JsValue, rejected: bool) -> Result<JsValue, JsValue> {
        self.wait.settled.set(Some(if rejected { Err(settled) } else { Ok(settled) }));
        let mut run = self.run.take().ok_or(JsValue::UNDEFINED)?;
        match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(end) => end.map(|answer| JsValue::from_str(&answer)),
            Poll::Pending => {
                self.run.set(Some(run));
                self.wait.promise.take().map(JsValue::from).ok_or(JsValue::UNDEFINED)
            }
        }
    }
}

/// The promise that a call waits for, and what it was settled to.
#[derive(Default)]
struct Wait {
    promise: Cell<Option<Promise>>,
    settled: Cell<Option<Result<JsValue, JsValue>>>,
}

impl Wait {
    /// The bridge answers a value, or a promise that it made itself.
    async fn settle(&self, returned: Result<JsValue, JsValue>) -> Result<JsValue, Fault> {
        let value = returned.map_err(fault)?;
        let Some(promise) = value.dyn_ref::<Promise>() else { return Ok(value) };
        self.promise.set(Some(promise.clone()));
        self.settled.set(None);
        poll_fn(|_| self.settled.take().map_or(Poll::Pending, Poll::Ready)).await.map_err(fault)
    }
}

/// Writes a number as JavaScript does.
pub(crate) fn write_shortest(number: f64, text: &mut String) {
    text.push_str(&Zeroizing::new(shortest(number)));
}

fn report(bridge: &Bridge, error: &Error) -> JsValue {
    let cause = error.cause().and_then(|cause| cause.0.downcast_ref::<JsValue>());
    bridge.report(&error.to_json(), error.status(), cause.cloned().unwrap_or_default())
}

/// The host's JavaScript, for one call.
struct JavaScript {
    bridge: Rc<Bridge>,
    caller: JsValue,
    wait: Rc<Wait>,
}

/// Nothing that was handed over is kept while the host answers.
impl Host for JavaScript {
    async fn read_claims(&self, claims: &[Label]) -> Result<Vec<Option<Row>>, Fault> {
        let answer = self.bridge.read_claims(&labels(claims)?);
        rows(self.wait.settle(answer).await?)
    }

    async fn read_terms(&self, query: &TermsQuery) -> Result<Vec<Option<Row>>, Fault> {
        let after = query.after.map(|key| labels(&[key])).transpose()?;
        let (state, now) = (query.state.name(), to_number(query.now));
        let answer = self.bridge.read_terms(&labels(&query.terms)?, state, now, after, query.limit);
        rows(self.wait.settle(answer).await?)
    }

    async fn write(&self, changes: &[Change]) -> Result<bool, Fault> {
        let answer = Columns::of(changes)?.write(&self.bridge);
        self.wait.settle(answer).await?.as_bool().ok_or(Fault::WrongShape)
    }

    async fn decide(&self, request: &AccessRequest<'_>) -> Result<Decision, Fault> {
        let answer = self.bridge.decide(&self.caller, &request.to_json());
        let verdict: Verdict = self.wait.settle(answer).await?.unchecked_into();
        if verdict.allow() {
            return Ok(Decision::Allow);
        }
        let message = verdict.message();
        Ok(match verdict.because().as_deref() {
            Some("capability") => Decision::MissingCapability(message),
            _ => Decision::Denied(message),
        })
    }

    async fn audit(&self, event: &AuditEvent<'_>) -> Result<(), Fault> {
        let answer = self.bridge.audit(&self.caller, &event.to_json());
        self.wait.settle(answer).await.map(|_| ())
    }

    fn now(&self) -> Result<Millis, Fault> {
        let time = self.bridge.clock().map_err(fault)?;
        as_whole(time).ok_or(Fault::WrongShape)
    }

    async fn reload(&self) -> Result<Option<String>, Fault> {
        Ok(self.wait.settle(self.bridge.reload()).await?.as_string())
    }
}

fn fault(thrown: JsValue) -> Fault {
    let failure: &CallbackFailure = thrown.unchecked_ref();
    match failure.kind().as_deref() {
        Some("timeout") => Fault::TimedOut,
        Some("shape") => Fault::WrongShape,
        _ => Fault::Threw(Cause(Rc::new(failure.cause()))),
    }
}

fn labels(labels: &[Label]) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(labels.len() * Label::LENGTH);
    for label in labels {
        bytes.extend_from_slice(label.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| Fault::WrongShape)
}

/// Unpacks the columns of an answer. None stands for a row that cannot be one of the vault's.
fn rows(answer: JsValue) -> Result<Vec<Option<Row>>, Fault> {
    let answer: Rows = answer.unchecked_into();
    let labels = answer.labels();
    let (labels, _) = labels.as_chunks();
    let columns = Unpacker { labels, numbers: &answer.numbers(), sealed: &answer.sealed() };
    match columns.rows() {
        Some(rows) => Ok(rows),
        None => Err(Fault::WrongShape),
    }
}

/// What is left of the columns of an answer.
struct Unpacker<'a> {
    labels: &'a [[u8; Label::LENGTH]],
    numbers: &'a [f64],
    sealed: &'a [u8],
}

impl Unpacker<'_> {
    /// None where the columns do not fit one another.
    fn rows(mut self) -> Option<Vec<Option<Row>>> {
        let mut rows = Vec::with_capacity(self.numbers.len() / ROW_NUMBERS);
        while !self.numbers.is_empty() {
            rows.push(self.row()?);
        }
        Some(rows)
    }

    fn row(&mut self) -> Option<Option<Row>> {
        let (numbers, rest) = self.numbers.split_first_chunk::<ROW_NUMBERS>()?;
        self.numbers = rest;
        let [version, expires_at, prune_at, terms, claims, length] = *numbers;
        let key = self.labels.split_off_first().copied().map(Label::new)?;
        let terms = take(&mut self.labels, terms)?;
        let claims = take(&mut self.labels, claims)?;
        let sealed = take(&mut self.sealed, length)?;
        let (Some(version), Some(expires_at), Some(prune_at)) =
            (whole(version), nullable(expires_at), nullable(prune_at))
        else {
            return Some(None);
        };
        let (terms, claims, sealed) = (to_labels(terms), to_labels(claims), sealed.to_vec());
        Some(Some(Row { key, version, terms, claims, expires_at, prune_at, sealed }))
    }
}

fn to_labels(texts: &[[u8; Label::LENGTH]]) -> Vec<Label> {
    texts.iter().copied().map(Label::new).collect()
}

/// Takes so many off the front of a column.
fn take<'a, T>(column: &mut &'a [T], count: f64) -> Option<&'a [T]> {
    column.split_off(..usize::try_from(whole(count)?).ok()?)
}

/// The columns of a write.
#[derive(Default)]
struct Columns {
    labels: String,
    numbers: Vec<f64>,
    sealed: Vec<u8>,
}

impl Columns {
    fn of(changes: &[Change]) -> Result<Self, Fault> {
        let mut bytes = Vec::new();
        let mut columns =
            Self { numbers: Vec::with_capacity(changes.len() * CHANGE_NUMBERS), ..Self::default() };
        for Change { key, expect, row } in changes {
            bytes.extend_from_slice(key.as_bytes());
            columns.numbers.push(expect.map_or(f64::NAN, version_number));
            let Some(row) = row else {
                columns.numbers.extend([f64::NAN, f64::NAN, f64::NAN, 0.0, 0.0, 0.0]);
                continue;
            };
            for label in row.terms.iter().chain(&row.claims) {
                bytes.extend_from_slice(label.as_bytes());
            }
            columns.sealed.extend_from_slice(&row.sealed);
            columns.numbers.extend([
                version_number(row.version),
                row.expires_at.map_or(f64::NAN, to_number),
                row.prune_at.map_or(f64::NAN, to_number),
                count_number(row.terms.len()),
                count_number(row.claims.len()),
                count_number(row.sealed.len()),
            ]);
        }
        columns.labels = String::from_utf8(bytes).map_err(|_| Fault::WrongShape)?;
        Ok(columns)
    }

    /// By value: they are freed before the store answers.
    fn write(self, bridge: &Bridge) -> Result<JsValue, JsValue> {
        bridge.write(&self.labels, &self.numbers, &self.sealed)
    }
}

/// NaN is null; anything else must be a whole number, or the row is not the vault's.
fn nullable(number: f64) -> Option<Option<Millis>> {
    if number.is_nan() { Some(None) } else { as_whole(number).map(Some) }
}

fn whole(number: f64) -> Option<u64> {
    as_whole(number).and_then(|number| u64::try_from(number).ok())
}

#[expect(clippy::cast_precision_loss, reason = "times of the vault are within 2^53")]
fn to_number(time: Millis) -> f64 {
    time as f64
}

#[expect(clippy::cast_precision_loss, reason = "a version counts writes, far below 2^53")]
fn version_number(version: u64) -> f64 {
    version as f64
}

#[expect(clippy::cast_precision_loss, reason = "a length in a 32-bit memory")]
fn count_number(count: usize) -> f64 {
    count as f64
}
