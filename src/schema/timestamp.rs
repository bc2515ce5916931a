//! Dates and moments.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime};

use crate::schema::shape::numbers_in;

/// A real date of the Gregorian calendar, years 0000 to 9999.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let [year, month, day] = numbers_in(text, "dddd-dd-dd")?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// RFC 3339's `date-time`. (The library also takes other characters between date and time.)
pub(crate) fn is_timestamp(text: &str) -> bool {
    matches!(text.as_bytes().get(10), Some(b'T' | b't'))
        && OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Takes a point and digits away, if there is a point.
pub(crate) fn without_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    fraction.get(digits..).filter(|_| digits > 0)
}
