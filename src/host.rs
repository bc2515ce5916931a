//! What the host supplies, as the core sees it: a few questions, and the rows they carry.
//!
//! The core has never heard of JavaScript. `wasm.rs` implements [`Host`] over the host's
//! JavaScript; a test implements it in a few lines. Nothing here is `Send`: the wasm has one thread.

use std::borrow::Cow;
use std::future::Future;

use serde::Serialize;
use strum::IntoStaticStr;

use crate::error::Fault;
pub use crate::label::Label;

/// Milliseconds since 1970.
pub type Millis = i64;

/// A stored row: blind columns and sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Identity for life: random, never used again.
    pub key: Label,
    /// 1 at first, one more on every write.
    pub version: u64,
    /// What it can be found by; a set.
    pub terms: Vec<Label>,
    /// What it alone may hold; a set.
    pub claims: Vec<Label>,
    /// The token is archived from then on.
    pub expires_at: Option<Millis>,
    /// A store may delete the row after this, and never otherwise.
    pub prune_at: Option<Millis>,
    /// Head and body, sealed (`docs/format.md`).
    pub sealed: Vec<u8>,
}

/// Which rows a read by terms wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum State {
    /// No expiry, or one later than `now`.
    Active,
    /// An expiry at or before `now`.
    Archived,
    /// Both.
    Any,
}

impl State {
    /// As the store contract spells it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a row with this expiry is in the state at `now`.
    pub fn holds(self, expires_at: Option<Millis>, now: Millis) -> bool {
        let archived = expires_at.is_some_and(|time| time <= now);
        match self {
            Self::Active => !archived,
            Self::Archived => archived,
            Self::Any => true,
        }
    }
}

/// One page of rows that have all of the terms.
#[derive(Clone, Debug)]
pub struct TermsQuery {
    /// All of them; never empty.
    pub terms: Vec<Label>,
    /// In this state at `now`.
    pub state: State,
    /// The time that the state is judged by.
    pub now: Millis,
    /// Only rows with a key after this one.
    pub after: Option<Label>,
    /// At most so many, ordered by key.
    pub limit: u32,
}

/// One change of a batch: insert, replace or delete.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row's key.
    pub key: Label,
    /// The version that must be there; none: no row may have the key.
    pub expect: Option<u64>,
    /// The row as it shall be; none deletes.
    pub row: Option<Row>,
}

/// One thing the caller must be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Such as `tokenize`.
    pub operation: Cow<'static, str>,
    /// Such as `customers/properties/email`.
    pub resource: String,
    /// The property's data type; none for tokens.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
}

/// Where the data of a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// Property values in the request.
    Fields,
    /// Ciphertext in the request, at least in part.
    Encrypted,
    /// Stored tokens.
    Token,
    /// No data.
    None,
}

/// The question that the policy answers, in the form that the host's policy gets; the host adds the caller.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessRequest<'a> {
    /// Such as `tokens.update`.
    pub action: &'static str,
    /// All needed.
    pub capabilities: &'a [&'static str],
    /// All needed.
    pub checks: &'a [Check],
    /// Where data comes from.
    pub input: InputKind,
    /// The collection's name.
    pub collection: &'a str,
    /// The tenants that confine the request; none: unconfined.
    pub tenant_ids: &'a [&'a str],
    /// The access reason.
    pub reason: &'static str,
    /// The caller's own words, if given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adhoc_reason: Option<&'a str>,
}

/// The policy's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// The caller lacks a capability.
    MissingCapability(Option<String>),
    /// The policy refuses.
    Denied(Option<String>),
}

/// What became of a call, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is about to take effect, or to answer.
    Allowed,
    /// Policy or tenant refused it.
    Denied,
    /// It ended in another error.
    Failed,
}

/// One audit event, in the form that the host's audit gets; the host adds the caller. Never a value, a token ID or a key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent<'a> {
    /// Random for each call.
    pub id: &'a str,
    /// When, in milliseconds since 1970.
    pub time: Millis,
    /// Such as `tokens.update`.
    pub action: &'static str,
    /// The collection's name.
    pub collection: &'a str,
    /// The tenants that confine the request.
    pub tenant_ids: &'a [&'a str],
    /// The access reason.
    pub reason: &'static str,
    /// The caller's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adhoc_reason: Option<&'a str>,
    /// The caller's note for the audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_audit: Option<&'a str>,
    /// The caller's transaction ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<&'a str>,
    /// What became of the call.
    pub decision: Outcome,
    /// The error's code, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What the policy was asked.
    pub checks: &'a [Check],
    /// How many tokens it concerns.
    pub tokens: usize,
}

/// The questions the core asks of whoever embeds it. One value serves one call.
///
/// A `Vec<Option<Row>>` holds `None` where the store answered a row that could not be one of the
/// vault's: right in its types, and impossible in its content.
pub trait Host {
    /// Rows that hold any of the claims, in any order.
    fn read_claims(
        &self,
        claims: &[Label],
    ) -> impl Future<Output = Result<Vec<Option<Row>>, Fault>>;

    /// One page of rows that have all of the terms.
    fn read_terms(
        &self,
        query: &TermsQuery,
    ) -> impl Future<Output = Result<Vec<Option<Row>>, Fault>>;

    /// All changes or none; `false` means that somebody else wrote first.
    fn write(&self, changes: &[Change]) -> impl Future<Output = Result<bool, Fault>>;

    /// Asks the policy.
    fn decide(&self, request: &AccessRequest<'_>) -> impl Future<Output = Result<Decision, Fault>>;

    /// Tells the audit, and waits for it; asked only where the configuration says that it `audits`.
    fn audit(&self, event: &AuditEvent<'_>) -> impl Future<Output = Result<(), Fault>>;

    /// The time.
    fn now(&self) -> Result<Millis, Fault>;

    /// Milliseconds since any moment, on a clock that never goes back: how long a pass takes. (The time
    /// may be set, and may stand still.)
    fn elapsed(&self) -> u64;

    /// Ends after so many milliseconds, in which others run.
    fn wait(&self, millis: u64) -> impl Future<Output = ()>;

    /// Runs the host's reload; new collections, as JSON, if it answered any.
    fn reload(&self) -> impl Future<Output = Result<Option<String>, Fault>>;
}
