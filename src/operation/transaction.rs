//! Transaction IDs: a repeated call answers the same, and changes nothing.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::pass::Pass;
use super::reads::Stop;
use super::{Access, Call};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, Millis, Row};
use crate::json::{Json, canonical_object, into_set};
use crate::request::after;
use crate::sealing::{TransactionRecord, open_transaction};

/// What makes two requests the same: query, body, `expirationSecs`, `options`, tenants sorted, and
/// token IDs as a set. Who asks, and why, does not.
const IDENTITY: [&str; 7] =
    ["expirationSecs", "objectIds", "options", "requestBody", "tags", "tokenIds", "xTenantId"];
const SETS: [&str; 2] = ["tokenIds", "xTenantId"];

/// The canonical text of a request.
fn canonical_text(request: &Json, action: &str) -> Zeroizing<String> {
    let members = if let Json::Object(members) = request { members.as_slice() } else { &[] };
    let mut made = vec![("operation".to_owned(), Json::text(action))];
    let mut identity = Vec::new();
    for member in members {
        let (name, value) = member;
        if SETS.contains(&name.as_str()) {
            made.push((name.clone(), as_set(value)));
        } else if IDENTITY.contains(&name.as_str()) {
            identity.push(member);
        }
    }
    identity.extend(&made);
    canonical_object(&identity)
}

/// A list of texts, sorted and without repeats.
fn as_set(list: &Json) -> Json {
    let mut texts = Vec::new();
    if let Json::List(items) = list {
        for item in items {
            if let Json::Text(text) = item {
                texts.push(text.as_str());
            }
        }
    }
    Json::List(into_set(texts).into_iter().map(Json::text).collect())
}

/// A transaction ID as the store knows it. It belongs to the operation, the collection and the
/// request's tenants: others cannot find it.
pub(super) struct Identity {
    pub(super) claim: Label,
    pub(super) request_hash: Label,
}

impl Identity {
    /// Of the ID that a call's whole request has.
    pub(super) fn derive<H>(call: &Call<'_, H>, id: &str, request: &Json) -> Self {
        let claim = derive_claim(call, call.action, id);
        let text = canonical_text(request, call.action);
        Self { claim, request_hash: call.vault.keyring.index().derive_request_hash(&text) }
    }
}

/// The claim of a transaction of this operation, in the call's collection and of its tenants.
pub(super) fn derive_claim<H>(call: &Call<'_, H>, operation: &str, id: &str) -> Label {
    let tenants = into_set(call.common.tenants.clone());
    let index = call.vault.keyring.index();
    index.derive_transaction_claim(operation, &call.collection.name, &tenants, id)
}

/// What the store holds under a transaction ID.
pub(super) enum Found {
    /// A call has landed under it.
    Landed(TransactionRecord),
    /// Nothing that still counts; a row whose time has come is replaced.
    Nothing { stale: Option<Rc<Row>> },
}

/// Reads a transaction's row, whatever the request was.
pub(super) fn read<H: Host>(pass: &mut Pass<'_, H>, claim: Label) -> Result<Found, Stop> {
    let Some(row) = pass.read_row(claim)? else {
        return Ok(Found::Nothing { stale: None });
    };
    let record = open_transaction(&mut pass.envelopes, &row).map_err(|_| ErrorKind::Integrity)?;
    if row.prune_at.is_none_or(|end| end <= pass.now) {
        return Ok(Found::Nothing { stale: Some(row) });
    }
    Ok(Found::Landed(record))
}

/// What a call's transaction has to say of it.
pub(super) enum Replay {
    /// The same request has landed: what it was answered.
    Answer(Zeroizing<String>),
    /// Nothing; a row whose time has come is replaced.
    Nothing { stale: Option<Rc<Row>> },
}

/// Answers what the same request was answered; another under the same ID is an error. The policy is
/// asked about the properties that were not known from the request, and no ciphertext is opened.
pub(super) async fn replay<H: Host>(
    pass: &mut Pass<'_, H>,
    access: &Access,
) -> Result<Replay, Error> {
    let call = pass.call;
    let Some(identity) = &call.transaction else { return Ok(Replay::Nothing { stale: None }) };
    let record = match pass.settle(|pass| read(pass, identity.claim)).await? {
        Found::Landed(record) => record,
        Found::Nothing { stale } => return Ok(Replay::Nothing { stale }),
    };
    if record.request_hash != identity.request_hash {
        return Err(ErrorKind::TransactionReused.into());
    }
    if access.checks.is_none() {
        call.ask(access, &record.checks).await?;
    }
    call.audit(record.tokens).await?;
    Ok(Replay::Answer(record.answer))
}

/// When a transaction that lands now is forgotten.
pub(super) fn end<H>(call: &Call<'_, H>, now: Millis) -> Millis {
    after(now, call.vault.settings.transaction_ttl_secs)
}
