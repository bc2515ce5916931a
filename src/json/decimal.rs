//! Numbers as JSON writes them, exactly both ways: the nearest double to a decimal, and the shortest
//! decimal of a double, laid out as JavaScript and RFC 8785 do.
//!
//! Libraries do this from tables of powers that no compression shrinks: together a fifth of the
//! wasm's budget. Here whole numbers and short decimals take a few operations on doubles, and what
//! is left goes through long arithmetic. The tests hold both ways to libraries.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::as_whole;
use super::long::Long;

/// Any 15 digits come back from a double as they were.
const EXACT_DIGITS: usize = 15;
/// Of the powers of ten that a double holds exactly.
const MAX_EXACT_POWER: usize = 22;
/// More digits than decide any rounding: 768 do.
const MAX_DIGITS: usize = 800;
/// The exponent of the smallest double.
const LEAST_UNIT: i64 = -1_074;

/// The double nearest to a JSON number, ties to even; none for another text, or beyond all doubles.
pub(super) fn parse(text: &str) -> Option<f64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || leading_zero || !(is_digits(whole) && is_digits(fraction)) {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes()).map(|digit| u32::from(digit - b'0'));
    let digits: Vec<u32> = digits.skip_while(|digit| *digit == 0).collect();
    let exponent = exponent.saturating_sub(i64::try_from(fraction.len()).ok()?);
    let number = nearest(&digits, exponent)?;
    Some(if negative { -number } else { number })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let number = digits.bytes().fold(0_i64, |number, digit| {
        number.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
    });
    Some(if text.starts_with('-') { -number } else { number })
}

/// The double nearest to these digits times a power of ten.
#[expect(clippy::cast_precision_loss, reason = "15 digits, and 2^53, are exact")]
fn nearest(digits: &[u32], exponent: i64) -> Option<f64> {
    let power = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
    if digits.len() <= EXACT_DIGITS && power <= MAX_EXACT_POWER {
        let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit)) as f64;
        let scale = power_of_ten(power);
        return Some(if exponent < 0 { number / scale } else { number * scale });
    }
    // Of what stands in the digits that are left out only one thing matters: that it is not zero.
    let (kept, left_out) = digits.split_at_checked(MAX_DIGITS).unwrap_or((digits, &[]));
    let exponent = exponent.saturating_add(i64::try_from(left_out.len()).ok()?);
    let sticky = left_out.iter().any(|digit| *digit != 0);
    let size = exponent.saturating_add(i64::try_from(kept.len()).ok()?);
    if kept.is_empty() || size < -330 {
        return Some(0.0);
    }
    if size > 310 {
        return None;
    }
    let mut numerator = Long::from(0);
    for digit in kept.iter().copied().chain(sticky.then_some(1)) {
        numerator.multiply_and_add(10, digit);
    }
    let exponent = exponent - i64::from(sticky);
    let mut denominator = Long::from(1);
    let power = usize::try_from(exponent.unsigned_abs()).ok()?;
    if exponent < 0 { &mut denominator } else { &mut numerator }.multiply_by_power_of_ten(power);
    divide(numerator, denominator)
}

/// The double nearest to a quotient above zero.
fn divide(mut numerator: Long, mut denominator: Long) -> Option<f64> {
    // In units of 2^unit the quotient has 53 bits, or 54, or fewer if it is subnormal.
    let mut unit = (numerator.bits() - denominator.bits() - 53).max(LEAST_UNIT);
    shift(&mut numerator, -unit);
    shift(&mut denominator, unit);
    denominator.shift_left(53);
    if denominator <= numerator {
        denominator.shift_left(1);
        unit += 1;
    }
    let mut quotient = 0;
    for _ in 0..=53 {
        quotient <<= 1;
        if numerator >= denominator {
            numerator.subtract(&denominator);
            quotient += 1;
        }
        numerator.shift_left(1);
    }
    quotient += match numerator.cmp(&denominator) {
        Ordering::Less => 0,
        Ordering::Equal => quotient & 1,
        Ordering::Greater => 1,
    };
    // The first bit of the mantissa, and a carry out of it, add to the exponent as they should.
    let exponent = u64::try_from(unit - LEAST_UNIT).ok().filter(|exponent| *exponent < 2_046)?;
    Some(f64::from_bits((exponent << 52) + quotient)).filter(|number| number.is_finite())
}

/// Multiplies by a power of two, if it is not a fraction.
fn shift(number: &mut Long, power: i64) {
    if let Ok(power) = usize::try_from(power) {
        number.shift_left(power);
    }
}

fn power_of_ten(power: usize) -> f64 {
    core::iter::repeat_n(10.0, power).product()
}

/// No number is longer: a sign, "0.", six zeros or a point, 17 digits, and "e-308".
pub(super) const LONGEST: usize = 32;

/// Writes a finite number as JavaScript does.
pub(super) fn write(number: f64, text: &mut String) {
    if number < 0.0 {
        text.push('-');
    }
    let (digits, point) = match short(number.abs()) {
        Some(found) => found,
        None => shortest(number.abs()),
    };
    lay_out(&digits, point, text);
}

/// The digits of a whole number, or of one with few digits behind the point; and how many of them
/// are before the point.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "within 2^53")]
fn short(number: f64) -> Option<(String, i64)> {
    if let Some(whole) = as_whole(number) {
        return Some(split_digits(whole, 0));
    }
    let scaled = |power| (power, number * power_of_ten(power) + 0.5);
    // Of so many digits only one decimal can mean the number, and it does if it is nearest to it.
    (1..EXACT_DIGITS).map(scaled).take_while(|(_, scaled)| *scaled < 1e15).find_map(
        |(power, scaled)| {
            let whole = scaled as i64;
            (whole as f64 / power_of_ten(power) == number).then(|| split_digits(whole, power))
        },
    )
}

/// The digits of a whole number, and how many of them are before the last `after`.
fn split_digits(whole: i64, after: usize) -> (String, i64) {
    let digits = super::digits(whole.unsigned_abs());
    let point = length(digits.len()) - length(after);
    (digits, point)
}

fn digit(digit: u8) -> char {
    char::from(b'0' + digit)
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The fewest digits that mean this number and no other, and where the point is: so many digits
/// after the first one's left. This is the free-format algorithm of Burger and Dybvig (1996); its
/// names are theirs.
fn shortest(number: f64) -> (String, i64) {
    const FIRST_BIT: u64 = 1 << 52;
    let bits = number.to_bits();
    let exponent = bits >> 52;
    let fraction = bits % FIRST_BIT;
    let (mantissa, unit) = match i64::try_from(exponent).unwrap_or(0) {
        0 => (fraction, LEAST_UNIT),
        exponent => (FIRST_BIT + fraction, exponent - 1 + LEAST_UNIT),
    };
    let ends_count = mantissa % 2 == 0;
    // Below a power of two the next number is nearer.
    let uneven = fraction == 0 && exponent > 1;

    // The number is r / s, and half the way to the next number m / s, down, and up m or twice that.
    let (mut r, mut s, mut m) = (Long::from(mantissa), Long::from(1), Long::from(1));
    r.shift_left(1 + usize::from(uneven));
    s.shift_left(1 + usize::from(uneven));
    shift(&mut r, unit);
    shift(&mut m, unit);
    shift(&mut s, -unit);
    let reaches = |r: &Long, s: &Long, m: &Long| {
        let mut up = m.clone();
        up.shift_left(usize::from(uneven));
        let mut rest = s.clone();
        if *r >= *s {
            return true;
        }
        rest.subtract(r);
        if ends_count { up >= rest } else { up > rest }
    };

    // The power of ten of the first digit; at first it may be one too low.
    let first_bit = unit + 63 - i64::from(mantissa.leading_zeros());
    let mut power = (first_bit * 30_103).div_euclid(100_000);
    let scale = usize::try_from(power.unsigned_abs()).unwrap_or(0);
    if power < 0 {
        r.multiply_by_power_of_ten(scale);
        m.multiply_by_power_of_ten(scale);
    } else {
        s.multiply_by_power_of_ten(scale);
    }
    let mut ten_s = s.clone();
    ten_s.multiply_by_power_of_ten(1);
    if reaches(&r, &ten_s, &m) {
        s = ten_s;
        power += 1;
    }

    let mut digits = String::new();
    loop {
        let mut next = 0;
        while r >= s {
            r.subtract(&s);
            next += 1;
        }
        let low = if ends_count { r <= m } else { r < m };
        let high = reaches(&r, &s, &m);
        if low || high {
            r.shift_left(1);
            let up = high && (!low || r > s || (r == s && next % 2 == 1));
            digits.push(digit(next + u8::from(up)));
            return (digits, power + 1);
        }
        digits.push(digit(next));
        r.multiply_by_power_of_ten(1);
        m.multiply_by_power_of_ten(1);
    }
}

/// As `Number::toString` of ECMA-262 does.
fn lay_out(digits: &str, point: i64, text: &mut String) {
    let count = length(digits.len());
    let zeros = |text: &mut String, count: i64| {
        text.extend((0..count).map(|_| '0'));
    };
    match point {
        -5..=0 => {
            text.push_str("0.");
            zeros(text, -point);
            text.push_str(digits);
        }
        1..=21 if count <= point => {
            text.push_str(digits);
            zeros(text, point - count);
        }
        1..=21 => put_point(digits, point, text),
        _ => {
            put_point(digits, 1, text);
            text.push_str(if point > 0 { "e+" } else { "e-" });
            text.push_str(&super::digits((point - 1).unsigned_abs()));
        }
    }
}

/// Writes a point behind so many digits, if others follow.
fn put_point(digits: &str, place: i64, text: &mut String) {
    let place = usize::try_from(place).unwrap_or(0);
    let (whole, fraction) = digits.split_at_checked(place).unwrap_or((digits, ""));
    text.push_str(whole);
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
}
