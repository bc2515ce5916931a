//! Dates and moments.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime};

use crate::schema::moment::{date_of, is_moment_in_words};
use crate::schema::shape::numbers_in;

/// A real date of the Gregorian calendar, years 0000 to 9999.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let [year, month, day] = numbers_in(text, "dddd-dd-dd")?;
    date_of(year, Month::try_from(u8::try_from(month).ok()?).ok()?, day)
}

/// A real moment in one of the forms that the public API takes.
pub(crate) fn is_timestamp(text: &str) -> bool {
    is_rfc3339(text) || is_moment_in_words(text)
}

/// RFC 3339's `date-time`, to the nanosecond. (The library also takes other characters between date and
/// time, and more digits than it keeps.)
pub(crate) fn is_rfc3339(text: &str) -> bool {
    let digits = |fraction: &str| fraction.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = text.get("2024-11-08T15:04:05.".len()..).map_or(0, digits);
    matches!(text.as_bytes().get(10), Some(b'T' | b't'))
        && fraction <= 9
        && OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Takes a point and digits away, if there is a point.
pub(crate) fn without_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    fraction.get(digits..).filter(|_| digits > 0)
}
