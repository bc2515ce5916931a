//! Steps 5 to 9 of what changes: read, compute, tell the audit, write; again if somebody else wrote first.

use std::rc::Rc;

use crate::error::{Callback, Error, ErrorKind, Fault};
use crate::host::{Host, Row, State, TermsQuery};
use crate::operation::batch::{Batch, FoundRows, Plan};
use crate::operation::call::{Access, Call};
use crate::operation::inputs::{CheckedInput, OpenedInput, open_inputs};
use crate::operation::pass::Pass;
use crate::operation::reads::all_possible;
use crate::operation::transaction::{self, Replay};
use crate::sealing::transaction_record::TransactionRecord;

/// How often a call computes its changes before it gives up.
const PASSES: usize = 3;

/// Commits what an operation changes. `changes` reads the store and computes them; it does so anew when
/// somebody else wrote first.
pub(crate) async fn commit<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    inputs: Vec<CheckedInput<'_>>,
    changes: impl AsyncFn(&mut Pass<'_, H>, &[OpenedInput]) -> Result<Plan, Error>,
) -> Result<String, Error> {
    let mut unopened = Some(inputs);
    let mut opened = Vec::new();
    let mut failed = None;
    let mut passes = 0;
    loop {
        let mut pass = Pass::begin(call)?;
        let stale = match transaction::replay(&mut pass, access).await? {
            Replay::Answer(answer) => return Ok(answer),
            Replay::Nothing { stale } => stale,
        };
        if let Some(error) = failed {
            return Err(error);
        }
        match plan(&mut pass, access, &mut unopened, &mut opened, &changes, stale).await {
            Ok(Plan { batch, answer, tokens }) => {
                call.audit(tokens).await?;
                if batch.is_empty() || write(call, &batch).await? {
                    return Ok(answer);
                }
            }
            // Somebody else wrote between two of its reads.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict) => {}
            Err(error) if call.transaction.is_none() => return Err(error),
            // The tokens may look wrong only because this very call has landed before, its reply lost:
            // the transaction's row, read after them, says so.
            Err(error) => {
                failed = Some(error);
                continue;
            }
        }
        passes += 1;
        if passes == PASSES {
            return Err(ErrorKind::Conflict.into());
        }
    }
}

/// All of a pass that comes before its audit. The inputs are opened in the first.
async fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    access: &Access,
    unopened: &mut Option<Vec<CheckedInput<'_>>>,
    opened: &mut Vec<OpenedInput>,
    changes: &impl AsyncFn(&mut Pass<'_, H>, &[OpenedInput]) -> Result<Plan, Error>,
    stale: Option<Rc<Row>>,
) -> Result<Plan, Error> {
    let call = pass.call;
    if let Some(inputs) = unopened.take() {
        *opened = open_inputs(call, access, inputs, pass.now).await?;
    }
    let mut plan = changes(pass, opened).await?;
    if let Some(identity) = &call.transaction {
        let record = TransactionRecord {
            request_hash: identity.request_hash,
            tokens: plan.tokens,
            checks: call.checks.borrow().clone(),
            answer: plan.answer.clone(),
        };
        plan.batch.put_transaction(pass, identity, stale, &record)?;
    }
    plan.batch.check_limits(call)?;
    Ok(plan)
}

/// Writes the batch. False: it has not landed, and somebody else wrote first.
async fn write<H: Host>(call: &Call<'_, H>, batch: &Batch) -> Result<bool, Error> {
    let fault = match call.host.write(batch.changes()).await {
        Ok(true) => return Ok(true),
        Ok(false) => None,
        Err(fault) => Some(fault),
    };
    // What the store says of a write and what it has done may differ: only its rows tell.
    match (read_back(call, batch).await, fault) {
        (Ok(Rows::AsWritten), _) => Ok(true),
        (Ok(_), None) => Ok(false),
        (
            Ok(Rows::AsBefore),
            Some(fault @ (Fault::Threw(_) | Fault::WrongShape | Fault::WrongShapeAt(_))),
        ) => Err(Callback::Write.failed(fault)),
        (Ok(_) | Err(_), Some(fault)) => Err(outcome_unknown(Callback::Write, fault)),
        (Err(fault), None) => Err(outcome_unknown(Callback::Read, fault)),
    }
}

/// What the rows of a batch look like after its write.
enum Rows {
    AsWritten,
    AsBefore,
    Otherwise,
}

async fn read_back<H: Host>(call: &Call<'_, H>, batch: &Batch) -> Result<Rows, Fault> {
    let rows = call.host.read_claims(&batch.claims_before_and_after()).await?;
    let rows = FoundRows::new(all_possible(rows).ok_or(Fault::WrongShape)?);
    Ok(if batch.has_landed(&rows) && deleted_rows_are_gone(call, batch).await? {
        Rows::AsWritten
    } else if batch.has_not_begun(&rows) {
        Rows::AsBefore
    } else {
        Rows::Otherwise
    })
}

/// Whether no row that the batch deletes is there. One that its claims no longer find may only have
/// been given others, by a rotation: it is looked for by its key, as the first row after the key
/// before it.
async fn deleted_rows_are_gone<H: Host>(call: &Call<'_, H>, batch: &Batch) -> Result<bool, Fault> {
    let mut query = TermsQuery {
        terms: vec![call.vault.keyring.index().derive_all_term()],
        state: State::Any,
        now: call.time.get().unwrap_or_default(),
        after: None,
        limit: 1,
    };
    for key in batch.deleted() {
        query.after = key.predecessor();
        let rows = call.host.read_terms(&query).await?;
        let rows = all_possible(rows).ok_or(Fault::WrongShape)?;
        if rows.iter().any(|row| row.key == *key) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn outcome_unknown(callback: Callback, fault: Fault) -> Error {
    ErrorKind::Callback { callback, fault, outcome_unknown: true }.into()
}
