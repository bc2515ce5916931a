//! The store contract in memory: atomic, with claims, and strict with whoever writes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use vaultlet::host::{Change, Label, Row, TermsQuery};

use super::Asked;

/// Rows by key.
#[derive(Default)]
pub(crate) struct Store {
    rows: RefCell<BTreeMap<Label, Row>>,
}

impl Store {
    /// All rows, by key.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.rows.borrow().values().cloned().collect()
    }

    /// Puts a row as it is, past every rule: what an attacker who owns the store can do.
    pub(crate) fn put(&self, row: Row) {
        self.rows.borrow_mut().insert(row.key, row);
    }

    pub(crate) fn remove(&self, key: &Label) {
        self.rows.borrow_mut().remove(key);
    }

    /// Gives the store the rows of an earlier moment, or of another place.
    pub(crate) fn restore(&self, rows: &[Row]) {
        self.rows.replace(rows.iter().map(|row| (row.key, row.clone())).collect());
    }

    /// What an honest store answers.
    pub(crate) fn answer(&self, asked: &Asked) -> Vec<Row> {
        match asked {
            Asked::Claims(claims) => self.with_claims(claims),
            Asked::Terms(query) => self.with_terms(query),
        }
    }

    fn with_claims(&self, claims: &[Label]) -> Vec<Row> {
        let rows = self.rows.borrow();
        let holds = |row: &&Row| row.claims.iter().any(|claim| claims.contains(claim));
        rows.values().filter(holds).cloned().collect()
    }

    fn with_terms(&self, query: &TermsQuery) -> Vec<Row> {
        let rows = self.rows.borrow();
        let answers = |row: &&Row| {
            query.after.is_none_or(|after| after < row.key)
                && query.state.holds(row.expires_at, query.now)
                && query.terms.iter().all(|term| row.terms.contains(term))
        };
        rows.values().filter(answers).take(query.limit as usize).cloned().collect()
    }

    /// All changes or none. What a vault must never send, it refuses by panicking.
    pub(crate) fn apply(&self, changes: &[Change]) -> bool {
        for change in changes {
            assert_well_formed(change);
        }
        let keys: BTreeSet<Label> = changes.iter().map(|change| change.key).collect();
        assert_eq!(keys.len(), changes.len(), "a batch has one change for each key");
        let mut after = self.rows.borrow().clone();
        for change in changes {
            if after.get(&change.key).map(|row| row.version) != change.expect {
                return false;
            }
            match &change.row {
                Some(row) => after.insert(change.key, row.clone()),
                None => after.remove(&change.key),
            };
        }
        let mut held = BTreeSet::new();
        if !after.values().flat_map(|row| &row.claims).all(|claim| held.insert(*claim)) {
            return false;
        }
        self.rows.replace(after);
        true
    }
}

fn assert_well_formed(change: &Change) {
    let Some(row) = &change.row else { return };
    assert_eq!(row.key, change.key, "a change's row has the change's key");
    assert_eq!(row.version, change.expect.unwrap_or(0) + 1, "a version is one more at each write");
    for labels in [&row.terms, &row.claims] {
        let unique: BTreeSet<&Label> = labels.iter().collect();
        assert_eq!(unique.len(), labels.len(), "terms and claims are sets");
    }
    assert!(!row.terms.is_empty(), "every row can be found by a term");
    assert!(!row.sealed.is_empty(), "every row is sealed");
}
