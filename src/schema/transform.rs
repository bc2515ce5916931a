//! Transformers: what a caller is shown in the place of a value that he may not see.

use time::{Date, Month};

use crate::host::Millis;
use crate::json::tree::Json;
use crate::schema::data_type::DataType;
use crate::schema::timestamp::parse_date;

/// A transformer of a property's value. The names are the public API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformer {
    Mask,
    Size,
    Age,
    AgeFrac,
}

impl Transformer {
    /// The transformer of that name for that type, such as `mask`.
    pub(crate) fn of(data_type: DataType, name: &str) -> Option<Self> {
        match (data_type, name) {
            (_, "mask") => Some(Self::Mask),
            (DataType::Blob, "size") => Some(Self::Size),
            (DataType::DateOfBirth, "age") => Some(Self::Age),
            (DataType::DateOfBirth, "age_frac") => Some(Self::AgeFrac),
            _ => None,
        }
    }
}

impl DataType {
    /// The value as a transformer of this type shows it. `now` is the call's clock.
    ///
    /// The value may have been stored when its property had another type: then its mask is that of
    /// its kind, and it has no size and no age, which is null.
    pub(crate) fn transform(
        self,
        transformer: Transformer,
        value: &Json<'_>,
        now: Millis,
    ) -> Json<'static> {
        let text = || self.text_of(value);
        let number = match transformer {
            Transformer::Mask => return self.mask(value),
            Transformer::Size => text().and_then(size).map(Json::whole),
            Transformer::Age => {
                text().and_then(|birth| age(birth, now)).map(|age| Json::whole((age / 100).into()))
            }
            Transformer::AgeFrac => text()
                .and_then(|birth| age(birth, now))
                .map(|age| Json::Number(f64::from(age) / 100.0)),
        };
        number.unwrap_or(Json::Null)
    }
}

/// How many bytes standard base64 stands for.
fn size(base64: &str) -> Option<i64> {
    let padding = base64.bytes().filter(|byte| *byte == b'=').count();
    i64::try_from((base64.len() / 4 * 3).checked_sub(padding)?).ok()
}

/// The Julian day of 1 January 1970.
const FIRST_OF_1970: i32 = 2_440_588;

/// Hundredths of a year since birth, in UTC: whole years, and of the year between the birthdays
/// before and after today the days that are over. Rounded down, so that nobody is 18 too early; no
/// finer, so that an age does not tell the day of birth. 0 before the birth.
fn age(birth: &str, now: Millis) -> Option<i32> {
    let birth = parse_date(birth)?;
    let days = i32::try_from(now.div_euclid(86_400_000)).ok()?;
    let today = Date::from_julian_day(days.checked_add(FIRST_OF_1970)?).ok()?;
    let this_year = birthday(birth, today.year())?;
    let year = today.year() - i32::from(today < this_year);
    let last = birthday(birth, year)?.to_julian_day();
    let next = birthday(birth, year + 1)?.to_julian_day();
    let hundredths = (today.to_julian_day() - last) * 100 / (next - last);
    Some(((year - birth.year()) * 100 + hundredths).max(0))
}

/// Someone born on 29 February has the birthday on 1 March in the years that have no such day.
fn birthday(birth: Date, year: i32) -> Option<Date> {
    let same_day = Date::from_calendar_date(year, birth.month(), birth.day());
    same_day.or_else(|_| Date::from_calendar_date(year, Month::March, 1)).ok()
}

#[cfg(test)]
mod tests;
