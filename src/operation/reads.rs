//! What a pass reads from the store. What does not answer the question that was asked is an error.

use std::rc::Rc;

use futures_util::future::join_all;

use crate::error::{Callback, Error, ErrorKind, Fault};
use crate::host::{Host, Millis, Row, State, TermsQuery};
use crate::label::{Label, LabelMap};
use crate::operation::pass::{Pass, Token};
use crate::sealing::row::open_head;

/// Rows asked for in one read by terms.
const PAGE: u32 = 500;

/// Reads by terms under way at once, where a call needs many.
pub(crate) const READS_AT_ONCE: usize = 16;

/// Most terms of a row of the vault's, and most claims.
const MAX_LABELS: usize = 64;

pub(crate) type Tokens = Vec<Token>;

/// How many tokens there are.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) active: usize,
    pub(crate) archived: usize,
}

impl Counts {
    fn add(&mut self, expires_at: Option<Millis>, now: Millis) {
        if State::Active.holds(expires_at, now) {
            self.active += 1;
        } else {
            self.archived += 1;
        }
    }
}

impl<H: Host> Pass<'_, H> {
    /// Tokens that hold any of the claims.
    pub(crate) async fn read_holders(&mut self, claims: &[Label]) -> Result<Tokens, Error> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.read_claims(claims).await?;
        self.open_distinct(rows.into_iter().map(|(_, row)| (row, None)).collect())
    }

    /// The tokens of these IDs, in the order asked; an ID that is unknown has none.
    pub(crate) async fn read_named(&mut self, token_ids: &[&str]) -> Result<Tokens, Error> {
        let claims: Vec<_> = token_ids.iter().map(|id| self.derive_token_claim(id)).collect();
        let mut rows = self.read_claims(&claims).await?;
        rows.sort_unstable_by_key(|(position, _)| *position);
        let claimed = |(position, row)| (row, claims.get(position).copied());
        self.open_distinct(rows.into_iter().map(claimed).collect())
    }

    /// The row, of whatever kind, that holds the claim.
    pub(crate) async fn read_row(&mut self, claim: Label) -> Result<Option<Rc<Row>>, Error> {
        let mut rows = self.read_claims(&[claim]).await?;
        Ok(rows.pop().map(|(_, row)| Rc::new(row)))
    }

    /// All tokens that have all of the terms and are in the state, by row key.
    pub(crate) async fn read_tagged(
        &mut self,
        terms: &[Label],
        state: State,
    ) -> Result<Tokens, Error> {
        let mut query = self.query(terms, state, PAGE);
        let mut tokens = Vec::new();
        loop {
            let rows = self.read_page(&mut query).await?;
            let is_last = rows.len() < PAGE as usize;
            self.limit_bytes(&rows)?;
            for row in rows {
                tokens.push(self.open(row, None)?);
            }
            self.call.limit_tokens(tokens.len())?;
            if is_last {
                return Ok(tokens);
            }
        }
    }

    /// For each of these lists of terms, two of the tokens that have all of them, if there are as many. The
    /// store has no one question for it, so it is asked several at once.
    pub(crate) async fn read_two_of_each(
        &mut self,
        terms: &[[Label; 2]],
    ) -> Result<Vec<Tokens>, Error> {
        let mut found = Vec::with_capacity(terms.len());
        for terms in terms.chunks(READS_AT_ONCE) {
            let mut queries: Vec<_> =
                terms.iter().map(|terms| self.query(terms, State::Any, 2)).collect();
            let pages = join_all(queries.iter_mut().map(|query| self.read_page(query))).await;
            for rows in pages {
                let rows = rows?;
                self.limit_bytes(&rows)?;
                found.push(self.open_distinct(rows.into_iter().map(|row| (row, None)).collect())?);
            }
        }
        Ok(found)
    }

    /// Counts the tokens that have the term. Pages of large rows are asked for again, with half as many.
    pub(crate) async fn count(&mut self, term: Label, counts: &mut Counts) -> Result<(), Error> {
        let mut query = self.query(&[term], State::Any, PAGE);
        loop {
            let rows = match self.read_page(&mut query).await {
                Err(error)
                    if matches!(error.kind(), ErrorKind::LimitExceeded { .. })
                        && query.limit > 1 =>
                {
                    query.limit /= 2;
                    continue;
                }
                rows => rows?,
            };
            let is_last = rows.len() < query.limit as usize;
            for row in rows {
                let token = self.open(row, None)?;
                counts.add(token.row.expires_at, self.now);
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Rows that hold any of the claims, each with the place of the first that it holds. A row that holds none of
    /// them is no answer to the question, nor are more rows than claims.
    async fn read_claims(&mut self, claims: &[Label]) -> Result<Vec<(usize, Row)>, Error> {
        let rows = take(self.call.host.read_claims(claims).await)?;
        if rows.len() > claims.len() {
            return Err(ErrorKind::Integrity.into());
        }
        self.limit_bytes(&rows)?;
        let mut positions: LabelMap<usize> = self.call.vault.label_map(claims.len())?;
        positions.extend(claims.iter().copied().zip(0..));
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let position = row.claims.iter().find_map(|claim| positions.get(claim).copied());
            found.push((position.ok_or(ErrorKind::Integrity)?, row));
        }
        Ok(found)
    }

    /// Opens rows, each with its own claim where the caller has it already. A key or claim that comes twice
    /// is no answer to any question. Only what has opened enters a map: the labels of others are chosen by
    /// the store.
    fn open_distinct(&mut self, rows: Vec<(Row, Option<Label>)>) -> Result<Tokens, Error> {
        let mut seen: LabelMap<()> = self.call.vault.label_map(3 * rows.len())?;
        let mut tokens = Vec::with_capacity(rows.len());
        for (row, claim) in rows {
            let token = self.open(row, claim)?;
            let once = |label: &Label| seen.insert(*label, ()).is_none();
            if !token.row.claims.iter().chain([&token.row.key]).all(once) {
                return Err(ErrorKind::Integrity.into());
            }
            tokens.push(token);
        }
        Ok(tokens)
    }

    fn query(&self, terms: &[Label], state: State, limit: u32) -> TermsQuery {
        TermsQuery { terms: terms.to_vec(), state, now: self.now, after: None, limit }
    }

    /// One page; `query` then asks for the next. A row that does not answer the question, or comes out of order, is
    /// an error.
    async fn read_page(&self, query: &mut TermsQuery) -> Result<Vec<Row>, Error> {
        let rows = take(self.call.host.read_terms(query).await)?;
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
    fn open(&mut self, row: Row, claim: Option<Label>) -> Result<Token, Error> {
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

/// The rows, if each could be one of the vault's.
pub(crate) fn all_possible(answer: Vec<Option<Row>>) -> Option<Vec<Row>> {
    let fits = |row: &Row| row.terms.len() <= MAX_LABELS && row.claims.len() <= MAX_LABELS;
    answer.into_iter().map(|row| row.filter(fits)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_more_than_64_terms_or_claims_is_none_of_the_vaults() {
        for (terms, claims, possible) in
            [(64, 64, true), (65, 64, false), (64, 65, false), (40_000, 0, false)]
        {
            let labels = |count| vec![Label::encode(&[0; 16]); count];
            let row = Row {
                key: Label::encode(&[0; 16]),
                version: 1,
                terms: labels(terms),
                claims: labels(claims),
                expires_at: None,
                prune_at: None,
                sealed: Vec::new(),
            };
            assert_eq!(all_possible(vec![Some(row)]).is_some(), possible, "{terms} {claims}");
        }
    }
}
