//! The boundary to JavaScript: the one file that imports wasm-bindgen. No logic.
//!
//! `docs/boundary.md` describes what crosses. The other side is `pkg/bridge.js`, which answers for
//! the host: timers and shapes are its business, and what arrives here is right. It never throws: a
//! failure is an answer.

use std::rc::Rc;

use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use zeroize::Zeroizing;

use crate::columns::{ChangeColumns, pack_labels, time_number, unpack_rows};
use crate::error::{Cause, Error, Fault};
use crate::host::{AccessRequest, AuditEvent, Change, Decision, Host, Millis, Row, TermsQuery};
use crate::json::tree::{as_count, as_whole};
use crate::label::Label;
use crate::vault::Vault;

#[wasm_bindgen]
extern "C" {
    /// `pkg/bridge.js`.
    pub type Bridge;
    #[wasm_bindgen(method, js_name = readClaims)]
    fn read_claims(this: &Bridge, claims: &str, max_bytes: f64) -> Answer;
    #[wasm_bindgen(method, js_name = readTerms)]
    fn read_terms(
        this: &Bridge,
        terms: &str,
        state: &str,
        now: f64,
        after: Option<String>,
        limit: u32,
        max_bytes: f64,
    ) -> Answer;
    #[wasm_bindgen(method)]
    fn write(this: &Bridge, call: &JsValue, labels: &str, numbers: &[f64], sealed: &[u8])
    -> Answer;
    #[wasm_bindgen(method)]
    fn decide(this: &Bridge, call: &JsValue, question: JsValue) -> Answer;
    #[wasm_bindgen(method)]
    fn audit(this: &Bridge, call: &JsValue, event: JsValue) -> Answer;
    #[wasm_bindgen(method)]
    fn clock(this: &Bridge) -> Answer;
    #[wasm_bindgen(method)]
    fn reload(this: &Bridge) -> Answer;
    #[wasm_bindgen(method)]
    fn elapsed(this: &Bridge) -> f64;
    #[wasm_bindgen(method)]
    fn wait(this: &Bridge, millis: f64) -> Answer;

    /// What the bridge answers: a value, a failure, or that it is pending.
    type Answer;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Answer) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn failure(this: &Answer) -> Option<CallbackFailure>;
    /// A promise of another answer, which is not pending.
    #[wasm_bindgen(method, getter)]
    fn pending(this: &Answer) -> Option<Promise>;

    /// How a callback failed.
    type CallbackFailure;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &CallbackFailure) -> String;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &CallbackFailure) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn problem(this: &CallbackFailure) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn limit(this: &CallbackFailure) -> Option<f64>;

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
        let vault = Vault::open(configuration, &secrets).map_err(report)?;
        Ok(Self { vault: Rc::new(vault), bridge: Rc::new(bridge) })
    }

    /// Runs an operation. The promise is settled with the answer as JSON text, or with an `ErrorReport`.
    /// `request` is UTF-8, and so is the text of its `requestBody` where that comes by itself. `call` goes back to
    /// the bridge as it came.
    pub fn call(
        &self,
        operation: String,
        request: Vec<u8>,
        body: Option<Vec<u8>>,
        call: JsValue,
    ) -> Promise {
        let vault = Rc::clone(&self.vault);
        let max_bytes = f64::from(vault.max_bytes_of(&operation));
        let host = JavaScript { bridge: Rc::clone(&self.bridge), call, max_bytes };
        future_to_promise(async move {
            // Of what is no UTF-8 nothing is left, which is no JSON.
            let request = String::from_utf8(request).unwrap_or_default();
            let answer = match body {
                None => vault.call(&host, &operation, &request).await,
                Some(body) => {
                    let body = String::from_utf8(body).unwrap_or_default();
                    vault.call_with_body(&host, &operation, &request, &body).await
                }
            };
            answer.map(JsValue::from).map_err(report)
        })
    }
}

/// What JavaScript makes a `VaultError` of.
#[derive(Serialize)]
struct ErrorReport {
    body: Error,
    status: u16,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    cause: JsValue,
}

fn report(error: Error) -> JsValue {
    let cause = error.cause().and_then(|cause| cause.0.downcast_ref::<JsValue>()).cloned();
    let status = error.status();
    plain(&ErrorReport { body: error, status, cause: cause.unwrap_or_default() })
}

/// A plain object, of which nothing is the wasm's.
fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}

/// The host's JavaScript, for one call.
struct JavaScript {
    bridge: Rc<Bridge>,
    call: JsValue,
    /// Of sealed rows, in one answer of the store.
    max_bytes: f64,
}

/// Nothing that was handed over is kept while the host answers.
impl Host for JavaScript {
    async fn read_claims(&self, claims: &[Label]) -> Result<Vec<Option<Row>>, Fault> {
        let answer = self.bridge.read_claims(&pack_labels(claims), self.max_bytes);
        rows(settle(answer).await?)
    }

    async fn read_terms(&self, query: &TermsQuery) -> Result<Vec<Option<Row>>, Fault> {
        let TermsQuery { terms, state, now, after, limit } = query;
        let after = after.map(|key| pack_labels(&[key]));
        let (terms, now) = (pack_labels(terms), time_number(*now));
        let answer =
            self.bridge.read_terms(&terms, state.name(), now, after, *limit, self.max_bytes);
        rows(settle(answer).await?)
    }

    async fn write(&self, changes: &[Change]) -> Result<bool, Fault> {
        let answer = {
            let ChangeColumns { labels, numbers, sealed } = ChangeColumns::pack(changes);
            self.bridge.write(&self.call, &labels, &numbers, &sealed)
        };
        settle(answer).await?.as_bool().ok_or(Fault::WrongShape)
    }

    async fn decide(&self, request: &AccessRequest<'_>) -> Result<Decision, Fault> {
        let answer = self.bridge.decide(&self.call, plain(request));
        let verdict: Verdict = settle(answer).await?.unchecked_into();
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
        let answer = self.bridge.audit(&self.call, plain(event));
        settle(answer).await.map(|_| ())
    }

    fn now(&self) -> Result<Millis, Fault> {
        let time = value(&self.bridge.clock())?.as_f64();
        time.and_then(as_whole).ok_or(Fault::WrongShape)
    }

    fn elapsed(&self) -> u64 {
        as_count(self.bridge.elapsed()).unwrap_or_default()
    }

    async fn wait(&self, millis: u64) {
        let millis = millis.try_into().map_or(f64::INFINITY, time_number);
        // Whatever comes of it: it is over.
        let _ = settle(self.bridge.wait(millis)).await;
    }

    async fn reload(&self) -> Result<Option<String>, Fault> {
        Ok(settle(self.bridge.reload()).await?.as_string())
    }
}

/// A value that is no promise costs no turn of the event loop.
async fn settle(answer: Answer) -> Result<JsValue, Fault> {
    let Some(promise) = answer.pending() else { return value(&answer) };
    let settled = JsFuture::from(promise).await;
    value(&settled.map_err(|_| Fault::WrongShape)?.unchecked_into())
}

fn value(answer: &Answer) -> Result<JsValue, Fault> {
    let Some(failure) = answer.failure() else { return Ok(answer.value()) };
    Err(match failure.kind().as_str() {
        "timeout" => Fault::TimedOut,
        "shape" => failure.problem().map_or(Fault::WrongShape, Fault::WrongShapeAt),
        "limit" => Fault::OverLimit(failure.limit().and_then(as_count).unwrap_or_default()),
        _ => Fault::Threw(Cause(Rc::new(failure.cause()))),
    })
}

fn rows(answer: JsValue) -> Result<Vec<Option<Row>>, Fault> {
    let rows: Rows = answer.unchecked_into();
    unpack_rows(&rows.labels(), &rows.numbers(), &rows.sealed()).ok_or(Fault::WrongShape)
}
