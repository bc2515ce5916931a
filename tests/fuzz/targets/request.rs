//! Request parsing: any text as a request of any operation, up to four calls one after the other on
//! a store that holds some tokens.
//!
//! The calls of an input are parted by the byte `ff`, which no text holds. The first byte of each says
//! what the rest, which is text, shall be: `a` to `l` a request of the operation in that place of
//! [`OPERATIONS`], `m` a configuration, `n` what the host's reload answers from then on. A capital
//! means the vault with narrow settings. Where the text says `CIPHERTEXT`, a right one is put in.

use serde_json::Value;
use vaultlet::Vault;
use vaultlet::fuzzing::rewrite_json;

use super::calls::OPERATIONS;
use super::fixture::{Fixture, secrets};
use super::outcome::{code, code_of_honest, tells_no_marker};

const MAX_CALLS: usize = 4;

/// The operations that may change the store.
const WRITING: [&str; 4] = ["tokens.tokenize", "tokens.update", "tokens.rotate", "tokens.delete"];

/// Runs the target on one input.
pub(crate) fn run(data: &[u8]) {
    let calls = data.split(|byte| *byte == 0xff).take(MAX_CALLS);
    let calls: Option<Vec<(u8, &str)>> = calls
        .filter_map(|call| call.split_first())
        .map(|(first, rest)| Some((*first, core::str::from_utf8(rest).ok()?)))
        .collect();
    let Some(calls) = calls else { return };
    Fixture::with(|fixture| {
        let mut reloads = false;
        for (first, text) in calls {
            agrees_with_the_library(text);
            let of_narrow = first & 0x20 == 0;
            match usize::from(first & 0x1f).wrapping_sub(1) {
                12 => opens_or_is_refused(text),
                13 => {
                    fixture.host.on_reload(Ok(Some(text.to_owned())));
                    reloads = true;
                }
                place => {
                    let operation = OPERATIONS[place % OPERATIONS.len()];
                    let request = text.replace("CIPHERTEXT", &fixture.ciphertext);
                    call(fixture, of_narrow, operation, &request, reloads);
                }
            }
        }
        if reloads {
            fixture.reopen();
        }
    });
}

fn call(fixture: &Fixture, of_narrow: bool, operation: &str, request: &str, reloads: bool) {
    let before = fixture.host.store.rows();
    fixture.host.take_events();
    let called = if of_narrow { Fixture::call_narrow } else { Fixture::call };
    let result = called(fixture, operation, request);
    // A reload may answer what is no configuration, or one that old rows do not fit.
    let code = if reloads { code(&result) } else { code_of_honest(&result) };
    if result.is_err() || !WRITING.contains(&operation) {
        assert_eq!(fixture.host.store.rows(), before, "`{operation}` wrote: {code}");
    }
    tells_no_marker(fixture, request, &result);
    let events = fixture.host.audit_events();
    assert!(events.len() <= 1, "one call, one audit event: {events:?}");
    assert!(result.is_err() || events.len() == 1, "a call that took effect was not audited");
    for event in &events {
        let told = if code == "ok" { Value::Null } else { code.as_str().into() };
        assert_eq!(event["code"], told, "the audit was told something else than the caller");
    }
}

fn opens_or_is_refused(configuration: &str) {
    if let Err(error) = Vault::open(configuration, &secrets()) {
        assert_eq!(code(&Err(error)), "VL1000");
    }
}

/// The JSON reader takes what a library takes, but for repeated keys and for numbers that the library rounds, and
/// writes what it read.
fn agrees_with_the_library(text: &str) {
    let library = serde_json::from_str::<Value>(text);
    let [canonical, as_written] = match rewrite_json(text) {
        Ok(forms) => forms,
        Err(error) => {
            // A key may be repeated before what is no JSON.
            let repeats = error.to_string().ends_with("` must not repeat a key");
            let rounds = error.to_string() == "`text` must not have its numbers rounded"
                && library.as_ref().is_ok_and(has_large);
            assert!(repeats || rounds || library.is_err(), "{text}: {error}");
            return;
        }
    };
    let library = with_doubles(library.expect("the library reads it too"));
    assert_eq!(canonical, serde_json_canonicalizer::to_string(&library).unwrap());
    let read_again = with_doubles(serde_json::from_str(&as_written).unwrap());
    assert!(read_again == library, "{text}: written as {as_written}");
    assert!(rewrite_json(&canonical).unwrap()[0] == canonical);
    assert!(rewrite_json(&as_written).unwrap() == [canonical, as_written]);
}

/// Whether a number in it is one of those that a double may not be.
fn has_large(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().unwrap().abs() >= 9_007_199_254_740_992.0,
        Value::Array(items) => items.iter().any(has_large),
        Value::Object(members) => members.values().any(has_large),
        _ => false,
    }
}

/// Every number as the double that it is nearest to: the library keeps long whole ones exactly.
fn with_doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            // Minus zero is written as zero.
            Value::from(number.as_f64().unwrap() + 0.0)
        }
        Value::Array(items) => items.into_iter().map(with_doubles).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, value)| (key, with_doubles(value))).collect()
        }
        other => other,
    }
}
