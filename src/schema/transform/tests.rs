//! The transformers by name, sizes and ages.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64ct::{Base64, Encoding};
use proptest::prelude::*;

use strum::IntoEnumIterator;

use super::*;

const DAY: Millis = 86_400_000;
/// The property below has people born from here on.
const FIRST_BIRTH: Date = date(1996, 1, 1);

const fn date(year: i32, month: u8, day: u8) -> Date {
    let month = match month {
        1 => Month::January,
        2 => Month::February,
        3 => Month::March,
        11 => Month::November,
        _ => Month::December,
    };
    match Date::from_calendar_date(year, month, day) {
        Ok(date) => date,
        Err(_) => Date::MIN,
    }
}

/// The first millisecond of a day in UTC.
fn midnight(date: Date) -> Millis {
    date.midnight().assume_utc().unix_timestamp() * 1_000
}

fn written(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// The answer as JSON text.
fn shown(data_type: DataType, transformer: Transformer, value: &Json<'_>, now: Millis) -> String {
    data_type.transform(transformer, value, now).to_text()
}

fn ages(birth: &str, now: Millis) -> (String, String) {
    let birth = Json::text(birth);
    let shown = |transformer| shown(DataType::DateOfBirth, transformer, &birth, now);
    (shown(Transformer::Age), shown(Transformer::AgeFrac))
}

#[test]
fn each_type_has_its_transformers_and_no_others() {
    for data_type in DataType::iter() {
        let names: Vec<&str> = ["mask", "size", "age", "age_frac", "", "Mask", "mask ", "year"]
            .into_iter()
            .filter(|name| Transformer::of(data_type, name).is_some())
            .collect();
        let wanted: &[&str] = match data_type.name() {
            "BLOB" => &["mask", "size"],
            "DATE_OF_BIRTH" => &["mask", "age", "age_frac"],
            _ => &["mask"],
        };
        assert_eq!(names, wanted, "{data_type:?}");
    }
}

#[test]
fn the_mask_is_the_types_own() {
    for (data_type, value, masked) in [
        (DataType::Ssn, "123-45-6789", r#""***-**-6789""#),
        (DataType::Email, "john@gmail.com", r#""j***@gmail.com""#),
        (DataType::DateOfBirth, "1993-02-22", r#""1993-**-**""#),
        (DataType::Blob, "TQ==", r#""<BLOB>""#),
    ] {
        assert_eq!(shown(data_type, Transformer::Mask, &Json::text(value), 0), masked);
    }
}

#[test]
fn the_size_is_that_of_the_bytes() {
    for (value, size) in
        [("", "0"), ("TQ==", "1"), ("TWE=", "2"), ("TWFu", "3"), ("AAAAAAAA", "6"), ("+/8=", "2")]
    {
        assert_eq!(shown(DataType::Blob, Transformer::Size, &Json::text(value), 0), size);
    }
}

#[test]
fn an_age_is_in_years_by_the_calendar() {
    for (birth, today, age, age_frac) in [
        ("1993-02-22", date(2024, 11, 8), "31", "31.71"),
        ("1993-02-22", date(2024, 2, 21), "30", "30.99"),
        ("1993-02-22", date(2024, 2, 22), "31", "31"),
        ("1993-02-22", date(2024, 2, 23), "31", "31"),
        ("1993-02-22", date(2024, 2, 26), "31", "31.01"),
        ("2024-11-08", date(2024, 11, 8), "0", "0"),
        ("2024-11-07", date(2024, 11, 8), "0", "0"),
        ("2023-12-31", date(2024, 12, 30), "0", "0.99"),
        ("2023-12-31", date(2024, 12, 31), "1", "1"),
        ("1896-02-29", date(2024, 3, 1), "128", "128"),
        ("0000-01-01", date(2024, 1, 1), "2024", "2024"),
        // The clock has not come to the birth.
        ("2024-11-09", date(2024, 11, 8), "0", "0"),
        ("2024-12-31", date(2024, 1, 1), "0", "0"),
        ("9999-12-31", date(2024, 11, 8), "0", "0"),
    ] {
        let wanted = (age.to_owned(), age_frac.to_owned());
        assert_eq!(ages(birth, midnight(today)), wanted, "{birth} {today}");
    }
}

#[test]
fn the_birthday_of_29_february_is_1_march_in_other_years() {
    for (today, age, age_frac) in [
        (date(2023, 2, 28), "18", "18.99"),
        (date(2023, 3, 1), "19", "19"),
        (date(2024, 2, 28), "19", "19.99"),
        (date(2024, 2, 29), "20", "20"),
        (date(2024, 3, 1), "20", "20"),
    ] {
        let wanted = (age.to_owned(), age_frac.to_owned());
        assert_eq!(ages("2004-02-29", midnight(today)), wanted, "{today}");
    }
}

#[test]
fn a_day_is_one_in_utc() {
    let birthday = midnight(date(2024, 2, 22));
    for (now, age) in [
        (birthday - 1, "30"),
        (birthday, "31"),
        (birthday + DAY - 1, "31"),
        (midnight(date(1993, 2, 22)) - 1, "0"),
        (-1, "0"),
    ] {
        assert_eq!(ages("1993-02-22", now).0, age, "{now}");
    }
    assert_eq!(ages("1960-01-01", -1).0, "9");
}

#[test]
fn a_value_of_another_type_has_no_size_and_no_age() {
    for value in ["null", "1", "true", "[]", "{}", r#""not base64""#, r#""2023-02-29""#, r#""TQ""#]
    {
        let value = Json::parse(value, "value").unwrap();
        assert_eq!(shown(DataType::Blob, Transformer::Size, &value, 0), "null");
        assert_eq!(shown(DataType::DateOfBirth, Transformer::Age, &value, 0), "null");
        assert_eq!(shown(DataType::DateOfBirth, Transformer::AgeFrac, &value, 0), "null");
    }
}

#[test]
fn a_clock_beyond_the_calendar_makes_no_age() {
    for now in [Millis::MIN, Millis::MAX, 253_402_300_800_000] {
        assert_eq!(ages("1993-02-22", now), ("null".to_owned(), "null".to_owned()), "{now}");
    }
}

proptest! {
    #[test]
    fn the_size_is_the_length_of_what_was_encoded(bytes: Vec<u8>) {
        let value = Json::text(&Base64::encode_string(&bytes));
        let size = shown(DataType::Blob, Transformer::Size, &value, 0);
        prop_assert_eq!(size, bytes.len().to_string());
    }

    /// The years are the birthdays since the day of birth, which is not one of them.
    #[test]
    fn an_age_is_the_number_of_birthdays(born in 0..4_000_i32, lived in 0..40_000_i32, time in 0..DAY) {
        let birth = Date::from_julian_day(FIRST_BIRTH.to_julian_day() + born).unwrap();
        let today = Date::from_julian_day(birth.to_julian_day() + lived).unwrap();
        let is_birthday = |day: Date| {
            let is_leap_day = birth.month() == Month::February && birth.day() == 29;
            let moved = is_leap_day
                && day.month() == Month::March
                && day.day() == 1
                && Date::from_calendar_date(day.year(), Month::February, 29).is_err();
            moved || (day.month() == birth.month() && day.day() == birth.day())
        };
        let days = |from: Date, to: Date| {
            (from.to_julian_day() + 1..=to.to_julian_day())
                .map(|day| Date::from_julian_day(day).unwrap())
        };
        let birthdays: Vec<Date> = days(birth, today).filter(|day| is_birthday(*day)).collect();
        let last = birthdays.last().copied().unwrap_or(birth);
        let next = (1..).find_map(|ahead| {
            let day = Date::from_julian_day(today.to_julian_day() + ahead).unwrap();
            is_birthday(day).then_some(day)
        });
        let whole = birthdays.len();
        let hundredths = days(last, today).count() * 100 / days(last, next.unwrap()).count();

        let (age, age_frac) = ages(&written(birth), midnight(today) + time);
        prop_assert_eq!(age, whole.to_string());
        let digits = format!("{whole}.{hundredths:02}");
        prop_assert_eq!(age_frac, digits.trim_end_matches('0').trim_end_matches('.'));
    }

    #[test]
    fn no_value_and_no_clock_panics(text in ".*", number: f64, now: Millis) {
        for data_type in DataType::iter() {
            for transformer in
                [Transformer::Mask, Transformer::Size, Transformer::Age, Transformer::AgeFrac]
            {
                for value in [Json::text(&text), Json::Number(number), Json::text("1993-02-22")] {
                    data_type.transform(transformer, &value, now);
                }
            }
        }
    }
}
