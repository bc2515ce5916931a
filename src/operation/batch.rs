//! The changes of one pass, sealed: what is written, and how to tell whether it has landed.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::error::Error;
use crate::host::{Change, Host, Millis, Row};
use crate::label::{Label, into_set, sorted};
use crate::operation::call::{Call, limit};
use crate::operation::pass::Pass;
use crate::operation::transaction_id::Identity;
use crate::request::expiry::after;
use crate::sealing::fresh::Fresh;
use crate::sealing::head::Head;
use crate::sealing::row::{Body, seal_token, seal_transaction, unsealed_row};
use crate::sealing::transaction_record::TransactionRecord;

/// What one pass means to do.
pub(crate) struct Plan {
    pub(crate) batch: Batch,
    /// JSON text; empty where the operation answers nothing.
    pub(crate) answer: String,
    /// How many tokens it concerns.
    pub(crate) tokens: usize,
}

/// Changes and, for each, the row as it was.
pub(crate) struct Batch {
    /// Randomness of this pass and no other.
    pub(crate) fresh: Fresh,
    changes: Vec<Change>,
    before: Vec<Option<Rc<Row>>>,
    sealed_bytes: usize,
}

/// What a token's row shall say, beside its head.
pub(crate) struct NewRow<'a> {
    pub(crate) head: &'a Head,
    /// The claim of the head's token ID.
    pub(crate) claim: Label,
    /// The terms of what the head says.
    pub(crate) terms: &'a [Label],
    /// The claims of the tags that were made unique.
    pub(crate) unique_claims: &'a [Label],
    pub(crate) expires_at: Option<Millis>,
    pub(crate) body: Body<'a>,
}

impl Batch {
    /// Draws the randomness of the pass: for so many new token IDs and rows.
    pub(crate) fn new(new_ids_and_rows: usize) -> Result<Self, Error> {
        // One more, for the row of a transaction.
        let fresh = Fresh::fill(new_ids_and_rows + 1)?;
        Ok(Self { fresh, changes: Vec::new(), before: Vec::new(), sealed_bytes: 0 })
    }

    /// A plan that writes this and answers that.
    pub(crate) fn answering(self, answer: String, tokens: usize) -> Plan {
        Plan { batch: self, answer, tokens }
    }

    /// A new token.
    pub(crate) fn insert<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        new: &NewRow<'_>,
    ) -> Result<(), Error> {
        let key = self.fresh.make_row_key()?;
        let row = self.seal(pass, key, 1, new)?;
        self.push(pass.call, key, None, Some(row))
    }

    /// A token's new row, under the same key.
    pub(crate) fn replace<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        before: &Rc<Row>,
        new: &NewRow<'_>,
    ) -> Result<(), Error> {
        let row = self.seal(pass, before.key, next_version(before)?, new)?;
        self.push(pass.call, before.key, Some(Rc::clone(before)), Some(row))
    }

    /// A token that shall be no more.
    pub(crate) fn delete<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        before: Rc<Row>,
    ) -> Result<(), Error> {
        self.push(pass.call, before.key, Some(before), None)
    }

    /// The row of the call's transaction, in the place of one whose time has come.
    pub(crate) fn put_transaction<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        identity: &Identity,
        stale: Option<Rc<Row>>,
        record: &TransactionRecord,
    ) -> Result<(), Error> {
        let (key, version) = match &stale {
            Some(row) => (row.key, next_version(row)?),
            None => (self.fresh.make_row_key()?, 1),
        };
        let term = pass.call.vault.keyring.index().derive_all_term();
        let end = after(pass.now, pass.call.vault.settings.transaction_ttl_secs.0);
        let unsealed =
            unsealed_row(key, version, vec![term], vec![identity.claim], None, Some(end));
        let row = seal_transaction(&mut pass.envelopes, &mut self.fresh, unsealed, record)?;
        self.push(pass.call, key, stale, Some(row))
    }

    fn seal<H: Host>(
        &mut self,
        pass: &mut Pass<'_, H>,
        key: Label,
        version: u64,
        new: &NewRow<'_>,
    ) -> Result<Row, Error> {
        let NewRow { head, claim, unique_claims, terms, expires_at, body } = new;
        let mut claims = Vec::with_capacity(2 + unique_claims.len());
        claims.push(*claim);
        claims.extend(head.data_claim);
        claims.extend_from_slice(unique_claims);
        let prune_at = expires_at
            .zip(pass.call.vault.settings.archived_retention_secs.0)
            .map(|(time, seconds)| after(time, seconds));
        let unsealed = unsealed_row(key, version, terms.to_vec(), claims, *expires_at, prune_at);
        seal_token(&mut pass.envelopes, &mut self.fresh, unsealed, head, body)
    }

    fn push<H: Host>(
        &mut self,
        call: &Call<'_, H>,
        key: Label,
        before: Option<Rc<Row>>,
        row: Option<Row>,
    ) -> Result<(), Error> {
        self.sealed_bytes += row.as_ref().map_or(0, |row| row.sealed.len());
        call.limit_bytes(self.sealed_bytes)?;
        self.changes.push(Change { key, expect: before.as_ref().map(|row| row.version), row });
        self.before.push(before);
        Ok(())
    }

    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The keys of the rows that it deletes.
    pub(crate) fn deleted(&self) -> Vec<Label> {
        let deleted = self.changes.iter().filter(|change| change.row.is_none());
        deleted.map(|change| change.key).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Refuses what the store does not take.
    pub(crate) fn check_limits<H: Host>(&self, call: &Call<'_, H>) -> Result<(), Error> {
        let limits = &call.vault.store;
        if let Some(most) = limits.max_row_bytes.0 {
            for row in self.changes.iter().filter_map(|change| change.row.as_ref()) {
                limit("store.maxRowBytes", row.sealed.len() as u64, most)?;
            }
        }
        match limits.max_writes.0 {
            Some(most) => limit("store.maxWrites", self.touched(), most),
            None => Ok(()),
        }
    }

    /// Keys, terms and claims that the write touches: those it takes away as well as those it puts.
    fn touched(&self) -> u64 {
        let rows = self.changes.iter().zip(&self.before);
        rows.map(|(change, before)| {
            let mut labels = Vec::new();
            for row in [before.as_deref(), change.row.as_ref()].into_iter().flatten() {
                labels.extend_from_slice(&row.terms);
                labels.extend_from_slice(&row.claims);
            }
            1 + into_set(labels).len() as u64
        })
        .sum()
    }

    /// By these the batch's rows can be found again, whether it has landed or not.
    pub(crate) fn claims_before_and_after(&self) -> Vec<Label> {
        let mut claims = Vec::new();
        for (change, before) in self.changes.iter().zip(&self.before) {
            for row in [before.as_deref(), change.row.as_ref()].into_iter().flatten() {
                claims.extend_from_slice(&row.claims);
            }
        }
        into_set(claims)
    }

    /// Whether these rows are exactly what the batch wrote.
    pub(crate) fn has_landed(&self, rows: &FoundRows) -> bool {
        self.changes.iter().all(|change| same(rows.get(&change.key), change.row.as_ref()))
    }

    /// Whether these rows are exactly what they were before the batch.
    pub(crate) fn has_not_begun(&self, rows: &FoundRows) -> bool {
        let mut sides = self.changes.iter().zip(&self.before);
        sides.all(|(change, before)| same(rows.get(&change.key), before.as_deref()))
    }
}

/// Rows that were read back, by key.
pub(crate) struct FoundRows {
    by_key: BTreeMap<Label, Row>,
}

impl FoundRows {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        let mut by_key = BTreeMap::new();
        for row in rows {
            by_key.insert(row.key, row);
        }
        Self { by_key }
    }

    fn get(&self, key: &Label) -> Option<&Row> {
        self.by_key.get(key)
    }
}

/// A row's next version.
fn next_version(row: &Row) -> Result<u64, Error> {
    row.version.checked_add(1).ok_or_else(|| Error::internal("a row was written too often"))
}

/// Terms and claims are sets; the rest is compared as it is.
fn same(found: Option<&Row>, expected: Option<&Row>) -> bool {
    let (Some(found), Some(expected)) = (found, expected) else {
        return found.is_none() && expected.is_none();
    };
    found.version == expected.version
        && found.expires_at == expected.expires_at
        && found.prune_at == expected.prune_at
        && found.sealed == expected.sealed
        && sorted(found.terms.clone()) == sorted(expected.terms.clone())
        && sorted(found.claims.clone()) == sorted(expected.claims.clone())
}
