//! What a pass reads from the store.
//!
//! A plan is written as if the store answered at once. Where an answer is not there yet, the plan stops
//! and leaves its question ([`Stop::Unanswered`]); once that is answered it is made anew, from its
//! start, and finds what was read for it before. So the store is waited for in one place
//! ([`Pass::settle`]), and no operation has a state of its own between two questions. A plan with many
//! questions that do not depend on each other asks them all before it stops for the first.
//!
//! Made anew, a plan asks the same: its request, its time and all that it has read are the same, and
//! the numbers that it draws are remembered ([`Pass::draw_numbers`]).

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use super::pass::{Pass, Token};
use crate::error::{Error, ErrorKind, Fault};
use crate::host::{Callback, Host, Label, LabelMap, Millis, Row, State, TermsQuery};
use crate::sealing::{Fresh, open_head};

/// Rows asked for in one read by terms.
const PAGE: u32 = 500;

/// Why there is no plan or answer.
pub(super) enum Stop {
    /// The store has to be asked first.
    Unanswered,
    /// The call fails.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<ErrorKind> for Stop {
    fn from(kind: ErrorKind) -> Self {
        Self::Failed(kind.into())
    }
}

pub(super) type Tokens = Vec<Rc<Token>>;

/// What a pass has read, and what it is about to.
#[derive(Default)]
pub(super) struct Reads {
    /// In the order of the questions.
    answered: Vec<(Question, Answer)>,
    /// How many questions the plan that is being made has asked.
    asked: usize,
    /// Those that have no answer yet, in their order.
    open: Vec<Question>,
    /// Numbers drawn, and how many of them the plan has taken.
    numbers: Vec<[u32; 2]>,
    taken: usize,
    bytes: usize,
}

#[derive(Debug, PartialEq)]
enum Question {
    /// Which tokens hold any of these claims?
    Holders(Vec<Label>),
    /// Which tokens have these claims of their IDs?
    Named(Vec<Label>),
    /// Which tokens have all of these terms?
    Tagged { terms: Vec<Label>, state: State, most: Most },
    /// Which row, of whatever kind, holds the claim?
    Row(Vec<Label>),
}

/// How many of the tokens are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Most {
    /// All that the settings allow.
    Allowed,
    /// So many, for those who only want to know whether there are any.
    Of(u32),
    /// None: they are counted.
    Counted,
}

enum Answer {
    Tokens(Tokens),
    Counts(Counts),
    Row(Option<Rc<Row>>),
}

/// How many tokens there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) active: i64,
    pub(super) archived: i64,
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

/// What a plan asks.
impl<'a, H: Host> Pass<'a, H> {
    /// Tokens that hold any of the claims.
    pub(super) fn read_holders(&mut self, claims: &[Label]) -> Result<Tokens, Stop> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        self.tokens(|| Question::Holders(claims.to_vec()))
    }

    /// The tokens of these IDs, in the order asked; an ID that is unknown has none.
    pub(super) fn read_named(&mut self, token_ids: &[&str]) -> Result<Tokens, Stop> {
        let (index, collection) = (self.index(), &self.call.collection.name);
        let claim = |id: &&str| index.derive_token_claim(collection, id);
        self.tokens(|| Question::Named(token_ids.iter().map(claim).collect()))
    }

    /// All tokens that have all of the terms and are in the state, by row key.
    pub(super) fn read_tagged(&mut self, terms: &[Label], state: State) -> Result<Tokens, Stop> {
        self.tokens(|| Question::Tagged { terms: terms.to_vec(), state, most: Most::Allowed })
    }

    /// Two of the tokens that have all of the terms, if there are as many.
    pub(super) fn read_two_tagged(&mut self, terms: &[Label]) -> Result<Tokens, Stop> {
        let (state, most) = (State::Any, Most::Of(2));
        self.tokens(|| Question::Tagged { terms: terms.to_vec(), state, most })
    }

    /// How many tokens have the term.
    pub(super) fn count(&mut self, term: Label) -> Result<Counts, Stop> {
        let (state, most) = (State::Any, Most::Counted);
        match self.ask(|| Question::Tagged { terms: vec![term], state, most })? {
            Answer::Counts(counts) => Ok(*counts),
            _ => Err(mistaken().into()),
        }
    }

    /// The row, of whatever kind, that holds the claim.
    pub(super) fn read_row(&mut self, claim: Label) -> Result<Option<Rc<Row>>, Stop> {
        match self.ask(|| Question::Row(vec![claim]))? {
            Answer::Row(row) => Ok(row.clone()),
            _ => Err(mistaken().into()),
        }
    }

    /// Two random numbers: the same ones whenever the plan is made anew, so that it asks the same.
    pub(super) fn draw_numbers(&mut self, fresh: &mut Fresh) -> Result<[u32; 2], Error> {
        let reads = &mut self.reads;
        reads.taken += 1;
        if let Some(numbers) = reads.numbers.get(reads.taken - 1) {
            return Ok(*numbers);
        }
        let numbers = fresh.make_numbers()?;
        reads.numbers.push(numbers);
        Ok(numbers)
    }

    fn tokens(&mut self, question: impl Fn() -> Question) -> Result<Tokens, Stop> {
        match self.ask(question)? {
            Answer::Tokens(tokens) => Ok(tokens.clone()),
            _ => Err(mistaken().into()),
        }
    }

    fn ask(&mut self, question: impl Fn() -> Question) -> Result<&Answer, Stop> {
        let reads = &mut self.reads;
        reads.asked += 1;
        let Some((answered, answer)) = reads.answered.get(reads.asked - 1) else {
            reads.open.push(question());
            return Err(Stop::Unanswered);
        };
        debug_assert_eq!(*answered, question(), "a plan made anew asks the same");
        Ok(answer)
    }
}

fn mistaken() -> Error {
    Error::internal("a plan made anew asked something else")
}

/// What the store is asked, and what it must answer.
impl<H: Host> Pass<'_, H> {
    /// Makes a plan: anew each time that the store had to be asked for it.
    pub(super) async fn settle<Plan>(
        &mut self,
        mut make: impl FnMut(&mut Self) -> Result<Plan, Stop>,
    ) -> Result<Plan, Error> {
        loop {
            (self.reads.asked, self.reads.taken) = (0, 0);
            match make(self) {
                Ok(plan) => {
                    self.reads.answered.clear();
                    self.reads.numbers.clear();
                    return Ok(plan);
                }
                Err(Stop::Unanswered) => self.fetch().await?,
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }

    /// Asks the store what the plan has stopped for.
    async fn fetch(&mut self) -> Result<(), Error> {
        for question in mem::take(&mut self.reads.open) {
            let answer = match &question {
                Question::Tagged { terms, state, most } => {
                    let mut answer = match most {
                        Most::Counted => Answer::Counts(Counts::default()),
                        _ => Answer::Tokens(Vec::new()),
                    };
                    let limit = if let Most::Of(rows) = most { *rows } else { PAGE };
                    let (terms, state) = (terms.clone(), *state);
                    let mut query = TermsQuery { terms, state, now: self.now, after: None, limit };
                    loop {
                        let rows = self.call.host.read_terms(&query).await;
                        if self.add_page(&mut query, rows, *most, &mut answer)? {
                            break answer;
                        }
                    }
                }
                Question::Holders(claims) | Question::Named(claims) | Question::Row(claims) => {
                    let rows = self.call.host.read_claims(claims).await;
                    self.answer_claims(&question, claims, rows)?
                }
            };
            self.reads.answered.push((question, answer));
        }
        Ok(())
    }

    /// Rows that hold any of the claims. A row that holds none of them, and a key or claim that
    /// comes twice, is no answer to the question.
    fn answer_claims(
        &mut self,
        question: &Question,
        claims: &[Label],
        rows: Result<Vec<Option<Row>>, Fault>,
    ) -> Result<Answer, Error> {
        let rows = take(rows)?;
        self.limit_bytes(&rows)?;
        let mut positions = LabelMap::with_capacity(claims.len());
        for (position, claim) in claims.iter().enumerate() {
            positions.insert(*claim, position);
        }
        let mut places = Vec::new();
        places.resize_with(claims.len().max(rows.len()), || None);
        let mut found = None;
        let mut keys_and_claims = LabelMap::with_capacity(3 * rows.len());
        for (number, row) in rows.into_iter().enumerate() {
            let once = |label: &Label| keys_and_claims.insert(*label, 0).is_none();
            let held = row.claims.iter().find_map(|claim| Some((*claim, *positions.get(claim)?)));
            let (claim, position) = held.ok_or(ErrorKind::Integrity)?;
            if !row.claims.iter().chain([&row.key]).all(once) {
                return Err(ErrorKind::Integrity.into());
            }
            let (token, place) = match question {
                Question::Row(_) => {
                    found = Some(Rc::new(row));
                    continue;
                }
                Question::Named(_) => (self.open(row, Some(claim))?, position),
                _ => (self.open(row, None)?, number),
            };
            if let Some(place) = places.get_mut(place) {
                *place = Some(Rc::new(token));
            }
        }
        Ok(match question {
            Question::Row(_) => Answer::Row(found),
            _ => Answer::Tokens(places.into_iter().flatten().collect()),
        })
    }

    /// Adds one page to the answer; `query` then asks for the next. A row that does not answer the
    /// question, or comes out of order, is an error. Answers whether the page was the last.
    fn add_page(
        &mut self,
        query: &mut TermsQuery,
        rows: Result<Vec<Option<Row>>, Fault>,
        most: Most,
        answer: &mut Answer,
    ) -> Result<bool, Error> {
        let rows = take(rows)?;
        let (found, full) = (rows.len(), query.limit as usize);
        if found > full {
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
        if most != Most::Counted {
            self.limit_bytes(&rows)?;
        }
        for row in rows {
            let token = self.open(row, None)?;
            match answer {
                Answer::Tokens(tokens) => tokens.push(Rc::new(token)),
                Answer::Counts(counts) => counts.add(token.row.expires_at, self.now),
                Answer::Row(_) => {}
            }
        }
        match (most, answer) {
            (Most::Allowed, Answer::Tokens(tokens)) => self.call.limit_tokens(tokens.len())?,
            (Most::Of(_), _) => return Ok(true),
            _ => {}
        }
        Ok(found < full)
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
        self.reads.bytes += rows.iter().map(|row| row.sealed.len()).sum::<usize>();
        self.call.limit_bytes(self.reads.bytes)
    }
}

/// A row in which the store's types are right, and the rest is not, is no answer either.
fn take(answer: Result<Vec<Option<Row>>, Fault>) -> Result<Vec<Row>, Error> {
    let rows = answer.map_err(|fault| Callback::Read.failed(fault))?;
    Ok(all_possible(rows).ok_or(ErrorKind::Integrity)?)
}

/// A loop, as wherever many are collected that may fail: `collect` is half a kilobyte of wasm for each
/// type.
pub(super) fn all_possible(answer: Vec<Option<Row>>) -> Option<Vec<Row>> {
    let mut rows = Vec::with_capacity(answer.len());
    for row in answer {
        rows.push(row?);
    }
    Some(rows)
}

#[cfg(test)]
mod tests;
