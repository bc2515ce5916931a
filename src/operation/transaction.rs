//! Transaction IDs: a repeated call answers the same, and changes nothing.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::pass::Pass;
use super::{Access, Call};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Label, Millis, Row};
use crate::json::{Json, canonical_object, in_order};
use crate::request::after;
use crate::sealing::{TransactionRecord, open_transaction};

/// What makes two requests the same: query, body, `expirationSecs`, `options`, tenants sorted, and
/// token IDs as a set. Who asks, and why, does not.
const IDENTITY: [&str; 7] =
    ["expirationSecs", "objectIds", "options", "requestBody", "tags", "tokenIds", "xTenantId"];
const SETS: [&str; 2] = ["tokenIds", "xTenantId"];

/// The canonical text of a request that has a transaction ID.
pub(super) struct Request(Zeroizing<String>);

impl Request {
    pub(super) fn of(request: &Json, action: &str) -> Option<Self> {
        let Json::Object(members) = request else { return None };
        if !members.iter().any(|(name, _)| name == "transactionId") {
            return None;
        }
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
        Some(Self(canonical_object(&identity)))
    }
}

fn as_set(value: &Json) -> Json {
    let Json::List(items) = value else { return value.clone() };
    let texts: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Json::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let mut texts = in_order(texts);
    texts.dedup();
    Json::List(texts.into_iter().map(Json::text).collect())
}

/// A transaction ID as the store knows it. It belongs to the operation, the collection and the
/// request's tenants: others cannot find it.
pub(super) struct Identity {
    pub(super) claim: Label,
    pub(super) request_hash: Label,
}

impl Identity {
    pub(super) fn derive<H>(
        call: &Call<'_, H>,
        id: &str,
        request: &Request,
    ) -> Result<Self, Error> {
        let claim = derive_claim(call, call.action, id);
        let request_hash = call.vault.keyring.index().derive_request_hash(&request.0);
        Ok(Self { claim, request_hash })
    }
}

/// The claim of a transaction of this operation, in the call's collection and of its tenants.
pub(super) fn derive_claim<H>(call: &Call<'_, H>, operation: &str, id: &str) -> Label {
    let tenants = in_order(call.common.tenants.clone());
    let index = call.vault.keyring.index();
    index.derive_transaction_claim(operation, &call.collection.name, &tenants, id)
}

/// What the store holds under a transaction ID.
pub(super) enum Found {
    /// The same request has landed.
    Landed(TransactionRecord),
    /// Nothing that still counts; a row whose time has come is replaced.
    Nothing { stale: Option<Row> },
}

/// Reads a transaction's row. Another request under the same ID is an error.
pub(super) async fn find<H: Host>(
    pass: &mut Pass<'_, H>,
    identity: &Identity,
) -> Result<Found, Error> {
    let found = read(pass, identity.claim).await?;
    if let Found::Landed(record) = &found
        && record.request_hash != identity.request_hash
    {
        return Err(ErrorKind::TransactionReused.into());
    }
    Ok(found)
}

/// Reads a transaction's row, whatever the request was.
pub(super) async fn read<H: Host>(pass: &mut Pass<'_, H>, claim: Label) -> Result<Found, Error> {
    let Some(row) = pass.read_claims(&[claim]).await?.pop() else {
        return Ok(Found::Nothing { stale: None });
    };
    let record = open_transaction(&mut pass.envelopes, &row).map_err(|_| ErrorKind::Integrity)?;
    if row.prune_at.is_none_or(|end| end <= pass.now) {
        return Ok(Found::Nothing { stale: Some(row) });
    }
    Ok(Found::Landed(record))
}

/// Answers what the same request was answered. The policy is asked about the properties that were
/// not known from the request, and no ciphertext is opened.
pub(super) async fn replay<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    record: TransactionRecord,
) -> Result<Zeroizing<String>, Error> {
    if access.checks.is_none() {
        call.ask(access, &record.checks).await?;
    }
    call.audit(record.tokens).await?;
    Ok(record.answer)
}

/// When a transaction that lands now is forgotten.
pub(super) fn end<H>(call: &Call<'_, H>, now: Millis) -> Millis {
    after(now, call.vault.settings.transaction_ttl_secs)
}
