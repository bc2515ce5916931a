//! Numbers as JSON text has them: where a double is not what was written.
//!
//! serde_json takes for a number the double next to it, and refuses the whole text where there is none. Up
//! to 2^53 that is every whole number itself. From there on the text is looked at again: a number is what
//! was written if JavaScript, which writes as few digits as tell doubles apart, writes that value back.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::json::place::length_of_text;

/// The largest whole number that JavaScript and RFC 8785 carry without rounding any below it: 2^53 − 1.
pub(crate) const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A number beyond ±(2^53 − 1).
pub(crate) struct LargeNumber {
    place: Range<usize>,
    value: f64,
    /// Whether JavaScript would write the same value back.
    pub(crate) is_kept: bool,
}

/// Those of a JSON text, in its order. They are looked for when they are asked for.
pub(crate) fn large_numbers(text: &str) -> impl Iterator<Item = LargeNumber> {
    numbers(text).filter_map(|place| {
        let written = text.get(place.clone())?;
        let value: f64 = written.parse().ok()?;
        let is_kept = || {
            value.is_finite()
                && Decimal::read(written)
                    == Decimal::read(ryu_js::Buffer::new().format_finite(value))
        };
        (value.abs() > MAX_SAFE_INTEGER).then(|| LargeNumber { place, value, is_kept: is_kept() })
    })
}

/// The text with other numbers in the place of those that are beyond all doubles, if it has any.
pub(crate) fn within_doubles(text: &str) -> Option<String> {
    const LARGE: &str = "1e300";
    let mut readable = String::new();
    let mut from = 0;
    for LargeNumber { place, .. } in large_numbers(text).filter(|large| large.value.is_infinite()) {
        // What no JSON has, such as `01e999`, stays what it is: the reader refuses it.
        serde_json::from_str::<IgnoredAny>(text.get(place.clone())?).ok()?;
        readable.push_str(text.get(from..place.start)?);
        readable.push_str(LARGE);
        from = place.end;
    }
    readable.push_str(text.get(from..)?);
    (from > 0).then_some(readable)
}

/// Where numbers are: outside of texts, what may be in a number and begins like one.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'"' => at += length_of_text(bytes.get(at..)?),
                b'-' | b'0'..=b'9' => {
                    let rest = bytes.get(at..)?.iter();
                    let is_part =
                        |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                    at += rest.take_while(is_part).count();
                    return Some(start..at);
                }
                _ => {}
            }
        }
        None
    })
}

/// A value without its sign: its digits from the first to the last that is not 0, and the power of ten
/// of the last.
#[derive(PartialEq)]
struct Decimal {
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// `None` for an exponent that no double has.
    fn read(written: &str) -> Option<Self> {
        let written = written.trim_start_matches('-');
        let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let until_last = digits.trim_end_matches('0');
        let zeros = i64::try_from(digits.len() - until_last.len()).ok()?;
        let exponent: i64 = exponent.parse().ok()?;
        let exponent =
            exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(zeros)?;
        Some(Self { digits: until_last.trim_start_matches('0').to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at a surprise")]

    use proptest::prelude::*;

    use crate::json::text::write;
    use crate::json::tree::Json;

    /// What is left of the text once it was read, or none where a number in it is not what was written.
    fn kept(text: &str) -> Option<String> {
        let json = Json::parse(text, "text").unwrap();
        (!json.holds_rounded_number()).then(|| write(&json).unwrap())
    }

    #[test]
    fn a_large_number_is_what_was_written_or_is_none() {
        for (written, back) in [
            ("9007199254740991", "9007199254740991"),
            ("9007199254740992", "9007199254740992"),
            ("-9007199254740994", "-9007199254740994"),
            ("1152921504606847000", "1152921504606847000"),
            ("12345678901234567000", "12345678901234567000"),
            ("18446744073709552000", "18446744073709552000"),
            ("100000000000000000000000", "1e+23"),
            ("1e22", "1e+22"),
            ("1.0e22", "1e+22"),
            ("0.0001E+26", "1e+22"),
            ("1.23e67", "1.23e+67"),
            ("1.23E+67", "1.23e+67"),
            ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
            ("9007199254740992.0", "9007199254740992"),
            ("5e-324", "5e-324"),
            ("0e99999999999999999999", "0"),
            // Fractions are the doubles next to them, as everywhere.
            ("0.1234567890123456789", "0.12345678901234568"),
        ] {
            assert_eq!(kept(written).as_deref(), Some(back), "{written}");
            assert_eq!(
                kept(&format!("[{{\"a\":[{written}]}}]")),
                Some(format!("[{{\"a\":[{back}]}}]"))
            );
        }
        for written in [
            "9007199254740993",
            "-9007199254740993",
            "12345678901234567890",
            "1152921504606846976",
            "18446744073709551615",
            "18446744073709551616",
            "100000000000000000000001",
            "9007199254740993.0",
            "900719925474099.3e1",
            "9007199254740992.5",
            "1.00000000000000000001e22",
            "1e309",
            "-1e309",
            "1.7976931348623159e308",
            "1e99999999999999999999",
        ] {
            assert_eq!(kept(written), None, "{written}");
            assert_eq!(
                kept(&format!("{{\"1e309\":[1e22,{{\"a\":{written}}}]}}")),
                None,
                "{written}"
            );
        }
    }

    #[test]
    fn only_the_number_itself_is_none() {
        let text =
            r#"["9007199254740993",1e22,9007199254740993,"\"1e999",1e999,{"1e999\\":2,"b":1e23}]"#;
        let Json::List(items) = Json::parse(text, "text").unwrap() else {
            return assert_eq!(text, "");
        };
        let texts: Vec<String> = items
            .iter()
            .filter(|item| !item.holds_rounded_number())
            .map(|item| item.to_text())
            .collect();
        let kept = [r#""9007199254740993""#, "1e+22", r#""\"1e999""#, r#"{"1e999\\":2,"b":1e+23}"#];
        assert_eq!(texts, kept);
    }

    #[test]
    fn what_is_not_json_stays_so() {
        for text in
            ["1e999e", "[1e999", "1e", "-", "--1e999", "{\"a\":1e999,\"a\":1}", "\"1e999", "01e999"]
        {
            assert!(Json::parse(text, "text").is_err(), "{text}");
        }
    }

    proptest! {
        /// Every double is what JavaScript writes of it; with another last digit it is not.
        #[test]
        fn a_double_is_kept_and_its_neighbours_digits_are_not(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let written = ryu_js::Buffer::new().format_finite(number).to_owned();
            prop_assert_eq!(kept(&written), Some(written.clone()));
            if number.abs() >= 1e21 {
                let (mantissa, exponent) = written.split_once('e').unwrap();
                let point = if mantissa.contains('.') { "" } else { "." };
                let longer = format!("{mantissa}{point}00000000000000000001e{exponent}");
                prop_assert_eq!(kept(&longer), None);
            }
        }
    }
}
