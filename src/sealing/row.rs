//! The sealed bytes of a row: a head that authenticates every other column, and a body.
//!
//! `format, purpose of the first part, its length (4 bytes), the first part, the body part if any`

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::host::{Millis, Row};
use crate::label::{Label, into_set, sorted};
use crate::sealing::codec::Writer;
use crate::sealing::envelope::{Envelopes, Part};
use crate::sealing::format::{FORMAT, OVERHEAD, Purpose, Unopened};
use crate::sealing::fresh::Fresh;
use crate::sealing::head::Head;
use crate::sealing::transaction_record::TransactionRecord;

/// A row that is yet to be sealed: its terms and claims sorted and without repeats.
pub(crate) fn unsealed_row(
    key: Label,
    version: u64,
    terms: Vec<Label>,
    claims: Vec<Label>,
    expires_at: Option<Millis>,
    prune_at: Option<Millis>,
) -> Row {
    let (terms, claims) = (into_set(terms), into_set(claims));
    Row { key, version, terms, claims, expires_at, prune_at, sealed: Vec::new() }
}

/// The body that a token's row shall have.
pub(crate) enum Body<'a> {
    /// A `pci_oneway` token keeps no data.
    None,
    /// New data, as canonical JSON.
    New(&'a str),
    /// The body of the row that is replaced, as it is: nothing of it is decrypted, but for one that
    /// is not under the primary key, which is sealed anew so that retiring its key cannot strand it.
    Kept(&'a Row),
}

/// Seals a token's row.
pub(crate) fn seal_token(
    envelopes: &mut Envelopes<'_>,
    fresh: &mut Fresh,
    unsealed: Row,
    head: &Head,
    body: &Body<'_>,
) -> Result<Row, Error> {
    let body = seal_body(envelopes, fresh, &head.collection, body)?;
    seal_row(envelopes, fresh, unsealed, Purpose::Head, &head.encode(), &body)
}

/// Seals a transaction's row.
pub(crate) fn seal_transaction(
    envelopes: &mut Envelopes<'_>,
    fresh: &mut Fresh,
    unsealed: Row,
    record: &TransactionRecord,
) -> Result<Row, Error> {
    seal_row(envelopes, fresh, unsealed, Purpose::Transaction, &record.encode(), &[])
}

/// Opens the head of a token's row.
pub(crate) fn open_head(envelopes: &mut Envelopes<'_>, row: &Row) -> Result<Head, Unopened> {
    Head::decode(&open_first(envelopes, row, Purpose::Head)?)
}

/// Opens a transaction's row.
pub(crate) fn open_transaction(
    envelopes: &mut Envelopes<'_>,
    row: &Row,
) -> Result<TransactionRecord, Unopened> {
    TransactionRecord::decode(&open_first(envelopes, row, Purpose::Transaction)?)
}

/// Opens the body of a token's row: canonical JSON. None for a token without data.
pub(crate) fn open_body(
    envelopes: &mut Envelopes<'_>,
    row: &Row,
    collection: &str,
) -> Result<Option<String>, Unopened> {
    let Sealed { body, .. } = Sealed::split(&row.sealed)?;
    let Some(body) = body else { return Ok(None) };
    let plaintext = envelopes.open(&body, &Purpose::Body.associated_data(collection))?;
    String::from_utf8(plaintext).map(Some).map_err(|_| Unopened)
}

/// The two parts of `sealed`.
struct Sealed<'a> {
    purpose: u8,
    first: Part<'a>,
    body: Option<Part<'a>>,
    body_bytes: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn split(sealed: &'a [u8]) -> Result<Self, Unopened> {
        let (&[format, purpose], rest) = sealed.split_first_chunk().ok_or(Unopened)?;
        let (length, rest) = rest.split_first_chunk().ok_or(Unopened)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Unopened)?;
        let (first, body_bytes) = rest.split_at_checked(length).ok_or(Unopened)?;
        if format != FORMAT {
            return Err(Unopened);
        }
        let body = if body_bytes.is_empty() { None } else { Some(Part::split(body_bytes)?) };
        Ok(Self { purpose, first: Part::split(first)?, body, body_bytes })
    }
}

/// The sealed body, that of the row which is replaced as it is.
fn seal_body<'a>(
    envelopes: &mut Envelopes<'_>,
    fresh: &mut Fresh,
    collection: &str,
    body: &Body<'a>,
) -> Result<Cow<'a, [u8]>, Error> {
    let plaintext = match body {
        Body::None => None,
        Body::New(canonical) => Some(Cow::Borrowed(*canonical)),
        Body::Kept(row) => {
            let sealed = Sealed::split(&row.sealed).map_err(|_| ErrorKind::Integrity)?;
            let primary = envelopes.keyring().primary().id;
            if sealed.body.is_none_or(|body| body.key_id == primary) {
                return Ok(Cow::Borrowed(sealed.body_bytes));
            }
            let opened = open_body(envelopes, row, collection).map_err(|_| ErrorKind::Integrity)?;
            opened.map(Cow::Owned)
        }
    };
    match plaintext {
        Some(canonical) => seal_data(envelopes, fresh, collection, &canonical).map(Cow::Owned),
        None => Ok(Cow::default()),
    }
}

fn seal_data(
    envelopes: &mut Envelopes<'_>,
    fresh: &mut Fresh,
    collection: &str,
    canonical: &str,
) -> Result<Vec<u8>, Error> {
    let mut part = Vec::new();
    let associated_data = Purpose::Body.associated_data(collection);
    envelopes.seal(&fresh.next_nonce(), &associated_data, canonical.as_bytes(), &mut part)?;
    Ok(part)
}

fn seal_row(
    envelopes: &mut Envelopes<'_>,
    fresh: &mut Fresh,
    mut row: Row,
    purpose: Purpose,
    plaintext: &[u8],
    body: &[u8],
) -> Result<Row, Error> {
    let body_part = if body.is_empty() { None } else { Some(split_own(body)?) };
    let associated_data = first_associated_data(purpose, &row, body_part.as_ref());
    let length = plaintext.len() + OVERHEAD;
    let mut sealed = Vec::with_capacity(6 + length + body.len());
    sealed.extend_from_slice(&[FORMAT, purpose as u8]);
    let length =
        u32::try_from(length).map_err(|_| ErrorKind::Internal("a head is too long to seal"))?;
    sealed.extend_from_slice(&length.to_be_bytes());
    envelopes.seal(&fresh.next_nonce(), &associated_data, plaintext, &mut sealed)?;
    sealed.extend_from_slice(body);
    row.sealed = sealed;
    Ok(row)
}

fn split_own(body: &[u8]) -> Result<Part<'_>, Error> {
    Part::split(body).map_err(|_| Error::internal("a sealed body has no form"))
}

fn open_first(
    envelopes: &mut Envelopes<'_>,
    row: &Row,
    purpose: Purpose,
) -> Result<Vec<u8>, Unopened> {
    let sealed = Sealed::split(&row.sealed)?;
    if sealed.purpose != purpose as u8 {
        return Err(Unopened);
    }
    let associated_data = first_associated_data(purpose, row, sealed.body.as_ref());
    envelopes.open(&sealed.first, &associated_data)
}

/// Every column but `sealed`, in the one order that is authenticated, and the body's identity.
fn first_associated_data(purpose: Purpose, row: &Row, body: Option<&Part<'_>>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(&[FORMAT, purpose as u8]);
    writer.label(&row.key);
    writer.u64(row.version);
    for time in &[row.expires_at, row.prune_at] {
        writer.u8(u8::from(time.is_some()));
        writer.time(time.unwrap_or(0));
    }
    for labels in [&row.terms, &row.claims] {
        writer.count(labels.len());
        // A store may hand a set in any order.
        let in_order = if labels.is_sorted() { None } else { Some(sorted(labels.clone())) };
        in_order.as_ref().unwrap_or(labels).iter().for_each(|label| writer.label(label));
    }
    writer.u8(u8::from(body.is_some()));
    if let Some(part) = body {
        part.identity().iter().for_each(|bytes| writer.raw(bytes));
    }
    writer.finish()
}
