//! The masks: a table, and rules that hold for every value.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::string::string_regex;

use strum::IntoEnumIterator;

use super::*;

/// A type by its public name, and pairs of JSON texts: a value that it accepts, and its mask.
type Row = (&'static str, &'static [(&'static str, &'static str)]);

const FREE_TEXT: &[(&str, &str)] = &[
    (r#""""#, r#""""#),
    (r#""Pat Far""#, r#""*** ***""#),
    (r#"" 12 High St.\n日本 😀 ""#, r#"" ** **** ***\n** * ""#),
    (r#""a\u00a0b\u2003c\u200bd""#, r#""*\u00a0*\u2003***""#),
    (r#""e\u0301\u0000\"""#, r#""****""#),
];
const NAMES: &[(&str, &str)] = &[
    (r#""John Doe""#, r#""J*** D**""#),
    (r#""Pat""#, r#""P**""#),
    (r#""Ægir Ørn 李小龍""#, r#""Æ*** Ø** 李**""#),
    (r#""J""#, r#""*""#),
    (r#""J D""#, r#""* *""#),
    (r#""John Q Public""#, r#""J*** * P*****""#),
    (r#""J. Doe""#, r#""J* D**""#),
    (r#""Anne-Marie O'Hara""#, r#""A********* O*****""#),
    (r#"" \tJo  Li\u00a0""#, r#"" \tJ*  L*\u00a0""#),
    (r#""4111111111111111""#, r#""4***************""#),
    (r#""""#, r#""""#),
    (r#"" ""#, r#"" ""#),
];
const ADDRESSES: &[(&str, &str)] = &[
    (r#""john@gmail.com""#, r#""j***@gmail.com""#),
    (r#""patfar@example.com""#, r#""p*****@example.com""#),
    (r#""first.last+tag@mail.example.co.uk""#, r#""f*************@mail.example.co.uk""#),
    (r#""j@gmail.com""#, r#""*@gmail.com""#),
    (r#""jo@gmail.com""#, r#""j*@gmail.com""#),
    (r#""\"a@b c\"@example.com""#, r#""\"*** **@example.com""#),
    (r#""\"\"@example.com""#, r#""\"*@example.com""#),
    (r#""ops@[192.0.2.1]""#, r#""o**@[192.0.2.1]""#),
];
const ACCOUNTS: &[(&str, &str)] = &[
    (r#""12345""#, r#""*2345""#),
    (r#""000123456789""#, r#""********6789""#),
    (r#""12345678901234567""#, r#""*************4567""#),
];
const DATES: &[(&str, &str)] = &[
    (r#""2024-11-08""#, r#""2024-**-**""#),
    (r#""1993-02-22""#, r#""1993-**-**""#),
    (r#""0000-02-29""#, r#""0000-**-**""#),
];

const TABLE: &[Row] = &[
    ("STRING", FREE_TEXT),
    ("LONG_TEXT", FREE_TEXT),
    ("ADDRESS", FREE_TEXT),
    ("TENANT_ID", FREE_TEXT),
    ("OBJECT_ID", FREE_TEXT),
    ("NAME", NAMES),
    ("CC_HOLDER_NAME", NAMES),
    (
        "GENDER",
        &[
            (r#""""#, r#""**********""#),
            (r#""x""#, r#""**********""#),
            (r#""non-binary person""#, r#""**********""#),
        ],
    ),
    ("EMAIL", ADDRESSES),
    ("EMAIL_STRICT", ADDRESSES),
    (
        "PHONE_NUMBER",
        &[
            (r#""+1-121212123""#, r#""*******2123""#),
            (r#""+11011010101""#, r#""********0101""#),
            (r#""5552123""#, r#""***2123""#),
            (r#""1-2-3-4-5-6-7-8-9-0-1-2-3-4-5""#, r#""***********2345""#),
            (r#""12345""#, r#""*2345""#),
            (r#""1-2345""#, r#""*2345""#),
            (r#""1234""#, r#""****""#),
            (r#""12-34""#, r#""****""#),
            (r#""+1234""#, r#""*****""#),
            (r#""0""#, r#""*""#),
        ],
    ),
    (
        "SSN",
        &[
            (r#""123-45-6789""#, r#""***-**-6789""#),
            (r#""123456789""#, r#""***-**-6789""#),
            (r#""123 45 6789""#, r#""***-**-6789""#),
            (r#""123-45 6789""#, r#""***-**-6789""#),
            (r#""12345-6789""#, r#""***-**-6789""#),
        ],
    ),
    (
        "ZIP_CODE_US",
        &[
            (r#""12345""#, r#""123**""#),
            (r#""42088-4542""#, r#""420**""#),
            (r#""42088 4542""#, r#""420**""#),
        ],
    ),
    ("BAN", ACCOUNTS),
    (
        "US_BANK_ACCOUNT_NUMBER",
        &[
            (r#""12345""#, r#""*2345""#),
            (r#""1234""#, r#""****""#),
            (r#""7""#, r#""*""#),
            (r#"" ""#, r#""*""#),
            (r#""A1234567""#, r#""****4567""#),
            (r#""0012-345-678""#, r#""********-678""#),
            (r#""№ 12 34é""#, r#""**** 34é""#),
        ],
    ),
    (
        "US_BANK_ROUTING",
        &[
            (r#""021000021""#, r#""******021""#),
            (r#""123456789""#, r#""******789""#),
            (r#""000000000""#, r#""******000""#),
            (r#""0210/0002""#, r#""******002""#),
            (r#""02-1000/0021""#, r#""*********021""#),
        ],
    ),
    (
        "CC_NUMBER",
        &[
            (r#""4222222222222""#, r#""*********2222""#),
            (r#""378282246310005""#, r#""***********0005""#),
            (r#""5105-1051-0510-5100""#, r#""************5100""#),
            (r#""5189 9379 3020 4081""#, r#""************4081""#),
            (r#""6304000000000000000""#, r#""***************0000""#),
        ],
    ),
    (
        "CC_EXPIRATION_STRING",
        &[
            (r#""01/30""#, r#""**/****""#),
            (r#""12/99""#, r#""**/****""#),
            (r#""12/2034""#, r#""**/****""#),
        ],
    ),
    ("CC_CVV", &[(r#""123""#, r#""***""#), (r#""0000""#, r#""***""#), (r#""999""#, r#""***""#)]),
    ("DATE", DATES),
    ("DATE_OF_BIRTH", DATES),
    (
        "TIMESTAMP",
        &[
            (r#""2024-11-08T15:04:05Z""#, r#""2024-11-08T15:**:**Z""#),
            (r#""2024-11-08t15:04:05z""#, r#""2024-11-08t15:**:**z""#),
            (r#""2024-11-08T15:04:05.123456789Z""#, r#""2024-11-08T15:**:**Z""#),
            (r#""2024-11-08T15:04:05+05:30""#, r#""2024-11-08T15:**:**+05:30""#),
            (r#""2024-11-08T15:04:05.6-00:00""#, r#""2024-11-08T15:**:**-00:00""#),
            (r#""2016-12-31T23:59:60Z""#, r#""2016-12-31T23:**:**Z""#),
            (r#""Mon Jan  2 15:04:05 2006""#, r#""Mon Jan  * **:**:** ****""#),
            (r#""Mon, 02 Jan 2006 15:04:05 -0700""#, r#""Mon, ** Jan **** **:**:** -****""#),
            (r#""02 Jan 06 15:04 MST""#, r#""** Jan ** **:** MST""#),
            (r#""Monday, 02-Jan-06 15:04:05 MST""#, r#""Monday, **-Jan-** **:**:** MST""#),
        ],
    ),
    (
        "URL",
        &[
            (r#""https://example.com/""#, r#""https://example.com*""#),
            (r#""https://example.com/a/b.html""#, r#""https://example.com*********""#),
            (
                r#""HTTP://user:secret@example.com:8080/a?q=1&r=%20#part""#,
                r#""HTTP://************example.com**********************""#,
            ),
            (r#""https://a@a.a:1""#, r#""https://**a.a**""#),
            (r#""https://:@h""#, r#""https://**h""#),
            (r#""https://h:""#, r#""https://h*""#),
            (r#""https://h?u=https://other@host""#, r#""https://h*********************""#),
            (r#""http://me@[2001:db8::1]:80/x""#, r#""http://***[2001:db8::1]*****""#),
            (r#""https://bücher.example/größe""#, r#""https://bücher.example******""#),
            (r#""custom+app.v1://host#1""#, r#""custom+app.v1://host**""#),
            (r#""https://example.com""#, r#""*******************""#),
            (r#""http://[2001:db8::1]""#, r#""********************""#),
            (r#""/me/b?c#d""#, r#""*********""#),
            (r#""/""#, r#""*""#),
        ],
    ),
    (
        "INTEGER",
        &[
            ("0", r#""*""#),
            ("-42", r#""-**""#),
            ("1e3", r#""****""#),
            ("9007199254740991", r#""****************""#),
            (r#""9223372036854775807""#, r#""*******************""#),
            (r#""-7""#, r#""-*""#),
        ],
    ),
    (
        "DOUBLE",
        &[
            ("0", r#""*""#),
            ("-1.5", r#""-*.*""#),
            ("3.141592653589793", r#""*.***************""#),
            ("5e-324", r#""*e-***""#),
            ("-1.25e-10", r#""-*.**e-**""#),
            ("1e22", r#""*e+**""#),
        ],
    ),
    // JSON has two booleans, so there is no third value.
    ("BOOLEAN", &[("true", r#""*""#), ("false", r#""*""#)]),
    (
        "BLOB",
        &[(r#""""#, r#""<BLOB>""#), (r#""TQ==""#, r#""<BLOB>""#), (r#""AAAAAAAA""#, r#""<BLOB>""#)],
    ),
    (
        "JSON",
        &[
            (
                r#"{"name":"Pat Far","age":42,"score":-1.5,"vip":true,"none":null,"tags":["a b",7]}"#,
                r#"{"name":"*** ***","age":"**","score":"-*.*","vip":"*","none":null,"tags":["* *","*"]}"#,
            ),
            ("[]", "[]"),
            ("{}", "{}"),
            (r#""not { json""#, r#""*** * ****""#),
            ("12.5", r#""**.*""#),
            ("false", r#""*""#),
            (r#"[[{"1":[1]}],null]"#, r#"[[{"1":["*"]}],null]"#),
        ],
    ),
];

fn json(text: &str) -> Json<'_> {
    Json::parse(text, "value").unwrap()
}

fn mask(data_type: DataType, text: &str) -> String {
    mask_of(data_type, &Json::text(text))
}

/// The mask, of a value for which it is a text.
fn mask_of(data_type: DataType, value: &Json<'_>) -> String {
    match data_type.mask(value) {
        Json::Text(masked) => Some(masked.into_owned()),
        _ => None,
    }
    .unwrap()
}

fn rows() -> impl Iterator<Item = (DataType, &'static [(&'static str, &'static str)])> {
    TABLE.iter().map(|(name, pairs)| (DataType::parse(name).unwrap(), *pairs))
}

#[test]
fn each_type_has_the_masks_that_the_table_says() {
    for (data_type, pairs) in rows() {
        for (value, wanted) in pairs {
            let (value, wanted) = (json(value), json(wanted));
            assert!(data_type.accepts(&value), "{data_type:?} refuses {}", value.to_text());
            let masked = data_type.mask(&value).to_text();
            assert_eq!(masked.as_str(), wanted.to_text(), "{data_type:?}");
        }
    }
}

#[test]
fn the_table_has_every_type_once_and_enough_values() {
    let types: Vec<DataType> = rows().map(|(data_type, _)| data_type).collect();
    assert_eq!(types, DataType::iter().collect::<Vec<_>>());
    for (data_type, pairs) in rows() {
        assert!(pairs.len() >= 3 || data_type == DataType::Boolean, "{data_type:?}");
    }
}

#[test]
fn a_value_that_is_not_of_the_type_is_masked_by_its_kind() {
    for (data_type, value, masked) in [
        (DataType::Email, r#""John Doe""#, r#""**** ***""#),
        (DataType::Email, r#""j@x@gmail.com""#, r#""*************""#),
        (DataType::PhoneNumber, r#""+1 415 555 2671""#, r#""** *** *** ****""#),
        (DataType::Ssn, r#""123-45-678""#, r#""**********""#),
        (DataType::Ssn, "123456789", r#""*********""#),
        (DataType::ZipCodeUs, r#""SW1A 1AA""#, r#""**** ***""#),
        (DataType::Ban, r#""1234""#, r#""****""#),
        (DataType::CcNumber, r#""4111111111111112""#, r#""****************""#),
        (DataType::CcCvv, r#""12""#, r#""**""#),
        (DataType::Date, r#""2023-02-29""#, r#""**********""#),
        (DataType::Timestamp, r#""2024-11-08""#, r#""**********""#),
        (DataType::Url, r#""mailto:patfar@example.com""#, r#""*************************""#),
        (DataType::Url, r#""file:///etc/hosts""#, r#""*****************""#),
        (DataType::Integer, "1.5", r#""*.*""#),
        (DataType::Integer, r#""-01""#, r#""***""#),
        (DataType::Blob, r#""not base64""#, r#""*** ******""#),
        (DataType::Boolean, r#""true""#, r#""****""#),
        (DataType::Boolean, "-1.5", r#""-*.*""#),
        (DataType::String, "-1.5", r#""-*.*""#),
        (DataType::Gender, "true", r#""*""#),
        (DataType::String, r#"{"Pat Far":"1"}"#, r#""*""#),
        (DataType::Name, r#"["Pat","Far"]"#, r#""*""#),
        (DataType::Double, "[[1]]", r#""*""#),
        (DataType::UsBankAccountNumber, r#""""#, r#""""#),
        (DataType::UsBankAccountNumber, "12345", r#""*****""#),
        (DataType::Email, r#""jane@localhost""#, r#""**************""#),
        (DataType::Ssn, r#""000-00-0000""#, r#""***********""#),
    ] {
        let value = json(value);
        assert!(!data_type.accepts(&value), "{data_type:?} accepts {}", value.to_text());
        assert_eq!(data_type.mask(&value).to_text(), masked, "{data_type:?}");
    }
    for data_type in DataType::iter() {
        assert!(data_type.mask(&Json::Null) == Json::Null, "{data_type:?}");
    }
}

/// Of the digits of a value, a mask shows so many at most; none of a type that is not here.
fn digits_shown(data_type: DataType, value: &str) -> usize {
    let count = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    match data_type {
        DataType::PhoneNumber
        | DataType::Ssn
        | DataType::Ban
        | DataType::UsBankAccountNumber
        | DataType::CcNumber
        | DataType::Date
        | DataType::DateOfBirth => 4,
        DataType::ZipCodeUs | DataType::UsBankRouting => 3,
        // The first characters of words.
        DataType::Name | DataType::CcHolderName => value.split_whitespace().count(),
        DataType::Email | DataType::EmailStrict => {
            1 + count(value.rsplit_once('@').unwrap_or_default().1)
        }
        DataType::Timestamp => 10 + if value.ends_with(['Z', 'z']) { 0 } else { 4 },
        DataType::Url => count(value.split(['?', '#']).next().unwrap_or_default()),
        _ => 0,
    }
}

/// Values of each type, by a pattern of its own.
fn pattern(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Email | DataType::EmailStrict => {
            r#"([a-z0-9+]{1,8}(\.[a-z]{1,4})?|"[a-z@ ]{0,6}")@([a-z]{1,5}[0-9]?\.[a-z]{1,3}|\[192\.0\.2\.1\])"#
        }
        DataType::PhoneNumber => r"\+?[0-9](-{0,2}[0-9]){0,14}",
        DataType::Ssn => "[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}",
        DataType::ZipCodeUs => "[0-9]{5}([ -][0-9]{4})?",
        DataType::Ban => "[0-9]{5,17}",
        DataType::UsBankAccountNumber => r"\PC{1,12}",
        DataType::UsBankRouting => "[0-9]{9}|([0-9]{2}-)?[0-9]{4}/[0-9]{4}",
        DataType::CcNumber => "[0-9]([ -]?[0-9]){12,18}",
        DataType::CcExpirationString => "(0[1-9]|1[0-2])/(20)?[0-9]{2}",
        DataType::CcCvv => "[0-9]{3,4}",
        DataType::Date | DataType::DateOfBirth => "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
        DataType::Timestamp => {
            r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
        }
        DataType::Url => {
            r"[a-z]{1,3}[+]?://([a-z0-9:]{0,4}@)?([a-z0-9é]{1,6}(\.[a-z]{1,3})?|\[::[0-9]\])(:[0-9]{0,3})?(/[a-z0-9@:]{0,5})*(\?[a-z0-9@:/]{0,5})?(#[a-z@/]{0,5})?"
        }
        DataType::Integer => "0|-?[1-9][0-9]{0,17}",
        DataType::Blob => "([A-Za-z0-9+/]{4}){0,4}",
        DataType::Name | DataType::CcHolderName => r"[ \t]?([\PC--[\s]]{1,5}\s{0,2}){0,4}",
        _ => ".{0,20}",
    }
}

/// A type, and a text that it accepts.
fn accepted() -> impl Strategy<Value = (DataType, String)> {
    let types = DataType::iter()
        .filter(|data_type| !matches!(data_type, DataType::Double | DataType::Boolean));
    let texts = types.map(|data_type| {
        let text = string_regex(pattern(data_type)).unwrap();
        text.prop_map(move |text| (data_type, with_check_digit(data_type, text)))
            .prop_filter("accepted", |(data_type, text)| data_type.accepts(&Json::text(text)))
            .boxed()
    });
    Union::new(texts)
}

/// The last digit of a card number is what the others make it.
fn with_check_digit(data_type: DataType, mut text: String) -> String {
    if data_type == DataType::CcNumber {
        text.pop();
        let digit =
            ('0'..='9').find(|digit| data_type.accepts(&Json::text(&format!("{text}{digit}"))));
        text.extend(digit);
    }
    text
}

fn stars(count: usize) -> String {
    "*".repeat(count)
}

fn any_json() -> impl Strategy<Value = Json<'static>> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::Number),
        any::<i32>().prop_map(|number| Json::Number(number.into())),
        ".{0,12}".prop_map(|text| Json::text(&text)),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::btree_map(".{0,6}", inner, 0..6).prop_map(|members| Json::Object(
                members.into_iter().map(|(key, value)| (key.into(), value)).collect()
            )),
        ]
    })
}

/// Whether the second is the mask of the first within `JSON`, said in another way.
fn is_masked_structure(value: &Json<'_>, masked: &Json<'_>) -> bool {
    match (value, masked) {
        (Json::Null, Json::Null) => true,
        (Json::Bool(_), Json::Text(masked)) => masked == "*",
        (Json::Number(_), Json::Text(masked)) => {
            let digits = |character: char| character.is_ascii_digit();
            value.to_text().replace(digits, "*") == *masked
        }
        (Json::Text(text), Json::Text(masked)) => {
            text.replace(|character: char| !character.is_whitespace(), "*") == *masked
        }
        (Json::List(items), Json::List(masked)) => {
            items.len() == masked.len()
                && items.iter().zip(masked).all(|(item, masked)| is_masked_structure(item, masked))
        }
        (Json::Object(members), Json::Object(masked)) => {
            members.len() == masked.len()
                && members.iter().zip(masked).all(|((key, value), (other, masked))| {
                    key == other && is_masked_structure(value, masked)
                })
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A value with a `*` of its own may be its own mask: `J***` is that of `John`.
    #[test]
    fn a_mask_is_not_the_value((data_type, text) in accepted()) {
        let masked = mask(data_type, &text);
        let blank = text.chars().all(char::is_whitespace);
        prop_assert!(masked != text || blank || text.contains('*'), "{data_type:?} {text:?}");
    }

    #[test]
    fn a_mask_shows_no_more_digits_than_it_keeps((data_type, text) in accepted()) {
        let shown = mask(data_type, &text).bytes().filter(u8::is_ascii_digit).count();
        prop_assert!(shown <= digits_shown(data_type, &text), "{data_type:?} {text:?}");
    }

    #[test]
    fn any_text_of_another_type_is_hidden_whole(text in ".{0,40}") {
        for data_type in DataType::iter() {
            let value = Json::text(&text);
            if !data_type.accepts(&value) {
                let hidden = text.replace(|character: char| !character.is_whitespace(), "*");
                prop_assert_eq!(mask_of(data_type, &value), hidden, "{:?}", data_type);
            }
        }
    }

    #[test]
    fn any_value_has_a_mask_for_every_type(value in any_json()) {
        for data_type in DataType::iter() {
            let masked = data_type.mask(&value);
            let structure = matches!(value, Json::List(_) | Json::Object(_));
            if data_type == DataType::Json {
                prop_assert!(is_masked_structure(&value, &masked));
            } else if structure {
                prop_assert!(masked == Json::text("*"));
            } else if !data_type.accepts(&value) || !matches!(value, Json::Text(_)) {
                prop_assert!(is_masked_structure(&value, &masked));
            }
        }
    }

    #[test]
    fn of_digits_the_last_are_shown(text in pattern(DataType::PhoneNumber)) {
        let bare = text.replace('-', "");
        let digits = bare.trim_start_matches('+').len();
        let shown = if digits > 4 { 4 } else { 0 };
        let (hidden, tail) = bare.split_at(bare.len() - shown);
        prop_assert_eq!(mask(DataType::PhoneNumber, &text), stars(hidden.len()) + tail);
    }

    #[test]
    fn of_a_name_each_word_begins(words in prop::collection::vec("[\\PC--[\\s]]{1,6}", 0..5)) {
        let masked: Vec<String> = words
            .iter()
            .map(|word| {
                let first = word.chars().next().unwrap();
                match word.chars().count() {
                    1 => stars(1),
                    count => format!("{first}{}", stars(count - 1)),
                }
            })
            .collect();
        prop_assert_eq!(mask(DataType::Name, &words.join(" ")), masked.join(" "));
    }

    #[test]
    fn of_an_address_the_first_character_and_the_domain_are_shown(
        local in "[a-z0-9é+]{1,9}",
        domain in "[a-z]{1,6}\\.[a-z]{2}",
    ) {
        let count = local.chars().count();
        let first = local.chars().next().filter(|_| count > 1);
        let shown: String = first.into_iter().collect();
        let hidden = stars(count - shown.chars().count());
        let masked = mask(DataType::Email, &format!("{local}@{domain}"));
        prop_assert_eq!(masked, format!("{shown}{hidden}@{domain}"));
    }

    #[test]
    fn of_a_url_the_scheme_and_the_host_are_shown(
        scheme in "[a-z][a-z0-9+.-]{0,4}",
        userinfo in "([a-z0-9:é]{0,4}@)?",
        host in "[a-z0-9.é]{1,8}|\\[::[0-9a-f]{1,4}\\]",
        rest in "(:[0-9]{0,3})?(/[a-z0-9@:é]{0,5}){0,2}(\\?[a-z0-9@:/]{0,5})?(#[a-z@/]{0,5})?",
    ) {
        let text = format!("{scheme}://{userinfo}{host}{rest}");
        prop_assert!(DataType::Url.accepts(&Json::text(&text)), "{text}");
        let hidden = |text: &str| stars(text.chars().count());
        let wanted = if userinfo.is_empty() && rest.is_empty() {
            hidden(&text)
        } else {
            format!("{scheme}://{}{host}{}", hidden(&userinfo), hidden(&rest))
        };
        prop_assert_eq!(mask(DataType::Url, &text), wanted);
    }

    #[test]
    fn of_a_number_no_digit_is_shown(number: f64) {
        let value = Json::Number(number);
        prop_assume!(number.is_finite());
        let masked = mask_of(DataType::Double, &value);
        prop_assert!(masked.chars().all(|character| "-*.e+".contains(character)), "{masked}");
        prop_assert_eq!(masked.len(), value.to_text().len());
    }
}
