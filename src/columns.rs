//! Rows in columns, as they cross to JavaScript and back: half of what row objects cost.
//! `docs/boundary.md` gives the layout.

use crate::host::{Change, Millis, Row};
use crate::json::tree::{as_count, as_whole};
use crate::label::Label;

/// Numbers of a row in its column, and of a change, which has `expect` before them.
const ROW_NUMBERS: usize = 6;
const CHANGE_NUMBERS: usize = 7;

/// The changes of a write.
#[derive(Default)]
pub(crate) struct ChangeColumns {
    /// For each change its key, its terms, its claims.
    pub(crate) labels: String,
    pub(crate) numbers: Vec<f64>,
    /// All sealed bytes, end to end.
    pub(crate) sealed: Vec<u8>,
}

impl ChangeColumns {
    pub(crate) fn pack(changes: &[Change]) -> Self {
        let mut columns = Self::default();
        columns.numbers.reserve(changes.len() * CHANGE_NUMBERS);
        let rows = || changes.iter().filter_map(|change| change.row.as_ref());
        let labels = rows().map(|row| row.terms.len() + row.claims.len()).sum::<usize>();
        columns.labels.reserve((changes.len() + labels) * Label::LENGTH);
        columns.sealed.reserve(rows().map(|row| row.sealed.len()).sum());
        for Change { key, expect, row } in changes {
            columns.labels.push_str(&text_of(key));
            columns.numbers.push(expect.map_or(f64::NAN, version_number));
            let Some(row) = row else {
                columns.numbers.extend([f64::NAN, f64::NAN, f64::NAN, 0.0, 0.0, 0.0]);
                continue;
            };
            for label in row.terms.iter().chain(&row.claims) {
                columns.labels.push_str(&text_of(label));
            }
            columns.sealed.extend_from_slice(&row.sealed);
            columns.numbers.extend([
                version_number(row.version),
                row.expires_at.map_or(f64::NAN, time_number),
                row.prune_at.map_or(f64::NAN, time_number),
                count_number(row.terms.len()),
                count_number(row.claims.len()),
                count_number(row.sealed.len()),
            ]);
        }
        columns
    }
}

/// Labels one after the other, as text.
pub(crate) fn pack_labels(labels: &[Label]) -> String {
    let mut text = String::with_capacity(labels.len() * Label::LENGTH);
    labels.iter().for_each(|label| text.push_str(&text_of(label)));
    text
}

/// Unpacks the rows of an answer. None stands for a row that cannot be one of the vault's; no answer at all
/// for columns that do not fit one another.
pub(crate) fn unpack_rows(
    labels: &[u8],
    numbers: &[f64],
    sealed: &[u8],
) -> Option<Vec<Option<Row>>> {
    let (labels, _) = labels.as_chunks();
    let mut columns = RowColumns { labels, numbers, sealed };
    let mut rows = Vec::with_capacity(numbers.len() / ROW_NUMBERS);
    while !columns.numbers.is_empty() {
        rows.push(columns.next_row()?);
    }
    Some(rows)
}

/// What is left of the columns of an answer.
struct RowColumns<'a> {
    labels: &'a [[u8; Label::LENGTH]],
    numbers: &'a [f64],
    sealed: &'a [u8],
}

impl RowColumns<'_> {
    fn next_row(&mut self) -> Option<Option<Row>> {
        let (numbers, rest) = self.numbers.split_first_chunk::<ROW_NUMBERS>()?;
        self.numbers = rest;
        let [version, expires_at, prune_at, terms, claims, length] = *numbers;
        let key = self.labels.split_off_first().copied().map(Label::new)?;
        let terms = take(&mut self.labels, terms)?;
        let claims = take(&mut self.labels, claims)?;
        let sealed = take(&mut self.sealed, length)?;
        let (Some(version), Some(expires_at), Some(prune_at)) =
            (as_count(version), nullable(expires_at), nullable(prune_at))
        else {
            return Some(None);
        };
        let (terms, claims, sealed) = (to_labels(terms), to_labels(claims), sealed.to_vec());
        Some(Some(Row { key, version, terms, claims, expires_at, prune_at, sealed }))
    }
}

/// A label of the vault's own is base64url; of others, nothing is sent.
fn text_of(label: &Label) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(label.as_bytes())
}

fn to_labels(texts: &[[u8; Label::LENGTH]]) -> Vec<Label> {
    texts.iter().copied().map(Label::new).collect()
}

/// Takes so many off the front of a column.
fn take<'a, T>(column: &mut &'a [T], count: f64) -> Option<&'a [T]> {
    column.split_off(..usize::try_from(as_count(count)?).ok()?)
}

/// NaN is null; anything else must be a whole number, or the row is not the vault's.
fn nullable(number: f64) -> Option<Option<Millis>> {
    if number.is_nan() { Some(None) } else { as_whole(number).map(Some) }
}

#[expect(clippy::cast_precision_loss, reason = "times of the vault are within 2^53")]
pub(crate) fn time_number(time: Millis) -> f64 {
    time as f64
}

#[expect(clippy::cast_precision_loss, reason = "a version counts writes, far below 2^53")]
fn version_number(version: u64) -> f64 {
    version as f64
}

#[expect(clippy::cast_precision_loss, reason = "a length in memory")]
fn count_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test that cannot go on shall stop at that line"
    )]

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn labels() -> impl Strategy<Value = Label> {
        any::<[u8; 16]>().prop_map(|bytes| Label::encode(&bytes))
    }

    fn times() -> impl Strategy<Value = Option<Millis>> {
        proptest::option::of(-(1_i64 << 53) + 1..1_i64 << 53)
    }

    fn rows() -> impl Strategy<Value = Row> {
        let columns = (vec(labels(), 0..5), vec(labels(), 0..5), vec(any::<u8>(), 0..40));
        (labels(), 0..1_u64 << 53, columns, times(), times()).prop_map(
            |(key, version, (terms, claims, sealed), expires_at, prune_at)| Row {
                key,
                version,
                terms,
                claims,
                expires_at,
                prune_at,
                sealed,
            },
        )
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_went(rows in vec(rows(), 0..5)) {
            let changes: Vec<Change> = rows
                .iter()
                .map(|row| Change { key: row.key, expect: None, row: Some(row.clone()) })
                .collect();
            let ChangeColumns { labels, numbers, sealed } = ChangeColumns::pack(&changes);
            // An answer has the same columns, but for the number in front of each change.
            let numbers: Vec<f64> =
                numbers.chunks(CHANGE_NUMBERS).flat_map(|change| change[1..].to_vec()).collect();
            let again = unpack_rows(labels.as_bytes(), &numbers, &sealed).unwrap();
            prop_assert_eq!(again, rows.into_iter().map(Some).collect::<Vec<_>>());
        }

        #[test]
        fn no_columns_panic(labels: Vec<u8>, numbers: Vec<f64>, sealed: Vec<u8>) {
            unpack_rows(&labels, &numbers, &sealed);
        }
    }

    #[test]
    fn a_number_that_is_none_of_the_vaults_refuses_its_row_alone() {
        let labels = [b'a'; 44];
        let row = [1.0, f64::NAN, f64::NAN, 0.0, 0.0, 0.0];
        for (place, impossible) in [(0, f64::INFINITY), (0, -1.0), (1, f64::INFINITY), (2, 0.5)] {
            let mut other = row;
            other[place] = impossible;
            let rows = unpack_rows(&labels, &[row, other].concat(), &[]).unwrap();
            assert!(rows[0].is_some() && rows[1].is_none(), "{place} {impossible}");
        }
    }

    #[test]
    fn labels_are_packed_end_to_end() {
        let labels = [[0; 16], [255; 16]].map(|bytes| Label::encode(&bytes));
        assert_eq!(pack_labels(&labels), "AAAAAAAAAAAAAAAAAAAAAA_____________________w");
    }

    #[test]
    fn columns_that_do_not_fit_are_no_answer() {
        let row = [1.0, f64::NAN, f64::NAN, 0.0, 0.0, 0.0];
        assert!(unpack_rows(&[b'a'; 22], &row[..5], &[]).is_none());
        assert!(unpack_rows(&[b'a'; 21], &row, &[]).is_none());
        for place in [3, 4, 5] {
            let mut more = row;
            more[place] = 1.0;
            assert!(unpack_rows(&[b'a'; 22], &more, &[]).is_none(), "{place}");
        }
    }
}
