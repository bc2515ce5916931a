//! The form in which values of each type are kept, and that every form is its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use icu_normalizer::DecomposingNormalizerBorrowed;
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;

/// The text as it is kept, or none where it is refused.
fn kept(data_type: DataType, text: &str) -> Option<String> {
    data_type.normalize_text(text).map(Cow::into_owned)
}

#[test]
fn a_text_is_composed() {
    use DataType::{
        Address, CcHolderName, Gender, LongText, Name, ObjectId, String, TenantId,
        UsBankAccountNumber,
    };
    for data_type in [
        String,
        LongText,
        Address,
        TenantId,
        ObjectId,
        Name,
        CcHolderName,
        Gender,
        UsBankAccountNumber,
    ] {
        for (given, normal) in [
            ("Jose\u{301}", "Jos\u{e9}"),
            ("Jos\u{e9}", "Jos\u{e9}"),
            // Two marks in either order, Hangul, a sign that is another one, a letter that stays in two.
            ("a\u{323}\u{307}", "\u{1ea1}\u{307}"),
            ("a\u{307}\u{323}", "\u{1ea1}\u{307}"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("\u{212b}", "\u{c5}"),
            ("\u{915}\u{93c}", "\u{915}\u{93c}"),
            ("\u{958}", "\u{915}\u{93c}"),
            // NFC and not NFKC; no trimming, no case folding, no digits of another script.
            (" \u{fb01} \u{ff21}a\u{0663} ", " \u{fb01} \u{ff21}a\u{0663} "),
        ] {
            assert_eq!(kept(data_type, given).as_deref(), Some(normal), "{data_type:?} {given:?}");
        }
    }
    for (given, normal) in [
        ("ju\u{308}rgen@exa\u{308}mple.de", Some("j\u{fc}rgen@ex\u{e4}mple.de")),
        ("j\u{fc}rgen@ex\u{e4}mple.de", Some("j\u{fc}rgen@ex\u{e4}mple.de")),
        ("\u{212a}ate@example.com", Some("Kate@example.com")),
        ("Jane@Example.COM", Some("Jane@Example.COM")),
        ("a\u{37e}b@example.com", None),
    ] {
        assert_eq!(kept(DataType::Email, given).as_deref(), normal, "{given:?}");
    }
    // Checks look at the form that is kept: 33 letters are 66 octets here, and 99 before.
    let long = format!("{}@example.com", "e\u{301}".repeat(32));
    assert!(kept(DataType::Email, &long).is_some());
}

#[test]
fn digits_lose_what_separates_them() {
    for (data_type, given, normal) in [
        (DataType::CcNumber, "4111 1111 1111 1111", "4111111111111111"),
        (DataType::CcNumber, "4111-1111-1111-1111", "4111111111111111"),
        (DataType::CcNumber, "3782 822463-10005", "378282246310005"),
        (DataType::CcNumber, "4111111111111111", "4111111111111111"),
        (DataType::PhoneNumber, "+972-54-1234567", "+972541234567"),
        (DataType::PhoneNumber, "1--415-5552671", "14155552671"),
        (DataType::PhoneNumber, "+972541234567", "+972541234567"),
    ] {
        assert_eq!(kept(data_type, given).as_deref(), Some(normal), "{given}");
    }
}

#[test]
fn everything_else_is_kept_as_given() {
    for (data_type, given) in [
        (DataType::Ssn, "123-45-6789"),
        (DataType::Ssn, "123 456789"),
        (DataType::ZipCodeUs, "42088 4542"),
        (DataType::UsBankRouting, "02-1000/0021"),
        (DataType::UsBankAccountNumber, "0012-345 678"),
        (DataType::EmailStrict, "Jane@Example.COM"),
        (DataType::Timestamp, "2024-11-08t15:04:05.500z"),
        (DataType::Timestamp, "Mon Jan  2 15:04:05 2006"),
        (DataType::CcExpirationString, "01/30"),
        (DataType::Url, "HTTPS://Example.COM/%7e?jose\u{301}"),
        (DataType::Url, "/jose\u{301}"),
        (DataType::Json, "jose\u{301}"),
    ] {
        assert_eq!(kept(data_type, given).as_deref(), Some(given), "{data_type:?}");
    }
    // Keys and texts inside of a structure as well.
    let value = Json::parse("{\"jose\u{301}\":[\"jose\u{301}\"]}", "value").unwrap();
    assert!(matches!(DataType::Json.normalize(&value), Some(NormalForm::Given(_))));
}

#[test]
fn a_value_in_its_form_is_not_copied() {
    for (data_type, text) in [
        (DataType::Name, "Jane"),
        (DataType::Name, "Jos\u{e9}"),
        (DataType::CcNumber, "4111111111111111"),
        (DataType::PhoneNumber, "+972541234567"),
    ] {
        let value = Json::from(text);
        assert!(matches!(data_type.normalize(&value), Some(NormalForm::Given(_))), "{text}");
    }
}

proptest! {
    #[test]
    fn a_normal_form_is_its_own(text in any_text()) {
        for data_type in DataType::iter() {
            if let Some(normal) = kept(data_type, &text) {
                prop_assert_eq!(kept(data_type, &normal), Some(normal), "{:?}", data_type);
            }
        }
    }

    /// The form says what was given: decomposed, they are the same.
    #[test]
    fn every_spelling_of_a_text_has_one_form(text in "\\PC{0,12}") {
        let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&text);
        let composed = kept(DataType::Name, &text);
        prop_assert_eq!(kept(DataType::Name, &decomposed), composed.clone());
        let decomposed_again = DecomposingNormalizerBorrowed::new_nfd().normalize(composed.as_deref().unwrap());
        prop_assert_eq!(decomposed_again, decomposed);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,20}",
        "[0-9 +-]{1,24}",
        "4111[ -]?1111[ -]?1111[ -]?1111",
        "[a-cé\u{301}\u{323}\u{37e}\u{1fef}\u{212a}]{1,6}@[a-cé\u{301}\u{387}]{1,5}\\.de",
    ]
}
