//! Steps 5 to 8: read, compute, tell the audit, write; again if somebody else wrote first.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::batch::{Batch, FoundRows};
use super::reads::{Reads, all_possible};
use super::transaction::{self, Replay};
use super::{Access, Call, Changing};
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{Callback, Host, Label, Millis, Row, State, TermsQuery};
use crate::input::{CheckedInput, OpenedInput};
use crate::sealing::{BlindIndex, Envelopes, Head, TransactionRecord};

/// How often a call computes its changes before it gives up.
const PASSES: usize = 3;

/// A row whose head was opened.
pub(super) struct Token {
    pub(super) row: Rc<Row>,
    pub(super) head: Head,
    /// Which of the row's claims is the one of its token ID.
    pub(super) claim: Label,
}

impl Token {
    /// The claims of the tags that were made unique: those that are neither the token's own nor its
    /// data's.
    pub(super) fn unique_claims(&self) -> Vec<Label> {
        let others = self.row.claims.iter().copied();
        others
            .filter(|claim| *claim != self.claim && Some(*claim) != self.head.data_claim)
            .collect()
    }
}

/// What one pass means to do.
pub(super) struct Plan {
    pub(super) batch: Batch,
    /// JSON text; empty where the operation answers nothing.
    pub(super) answer: Zeroizing<String>,
    /// How many tokens it concerns.
    pub(super) tokens: usize,
}

/// Runs a changing operation from step 5: it reads the store and plans its changes, anew when
/// somebody else wrote first.
pub(super) async fn run<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    inputs: Vec<CheckedInput<'_>>,
    changing: &Changing<'_>,
) -> Result<Zeroizing<String>, Error> {
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
        match plan(&mut pass, access, &mut unopened, &mut opened, changing, stale).await {
            Ok(Plan { batch, answer, tokens }) => {
                call.audit(tokens).await?;
                if batch.is_empty() || commit(call, &batch).await? {
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
    changing: &Changing<'_>,
    stale: Option<Rc<Row>>,
) -> Result<Plan, Error> {
    let call = pass.call;
    if let Some(inputs) = unopened.take() {
        *opened = call.open_inputs(access, inputs, pass.now).await?;
    }
    let mut plan = pass.settle(|pass| changing.plan(pass, opened)).await?;
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
async fn commit<H: Host>(call: &Call<'_, H>, batch: &Batch) -> Result<bool, Error> {
    let fault = match call.host.write(batch.changes()).await {
        Ok(true) => return Ok(true),
        Ok(false) => None,
        Err(fault) => Some(fault),
    };
    // What the store says of a write and what it has done may differ: only its rows tell.
    match (read_back(call, batch).await, fault) {
        (Ok(Rows::AsWritten), _) => Ok(true),
        (Ok(_), None) => Ok(false),
        (Ok(Rows::AsBefore), Some(fault @ (Fault::Threw(_) | Fault::WrongShape))) => {
            Err(Callback::Write.failed(fault))
        }
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

/// Terms kept for the tokens to come. A batch with more tags and tenants than this derives some of them
/// again, which costs little more than to find them would.
const KNOWN_TERMS: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum TermKind {
    Tenant,
    Tag,
}

struct KnownTerm {
    kind: TermKind,
    name: Option<String>,
    term: Label,
}

/// One pass: its time, and what it has read.
pub(super) struct Pass<'a, H> {
    pub(super) call: &'a Call<'a, H>,
    pub(super) now: Millis,
    pub(super) envelopes: Envelopes<'a>,
    /// The terms that every token of the collection has.
    shared_terms: Option<[Label; 2]>,
    /// Terms derived lately: a batch shares most of them.
    known_terms: Vec<KnownTerm>,
    /// What it has read, and is about to.
    pub(super) reads: Reads,
}

impl<'a, H: Host> Pass<'a, H> {
    /// Reads the clock, once for the pass.
    pub(super) fn begin(call: &'a Call<'a, H>) -> Result<Self, Error> {
        let envelopes = Envelopes::new(&call.vault.keyring);
        Ok(Self {
            call,
            now: call.now()?,
            envelopes,
            shared_terms: None,
            known_terms: Vec::new(),
            reads: Reads::default(),
        })
    }

    /// The claim of a token ID in the call's collection.
    pub(super) fn derive_token_claim(&self, token_id: &str) -> Label {
        self.index().derive_token_claim(&self.call.collection.name, token_id)
    }

    /// The terms of a token that says this of itself.
    pub(super) fn derive_terms(&mut self, head: &Head) -> Vec<Label> {
        let mut terms = Vec::with_capacity(3 + head.tags.len());
        terms.extend(match self.shared_terms {
            Some(terms) => terms,
            None => {
                let collection = &self.call.collection.name;
                let index = self.index();
                *self
                    .shared_terms
                    .insert([index.derive_all_term(), index.derive_collection_term(collection)])
            }
        });
        terms.push(self.derive_tenant_term(head.tenant.as_deref()));
        for tag in &head.tags {
            terms.push(self.derive_tag_term(tag));
        }
        terms
    }

    pub(super) fn derive_tenant_term(&mut self, tenant: Option<&str>) -> Label {
        self.derive_once(TermKind::Tenant, tenant)
    }

    pub(super) fn derive_tag_term(&mut self, tag: &str) -> Label {
        self.derive_once(TermKind::Tag, Some(tag))
    }

    fn derive_once(&mut self, kind: TermKind, name: Option<&str>) -> Label {
        let mut known = self.known_terms.iter();
        if let Some(known) = known.find(|known| known.kind == kind && known.name.as_deref() == name)
        {
            return known.term;
        }
        let collection = &self.call.collection.name;
        let term = match (kind, name) {
            (TermKind::Tag, Some(tag)) => self.index().derive_tag_term(collection, tag),
            (_, tenant) => self.index().derive_tenant_term(collection, tenant),
        };
        if self.known_terms.len() == KNOWN_TERMS {
            self.known_terms.clear();
        }
        self.known_terms.push(KnownTerm { kind, name: name.map(str::to_owned), term });
        term
    }

    pub(super) fn index(&self) -> &'a BlindIndex {
        self.call.vault.keyring.index()
    }
}
