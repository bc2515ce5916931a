//! Transaction IDs: a repeated call answers the same, and changes nothing.

use std::rc::Rc;

use crate::error::{Error, ErrorKind};
use crate::host::{Host, Row};
use crate::label::Label;
use crate::operation::call::Access;
use crate::operation::inputs::Unopened;
use crate::operation::pass::Pass;
use crate::sealing::row::open_transaction;
use crate::sealing::transaction_record::TransactionRecord;

/// What the store holds under a transaction ID.
pub(crate) enum Found {
    /// A call has landed under it.
    Landed(TransactionRecord),
    /// Nothing that still counts; a row whose time has come is replaced.
    Nothing { stale: Option<Rc<Row>> },
}

/// Reads a transaction's row, whatever the request was.
pub(crate) async fn read<H: Host>(pass: &mut Pass<'_, H>, claim: Label) -> Result<Found, Error> {
    let Some(row) = pass.read_row(claim).await? else {
        return Ok(Found::Nothing { stale: None });
    };
    let record = open_transaction(&mut pass.envelopes, &row).map_err(|_| ErrorKind::Integrity)?;
    if row.prune_at.is_none_or(|end| end <= pass.now) {
        return Ok(Found::Nothing { stale: Some(row) });
    }
    Ok(Found::Landed(record))
}

/// What a call's transaction has to say of it.
pub(crate) enum Replay {
    /// The same request has landed: what it was answered.
    Answer(String),
    /// Nothing; a row whose time has come is replaced.
    Nothing { stale: Option<Rc<Row>> },
}

/// Answers what the same request was answered; another under the same ID is an error. The policy is
/// asked about the properties that were not known from the request, and no ciphertext of the same request is
/// opened: only of another they must be, for who has no right to its properties is not told of the transaction.
pub(crate) async fn replay<H: Host>(
    pass: &mut Pass<'_, H>,
    access: &Access,
    inputs: &Unopened<'_>,
) -> Result<Replay, Error> {
    let call = pass.call;
    let Some(identity) = &call.transaction else { return Ok(Replay::Nothing { stale: None }) };
    let record = match read(pass, identity.claim).await? {
        Found::Landed(record) => record,
        Found::Nothing { stale } => return Ok(Replay::Nothing { stale }),
    };
    if record.request_hash != identity.request_hash {
        inputs.ask_of_another(call, access).await?;
        return Err(ErrorKind::TransactionReused.into());
    }
    if access.checks.is_none() {
        inputs.ask_again(call, access, &record.checks).await?;
    }
    call.audit(record.tokens).await?;
    Ok(Replay::Answer(record.answer))
}
