//! Row opening, by two doors. By the host's: a genuine row that was altered, which no call may take for
//! genuine. And from inside: a row that is rightly sealed over a plaintext of any bytes.

use vaultlet::fuzzing::{seal_head, seal_record};
use vaultlet::host::Row;

use super::calls::Opens;
use super::edits::edit;
use super::fixture::{Fixture, OnRow};
use super::input::Input;
use super::outcome::{code, code_under_seal, shows_no_marker, tells_no_marker};

/// Runs the target on one input. Its first byte says by which door, the next which call.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let from_inside = !input.u8().is_multiple_of(2);
    let place = usize::from(input.u8());
    Fixture::with(|fixture| {
        let call = &fixture.on_rows[place % fixture.on_rows.len()];
        if from_inside {
            over_any_plaintext(fixture, call, &mut input);
        } else {
            altered(fixture, call, &mut input);
        }
    });
}

const MOST_ALTERATIONS: usize = 4;

/// The store answers the row that the call concerns, altered.
fn altered(fixture: &Fixture, call: &OnRow, input: &mut Input<'_>) {
    let genuine = genuine_row(fixture, call);
    let other = &fixture.prepared[usize::from(input.u8()) % fixture.prepared.len()];
    let mut rows = vec![Some(genuine.clone())];
    for _ in 0..MOST_ALTERATIONS {
        if input.is_empty() {
            break;
        }
        alter(&mut rows, other, input);
    }
    let answered = (genuine.key, rows.clone());
    fixture.host.on_read(move |host, asked| {
        let (key, altered) = &answered;
        let rows = host.store.answer(asked).into_iter();
        let answer = rows
            .map(|row| if row.key == *key { altered.clone() } else { vec![Some(row)] })
            .collect::<Vec<_>>();
        Ok(answer.concat())
    });
    let result = fixture.call(call.operation, &call.request);
    let code = code(&result);
    let taken_for_genuine =
        matches!(rows.as_slice(), [Some(row)] if is_genuine(row, genuine, call));
    let expected = if taken_for_genuine { "ok" } else { "VL5001" };
    assert_eq!(code, expected, "{}: {rows:?} for {genuine:?}", call.request);
    if !taken_for_genuine {
        assert_eq!(fixture.host.store.rows(), fixture.prepared, "an altered row was written over");
    }
}

fn genuine_row<'a>(fixture: &'a Fixture, call: &OnRow) -> &'a Row {
    if call.opens == Opens::Record { &fixture.transaction } else { &fixture.token }
}

/// Whether nothing differs that the call can see: terms and claims are sets, and the data of a body is
/// seen by those alone who open it.
fn is_genuine(row: &Row, genuine: &Row, call: &OnRow) -> bool {
    let seen = |row: &Row| {
        let mut seen = row.clone();
        seen.terms.sort_unstable();
        seen.claims.sort_unstable();
        if call.opens != Opens::HeadAndBody {
            hide_data(&mut seen.sealed);
        }
        seen
    };
    seen(row) == seen(genuine)
}

/// Takes the encrypted data out of a body: what is left is its key ID, nonce and tag.
fn hide_data(sealed: &mut Vec<u8>) {
    let Some(length) = sealed.get(2..6) else { return };
    let length = u32::from_be_bytes(length.try_into().unwrap());
    let body = 6 + usize::try_from(length).unwrap();
    if sealed.len() >= body + 48 {
        sealed.drain(body + 32..sealed.len() - 16);
    }
}

fn alter(rows: &mut Vec<Option<Row>>, other: &Row, input: &mut Input<'_>) {
    let way = input.u8() % 20;
    let Some(Some(row)) = rows.first_mut() else { return };
    match way {
        0 => row.key = input.label(),
        1 => row.version = input.u64(),
        2 => row.expires_at = Some(input.millis()),
        3 => row.expires_at = None,
        4 => row.prune_at = Some(input.millis()),
        5 => row.prune_at = None,
        6 => row.terms.push(input.label()),
        7 => row.claims.push(input.label()),
        8 => {
            let labels =
                if input.u8().is_multiple_of(2) { &mut row.terms } else { &mut row.claims };
            let place = input.place(labels.len());
            if place < labels.len() {
                let label = labels.remove(place);
                // Another place in the list is no alteration; the other list, or twice, is one.
                match input.u8() % 4 {
                    0 => labels.push(label),
                    1 => labels.extend([label, label]),
                    2 => row.claims.push(label),
                    _ => {}
                }
            }
        }
        9 => core::mem::swap(&mut row.terms, &mut row.claims),
        10 => row.terms.clone_from(&other.terms),
        11 => row.claims.clone_from(&other.claims),
        12 => {
            let from_here = input.place(row.sealed.len());
            let from_there = input.place(other.sealed.len());
            row.sealed.truncate(from_here);
            row.sealed.extend_from_slice(&other.sealed[from_there..]);
        }
        // What the boundary makes of a row that cannot be one of the vault's.
        13 => rows.insert(0, None),
        14 => *row = other.clone(),
        15 => {
            let again = row.clone();
            rows.push(Some(again));
        }
        _ => edit(&mut row.sealed, input),
    }
}

/// What the columns of a row over any plaintext are, beside what the call asks for.
const EXPIRES: u8 = 1;
const IS_PRUNED: u8 = 1 << 1;
const MORE_TERMS: u8 = 1 << 2;
const MORE_CLAIMS: u8 = 1 << 3;
const HAS_BODY: u8 = 1 << 4;
const PADS_HEAD: u8 = 1 << 5;
const IS_ALONE: u8 = 1 << 6;
const CALLS_NARROW: u8 = 1 << 7;

/// The store answers a row that is rightly sealed.
fn over_any_plaintext(fixture: &Fixture, call: &OnRow, input: &mut Input<'_>) {
    let flags = input.u8();
    let has = |flag| flags & flag != 0;
    let genuine = genuine_row(fixture, call);
    let mut unsealed = Row {
        key: genuine.key,
        version: input.u64(),
        // Every row has terms, also where the call asks for none.
        terms: [genuine.terms.as_slice(), &call.terms].concat(),
        claims: call.claims.clone(),
        expires_at: has(EXPIRES).then(|| input.millis()),
        prune_at: has(IS_PRUNED).then(|| input.millis()),
        sealed: Vec::new(),
    };
    if has(MORE_TERMS) {
        unsealed.terms.push(input.label());
    }
    if has(MORE_CLAIMS) {
        unsealed.claims.push(input.label());
    }
    for labels in [&mut unsealed.terms, &mut unsealed.claims] {
        labels.sort_unstable();
        labels.dedup();
    }
    let length = input.u16().into();
    let mut body = None;
    let mut plaintext = input.take(length).to_vec();
    let sealed = if call.opens == Opens::Record {
        seal_record(&fixture.vault, unsealed, &plaintext)
    } else {
        if has(PADS_HEAD) {
            plaintext.resize(plaintext.len().next_multiple_of(64), 0);
        }
        body = core::str::from_utf8(input.rest()).ok().filter(|_| has(HAS_BODY));
        seal_head(&fixture.vault, unsealed, &plaintext, body)
    };
    let Some((row, again)) = sealed.expect("what decodes can be sealed") else { return };
    assert_eq!(*again, plaintext, "a plaintext has another form than its own");

    if has(IS_ALONE) {
        fixture.host.store.restore(&[]);
    }
    fixture.host.store.put(row);
    let called = if has(CALLS_NARROW) { Fixture::call_narrow } else { Fixture::call };
    let result = called(fixture, call.operation, &call.request);
    code_under_seal(&result);
    tells_no_marker(fixture, &call.request, &result);
    if call.shows_nothing_plain {
        shows_no_marker(body.unwrap_or_default(), &result);
    }
    if result.is_ok() && !fixture.host.batches().is_empty() {
        // What was written opens.
        let again = fixture.call(call.operation, &call.request);
        code_under_seal(&again);
    }
}
