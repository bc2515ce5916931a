//! Steps 5 to 8: read, compute, tell the audit, write; again if somebody else wrote first.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::batch::{Batch, FoundRows};
use super::transaction::{self, Replay};
use super::{Access, Call, Changing};
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{Callback, Host, Label, LabelMap, Millis, Row, State, TermsQuery};
use crate::input::{CheckedInput, OpenedInput};
use crate::sealing::{BlindIndex, Envelopes, Head, TransactionRecord, open_head};

/// How often a call computes its changes before it gives up.
const PASSES: usize = 3;
/// Rows asked for in one read by terms.
const PAGE: u32 = 500;

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
    for _ in 0..PASSES {
        let mut pass = Pass::begin(call)?;
        let stale = match transaction::replay(&mut pass, access).await? {
            Replay::Answer(answer) => return Ok(answer),
            Replay::Nothing { stale } => stale,
        };
        let planned = plan(&mut pass, access, &mut unopened, &mut opened, changing, stale).await;
        let Plan { batch, answer, tokens } = match planned {
            Ok(plan) => plan,
            // Somebody else wrote between two of its reads.
            Err(error) if matches!(error.kind(), ErrorKind::Conflict) => continue,
            Err(error) => return landed_before(call, access, error).await,
        };
        call.audit(tokens).await?;
        if batch.is_empty() || commit(call, &batch).await? {
            return Ok(answer);
        }
    }
    Err(ErrorKind::Conflict.into())
}

/// All of a pass that comes before its audit. The inputs are opened in the first.
async fn plan<H: Host>(
    pass: &mut Pass<'_, H>,
    access: &Access,
    unopened: &mut Option<Vec<CheckedInput<'_>>>,
    opened: &mut Vec<OpenedInput>,
    changing: &Changing<'_>,
    stale: Option<Row>,
) -> Result<Plan, Error> {
    let call = pass.call;
    if let Some(inputs) = unopened.take() {
        *opened = call.open_inputs(access, inputs, pass.now).await?;
    }
    let mut plan = changing.plan(pass, opened).await?;
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

/// The tokens may look wrong only because this very call has landed before, its reply lost: the
/// transaction's row, read after them, says so.
async fn landed_before<H: Host>(
    call: &Call<'_, H>,
    access: &Access,
    error: Error,
) -> Result<Zeroizing<String>, Error> {
    if call.transaction.is_none() {
        return Err(error);
    }
    let mut pass = Pass::begin(call)?;
    match transaction::replay(&mut pass, access).await? {
        Replay::Answer(answer) => Ok(answer),
        Replay::Nothing { .. } => Err(error),
    }
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
    bytes_read: usize,
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
            bytes_read: 0,
        })
    }

    /// Rows that hold any of the claims. A row that holds none of them, and a key or claim that
    /// comes twice, is no answer to the question.
    pub(super) async fn read_claims(&mut self, claims: &[Label]) -> Result<Vec<Row>, Error> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.call.host.read_claims(claims).await;
        let rows = take(answer)?;
        self.limit_bytes(&rows)?;
        let mut asked = LabelMap::with_capacity(claims.len());
        asked.extend(claims.iter().map(|claim| (*claim, 0)));
        let mut keys_and_claims = LabelMap::with_capacity(3 * rows.len());
        for row in &rows {
            let once = |label: &Label| keys_and_claims.insert(*label, 0).is_none();
            let holds = row.claims.iter().any(|claim| asked.contains_key(claim));
            if !holds || !row.claims.iter().chain([&row.key]).all(once) {
                return Err(ErrorKind::Integrity.into());
            }
        }
        Ok(rows)
    }

    /// Tokens that hold any of the claims.
    pub(super) async fn read_tokens(&mut self, claims: &[Label]) -> Result<Vec<Token>, Error> {
        let rows = self.read_claims(claims).await?;
        let mut tokens = Vec::with_capacity(rows.len());
        for row in rows {
            tokens.push(self.open(row, None)?);
        }
        Ok(tokens)
    }

    /// All tokens that have all of the terms and are in the state, by row key; but no more than
    /// `most`, which is for those who only want to know whether there are any.
    pub(super) async fn read_terms(
        &mut self,
        terms: &[Label],
        state: State,
        most: Option<u32>,
    ) -> Result<Vec<Token>, Error> {
        let mut query = self.first_page(terms, state);
        query.limit = most.unwrap_or(PAGE);
        let mut tokens = Vec::new();
        loop {
            let rows = self.read_page(&mut query).await?;
            self.limit_bytes(&rows)?;
            let full = rows.len() == query.limit as usize;
            for row in rows {
                tokens.push(self.open(row, None)?);
            }
            if most.is_some() {
                return Ok(tokens);
            }
            self.call.limit_tokens(tokens.len())?;
            if !full {
                return Ok(tokens);
            }
        }
    }

    /// The first of the pages that hold every row with these terms and in this state.
    pub(super) fn first_page(&self, terms: &[Label], state: State) -> TermsQuery {
        TermsQuery { terms: terms.to_vec(), state, now: self.now, after: None, limit: PAGE }
    }

    /// One page; `query` then asks for the next. A row that does not answer the question, or comes
    /// out of order, is an error. Fewer rows than the limit: this was the last.
    pub(super) async fn read_page(&mut self, query: &mut TermsQuery) -> Result<Vec<Row>, Error> {
        let answer = self.call.host.read_terms(query).await;
        let rows = take(answer)?;
        if rows.len() > query.limit as usize {
            return Err(ErrorKind::Integrity.into());
        }
        for row in &rows {
            let answers = query.after.is_none_or(|after| after < row.key)
                && query.state.holds(row.expires_at, query.now)
                && query.terms.iter().all(|term| row.terms.contains(term));
            if !answers {
                return Err(ErrorKind::Integrity.into());
            }
            query.after = Some(row.key);
        }
        Ok(rows)
    }

    /// Opens the head of a token's row. `claim` is its own claim, where the caller has it already.
    pub(super) fn open(&mut self, row: Row, claim: Option<Label>) -> Result<Token, Error> {
        let head = open_head(&mut self.envelopes, &row).map_err(|_| ErrorKind::Integrity)?;
        if head.collection != self.call.collection.name {
            return Err(ErrorKind::Integrity.into());
        }
        let claim = match claim {
            Some(claim) => claim,
            None => self.derive_token_claim(&head.token_id),
        };
        Ok(Token { row: Rc::new(row), head, claim })
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

    fn limit_bytes(&mut self, rows: &[Row]) -> Result<(), Error> {
        self.bytes_read += rows.iter().map(|row| row.sealed.len()).sum::<usize>();
        self.call.limit_bytes(self.bytes_read)
    }
}

/// A row in which the store's types are right, and the rest is not, is no answer either.
fn take(answer: Result<Vec<Option<Row>>, Fault>) -> Result<Vec<Row>, Error> {
    let rows = answer.map_err(|fault| Callback::Read.failed(fault))?;
    Ok(all_possible(rows).ok_or(ErrorKind::Integrity)?)
}

/// A loop, as wherever many are collected that may fail: `collect` is half a kilobyte of wasm for each
/// type.
fn all_possible(answer: Vec<Option<Row>>) -> Option<Vec<Row>> {
    let mut rows = Vec::with_capacity(answer.len());
    for row in answer {
        rows.push(row?);
    }
    Some(rows)
}
