//! Moments that are written in words and numbers: the forms that Go names ANSIC, UnixDate, RFC822, RFC1123
//! and RFC850. (The descriptions of formats that the library `time` has know no names of zones, and pass a
//! weekday that is another day's; its RFC 2822 takes comments and folded white space.)

use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::schema::shape::numbers_in;

/// Whether the text is a real moment in one of these forms.
pub(crate) fn is_moment_in_words(text: &str) -> bool {
    Moment::in_words(text).is_some_and(|moment| moment.is_real())
}

/// A date and a time of day.
struct Moment<'a> {
    date: Date,
    /// Whole, or its first three letters.
    weekday: Option<&'a str>,
    /// Hour, minute and second.
    clock: [i32; 3],
    zone: Zone,
}

/// What a text says of its zone.
enum Zone {
    Offset(UtcOffset),
    /// A name that does not tell the offset.
    Named,
}

impl<'a> Moment<'a> {
    fn in_words(text: &'a str) -> Option<Self> {
        const LONGEST: &str = "Wednesday, 27-Dec-06 15:04:05 CHADT";
        if text.len() > LONGEST.len() {
            return None;
        }
        let words: Vec<&str> = text.split(' ').collect();
        match *words.as_slice() {
            // RFC 850: `Monday, 02-Jan-06 15:04:05 MST`
            [weekday, date, time, zone] => {
                let (day, rest) = date.split_once('-')?;
                let (month, year) = rest.split_once('-')?;
                Some(Self {
                    date: date_of(short_year(year)?, month_of(month)?, number(day, &["dd"])?)?,
                    weekday: Some(weekday.strip_suffix(',').filter(|name| name.len() > 3)?),
                    clock: clock(time)?,
                    zone: named_zone(zone)?,
                })
            }
            // RFC 822 and RFC 1123: `Mon, 02 Jan 2006 15:04:05 -0700`, the weekday and the seconds if wanted
            [weekday, day, month, year, time, zone] if weekday.ends_with(',') => {
                let weekday = weekday.strip_suffix(',').filter(|name| name.len() == 3)?;
                Self::by_mail(Some(weekday), [day, month, year], time, zone)
            }
            [day, month, year, time, zone]
                if day.starts_with(|first: char| first.is_ascii_digit()) =>
            {
                Self::by_mail(None, [day, month, year], time, zone)
            }
            // ANSIC: `Mon Jan  2 15:04:05 2006`; the day is padded with a space
            [weekday, month, "", day, time, year] if day.len() == 1 => {
                Self::of_the_clock(weekday, [day, month, year], time, "UTC")
            }
            [weekday, month, day, time, year] => {
                Self::of_the_clock(weekday, [day, month, year], time, "UTC")
            }
            // UnixDate: `Mon Jan  2 15:04:05 MST 2006`
            [weekday, month, "", day, time, zone, year] if day.len() == 1 => {
                Self::of_the_clock(weekday, [day, month, year], time, zone)
            }
            [weekday, month, day, time, zone, year] => {
                Self::of_the_clock(weekday, [day, month, year], time, zone)
            }
            _ => None,
        }
    }

    /// The forms of mail, which RFC 822 and RFC 1123 give.
    fn by_mail(
        weekday: Option<&'a str>,
        [day, month, year]: [&str; 3],
        time: &str,
        zone: &str,
    ) -> Option<Self> {
        let year = number(year, &["dddd"]).or_else(|| short_year(year))?;
        let date = date_of(year, month_of(month)?, number(day, &["dd", "d"])?)?;
        let to_the_minute = || numbers_in(time, "dd:dd").map(|[_, hour, minute]| [hour, minute, 0]);
        let clock = clock(time).or_else(to_the_minute)?;
        let zone = numbered_zone(zone).or_else(|| named_zone(zone))?;
        Some(Self { date, weekday, clock, zone })
    }

    /// The forms in which clocks of machines are shown.
    fn of_the_clock(
        weekday: &'a str,
        [day, month, year]: [&str; 3],
        time: &str,
        zone: &str,
    ) -> Option<Self> {
        let weekday = Some(weekday).filter(|name| name.len() == 3)?;
        let year = number(year, &["dddd"])?;
        let date = date_of(year, month_of(month)?, number(day, &["dd", "d"])?)?;
        Some(Self { date, weekday: Some(weekday), clock: clock(time)?, zone: named_zone(zone)? })
    }

    /// Whether there was, or will be, such a moment: the weekday is the date's, and a leap second is where
    /// one may be, at the end of a month in UTC.
    fn is_real(&self) -> bool {
        let weekday = self.date.weekday().to_string();
        let is_its_day = |name: &str| {
            let named = if name.len() == 3 { weekday.get(..3) } else { Some(weekday.as_str()) };
            named.is_some_and(|named| named.eq_ignore_ascii_case(name))
        };
        self.weekday.is_none_or(is_its_day) && self.is_on_the_clock().unwrap_or(false)
    }

    /// None where it would be a leap second and cannot be.
    fn is_on_the_clock(&self) -> Option<bool> {
        let [hour, minute, second] = self.clock.map(u8::try_from);
        let (hour, minute, second) = (hour.ok()?, minute.ok()?, second.ok()?);
        if second != 60 {
            return Some(Time::from_hms(hour, minute, second).is_ok());
        }
        let Zone::Offset(offset) = self.zone else { return None };
        let second_before =
            PrimitiveDateTime::new(self.date, Time::from_hms(hour, minute, 59).ok()?);
        let second_before =
            second_before.assume_offset(offset).checked_to_offset(UtcOffset::UTC)?;
        let is_last_day = second_before.date().next_day().is_none_or(|next| next.day() == 1);
        Some(is_last_day && second_before.to_hms() == (23, 59, 59))
    }
}

/// That day, if the calendar has it.
pub(crate) fn date_of(year: i32, month: Month, day: i32) -> Option<Date> {
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// The one number that a text of one of these shapes is.
fn number(text: &str, shapes: &[&str]) -> Option<i32> {
    shapes.iter().find_map(|shape| numbers_in(text, shape)).map(|[_, _, number]| number)
}

/// Of two digits, which mean the years 1969 to 2068, as in POSIX.
fn short_year(text: &str) -> Option<i32> {
    number(text, &["dd"]).map(|year| if year < 69 { 2000 + year } else { 1900 + year })
}

/// By the first three letters of its name.
fn month_of(name: &str) -> Option<Month> {
    let months = (1..=12).filter_map(|month| Month::try_from(month).ok());
    let is_named = |month: &Month| {
        month.to_string().get(..3).is_some_and(|short| short.eq_ignore_ascii_case(name))
    };
    months.into_iter().find(is_named)
}

fn clock(text: &str) -> Option<[i32; 3]> {
    numbers_in(text, "dd:dd:dd")
}

/// `-0700`
fn numbered_zone(text: &str) -> Option<Zone> {
    let (sign, digits) = sign_of(text)?;
    let number = number(digits, &["dddd"])?;
    offset(sign, number / 100, number % 100)
}

/// A name as RFC 822 and the tables of zones have them, or `-03` where the tables have none.
fn named_zone(text: &str) -> Option<Zone> {
    if let Some((sign, digits)) = sign_of(text) {
        return offset(sign, number(digits, &["dd"])?, 0);
    }
    if matches!(text, "Z" | "UT" | "UTC" | "GMT") {
        return Some(Zone::Offset(UtcOffset::UTC));
    }
    let is_short = text.len() == 3 || matches!(text.len(), 4 | 5) && text.ends_with('T');
    let is_name = is_short && text.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_name || matches!(text, "WITA" | "ChST" | "MeST")).then_some(Zone::Named)
}

fn offset(sign: i8, hours: i32, minutes: i32) -> Option<Zone> {
    let (hours, minutes) = (i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?);
    let offset = UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?;
    (hours < 24).then_some(Zone::Offset(offset))
}

fn sign_of(text: &str) -> Option<(i8, &str)> {
    text.strip_prefix('+')
        .map(|digits| (1, digits))
        .or_else(|| text.strip_prefix('-').map(|digits| (-1, digits)))
}
