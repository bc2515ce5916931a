//! Steps 5 to 9 of what changes: read, compute, tell the audit, write; again if somebody else wrote first.

use std::rc::Rc;

use futures_util::future::join_all;

use crate::error::{Callback, Error, ErrorKind, Fault};
use crate::host::{Host, Row, State, TermsQuery};
use crate::operation::batch::{Batch, FoundRows, Plan};
use crate::operation::call::{Access, Call};
use crate::operation::inputs::{OpenedInput, Unopened};
use crate::operation::pass::Pass;
use crate::operation::reads::{READS_AT_ONCE, all_possible};
use crate::operation::transaction::{self, Replay};
use crate::operation::turn::Turn;
use crate::sealing::transaction_record::TransactionRecord;

/// Commits what an operation changes. `changes` reads the store and computes them; it does so anew when
/// somebody else wrote first.
pub(crate) async fn commit<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    mut inputs: Unopened<'_>,
    changes: impl AsyncFn(&mut Pass<'_, H>, &[OpenedInput]) -> Result<Plan, Error>,
) -> Result<String, Error> {
    let mut opened = None;
    let mut failed = None;
    let mut turn = Turn::first(call);
    loop {
        let mut pass = Pass::begin(call)?;
        let stale = match transaction::replay(&mut pass, access, &inputs).await? {
            Replay::Answer(answer) => return Ok(answer),
            Replay::Nothing { stale } => stale,
        };
        if let Some(error) = failed {
            return Err(error);
        }
        match plan(&mut pass, access, &mut inputs, &mut opened, &changes, stale).await {
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
        turn.wait_for_next().await?;
    }
}

/// All of a pass that comes before its audit. The inputs are opened in the first.
async fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    access: &Access,
    inputs: &mut Unopened<'_>,
    opened: &mut Option<Vec<OpenedInput>>,
    changes: &impl AsyncFn(&mut Pass<'_, H>, &[OpenedInput]) -> Result<Plan, Error>,
    stale: Option<Rc<Row>>,
) -> Result<Plan, Error> {
    let call = pass.call;
    let opened = match opened {
        Some(opened) => opened,
        None => opened.insert(inputs.open(call, access, pass.now).await?),
    };
    let mut plan = changes(pass, opened).await?;
    if let Some(identity) = &call.transaction {
        let record = TransactionRecord {
            request_hash: identity.request_hash,
            tokens: plan.tokens,
            checks: call.checks.borrow().to_vec(),
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
    let query = TermsQuery {
        terms: vec![call.vault.keyring.index().derive_all_term()],
        state: State::Any,
        now: call.time.get().unwrap_or_default(),
        after: None,
        limit: 1,
    };
    for keys in batch.deleted().chunks(READS_AT_ONCE) {
        let queries: Vec<TermsQuery> = keys
            .iter()
            .map(|key| TermsQuery { after: key.predecessor(), ..query.clone() })
            .collect();
        let pages = join_all(queries.iter().map(|query| call.host.read_terms(query))).await;
        for (key, rows) in keys.iter().zip(pages) {
            let rows = all_possible(rows?).ok_or(Fault::WrongShape)?;
            if rows.iter().any(|row| row.key == *key) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn outcome_unknown(callback: Callback, fault: Fault) -> Error {
    ErrorKind::Callback { callback, fault, outcome_unknown: true }.into()
}
