//! Numbers as JSON writes them, exactly both ways: the nearest double to a decimal, and the shortest
//! decimal of a double, laid out as JavaScript and RFC 8785 do.
//!
//! In the wasm the JavaScript engine converts: a library brings tables of powers that no compression
//! shrinks, a fifth of the wasm's budget. Elsewhere libraries do.

use alloc::string::String;

use super::as_whole;
#[cfg(target_arch = "wasm32")]
use crate::wasm::{nearest_double, write_shortest};

/// The double nearest to a JSON number, ties to even; none for another text, or beyond all doubles.
pub(super) fn parse(text: &str) -> Option<f64> {
    if !is_number(text) {
        return None;
    }
    Some(nearest_double(text)).filter(|number| number.is_finite())
}

/// Whether it is a number of RFC 8259.
fn is_number(text: &str) -> bool {
    let mut rest = text.as_bytes();
    skip(&mut rest, b"-");
    if !skip(&mut rest, b"0") && !skip_digits(&mut rest) {
        return false;
    }
    if skip(&mut rest, b".") && !skip_digits(&mut rest) {
        return false;
    }
    if skip(&mut rest, b"eE") {
        skip(&mut rest, b"+-");
        if !skip_digits(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

/// Whether it began with one of these, which it now no longer does.
fn skip(text: &mut &[u8], ones: &[u8]) -> bool {
    let found = text.first().is_some_and(|first| ones.contains(first));
    if found {
        text.split_off_first();
    }
    found
}

/// Whether it began with digits.
fn skip_digits(text: &mut &[u8]) -> bool {
    let length = text.len();
    while skip(text, b"0123456789") {}
    text.len() < length
}

/// No number is longer: a sign, "0.", six zeros or a point, 17 digits, and "e-308".
pub(super) const LONGEST: usize = 32;

/// Writes a finite number as JavaScript does.
pub(super) fn write(number: f64, text: &mut String) {
    match as_whole(number) {
        Some(whole) => {
            if whole < 0 {
                text.push('-');
            }
            text.push_str(&super::digits(whole.unsigned_abs()));
        }
        None => write_shortest(number, text),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn nearest_double(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(not(target_arch = "wasm32"))]
fn write_shortest(number: f64, text: &mut String) {
    text.push_str(ryu_js::Buffer::new().format_finite(number));
}
