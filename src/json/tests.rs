#![expect(clippy::unwrap_used, reason = "a test may stop at a surprise")]

use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

/// What a library makes of the same text; none where it refuses it.
fn library(text: &str) -> Option<Json> {
    fn convert(value: serde_json::Value) -> Json {
        use serde_json::Value;
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => Json::Number(number.as_f64().unwrap()),
            Value::String(text) => Json::text(&text),
            Value::Array(items) => Json::List(items.into_iter().map(convert).collect()),
            Value::Object(members) => Json::Object(
                members.into_iter().map(|(key, value)| (key, convert(value))).collect(),
            ),
        }
    }
    serde_json::from_str(text).ok().map(convert)
}

fn same(text: &str) {
    let canonical = |value: Json| value.canonical().to_string();
    assert_eq!(
        Json::parse(text, "text").ok().map(canonical),
        library(text).map(canonical),
        "{text}"
    );
}

fn canonical(number: f64) -> String {
    let mut text = String::new();
    decimal::write(number, &mut text);
    assert_eq!(text, serde_json_canonicalizer::to_string(&number).unwrap());
    text
}

#[test]
fn numbers_are_written_as_ecmascript_writes_them() {
    for (number, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (0.3, "0.3"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "0.00001"),
        (1.5e-6, "0.0000015"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.25e-7, "1.25e-7"),
        (123_456_789_012_345.0, "123456789012345"),
        (12_345_678_901.234_5, "12345678901.2345"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (9_007_199_254_740_994.0, "9007199254740994"),
        (1e20, "100000000000000000000"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.5e21, "1.5e+21"),
        (1e23, "1e+23"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (2.225_073_858_507_201e-308, "2.225073858507201e-308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5.684_341_886_080_802e-14, "5.684341886080802e-14"),
    ] {
        assert_eq!(canonical(number), text);
    }
}

#[test]
fn every_power_of_two_and_of_ten_and_its_neighbours_are_written_and_read() {
    let powers_of_two = (0..2_046_u64).map(|exponent| exponent << 52);
    let subnormal = (0..52).map(|bit| 1_u64 << bit);
    let powers_of_ten =
        (-323..309).map(|power| std::format!("1e{power}").parse::<f64>().unwrap().to_bits());
    for bits in powers_of_two.chain(subnormal).chain(powers_of_ten) {
        for bits in [bits.saturating_sub(1), bits, bits + 1] {
            let text = canonical(f64::from_bits(bits));
            assert_eq!(decimal::parse(&text).unwrap().to_bits(), bits, "{text}");
        }
    }
}

#[test]
fn a_number_is_read_as_the_nearest_double() {
    for text in [
        "0",
        "-0",
        "0.0",
        "0e9999999999999999999999",
        "-0.0e-99999999999999999999",
        "1e-9999999999999999999",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.00000000000000000000000000000001",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "17976931348623158079372897140530e277",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "4.9406564584124654e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "0.000001e-318",
        "1e22",
        "1e23",
        "123456789012345e22",
        "8.988465674311582e307",
        "6.631236846766476e-316",
        "1000000000000000000000000000000000000e-360",
        "5708990770823839207320493820740630171355185152001e-3",
        "0.500000000000000166533453693773481063544750213623046875",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
    ] {
        let expected: f64 = text.parse().unwrap();
        assert_eq!(decimal::parse(text).unwrap().to_bits(), expected.to_bits(), "{text}");
    }
    for text in ["1e309", "1.7976931348623159e308", "1e9999999999999999999999", "-1e400"] {
        assert_eq!(decimal::parse(text), None, "{text}");
    }
}

/// Of more digits than are kept, those that are left out decide between half and more than half.
#[test]
fn a_long_number_is_read_to_its_last_digit() {
    let half = "9007199254740993".to_string();
    for zeros in [10, 700, 783, 784, 785, 900, 5_000] {
        let (even, above) =
            (format!("{half}.{}", "0".repeat(zeros)), format!("{half}.{}1", "0".repeat(zeros)));
        assert_eq!(decimal::parse(&even), Some(9_007_199_254_740_992.0));
        assert_eq!(decimal::parse(&above), Some(9_007_199_254_740_994.0));
        let small = format!("0.{}1e{}", "0".repeat(zeros), zeros + 1);
        assert_eq!(decimal::parse(&small), Some(1.0));
        let large = format!("1{}e-{zeros}", "0".repeat(zeros));
        assert_eq!(decimal::parse(&large), Some(1.0));
    }
}

#[test]
fn json_is_what_a_library_says_it_is() {
    for text in [
        "",
        " ",
        "nul",
        "null",
        " null ",
        "nullx",
        "null null",
        "true",
        "fals",
        "false\n",
        "\u{feff}1",
        "\u{a0}1",
        "\u{b}1",
        "01",
        "-01",
        "1.",
        ".5",
        "-.5",
        "1.e5",
        "1e",
        "1e+",
        "1e+-1",
        "+1",
        "--1",
        "-",
        "- 1",
        "1 2",
        "0x10",
        "1_000",
        "Infinity",
        "NaN",
        "1E5",
        "1e05",
        "1.5E+3",
        "0e0",
        "-0",
        "1-2",
        "1e5.5",
        "1.5.5",
        "१",
        "[]",
        "[ ]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,2",
        "]",
        "[",
        "[[]",
        "[]]",
        "[null,true]",
        "[\"a\",\r\n\t {}]",
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\" : 1 , \"b\":2}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1",
        "{",
        "}",
        "{\"a\",1}",
        "\"",
        "\"a",
        "\"a\"b",
        "'a'",
        "\"\\\"\"",
        "\"\\/\\b\\f\\n\\r\\t\\\\\"",
        "\"\\a\"",
        "\"\\",
        "\"\\\"",
        "\"\\u\"",
        "\"\\u00e\"",
        "\"\\u+0e9\"",
        "\"\\u00E9\"",
        "\"\\u00e9é\"",
        "\"\\U00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\n\"",
        "\"\\ud83d\\u0041\"",
        "\"\\udbff\\udfff\"",
        "\"\\ud800\\udc00\"",
        "\"\\ud800\\ue000\"",
        "\"\\u0000\"",
        "\"\\ue000\\uffff\"",
        "\"\n\"",
        "\"\u{1f}\"",
        "\"\0\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"😀\"",
        "/**/1",
        "1//",
    ] {
        same(text);
    }
}

#[test]
fn nesting_ends_where_the_librarys_does() {
    for depth in [1, 126, 127, 128, 100_000] {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(Json::parse(&lists, "text").is_ok(), depth < 128);
        assert_eq!(library(&lists).is_some(), depth < 128);
        let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert_eq!(Json::parse(&objects, "text").is_ok(), depth < 128);
    }
    // Beside each other is not within each other.
    same(&format!("[{}[]]", "[],".repeat(1_000)));
}

#[test]
fn a_repeated_key_is_refused_wherever_it_is_and_however_it_is_spelled() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"[{"b":{"":1,"":2}}]"#,
        r#"{"b":{"a":1,"a":2},"c":[]}"#,
    ] {
        let error = Json::parse(text, "text").unwrap_err();
        assert_eq!(error.to_string(), "`text` must not repeat a key");
    }
    for text in [r#"{"a":{"a":1},"b":{"a":1}}"#, r#"{"a":1,"A":1,"aa":1,"":1}"#] {
        assert!(Json::parse(text, "text").is_ok());
    }
    // No JSON is no JSON, whatever it repeats.
    let error = Json::parse(r#"{"a":1,"a":1"#, "text").unwrap_err();
    assert_eq!(error.to_string(), "`text` must be JSON");
}

#[test]
fn firsts_are_those_that_have_none_before_them() {
    for (texts, expected) in [
        (&[][..], &[][..]),
        (&["a"], &[true]),
        (&["b", "a", "b", "b", "c", "a"], &[true, true, false, false, true, false]),
        (&["\u{ff5e}", "😀", "\u{ff5e}"], &[true, true, false]),
    ] {
        assert_eq!(firsts(texts.iter().copied()), expected);
    }
}

/// Texts that come near to JSON, as arbitrary ones do not.
fn near_json() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[\[\]{}:,"0-9a-zA-Z \\\t\n.+-]{0,24}"#,
        r#"-?[0-9]{0,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{0,4})?"#,
        r#""([ -~é\x00-\x1f]|\\["\\/bfnrtu]|\\u(d[89a-f][0-9a-f]{2}|[0-9a-f]{4})){0,6}""#,
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::Number),
        any::<i32>().prop_map(|number| Json::Number(number.into())),
        any::<String>().prop_map(|text| Json::text(&text)),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Letters of every length in UTF-8, on both sides of what UTF-16 writes in two units.
    #[test]
    fn texts_are_in_the_order_of_their_utf16_units(
        texts in prop::collection::vec("[aé\u{d7ff}\u{e000}\u{ffff}\u{10000}😀]{0,4}", 0..20),
    ) {
        let mut units: Vec<Vec<u16>> = texts.iter().map(|text| text.encode_utf16().collect()).collect();
        units.sort();
        units.dedup();
        let ours = into_set(texts.iter().map(String::as_str).collect());
        let ours: Vec<Vec<u16>> = ours.iter().map(|text| text.encode_utf16().collect()).collect();
        prop_assert_eq!(ours, units);
    }

    #[test]
    fn any_text_is_json_or_not_as_a_library_says(text in near_json()) {
        // A library takes the last of a repeated key's values.
        if Json::parse(&text, "text").err().is_none_or(|error| !error.to_string().contains("repeat")) {
            same(&text);
        }
    }

    #[test]
    fn canonical_text_is_the_librarys_and_reads_back(value in any_json()) {
        let text = value.canonical();
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&*text, &serde_json_canonicalizer::to_string(&theirs).unwrap());
        prop_assert_eq!(&*Json::parse(&text, "text").unwrap().canonical(), &*text);
        let as_written = value.to_text();
        prop_assert!(Json::parse(&as_written, "text").unwrap() == value);
        same(&as_written);
    }

    #[test]
    fn every_double_is_written_and_read(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let text = canonical(number);
        prop_assert_eq!(decimal::parse(&text), Some(number));
    }

    #[test]
    fn a_decimal_is_written_and_read(whole in 0..1_000_000_000_u64, fraction in 0..100_000_000_u64, places in 1..12_usize) {
        let text = format!("{whole}.{fraction:0places$}");
        let number: f64 = text.parse().unwrap();
        prop_assert_eq!(decimal::parse(&text), Some(number));
        canonical(number);
    }

    #[test]
    fn a_number_of_any_length_is_read_as_the_nearest(digits in "[1-9][0-9]{0,900}", exponent in -1_300..400_i32) {
        let text = format!("{digits}e{exponent}");
        let nearest: f64 = text.parse().unwrap();
        prop_assert_eq!(decimal::parse(&text), Some(nearest).filter(|number| number.is_finite()));
    }

    /// Exactly between two doubles, and a little beside.
    #[test]
    fn half_way_goes_to_the_even_one(bits in 0..0x7fe0_0000_0000_0000_u64, beside in 0..3_u8) {
        let (low, high) = (f64::from_bits(bits), f64::from_bits(bits + 1));
        let (low_text, high_text) = (format!("{low:.1100}"), format!("{high:.1100}"));
        let half = half_of_sum(&low_text, &high_text);
        let text = match beside {
            0 => half,
            1 => format!("{half}1"),
            _ => low_text,
        };
        let nearest: f64 = text.parse().unwrap();
        prop_assert_eq!(decimal::parse(&text), Some(nearest));
    }
}

/// Of two decimals with as many digits behind the point.
fn half_of_sum(one: &str, other: &str) -> String {
    let width = one.len().max(other.len());
    let digits = |text: &str| -> Vec<u8> { format!("{text:0>width$}").into_bytes() };
    let (one, other) = (digits(one), digits(other));
    let mut sum: Vec<u32> = Vec::new();
    let mut carry = 0;
    for (a, b) in one.iter().zip(&other).rev().filter(|(a, _)| **a != b'.') {
        let digit = u32::from(a - b'0') + u32::from(b - b'0') + carry;
        sum.push(digit % 10);
        carry = digit / 10;
    }
    sum.push(carry);
    let mut rest = 0;
    let mut half = String::new();
    for (place, digit) in sum.iter().rev().enumerate() {
        if place == sum.len() - 1_100 {
            half.push('.');
        }
        let value = rest * 10 + digit;
        half.push(char::from_digit(value / 2, 10).unwrap());
        rest = value % 2;
    }
    half.push(if rest == 1 { '5' } else { '0' });
    let trimmed = half.trim_start_matches('0');
    if trimmed.starts_with('.') { format!("0{trimmed}") } else { trimmed.to_string() }
}
